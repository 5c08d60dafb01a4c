/* What scans ask of a file by its path: what it is, and what it holds. */
#ifndef STATSFS_LOOK_H
#define STATSFS_LOOK_H

#include "system.h"

enum { SFS_PATH_BYTES = 4096 };

/*
 * Fills memory, which begins with the path of a file, with what it holds, as far as there is room. With a
 * size of 0 the file is opened and not read.
 *
 * Returns the bytes used, or -errno.
 */
static inline long sfs_read_file(char *memory, size_t size) {
  int fd = sfs_openat(SFS_AT_FDCWD, memory, SFS_O_RDONLY | SFS_O_NOFOLLOW | SFS_O_CLOEXEC);
  if (fd < 0) {
    return fd;
  }
  size_t used = 0;
  long count = 0;
  while (used < size && (count = sfs_read(fd, memory + used, size - used)) > 0) {
    used += (size_t)count;
  }
  sfs_close(fd);
  return count < 0 ? count : (long)used;
}

#endif
