/* What the commands and the file system work on. */
#ifndef STATSFS_SIMULATOR_H
#define STATSFS_SIMULATOR_H

#include "churn.h"
#include "tree.h"

struct waiting; /* a request of the kernel that is answered later; see mount.h */
struct handle;  /* a file that is open */

struct simulator {
  struct tree tree;
  struct churn *churns;
  bool old_parser;
  struct waiting *waiting;
  struct handle *handles;
  bool interrupted; /* one of those that wait may have been */
  struct space {    /* what statfs(2) answers; statsfs itself has none */
    uint64_t size;
    uint64_t free;
    uint64_t available;
    uint64_t files;
    uint64_t files_free;
  } space;
};

/* Nanoseconds of a clock that only goes forward. */
uint64_t current_time(void);

#endif
