#include "mounts.h"

#include "batch.h"
#include "files.h"
#include "number.h"
#include "system.h"

/* As RESOLVE_CACHED answers, whatever is mounted, while somebody mounts or renames something else. */
enum { CACHED_ATTEMPTS = 10 };

static const int32_t *slots_of(const int32_t *mount) {
  return mount + SFS_MOUNT_SLOTS;
}

static void put_failure(const int32_t *mount, uint32_t outcome, int64_t *values,
                        uint32_t *outcomes) {
  for (int i = 0; i < SFS_MOUNT_VALUES; i++) {
    int32_t slot = slots_of(mount)[i];
    if (slot >= 0) {
      values[slot] = 0;
      outcomes[slot] = outcome;
    }
  }
}

static void put_error(const int32_t *mount, const char *path, long error, int64_t *values,
                      uint32_t *outcomes) {
  /* Of an autofs nothing may be asked, be it there or not. */
  uint32_t outcome = error == -SFS_EAGAIN && mount[SFS_MOUNT_AUTOFS]
                         ? SFS_GONE
                         : sfs_outcome_of_error(error, SFS_AT_FDCWD,
                                                mount[SFS_MOUNT_AUTOFS] ? "/" : path);
  put_failure(mount, outcome, values, outcomes);
}

/* A number of units, if there are any at all and it is not beyond 64 bits. */
static void put_value(int32_t slot, uint64_t all, uint64_t count, uint64_t unit, int64_t *values,
                      uint32_t *outcomes) {
  uint64_t value;
  if (slot < 0) {
    return;
  }
  int is_known = all > 0 && !__builtin_mul_overflow(count, unit, &value);
  values[slot] = is_known ? (int64_t)value : 0;
  outcomes[slot] = is_known
                       ? (uint32_t)(value > INT64_MAX ? SFS_UNSIGNED : SFS_SIGNED) << SFS_KIND_SHIFT
                       : (uint32_t)SFS_NO_VALUE;
}

void sfs_mounts_put(const int32_t *mount, const struct sfs_statfs *its, int64_t *values,
                    uint32_t *outcomes) {
  enum { READ_ONLY = 1 };
  const int32_t *slots = slots_of(mount);
  /* Linux before 2.6 had no fragments, and so have some file systems. */
  uint64_t unit = (uint64_t)(its->fragment_size > 0 ? its->fragment_size : its->block_size);
  int32_t known = mount[SFS_MOUNT_READ_ONLY];
  put_value(slots[0], its->blocks, its->blocks, unit, values, outcomes);
  put_value(slots[1], its->blocks, its->free, unit, values, outcomes);
  put_value(slots[2], its->blocks, its->available, unit, values, outcomes);
  put_value(slots[3], its->files, its->files, 1, values, outcomes);
  put_value(slots[4], its->files, its->files_free, 1, values, outcomes);
  put_value(slots[5], 1, known >= 0 ? (uint64_t)known : (uint64_t)its->flags & READ_ONLY, 1, values,
            outcomes);
}

/* Nothing is mounted for it, and no link is followed, which could have taken the place of the mount. */
static int open_mount(const int32_t *mount, const char *path) {
  int flags = SFS_O_PATH | SFS_O_NOFOLLOW | SFS_O_CLOEXEC;
  if (!mount[SFS_MOUNT_AUTOFS]) {
    return sfs_openat(SFS_AT_FDCWD, path, flags);
  }
  int fd = -SFS_EAGAIN;
  for (int i = 0; i < CACHED_ATTEMPTS && fd == -SFS_EAGAIN; i++) {
    fd = sfs_openat2(SFS_AT_FDCWD, path, flags, SFS_RESOLVE_CACHED);
  }
  return fd;
}

/* Emulators of programs (qemu) hand on that there is an id, and not which. */
int sfs_mounts_is(const int32_t *mount, const struct sfs_statx *its) {
  if ((its->mask & SFS_STATX_MNT_ID) != 0 && its->mount_id != 0) {
    return its->mount_id == (uint64_t)(uint32_t)mount[SFS_MOUNT_ID];
  }
  return mount[SFS_MOUNT_DEVICE_MAJOR] < 0 ||
         (its->device_major == (uint32_t)mount[SFS_MOUNT_DEVICE_MAJOR] &&
          its->device_minor == (uint32_t)mount[SFS_MOUNT_DEVICE_MINOR]);
}

/* On kernels that say nothing it is believed. */
static int is_mount(const int32_t *mount, int fd) {
  struct sfs_statx its = {0};
  return sfs_statx(fd, &its) < 0 || sfs_mounts_is(mount, &its);
}

/* Asks what the path leads to if that is the mount. Returns 0 or -errno. */
static long ask_checked(int32_t *mount, const char *path, struct sfs_statfs *its) {
  int fd = open_mount(mount, path);
  if (fd < 0) {
    return fd;
  }
  mount[SFS_MOUNT_STATE] = is_mount(mount, fd) ? SFS_MOUNT_THERE : SFS_MOUNT_GONE;
  long result = mount[SFS_MOUNT_STATE] == SFS_MOUNT_THERE ? sfs_fstatfs(fd, its) : 0;
  sfs_close(fd);
  return result;
}

static void ask(int32_t *mount, const char *path, int64_t *values, uint32_t *outcomes) {
  struct sfs_statfs its = {0};
  long error = 0;
  if (mount[SFS_MOUNT_AUTOFS] || mount[SFS_MOUNT_STATE] == SFS_MOUNT_UNCHECKED) {
    error = ask_checked(mount, path, &its);
  } else if (mount[SFS_MOUNT_STATE] == SFS_MOUNT_THERE) {
    error = sfs_statfs(path, &its);
  }
  if (error < 0) {
    put_error(mount, path, error, values, outcomes);
  } else if (mount[SFS_MOUNT_STATE] == SFS_MOUNT_GONE) {
    put_failure(mount, SFS_GONE, values, outcomes);
  } else {
    sfs_mounts_put(mount, &its, values, outcomes);
  }
}

static int is_left_out(const int32_t *mount, const uint32_t *outcomes) {
  const int32_t *slot = slots_of(mount);
  while (*slot < 0) {
    slot++;
  }
  return (outcomes[*slot] & SFS_LEFT_OUT) != 0;
}

static void ask_all(int32_t *mounts, int64_t *values, uint32_t *outcomes) {
  int32_t *mount = mounts + SFS_MOUNTS_SIZE;
  for (int32_t i = 0; i < mounts[SFS_MOUNTS_COUNT]; i++, mount += SFS_MOUNT_SIZE) {
    __atomic_store_n(&mounts[SFS_MOUNTS_POSITION], i, __ATOMIC_RELAXED);
    if (!is_left_out(mount, outcomes)) {
      ask(mount, (const char *)mounts + mount[SFS_MOUNT_PATH], values, outcomes);
    }
  }
}

/*
 * Whether mounts came or went since the last time. Where the list cannot be opened that is not known, so
 * that they may always have.
 */
static int have_changed(int32_t *mounts) {
  if (mounts[SFS_MOUNTS_TABLE] < 0) {
    mounts[SFS_MOUNTS_TABLE] =
        sfs_openat(SFS_AT_FDCWD, "/proc/self/mountinfo", SFS_O_RDONLY | SFS_O_CLOEXEC);
  }
  if (mounts[SFS_MOUNTS_TABLE] >= 0 && !sfs_is_exceptional(mounts[SFS_MOUNTS_TABLE])) {
    return 0;
  }
  int32_t *mount = mounts + SFS_MOUNTS_SIZE;
  for (int32_t i = 0; i < mounts[SFS_MOUNTS_COUNT]; i++, mount += SFS_MOUNT_SIZE) {
    mount[SFS_MOUNT_STATE] = SFS_MOUNT_UNCHECKED;
  }
  return 1;
}

void sfs_mounts_sample(int32_t *mounts, int64_t *values, uint32_t *outcomes) {
  (void)have_changed(mounts);
  ask_all(mounts, values, outcomes);
  /* Once: what is checked is right, whatever changes meanwhile. */
  if (mounts[SFS_MOUNTS_TABLE] >= 0 && have_changed(mounts)) {
    ask_all(mounts, values, outcomes);
  }
}

void sfs_mounts_close(int32_t *mounts) {
  if (mounts[SFS_MOUNTS_TABLE] >= 0) {
    sfs_close(mounts[SFS_MOUNTS_TABLE]);
    mounts[SFS_MOUNTS_TABLE] = SFS_CLOSED;
  }
}
