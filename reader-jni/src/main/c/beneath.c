#include "beneath.h"

#include "system.h"

enum {
  FLAGS = SFS_O_PATH | SFS_O_DIRECTORY | SFS_O_CLOEXEC,
  NAME_BYTES = 256,
  MOST_TRIES = 16,
  MOST_LEVELS = 64,
};

/* Linux before 5.6 has no openat2, and old seccomp filters refuse what they do not know. */
static int has_no_openat2;

/* Part by part, for want of openat2. */
static int walk(int root, const char *path) {
  int at = root;
  while (*path != '\0' && at >= 0) {
    char name[NAME_BYTES];
    size_t length = 0;
    while (*path != '\0' && *path != '/' && length < NAME_BYTES) {
      name[length++] = *path++;
    }
    int next = -SFS_ENAMETOOLONG;
    if (length < NAME_BYTES) {
      name[length] = '\0';
      next = sfs_openat(at, name, FLAGS | SFS_O_NOFOLLOW);
    }
    if (at != root) {
      sfs_close(at);
    }
    at = next;
    path += *path == '/';
  }
  return at;
}

int sfs_open_beneath(int root, const char *path) {
  if (!__atomic_load_n(&has_no_openat2, __ATOMIC_RELAXED)) {
    for (int i = 0; i < MOST_TRIES; i++) {
      int fd = sfs_openat2(root, path, FLAGS, SFS_RESOLVE_NO_SYMLINKS);
      if (fd == -SFS_ENOSYS || fd == -SFS_EPERM) {
        /* The walk finds out whether it was the path that was refused. */
        __atomic_store_n(&has_no_openat2, 1, __ATOMIC_RELAXED);
        break;
      } else if (fd != -SFS_EAGAIN) {
        return fd == -SFS_ELOOP ? -SFS_ENOTDIR : fd;
      }
    }
  }
  return walk(root, path);
}

static int is_same(const struct sfs_stat *a, const struct sfs_stat *b) {
  return a->device == b->device && a->inode == b->inode;
}

/* 0 if a directory is the place or beneath it. */
static int leave_to(int directory, const struct sfs_stat *place) {
  /* Upwards from what is open, whose ancestors are what they are, whatever paths lead where now. */
  char up[MOST_LEVELS * 3];
  up[0] = '.';
  up[1] = '\0';
  struct sfs_stat before = {0, 0, 0, 0};
  for (size_t length = 0; length + 3 < sizeof up; length += 3) {
    struct sfs_stat at;
    long error = sfs_fstatat(directory, up, 0, &at);
    if (error < 0) {
      return (int)error;
    } else if (is_same(&at, place)) {
      return 0;
    } else if (is_same(&at, &before)) {
      break; /* The root of the file system is its own parent. */
    }
    before = at;
    up[length] = '.';
    up[length + 1] = '.';
    up[length + 2] = '/';
    up[length + 3] = '\0';
  }
  return -SFS_ENOTDIR;
}

/* What the links may lead to. */
static long look_at_place(int root, const char *place, struct sfs_stat *stat) {
  if (place[0] == '/' || (place[0] == '.' && place[1] == '.')) {
    /* Outside: whoever made the root made the way to it. */
    return sfs_fstatat(root, place, 0, stat);
  }
  int fd = *place == '\0' ? root : sfs_open_beneath(root, place);
  if (fd < 0) {
    return fd;
  }
  long error = sfs_fstatat(fd, ".", 0, stat);
  if (fd != root) {
    sfs_close(fd);
  }
  return error;
}

int sfs_open_linked(int root, const char *path, const char *place) {
  int fd = sfs_open_beneath(root, path);
  if (fd != -SFS_ENOTDIR) {
    return fd;
  }
  struct sfs_stat stat;
  long error = look_at_place(root, place, &stat);
  if (error < 0) {
    return (int)error;
  }
  fd = sfs_openat(root, path, FLAGS);
  if (fd >= 0) {
    error = leave_to(fd, &stat);
    if (error < 0) {
      sfs_close(fd);
      fd = (int)error;
    }
  }
  return fd;
}
