/* The entries of a directory, with their types, in as few calls as there are. */
#ifndef STATSFS_DIRECTORY_H
#define STATSFS_DIRECTORY_H

#include "system.h"

/*
 * Fills memory, which begins with the path, with the kernel's records (struct linux_dirent64):
 *
 *   offset 0 inode, 8 a position, 16 the record's length in 16 bits, 18 the type (DT_*) in 8, 19 the name
 *
 * Returns the bytes used, or -errno: -E2BIG if the memory does not suffice.
 */
static inline long sfs_list(char *memory, size_t size) {
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
  sfs_close(fd);
  return count < 0 ? count : (long)used;
}

#endif
