#include "kvm.h"

#include "batch.h"
#include "directory.h"
#include "number.h"
#include "system.h"
#include "table.h"

enum {
  GET_STATS_FD = 0xaece, /* _IO(KVMIO, 0xce) */

  LARGEST = 1 << 20, /* bytes of a descriptor, which has 5,000 on x86_64 */

  LISTING_BYTES = 8192,
  LINK_BYTES = 64,
  STAT_BYTES = 1024, /* of proc_pid_stat(5), to behind field 22 */
  NAME_BYTES = 16,   /* of a number in decimal */

  START_FIELD = 22,
  FIELD_BEHIND_COMMAND = 3,
};

struct header {
  uint32_t flags;
  uint32_t name_size; /* of the id, and of each name */
  uint32_t count;
  uint32_t id;
  uint32_t descriptions;
  uint32_t data;
};

/* In front of each name. */
struct description {
  uint32_t flags;
  int16_t exponent;
  uint16_t values;
  uint32_t offset; /* in the data */
  uint32_t bucket;
};

/*
 * For what is done for each unit of a sample. Where the kernel makes its own returns safe from speculation (Safe RET, on
 * AMD's processors from Zen 1 to 4), the next return of the program to before a system call is predicted wrongly, and
 * takes 0.4 us, as much as two calls. So there is none.
 */
#define INLINED static inline __attribute__((always_inline))

/* What any processor of the architecture compares at once. */
typedef uint64_t words __attribute__((vector_size(16)));

static words words_at(const char *bytes) {
  words its;
  __builtin_memcpy(&its, bytes, sizeof its);
  return its;
}

static words differing(const char *a, const char *b) {
  return words_at(a) ^ words_at(b);
}

static int is_equal(const char *a, const char *b, size_t length) {
  enum { ONE = sizeof(words) };
  words first = {0, 0};
  words second = {0, 0};
  size_t i = 0;
  for (; i + 4 * ONE <= length; i += 4 * ONE) {
    first |= differing(a + i, b + i) | differing(a + i + ONE, b + i + ONE);
    second |= differing(a + i + 2 * ONE, b + i + 2 * ONE) | differing(a + i + 3 * ONE, b + i + 3 * ONE);
  }
  for (; i + ONE <= length; i += ONE) {
    first |= differing(a + i, b + i);
  }
  first |= second;
  uint64_t rest = first[0] | first[1];
  for (; i < length; i++) {
    rest |= (uint64_t)(a[i] ^ b[i]);
  }
  return rest == 0;
}

/* ---- names ---- */

/* Decimal digits and nothing else, as the kernel prints an int that is not negative; or -1. */
static int32_t number_of(const char *text, size_t length) {
  int32_t number = 0;
  if (length == 0 || (length > 1 && text[0] == '0')) {
    return -1;
  }
  for (size_t i = 0; i < length; i++) {
    if (!sfs_is_digit(text[i]) || __builtin_mul_overflow(number, 10, &number) ||
        __builtin_add_overflow(number, text[i] - '0', &number)) {
      return -1;
    }
  }
  return number;
}

static size_t length_of(const char *text) {
  size_t length = 0;
  while (text[length] != '\0') {
    length++;
  }
  return length;
}

/* Writes a number that is not negative, ended by a zero. */
static void put_number(char text[NAME_BYTES], int32_t number) {
  char digits[NAME_BYTES];
  size_t count = 0;
  do {
    digits[count++] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  while (count > 0) {
    *text++ = digits[--count];
  }
  *text = '\0';
}

int32_t sfs_kvm_what(const char *link, size_t length, int32_t *number) {
  /* In the order of the constants. Those of vCPUs are followed by a number. */
  static const char names[SFS_KVM_DENIED][32] = {
      "anon_inode:kvm-vm", "anon_inode:kvm-vcpu:", "anon_inode:kvm-vm-stats",
      "anon_inode:kvm-vcpu-stats:"};
  for (int32_t what = 0; what < SFS_KVM_DENIED; what++) {
    size_t its = length_of(names[what]);
    int has_number = names[what][its - 1] == ':';
    if (length < its || !is_equal(link, names[what], its)) {
      continue;
    }
    *number = number_of(link + its, length - its);
    if (has_number ? *number >= 0 : length == its) {
      return what;
    }
  }
  return SFS_KVM_DENIED;
}

/* What an entry of a directory of descriptors is; or -errno. */
static long look_at(int directory, const char *name, int32_t *number) {
  char link[LINK_BYTES];
  long length = sfs_readlinkat(directory, name, link, sizeof link);
  return length < 0 ? length : sfs_kvm_what(link, (size_t)length, number);
}

/* ---- processes ---- */

static int is_denied(long error) {
  return error == -SFS_EACCES || error == -SFS_EPERM;
}

/* When a process began. `path` leads to its stat. Returns 0, or -ESRCH if it has ended. */
static long read_start(int directory, const char *path, uint64_t *start) {
  char text[STAT_BYTES];
  int fd = sfs_openat(directory, path, SFS_O_RDONLY | SFS_O_CLOEXEC);
  if (fd < 0) {
    return is_denied(fd) || fd == -SFS_EMFILE || fd == -SFS_ENFILE ? fd : -SFS_ESRCH;
  }
  long length = sfs_read(fd, text, sizeof text);
  sfs_close(fd);
  /* The command may have any characters, also this one. */
  long at = length - 1;
  while (at >= 0 && text[at] != ')') {
    at--;
  }
  for (int field = FIELD_BEHIND_COMMAND - 1; field < START_FIELD && at >= 0 && at < length; at++) {
    field += text[at] == ' ';
  }
  uint64_t value = 0;
  int digits = 0;
  for (; at >= 0 && at < length && sfs_is_digit(text[at]); at++, digits++) {
    value = value * 10 + (uint64_t)(text[at] - '0');
  }
  *start = value;
  return digits > 0 ? 0 : -SFS_ESRCH;
}

/* A descriptor of the process that began then; -ESRCH if there is none, or -errno. */
static int open_process(int proc, int32_t pid, uint64_t start) {
  char path[NAME_BYTES + 8];
  uint64_t its = 0;
  int pidfd = sfs_pidfd_open(pid);
  if (pidfd < 0) {
    /* EINVAL: a thread has this number now. */
    return pidfd == -SFS_EINVAL || pidfd == -SFS_ENOENT ? -SFS_ESRCH : pidfd;
  }
  put_number(path, pid);
  char *end = path + length_of(path);
  __builtin_memcpy(end, "/stat", sizeof "/stat");
  /* Read behind that: so if it is the start of this one, the descriptor is of no later one. */
  long error = read_start(proc, path, &its);
  error = error == 0 && its != start ? -SFS_ESRCH : error;
  if (error < 0) {
    sfs_close(pidfd);
    return (int)error;
  }
  return pidfd;
}

static int open_proc(const char *path) {
  return sfs_openat(SFS_AT_FDCWD, path, SFS_O_RDONLY | SFS_O_DIRECTORY | SFS_O_CLOEXEC);
}

static int open_own_descriptors(int proc) {
  return sfs_openat(proc, "self/fd", SFS_O_PATH | SFS_O_DIRECTORY | SFS_O_CLOEXEC);
}

/* ---- finding ---- */

struct found {
  char *memory;
  size_t size;
  size_t used; /* if all of it had room */
};

static void put_found(struct found *found, int32_t pid, int32_t fd, int32_t what, int32_t number) {
  const int32_t record[SFS_KVM_FOUND_SIZE] = {pid, fd, what, number, 0, 0};
  if (found->used + sizeof record <= found->size) {
    __builtin_memcpy(found->memory + found->used, record, sizeof record);
  }
  found->used += sizeof record;
}

static void put_start(struct found *found, size_t from, uint64_t start) {
  const size_t bytes = SFS_KVM_FOUND_SIZE * sizeof(int32_t);
  for (size_t at = from; at < found->used && at + bytes <= found->size; at += bytes) {
    __builtin_memcpy(found->memory + at + SFS_KVM_FOUND_START * sizeof(int32_t), &start,
                     sizeof start);
  }
}

/* Returns 0, or -errno: -EACCES or -EPERM if it may not be looked at. */
static long find_in(struct found *found, int descriptors, int32_t pid, int is_own) {
  char listing[LISTING_BYTES];
  const size_t before = found->used;
  int has_machine = 0;
  long count;
  while ((count = sfs_getdents(descriptors, listing, sizeof listing)) > 0) {
    for (long at = 0; at < count;) {
      const struct sfs_entry *entry = (const struct sfs_entry *)(listing + at);
      at += entry->length;
      int32_t fd = number_of(entry->name, length_of(entry->name));
      int32_t number = -1;
      long what = fd < 0 ? SFS_KVM_DENIED : look_at(descriptors, entry->name, &number);
      if (is_denied(what)) {
        found->used = before;
        return what;
      }
      int is_machine = what == SFS_KVM_MACHINE || what == SFS_KVM_VCPU;
      has_machine |= is_machine;
      if (what >= 0 && what != SFS_KVM_DENIED && (is_machine || !is_own)) {
        put_found(found, pid, fd, (int32_t)what, number);
      }
    }
  }
  uint64_t start = 0;
  if (!has_machine || (found->used > before && read_start(descriptors, "../stat", &start) < 0)) {
    found->used = before;
  }
  put_start(found, before, start);
  return 0;
}

/* A process, by its name in a proc. Returns 0, or -errno if nothing can be found any more. */
static long find_of(struct found *found, int proc, const char *name, int is_own) {
  char path[NAME_BYTES + 4];
  int32_t pid = number_of(name, length_of(name));
  if (pid <= 0) {
    return 0;
  }
  put_number(path, pid);
  char *end = path + length_of(path);
  __builtin_memcpy(end, "/fd", sizeof "/fd");
  int descriptors = sfs_openat(proc, path, SFS_O_RDONLY | SFS_O_DIRECTORY | SFS_O_CLOEXEC);
  long error = descriptors < 0 ? descriptors : find_in(found, descriptors, pid, is_own);
  if (descriptors >= 0) {
    sfs_close(descriptors);
  }
  if (is_denied(error)) {
    put_found(found, pid, -1, SFS_KVM_DENIED, -1);
  }
  /* What else there may be: it has ended. */
  return error == -SFS_EMFILE || error == -SFS_ENFILE || error == -SFS_ENOMEM ? error : 0;
}

/*
 * Whether pids are the same in a proc as in this process, as they are unless one of them is in another pid namespace.
 * A directory that is no proc, for tests, is believed.
 */
static int has_own_pids(int proc, int32_t own) {
  char link[NAME_BYTES];
  long length = sfs_readlinkat(proc, "self", link, sizeof link);
  return length < 0 ? sfs_file_system(proc) != SFS_PROC_SUPER_MAGIC
                    : number_of(link, (size_t)length) == own;
}

long sfs_kvm_find(char *memory, size_t size) {
  char listing[LISTING_BYTES];
  struct found found = {memory, size, 0};
  const int32_t own = sfs_getpid();
  int proc = open_proc(memory);
  if (proc < 0) {
    return proc;
  }
  long error = has_own_pids(proc, own) ? 0 : -SFS_EXDEV;
  long count = 0;
  while (error == 0 && (count = sfs_getdents(proc, listing, sizeof listing)) > 0) {
    for (long at = 0; error == 0 && at < count;) {
      const struct sfs_entry *entry = (const struct sfs_entry *)(listing + at);
      at += entry->length;
      error = find_of(&found, proc, entry->name, number_of(entry->name, length_of(entry->name)) == own);
    }
  }
  sfs_close(proc);
  error = error == 0 && count < 0 ? count : error;
  return error < 0 ? error : (long)found.used;
}

/* ---- descriptors ---- */

/*
 * Whether reading from a descriptor at an offset has no effect, be it of statistics or not: it can only be read, and has
 * no flag at all. What was opened by a path has O_LARGEFILE on such machines; and what the kernel makes without one
 * and for reading alone cannot be read at an offset, but for statistics. This takes a tenth of the time that a
 * look at the link takes.
 */
INLINED int is_harmless(int fd) {
  return sfs_flags(fd) == SFS_O_RDONLY;
}

/* Whether that is what an entry of the directory of this process' descriptors leads to. */
static int leads_to(int own_descriptors, int fd, int32_t what, int32_t number) {
  char name[NAME_BYTES];
  int32_t its_number = -1;
  put_number(name, fd);
  return look_at(own_descriptors, name, &its_number) == what && its_number == number;
}

/*
 * A descriptor of statistics, to be closed at once; or -errno: -EBADF if there is another one. What it is
 * is known before anything is read from it, as reading other things has effects: of what else a process has for
 * its machines, a device's registers may be changed by that, and a network interface would lose a packet. Where
 * header and id are compared then it suffices that reading has no effect.
 */
INLINED int take(int own_descriptors, int pidfd, const struct sfs_kvm_statistics *its, int is_compared) {
  int32_t what = its->what;
  int fd;
  if (what == SFS_KVM_MACHINE || what == SFS_KVM_VCPU) {
    if (!leads_to(own_descriptors, its->descriptor, what, its->number)) {
      return -SFS_EBADF;
    }
    fd = (int)sfs_ioctl(its->descriptor, GET_STATS_FD, 0);
    what += SFS_KVM_MACHINE_STATS - SFS_KVM_MACHINE;
  } else {
    fd = sfs_pidfd_getfd(pidfd, its->descriptor);
  }
  if (fd < 0 || (is_compared && is_harmless(fd))) {
    return fd;
  } else if (!leads_to(own_descriptors, fd, what, its->number)) {
    sfs_close(fd);
    return -SFS_EBADF;
  }
  return fd;
}

static size_t kind_bytes(const struct header *header) {
  return sizeof *header + header->count * (sizeof(struct description) + header->name_size);
}

/* Whether something is behind the header and not too large. */
static int is_within(uint64_t offset, uint64_t bytes) {
  return offset >= sizeof(struct header) && offset + bytes <= LARGEST;
}

static int can_be(const struct header *header) {
  return header->name_size > 0 && is_within(header->id, header->name_size) &&
         is_within(header->descriptions, kind_bytes(header) - sizeof *header);
}

/* Whether a text ends within so many bytes. */
static int has_end(const char *text, size_t bytes) {
  while (bytes > 0 && text[bytes - 1] != '\0') {
    bytes--;
  }
  return bytes > 0;
}

static int can_all_be(const struct header *header, const char *descriptions) {
  for (uint32_t i = 0; i < header->count; i++) {
    struct description its;
    __builtin_memcpy(&its, descriptions, sizeof its);
    if (!is_within((uint64_t)header->data + its.offset, its.values * sizeof(uint64_t)) ||
        !has_end(descriptions + sizeof its, header->name_size)) {
      return 0;
    }
    descriptions += sizeof its + header->name_size;
  }
  return 1;
}

/* 0, or -errno: -EINVAL if there are less. */
static long read_all(int fd, void *memory, size_t bytes, uint32_t offset) {
  long count = sfs_pread(fd, memory, bytes, (long)offset);
  return count < 0 ? count : (size_t)count == bytes ? 0 : -SFS_EINVAL;
}

long sfs_kvm_read_description(int fd, char *memory, size_t size) {
  struct header header;
  long error = read_all(fd, &header, sizeof header, 0);
  if (error < 0 || !can_be(&header)) {
    return error < 0 ? error : -SFS_EINVAL;
  }
  const size_t kind = kind_bytes(&header);
  const size_t all = kind + header.name_size;
  if (all > size) {
    return (long)all;
  }
  __builtin_memcpy(memory, &header, sizeof header);
  error = read_all(fd, memory + sizeof header, kind - sizeof header, header.descriptions);
  error = error < 0 ? error : read_all(fd, memory + kind, header.name_size, header.id);
  if (error < 0) {
    return error;
  }
  return can_all_be(&header, memory + sizeof header) && has_end(memory + kind, header.name_size)
             ? (long)all
             : -SFS_EINVAL;
}

long sfs_kvm_describe(const struct sfs_kvm_statistics *its, char *memory, size_t size) {
  const int is_by_ioctl = its->what == SFS_KVM_MACHINE || its->what == SFS_KVM_VCPU;
  if (is_by_ioctl && its->pid != sfs_getpid()) {
    return -SFS_EIO;
  }
  int proc = open_proc(memory);
  int own_descriptors = proc < 0 ? proc : open_own_descriptors(proc);
  int pidfd = own_descriptors < 0 || is_by_ioctl ? own_descriptors
                                                 : open_process(proc, its->pid, its->start);
  int fd = pidfd < 0 ? pidfd : take(own_descriptors, pidfd, its, 0);
  long result = fd < 0 ? fd : sfs_kvm_read_description(fd, memory, size);
  if (fd >= 0) {
    sfs_close(fd);
  }
  if (pidfd >= 0 && pidfd != own_descriptors) {
    sfs_close(pidfd);
  }
  if (own_descriptors >= 0) {
    sfs_close(own_descriptors);
  }
  if (proc >= 0) {
    sfs_close(proc);
  }
  return result;
}

/* ---- sampling ---- */

static char *at(int32_t *machines, int32_t offset) {
  return (char *)machines + offset;
}

static int32_t *first_process(int32_t *machines) {
  return machines + SFS_KVM_SIZE + machines[SFS_KVM_UNITS] * SFS_KVM_UNIT_SIZE;
}

static const int32_t *runs_of(int32_t *machines, const int32_t *unit) {
  return (const int32_t *)(const void *)at(machines, unit[SFS_KVM_UNIT_RUNS]);
}

static void put_error(int32_t *machines, const int32_t *unit, long error, int64_t *values,
                      uint32_t *outcomes) {
  const int32_t *run = runs_of(machines, unit);
  const uint32_t status = error == -SFS_EBADF || error == -SFS_ESRCH ? SFS_GONE
                          : is_denied(error)                         ? SFS_DENIED
                                                                     : SFS_FAILED;
  for (int32_t i = 0; i < unit[SFS_KVM_UNIT_COUNT]; i++, run += SFS_KVM_RUN_SIZE) {
    const int32_t end = run[SFS_KVM_RUN_SLOT] + run[SFS_KVM_RUN_LENGTH];
    for (int32_t slot = run[SFS_KVM_RUN_SLOT]; slot < end; slot++) {
      values[slot] = 0;
      outcomes[slot] = status | (uint32_t)-error << SFS_ERRNO_SHIFT;
    }
  }
}

INLINED void put_values(int32_t *machines, const int32_t *unit, const char *bytes, int64_t *values,
                        uint32_t *outcomes) {
  const int32_t *run = runs_of(machines, unit);
  for (int32_t i = 0; i < unit[SFS_KVM_UNIT_COUNT]; i++, run += SFS_KVM_RUN_SIZE) {
    const char *from = bytes + run[SFS_KVM_RUN_OFFSET];
    const int32_t end = run[SFS_KVM_RUN_SLOT] + run[SFS_KVM_RUN_LENGTH];
    for (int32_t slot = run[SFS_KVM_RUN_SLOT]; slot < end; slot++, from += sizeof(int64_t)) {
      int64_t value;
      __builtin_memcpy(&value, from, sizeof value);
      values[slot] = value;
      outcomes[slot] = (uint32_t)(value < 0 ? SFS_UNSIGNED : SFS_SIGNED) << SFS_KIND_SHIFT;
    }
  }
}

/*
 * Whether what was read is what was described. Where that is known of the header, it was not read, and of the
 * descriptions the last one is looked at: it is another one, or says another place, if there is one more or less.
 */
static int is_same(int32_t *machines, const int32_t *unit, const char *bytes, int is_known) {
  const char *kind = at(machines, unit[SFS_KVM_UNIT_KIND]);
  struct header header;
  __builtin_memcpy(&header, kind, sizeof header);
  const size_t all = kind_bytes(&header) - sizeof header;
  const size_t last = sizeof(struct description) + header.name_size;
  const size_t from = is_known && header.count > 0 ? all - last : 0;
  return (is_known || is_equal(bytes, kind, sizeof header)) &&
         is_equal(bytes + header.id, at(machines, unit[SFS_KVM_UNIT_ID]), header.name_size) &&
         is_equal(bytes + header.descriptions + from, kind + sizeof header + from, all - from);
}

/*
 * A kind is known if the unit before was of it. KVM has one constant for all of these, and its module cannot be replaced
 * while somebody has one of them. Its header is passed over then, as each piece that the kernel copies takes as much
 * time as a third of a call. Returns whether it was what was described.
 */
INLINED int read_unit(int32_t *machines, const int32_t *unit, int fd, int is_known, int64_t *values,
                      uint32_t *outcomes) {
  char *bytes = at(machines, machines[SFS_KVM_BUFFER]);
  const size_t from = is_known ? sizeof(struct header) : 0;
  const long wanted = unit[SFS_KVM_UNIT_BYTES] - (long)from;
  /* All of it with one call, as copying the descriptions again takes less than passing them over by a second one. */
  long count = sfs_pread(fd, bytes + from, (size_t)wanted, (long)from);
  if (count < 0 && count != -SFS_ESPIPE) {
    put_error(machines, unit, count, values, outcomes);
    return 0;
  } else if (count != wanted || !is_same(machines, unit, bytes, is_known)) {
    put_error(machines, unit, -SFS_EBADF, values, outcomes);
    return 0;
  }
  put_values(machines, unit, bytes, values, outcomes);
  return 1;
}

void sfs_kvm_read(int32_t *machines, const int32_t *unit, int fd, int is_known, int64_t *values,
                  uint32_t *outcomes) {
  (void)read_unit(machines, unit, fd, is_known, values, outcomes);
}

static int needs_process(const int32_t *process, int is_by_ioctl) {
  return !is_by_ioctl && process[SFS_KVM_PROCESS_PIDFD] == SFS_KVM_UNOPENED;
}

/* Opens what a sample of a process needs: 0, or -errno. */
static long open_all(int32_t *machines, int32_t *process, int is_by_ioctl) {
  int proc = open_proc(at(machines, machines[SFS_KVM_PROC]));
  if (proc < 0) {
    return proc;
  }
  long error = 0;
  if (machines[SFS_KVM_DESCRIPTORS] < 0) {
    int fd = open_own_descriptors(proc);
    machines[SFS_KVM_DESCRIPTORS] = fd < 0 ? SFS_CLOSED : fd;
    error = fd < 0 ? fd : 0;
  }
  if (error == 0 && needs_process(process, is_by_ioctl)) {
    uint64_t start;
    __builtin_memcpy(&start, process + SFS_KVM_PROCESS_START, sizeof start);
    int fd = open_process(proc, process[SFS_KVM_PROCESS_PID], start);
    if (fd >= 0 || fd == -SFS_ESRCH) {
      process[SFS_KVM_PROCESS_PIDFD] = fd < 0 ? SFS_KVM_ENDED : fd;
    }
    error = fd < 0 ? fd : 0;
  }
  sfs_close(proc);
  return error;
}

INLINED long open_once(int32_t *machines, int32_t *process, int is_by_ioctl) {
  if (machines[SFS_KVM_DESCRIPTORS] < 0 || needs_process(process, is_by_ioctl)) {
    return open_all(machines, process, is_by_ioctl);
  }
  return !is_by_ioctl && process[SFS_KVM_PROCESS_PIDFD] == SFS_KVM_ENDED ? -SFS_ESRCH : 0;
}

INLINED int sample_unit(int32_t *machines, const int32_t *unit, int is_known, int64_t *values,
                        uint32_t *outcomes) {
  int32_t *process =
      first_process(machines) + unit[SFS_KVM_UNIT_PROCESS] * SFS_KVM_PROCESS_SIZE;
  const struct sfs_kvm_statistics its = {.descriptor = unit[SFS_KVM_UNIT_DESCRIPTOR],
                                         .what = unit[SFS_KVM_UNIT_WHAT],
                                         .number = unit[SFS_KVM_UNIT_NUMBER]};
  const int is_by_ioctl = its.what == SFS_KVM_MACHINE || its.what == SFS_KVM_VCPU;
  long fd = open_once(machines, process, is_by_ioctl);
  if (fd == 0) {
    fd = take(machines[SFS_KVM_DESCRIPTORS], process[SFS_KVM_PROCESS_PIDFD], &its, 1);
  }
  if (fd < 0) {
    put_error(machines, unit, fd, values, outcomes);
    if (fd == -SFS_ESRCH && process[SFS_KVM_PROCESS_PIDFD] >= 0) {
      sfs_close(process[SFS_KVM_PROCESS_PIDFD]);
      process[SFS_KVM_PROCESS_PIDFD] = SFS_KVM_ENDED;
    }
    return 0;
  }
  /*
   * The process had it a moment ago, so the values were those of a machine that runs then. If it has
   * ended since, the machine ends here.
   */
  int was_same = read_unit(machines, unit, (int)fd, is_known, values, outcomes);
  sfs_close((int)fd);
  return was_same;
}

void sfs_kvm_sample(int32_t *machines, int64_t *values, uint32_t *outcomes) {
  const int32_t *unit = machines + SFS_KVM_SIZE;
  int32_t kind = 0; /* that of the unit before, if it was what was described */
  for (int32_t i = 0; i < machines[SFS_KVM_UNITS]; i++, unit += SFS_KVM_UNIT_SIZE) {
    __atomic_store_n(&machines[SFS_KVM_POSITION], i, __ATOMIC_RELAXED);
    int32_t first = runs_of(machines, unit)[SFS_KVM_RUN_SLOT];
    if ((outcomes[first] & SFS_LEFT_OUT) == 0) {
      int is_known = unit[SFS_KVM_UNIT_KIND] == kind;
      kind = sample_unit(machines, unit, is_known, values, outcomes) ? unit[SFS_KVM_UNIT_KIND] : 0;
    }
  }
}

void sfs_kvm_close(int32_t *machines) {
  int32_t *process = first_process(machines);
  for (int32_t i = 0; i < machines[SFS_KVM_PROCESSES]; i++, process += SFS_KVM_PROCESS_SIZE) {
    if (process[SFS_KVM_PROCESS_PIDFD] >= 0) {
      sfs_close(process[SFS_KVM_PROCESS_PIDFD]);
      process[SFS_KVM_PROCESS_PIDFD] = SFS_KVM_UNOPENED;
    }
  }
  if (machines[SFS_KVM_DESCRIPTORS] >= 0) {
    sfs_close(machines[SFS_KVM_DESCRIPTORS]);
    machines[SFS_KVM_DESCRIPTORS] = SFS_CLOSED;
  }
}
