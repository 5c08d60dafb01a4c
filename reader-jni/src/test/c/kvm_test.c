/*
 * Statistics of virtual machines: of real ones, in processes that this program starts and ends, where there is
 * /dev/kvm; and what no kernel gives, from files.
 */
#include "kvm.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../../../testkit/src/main/c/machine.h"
#include "batch.h"
#include "check.h"
#include "number.h"

enum {
  MOST_UNITS = 40,
  MOST_PROCESSES = 16,
  MOST_VALUES = 1 << 13,
  DESCRIPTION_BYTES = 1 << 14,
  ROOM = 1 << 20,
  UNTOUCHED = 77,

  /* As in linux/kvm.h, whose structures the library does without. */
  HEADER_BYTES = 24,
  DESCRIPTION_HEAD = 16,
};

static const uint32_t name_size = 48;

static int status_of(uint32_t outcome) {
  return (int)(outcome & 0xff);
}

/* ---- batches ---- */

struct unit {
  struct sfs_kvm_statistics its;
  char description[DESCRIPTION_BYTES];
  int32_t first_slot;
  int32_t values;
};

static struct unit units[MOST_UNITS];
static int unit_count;
static int32_t memory[ROOM / sizeof(int32_t)];
static int64_t values[MOST_VALUES];
static uint32_t outcomes[MOST_VALUES];

static uint32_t header_of(const char *description, int field) {
  uint32_t value;
  memcpy(&value, description + sizeof value * (size_t)field, sizeof value);
  return value;
}

enum { NAME_SIZE = 1, COUNT = 2, ID = 3, DESCRIPTIONS = 4, DATA = 5 };

static size_t kind_size(const char *description) {
  return HEADER_BYTES +
         header_of(description, COUNT) * (DESCRIPTION_HEAD + header_of(description, NAME_SIZE));
}

static const char *description_at(const char *description, uint32_t i) {
  return description + HEADER_BYTES + i * (DESCRIPTION_HEAD + header_of(description, NAME_SIZE));
}

static uint16_t values_at(const char *description, uint32_t i) {
  uint16_t size;
  memcpy(&size, description_at(description, i) + 6, sizeof size);
  return size;
}

static uint32_t offset_at(const char *description, uint32_t i) {
  uint32_t offset;
  memcpy(&offset, description_at(description, i) + 8, sizeof offset);
  return offset;
}

static const char *name_at(const char *description, uint32_t i) {
  return description_at(description, i) + DESCRIPTION_HEAD;
}

static const char *id_of(const char *description) {
  return description + kind_size(description);
}

static void begin(void) {
  unit_count = 0;
  for (size_t i = 0; i < MOST_VALUES; i++) {
    values[i] = UNTOUCHED;
    outcomes[i] = 0;
  }
}

static long describe(const struct sfs_kvm_statistics *its, char *description) {
  strcpy(description, "/proc");
  return sfs_kvm_describe(its, description, DESCRIPTION_BYTES);
}

static struct unit *add(struct sfs_kvm_statistics its) {
  REQUIRE(unit_count < MOST_UNITS);
  struct unit *unit = &units[unit_count++];
  unit->its = its;
  return unit;
}

static struct unit *add_described(struct sfs_kvm_statistics its) {
  struct unit *unit = add(its);
  long bytes = describe(&its, unit->description);
  if (bytes <= 0) {
    fprintf(stderr, "process %d, descriptor %d: %s\n", its.pid, its.descriptor, strerror((int)-bytes));
  }
  REQUIRE(bytes > 0 && bytes < DESCRIPTION_BYTES);
  return unit;
}

static size_t used;

static int32_t put(const void *bytes, size_t size) {
  used = (used + 7) & ~(size_t)7;
  REQUIRE(used + size <= ROOM);
  if (bytes != NULL) {
    memcpy((char *)memory + used, bytes, size);
  }
  used += size;
  return (int32_t)(used - size);
}

/* Appends a value to the last run of a unit, or begins another one. */
static void put_value(int32_t *unit, int32_t at, int32_t slot) {
  int32_t *last = (int32_t *)(void *)((char *)memory + used) - SFS_KVM_RUN_SIZE;
  const int32_t length = unit[SFS_KVM_UNIT_COUNT] == 0 ? 0 : last[SFS_KVM_RUN_LENGTH];
  if (length > 0 && last[SFS_KVM_RUN_OFFSET] + 8 * length == at &&
      last[SFS_KVM_RUN_SLOT] + length == slot) {
    last[SFS_KVM_RUN_LENGTH]++;
    return;
  }
  const int32_t run[SFS_KVM_RUN_SIZE] = {at, slot, 1};
  REQUIRE(used + sizeof run <= ROOM);
  memcpy((char *)memory + used, run, sizeof run);
  used += sizeof run;
  unit[SFS_KVM_UNIT_COUNT]++;
}

/* Writes the memory for a sample of all units, as Java does. */
static void lay_out(void) {
  int32_t processes[MOST_PROCESSES][SFS_KVM_PROCESS_SIZE];
  int process_count = 0;
  int32_t largest = 0;
  int32_t next_slot = 0;
  memset(memory, 0, SFS_KVM_SIZE * sizeof memory[0]);
  int32_t of_unit[MOST_UNITS];
  for (int i = 0; i < unit_count; i++) {
    int at = 0;
    while (at < process_count && processes[at][SFS_KVM_PROCESS_PID] != units[i].its.pid) {
      at++;
    }
    REQUIRE(at < MOST_PROCESSES);
    of_unit[i] = at;
    if (at == process_count) {
      process_count++;
      processes[at][SFS_KVM_PROCESS_PID] = units[i].its.pid;
      processes[at][SFS_KVM_PROCESS_PIDFD] = SFS_KVM_UNOPENED;
      memcpy(&processes[at][SFS_KVM_PROCESS_START], &units[i].its.start, sizeof units[i].its.start);
    }
  }
  memory[SFS_KVM_UNITS] = unit_count;
  memory[SFS_KVM_PROCESSES] = process_count;
  memory[SFS_KVM_DESCRIPTORS] = -1;
  int32_t *unit = memory + SFS_KVM_SIZE;
  memcpy(unit + unit_count * SFS_KVM_UNIT_SIZE, processes,
         (size_t)process_count * sizeof processes[0]);
  used = sizeof(int32_t) * (size_t)(SFS_KVM_SIZE + unit_count * SFS_KVM_UNIT_SIZE +
                                    process_count * SFS_KVM_PROCESS_SIZE);
  memory[SFS_KVM_PROC] = put("/proc", sizeof "/proc");
  for (int i = 0; i < unit_count; i++, unit += SFS_KVM_UNIT_SIZE) {
    const char *its = units[i].description;
    const uint32_t count = header_of(its, COUNT);
    const size_t kind = kind_size(its);
    unit[SFS_KVM_UNIT_PROCESS] = of_unit[i];
    unit[SFS_KVM_UNIT_DESCRIPTOR] = units[i].its.descriptor;
    unit[SFS_KVM_UNIT_WHAT] = units[i].its.what;
    unit[SFS_KVM_UNIT_NUMBER] = units[i].its.number;
    const int is_shared = i > 0 && kind == kind_size(units[i - 1].description) &&
                          memcmp(its, units[i - 1].description, kind) == 0;
    unit[SFS_KVM_UNIT_KIND] =
        is_shared ? (unit - SFS_KVM_UNIT_SIZE)[SFS_KVM_UNIT_KIND] : put(its, kind);
    unit[SFS_KVM_UNIT_ID] = put(its + kind, header_of(its, NAME_SIZE));
    uint32_t end = header_of(its, ID) + header_of(its, NAME_SIZE);
    uint32_t end_of_descriptions = header_of(its, DESCRIPTIONS) + (uint32_t)(kind - HEADER_BYTES);
    end = end_of_descriptions > end ? end_of_descriptions : end;
    unit[SFS_KVM_UNIT_RUNS] = put(NULL, 0);
    unit[SFS_KVM_UNIT_COUNT] = 0;
    units[i].first_slot = next_slot;
    for (uint32_t stat = 0; stat < count; stat++) {
      uint32_t at = header_of(its, DATA) + offset_at(its, stat);
      for (uint16_t value = 0; value < values_at(its, stat); value++, at += 8) {
        REQUIRE(next_slot < MOST_VALUES);
        put_value(unit, (int32_t)at, next_slot++);
      }
      end = at > end ? at : end;
    }
    units[i].values = next_slot - units[i].first_slot;
    unit[SFS_KVM_UNIT_BYTES] = (int32_t)end;
    largest = (int32_t)end > largest ? (int32_t)end : largest;
  }
  memory[SFS_KVM_BUFFER] = put(NULL, 0);
  put(NULL, (size_t)largest);
}

static void sample(void) {
  sfs_kvm_sample(memory, values, outcomes);
}

/* Whether all values of a unit have an outcome. */
static int have_all(const struct unit *unit, uint32_t outcome) {
  for (int32_t i = unit->first_slot; i < unit->first_slot + unit->values; i++) {
    uint32_t its = outcome == SFS_OK ? outcomes[i] & 0xff : outcomes[i];
    if (its != outcome || (outcome != SFS_OK && values[i] != 0)) {
      fprintf(stderr, "slot %d: outcome %x, value %lld\n", i, outcomes[i], (long long)values[i]);
      return 0;
    }
  }
  return unit->values > 0;
}

/* The first value of the stat of that name. */
static int64_t value_of(const struct unit *unit, const char *name) {
  int32_t slot = unit->first_slot;
  for (uint32_t i = 0; i < header_of(unit->description, COUNT); i++) {
    if (strcmp(name_at(unit->description, i), name) == 0) {
      return values[slot];
    }
    slot += values_at(unit->description, i);
  }
  fprintf(stderr, "there is no %s\n", name);
  return -1;
}

/* How many descriptors this process has. */
static int count_descriptors(void) {
  DIR *all = opendir("/proc/self/fd");
  REQUIRE(all != NULL);
  int count = 0;
  while (readdir(all) != NULL) {
    count++;
  }
  closedir(all);
  return count;
}

/* ---- what needs no machine ---- */

static void links(void) {
  static const struct {
    const char *link;
    int32_t what;
    int32_t number;
  } of[] = {
      {"anon_inode:kvm-vm", SFS_KVM_MACHINE, -1},
      {"anon_inode:kvm-vcpu:0", SFS_KVM_VCPU, 0},
      {"anon_inode:kvm-vcpu:4096", SFS_KVM_VCPU, 4096},
      {"anon_inode:kvm-vm-stats", SFS_KVM_MACHINE_STATS, -1},
      {"anon_inode:kvm-vcpu-stats:12", SFS_KVM_VCPU_STATS, 12},
      {"anon_inode:kvm-vcpu-stats:2147483647", SFS_KVM_VCPU_STATS, 2147483647},
      {"anon_inode:kvm-vcpu-stats:2147483648", SFS_KVM_DENIED, 0},
      {"anon_inode:kvm-vcpu-stats:99999999999999999999", SFS_KVM_DENIED, 0},
      {"anon_inode:kvm-vcpu-stats:-1", SFS_KVM_DENIED, 0},
      {"anon_inode:kvm-vcpu-stats:01", SFS_KVM_DENIED, 0},
      {"anon_inode:kvm-vcpu-stats:", SFS_KVM_DENIED, 0},
      {"anon_inode:kvm-vcpu-stats", SFS_KVM_DENIED, 0},
      {"anon_inode:kvm-vcpu", SFS_KVM_DENIED, 0},
      {"anon_inode:kvm-vcpu:1a", SFS_KVM_DENIED, 0},
      {"anon_inode:kvm-vm-stats2", SFS_KVM_DENIED, 0},
      {"anon_inode:kvm-v", SFS_KVM_DENIED, 0},
      {"anon_inode:[vfio-device]", SFS_KVM_DENIED, 0},
      {"/anon_inode:kvm-vm", SFS_KVM_DENIED, 0},
      {"", SFS_KVM_DENIED, 0},
  };
  for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
    /* Without an end, and in memory of its own, for the sanitizers. */
    size_t length = strlen(of[i].link);
    char *link = malloc(length + 1);
    memcpy(link, of[i].link, length);
    link = realloc(link, length > 0 ? length : 1);
    int32_t number = -1;
    CHECK_EQUAL(of[i].what, sfs_kvm_what(link, length, &number));
    if (of[i].what != SFS_KVM_DENIED) {
      CHECK_EQUAL(of[i].number, number);
    }
    free(link);
  }
}

static char proc[64]; /* one that is none */

static void make_directory(const char *name) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", proc, name);
  REQUIRE(mkdir(path, 0755) == 0);
}

static void make_link(const char *name, const char *target) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", proc, name);
  REQUIRE(symlink(target, path) == 0);
}

static void make_file(const char *name, const char *text) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", proc, name);
  FILE *file = fopen(path, "we");
  REQUIRE(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void begin_proc(void) {
  strcpy(proc, "/dev/shm/statsfs-XXXXXX");
  REQUIRE(mkdtemp(proc) != NULL);
}

static void end_proc(void) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf %s", proc);
  REQUIRE(system(command) == 0);
}

static int32_t found[1 << 16];

static long find(const char *in, size_t size) {
  strcpy((char *)found, in);
  return sfs_kvm_find((char *)found, size);
}

static uint64_t start_at(const int32_t *record) {
  uint64_t start;
  memcpy(&start, record + SFS_KVM_FOUND_START, sizeof start);
  return start;
}

/* What is found of a process; or NULL. */
static const int32_t *find_record(long bytes, int32_t pid, int32_t descriptor) {
  const long size = SFS_KVM_FOUND_SIZE * sizeof(int32_t);
  for (const int32_t *record = found; bytes >= size; record += SFS_KVM_FOUND_SIZE, bytes -= size) {
    if (record[SFS_KVM_FOUND_PID] == pid && record[SFS_KVM_FOUND_DESCRIPTOR] == descriptor) {
      return record;
    }
  }
  return NULL;
}

#define STAT_TEXT(command, start) \
  "7 (" command ") S 1 7 7 0 -1 4194304 100 0 0 0 1 2 0 0 20 0 1 0 " start " 1000 200\n"

static void what_is_found(void) {
  begin_proc();
  make_directory("7");
  make_directory("7/fd");
  make_link("7/fd/0", "/dev/null");
  make_link("7/fd/3", "anon_inode:kvm-vm");
  make_link("7/fd/4", "anon_inode:kvm-vcpu:1");
  make_link("7/fd/12", "anon_inode:kvm-vcpu-stats:1");
  make_link("7/fd/13", "anon_inode:kvm-vm-stats");
  make_link("7/fd/014", "anon_inode:kvm-vm-stats");
  make_link("7/fd/x", "anon_inode:kvm-vm-stats");
  make_file("7/fd/15", "no link");
  make_file("7/stat", STAT_TEXT("a) S (b 1 2", "18446744073709551615"));
  /* Somebody who reads. */
  make_directory("8");
  make_directory("8/fd");
  make_link("8/fd/12", "anon_inode:kvm-vcpu-stats:1");
  make_file("8/stat", STAT_TEXT("reader", "5"));
  /* Processes that have ended meanwhile. */
  make_directory("9");
  make_directory("9/fd");
  make_link("9/fd/3", "anon_inode:kvm-vm");
  make_directory("10");
  make_directory("11");
  make_directory("11/fd");
  make_link("11/fd/3", "anon_inode:kvm-vm");
  make_file("11/stat", "11 (a) S 1 7");
  make_file("12", "");
  make_directory("self7");
  make_directory("2147483648");

  long bytes = find(proc, sizeof found);
  CHECK_EQUAL(4 * SFS_KVM_FOUND_SIZE * sizeof(int32_t), bytes);
  static const int32_t expected[4][3] = {{3, SFS_KVM_MACHINE, -1},
                                         {4, SFS_KVM_VCPU, 1},
                                         {12, SFS_KVM_VCPU_STATS, 1},
                                         {13, SFS_KVM_MACHINE_STATS, -1}};
  for (int i = 0; i < 4; i++) {
    const int32_t *record = find_record(bytes, 7, expected[i][0]);
    CHECK(record != NULL);
    if (record != NULL) {
      CHECK_EQUAL(expected[i][1], record[SFS_KVM_FOUND_WHAT]);
      CHECK_EQUAL(expected[i][2], record[SFS_KVM_FOUND_NUMBER]);
      CHECK_EQUAL(-1, start_at(record));
    }
  }
  /* Nothing is written behind the room that there is, and the answer says how much it takes. */
  for (size_t room = 0; room < (size_t)bytes; room += 5) {
    memset(found, 0x5a, sizeof found);
    const size_t first = (strlen(proc) + sizeof(int32_t)) / sizeof(int32_t);
    CHECK_EQUAL(bytes, find(proc, room));
    for (size_t at = room / sizeof(int32_t) + 1; at < 64; at++) {
      CHECK(at < first || found[at] == 0x5a5a5a5a);
    }
  }
  end_proc();
  CHECK_EQUAL(-ENOENT, find(proc, sizeof found));
}

/* Statistics as a kernel may give them one day: in another order, with gaps, and longer names. */
struct blocks {
  uint32_t name_size;
  uint32_t count;
  uint32_t id;
  uint32_t descriptions;
  uint32_t data;
};

static int file_of(const char *bytes, size_t size) {
  int fd = memfd_create("statistics", MFD_CLOEXEC);
  REQUIRE(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
  return fd;
}

static const int64_t pattern = 0x0102030405060708;

/* Each stat has two values, of which the second one has the highest bit. */
static int make_statistics(const struct blocks *blocks, char *bytes, size_t size) {
  memset(bytes, 0xee, size);
  const uint32_t header[6] = {0,          blocks->name_size,    blocks->count,
                              blocks->id, blocks->descriptions, blocks->data};
  memcpy(bytes, header, sizeof header);
  memset(bytes + blocks->id, 0, blocks->name_size);
  strcpy(bytes + blocks->id, "kvm-1/vcpu-2");
  for (uint32_t i = 0; i < blocks->count; i++) {
    char *its = bytes + blocks->descriptions + i * (DESCRIPTION_HEAD + blocks->name_size);
    const uint16_t count = 2;
    const uint32_t offset = (blocks->count - 1 - i) * 16;
    const int64_t of_stat[2] = {pattern + i, INT64_MIN + i};
    memset(its, 0, DESCRIPTION_HEAD + blocks->name_size);
    memcpy(its + 6, &count, sizeof count);
    memcpy(its + 8, &offset, sizeof offset);
    snprintf(its + DESCRIPTION_HEAD, blocks->name_size, "stat%u", i);
    memcpy(bytes + blocks->data + offset, of_stat, sizeof of_stat);
  }
  return file_of(bytes, size);
}

static const struct blocks usual = {48, 3, 24, 72, 72 + 3 * 64};

static void orders_of_the_blocks(void) {
  static const struct blocks blocks[] = {
      {48, 3, 24, 72, 72 + 3 * 64},
      {48, 3, 72 + 3 * 64, 72, 320},
      {48, 3, 4000, 1024, 24},
      {64, 3, 512, 24, 600},
      {16, 5, 24, 40, 2048},
      {256, 1, 3000, 24, 320},
  };
  char bytes[4096];
  for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
    int fd = make_statistics(&blocks[i], bytes, sizeof bytes);
    begin();
    struct unit *unit = add((struct sfs_kvm_statistics){.pid = 1, .what = SFS_KVM_VCPU_STATS});
    long size = sfs_kvm_read_description(fd, unit->description, DESCRIPTION_BYTES);
    CHECK_EQUAL(HEADER_BYTES + blocks[i].count * (16 + blocks[i].name_size) + blocks[i].name_size,
                size);
    CHECK_EQUAL(0, strcmp("kvm-1/vcpu-2", id_of(unit->description)));
    CHECK_EQUAL(0, strcmp("stat0", name_at(unit->description, 0)));
    /* Nothing is written where it does not suffice. */
    for (long less = 0; less < size; less += size / 7 + 1) {
      char *room = malloc((size_t)less + 1);
      room[0] = 'x';
      CHECK_EQUAL(size, sfs_kvm_read_description(fd, room, (size_t)less));
      CHECK_EQUAL('x', room[0]);
      free(room);
    }
    lay_out();
    for (int again = 0; again < 2; again++) {
      sfs_kvm_read(memory, memory + SFS_KVM_SIZE, fd, again, values, outcomes);
      for (uint32_t stat = 0; stat < blocks[i].count; stat++) {
        CHECK_EQUAL(pattern + stat, values[2 * stat]);
        CHECK_EQUAL(SFS_OK | SFS_SIGNED << SFS_KIND_SHIFT, outcomes[2 * stat]);
        CHECK_EQUAL(INT64_MIN + stat, values[2 * stat + 1]);
        CHECK_EQUAL(SFS_OK | SFS_UNSIGNED << SFS_KIND_SHIFT, outcomes[2 * stat + 1]);
      }
      CHECK_EQUAL(UNTOUCHED, values[2 * blocks[i].count]);
    }
    close(fd);
  }
}

static void put_field(int fd, size_t at, uint32_t value, size_t size) {
  REQUIRE(pwrite(fd, &value, size, (off_t)at) == (ssize_t)size);
}

static void descriptions_that_cannot_be(void) {
  static const struct {
    size_t at;
    size_t size;
    uint32_t value;
  } changes[] = {
      {4, 4, 0},           {4, 4, 257},          {4, 4, UINT32_MAX},
      {8, 4, UINT32_MAX},   {8, 4, 200},        {12, 4, 0},
      {12, 4, 23},         {12, 4, UINT32_MAX},  {12, 4, 1 << 20},   {12, 4, 4090},
      {16, 4, 8},          {16, 4, UINT32_MAX},  {16, 4, 1 << 20},   {16, 4, 4000},
      {20, 4, 0},          {20, 4, UINT32_MAX},  {20, 4, 1 << 20},
      {72 + 8, 4, 1 << 20}, {72 + 8, 4, UINT32_MAX}, {72 + 6, 2, 65535 /* and an offset */},
  };
  char bytes[4096];
  char description[DESCRIPTION_BYTES];
  for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
    int fd = make_statistics(&usual, bytes, sizeof bytes);
    put_field(fd, changes[i].at, changes[i].value, changes[i].size);
    if (changes[i].size == 2) {
      put_field(fd, 72 + 8, (1 << 20) - 65535 * 8 - 72 - 3 * 64 + 1, 4);
    }
    CHECK_EQUAL(-EINVAL, sfs_kvm_read_description(fd, description, sizeof description));
    close(fd);
  }
  /* Texts without an end. */
  for (size_t at = 24; at <= 72 + 16; at += 64) {
    int fd = make_statistics(&usual, bytes, sizeof bytes);
    for (size_t i = 0; i < name_size; i++) {
      put_field(fd, at + i, 'x', 1);
    }
    CHECK_EQUAL(-EINVAL, sfs_kvm_read_description(fd, description, sizeof description));
    close(fd);
  }
  /* Cut anywhere. */
  for (size_t size = 0; size < usual.data; size++) {
    int fd = make_statistics(&usual, bytes, sizeof bytes);
    REQUIRE(ftruncate(fd, (off_t)size) == 0);
    CHECK_EQUAL(-EINVAL, sfs_kvm_read_description(fd, description, sizeof description));
    close(fd);
  }
  /* Any bytes: within bounds, or not at all. */
  srand(1);
  int could_be = 0;
  for (int round = 0; round < 20000; round++) {
    int fd = make_statistics(&usual, bytes, 1024);
    for (int i = rand() % 4; i >= 0; i--) {
      size_t at = (size_t)rand() % (rand() % 2 == 0 ? HEADER_BYTES : usual.data);
      put_field(fd, at, (uint32_t)rand(), 1);
    }
    char *room = malloc(DESCRIPTION_BYTES);
    long size = sfs_kvm_read_description(fd, room, DESCRIPTION_BYTES);
    CHECK(size == -EINVAL || size > HEADER_BYTES);
    could_be += size > 0;
    free(room);
    close(fd);
  }
  CHECK(could_be > 1000 && could_be < 19000);
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  CHECK_EQUAL(-ESPIPE, sfs_kvm_read_description(ends[0], description, sizeof description));
  close(ends[0]);
  close(ends[1]);
}

/* What is not what was described has no values. */
static void statistics_that_are_others(void) {
  char bytes[1024];
  int fd = make_statistics(&usual, bytes, sizeof bytes);
  begin();
  struct unit *unit = add((struct sfs_kvm_statistics){.pid = 1, .what = SFS_KVM_VCPU_STATS});
  CHECK(sfs_kvm_read_description(fd, unit->description, DESCRIPTION_BYTES) > 0);
  lay_out();
  const int32_t *its = memory + SFS_KVM_SIZE;
  close(fd);
  for (size_t at = 0; at < usual.data + 8; at++) {
    fd = make_statistics(&usual, bytes, sizeof bytes);
    put_field(fd, at, bytes[at] ^ 1, 1);
    sfs_kvm_read(memory, its, fd, 0, values, outcomes);
    CHECK(have_all(unit, at < usual.data ? SFS_GONE | EBADF << SFS_ERRNO_SHIFT : SFS_OK));
    /* Behind one of the same kind the id is compared, and the last description. */
    sfs_kvm_read(memory, its, fd, 1, values, outcomes);
    const int is_compared =
        (at >= usual.id && at < usual.descriptions) || (at >= usual.data - 64 && at < usual.data);
    CHECK(have_all(unit, is_compared ? SFS_GONE | EBADF << SFS_ERRNO_SHIFT : SFS_OK));
    close(fd);
  }
  fd = make_statistics(&usual, bytes, sizeof bytes);
  REQUIRE(ftruncate(fd, usual.data + 3 * 16 - 1) == 0);
  sfs_kvm_read(memory, its, fd, 0, values, outcomes);
  CHECK(have_all(unit, SFS_GONE | EBADF << SFS_ERRNO_SHIFT));
  REQUIRE(ftruncate(fd, usual.data + 3 * 16) == 0);
  sfs_kvm_read(memory, its, fd, 0, values, outcomes);
  CHECK(have_all(unit, SFS_OK));
  close(fd);
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  sfs_kvm_read(memory, its, ends[0], 0, values, outcomes);
  CHECK(have_all(unit, SFS_GONE | EBADF << SFS_ERRNO_SHIFT));
  close(ends[0]);
  close(ends[1]);
}

/* ---- processes with machines ---- */

/* Runs machines on command. */
struct vmm {
  pid_t pid;
  int commands;
  int replies;
};

struct command {
  char what;
  int machine;
  int number;
  int argument;
};

enum { MOST_MACHINES = 8, TEXT_BYTES = 1 << 15 };

/* Puts a file that has the bytes of statistics in their place; it can only be read, too. */
static int replace_by_copy(int descriptor) {
  static char bytes[1 << 14];
  char path[32];
  ssize_t count = pread(descriptor, bytes, sizeof bytes, 0);
  snprintf(path, sizeof path, "/proc/self/fd/%d", count < 0 ? -1 : file_of(bytes, (size_t)count));
  int copy = open(path, O_RDONLY | O_CLOEXEC);
  return copy < 0 || dup2(copy, descriptor) < 0 ? errno : 0;
}

static int execute(int kvm, struct machine *machines, const struct command *command, char *text) {
  static int next;
  struct machine *machine = &machines[command->machine];
  int fd = -1;
  int error;
  switch (command->what) {
    case 'm': /* its descriptor */
      error = make_machine(kvm, &machines[next++]);
      return error == 0 ? machines[next - 1].descriptor : -error;
    case 'v':
      error = add_vcpu(machine, (unsigned)command->number);
      return error == 0 ? machine->vcpus[command->number] : -error;
    case 'h':
      error = hold_statistics(machine, command->number, &fd);
      return error == 0 ? fd : -error;
    case 'd':
      return -drop_statistics(machine, command->number);
    case 'r':
      return -run_vcpu(kvm, machine, (unsigned)command->number);
    case 's':
      return -write_statistics(machine, command->number, text, TEXT_BYTES);
    case 'e':
      end_machine(machine);
      return 0;
    case '2':
      return dup2(command->argument, command->number);
    case 'c':
      return -replace_by_copy(command->number);
    case 'i': /* what has no name, either, and cannot be read at an offset */
      return dup2(command->argument == O_RDONLY ? inotify_init1(IN_CLOEXEC) : eventfd(0, EFD_CLOEXEC),
                  command->number);
    case 'g': /* a duplicate of what another process has */
      fd = (int)syscall(SYS_pidfd_open, command->number, 0);
      return (int)syscall(SYS_pidfd_getfd, fd, command->argument, 0);
    default:
      return -EINVAL;
  }
}

/* Descriptors that nobody else gets to. */
static int out_of_the_way(int fd) {
  int moved = fcntl(fd, F_DUPFD_CLOEXEC, 100);
  close(fd);
  return moved;
}

static void serve(int in, int out) {
  static struct machine machines[MOST_MACHINES];
  static char text[TEXT_BYTES];
  int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  struct command command;
  while (read(in, &command, sizeof command) == sizeof command) {
    text[0] = '\0';
    int reply = execute(kvm, machines, &command, text);
    if (write(out, &reply, sizeof reply) != sizeof reply ||
        (command.what == 's' && write(out, text, sizeof text) != sizeof text)) {
      break;
    }
  }
  _exit(0);
}

static struct vmm start_vmm_as(pid_t (*start)(void)) {
  int in[2];
  int out[2];
  REQUIRE(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
  pid_t pid = start();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    close(in[1]);
    close(out[0]);
    serve(out_of_the_way(in[0]), out_of_the_way(out[1]));
  }
  close(in[0]);
  close(out[1]);
  return (struct vmm){pid, in[1], out[0]};
}

static struct vmm start_vmm(void) {
  return start_vmm_as(fork);
}

/* By a signal, as nobody has time to clean up then. */
static void kill_vmm(struct vmm *vmm) {
  REQUIRE(kill(vmm->pid, SIGKILL) == 0);
  REQUIRE(waitpid(vmm->pid, NULL, 0) == vmm->pid);
  close(vmm->commands);
  close(vmm->replies);
}

static int try(const struct vmm *vmm, struct command command) {
  int reply;
  REQUIRE(write(vmm->commands, &command, sizeof command) == sizeof command);
  REQUIRE(read(vmm->replies, &reply, sizeof reply) == sizeof reply);
  return reply;
}

static int ask(const struct vmm *vmm, char what, int machine, int number) {
  int reply = try(vmm, (struct command){what, machine, number, 0});
  if (reply < 0) {
    fprintf(stderr, "'%c' of machine %d, vCPU %d: %s\n", what, machine, number, strerror(-reply));
    exit(EXIT_FAILURE);
  }
  return reply;
}

/* Has a guest do something. Returns 0 where there is none for the architecture. */
static int has_run(const struct vmm *vmm, int machine, int number) {
  static int is_known;
  int error = -try(vmm, (struct command){'r', machine, number, 0});
  if (error == ENOSYS && !is_known++) {
    puts("skipped: no guest runs, as there is none for this architecture");
  }
  CHECK(error == 0 || error == ENOSYS);
  return error == 0;
}

static uint64_t start_of(pid_t pid) {
  char path[64];
  char text[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "re");
  REQUIRE(file != NULL && fgets(text, sizeof text, file) != NULL);
  fclose(file);
  uint64_t start;
  REQUIRE(sscanf(strrchr(text, ')'),
                 ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %" SCNu64,
                 &start) == 1);
  return start;
}

/* A machine with vCPUs whose statistics are held, as units of the batch. Returns the first of them. */
static struct unit *add_machine(const struct vmm *vmm, int machine, int vcpus) {
  ask(vmm, 'm', machine, 0);
  for (int i = 0; i < vcpus; i++) {
    ask(vmm, 'v', machine, i);
  }
  struct unit *first = NULL;
  for (int i = NO_VCPU; i < vcpus; i++) {
    int fd = ask(vmm, 'h', machine, i);
    struct unit *unit = add_described((struct sfs_kvm_statistics){
        .pid = vmm->pid,
        .start = start_of(vmm->pid),
        .descriptor = fd,
        .what = i == NO_VCPU ? SFS_KVM_MACHINE_STATS : SFS_KVM_VCPU_STATS,
        .number = i,
    });
    first = first == NULL ? unit : first;
  }
  return first;
}

/* Compares all values with what the process itself reads. */
static void compare(const struct vmm *vmm, int machine, const struct unit *unit) {
  static char text[TEXT_BYTES];
  CHECK_EQUAL(0, ask(vmm, 's', machine, unit->its.number));
  for (size_t got = 0; got < sizeof text;) {
    ssize_t count = read(vmm->replies, text + got, sizeof text - got);
    REQUIRE(count > 0);
    got += (size_t)count;
  }
  int32_t slot = unit->first_slot;
  const char *at = text;
  for (uint32_t stat = 0; stat < header_of(unit->description, COUNT); stat++) {
    const char *name = name_at(unit->description, stat);
    REQUIRE(strncmp(at, name, strlen(name)) == 0 && at[strlen(name)] == '=');
    at += strlen(name);
    for (int i = 0; i < values_at(unit->description, stat); i++, slot++) {
      char *end;
      CHECK_EQUAL(strtoull(at + 1, &end, 10), values[slot]);
      at = end;
    }
    at += *at == ' ';
  }
  CHECK_EQUAL('\0', *at);
}

static void machines_of_another_process(void) {
  struct vmm vmm = start_vmm();
  const int before = count_descriptors();
  begin();
  struct unit *machine = add_machine(&vmm, 0, 3);
  CHECK_EQUAL(before, count_descriptors());
  lay_out();
  sample();
  CHECK_EQUAL(3, memory[SFS_KVM_POSITION]);
  CHECK_EQUAL(0, value_of(machine + 1, "exits"));
  for (int round = 1; round < 4; round++) {
    int64_t least = has_run(&vmm, 0, 0) && has_run(&vmm, 0, 2) ? round : 0;
    sample();
    for (int i = 0; i < 4; i++) {
      CHECK(have_all(machine + i, SFS_OK));
      compare(&vmm, 0, machine + i);
    }
    CHECK(value_of(machine + 1, "exits") >= least);
    CHECK_EQUAL(0, value_of(machine + 2, "exits"));
    CHECK(value_of(machine + 3, "exits") >= least);
  }
  char id[48];
  snprintf(id, sizeof id, "kvm-%d", vmm.pid);
  CHECK_EQUAL(0, strcmp(id, id_of(machine->description)));
  snprintf(id, sizeof id, "kvm-%d/vcpu-2", vmm.pid);
  CHECK_EQUAL(0, strcmp(id, id_of(machine[3].description)));
  /* The kinds of vCPUs are the same. */
  CHECK_EQUAL(0, memcmp(machine[1].description, machine[3].description,
                        kind_size(machine[1].description)));

  /* Between samples the process and the directory of descriptors are held. */
  CHECK_EQUAL(before + 2, count_descriptors());
  sfs_kvm_close(memory);
  CHECK_EQUAL(before, count_descriptors());
  sample();
  CHECK(have_all(machine + 3, SFS_OK));
  kill_vmm(&vmm);
  sample();
  for (int i = 0; i < 4; i++) {
    CHECK(have_all(machine + i, SFS_GONE | ESRCH << SFS_ERRNO_SHIFT));
  }
  /* Less the two pipes; and what has ended is not held. */
  CHECK_EQUAL(before - 2 + 1, count_descriptors());
  sfs_kvm_close(memory);
  sfs_kvm_close(memory);
  CHECK_EQUAL(before - 2, count_descriptors());
}

static void machines_are_found(void) {
  struct vmm vmm = start_vmm();
  begin();
  struct unit *machine = add_machine(&vmm, 0, 2);
  struct vmm other = start_vmm();
  struct vmm reader = start_vmm();
  CHECK(try(&reader, (struct command){'g', 0, vmm.pid, machine->its.descriptor}) >= 0);
  int vm = ask(&other, 'm', 0, 0);
  int vcpu = ask(&other, 'v', 0, 5);

  long bytes = find("/proc", sizeof found);
  CHECK(bytes > 0);
  for (int i = 0; i < 3; i++) {
    const int32_t *record = find_record(bytes, vmm.pid, machine[i].its.descriptor);
    REQUIRE(record != NULL);
    CHECK_EQUAL(machine[i].its.what, record[SFS_KVM_FOUND_WHAT]);
    CHECK_EQUAL(machine[i].its.number, record[SFS_KVM_FOUND_NUMBER]);
    CHECK_EQUAL(machine[i].its.start, start_at(record));
  }
  const int32_t *of_vm = find_record(bytes, other.pid, vm);
  const int32_t *of_vcpu = find_record(bytes, other.pid, vcpu);
  REQUIRE(of_vm != NULL && of_vcpu != NULL);
  CHECK_EQUAL(SFS_KVM_MACHINE, of_vm[SFS_KVM_FOUND_WHAT]);
  CHECK_EQUAL(-1, of_vm[SFS_KVM_FOUND_NUMBER]);
  CHECK_EQUAL(SFS_KVM_VCPU, of_vcpu[SFS_KVM_FOUND_WHAT]);
  CHECK_EQUAL(5, of_vcpu[SFS_KVM_FOUND_NUMBER]);
  int of_others = 0;
  for (int32_t fd = 0; fd < 64; fd++) {
    of_others += find_record(bytes, reader.pid, fd) != NULL;
    of_others += find_record(bytes, getpid(), fd) != NULL;
  }
  CHECK_EQUAL(0, of_others);
  /* Which it lets nobody else have. */
  struct sfs_kvm_statistics its = {other.pid, start_of(other.pid), vm, SFS_KVM_MACHINE, -1};
  char description[DESCRIPTION_BYTES];
  CHECK_EQUAL(-EIO, describe(&its, description));
  kill_vmm(&vmm);
  kill_vmm(&other);
  kill_vmm(&reader);
}

/* One of this process: by its machine and vCPU alone. */
static void machines_of_this_process(void) {
  struct machine machine;
  int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  REQUIRE(kvm >= 0 && make_machine(kvm, &machine) == 0 && add_vcpu(&machine, 3) == 0);
  int held;
  REQUIRE(hold_statistics(&machine, NO_VCPU, &held) == 0);
  const int before = count_descriptors();
  long bytes = find("/proc", sizeof found);
  CHECK(find_record(bytes, getpid(), held) == NULL);
  const int32_t *record = find_record(bytes, getpid(), machine.vcpus[3]);
  REQUIRE(record != NULL && find_record(bytes, getpid(), machine.descriptor) != NULL);
  begin();
  struct unit *of_machine = add_described(
      (struct sfs_kvm_statistics){getpid(), start_at(record), machine.descriptor, SFS_KVM_MACHINE, -1});
  struct unit *of_vcpu = add_described(
      (struct sfs_kvm_statistics){getpid(), start_at(record), machine.vcpus[3], SFS_KVM_VCPU, 3});
  lay_out();
  sample();
  CHECK(have_all(of_machine, SFS_OK) && have_all(of_vcpu, SFS_OK));
  int64_t exits = value_of(of_vcpu, "exits");
  if (run_vcpu(kvm, &machine, 3) == 0) {
    sample();
    CHECK(value_of(of_vcpu, "exits") > exits);
  }
  CHECK_EQUAL(before + 1, count_descriptors());
  /* Others that took their numbers. */
  REQUIRE(dup2(machine.descriptor, machine.vcpus[3]) >= 0);
  REQUIRE(dup2(kvm, machine.descriptor) >= 0);
  sample();
  CHECK(have_all(of_machine, SFS_GONE | EBADF << SFS_ERRNO_SHIFT));
  CHECK(have_all(of_vcpu, SFS_GONE | EBADF << SFS_ERRNO_SHIFT));
  end_machine(&machine);
  sample();
  CHECK(have_all(of_vcpu, SFS_GONE | EBADF << SFS_ERRNO_SHIFT));
  sfs_kvm_close(memory);
  close(kvm);
}

static void descriptors_that_have_another_meaning(void) {
  struct vmm vmm = start_vmm();
  begin();
  struct unit *machine = add_machine(&vmm, 0, 3);
  lay_out();
  sample();
  CHECK(have_all(machine + 2, SFS_OK));
  const uint32_t gone = SFS_GONE | EBADF << SFS_ERRNO_SHIFT;
  /* The statistics of another vCPU; and back again, as those of the same machine are the same ones. */
  const int own = machine[2].its.descriptor;
  const int another = machine[3].its.descriptor;
  CHECK(try(&vmm, (struct command){'2', 0, own, another}) >= 0);
  sample();
  CHECK(have_all(machine + 2, gone));
  CHECK(have_all(machine + 3, SFS_OK));
  ask(&vmm, 'd', 0, 1);
  sample();
  CHECK(have_all(machine + 2, gone));
  CHECK_EQUAL(own, ask(&vmm, 'h', 0, 1));
  sample();
  CHECK(have_all(machine + 2, SFS_OK));
  /* A file with the very bytes of statistics: it is known before it is read that it is none. */
  ask(&vmm, 'c', 0, own);
  sample();
  CHECK(have_all(machine + 2, gone));
  CHECK(have_all(machine + 1, SFS_OK));
  for (int mode = O_RDONLY; mode <= O_RDWR; mode += O_RDWR) {
    CHECK(try(&vmm, (struct command){'i', 0, own, mode}) >= 0);
    sample();
    CHECK(have_all(machine + 2, gone));
  }
  char description[DESCRIPTION_BYTES];
  CHECK_EQUAL(-EBADF, describe(&machine[2].its, description));
  /* Of no machine at all, and not of what they are said to be. */
  struct sfs_kvm_statistics its = machine[1].its;
  its.what = SFS_KVM_MACHINE_STATS;
  CHECK_EQUAL(-EBADF, describe(&its, description));
  its = machine[1].its;
  its.number = 1;
  CHECK_EQUAL(-EBADF, describe(&its, description));
  its.descriptor = 1000;
  CHECK_EQUAL(-EBADF, describe(&its, description));
  sfs_kvm_close(memory);
  kill_vmm(&vmm);
}

/* They are compared for the first of several units of their kind; after one that is another, for the next one, too. */
static void kinds_that_are_others(void) {
  struct vmm vmm = start_vmm();
  begin();
  struct unit *machine = add_machine(&vmm, 0, 3);
  lay_out();
  const int32_t kind = memory[SFS_KVM_SIZE + SFS_KVM_UNIT_SIZE + SFS_KVM_UNIT_KIND];
  CHECK_EQUAL(kind, memory[SFS_KVM_SIZE + 3 * SFS_KVM_UNIT_SIZE + SFS_KVM_UNIT_KIND]);
  const int32_t places[] = {0 /* flags */, HEADER_BYTES + 3 * 64 + 8 /* where a value is */};
  for (int round = 0; round < 4; round++) {
    const uint32_t expected = round % 2 == 1 ? SFS_GONE | EBADF << SFS_ERRNO_SHIFT : SFS_OK;
    sample();
    CHECK(have_all(machine, SFS_OK));
    for (int i = 1; i < 4; i++) {
      CHECK(have_all(machine + i, expected));
    }
    ((char *)memory)[kind + places[round / 2]] ^= 1;
  }
  sfs_kvm_close(memory);
  kill_vmm(&vmm);
}

/* Both have the same id. */
static void two_machines_of_one_thread(void) {
  struct vmm vmm = start_vmm();
  begin();
  struct unit *first = add_machine(&vmm, 0, 1);
  struct unit *second = add_machine(&vmm, 1, 1);
  CHECK_EQUAL(0, strcmp(id_of(first->description), id_of(second->description)));
  lay_out();
  int64_t least = 0;
  while (least < 3 && has_run(&vmm, 1, 0)) {
    least++;
  }
  sample();
  CHECK_EQUAL(0, value_of(first + 1, "exits"));
  CHECK(value_of(second + 1, "exits") >= least);
  for (int i = 0; i < 2; i++) {
    compare(&vmm, 0, first + i);
    compare(&vmm, 1, second + i);
  }
  ask(&vmm, 'e', 0, 0);
  sample();
  CHECK(have_all(first, SFS_GONE | EBADF << SFS_ERRNO_SHIFT));
  CHECK(have_all(first + 1, SFS_GONE | EBADF << SFS_ERRNO_SHIFT));
  CHECK(have_all(second, SFS_OK));
  CHECK(have_all(second + 1, SFS_OK));
  sfs_kvm_close(memory);
  kill_vmm(&vmm);
}

static void what_is_left_out_is_not_touched(void) {
  struct vmm vmm = start_vmm();
  begin();
  struct unit *machine = add_machine(&vmm, 0, 1);
  lay_out();
  outcomes[machine->first_slot] = SFS_BLOCKED | SFS_LEFT_OUT;
  sample();
  for (int32_t i = machine->first_slot; i < machine->first_slot + machine->values; i++) {
    CHECK_EQUAL(UNTOUCHED, values[i]);
  }
  CHECK_EQUAL(SFS_BLOCKED | SFS_LEFT_OUT, outcomes[machine->first_slot]);
  CHECK(have_all(machine + 1, SFS_OK));
  sfs_kvm_close(memory);
  kill_vmm(&vmm);
}

static pid_t wanted_pid;

static pid_t fork_with_pid(void) {
  uint64_t arguments[11] = {0}; /* struct clone_args of Linux 5.5 */
  arguments[4] = SIGCHLD;
  arguments[8] = (uint64_t)(uintptr_t)&wanted_pid;
  arguments[9] = 1;
  return (pid_t)syscall(SYS_clone3, arguments, 10 * sizeof arguments[0]);
}

static void *describe_as_process(void *unused) {
  char description[DESCRIPTION_BYTES];
  struct sfs_kvm_statistics its = units[0].its;
  its.pid = (int32_t)syscall(SYS_gettid);
  CHECK_EQUAL(-ESRCH, describe(&its, description));
  return unused;
}

/* Another process that has the pid, and statistics under the same number. */
static void pids_that_are_used_again(void) {
  struct vmm vmm = start_vmm();
  begin();
  struct unit *machine = add_machine(&vmm, 0, 1);
  lay_out();
  sample();
  kill_vmm(&vmm);
  usleep(30000); /* Starts are told by hundredths of a second. */
  wanted_pid = vmm.pid;
  struct vmm next = start_vmm_as(fork_with_pid);
  REQUIRE(next.pid == vmm.pid);
  ask(&next, 'm', 0, 0);
  ask(&next, 'v', 0, 0);
  for (int i = 0; i < 2; i++) {
    int fd = ask(&next, 'h', 0, machine[i].its.number);
    CHECK(try(&next, (struct command){'2', 0, machine[i].its.descriptor, fd}) >= 0);
  }
  for (int round = 0; round < 2; round++) {
    sample();
    CHECK(have_all(machine, SFS_GONE | ESRCH << SFS_ERRNO_SHIFT));
    CHECK(have_all(machine + 1, SFS_GONE | ESRCH << SFS_ERRNO_SHIFT));
    /* Also where the process was not open yet. */
    sfs_kvm_close(memory);
    lay_out();
  }
  char description[DESCRIPTION_BYTES];
  CHECK_EQUAL(-ESRCH, describe(&machine->its, description));
  kill_vmm(&next);
  CHECK_EQUAL(-ESRCH, describe(&machine->its, description));
  /* Numbers are also given to threads. */
  pthread_t thread;
  REQUIRE(pthread_create(&thread, NULL, describe_as_process, NULL) == 0);
  pthread_join(thread, NULL);
}

/* Runs in a process of its own. */
static void in_child(void (*body)(void)) {
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    check_failures = 0;
    body();
    fflush(stdout);
    _exit(check_failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  int status;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK_EQUAL(0, status);
}

static struct vmm of_root;

static void denied(void) {
  char description[DESCRIPTION_BYTES];
  REQUIRE(setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
  CHECK_EQUAL(-EPERM, describe(&units[0].its, description));
  sample();
  CHECK(have_all(&units[0], SFS_DENIED | EPERM << SFS_ERRNO_SHIFT));
  CHECK(have_all(&units[1], SFS_DENIED | EPERM << SFS_ERRNO_SHIFT));
  long bytes = find("/proc", sizeof found);
  CHECK(bytes > 0);
  const int32_t *record = find_record(bytes, of_root.pid, -1);
  REQUIRE(record != NULL);
  CHECK_EQUAL(SFS_KVM_DENIED, record[SFS_KVM_FOUND_WHAT]);
  CHECK_EQUAL(-1, record[SFS_KVM_FOUND_NUMBER]);
  CHECK(find_record(bytes, of_root.pid, units[0].its.descriptor) == NULL);
  CHECK(find_record(bytes, getpid(), -1) == NULL);
}

static void without_rights(void) {
  of_root = start_vmm();
  begin();
  add_machine(&of_root, 0, 1);
  lay_out();
  in_child(denied);
  sample();
  CHECK(have_all(&units[0], SFS_OK));
  sfs_kvm_close(memory);
  kill_vmm(&of_root);
}

/* Takes all descriptors that there are. Returns one of them. */
static int take_all(void) {
  int last = -1;
  for (int fd; (fd = dup(STDIN_FILENO)) >= 0;) {
    last = fd;
  }
  REQUIRE(errno == EMFILE && last >= 0);
  return last;
}

static void exhausted(void) {
  enum { NEEDED = 4 };
  const struct rlimit few = {256, 256};
  lay_out();
  REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
  int last = take_all();
  for (int have = 0; have < NEEDED; have++) {
    sample();
    CHECK(have_all(&units[0], SFS_FAILED | EMFILE << SFS_ERRNO_SHIFT));
    CHECK(have_all(&units[1], SFS_FAILED | EMFILE << SFS_ERRNO_SHIFT));
    if (have < 2) {
      CHECK_EQUAL(-EMFILE, find("/proc", sizeof found));
    }
    close(last--);
  }
  sample();
  CHECK(have_all(&units[0], SFS_OK));
  CHECK(have_all(&units[1], SFS_OK));
}

static void without_descriptors(void) {
  struct vmm vmm = start_vmm();
  begin();
  add_machine(&vmm, 0, 1);
  in_child(exhausted);
  kill_vmm(&vmm);
}

static void inside(void) {
  CHECK_EQUAL(-EXDEV, find("/proc", sizeof found));
  REQUIRE(unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
  REQUIRE(mount("proc", "/proc", "proc", 0, NULL) == 0);
  struct vmm vmm = start_vmm();
  begin();
  struct unit *machine = add_machine(&vmm, 0, 1);
  CHECK(find_record(find("/proc", sizeof found), vmm.pid, machine->its.descriptor) != NULL);
  lay_out();
  sample();
  CHECK(have_all(machine, SFS_OK));
  kill_vmm(&vmm);
}

static void enter_pid_namespace(void) {
  REQUIRE(unshare(CLONE_NEWPID) == 0);
  in_child(inside);
}

static void another_pid_namespace(void) {
  in_child(enter_pid_namespace);
}

/* ---- machines that end while they are sampled ---- */

enum { SAMPLERS = 2, ROUNDS = 100, VCPUS = 2 };

static char debugfs[64];

/* Whether debugfs has a machine that a process made. */
static int has_directory(pid_t pid) {
  char path[96];
  char prefix[32];
  snprintf(path, sizeof path, "%s/kvm", debugfs);
  snprintf(prefix, sizeof prefix, "%d-", pid);
  DIR *machines = opendir(path);
  REQUIRE(machines != NULL);
  int has = 0;
  for (const struct dirent *entry; (entry = readdir(machines)) != NULL;) {
    has |= strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
  }
  closedir(machines);
  return has;
}

static int has_ended;

struct sampler {
  int32_t *memory;
  int64_t *values;
  uint32_t *outcomes;
  uint64_t samples;
  uint64_t longest; /* nanoseconds */
  uint64_t ok;
  uint64_t gone;
  uint64_t others;
};

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void *sample_on(void *of) {
  struct sampler *sampler = of;
  while (!__atomic_load_n(&has_ended, __ATOMIC_ACQUIRE)) {
    uint64_t begun = now();
    sfs_kvm_sample(sampler->memory, sampler->values, sampler->outcomes);
    uint64_t took = now() - begun;
    sampler->longest = took > sampler->longest ? took : sampler->longest;
    sampler->samples++;
    for (int i = 0; i < unit_count; i++) {
      int status = status_of(sampler->outcomes[units[i].first_slot]);
      sampler->ok += status == SFS_OK;
      sampler->gone += status == SFS_GONE;
      sampler->others += status != SFS_OK && status != SFS_GONE;
    }
  }
  /* What has ended stays so. */
  sfs_kvm_sample(sampler->memory, sampler->values, sampler->outcomes);
  for (int i = 0; i < unit_count; i++) {
    sampler->others += status_of(sampler->outcomes[units[i].first_slot]) != SFS_GONE;
  }
  sfs_kvm_close(sampler->memory);
  return NULL;
}

static void ending(void) {
  strcpy(debugfs, "/dev/shm/statsfs-XXXXXX");
  REQUIRE(mkdtemp(debugfs) != NULL);
  REQUIRE(unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
  REQUIRE(mount("debugfs", debugfs, "debugfs", 0, NULL) == 0);
  struct sampler samplers[SAMPLERS] = {{0}};
  for (int i = 0; i < SAMPLERS; i++) {
    samplers[i].memory = malloc(sizeof memory);
    samplers[i].values = calloc(MOST_VALUES, sizeof values[0]);
    samplers[i].outcomes = calloc(MOST_VALUES, sizeof outcomes[0]);
  }
  const int before = count_descriptors();
  int were_seen = 0;
  int ended_late = 0;
  uint64_t begun = now();
  for (int round = 0; round < ROUNDS; round++) {
    struct vmm vmm = start_vmm();
    begin();
    add_machine(&vmm, 0, VCPUS);
    were_seen += has_directory(vmm.pid);
    lay_out();
    __atomic_store_n(&has_ended, 0, __ATOMIC_RELEASE);
    pthread_t threads[SAMPLERS];
    for (int i = 0; i < SAMPLERS; i++) {
      memcpy(samplers[i].memory, memory, sizeof memory);
      REQUIRE(pthread_create(&threads[i], NULL, sample_on, &samplers[i]) == 0);
    }
    usleep((useconds_t)(rand() % 4000));
    if (round % 3 == 0) {
      ask(&vmm, 'e', 0, 0);
    }
    kill_vmm(&vmm);
    ended_late += has_directory(vmm.pid);
    __atomic_store_n(&has_ended, 1, __ATOMIC_RELEASE);
    for (int i = 0; i < SAMPLERS; i++) {
      pthread_join(threads[i], NULL);
    }
    /* Nobody has anything of it any more. */
    CHECK(!has_directory(vmm.pid));
    CHECK_EQUAL(before, count_descriptors());
  }
  uint64_t samples = 0;
  uint64_t longest = 0;
  for (int i = 0; i < SAMPLERS; i++) {
    samples += samplers[i].samples;
    longest = samplers[i].longest > longest ? samplers[i].longest : longest;
    CHECK(samplers[i].ok > 0 && samplers[i].gone > 0);
    CHECK_EQUAL(0, samplers[i].others);
    free(samplers[i].memory);
    free(samplers[i].values);
    free(samplers[i].outcomes);
  }
  CHECK_EQUAL(ROUNDS, were_seen);
  printf("%d machines ended during %llu samples in %.1f s, %d of them still there when their process was gone; "
         "the longest sample took %.2f ms\n",
         ROUNDS, (unsigned long long)samples, (double)(now() - begun) / 1e9, ended_late,
         (double)longest / 1e6);
  REQUIRE(umount2(debugfs, MNT_DETACH) == 0 && rmdir(debugfs) == 0);
}

static void machines_that_end_while_they_are_sampled(void) {
  in_child(ending);
}

/* ---- */

/* Why there can be no machines here, or NULL. */
static const char *why_not(void) {
  int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  if (kvm < 0) {
    return errno == EACCES ? "this user may not use /dev/kvm" : "there is no /dev/kvm";
  }
  struct machine machine;
  const int error = make_machine(kvm, &machine);
  int fd;
  const char *why = NULL;
  if (error != 0) {
    why = "/dev/kvm makes no machines, as under an emulator";
  } else {
    why = hold_statistics(&machine, NO_VCPU, &fd) == ENOTTY ? "this kernel has no KVM_GET_STATS_FD" : NULL;
    end_machine(&machine);
  }
  close(kvm);
  return why;
}

int main(void) {
  static const struct test without_machines[] = {
      TEST(links),
      TEST(what_is_found),
      TEST(orders_of_the_blocks),
      TEST(descriptions_that_cannot_be),
      TEST(statistics_that_are_others),
  };
  static const struct test with_machines[] = {
      TEST(machines_of_another_process),
      TEST(machines_are_found),
      TEST(machines_of_this_process),
      TEST(descriptors_that_have_another_meaning),
      TEST(kinds_that_are_others),
      TEST(two_machines_of_one_thread),
      TEST(what_is_left_out_is_not_touched),
      TEST(without_descriptors),
  };
  static const struct test as_root[] = {
      TEST(pids_that_are_used_again),
      TEST(without_rights),
      TEST(another_pid_namespace),
      TEST(machines_that_end_while_they_are_sampled),
  };
  signal(SIGPIPE, SIG_IGN);
  int status = run_tests(without_machines, sizeof without_machines / sizeof without_machines[0]);
  const char *why = why_not();
  if (why != NULL) {
    printf("skipped: %s\n", why);
    return status;
  }
  status |= run_tests(with_machines, sizeof with_machines / sizeof with_machines[0]);
  if (geteuid() != 0) {
    puts("skipped: what only root can do");
    return status;
  }
  return status | run_tests(as_root, sizeof as_root / sizeof as_root[0]);
}
