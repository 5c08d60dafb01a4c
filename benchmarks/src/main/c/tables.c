#include "tables.h"

#include <string.h>

enum { CPU_COLUMNS = 10, DISK_COLUMNS = 17 };

static const char *line_end(const char *at, const char *end) {
  const char *found = memchr(at, '\n', (size_t)(end - at));
  return found == NULL ? end : found;
}

static const char *skip_word(const char *at, const char *end) {
  while (at < end && *at != ' ' && *at != '\n') {
    at++;
  }
  return at;
}

static const char *skip_blanks(const char *at, const char *end) {
  while (at < end && *at == ' ') {
    at++;
  }
  return at;
}

/* The numbers from here to the end of the line, but no more than `most`. */
static inline const char *numbers(const char *at, const char *end, size_t most, uint64_t *values,
                                  size_t *count) {
  for (size_t i = 0; i < most; i++) {
    at = skip_blanks(at, end);
    int negative = at < end && *at == '-';
    at += negative;
    if (at == end || *at < '0' || *at > '9') {
      return at;
    }
    uint64_t value = 0;
    for (; at < end && *at >= '0' && *at <= '9'; at++) {
      value = value * 10 + (uint64_t)(*at - '0');
    }
    values[(*count)++] = negative ? 0 - value : value;
  }
  return at;
}

size_t parse_stat(const char *text, const char *end, uint64_t *values) {
  size_t count = 0;
  for (const char *at = text; at < end; at = line_end(at, end) + 1) {
    const char *name = at;
    at = skip_word(at, end);
    if (at - name < 3 || memcmp(name, "cpu", 3) != 0) {
      at = numbers(at, end, 1, values, &count);
    } else if (at - name > 3) {
      at = numbers(at, end, CPU_COLUMNS, values, &count);
    }
  }
  return count;
}

size_t parse_snmp(const char *text, const char *end, uint64_t *values) {
  size_t count = 0;
  for (const char *at = text; at < end; at = line_end(at, end) + 1) {
    at = line_end(at, end); /* the header */
    if (at < end) {
      at = numbers(skip_word(at + 1, end), end, SIZE_MAX, values, &count);
    }
  }
  return count;
}

size_t parse_softirqs(const char *text, const char *end, uint64_t *values) {
  size_t count = 0;
  for (const char *at = line_end(text, end) + 1; at < end; at = line_end(at, end) + 1) {
    at = numbers(skip_word(skip_blanks(at, end), end), end, SIZE_MAX, values, &count);
  }
  return count;
}

static int begins_with(const char *name, size_t length, const char *start, size_t start_length) {
  return length >= start_length && memcmp(name, start, start_length) == 0;
}

/* Whether a name is that of a disk, and then digits, perhaps with a p before them. */
static int is_partition(const char *name, size_t length, const char *disk, size_t disk_length) {
  if (disk_length == 0 || length <= disk_length || !begins_with(name, length, disk, disk_length)) {
    return 0;
  }
  return name[length - 1] >= '0' && name[length - 1] <= '9';
}

size_t parse_diskstats(const char *text, const char *end, uint64_t *values) {
  size_t count = 0;
  const char *disk = text;
  size_t disk_length = 0;
  for (const char *at = text; at < end; at = line_end(at, end) + 1) {
    for (int i = 0; i < 2; i++) {
      at = skip_word(skip_blanks(at, end), end);
    }
    const char *name = skip_blanks(at, end);
    at = skip_word(name, end);
    size_t length = (size_t)(at - name);
    if (begins_with(name, length, "loop", 4) || begins_with(name, length, "ram", 3) ||
        begins_with(name, length, "zram", 4) ||
        is_partition(name, length, disk, disk_length)) {
      continue;
    }
    disk = name;
    disk_length = length;
    at = numbers(at, end, DISK_COLUMNS, values, &count);
  }
  return count;
}
