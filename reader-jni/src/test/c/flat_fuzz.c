/*
 * A flat-keyed file of any bytes, sampled by a batch that expects something like it, against the
 * plainest way to read such a file.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "number.h"
#include "plan.h"

static const char *const names[] = {"a", "b", "ab", "a:", "nr_free_pages", "N0", "\xff", "c"};

/* Names of the file that are not wanted. */
static const char *const others[] = {"other", "another"};

enum { NAMES = sizeof names / sizeof names[0], OTHERS = sizeof others / sizeof others[0] };

enum { LESS = 64, MORE = 1 << 16 };

static int file = -1;
static char path[64] = "/dev/shm/statsfs-XXXXXX";
static struct sampled batches[2];
static const int max_bytes[2] = {LESS, MORE};

static void unlink_file(void) {
  unlink(path);
}

static void set_up(void) {
  static struct plan plan;
  file = mkstemp(path);
  REQUIRE(file >= 0);
  atexit(unlink_file);
  sfs_set_descriptor_budget(2);
  for (int i = 0; i < 2; i++) {
    memset(&plan, 0, offsetof(struct plan, sources));
    plan_source(&plan, path, SFS_FLAT_KEYED | SFS_KEEP_OPEN, max_bytes[i], -1);
    for (int k = 0; k < NAMES; k++) {
      plan_stat(&plan, names[k], k % 2 == 0 ? 0 : SFS_FLOAT);
    }
    for (int k = 0; k < OTHERS; k++) {
      plan_other(&plan, others[k]);
    }
    batches[i] = open_plan(&plan, NULL);
  }
}

/* A line in words. */
struct line {
  size_t words;
  size_t at[4];
  size_t length[4];
};

static struct line take_apart(const char *text, size_t at, size_t end) {
  struct line line = {0};
  while (1) {
    while (at < end && isspace((unsigned char)text[at])) {
      at++;
    }
    if (at == end || line.words == 4) {
      return line;
    }
    line.at[line.words] = at;
    while (at < end && !isspace((unsigned char)text[at])) {
      at++;
    }
    line.length[line.words] = at - line.at[line.words];
    line.words++;
  }
}

static int is_like_a_number(const char *text, const struct line *line, size_t word) {
  return sfs_is_like_a_number(text + line->at[word], text + line->at[word] + line->length[word]);
}

/* The first line of a name; no words if there is none. */
static struct line find(const char *text, size_t size, const char *name) {
  for (size_t at = 0; at < size;) {
    size_t end = at;
    while (end < size && text[end] != '\n') {
      end++;
    }
    struct line line = take_apart(text, at, end);
    size_t length = line.words == 0 ? 0 : line.length[0];
    length -= length > 0 && text[line.at[0] + length - 1] == ':';
    if (length > 0 && length == strlen(name) && memcmp(text + line.at[0], name, length) == 0) {
      return line;
    }
    at = end + 1;
  }
  return (struct line){0};
}

static void check(const struct sampled *sampled, const char *text, size_t size) {
  for (int i = 0; i < NAMES; i++) {
    struct line line = find(text, size, names[i]);
    uint32_t outcome = sampled->outcomes[i];
    uint64_t bits = 0;
    enum sfs_number number = SFS_NO_NUMBER;
    if (line.words == 2 || (line.words == 3 && !is_like_a_number(text, &line, 2))) {
      number = sfs_parse_number(text + line.at[1], line.length[1], i % 2, &bits);
    }
    if (line.words == 0) {
      REQUIRE(outcome == SFS_GONE && sampled->values[i] == 0);
    } else if (number == SFS_NO_NUMBER) {
      REQUIRE(outcome == SFS_NOT_A_NUMBER && sampled->values[i] == 0);
    } else if (number == SFS_LONG_DOUBLE) {
      REQUIRE(outcome == SFS_UNFINISHED);
      REQUIRE((uint64_t)sampled->values[i] == ((uint64_t)line.at[1] << 32 | line.length[1]));
    } else {
      REQUIRE(outcome == (SFS_OK | (uint32_t)number << 8));
      REQUIRE((uint64_t)sampled->values[i] == bits);
    }
  }
}

static int has_all_names(const char *text, size_t size) {
  int found = 0;
  for (int i = 0; i < NAMES; i++) {
    found += find(text, size, names[i]).words > 0;
  }
  for (int i = 0; i < OTHERS; i++) {
    found += find(text, size, others[i]).words > 0;
  }
  return found == NAMES + OTHERS;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (file < 0) {
    set_up();
  }
  if (size >= MORE) {
    return -1;
  }
  REQUIRE(pwrite(file, data, size, 0) == (ssize_t)size && ftruncate(file, (off_t)size) == 0);
  for (int i = 0; i < 2; i++) {
    size_t read = size;
    if (read >= (size_t)max_bytes[i]) {
      read = (size_t)max_bytes[i];
      while (read > 0 && data[read - 1] != '\n') {
        read--;
      }
    }
    enum sfs_progress progress = sample(&batches[i]);
    check(&batches[i], (const char *)data, read);
    if (progress == SFS_TO_FINISH) {
      REQUIRE(batches[i].first == 0 && batches[i].end == NAMES);
      REQUIRE(sample(&batches[i]) != SFS_TO_FINISH);
    }
    /* What was new is known by now. */
    progress = sample(&batches[i]);
    progress = progress == SFS_TO_FINISH ? sample(&batches[i]) : progress;
    REQUIRE(progress == (has_all_names((const char *)data, read) ? SFS_DONE : SFS_OUTDATED));
  }
  return 0;
}
