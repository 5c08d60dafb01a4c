/* The entries of a directory, with their types, in as few calls as there are. */
#ifndef STATSFS_DIRECTORY_H
#define STATSFS_DIRECTORY_H

#include "system.h"

/* The kernel's struct linux_dirent64, with a mode in the place of the inode if modes were asked for. */
struct sfs_entry {
  uint32_t mode; /* of a regular file, if that is known, else 0 */
  uint32_t unused;
  uint64_t position;
  uint16_t length; /* of the record */
  uint8_t type;    /* DT_* */
  char name[];
};

static inline void sfs_put_modes(char *memory, size_t used, int directory) {
  enum { DT_REG = 8 };
  for (size_t at = 0; at < used;) {
    struct sfs_entry *entry = (struct sfs_entry *)(memory + at);
    struct sfs_stat stat = {0, 0, 0, 0};
    if (entry->type == DT_REG) {
      (void)sfs_fstatat(directory, entry->name, SFS_AT_SYMLINK_NOFOLLOW, &stat);
    }
    entry->mode = stat.mode;
    at += entry->length;
  }
}

/*
 * Fills memory, which begins with the path, with entries, and afterwards its with what was listed.
 *
 * Returns the bytes used, or -errno: -E2BIG if the memory does not suffice.
 */
static inline long sfs_list(char *memory, size_t size, int with_modes, struct sfs_whole_stat *its) {
  enum { LARGEST_RECORD = 19 + 256 + 8 };
  int fd = sfs_openat(SFS_AT_FDCWD, memory, SFS_O_RDONLY | SFS_O_DIRECTORY | SFS_O_CLOEXEC);
  if (fd < 0) {
    return fd;
  }
  size_t used = 0;
  long count;
  do {
    count = size - used < LARGEST_RECORD ? -SFS_E2BIG : sfs_getdents(fd, memory + used, size - used);
    used += count > 0 ? (size_t)count : 0;
  } while (count > 0);
  if (with_modes) {
    sfs_put_modes(memory, used, fd);
  }
  long error = count < 0 ? count : sfs_whole_fstat(fd, its);
  sfs_close(fd);
  return error < 0 ? error : (long)used;
}

#endif
