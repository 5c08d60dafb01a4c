#include "batch.h"

#include "beneath.h"
#include "number.h"
#include "system.h"

enum {
  FILE_FLAGS = SFS_O_RDONLY | SFS_O_CLOEXEC | SFS_O_NOCTTY | SFS_O_NOFOLLOW |
               /* A FIFO that took a file's place must not be waited for. */
               SFS_O_NONBLOCK,
  DIRECTORY_FLAGS = SFS_O_PATH | SFS_O_DIRECTORY | SFS_O_CLOEXEC,
  KIND_SHIFT = 8,
  ERRNO_SHIFT = 16,
  CLOSED = -1,
};

struct stat {
  const char *name;
  uint32_t name_length;
  uint32_t flags;
  int fd; /* of a file of one value that is kept open */
  uint32_t seen_in; /* of a name in a file of many values: the number of the last text with it */
};

struct source {
  const char *root;
  const char *directory; /* below the root; of a file of many values the one that it is in */
  const char *links;     /* where links below the root may lead, or NULL: nowhere */
  const char *file;      /* the name of a file of many values, else NULL */
  struct stat *stats;
  /* Of a file of many values: the names that are not wanted, and from a hash of any name to its
     number + 1. These are numbered behind the stats. */
  struct stat *others;
  uint32_t *table;
  uint32_t other_count;
  uint32_t table_mask;
  uint32_t strangers; /* names of the last text that are neither */
  uint32_t first; /* the position of the first stat's result */
  uint32_t count;
  uint32_t flags;
  uint32_t max_bytes;
  int fd; /* of a file of many values that is kept open */
};

struct sfs_batch {
  size_t size; /* of the mapping that holds all this */
  struct source *sources;
  struct stat *stats;
  char *text;
  size_t text_size;
  uint32_t source_count;
  uint32_t stat_count;
  uint32_t seed;
  int32_t kept;
  int32_t not_kept;
  uint32_t next_source; /* where a sample goes on */
  uint32_t next_stat;
  uint32_t position; /* the stat whose file is at hand; other threads ask */
  uint32_t texts; /* files of many values that were read */
  int outdated;
  /* Open while a sample is taken, for the sources of one tree that come one after the other. */
  const char *root;
  int root_fd; /* or why it cannot be opened */
};

static void move_to(struct sfs_batch *batch, uint32_t index) {
  __atomic_store_n(&batch->position, index, __ATOMIC_RELAXED);
}

static int is_left_out(uint32_t outcome) {
  return (outcome & SFS_LEFT_OUT) != 0;
}

/* How many files may be kept open, and are, by all batches together. */
static int32_t budget;
static int32_t kept_by_all;

void sfs_set_descriptor_budget(int32_t files) {
  __atomic_store_n(&budget, files, __ATOMIC_RELAXED);
}

static int take_descriptor(struct sfs_batch *batch) {
  int32_t kept = __atomic_add_fetch(&kept_by_all, 1, __ATOMIC_RELAXED);
  if (kept <= __atomic_load_n(&budget, __ATOMIC_RELAXED)) {
    batch->kept++;
    return 1;
  }
  __atomic_sub_fetch(&kept_by_all, 1, __ATOMIC_RELAXED);
  return 0;
}

static void close_kept(struct sfs_batch *batch, int *fd) {
  if (*fd != CLOSED) {
    sfs_close(*fd);
    *fd = CLOSED;
    batch->kept--;
    __atomic_sub_fetch(&kept_by_all, 1, __ATOMIC_RELAXED);
  }
}

/* What a result of 0 or less says of a stat. */
static uint32_t failure(enum sfs_status status, long error) {
  return (uint32_t)status | (uint32_t)-error << ERRNO_SHIFT;
}

/*
 * The status of a file that could not be opened or read. An error that does not tell is looked into:
 * a file that is not there any more is gone, whatever reading it answered (EIO on debugfs).
 */
static uint32_t outcome_of_error(long error, int directory, const char *name) {
  switch (-error) {
    case SFS_ENOENT:
    case SFS_ESRCH:
    case SFS_ENXIO:
    case SFS_ENODEV:
    case SFS_ENOTDIR:
    case SFS_ESTALE:
      return failure(SFS_GONE, error);
    case SFS_EPERM:
    case SFS_EACCES:
      return failure(SFS_DENIED, error);
    default: {
      struct sfs_stat stat;
      long looked = sfs_fstatat(directory, name, SFS_AT_SYMLINK_NOFOLLOW, &stat);
      return failure(looked == -SFS_ENOENT ? SFS_GONE : SFS_FAILED, error);
    }
  }
}

static void leave_root(struct sfs_batch *batch) {
  if (batch->root != NULL && batch->root_fd >= 0) {
    sfs_close(batch->root_fd);
  }
  batch->root = NULL;
}

/*
 * Opens the directory of a source. What leads to its root is the user's to say. Below that no
 * symbolic link is followed, but for those of the layout into the place that it names.
 */
static int open_directory(struct sfs_batch *batch, const struct source *source) {
  if (batch->root != source->root) {
    leave_root(batch);
    batch->root = source->root;
    batch->root_fd = sfs_openat(SFS_AT_FDCWD, source->root, DIRECTORY_FLAGS);
  }
  int root = batch->root_fd;
  if (root < 0 || *source->directory == '\0') {
    return root;
  }
  return source->links == NULL ? sfs_open_beneath(root, source->directory)
                               : sfs_open_linked(root, source->directory, source->links);
}

static void close_directory(const struct sfs_batch *batch, int directory) {
  if (directory >= 0 && directory != batch->root_fd) {
    sfs_close(directory);
  }
}

static uint32_t outcome_without_directory(const struct sfs_batch *batch,
                                          const struct source *source, long error) {
  return batch->root_fd < 0 ? outcome_of_error(error, SFS_AT_FDCWD, source->root)
                            : outcome_of_error(error, batch->root_fd, source->directory);
}

/* Whether what has a name may be opened, for which it must be a file: 0, or -errno. */
static int look_before_opening(int directory, const char *name) {
  struct sfs_stat stat;
  long error = sfs_fstatat(directory, name, SFS_AT_SYMLINK_NOFOLLOW, &stat);
  if (error < 0) {
    return (int)error;
  }
  switch (stat.mode & SFS_S_IFMT) {
    case SFS_S_IFREG:
      return 0;
    case SFS_S_IFLNK:
      return -SFS_ELOOP;
    case SFS_S_IFDIR:
      return -SFS_EISDIR;
    default:
      return -SFS_ENXIO; /* What opening a socket answers; opening a device may do anything. */
  }
}

static int open_file(const struct source *source, int directory, const char *name) {
  int error = (source->flags & SFS_USER_MADE) != 0 ? look_before_opening(directory, name) : 0;
  return error < 0 ? error : sfs_openat(directory, name, FILE_FLAGS);
}

/* Reads to the end of the first line, of the file, or of the room there is. */
static long read_value(int fd, int from_start, char *text) {
  long length = 0;
  while (length < SFS_VALUE_BYTES) {
    size_t room = (size_t)(SFS_VALUE_BYTES - length);
    long count = from_start ? sfs_pread(fd, text + length, room, length)
                            : sfs_read(fd, text + length, room);
    if (count < 0) {
      return count;
    }
    length += count;
    if (count == 0 || text[length - 1] == '\n') {
      break;
    }
  }
  return length;
}

/* Stores what a text says; whether it has to be finished by the caller. */
static int put(const struct sfs_batch *batch, const char *text, size_t length, uint32_t flags,
               int64_t *value, uint32_t *outcome) {
  uint64_t bits = 0;
  enum sfs_number number =
      sfs_parse_number(text, length, (flags & SFS_FLOAT) != 0, &bits);
  if (number == SFS_NO_NUMBER) {
    *value = 0;
    *outcome = SFS_NOT_A_NUMBER;
    return 0;
  }
  if (number == SFS_LONG_DOUBLE) {
    *value = (int64_t)((uint64_t)(text - batch->text) << 32 | length);
    *outcome = SFS_UNFINISHED;
    return 1;
  }
  *value = (int64_t)bits;
  *outcome = SFS_OK | (uint32_t)number << KIND_SHIFT;
  return 0;
}

static void fail_all(const struct source *source, uint32_t outcome, int64_t *values,
                     uint32_t *outcomes) {
  for (uint32_t i = source->first; i < source->first + source->count; i++) {
    values[i] = 0;
    outcomes[i] = outcome;
  }
}

/*
 * Whether a value may be that of a source of statsfs which went while it was read: the aggregate of
 * nothing, and no error. A sum, a count and an average are 0; a minimum is the largest number of 64
 * bits and a maximum the smallest, signed or unsigned as the stat is.
 */
static int is_of_nothing(uint32_t outcome, int64_t value) {
  static const uint64_t doubles[] = {
      0x43e0000000000000, /* 2^63 */
      0x43f0000000000000, /* 2^64 */
      0xc3e0000000000000, /* -2^63 */
  };
  if ((outcome & 0xff) != SFS_OK) {
    return 0;
  } else if ((outcome >> KIND_SHIFT & 3) == SFS_DOUBLE) {
    return value == 0 || value == (int64_t)doubles[0] || value == (int64_t)doubles[1] ||
           value == (int64_t)doubles[2];
  }
  return value == 0 || value == -1 || value == INT64_MAX || value == INT64_MIN;
}

/*
 * A value that may be of nothing counts only if its file is there when all have been read. The first
 * one that is speaks for the others, since a source goes as a whole.
 */
static void drop_values_of_the_dead(struct sfs_batch *batch, const struct source *source,
                                    int directory, int64_t *values, uint32_t *outcomes) {
  for (uint32_t i = 0; i < source->count; i++) {
    uint32_t index = source->first + i;
    if (is_of_nothing(outcomes[index], values[index])) {
      move_to(batch, index);
      const char *name = source->stats[i].name;
      struct sfs_stat stat;
      long error = directory < 0
                       ? directory
                       : sfs_fstatat(directory, name, SFS_AT_SYMLINK_NOFOLLOW, &stat);
      if (error >= 0) {
        return;
      }
      values[index] = 0;
      outcomes[index] = directory < 0 ? outcome_without_directory(batch, source, error)
                                      : outcome_of_error(error, directory, name);
    }
  }
}

/*
 * Reads the stats of a source of one file per value, from batch->next_stat on. Stops behind one that
 * the caller has to finish, and returns 1.
 *
 * Names are opened relative to their directory, which spares the kernel the walk. The directory is
 * opened anew for each sample: kept, it would go on answering for one that was moved away, and keep
 * its file system from being unmounted; and over the files of a source one more call is little.
 */
static int sample_directory(struct sfs_batch *batch, struct source *source, int64_t *values,
                            uint32_t *outcomes) {
  int keep_open = (source->flags & SFS_KEEP_OPEN) != 0;
  int goes_on = batch->next_stat > 0;
  int directory = CLOSED;
  int unfinished = 0;
  for (uint32_t i = batch->next_stat; i < source->count && !unfinished; i++) {
    struct stat *stat = &source->stats[i];
    uint32_t index = source->first + i;
    if (is_left_out(outcomes[index])) {
      batch->next_stat = i + 1;
      continue;
    }
    move_to(batch, index);
    long length = -1;
    if (stat->fd != CLOSED) {
      length = read_value(stat->fd, 1, batch->text);
      if (length < 0) {
        /* What it was opened for is gone. There may be another one under this name. */
        close_kept(batch, &stat->fd);
      }
    }
    if (length < 0) {
      if (directory == CLOSED) {
        directory = open_directory(batch, source);
        if (directory < 0) {
          uint32_t outcome = outcome_without_directory(batch, source, directory);
          for (uint32_t k = i; k < source->count; k++) {
            close_kept(batch, &source->stats[k].fd);
            if (!is_left_out(outcomes[source->first + k])) {
              values[source->first + k] = 0;
              outcomes[source->first + k] = outcome;
            }
          }
          batch->next_stat = source->count;
          directory = CLOSED;
          break;
        }
      }
      int fd = open_file(source, directory, stat->name);
      length = fd < 0 ? fd : read_value(fd, keep_open, batch->text);
      if (fd >= 0) {
        if (length >= 0 && keep_open && take_descriptor(batch)) {
          stat->fd = fd;
        } else {
          batch->not_kept += length >= 0 && keep_open;
          sfs_close(fd);
        }
      }
    }
    if (length < 0) {
      values[index] = 0;
      outcomes[index] = outcome_of_error(length, directory, stat->name);
    } else if (length == SFS_VALUE_BYTES) {
      values[index] = 0;
      outcomes[index] = SFS_NOT_A_NUMBER;
    } else {
      unfinished = put(batch, batch->text, (size_t)length, stat->flags, &values[index],
                       &outcomes[index]);
    }
    batch->next_stat = i + 1;
  }
  if ((source->flags & SFS_DOUBTFUL) != 0 && (directory != CLOSED || goes_on)) {
    /* Those before a value that the caller finished may be of a source that went meanwhile. */
    int looked = directory != CLOSED ? directory : open_directory(batch, source);
    drop_values_of_the_dead(batch, source, looked, values, outcomes);
    directory = looked;
  }
  close_directory(batch, directory);
  return unfinished;
}

static int grow_text(struct sfs_batch *batch, size_t max) {
  size_t size = batch->text_size * 4 < max ? batch->text_size * 4 : max;
  char *text = sfs_map(size);
  if (text == NULL) {
    return 0;
  }
  for (size_t i = 0; i < batch->text_size; i++) {
    text[i] = batch->text[i];
  }
  sfs_unmap(batch->text, batch->text_size);
  batch->text = text;
  batch->text_size = size;
  return 1;
}

/* Reads a whole file, or as much as its source allows. */
static long read_all(struct sfs_batch *batch, int fd, int from_start, size_t max) {
  size_t length = 0;
  while (length < max) {
    if (length == batch->text_size && !grow_text(batch, max)) {
      return -SFS_ENOMEM;
    }
    size_t room = (batch->text_size < max ? batch->text_size : max) - length;
    long count = from_start ? sfs_pread(fd, batch->text + length, room, (long)length)
                            : sfs_read(fd, batch->text + length, room);
    if (count < 0) {
      return count;
    }
    if (count == 0) {
      break;
    }
    length += (size_t)count;
  }
  return (long)length;
}

/* An error is stored as the outcome of all stats. */
static long read_flat_file(struct sfs_batch *batch, struct source *source, uint32_t *outcome) {
  int keep_open = (source->flags & SFS_KEEP_OPEN) != 0;
  if (source->fd != CLOSED) {
    long length = read_all(batch, source->fd, 1, source->max_bytes);
    if (length >= 0) {
      return length;
    }
    close_kept(batch, &source->fd);
  }
  int directory = open_directory(batch, source);
  if (directory < 0) {
    *outcome = outcome_without_directory(batch, source, directory);
    return directory;
  }
  int fd = open_file(source, directory, source->file);
  long length = fd < 0 ? fd : read_all(batch, fd, keep_open, source->max_bytes);
  if (length < 0) {
    *outcome = outcome_of_error(length, directory, source->file);
  }
  if (fd >= 0) {
    if (length >= 0 && keep_open && take_descriptor(batch)) {
      source->fd = fd;
    } else {
      batch->not_kept += length >= 0 && keep_open;
      sfs_close(fd);
    }
  }
  close_directory(batch, directory);
  return length;
}

static int equal(const char *a, const char *b, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (a[i] != b[i]) {
      return 0;
    }
  }
  return 1;
}

/* Seeded, so that nobody can write a file whose names all collide. */
static uint32_t hash(const char *name, size_t length, uint32_t seed) {
  uint32_t hash = (uint32_t)length;
  for (size_t i = 0; i < length; i++) {
    hash = (hash ^ (unsigned char)name[i]) * seed;
  }
  return hash ^ hash >> 15;
}

static int is_stat(const struct stat *stat, const char *name, size_t length) {
  return stat->name_length == length && equal(stat->name, name, length);
}

static struct stat *named(const struct source *source, uint32_t number) {
  return number < source->count ? &source->stats[number] : &source->others[number - source->count];
}

/* The number of a name, or that of names altogether if it is none of them. */
static uint32_t find(const struct source *source, const char *name, size_t length, uint32_t seed) {
  uint32_t slot = hash(name, length, seed) & source->table_mask;
  for (uint32_t i = source->table[slot]; i != 0; i = source->table[slot]) {
    if (is_stat(named(source, i - 1), name, length)) {
      return i - 1;
    }
    slot = (slot + 1) & source->table_mask;
  }
  return source->count + source->other_count;
}

static const char *skip_word(const char *at, const char *end) {
  while (at < end && !sfs_is_space(*at)) {
    at++;
  }
  return at;
}

/* Stays within the line. */
static const char *skip_blanks(const char *at, const char *end) {
  while (at < end && sfs_is_space(*at) && *at != '\n') {
    at++;
  }
  return at;
}

/* The length of a name that a line begins with, or 0. */
static size_t begins_with(const struct stat *stat, const char *line, const char *end) {
  int begins = stat->name_length <= (size_t)(end - line) && equal(stat->name, line, stat->name_length);
  return begins ? stat->name_length : 0;
}

static int is_line_end(const char *at, const char *end) {
  return at == end || *at == '\n';
}

/*
 * Goes from behind the value to the end of the line. Returns 1 if there is nothing on the way but at
 * most one word, the unit, that is no number.
 */
static int skip_unit(const char **at, const char *end) {
  const char *unit = skip_blanks(*at, end);
  if (is_line_end(unit, end)) {
    *at = unit;
    return 1;
  }
  const char *unit_end = skip_word(unit, end);
  const char *rest = skip_blanks(unit_end, end);
  int is_unit = is_line_end(rest, end) && !sfs_is_like_a_number(unit, unit_end);
  while (!is_line_end(rest, end)) {
    rest++;
  }
  *at = rest;
  return is_unit;
}

/* Whether a line whose name is not known could be a stat. */
static int could_be_stat(const char *name, size_t name_length, const char *value,
                         const char *value_end) {
  uint64_t bits;
  return name_length > 0 && !sfs_is_like_a_number(name, name + name_length) &&
         sfs_parse_number(value, (size_t)(value_end - value), 1, &bits) != SFS_NO_NUMBER;
}

/*
 * Reads the stats of a source that is a file of `name value` lines, in one pass. What a line is, and
 * which one counts, is said in FlatKeyedText.java, which does the same. Returns 1 if the caller has to
 * finish some.
 */
static int sample_flat_file(struct sfs_batch *batch, struct source *source, int64_t *values,
                            uint32_t *outcomes) {
  if (source->count > 0 && is_left_out(outcomes[source->first])) {
    return 0;
  }
  move_to(batch, source->first);
  uint32_t outcome = SFS_OK;
  long read = read_flat_file(batch, source, &outcome);
  if (read < 0) {
    fail_all(source, outcome, values, outcomes);
    return 0;
  }
  const char *at = batch->text;
  const char *end = at + read;
  if ((size_t)read == source->max_bytes) {
    /* What is left of the last number would be another number. */
    while (end > at && end[-1] != '\n') {
      end--;
    }
  }
  fail_all(source, SFS_GONE, values, outcomes);
  const uint32_t names = source->count + source->other_count;
  const uint32_t text = ++batch->texts;
  uint32_t found = 0;
  uint32_t strangers = 0;
  /* Lines mostly come in the order of the names: then these are compared instead of looked for. */
  uint32_t expected = 0;
  uint32_t expected_other = source->count;
  int unfinished = 0;
  for (; at < end; at++) {
    const char *line = at = skip_blanks(at, end);
    if (is_line_end(line, end)) {
      continue;
    }
    uint32_t i = expected;
    size_t known = expected < source->count ? begins_with(&source->stats[expected], line, end) : 0;
    if (known == 0 && expected_other < names) {
      i = expected_other;
      known = begins_with(named(source, i), line, end);
    }
    const char *name_end = skip_word(line + known, end);
    const char *value = skip_blanks(name_end, end);
    const char *value_end = skip_word(value, end);
    size_t name_length = (size_t)(name_end - line);
    name_length -= name_end[-1] == ':';
    at = value_end;
    int ends_with_unit = is_line_end(at, end) || skip_unit(&at, end);
    if (known == 0 || known != name_length) {
      i = name_length == 0 ? names : find(source, line, name_length, batch->seed);
    }
    if (i == names) {
      strangers += ends_with_unit && could_be_stat(line, name_length, value, value_end);
      continue;
    }
    struct stat *stat = named(source, i);
    if (stat->seen_in == text) {
      continue; /* The first line of a name counts. */
    }
    stat->seen_in = text;
    found++;
    if (i >= source->count) {
      expected_other = i + 1;
      continue;
    }
    uint32_t index = source->first + i;
    if (ends_with_unit) {
      unfinished |= put(batch, value, (size_t)(value_end - value), stat->flags, &values[index],
                        &outcomes[index]);
    } else {
      outcomes[index] = SFS_NOT_A_NUMBER;
    }
    expected = i + 1;
  }
  /* What could be a stat and is none may not have been one before: that counts once, until it changes. */
  batch->outdated |= found != names || strangers != source->strangers;
  source->strangers = strangers;
  return unfinished;
}

static void go_to_source(struct sfs_batch *batch, uint32_t source) {
  batch->next_source = source;
  batch->next_stat = 0;
}

int32_t sfs_batch_position(const struct sfs_batch *batch) {
  return (int32_t)__atomic_load_n(&batch->position, __ATOMIC_RELAXED);
}

static enum sfs_progress go_on(struct sfs_batch *batch, int64_t *values, uint32_t *outcomes,
                               int32_t *first, int32_t *end) {
  if (batch->next_source == 0 && batch->next_stat == 0) {
    batch->outdated = 0;
    batch->not_kept = 0;
  }
  while (batch->next_source < batch->source_count) {
    struct source *source = &batch->sources[batch->next_source];
    if ((source->flags & SFS_FLAT_KEYED) != 0) {
      int unfinished = sample_flat_file(batch, source, values, outcomes);
      go_to_source(batch, batch->next_source + 1);
      if (unfinished) {
        *first = (int32_t)source->first;
        *end = (int32_t)(source->first + source->count);
        return SFS_TO_FINISH;
      }
      continue;
    }
    if (sample_directory(batch, source, values, outcomes)) {
      *end = (int32_t)(source->first + batch->next_stat);
      *first = *end - 1;
      return SFS_TO_FINISH;
    }
    go_to_source(batch, batch->next_source + 1);
  }
  go_to_source(batch, 0);
  return batch->outdated ? SFS_OUTDATED : SFS_DONE;
}

enum sfs_progress sfs_batch_sample(struct sfs_batch *batch, int64_t *values, uint32_t *outcomes,
                                   int32_t *first, int32_t *end) {
  enum sfs_progress progress = go_on(batch, values, outcomes, first, end);
  leave_root(batch);
  return progress;
}

const char *sfs_batch_text(const struct sfs_batch *batch) {
  return batch->text;
}

int32_t sfs_batch_kept(const struct sfs_batch *batch) {
  return batch->kept;
}

int32_t sfs_batch_not_kept(const struct sfs_batch *batch) {
  return batch->not_kept;
}

static uint32_t table_size(uint32_t count) {
  uint32_t size = 4;
  while (size < count * 2) {
    size *= 2;
  }
  return size;
}

/* Takes over the open files of the same stats in the batch before. */
static void adopt(struct sfs_batch *batch, struct source *source, struct sfs_batch *previous,
                  struct source *before) {
  source->fd = before->fd;
  before->fd = CLOSED;
  int32_t moved = source->fd != CLOSED;
  for (uint32_t i = 0; i < source->count && i < before->count; i++) {
    source->stats[i].fd = before->stats[i].fd;
    before->stats[i].fd = CLOSED;
    moved += source->stats[i].fd != CLOSED;
  }
  batch->kept += moved;
  previous->kept -= moved;
}

long sfs_batch_open(const int32_t *plan, size_t bytes, struct sfs_batch *previous,
                    struct sfs_batch **result) {
  const uint32_t source_count = (uint32_t)plan[0];
  const uint32_t stat_count = (uint32_t)plan[1];
  const uint32_t name_bytes = (uint32_t)plan[2];
  const int32_t *source_plan = plan + SFS_PLAN_HEADER;
  const int32_t *stat_plan = source_plan + (size_t)source_count * SFS_PLAN_SOURCE;
  const char *names = (const char *)(stat_plan + (size_t)stat_count * SFS_PLAN_STAT);
  if (names + name_bytes != (const char *)plan + bytes) {
    return -SFS_EINVAL;
  }
  size_t table_bytes = 0;
  for (uint32_t i = 0; i < source_count; i++) {
    const int32_t *p = source_plan + (size_t)i * SFS_PLAN_SOURCE;
    if ((p[SFS_PLAN_FLAGS] & SFS_FLAT_KEYED) != 0) {
      uint32_t names_known = (uint32_t)p[SFS_PLAN_COUNT] + (uint32_t)p[SFS_PLAN_OTHERS];
      table_bytes += (size_t)table_size(names_known) * sizeof(uint32_t);
    }
  }
  size_t size = sizeof(struct sfs_batch) + source_count * sizeof(struct source) +
                stat_count * sizeof(struct stat) + table_bytes + name_bytes;
  struct sfs_batch *batch = sfs_map(size);
  if (batch == NULL) {
    return -SFS_ENOMEM;
  }
  batch->text = sfs_map(SFS_VALUE_BYTES);
  if (batch->text == NULL) {
    sfs_unmap(batch, size);
    return -SFS_ENOMEM;
  }
  batch->text_size = SFS_VALUE_BYTES;
  batch->size = size;
  batch->sources = (struct source *)(batch + 1);
  batch->stats = (struct stat *)(batch->sources + source_count);
  uint32_t *table = (uint32_t *)(batch->stats + stat_count);
  char *own_names = (char *)table + table_bytes;
  batch->source_count = source_count;
  batch->stat_count = stat_count;
  batch->seed = sfs_random() | 1;
  for (uint32_t i = 0; i < name_bytes; i++) {
    own_names[i] = names[i];
  }
  for (uint32_t i = 0; i < stat_count; i++) {
    const int32_t *p = stat_plan + (size_t)i * SFS_PLAN_STAT;
    batch->stats[i] = (struct stat){own_names + p[0], (uint32_t)p[1], (uint32_t)p[2], CLOSED, 0};
  }
  for (uint32_t i = 0; i < source_count; i++) {
    const int32_t *p = source_plan + (size_t)i * SFS_PLAN_SOURCE;
    struct source *source = &batch->sources[i];
    source->root = own_names + p[SFS_PLAN_ROOT];
    source->directory = own_names + p[SFS_PLAN_DIRECTORY];
    source->links = p[SFS_PLAN_LINKS] < 0 ? NULL : own_names + p[SFS_PLAN_LINKS];
    source->file = p[SFS_PLAN_FILE] < 0 ? NULL : own_names + p[SFS_PLAN_FILE];
    source->first = (uint32_t)p[SFS_PLAN_FIRST];
    source->stats = batch->stats + p[SFS_PLAN_FIRST];
    source->count = (uint32_t)p[SFS_PLAN_COUNT];
    source->flags = (uint32_t)p[SFS_PLAN_FLAGS];
    source->max_bytes = (uint32_t)p[SFS_PLAN_MAX_BYTES];
    source->others = batch->stats + p[SFS_PLAN_FIRST_OTHER];
    source->other_count = (uint32_t)p[SFS_PLAN_OTHERS];
    source->fd = CLOSED;
    if ((source->flags & SFS_FLAT_KEYED) != 0) {
      source->table = table;
      uint32_t count = source->count + source->other_count;
      source->table_mask = table_size(count) - 1;
      table += source->table_mask + 1;
      for (uint32_t k = 0; k < count; k++) {
        const struct stat *stat = named(source, k);
        uint32_t slot = hash(stat->name, stat->name_length, batch->seed) & source->table_mask;
        while (source->table[slot] != 0) {
          slot = (slot + 1) & source->table_mask;
        }
        source->table[slot] = k + 1;
      }
    }
    int32_t predecessor = p[SFS_PLAN_PREDECESSOR];
    if (previous != NULL && predecessor >= 0 && (uint32_t)predecessor < previous->source_count) {
      adopt(batch, source, previous, &previous->sources[predecessor]);
    }
  }
  sfs_batch_close(previous);
  *result = batch;
  return 0;
}

void sfs_batch_close(struct sfs_batch *batch) {
  if (batch == NULL) {
    return;
  }
  for (uint32_t i = 0; i < batch->source_count; i++) {
    close_kept(batch, &batch->sources[i].fd);
  }
  for (uint32_t i = 0; i < batch->stat_count; i++) {
    close_kept(batch, &batch->stats[i].fd);
  }
  sfs_unmap(batch->text, batch->text_size);
  sfs_unmap(batch, batch->size);
}
