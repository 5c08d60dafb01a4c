#include "mounts.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "batch.h"
#include "check.h"
#include "number.h"
#include "system.h"

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
  add("/dev/shm", id_of("/dev/shm"), SFS_MOUNT_VALUES);
  sample();
  CHECK_EQUAL(1, memory[SFS_MOUNTS_POSITION]);
}

static const struct sfs_statfs FULL = {.block_size = 4096,
                                       .blocks = 1000,
                                       .free = 500,
                                       .available = 400,
                                       .files = 30,
                                       .files_free = 20,
                                       .fragment_size = 512};

static void put(const struct sfs_statfs *its, int32_t read_only) {
  begin();
  int32_t *mount = add("/", 1, 0);
  mount[SFS_MOUNT_READ_ONLY] = read_only;
  sfs_mounts_put(mount, its, values, outcomes);
}

static void values_are_in_bytes_and_files(void) {
  put(&FULL, -1);
  static const int64_t expected[] = {512000, 256000, 204800, 30, 20, 0};
  for (int i = 0; i < SFS_MOUNT_VALUES; i++) {
    CHECK_EQUAL(expected[i], values[i]);
    CHECK_EQUAL(SFS_OK, outcomes[i]);
  }
  struct sfs_statfs its = FULL;
  its.fragment_size = 0;
  put(&its, -1);
  CHECK_EQUAL(4096000, values[0]);
  CHECK_EQUAL(30, values[3]);
}

static void numbers_of_other_units_and_sizes(void) {
  struct sfs_statfs its = FULL;
  its.blocks = UINT64_C(1) << 54; /* of 512 bytes are 2^63 */
  its.free = UINT64_C(1) << 55;   /* and these 2^64 */
  its.files = 0;
  put(&its, -1);
  CHECK_EQUAL(INT64_MIN, values[0]);
  CHECK_EQUAL(SFS_OK | SFS_UNSIGNED << SFS_KIND_SHIFT, outcomes[0]);
  CHECK_EQUAL(SFS_NO_VALUE, outcomes[1]);
  CHECK_EQUAL(0, values[1]);
  CHECK_EQUAL(204800, values[2]);
  for (int i = 3; i < 5; i++) {
    CHECK_EQUAL(SFS_NO_VALUE, outcomes[i]);
    CHECK_EQUAL(0, values[i]);
  }
  its = FULL;
  its.blocks = 0;
  put(&its, -1);
  for (int i = 0; i < 3; i++) {
    CHECK_EQUAL(SFS_NO_VALUE, outcomes[i]);
    CHECK_EQUAL(0, values[i]);
  }
  CHECK_EQUAL(30, values[3]);
}

static void read_only_is_what_is_known_or_what_is_said(void) {
  struct sfs_statfs its = FULL;
  for (int flags = 0; flags < 4; flags++) {
    its.flags = flags;
    for (int32_t known = -1; known < 2; known++) {
      put(&its, known);
      CHECK_EQUAL(known < 0 ? flags & ST_RDONLY : known, values[5]);
      CHECK_EQUAL(SFS_OK, outcomes[5]);
    }
  }
}

static int is(uint32_t mask, uint64_t id, uint32_t major, uint32_t minor) {
  begin();
  int32_t *mount = add("/", 7, 0);
  mount[SFS_MOUNT_DEVICE_MAJOR] = 8;
  mount[SFS_MOUNT_DEVICE_MINOR] = 1;
  const struct sfs_statx its = {
      .mask = mask, .device_major = major, .device_minor = minor, .mount_id = id};
  return sfs_mounts_is(mount, &its);
}

static void a_mount_is_known_by_its_id_or_else_its_device(void) {
  CHECK(is(SFS_STATX_MNT_ID, 7, 8, 1));
  CHECK(is(SFS_STATX_MNT_ID, 7, 9, 9)); /* btrfs has devices of its own */
  CHECK(!is(SFS_STATX_MNT_ID, 6, 8, 1));
  for (int i = 0; i < 2; i++) {
    /* Of kernels that do not know of ids, and of emulators. */
    uint32_t mask = i == 0 ? 0 : SFS_STATX_MNT_ID;
    CHECK(is(mask, i == 0 ? 6 : 0, 8, 1));
    CHECK(!is(mask, i == 0 ? 7 : 0, 8, 2));
    CHECK(!is(mask, i == 0 ? 7 : 0, 9, 1));
  }
  const struct sfs_statx its = {.device_major = 9};
  memory[SFS_MOUNTS_SIZE + SFS_MOUNT_DEVICE_MAJOR] = -1;
  CHECK(sfs_mounts_is(memory + SFS_MOUNTS_SIZE, &its));
}

/* In a mount namespace of its own, where one can be made. */
static void what_is_unmounted_is_gone_at_once(void) {
  char point[] = "/tmp/statsfs-mounts-XXXXXX";
  REQUIRE(mkdtemp(point) != NULL);
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
      mount("tmpfs", point, "tmpfs", 0, "size=1m,nr_inodes=100") != 0) {
    puts("skipped: nothing can be mounted");
    rmdir(point);
    return;
  }
  begin();
  int32_t *its = add(point, id_of(point), 0);
  struct stat there;
  REQUIRE(stat(point, &there) == 0);
  its[SFS_MOUNT_DEVICE_MAJOR] = (int32_t)major(there.st_dev); /* for emulators */
  its[SFS_MOUNT_DEVICE_MINOR] = (int32_t)minor(there.st_dev);
  add("/dev/shm", id_of("/dev/shm"), SFS_MOUNT_VALUES);
  for (int i = 0; i < 2; i++) {
    sample();
    CHECK_EQUAL(1 << 20, values[0]);
    CHECK_EQUAL(100, values[3]);
    CHECK_EQUAL(SFS_MOUNT_THERE, its[SFS_MOUNT_STATE]);
  }
  /* What is mounted over it, and what is below. */
  REQUIRE(mount("tmpfs", point, "tmpfs", 0, "size=2m") == 0);
  for (int i = 0; i < 2; i++) {
    sample();
    CHECK_EQUAL(SFS_GONE, outcomes[0]);
    CHECK_EQUAL(0, values[0]);
  }
  REQUIRE(umount(point) == 0);
  sample();
  CHECK_EQUAL(1 << 20, values[0]);
  REQUIRE(umount(point) == 0);
  sample();
  CHECK_EQUAL(SFS_GONE, outcomes[0]);
  CHECK_EQUAL(SFS_OK, outcomes[SFS_MOUNT_VALUES + 5]);
  rmdir(point);
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
  CHECK(fd >= 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  /* Nothing else stays open. */
  int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
  CHECK_EQUAL(fd + 1, next);
  close(next);
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
      TEST(values_are_in_bytes_and_files),
      TEST(numbers_of_other_units_and_sizes),
      TEST(read_only_is_what_is_known_or_what_is_said),
      TEST(a_mount_is_known_by_its_id_or_else_its_device),
      TEST(what_is_unmounted_is_gone_at_once),
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
