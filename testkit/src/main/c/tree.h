/* The tree: sources, their stats and .schema files, and what their values are. */
#ifndef STATSFS_TREE_H
#define STATSFS_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "place.h"
#include "value.h"
#include "words.h"

struct label {
  struct word key;
  struct word text;
};

enum shape { SOURCE, STAT, SCHEMA };

/* A directory or a file. It lives as long as it is referenced: by the tree, the kernel, or a request. */
struct node {
  uint64_t number; /* the inode's, never used again; later ones are newer */
  uint64_t references;
  uint64_t lookups; /* by the kernel; one reference in all */
  enum shape shape;
  bool linked; /* is in the tree */
  mode_t mode;
  uid_t owner;
  gid_t group;
  off_t size; /* as reported */
  struct timespec changed;
  struct node *parent; /* NULL: the root, or not in the tree any more */
  struct node *newer;
  struct node *older;
  struct node *next; /* in the table of names */
  struct node *next_of_all;
  struct node **link_of_all; /* what points to it there */
  struct place *place; /* NULL as long as nothing is known of it */
  uint64_t opens; /* in this life */
  uint64_t open_now;

  /* Sources. */
  struct node *newest;
  uint64_t directories;
  uint64_t files; /* that were ever added */
  uint64_t born;
  uint64_t fill; /* how long it takes until all its files are visible */
  struct label *labels;
  size_t label_count;
  bool removed; /* and kept alive by a file that is open */

  /* Files. */
  uint64_t position; /* in the order in which the source's files were added, from 0 */
  struct value *value;
  bool revoked; /* what it read is gone */

  size_t name_length;
  char name[];
};

struct tree {
  struct node *root;
  struct places places;
  bool without_schema;
  uid_t owner;
  gid_t group;
  uint64_t last_number;
  struct node *all; /* those, too, that are not in the tree any more */
  struct node **table;
  size_t mask;
  size_t count;
  /* Sources. */
  uint64_t made;
  uint64_t gone;
  /* .schema files. */
  uint64_t schemas_opened;
  uint64_t most_opens;
  uint64_t most_open_now;
};

enum { LONGEST_NAME = 255, MOST_LEVELS = 256 };

void make_tree(struct tree *tree, uid_t owner, gid_t group);

/* Frees all nodes, whoever references them: the kernel does not say that it forgets a mount. */
void free_tree(struct tree *tree);

void hold(struct node *node);
void release(struct node *node);

/* A path without slashes at its ends or twice in it; false if it has impossible names. */
bool normalize_path(struct word path, struct buffer *normal);

/* What is at a normalized path, visible or not; NULL if nothing is. */
struct node *find_path(const struct tree *tree, const char *path, size_t length);

struct node *find_child(const struct tree *tree, const struct node *parent, const char *name,
                        size_t length);

/* Appends the normalized path of a node that is in the tree. */
void append_path(struct buffer *buffer, const struct node *node);

/* The node's place, made if there is none yet; NULL for a directory that is not in the tree any more. */
struct place *place_of(struct tree *tree, struct node *node);

/* Whether the file system shows it now. */
bool is_visible(const struct tree *tree, const struct node *node, uint64_t now);

/* Whether the source has this file by now. Those that are hidden count like others. */
bool is_filled_in(const struct node *file, uint64_t now);

/* Adds a source, where there is nothing of its name. */
struct node *add_source(struct tree *tree, struct node *parent, const char *name, size_t length,
                        uint64_t now);

void add_label(struct node *source, struct word key, struct word text);

/* Adds a stat, where there is nothing of its name. The value is the tree's from then on. */
struct node *add_stat(struct tree *tree, struct node *source, const char *name, size_t length,
                      struct value *value);

/*
 * Removes a source and all below it. A subsystem with an own stat that is open stays, reading 0, until
 * that is closed.
 */
void remove_source(struct tree *tree, struct node *source);

/* To be called for each open that is asked for, and when it is closed or has failed. */
void count_open(struct tree *tree, struct node *node);
void count_close(struct tree *tree, struct node *node);

/* What reading a stat gives now: its text, or of an aggregate, or of what is gone. */
void append_reading(const struct tree *tree, struct buffer *buffer, const struct node *stat,
                    uint64_t now);

/* Zeroes a stat, or all that an aggregate sums up. */
void clear_stat(const struct tree *tree, struct node *stat, uint64_t now);

#endif
