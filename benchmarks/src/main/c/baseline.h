/*
 * The same work as a sample or a discovery, in C: what the system calls cost, and little else.
 *
 * The calls are made as the reader's library makes them (system.h), by an inlined instruction, but for
 * the two plain ways, which go through the C library as most programs do.
 */
#ifndef STATSFS_BASELINE_H
#define STATSFS_BASELINE_H

#include <stddef.h>
#include <stdint.h>

enum way {
  PLAIN_PATH, /* open, read and close by the whole path, through the C library */
  PLAIN_KEPT, /* pread on a descriptor that is kept, through the C library */
  OPENAT,     /* below a directory that is kept open */
  KEPT,       /* pread on a descriptor that is kept */
  NO_WAY
};

/* NO_WAY if there is none of this name. */
enum way way_of(const char *name);

/*
 * Takes in a file with the lines `D directory`, `F name` (a file of one value in the directory above),
 * `T path` (a file of `name value` lines), and `S path`, `N path`, `I path`, `K path` (a file of the
 * form of /proc/stat, /proc/net/snmp, /proc/softirqs, /proc/diskstats). Returns the number of the tree.
 */
int load(const char *list);

int is_tree(int tree);

/* Reads all files of a tree once; returns how many numbers they hold. */
size_t sample(int tree, enum way way);

/* Closes what is kept of a tree; the next sample opens it anew. */
void renew(int tree);

struct found {
  unsigned long directories;
  unsigned long files;
};

/* Takes in a file with a mount point per line; returns how many there are. */
size_t mounts_load(const char *list);

/* Asks each of these file systems, and stores what they say; returns how many answered. */
size_t mounts_sample(void);

/* Looks for the statistics of virtual machines that a process has open; returns how many stats they have. */
size_t machines_load(int pid);

/* Reads them all, by a duplicate of each descriptor, and stores their values; returns how many stats. */
size_t machines_sample(void);

/* Lists a directory and all below it. */
void walk(int parent, const char *name, struct found *found);

/*
 * Directories to be listed and files to be read, each once. The list has the lines `D PARENT NAME` and
 * `F PARENT NAME`, where the parent is the number of a directory before it, from 0 on, or -1 with a path.
 */
struct places;

struct places *places_of(const char *list);

void visit(const struct places *places, struct found *found);

void free_places(struct places *places);

#endif
