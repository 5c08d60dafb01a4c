/*
 * A batch: the stats of many sources, read again and again with one call.
 *
 * The batch is described by a plan, 32-bit integers in native order and then text:
 *
 *   sources, stats, bytes of text
 *   per source  root, directory, links, file, first stat, stats, flags, most bytes of a file, first
 *               other name, other names, predecessor
 *   per stat    name, length of the name, flags
 *   text        names and paths, each ended by a zero; the plan gives their offsets in here
 *
 * A directory is a path below the root of its tree, empty for the root. No symbolic link below the
 * root is followed, unless it leads to the directory `links`, a path relative to the root, or beneath
 * it; -1 if no link may be followed. The file is the name of a file of many values in the directory,
 * or -1. Sources of one tree have the same root, at one offset, and come one after the other.
 *
 * The stats come first, in the order of their results. Behind them, and counted with them, stand the
 * other names of files of many values: known, but not wanted.
 *
 * A predecessor is the number of the source of the previous batch whose open files are taken over,
 * stat by stat, or -1.
 */
#ifndef STATSFS_BATCH_H
#define STATSFS_BATCH_H

#include <stddef.h>
#include <stdint.h>

enum { SFS_PLAN_HEADER = 3, SFS_PLAN_STAT = 3 };

/* The integers of a source. */
enum {
  SFS_PLAN_ROOT,
  SFS_PLAN_DIRECTORY,
  SFS_PLAN_LINKS,
  SFS_PLAN_FILE,
  SFS_PLAN_FIRST,
  SFS_PLAN_COUNT,
  SFS_PLAN_FLAGS,
  SFS_PLAN_MAX_BYTES,
  SFS_PLAN_FIRST_OTHER,
  SFS_PLAN_OTHERS,
  SFS_PLAN_PREDECESSOR,
  SFS_PLAN_SOURCE
};

/* Flags of sources. */
enum {
  SFS_KEEP_OPEN = 1, /* files may be kept open and read again at their beginning */
  SFS_FLAT_KEYED = 2, /* the source is one file of many lines; stats are their names */
  SFS_DOUBTFUL = 4, /* going while it is read it answers the aggregate of nothing, and no error */
  SFS_USER_MADE = 8 /* anything may take a file's place, so its type is looked at before opening */
};

/* Flags of stats. */
enum { SFS_FLOAT = 1 }; /* a schema says so */

/* The status in the low byte of an outcome. */
enum sfs_status {
  SFS_OK = 0,
  SFS_GONE = 1,
  SFS_DENIED = 2,
  SFS_NOT_A_NUMBER = 3,
  SFS_BLOCKED = 4,
  SFS_FAILED = 5,
  SFS_UNFINISHED = 255 /* the caller has to take the text apart; see sfs_batch_sample */
};

/* The text of a value is no longer than this, or it is no number. */
enum { SFS_VALUE_BYTES = 4096 };

/* Bit of an outcome: the stat is left out, its file not touched and the outcome not changed. */
enum { SFS_LEFT_OUT = 1 << 10 };

struct sfs_batch;

/* What a call of sfs_batch_sample ended with. */
enum sfs_progress {
  SFS_DONE,
  SFS_OUTDATED,  /* done, and a file of many lines had other names than are known */
  SFS_TO_FINISH, /* some stats are SFS_UNFINISHED; call again when they have been seen to */
};

/*
 * Prepares a batch and ends the previous one, which may be NULL. Opens nothing yet. Returns 0, or
 * -ENOMEM or -EINVAL, when the previous batch is as it was.
 */
long sfs_batch_open(const int32_t *plan, size_t bytes, struct sfs_batch *previous,
                    struct sfs_batch **batch);

/*
 * Reads each stat once and writes its value and outcome, except for those whose outcome has
 * SFS_LEFT_OUT. An outcome has the status in bits 0-7, the kind of number (enum sfs_number) in bits
 * 8-9 and errno in bits 16-31.
 *
 * A decimal with more digits than can be scaled exactly here is left to the caller: SFS_TO_FINISH
 * then says that some of the stats from `*first` up to `*end` are SFS_UNFINISHED, with the offset and
 * the length of their text in the high and low half of their value. The text is valid until the next
 * call, which goes on behind them.
 *
 * For one thread at a time, but for sfs_batch_position.
 */
enum sfs_progress sfs_batch_sample(struct sfs_batch *batch, int64_t *values, uint32_t *outcomes,
                                   int32_t *first, int32_t *end);

/*
 * The stat whose file a sample is at; of a file of many lines the first one. The one function that
 * another thread may call while a sample is taken, to see where it hangs.
 */
int32_t sfs_batch_position(const struct sfs_batch *batch);

/* The memory that the offsets of unfinished values are in. */
const char *sfs_batch_text(const struct sfs_batch *batch);

/* How many files the batch keeps open, and how many the last sample closed for lack of budget. */
int32_t sfs_batch_kept(const struct sfs_batch *batch);
int32_t sfs_batch_not_kept(const struct sfs_batch *batch);

/* Closes all files and frees the memory. NULL is ignored. */
void sfs_batch_close(struct sfs_batch *batch);

/* Sets how many files may be kept open by all batches together. */
void sfs_set_descriptor_budget(int32_t files);

#endif
