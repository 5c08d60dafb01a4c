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

static const char *const names[] = {"a", "b", "ab", "a:", "nr_free_pages", "-1", "\xff", "c"};

enum { NAMES = sizeof names / sizeof names[0], LESS = 64, MORE = 1 << 16 };

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
    plan_source(&plan, path, SFS_FLAT_KEYED | SFS_KEEP_OPEN, max_bytes[i], NAMES, -1);
    for (int k = 0; k < NAMES; k++) {
      plan_stat(&plan, names[k], k % 2 == 0 ? 0 : SFS_AS_DOUBLE);
    }
    batches[i] = open_plan(&plan, NULL);
  }
}

/* The word from here on; `*at` is then behind it and behind the blanks that follow. */
static size_t word(const char *text, size_t *at, size_t end) {
  size_t start = *at;
  while (*at < end && !isspace((unsigned char)text[*at])) {
    ++*at;
  }
  size_t length = *at - start;
  while (*at < end && isspace((unsigned char)text[*at])) {
    ++*at;
  }
  return length;
}

/* Where the value of a name begins, and how long it is; a length of 0 if there is none. */
static size_t find_value(const char *text, size_t size, const char *name, size_t *value) {
  for (size_t line = 0; line < size;) {
    size_t end = line;
    while (end < size && text[end] != '\n') {
      end++;
    }
    size_t at = line;
    size_t name_length = word(text, &at, end);
    if (name_length > 0 && text[line + name_length - 1] == ':') {
      name_length--;
    }
    *value = at;
    size_t length = word(text, &at, end);
    size_t sign = length > 0 && (text[*value] == '-' || text[*value] == '+');
    if (name_length > 0 && name_length == strlen(name) &&
        memcmp(text + line, name, name_length) == 0 && length > sign &&
        isdigit((unsigned char)text[*value + sign])) {
      return length;
    }
    line = end + 1;
  }
  return 0;
}

static void check(const struct sampled *sampled, const char *text, size_t size) {
  for (int i = 0; i < NAMES; i++) {
    size_t value = 0;
    size_t length = find_value(text, size, names[i], &value);
    uint32_t outcome = sampled->outcomes[i];
    uint64_t bits = 0;
    enum sfs_number number = length == 0
                                 ? SFS_NO_NUMBER
                                 : sfs_parse_number(text + value, length, i % 2, &bits);
    if (length == 0) {
      REQUIRE(outcome == SFS_GONE && sampled->values[i] == 0);
    } else if (number == SFS_NO_NUMBER) {
      REQUIRE(outcome == SFS_NOT_A_NUMBER && sampled->values[i] == 0);
    } else if (number == SFS_LONG_DOUBLE) {
      REQUIRE(outcome == SFS_UNFINISHED);
      REQUIRE((uint64_t)sampled->values[i] == ((uint64_t)value << 32 | length));
    } else {
      REQUIRE(outcome == (SFS_OK | (uint32_t)number << 8));
      REQUIRE((uint64_t)sampled->values[i] == bits);
    }
  }
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
  }
  return 0;
}
