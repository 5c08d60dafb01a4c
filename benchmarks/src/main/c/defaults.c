#define _GNU_SOURCE
#include "defaults.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "system.h"

/* A text of one line is read with less room, as below /proc/sys the kernel clears as much memory first. */
enum { TEXT_BYTES = 64 << 10, LINE_BYTES = 4096, MAX_LINE = 8192, MAX_COLUMNS = 256 };

/* How a file is written. The letters are those of the list. */
enum form {
  VALUE = 'F',    /* one integer */
  QUOTA = 'Q',    /* one integer; if it is negative there is none */
  LIMIT = 'L',    /* one integer; if it is the greatest there is none */
  WORDS = 'T',    /* lines of a name and integers: vmstat, cpu.stat, /proc/stat */
  COLONS = 'C',   /* the name ends with a colon: meminfo, /proc/self/io */
  NODE = 'M',     /* the same with two words before each name: meminfo of a node */
  DISKS = 'K',    /* two numbers, a name and integers: diskstats */
  PAIRS = 'N',    /* a header and its integers: snmp, netstat */
  SOCKETS = 'O',  /* a name, and words with integers behind them: sockstat */
  PRESSURE = 'P', /* three decimals and an integer behind equals signs */
  HEX = 'X',      /* integers of radix 16: softnet_stat */
  LOAD = 'A',     /* three decimals, and an integer behind a slash: loadavg */
  DECIMALS = 'U', /* uptime */
  INTEGERS = 'R', /* one line of them: file-nr */
  PROCESS = 'B',  /* the same behind a name in parentheses: /proc/self/stat, counted from the state on */
};

/* The numbers of a line that are wanted. */
struct row {
  char *name;
  size_t length;
  size_t at; /* where the line begins in the text that was read first */
  int count;
  int columns[MAX_COLUMNS]; /* ascending */
  size_t indexes[MAX_COLUMNS];
  char *names[MAX_COLUMNS]; /* until they are looked up in a header */
};

struct file {
  enum form form;
  char *name;
  int directory;
  int is_kept;
  int fd;
  struct row *rows; /* in the order of the file */
  size_t row_count;
};

static struct file *files;
static size_t file_count;
static uint64_t *values;
static uint8_t *kinds;
static size_t value_count;
static char text[TEXT_BYTES];

static void die(const char *what) {
  fprintf(stderr, "baseline: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void *grow(void *memory, size_t bytes) {
  memory = realloc(memory, bytes);
  if (memory == NULL) {
    die("memory");
  }
  return memory;
}

/* ---- reading ---- */

static inline size_t put(size_t index, uint64_t value) {
  values[index] = value;
  kinds[index] = INTEGER;
  return 1;
}

static inline const char *skip_blanks(const char *at) {
  while (*at == ' ' || *at == '\t') {
    at++;
  }
  return at;
}

static inline const char *skip_word(const char *at) {
  while (*at != ' ' && *at != '\t' && *at != '\n') {
    at++;
  }
  return at;
}

static inline const char *next_line(const char *at, const char *end) {
  return (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;
}

static inline const char *integer(const char *at, uint64_t *value) {
  int is_negative = *at == '-';
  at += is_negative;
  uint64_t sum = 0;
  for (; *at >= '0' && *at <= '9'; at++) {
    sum = sum * 10 + (uint64_t)(*at - '0');
  }
  *value = is_negative ? 0 - sum : sum;
  return at;
}

static inline const char *decimal(const char *at, size_t index) {
  static const double powers[] = {1, 10, 100, 1000, 1e4, 1e5, 1e6};
  uint64_t whole;
  const char *point = integer(at, &whole);
  at = point;
  if (*point == '.') {
    for (at = point + 1; *at >= '0' && *at <= '9'; at++) {
      whole = whole * 10 + (uint64_t)(*at - '0');
    }
  }
  int digits = at > point ? (int)(at - point) - 1 : 0;
  double value = (double)whole / powers[digits < 6 ? digits : 6];
  memcpy(&values[index], &value, sizeof value);
  kinds[index] = DECIMAL;
  return at;
}

/* The wanted ones of integers with blanks between them. */
static inline size_t integers(const char *at, const struct row *row) {
  int column = 0;
  for (int i = 0; i < row->count; i++) {
    for (at = skip_blanks(at); column < row->columns[i]; column++) {
      at = skip_blanks(skip_word(at));
    }
    uint64_t value;
    const char *stop = integer(at, &value);
    if (stop == at) {
      return (size_t)i;
    }
    at = stop;
    put(row->indexes[i], value);
    column++;
    at = skip_word(at);
  }
  return (size_t)row->count;
}

static inline int begins(const char *at, const char *end, const struct row *row) {
  return (size_t)(end - at) > row->length && memcmp(at, row->name, row->length) == 0;
}

/* Lines of a name, behind `before` words, which a character ends. */
static inline size_t lines(const struct file *file, const char *end, int before, char stop) {
  size_t count = 0;
  const struct row *row = file->rows;
  const struct row *last = row + file->row_count;
  for (const char *at = text; at < end && row < last; at = next_line(at, end)) {
    for (int i = 0; i < before; i++) {
      at = skip_word(skip_blanks(at));
    }
    at = before > 0 ? skip_blanks(at) : at;
    if (begins(at, end, row) &&
        (at[row->length] == stop || (stop == ' ' && at[row->length] == '\t'))) {
      count += integers(at + row->length + 1, row);
      row++;
    }
  }
  return count;
}

/* Where the columns are is known, as the kernel only appends further ones. */
static size_t pairs(const struct file *file, const char *end) {
  size_t count = 0;
  const struct row *row = file->rows;
  const struct row *last = row + file->row_count;
  for (const char *at = text; at < end && row < last; at = next_line(next_line(at, end), end)) {
    if (begins(at, end, row) && at[row->length] == ':') {
      count += integers(next_line(at, end) + row->length + 1, row);
      row++;
    }
  }
  return count;
}

static size_t sockets(const struct file *file, const char *end) {
  size_t count = 0;
  const struct row *row = file->rows;
  const struct row *last = row + file->row_count;
  for (const char *at = text; at < end && row < last; at = next_line(at, end)) {
    if (!begins(at, end, row) || at[row->length] != ':') {
      continue;
    }
    at += row->length + 1;
    int column = 0;
    for (int i = 0; i < row->count; i++) {
      for (; column < row->columns[i]; column++) {
        at = skip_word(skip_blanks(skip_word(skip_blanks(at))));
      }
      uint64_t value;
      at = integer(skip_blanks(skip_word(skip_blanks(at))), &value);
      count += put(row->indexes[i], value);
      column++;
    }
    row++;
  }
  return count;
}

static size_t pressure(const struct file *file, const char *end) {
  enum { DECIMALS_BEFORE = 3 };
  size_t count = 0;
  const struct row *row = file->rows;
  const struct row *last = row + file->row_count;
  for (const char *at = text; at < end && row < last; at = next_line(at, end)) {
    if (!begins(at, end, row)) {
      continue;
    }
    int column = -1;
    for (int i = 0; i < row->count; i++) {
      for (; column < row->columns[i]; column++) {
        at = (const char *)memchr(at, '=', (size_t)(end - at)) + 1;
      }
      if (column < DECIMALS_BEFORE) {
        at = decimal(at, row->indexes[i]);
        count++;
      } else {
        uint64_t value;
        at = integer(at, &value);
        count += put(row->indexes[i], value);
      }
    }
    row++;
  }
  return count;
}

static inline const char *hexadecimal(const char *at, uint64_t *value) {
  for (*value = 0;; at++) {
    int digit = *at >= '0' && *at <= '9'   ? *at - '0'
                : *at >= 'a' && *at <= 'f' ? *at - 'a' + 10
                                           : -1;
    if (digit < 0) {
      return at;
    }
    *value = *value << 4 | (uint64_t)digit;
  }
}

/* The rows are the lines. */
static size_t hexadecimals(const struct file *file, const char *end) {
  size_t count = 0;
  const struct row *row = file->rows;
  const struct row *last = row + file->row_count;
  for (const char *at = text; at < end && row < last; at = next_line(at, end), row++) {
    int column = 0;
    for (int i = 0; i < row->count; i++, column++) {
      for (; column < row->columns[i]; column++) {
        at = skip_blanks(skip_word(at));
      }
      uint64_t value;
      at = skip_blanks(hexadecimal(at, &value));
      count += put(row->indexes[i], value);
    }
  }
  return count;
}

static size_t load_average(const struct row *row, const char *end) {
  enum { SLASH_COLUMN = 3 };
  const char *at = text;
  int column = 0;
  for (int i = 0; i < row->count; i++, column++) {
    for (; column < row->columns[i]; column++) {
      at = skip_blanks(skip_word(at));
    }
    if (column < SLASH_COLUMN) {
      at = skip_blanks(decimal(at, row->indexes[i]));
    } else {
      uint64_t value;
      at = integer((const char *)memchr(at, '/', (size_t)(end - at)) + 1, &value);
      put(row->indexes[i], value);
    }
  }
  return (size_t)row->count;
}

static inline size_t one_value(const struct file *file) {
  static const uint64_t no_limit = UINT64_C(9223372036854771712);
  uint64_t value;
  size_t index = file->rows->indexes[0];
  if (integer(text, &value) == text || (file->form == QUOTA && text[0] == '-') ||
      (file->form == LIMIT && value == no_limit)) {
    kinds[index] = NO_VALUE;
    return 0;
  }
  return put(index, value);
}

static size_t parse(const struct file *file, const char *end) {
  switch (file->form) {
    case VALUE:
    case QUOTA:
    case LIMIT:
      return one_value(file);
    case WORDS:
      return lines(file, end, 0, ' ');
    case COLONS:
      return lines(file, end, 0, ':');
    case NODE:
      return lines(file, end, 2, ':');
    case DISKS:
      return lines(file, end, 2, ' ');
    case PAIRS:
      return pairs(file, end);
    case SOCKETS:
      return sockets(file, end);
    case PRESSURE:
      return pressure(file, end);
    case HEX:
      return hexadecimals(file, end);
    case LOAD:
      return load_average(file->rows, end);
    case DECIMALS:
      decimal(text, file->rows->indexes[0]);
      return 1;
    case INTEGERS:
      return integers(text, file->rows);
    case PROCESS:
      return integers((const char *)memrchr(text, ')', (size_t)(end - text)) + 1, file->rows);
  }
  return 0;
}

static inline size_t room_for(const struct file *file) {
  switch (file->form) {
    case VALUE:
    case QUOTA:
    case LIMIT:
    case LOAD:
    case DECIMALS:
    case INTEGERS:
    case PROCESS:
      return LINE_BYTES;
    default:
      return sizeof text - 1;
  }
}

static inline long read_file(struct file *file) {
  if (file->is_kept) {
    return sfs_pread(file->fd, text, room_for(file), 0);
  }
  int fd = sfs_openat(file->directory, file->name, SFS_O_RDONLY | SFS_O_CLOEXEC);
  if (fd < 0) {
    return fd;
  }
  long length = sfs_read(fd, text, room_for(file));
  sfs_close(fd);
  return length;
}

static void has_no_values(const struct file *file) {
  for (size_t i = 0; i < file->row_count; i++) {
    for (int k = 0; k < file->rows[i].count; k++) {
      kinds[file->rows[i].indexes[k]] = NO_VALUE;
    }
  }
}

size_t defaults_sample(void) {
  size_t count = 0;
  for (size_t i = 0; i < file_count; i++) {
    long length = read_file(&files[i]);
    if (length > 0) {
      text[length] = '\n';
      count += parse(&files[i], text + length);
    } else {
      has_no_values(&files[i]);
    }
  }
  return count;
}

size_t defaults_size(void) {
  return value_count;
}

enum value defaults_value(size_t index, uint64_t *bits) {
  *bits = values[index];
  return (enum value)kinds[index];
}

/* ---- preparing ---- */

static int is_kept(int directory) {
  struct statfs its;
  if (fstatfs(directory, &its) < 0) {
    die("statfs");
  }
  return its.f_type == SYSFS_MAGIC || its.f_type == PROC_SUPER_MAGIC ||
         its.f_type == CGROUP_SUPER_MAGIC || its.f_type == CGROUP2_SUPER_MAGIC;
}

/* The column of a name in the header of a row. */
static int column_of(const char *header, const char *name) {
  int column = 0;
  size_t length = strlen(name);
  const char *at = skip_blanks(skip_word(header));
  for (; *at != '\n'; at = skip_blanks(skip_word(at)), column++) {
    if ((size_t)(skip_word(at) - at) == length && memcmp(at, name, length) == 0) {
      return column;
    }
  }
  errno = ENOENT;
  die(name);
  return -1;
}

static void sort_columns(struct row *row) {
  for (int i = 1; i < row->count; i++) {
    for (int k = i; k > 0 && row->columns[k - 1] > row->columns[k]; k--) {
      int column = row->columns[k];
      size_t index = row->indexes[k];
      row->columns[k] = row->columns[k - 1];
      row->indexes[k] = row->indexes[k - 1];
      row->columns[k - 1] = column;
      row->indexes[k - 1] = index;
    }
  }
}

static int by_place(const void *a, const void *b) {
  const struct row *first = a;
  const struct row *second = b;
  return first->at < second->at ? -1 : first->at > second->at;
}

/* Where a line begins whose name, behind `before` words, a character ends. */
static const char *find_line(const struct row *row, const char *end, int before, char stop) {
  for (const char *at = text; at < end; at = next_line(at, end)) {
    const char *name = at;
    for (int i = 0; i < before; i++) {
      name = skip_word(skip_blanks(name));
    }
    name = skip_blanks(name);
    if (begins(name, end, row) && (name[row->length] == stop ||
                                   (stop == ' ' && name[row->length] == '\t'))) {
      return at;
    }
  }
  errno = ENOENT;
  die(row->name);
  return NULL;
}

static void prepare_row(const struct file *file, struct row *row, const char *end) {
  const char *at = text;
  switch (file->form) {
    case WORDS:
    case PRESSURE:
      at = find_line(row, end, 0, ' ');
      break;
    case COLONS:
    case PAIRS:
    case SOCKETS:
      at = find_line(row, end, 0, ':');
      break;
    case NODE:
      at = find_line(row, end, 2, ':');
      break;
    case DISKS:
      at = find_line(row, end, 2, ' ');
      break;
    case HEX:
      for (int i = atoi(row->name); i > 0; i--) {
        at = next_line(at, end);
      }
      break;
    default:
      break;
  }
  row->at = (size_t)(at - text);
  for (int i = 0; i < row->count; i++) {
    row->columns[i] =
        file->form == PAIRS ? column_of(at, row->names[i]) : atoi(row->names[i]);
  }
  sort_columns(row);
}

static void keep(struct file *file) {
  file->fd = sfs_openat(file->directory, file->name, SFS_O_RDONLY | SFS_O_CLOEXEC);
  if (file->fd < 0) {
    errno = -file->fd;
    die(file->name);
  }
}

void defaults_renew(void) {
  for (size_t i = 0; i < file_count; i++) {
    if (files[i].is_kept) {
      sfs_close(files[i].fd);
    }
  }
  for (size_t i = 0; i < file_count; i++) {
    if (files[i].is_kept) {
      keep(&files[i]);
    }
  }
}

static void prepare(struct file *file) {
  file->is_kept = is_kept(file->directory);
  if (file->is_kept) {
    keep(file);
  }
  long length = read_file(file);
  if (length <= 0) {
    return;
  }
  text[length] = '\n';
  for (size_t i = 0; i < file->row_count; i++) {
    prepare_row(file, &file->rows[i], text + length);
  }
  qsort(file->rows, file->row_count, sizeof *file->rows, by_place);
}

static void add_wanted(struct file *file, size_t index, const char *name, const char *column) {
  struct row *row = file->row_count == 0 ? NULL : &file->rows[file->row_count - 1];
  if (row == NULL || strcmp(row->name, name) != 0) {
    file->rows = grow(file->rows, (file->row_count + 1) * sizeof *file->rows);
    row = &file->rows[file->row_count++];
    memset(row, 0, sizeof *row);
    row->name = strdup(name);
    row->length = strlen(name);
  }
  if (row->count == MAX_COLUMNS) {
    errno = E2BIG;
    die(name);
  }
  row->names[row->count] = strdup(column);
  row->indexes[row->count++] = index;
  if (index >= value_count) {
    value_count = index + 1;
    values = grow(values, value_count * sizeof *values);
    kinds = grow(kinds, value_count);
  }
}

void defaults_load(const char *list) {
  FILE *in = fopen(list, "re");
  if (in == NULL) {
    die(list);
  }
  char line[MAX_LINE];
  char name[MAX_LINE];
  char column[MAX_LINE];
  char form;
  size_t index;
  int directory = -1;
  while (fgets(line, sizeof line, in) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    if (line[0] == 'D') {
      directory = open(line + 2, O_PATH | O_DIRECTORY | O_CLOEXEC);
      if (directory < 0) {
        die(line + 2);
      }
    } else if (sscanf(line, "F %c %[^\n]", &form, name) == 2) {
      files = grow(files, (file_count + 1) * sizeof *files);
      files[file_count++] = (struct file){
          .form = (enum form)form, .name = strdup(name), .directory = directory, .fd = -1};
    } else if (sscanf(line, "W %zu %s %s", &index, name, column) == 3) {
      add_wanted(&files[file_count - 1], index, name, column);
    } else {
      errno = EINVAL;
      die(line);
    }
  }
  fclose(in);
  for (size_t i = 0; i < file_count; i++) {
    prepare(&files[i]);
  }
  defaults_sample();
}
