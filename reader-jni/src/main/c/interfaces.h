/*
 * The counters of network interfaces by netlink instead of by files of sysfs, which costs a tenth and
 * keeps no descriptors. Only for directories of which it is proven that netlink says the same; all others,
 * and all of which netlink says nothing, are left to the files.
 *
 * A sysfs shows the interfaces of the network namespace that it was mounted in, which need not be this
 * thread's: a container may have the host's. The proof is a sysfs that this thread mounts itself, where
 * nobody sees it: the kernel has one file system for each namespace, so one on the same device is that of
 * this namespace, and within a namespace the index of an interface is unique. Where that is not allowed there
 * is another proof, see bracket.h.
 */
#ifndef STATSFS_INTERFACES_H
#define STATSFS_INTERFACES_H

#include <stddef.h>
#include <stdint.h>

#include "bracket.h"
#include "files.h"
#include "netlink.h"

/* A counter, and where it goes. */
struct sfs_counted {
  uint32_t counter;
  uint32_t result;
};

/* A directory that may be the `statistics` of an interface. */
struct sfs_statistics {
  const struct sfs_directory *place;
  const struct sfs_counted *counted;
  uint32_t count;
  int32_t interface; /* the index of the interface that it says it is of, or 0 */
  int is_proven;     /* that this is so, and that netlink has the same interface under that index */
  uint64_t sample;   /* the last one whose values came by netlink */
  uint64_t device;   /* of what bracket.h is to prove, or has; else 0 */
  int is_answered;
  int has_last;
};

struct sfs_interfaces {
  struct sfs_statistics *directories;
  uint32_t count;
  uint32_t counters;   /* of all directories */
  uint32_t *by_index;  /* a hash table of numbers of directories + 1 */
  uint32_t mask;
  uint32_t proven;     /* directories */
  uint32_t in_dump;    /* interfaces that the last dump had */
  uint64_t sample;     /* counts from 1 */
  int is_open;
  int has_unproven;    /* directories that nobody has looked at */
  struct sfs_bracket bracket;
  struct sfs_netlink netlink;
};

/*
 * Prepares what has its directories and their counters, the memory for a hash table, and the size of that.
 * Takes over the socket of a previous one, or NULL, from which the directories have what is proven of them.
 */
void sfs_interfaces_init(struct sfs_interfaces *interfaces, struct sfs_interfaces *previous);

/* How many integers the hash table of some directories has. */
uint32_t sfs_interfaces_places(uint32_t directories);

/*
 * Gets what counters it can by netlink. Allocates memory when it first does. May hang, see
 * sfs_netlink_ask. `values` and `outcomes` are those of sfs_batch_sample.
 */
void sfs_interfaces_sample(struct sfs_interfaces *interfaces, int64_t *values, uint32_t *outcomes);

/* Ends a sample, when the files have been read. May hang as well. */
void sfs_interfaces_end(struct sfs_interfaces *interfaces, const int64_t *values,
                        const uint32_t *outcomes);

/* Whether the counters of a directory have come in the present sample. */
static inline int sfs_interfaces_has(const struct sfs_interfaces *interfaces, uint32_t directory) {
  return interfaces->directories[directory].sample == interfaces->sample;
}

/* Begins a sample in which nothing comes by netlink. */
static inline void sfs_interfaces_skip(struct sfs_interfaces *interfaces) {
  interfaces->sample++;
}

void sfs_interfaces_close(struct sfs_interfaces *interfaces);

/* ---- for bracket.c ---- */

/* The index of the interface whose statistics are in a directory on a device; or 0. */
int32_t sfs_interface_of(int directory, uint64_t device);

/* Has interfaces found by the indexes of directories, and counts what is proven. */
void sfs_interfaces_index(struct sfs_interfaces *interfaces);

/* The next directory of an interface, most often the only one, or NULL. `place` is SFS_FIRST_PLACE first. */
enum { SFS_FIRST_PLACE = -1 };
struct sfs_statistics *sfs_interfaces_next_of(const struct sfs_interfaces *interfaces, int32_t index,
                                              int64_t *place);

/* Nothing is known any more of the directories of an interface. */
void sfs_interfaces_deleted(struct sfs_interfaces *interfaces, int32_t index);

#endif
