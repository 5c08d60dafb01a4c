#include "mounts.h"

#include <fcntl.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "batch.h"
#include "check.h"
#include "number.h"

enum { MOST_MOUNTS = 4, ROOM = 4096, UNTOUCHED = 77 };

static int32_t memory[ROOM / sizeof(int32_t)];
static size_t path_bytes;
static int64_t values[MOST_MOUNTS * SFS_MOUNT_VALUES];
static uint32_t outcomes[MOST_MOUNTS * SFS_MOUNT_VALUES];

static void begin(void) {
  sfs_mounts_close(memory);
  memset(memory, 0, sizeof memory);
  memory[SFS_MOUNTS_TABLE] = -1;
  path_bytes = 0;
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    values[i] = UNTOUCHED;
    outcomes[i] = 0;
  }
}

static int32_t *add(const char *path, int32_t id, int32_t first_slot) {
  int32_t *mount = memory + SFS_MOUNTS_SIZE + memory[SFS_MOUNTS_COUNT]++ * SFS_MOUNT_SIZE;
  mount[SFS_MOUNT_PATH] = ROOM / 2 + (int32_t)path_bytes;
  strcpy((char *)memory + mount[SFS_MOUNT_PATH], path);
  path_bytes += strlen(path) + 1;
  mount[SFS_MOUNT_ID] = id;
  mount[SFS_MOUNT_DEVICE_MAJOR] = -1;
  mount[SFS_MOUNT_READ_ONLY] = -1;
  for (int i = 0; i < SFS_MOUNT_VALUES; i++) {
    mount[SFS_MOUNT_SLOTS + i] = first_slot + i;
  }
  return mount;
}

/* The id that the list of mounts has for what is mounted last at a path, or -1. */
static int32_t id_of(const char *path) {
  FILE *list = fopen("/proc/self/mountinfo", "re");
  REQUIRE(list != NULL);
  char line[4096];
  char point[4096];
  int id;
  int found = -1;
  while (fgets(line, sizeof line, list) != NULL) {
    if (sscanf(line, "%d %*d %*s %*s %4095s", &id, point) == 2 && strcmp(point, path) == 0) {
      found = id;
    }
  }
  fclose(list);
  return found;
}

static void sample(void) {
  sfs_mounts_sample(memory, values, outcomes);
}

static void values_of_the_kernel(void) {
  struct statfs its;
  REQUIRE(statfs("/dev/shm", &its) == 0);
  for (int round = 0; round < 3; round++) {
    begin();
    add("/dev/shm", id_of("/dev/shm"), 0);
    for (int again = 0; again <= round; again++) {
      sample();
    }
    CHECK_EQUAL(its.f_blocks * (uint64_t)its.f_frsize, values[0]);
    CHECK_EQUAL(its.f_files, values[3]);
    CHECK_EQUAL((its.f_flags & ST_RDONLY) != 0, values[5]);
    for (int i = 0; i < SFS_MOUNT_VALUES; i++) {
      /* One that has no limit has no size. */
      CHECK(outcomes[i] == SFS_OK || (outcomes[i] == SFS_NO_VALUE && values[i] == 0));
    }
  }
}

static void another_mount_is_gone(void) {
  begin();
  int32_t *mount = add("/dev/shm", id_of("/dev/shm") + 100000, 0);
  mount[SFS_MOUNT_DEVICE_MAJOR] = 4095; /* for emulators, under which nobody hears of ids */
  add("/dev/shm", id_of("/dev/shm"), SFS_MOUNT_VALUES);
  for (int i = 0; i < 3; i++) {
    sample();
    CHECK_EQUAL(SFS_GONE, outcomes[0]);
    CHECK_EQUAL(0, values[0]);
    CHECK_EQUAL(SFS_MOUNT_GONE, mount[SFS_MOUNT_STATE]);
    CHECK_EQUAL(SFS_OK, outcomes[SFS_MOUNT_VALUES + 5]);
  }
}

static void what_is_not_there_is_gone(void) {
  begin();
  add("/dev/shm/nothing/there", 1, 0);
  sample();
  CHECK_EQUAL(SFS_GONE, outcomes[0] & 0xff);
  CHECK_EQUAL(2, outcomes[0] >> SFS_ERRNO_SHIFT);
}

static void what_is_left_out_is_not_touched(void) {
  begin();
  add("/dev/shm", id_of("/dev/shm"), 0);
  outcomes[0] = SFS_BLOCKED | SFS_LEFT_OUT;
  sample();
  for (int i = 0; i < SFS_MOUNT_VALUES; i++) {
    CHECK_EQUAL(UNTOUCHED, values[i]);
  }
  CHECK_EQUAL(SFS_BLOCKED | SFS_LEFT_OUT, outcomes[0]);
}

static void values_that_are_not_wanted(void) {
  begin();
  int32_t *mount = add("/dev/shm", id_of("/dev/shm"), 0);
  for (int i = 0; i < SFS_MOUNT_VALUES; i++) {
    mount[SFS_MOUNT_SLOTS + i] = -1;
  }
  mount[SFS_MOUNT_SLOTS + 5] = 3;
  mount[SFS_MOUNT_READ_ONLY] = 1;
  sample();
  for (int i = 0; i < SFS_MOUNT_VALUES; i++) {
    CHECK_EQUAL(i == 3 ? 1 : UNTOUCHED, values[i]);
  }
  CHECK_EQUAL(0, memory[SFS_MOUNTS_POSITION]);
}

/* By a way that cannot mount anything, if the kernel knows one. */
static void over_an_autofs(void) {
  begin();
  int32_t *mount = add("/dev/shm", id_of("/dev/shm"), 0);
  mount[SFS_MOUNT_AUTOFS] = 1;
  sample();
  int status = outcomes[5] & 0xff;
  CHECK(status == SFS_OK || status == SFS_FAILED || status == SFS_GONE);
  begin();
  mount = add("/dev/shm/nothing", 1, 0);
  mount[SFS_MOUNT_AUTOFS] = 1;
  sample();
  CHECK((outcomes[0] & 0xff) != SFS_OK);
}

static void the_list_is_closed(void) {
  begin();
  add("/dev/shm", id_of("/dev/shm"), 0);
  CHECK_EQUAL(-1, memory[SFS_MOUNTS_TABLE]);
  sample();
  int fd = memory[SFS_MOUNTS_TABLE];
  CHECK(fd >= 0 && fcntl(fd, F_GETFD) >= 0);
  sfs_mounts_close(memory);
  CHECK(fcntl(fd, F_GETFD) < 0);
  CHECK_EQUAL(-1, memory[SFS_MOUNTS_TABLE]);
  sfs_mounts_close(memory);
}

int main(void) {
  static const struct test tests[] = {
      TEST(values_of_the_kernel),
      TEST(another_mount_is_gone),
      TEST(what_is_not_there_is_gone),
      TEST(what_is_left_out_is_not_touched),
      TEST(values_that_are_not_wanted),
      TEST(over_an_autofs),
      TEST(the_list_is_closed),
  };
  memory[SFS_MOUNTS_TABLE] = -1;
  if (id_of("/dev/shm") < 0) {
    puts("skipped: nothing is mounted at /dev/shm");
    return EXIT_SUCCESS;
  }
  return run_tests(tests, sizeof tests / sizeof tests[0]);
}
