/* Batches for tests: makes the plan that Java makes for the library. */
#ifndef STATSFS_TEST_PLAN_H
#define STATSFS_TEST_PLAN_H

#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "check.h"

enum { MOST_DIRECTORIES = 8, MOST_ITEMS = 20000, MOST_TABLES = 16, PLAN_TEXT = 1 << 19 };

/* The shapes that tests of batches need. Table 0 is that of all files with one value. */
enum { VALUE = 0, FLAT_KEYED = 1, ENTRIES = 2, TEST_SHAPES = 3 };

struct plan {
  int32_t header[SFS_PLAN_SIZE];
  int32_t tables[MOST_TABLES][SFS_TABLE_SIZE];
  int32_t directories[MOST_DIRECTORIES][SFS_DIRECTORY_SIZE];
  int32_t files[MOST_ITEMS][SFS_FILE_SIZE];
  int32_t keys[MOST_ITEMS][SFS_KEY_SIZE];
  int32_t slots[MOST_ITEMS];
  int32_t results;
  char text[PLAN_TEXT];
};

static inline void clear_plan(struct plan *plan) {
  memset(plan->header, 0, sizeof plan->header);
  plan->results = 0;
  plan->header[SFS_PLAN_SHAPES] = TEST_SHAPES;
  plan->header[SFS_PLAN_TABLES] = 1;
  plan->header[SFS_PLAN_TEXT] = 1; /* No separators: an empty string, at the beginning. */
  plan->text[0] = '\0';
  plan->tables[0][SFS_TABLE_SHAPE] = VALUE;
  plan->tables[0][SFS_TABLE_ROWS] = 1;
  plan->tables[0][SFS_TABLE_FIRST_ROW_KEY] = -1;
  plan->tables[0][SFS_TABLE_COLUMNS] = 1;
  plan->tables[0][SFS_TABLE_FIRST_COLUMN_KEY] = -1;
}

static inline int32_t plan_text(struct plan *plan, const char *text) {
  size_t bytes = strlen(text) + 1;
  int32_t offset = plan->header[SFS_PLAN_TEXT];
  REQUIRE((size_t)offset + bytes <= PLAN_TEXT);
  memcpy(plan->text + offset, text, bytes);
  plan->header[SFS_PLAN_TEXT] += (int32_t)bytes;
  return offset;
}

static inline void plan_slot(struct plan *plan, int32_t slot) {
  int32_t i = plan->header[SFS_PLAN_SLOTS]++;
  REQUIRE(i < MOST_ITEMS);
  plan->slots[i] = slot;
}

/* A directory below a root. Links may be NULL. Files added after this are those of it. */
static inline void plan_directory(struct plan *plan, const char *root, const char *path,
                                  const char *links, int flags, int max_bytes) {
  int32_t i = plan->header[SFS_PLAN_DIRECTORIES]++;
  REQUIRE(i < MOST_DIRECTORIES);
  int32_t *directory = plan->directories[i];
  directory[SFS_DIRECTORY_ROOT] = plan_text(plan, root);
  directory[SFS_DIRECTORY_PATH] = plan_text(plan, path);
  directory[SFS_DIRECTORY_LINKS] = links == NULL ? -1 : plan_text(plan, links);
  directory[SFS_DIRECTORY_FILES] = 0;
  directory[SFS_DIRECTORY_FLAGS] = flags;
  directory[SFS_DIRECTORY_MAX_BYTES] = max_bytes;
}

static inline int32_t *plan_file(struct plan *plan, const char *name, int32_t table) {
  int32_t i = plan->header[SFS_PLAN_FILES]++;
  REQUIRE(i < MOST_ITEMS);
  plan->directories[plan->header[SFS_PLAN_DIRECTORIES] - 1][SFS_DIRECTORY_FILES]++;
  int32_t *file = plan->files[i];
  file[SFS_FILE_NAME] = plan_text(plan, name);
  file[SFS_FILE_TABLE] = table;
  file[SFS_FILE_FIRST_SLOT] = plan->header[SFS_PLAN_SLOTS];
  file[SFS_FILE_PREDECESSOR] = -1;
  return file;
}

/* A file of one value; its result is the next one. Flags are those of slots. */
static inline void plan_value(struct plan *plan, const char *name, int flags) {
  plan_file(plan, name, 0);
  plan_slot(plan, plan->results++ << SFS_SLOT_SHIFT | flags);
}

/* The same, with a file of the previous batch whose descriptor it takes over. */
static inline void plan_successor(struct plan *plan, const char *name, int32_t predecessor) {
  plan_value(plan, name, 0);
  plan->files[plan->header[SFS_PLAN_FILES] - 1][SFS_FILE_PREDECESSOR] = predecessor;
}

/* A directory whose entries are counted; their number is the next result. */
static inline void plan_entries(struct plan *plan, const char *name) {
  int32_t i = plan->header[SFS_PLAN_TABLES]++;
  REQUIRE(i < MOST_TABLES);
  memcpy(plan->tables[i], plan->tables[0], sizeof plan->tables[0]);
  plan->tables[i][SFS_TABLE_SHAPE] = ENTRIES;
  plan_file(plan, name, i);
  plan_slot(plan, plan->results++ << SFS_SLOT_SHIFT);
}

/* A file of lines; rows added after this are those of it. */
static inline int32_t *plan_lines(struct plan *plan, const char *name) {
  int32_t i = plan->header[SFS_PLAN_TABLES]++;
  REQUIRE(i < MOST_TABLES);
  int32_t *table = plan->tables[i];
  table[SFS_TABLE_SHAPE] = FLAT_KEYED;
  table[SFS_TABLE_ROWS] = 0;
  table[SFS_TABLE_FIRST_ROW_KEY] = plan->header[SFS_PLAN_KEYS];
  table[SFS_TABLE_COLUMNS] = 1;
  table[SFS_TABLE_FIRST_COLUMN_KEY] = -1;
  return plan_file(plan, name, i);
}

static inline void plan_key(struct plan *plan, const char *key) {
  int32_t i = plan->header[SFS_PLAN_KEYS]++;
  REQUIRE(i < MOST_ITEMS);
  plan->keys[i][SFS_KEY_TEXT] = plan_text(plan, key);
  plan->keys[i][SFS_KEY_LENGTH] = (int32_t)strlen(key);
  plan->tables[plan->header[SFS_PLAN_TABLES] - 1][SFS_TABLE_ROWS]++;
}

/* A line that is wanted; its result is the next one. */
static inline void plan_line(struct plan *plan, const char *key, int flags) {
  plan_key(plan, key);
  plan_slot(plan, plan->results++ << SFS_SLOT_SHIFT | flags);
}

/* A line that is known, and not wanted. */
static inline void plan_other(struct plan *plan, const char *key) {
  plan_key(plan, key);
  plan_slot(plan, -1);
}

/* A file of lines in a directory of its own. */
static inline void plan_lines_at(struct plan *plan, const char *path, int flags, int max_bytes) {
  char *root = strdup(path);
  REQUIRE(root != NULL);
  char *file = strrchr(root, '/');
  *file++ = '\0';
  plan_directory(plan, root, "", NULL, flags, max_bytes);
  plan_lines(plan, file);
  free(root);
}

/* In memory of exactly the size, so that a sanitizer sees who reads on. */
static inline int32_t *plan_bytes(const struct plan *plan, size_t *bytes) {
  static const int32_t shapes[TEST_SHAPES][SFS_SHAPE_SIZE] = {
      [VALUE] = {[SFS_SHAPE_SECOND_ROW_KEY_WORD] = -1,
                 [SFS_SHAPE_RADIX] = 10,
                 [SFS_SHAPE_LEAST_COLUMNS] = 1,
                 [SFS_SHAPE_NO_VALUE] = -1},
      [FLAT_KEYED] = {[SFS_SHAPE_ROW_KEY] = SFS_ROW_KEY_WORD,
                      [SFS_SHAPE_SECOND_ROW_KEY_WORD] = -1,
                      [SFS_SHAPE_RADIX] = 10,
                      [SFS_SHAPE_LEAST_COLUMNS] = 1,
                      [SFS_SHAPE_TRAILING_WORDS] = 1,
                      [SFS_SHAPE_NO_VALUE] = -1},
      [ENTRIES] = {[SFS_SHAPE_SECOND_ROW_KEY_WORD] = -1,
                   [SFS_SHAPE_RADIX] = 10,
                   [SFS_SHAPE_LEAST_COLUMNS] = 1,
                   [SFS_SHAPE_NO_VALUE] = -1,
                   [SFS_SHAPE_ENTRIES] = 1}};
  const struct {
    const void *start;
    size_t size;
  } parts[] = {
      {plan->header, sizeof plan->header},
      {shapes, sizeof shapes},
      {plan->tables, (size_t)plan->header[SFS_PLAN_TABLES] * sizeof plan->tables[0]},
      {plan->directories, (size_t)plan->header[SFS_PLAN_DIRECTORIES] * sizeof plan->directories[0]},
      {plan->files, (size_t)plan->header[SFS_PLAN_FILES] * sizeof plan->files[0]},
      {plan->keys, (size_t)plan->header[SFS_PLAN_KEYS] * sizeof plan->keys[0]},
      {plan->slots, (size_t)plan->header[SFS_PLAN_SLOTS] * sizeof plan->slots[0]},
      {plan->text, (size_t)plan->header[SFS_PLAN_TEXT]},
  };
  *bytes = 0;
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    *bytes += parts[i].size;
  }
  char *serial = malloc(*bytes);
  REQUIRE(serial != NULL);
  char *at = serial;
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    memcpy(at, parts[i].start, parts[i].size);
    at += parts[i].size;
  }
  return (int32_t *)serial;
}

/* A batch that is open, and the memory for its results, of exactly the size. */
struct sampled {
  struct sfs_batch *batch;
  int64_t *values;
  uint32_t *outcomes;
  int32_t count;
  int32_t unfinished; /* the file that has to be finished */
};

static inline struct sampled open_plan(const struct plan *plan, struct sampled *previous) {
  struct sampled sampled = {.count = plan->results};
  size_t bytes;
  int32_t *serial = plan_bytes(plan, &bytes);
  REQUIRE(sfs_batch_open(serial, bytes, previous == NULL ? NULL : previous->batch,
                         &sampled.batch) == 0);
  free(serial);
  if (previous != NULL) {
    free(previous->values);
    free(previous->outcomes);
    memset(previous, 0, sizeof *previous);
  }
  size_t count = plan->results > 0 ? (size_t)plan->results : 1;
  sampled.values = malloc(count * sizeof sampled.values[0]);
  sampled.outcomes = malloc(count * sizeof sampled.outcomes[0]);
  REQUIRE(sampled.values != NULL && sampled.outcomes != NULL);
  memset(sampled.values, 0x5a, count * sizeof sampled.values[0]);
  memset(sampled.outcomes, 0x5a, count * sizeof sampled.outcomes[0]);
  return sampled;
}

/* What a call of sfs_batch_sample ended with. */
enum progress { DONE, OUTDATED, TO_FINISH };

static inline enum progress sample(struct sampled *sampled) {
  sampled->unfinished = sfs_batch_sample(sampled->batch, 1, sampled->values, sampled->outcomes);
  return sampled->unfinished != SFS_NO_FILE                          ? TO_FINISH
         : sfs_batch_next_outdated(sampled->batch, 0) != SFS_NO_FILE ? OUTDATED
                                                                     : DONE;
}

static inline void close_sampled(struct sampled *sampled) {
  sfs_batch_close(sampled->batch);
  free(sampled->values);
  free(sampled->outcomes);
  memset(sampled, 0, sizeof *sampled);
}

static inline int status_of(uint32_t outcome) {
  return (int)(outcome & 0xff);
}

static inline int kind_of(uint32_t outcome) {
  return (int)(outcome >> SFS_KIND_SHIFT & 3);
}

static inline int errno_of(uint32_t outcome) {
  return (int)(outcome >> SFS_ERRNO_SHIFT);
}

#endif
