/* Batches for tests: makes the plan that Java makes for the library. */
#ifndef STATSFS_PLAN_H
#define STATSFS_PLAN_H

#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "check.h"

enum { PLAN_SOURCES = 8, PLAN_STATS = 20000, PLAN_TEXT = 1 << 19 };

struct plan {
  int32_t source_count;
  int32_t stat_count;
  int32_t text_bytes;
  int32_t sources[PLAN_SOURCES][SFS_PLAN_SOURCE];
  int32_t stats[PLAN_STATS][SFS_PLAN_STAT];
  char text[PLAN_TEXT];
};

static inline int32_t plan_text(struct plan *plan, const char *text) {
  size_t bytes = strlen(text) + 1;
  REQUIRE((size_t)plan->text_bytes + bytes <= PLAN_TEXT);
  int32_t offset = plan->text_bytes;
  memcpy(plan->text + offset, text, bytes);
  plan->text_bytes += (int32_t)bytes;
  return offset;
}

/* A source below a root. Links and file may be NULL. Stats added after this are those of it. */
static inline void plan_below(struct plan *plan, const char *root, const char *directory,
                              const char *links, const char *file, int flags, int max_bytes,
                              int predecessor) {
  REQUIRE(plan->source_count < PLAN_SOURCES);
  int32_t *source = plan->sources[plan->source_count++];
  source[SFS_PLAN_ROOT] = plan_text(plan, root);
  source[SFS_PLAN_DIRECTORY] = plan_text(plan, directory);
  source[SFS_PLAN_LINKS] = links == NULL ? -1 : plan_text(plan, links);
  source[SFS_PLAN_FILE] = file == NULL ? -1 : plan_text(plan, file);
  source[SFS_PLAN_FIRST] = plan->stat_count;
  source[SFS_PLAN_COUNT] = 0;
  source[SFS_PLAN_FLAGS] = flags;
  source[SFS_PLAN_MAX_BYTES] = max_bytes;
  source[SFS_PLAN_FIRST_OTHER] = 0;
  source[SFS_PLAN_OTHERS] = 0;
  source[SFS_PLAN_PREDECESSOR] = predecessor;
}

/* A source that is the root, or a file in it. */
static inline void plan_source(struct plan *plan, const char *path, int flags, int max_bytes,
                               int predecessor) {
  if ((flags & SFS_FLAT_KEYED) == 0) {
    plan_below(plan, path, "", NULL, NULL, flags, max_bytes, predecessor);
    return;
  }
  char *root = strdup(path);
  REQUIRE(root != NULL);
  char *file = strrchr(root, '/');
  *file++ = '\0';
  plan_below(plan, root, "", NULL, file, flags, max_bytes, predecessor);
  free(root);
}

static inline void plan_stat(struct plan *plan, const char *name, int flags) {
  REQUIRE(plan->stat_count < PLAN_STATS);
  int32_t *stat = plan->stats[plan->stat_count++];
  stat[0] = plan_text(plan, name);
  stat[1] = (int32_t)strlen(name);
  stat[2] = flags;
  plan->sources[plan->source_count - 1][SFS_PLAN_COUNT]++;
}

/* A name of the last source that is not wanted. After these no stat can be added. */
static inline void plan_other(struct plan *plan, const char *name) {
  int32_t *source = plan->sources[plan->source_count - 1];
  if (source[SFS_PLAN_OTHERS]++ == 0) {
    source[SFS_PLAN_FIRST_OTHER] = plan->stat_count;
  }
  plan_stat(plan, name, 0);
  source[SFS_PLAN_COUNT]--;
}

/* In memory of exactly the size, so that a sanitizer sees who reads on. */
static inline int32_t *plan_bytes(const struct plan *plan, size_t *bytes) {
  size_t sources = (size_t)plan->source_count * sizeof plan->sources[0];
  size_t stats = (size_t)plan->stat_count * sizeof plan->stats[0];
  *bytes = SFS_PLAN_HEADER * sizeof(int32_t) + sources + stats + (size_t)plan->text_bytes;
  char *serial = malloc(*bytes);
  REQUIRE(serial != NULL);
  const int32_t header[SFS_PLAN_HEADER] = {plan->source_count, plan->stat_count, plan->text_bytes};
  char *at = serial;
  memcpy(at, header, sizeof header);
  at += sizeof header;
  memcpy(at, plan->sources, sources);
  at += sources;
  memcpy(at, plan->stats, stats);
  at += stats;
  memcpy(at, plan->text, (size_t)plan->text_bytes);
  return (int32_t *)serial;
}

/* A batch that is open, and the memory for its results, of exactly the size. */
struct sampled {
  struct sfs_batch *batch;
  int64_t *values;
  uint32_t *outcomes;
  int32_t count;
  int32_t first; /* of the stats to finish */
  int32_t end;
};

static inline struct sampled open_plan(const struct plan *plan, struct sampled *previous) {
  struct sampled sampled = {.count = plan->stat_count};
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
  size_t count = plan->stat_count > 0 ? (size_t)plan->stat_count : 1;
  sampled.values = malloc(count * sizeof sampled.values[0]);
  sampled.outcomes = malloc(count * sizeof sampled.outcomes[0]);
  REQUIRE(sampled.values != NULL && sampled.outcomes != NULL);
  memset(sampled.values, 0x5a, count * sizeof sampled.values[0]);
  memset(sampled.outcomes, 0x5a, count * sizeof sampled.outcomes[0]);
  return sampled;
}

static inline enum sfs_progress sample(struct sampled *sampled) {
  return sfs_batch_sample(sampled->batch, sampled->values, sampled->outcomes, &sampled->first,
                          &sampled->end);
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
  return (int)(outcome >> 8 & 3);
}

static inline int errno_of(uint32_t outcome) {
  return (int)(outcome >> 16);
}

#endif
