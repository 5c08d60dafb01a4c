/*
 * Mounted file systems, asked again and again how full they are with one call.
 *
 * What is to be asked, and what is known of it, is memory of the caller: 32-bit integers in native order
 * and then the paths, each ended by a zero.
 *
 *   the header   SFS_MOUNTS_... integers
 *   mounts       SFS_MOUNT_... integers each
 *   paths
 *
 * A test compares these constants with those of io.statsfs.reader.jni.MountsMemory.
 */
#ifndef STATSFS_MOUNTS_H
#define STATSFS_MOUNTS_H

#include <stdint.h>

struct sfs_statfs;
struct sfs_statx;

enum {
  SFS_MOUNTS_POSITION = 0, /* the mount that a sample is at; other threads may read it */
  SFS_MOUNTS_COUNT = 1,
  SFS_MOUNTS_TABLE = 2, /* a descriptor of the list of mounts, or -1 */
  SFS_MOUNTS_SIZE = 3
};

enum {
  SFS_MOUNT_PATH = 0, /* offset from the beginning of the memory */
  SFS_MOUNT_ID = 1,
  SFS_MOUNT_DEVICE_MAJOR = 2, /* or -1: it says nothing */
  SFS_MOUNT_DEVICE_MINOR = 3,
  SFS_MOUNT_AUTOFS = 4,    /* 1 if the path leads over an autofs */
  SFS_MOUNT_READ_ONLY = 5, /* 1 or 0, or -1: what the file system says */
  SFS_MOUNT_STATE = 6,
  SFS_MOUNT_SLOTS = 7, /* one for each value, or -1 */
  SFS_MOUNT_VALUES = 6,
  SFS_MOUNT_SIZE = 13
};

/* States. */
enum {
  SFS_MOUNT_UNCHECKED = 0, /* whether it is what its path leads to */
  SFS_MOUNT_THERE = 1,
  SFS_MOUNT_GONE = 2
};

/*
 * Asks each file system once, except for those whose first slot has SFS_LEFT_OUT in its outcome. Values
 * and outcomes are those of sfs_batch_sample. Without a change in the list of mounts that is one system
 * call each; after one it is looked at first whether the path still leads to the mount. For one thread at
 * a time.
 */
void sfs_mounts_sample(int32_t *mounts, int64_t *values, uint32_t *outcomes);

/* Closes what the first sample opened. */
void sfs_mounts_close(int32_t *mounts);

/* Parts of a sample: puts what a file system says into the slots of its mount. */
void sfs_mounts_put(const int32_t *mount, const struct sfs_statfs *its, int64_t *values,
                    uint32_t *outcomes);

/* Whether what a path leads to is the mount: by its id, else by its device if that is known. */
int sfs_mounts_is(const int32_t *mount, const struct sfs_statx *its);

#endif
