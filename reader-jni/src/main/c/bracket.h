/*
 * The proof that a sysfs is that of this network namespace, where the right to mount one is missing: the
 * files of all its interfaces that are sampled are read between two answers of netlink, in several samples.
 *
 * In each of these rounds name, index and address of each interface must be the same both ways, and each
 * counter between its two values by netlink. That alone shows little: another namespace may have the same
 * names, indexes and addresses, and counters that are 0. So some counter has to be so large, compared with
 * the difference of its two values, that it does not agree by chance; and in MOVES rounds some counter must
 * have moved by as much, since namespaces that came about in the same way may agree while they are idle.
 *
 * What is proven so is put to the test again now and then.
 */
#ifndef STATSFS_BRACKET_H
#define STATSFS_BRACKET_H

#include <stddef.h>
#include <stdint.h>

#include "netlink.h"

/* What is known of a file system of the type sysfs. */
struct sfs_mounted {
  uint64_t device;
  uint32_t moves;    /* rounds, up to SFS_MOVES, since the last contradiction */
  uint32_t is_proven;
  uint32_t is_other; /* an interface is not the one that netlink has under its index */
};

enum { SFS_MOVES = 3, SFS_MOST_MOUNTED = 4 };

struct sfs_bracket {
  struct sfs_mounted mounted[SFS_MOST_MOUNTED];
  uint32_t count;
  int is_used;
  int is_in_round;
  int has_unknown;   /* directories that nobody has looked at */
  uint64_t next;     /* when a round is due, in nanoseconds */
  uint64_t pause;    /* before the one after that */
  uint64_t *values;  /* of each directory SFS_COUNTERS three times: before, after, and in the round before */
  size_t size;
};

struct sfs_interfaces;

/*
 * Begins a round if one is due, in which the files are read of all directories that are not proven in
 * another way. 0, or -errno of netlink.
 */
long sfs_bracket_begin(struct sfs_interfaces *interfaces);

/* Ends it when the files have been read: proves directories, or takes that back. 0, or -errno of netlink. */
long sfs_bracket_end(struct sfs_interfaces *interfaces, const int64_t *values, const uint32_t *outcomes);

/* Takes over what is known of the file systems. */
void sfs_bracket_init(struct sfs_bracket *bracket, struct sfs_bracket *previous);

void sfs_bracket_close(struct sfs_bracket *bracket);

/* For tests: the shortest and the longest time between two rounds, a second and a minute, in nanoseconds. */
void sfs_bracket_set_pauses(uint64_t shortest, uint64_t longest);

#endif
