/* A batch: the cells of many files, read again and again with one call. plan.h says what describes it. */
#ifndef STATSFS_BATCH_H
#define STATSFS_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "files.h"
#include "plan.h"
#include "table.h"

/* Bit of an outcome: the stat is left out, its file not touched and the outcome not changed. */
enum { SFS_LEFT_OUT = 1 << 10 };

/* Instead of the number of a file: there is none, or the sample is at interfaces.h, which is in none. */
enum { SFS_NO_FILE = -1 };

struct sfs_batch;

/*
 * Prepares a batch and ends the previous one, which may be NULL. Opens nothing yet. Returns 0, or
 * -ENOMEM or -EINVAL, when the previous batch is as it was.
 */
long sfs_batch_open(const int32_t *plan, size_t bytes, struct sfs_batch *previous,
                    struct sfs_batch **batch);

/*
 * Reads each file once and writes value and outcome of each of its cells that has a slot, except for
 * files whose first slot has SFS_LEFT_OUT in its outcome. An outcome has the status in bits 0-7, the
 * kind of number (enum sfs_number) in bits 8-9 and errno in bits 16-31.
 *
 * Returns SFS_NO_FILE at the end. A decimal with more digits than can be scaled exactly here is left
 * to the caller: then the number of a file is returned, some of whose slots are SFS_UNFINISHED, with
 * the offset and the length of their text in the high and low half of their value. The text is valid
 * until the next call, which goes on behind that file.
 *
 * With `by_netlink` the counters of network interfaces come by netlink where that is proven to say the
 * same, see interfaces.h, and from their files where not.
 *
 * For one thread at a time, but for sfs_batch_position.
 */
int32_t sfs_batch_sample(struct sfs_batch *batch, int by_netlink, int64_t *values, uint32_t *outcomes);

/*
 * The file that a sample is at, or SFS_NO_FILE while it is at interfaces.h. The one function that another thread may call while a sample is
 * taken, to see where it hangs.
 */
int32_t sfs_batch_position(const struct sfs_batch *batch);

/* The next file, from one on, whose keys the last sample found to be others; or SFS_NO_FILE. */
int32_t sfs_batch_next_outdated(const struct sfs_batch *batch, int32_t from);

/* The memory that the offsets of unfinished values are in. */
const char *sfs_batch_text(const struct sfs_batch *batch);

/* How many files the batch keeps open, and how many the last sample closed for lack of budget. */
int32_t sfs_batch_kept(const struct sfs_batch *batch);
int32_t sfs_batch_not_kept(const struct sfs_batch *batch);

/* Closes all files and frees the memory. NULL is ignored. */
void sfs_batch_close(struct sfs_batch *batch);

#endif
