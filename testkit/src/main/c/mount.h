/*
 * The file system: answers the kernel's requests from the tree. Requests that hang or are slow are
 * kept, and answered later.
 */
#ifndef STATSFS_MOUNT_H
#define STATSFS_MOUNT_H

#include "simulator.h"

struct fuse_lowlevel_ops;
extern const struct fuse_lowlevel_ops file_system;

/* How many requests wait because they hang. */
uint64_t count_hanging(const struct simulator *simulator);

/* Answers all that wait at a place, or anywhere if that is NULL, as they would have been. */
void wake_all(struct simulator *simulator, const struct place *place);

/* Answers those whose time has come, and those that were interrupted. */
void wake_due(struct simulator *simulator, uint64_t now);

/* When the next one is due; UINT64_MAX: never. */
uint64_t next_due(const struct simulator *simulator);

/* Answers all that wait with EIO, for the end. */
void refuse_all(struct simulator *simulator);

/* Frees what belongs to open files, after unmounting: the kernel does not say that it closes them. */
void close_all(struct simulator *simulator);

#endif
