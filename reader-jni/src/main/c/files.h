/* Files below the root of a tree: how they are opened and read, and what their errors say. */
#ifndef STATSFS_FILES_H
#define STATSFS_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "system.h"

struct sfs_directory {
  const char *root;
  const char *path;  /* below the root */
  const char *links; /* where links below the root may lead, or NULL: nowhere */
};

/* The root of a tree, open for the directories of it that come one after the other. */
struct sfs_root {
  const char *path; /* or NULL */
  int fd;           /* or why it cannot be opened */
};

/* Of descriptors: there is none. */
enum { SFS_CLOSED = -1 };

/*
 * Opens a directory. What leads to its root is the user's to say. Below that no symbolic link is
 * followed, but for those of the layout into the place that it names. Returns -errno if it fails.
 */
int sfs_open_directory(struct sfs_root *root, const struct sfs_directory *directory);
void sfs_close_directory(const struct sfs_root *root, int directory);
void sfs_close_root(struct sfs_root *root);

/* Opens a file. If `look` says so, nothing is opened that is none. Returns -errno if it fails. */
int sfs_open_file(int directory, const char *name, int look);

/* Whether something is in a directory: 0, or -errno. */
long sfs_look(int directory, const char *name);

/* Memory for a text, which grows as texts do. */
struct sfs_text {
  char *bytes;
  size_t size;
};

/*
 * Reads to the end of the first line, if that is all, of the file, or of the `max` bytes allowed, and
 * puts a '\n' behind that. Returns how many bytes there are, or -errno.
 */
long sfs_read_text(struct sfs_text *text, int fd, int from_start, int is_one_line, size_t max);

/*
 * Whether an error of reading a file that may be kept open is what the file itself has to say, such as that
 * an interface without a link has no speed. Of a file that is gone it would be another one.
 */
static inline int sfs_is_answer(long error) {
  return error == -SFS_EINVAL;
}

/*
 * Writes how many entries a directory has, as a text, and returns how many bytes it has, or -errno. Of the
 * descriptors of this process those of the root and of `in` do not count.
 */
long sfs_count_entries(struct sfs_text *text, const struct sfs_root *root, int in, const char *name);

/* Lists a directory, in the memory for a text. Returns how many entries it has, or -errno. */
long sfs_list_entries(struct sfs_text *text, int in, const char *name);

/* The outcome of stats whose file could not be opened or read, or whose directory could not. */
uint32_t sfs_outcome_of_error(long error, int directory, const char *name);
/* The same of a file that is there all the same, see sfs_is_answer. */
uint32_t sfs_outcome_of_answer(long error);
uint32_t sfs_outcome_without_directory(long error, const struct sfs_root *root,
                                       const struct sfs_directory *directory);

/* Takes one of the descriptors that may be kept open by all batches together, if there is one. */
int sfs_take_descriptor(void);
void sfs_return_descriptor(void);
void sfs_set_descriptor_budget(int32_t files);

#endif
