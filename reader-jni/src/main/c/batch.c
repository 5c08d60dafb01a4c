#include "batch.h"

#include "interfaces.h"
#include "number.h"
#include "system.h"

enum {
  TEXT_BYTES = 2 * SFS_VALUE_BYTES,
  AHEAD_FILES = 16,
  AHEAD_BYTES = 64, /* a text that fills this is read again, at once */
};

struct file {
  const char *name;
  struct sfs_table *table;
  uint32_t first_slot;
  int32_t fd; /* if it is kept open */
  uint32_t unknown_cells; /* see sfs_table_read */
  uint16_t is_outdated;
  uint16_t is_counter; /* see sfs_counter */
};

struct directory {
  struct sfs_directory place;
  uint32_t end; /* of its files, which begin where those of the directory before end */
  uint32_t flags;
  uint32_t max_bytes;
  int32_t statistics;    /* which of the interfaces' directories it is, or -1 */
  uint32_t other_files;  /* than counters of an interface */
  uint32_t may_keep;     /* files of such counters may be open */
};

/*
 * Files of one line that are kept open, read one right after the other. A call costs a fifth less if nothing
 * else runs since the one before: the processor predicts the kernel's branches by those before them.
 */
struct ahead {
  uint32_t first;
  uint32_t count;
  int32_t lengths[AHEAD_FILES]; /* or -errno */
  char texts[AHEAD_FILES][AHEAD_BYTES];
};

struct sfs_batch {
  size_t size; /* of the mapping that holds all this */
  struct directory *directories;
  struct file *files;
  const int32_t *slots;
  uint32_t directory_count;
  uint32_t file_count;
  struct sfs_interfaces interfaces;
  struct sfs_text text;
  struct ahead ahead;
  struct sfs_root root;
  int32_t kept;
  int32_t not_kept;
  uint32_t next_directory; /* where a sample goes on */
  uint32_t next_file;
  uint32_t position; /* other threads ask */
  uint32_t outdated; /* files */
};

/* ---- files ---- */

static void move_to(struct sfs_batch *batch, uint32_t file) {
  __atomic_store_n(&batch->position, file, __ATOMIC_RELAXED);
}

static void close_kept(struct sfs_batch *batch, struct file *file) {
  if (file->fd != SFS_CLOSED) {
    sfs_close(file->fd);
    file->fd = SFS_CLOSED;
    batch->kept--;
    sfs_return_descriptor();
  }
}

static size_t slot_count(const struct file *file) {
  return (size_t)file->table->rows.count * file->table->columns.count;
}

/* The results that a file's slots lead to. */
static struct sfs_results results_of(const struct sfs_batch *batch, const struct file *file,
                                     const struct sfs_results *all) {
  return (struct sfs_results){batch->slots + file->first_slot, all->values, all->outcomes};
}

static uint32_t result_of(int32_t slot) {
  return (uint32_t)slot >> SFS_SLOT_SHIFT;
}

/* Whether nothing of a file is wanted, or it is left out. */
static inline int is_passed_over(const struct sfs_batch *batch, const struct file *file,
                                 const uint32_t *outcomes) {
  const int32_t *slots = batch->slots + file->first_slot;
  size_t count = slot_count(file);
  for (size_t i = 0; i < count; i++) {
    if (slots[i] >= 0) {
      return (outcomes[result_of(slots[i])] & SFS_LEFT_OUT) != 0;
    }
  }
  return 1;
}

static void fail(const struct sfs_batch *batch, const struct file *file, uint32_t outcome,
                 const struct sfs_results *all) {
  const struct sfs_results results = results_of(batch, file, all);
  sfs_table_fail(file->table, outcome, &results);
}

static size_t most_bytes(const struct directory *directory, const struct file *file) {
  return file->table->shape->is_one_line ? SFS_VALUE_BYTES : directory->max_bytes;
}

static long read_text(struct sfs_batch *batch, const struct directory *directory,
                      const struct file *file, int fd, int from_start) {
  return sfs_read_text(&batch->text, fd, from_start, file->table->shape->is_one_line,
                       most_bytes(directory, file));
}

/* Reads a file of one line that is kept open, and those like it that follow, if they are wanted. */
static void read_ahead(struct sfs_batch *batch, uint32_t first, uint32_t end,
                       const uint32_t *outcomes) {
  struct ahead *ahead = &batch->ahead;
  int32_t fds[AHEAD_FILES];
  uint32_t count = 0;
  for (; count < AHEAD_FILES && first + count < end; count++) {
    const struct file *file = &batch->files[first + count];
    if (file->fd == SFS_CLOSED || !file->table->shape->is_one_line ||
        is_passed_over(batch, file, outcomes)) {
      break;
    }
    fds[count] = file->fd;
  }
  for (uint32_t i = 0; i < count; i++) {
    move_to(batch, first + i);
    ahead->lengths[i] = (int32_t)sfs_pread(fds[i], ahead->texts[i], AHEAD_BYTES, 0);
  }
  ahead->first = first;
  ahead->count = count;
}

/* Reads a file that is kept open to the end of its line, or to its end. */
static long read_line(struct sfs_batch *batch, const struct directory *directory, struct file *file,
                      const uint32_t *outcomes) {
  const struct ahead *ahead = &batch->ahead;
  uint32_t number = (uint32_t)(file - batch->files);
  if (number - ahead->first >= ahead->count) {
    read_ahead(batch, number, directory->end, outcomes);
  }
  const int32_t length = ahead->lengths[number - ahead->first];
  const char *text = ahead->texts[number - ahead->first];
  if (length < 0) {
    return length;
  }
  if (length == 0 || length == AHEAD_BYTES || text[length - 1] != '\n') {
    return read_text(batch, directory, file, file->fd, 1);
  }
  for (int32_t i = 0; i < length; i++) {
    batch->text.bytes[i] = text[i];
  }
  batch->text.bytes[length] = '\n';
  return length;
}

/*
 * Reads a file that is kept open. Returns less than 0 if it is not, or fails: then it is closed, unless the
 * error is an answer.
 */
static long read_kept(struct sfs_batch *batch, const struct directory *directory,
                      struct file *file, const uint32_t *outcomes) {
  long length = -1;
  if (file->fd != SFS_CLOSED) {
    length = file->table->shape->is_one_line
                 ? read_line(batch, directory, file, outcomes)
                 : read_text(batch, directory, file, file->fd, 1);
    if (length < 0 && !sfs_is_answer(length)) {
      /* What it was opened for is gone. There may be another one under this name. */
      close_kept(batch, file);
    }
  }
  return length;
}

/* Opens a file, reads it, and keeps it open where that is allowed. Returns -errno if it fails. */
static long open_and_read(struct sfs_batch *batch, const struct directory *directory, int in,
                          struct file *file) {
  if (file->table->shape->is_entries) {
    return sfs_count_entries(&batch->text, &batch->root, in, file->name);
  }
  int keep_open = (directory->flags & SFS_FLAG_KEEP_OPEN) != 0;
  int fd = sfs_open_file(in, file->name, (directory->flags & SFS_FLAG_USER_MADE) != 0);
  if (fd < 0) {
    return fd;
  }
  long length = read_text(batch, directory, file, fd, keep_open);
  if ((length >= 0 || sfs_is_answer(length)) && keep_open && sfs_take_descriptor()) {
    file->fd = fd;
    batch->kept++;
  } else {
    batch->not_kept += length >= 0 && keep_open;
    sfs_close(fd);
  }
  return length;
}

/* Returns 1 if the caller has to finish some of the results. */
static int put(struct sfs_batch *batch, const struct directory *directory, struct file *file,
               size_t length, const struct sfs_results *all) {
  const struct sfs_results results = results_of(batch, file, all);
  int found = sfs_table_read(file->table, batch->text.bytes, length,
                             length == most_bytes(directory, file), &results, &file->unknown_cells);
  file->is_outdated = (found & SFS_TEXT_OUTDATED) != 0;
  batch->outdated += file->is_outdated;
  return (found & SFS_TEXT_UNFINISHED) != 0;
}

/* ---- directories ---- */

/*
 * Whether a value may be that of a source of statsfs which went while it was read: an empty
 * aggregate, and no error. A sum, a count and an average are 0; a minimum is the largest number of 64
 * bits and a maximum the smallest, signed or unsigned as the stat is.
 */
static int may_be_empty_aggregate(uint32_t outcome, int64_t value) {
  static const uint64_t doubles[] = {
      0x43e0000000000000, /* 2^63 */
      0x43f0000000000000, /* 2^64 */
      0xc3e0000000000000, /* -2^63 */
  };
  if ((outcome & 0xff) != SFS_OK) {
    return 0;
  } else if ((outcome >> SFS_KIND_SHIFT & 3) == SFS_DOUBLE) {
    return value == 0 || value == (int64_t)doubles[0] || value == (int64_t)doubles[1] ||
           value == (int64_t)doubles[2];
  }
  return value == 0 || value == -1 || value == INT64_MAX || value == INT64_MIN;
}

static int has_empty_aggregate(const struct sfs_batch *batch, const struct file *file,
                                const struct sfs_results *all) {
  const int32_t *slots = batch->slots + file->first_slot;
  size_t count = slot_count(file);
  for (size_t i = 0; i < count; i++) {
    if (slots[i] >= 0 &&
        may_be_empty_aggregate(all->outcomes[result_of(slots[i])], all->values[result_of(slots[i])])) {
      return 1;
    }
  }
  return 0;
}

/*
 * A value that may be an empty aggregate counts only if its file is there when all have been read.
 * If the first such file is there, so are the others, since a source goes as a whole.
 */
static void drop_empty_aggregates(struct sfs_batch *batch, const struct directory *directory,
                                    uint32_t first, int in, const struct sfs_results *all) {
  for (uint32_t i = first; i < directory->end; i++) {
    const struct file *file = &batch->files[i];
    if (has_empty_aggregate(batch, file, all)) {
      move_to(batch, i);
      long error = in < 0 ? in : sfs_look(in, file->name);
      if (error >= 0) {
        return;
      }
      fail(batch, file,
           in < 0 ? sfs_outcome_without_directory(error, &batch->root, &directory->place)
                  : sfs_outcome_of_error(error, in, file->name),
           all);
    }
  }
}

static void fail_without_directory(struct sfs_batch *batch, const struct directory *directory,
                                   uint32_t first, long error, const struct sfs_results *all) {
  uint32_t outcome = sfs_outcome_without_directory(error, &batch->root, &directory->place);
  for (uint32_t i = first; i < directory->end; i++) {
    struct file *file = &batch->files[i];
    close_kept(batch, file);
    if (!is_passed_over(batch, file, all->outcomes)) {
      fail(batch, file, outcome, all);
    }
  }
}

/* Closes the files whose counters come by netlink now. */
static void close_counters(struct sfs_batch *batch, struct directory *directory, uint32_t first) {
  for (uint32_t i = first; i < directory->end; i++) {
    if (batch->files[i].is_counter) {
      batch->files[i].is_outdated = 0;
      close_kept(batch, &batch->files[i]);
    }
  }
}

/* Whether the counters of a directory have come by netlink, so that their files are not touched. */
static int has_counters(struct sfs_batch *batch, struct directory *directory, uint32_t first) {
  if (directory->statistics < 0) {
    return 0;
  }
  const int has = sfs_interfaces_has(&batch->interfaces, (uint32_t)directory->statistics);
  if (has && directory->may_keep) {
    close_counters(batch, directory, first);
  }
  directory->may_keep = !has;
  return has;
}

/*
 * Reads the files of a directory, from batch->next_file on. Stops behind one that the caller has to
 * finish, and returns 1.
 *
 * Names are opened relative to their directory, which spares the kernel the walk. The directory is
 * opened anew for each sample: kept, it would go on answering for one that was moved away, and keep
 * its file system from being unmounted; and over the files of a directory one more call is little.
 */
static int sample_directory(struct sfs_batch *batch, struct directory *directory, uint32_t first,
                            const struct sfs_results *all) {
  const int without_counters = has_counters(batch, directory, first);
  if (without_counters && directory->other_files == 0) {
    batch->next_file = directory->end;
    return 0;
  }
  int goes_on = batch->next_file > first;
  batch->ahead.count = 0;
  int in = SFS_CLOSED;
  int unfinished = 0;
  while (batch->next_file < directory->end && !unfinished) {
    uint32_t i = batch->next_file++;
    struct file *file = &batch->files[i];
    file->is_outdated = 0;
    if ((without_counters && file->is_counter) || is_passed_over(batch, file, all->outcomes)) {
      continue;
    }
    move_to(batch, i);
    long length = read_kept(batch, directory, file, all->outcomes);
    if (length < 0 && file->fd != SFS_CLOSED) {
      fail(batch, file, sfs_outcome_of_answer(length), all);
      continue;
    }
    if (length < 0) {
      if (in == SFS_CLOSED) {
        in = sfs_open_directory(&batch->root, &directory->place);
        if (in < 0) {
          fail_without_directory(batch, directory, i, in, all);
          batch->next_file = directory->end;
          in = SFS_CLOSED;
          break;
        }
      }
      length = open_and_read(batch, directory, in, file);
    }
    if (length < 0) {
      fail(batch, file, sfs_outcome_of_error(length, in, file->name), all);
    } else {
      unfinished = put(batch, directory, file, (size_t)length, all);
    }
  }
  if ((directory->flags & SFS_FLAG_STALE_ZEROS) != 0 && (in != SFS_CLOSED || goes_on)) {
    /* Those before a value that the caller finished may be of a source that went meanwhile. */
    in = in != SFS_CLOSED ? in : sfs_open_directory(&batch->root, &directory->place);
    drop_empty_aggregates(batch, directory, first, in, all);
  }
  sfs_close_directory(&batch->root, in);
  return unfinished;
}

static uint32_t first_file(const struct sfs_batch *batch, uint32_t directory) {
  return directory == 0 ? 0 : batch->directories[directory - 1].end;
}

static void sample_interfaces(struct sfs_batch *batch, int by_netlink, const struct sfs_results *all) {
  if (by_netlink && batch->interfaces.count > 0) {
    move_to(batch, (uint32_t)SFS_NO_FILE);
    sfs_interfaces_sample(&batch->interfaces, all->values, all->outcomes);
  } else {
    sfs_interfaces_skip(&batch->interfaces);
  }
}

static int32_t go_on(struct sfs_batch *batch, int by_netlink, const struct sfs_results *all) {
  if (batch->next_directory == 0 && batch->next_file == 0) {
    batch->outdated = 0;
    batch->not_kept = 0;
    sample_interfaces(batch, by_netlink, all);
  }
  for (; batch->next_directory < batch->directory_count; batch->next_directory++) {
    if (sample_directory(batch, &batch->directories[batch->next_directory],
                         first_file(batch, batch->next_directory), all)) {
      return (int32_t)batch->next_file - 1;
    }
  }
  if (batch->interfaces.bracket.is_in_round) {
    move_to(batch, (uint32_t)SFS_NO_FILE);
    sfs_interfaces_end(&batch->interfaces, all->values, all->outcomes);
  }
  batch->next_directory = 0;
  batch->next_file = 0;
  return SFS_NO_FILE;
}

int32_t sfs_batch_sample(struct sfs_batch *batch, int by_netlink, int64_t *values,
                         uint32_t *outcomes) {
  const struct sfs_results all = {batch->slots, values, outcomes};
  int32_t unfinished = go_on(batch, by_netlink, &all);
  sfs_close_root(&batch->root);
  return unfinished;
}

int32_t sfs_batch_position(const struct sfs_batch *batch) {
  return (int32_t)__atomic_load_n(&batch->position, __ATOMIC_RELAXED);
}

int32_t sfs_batch_next_outdated(const struct sfs_batch *batch, int32_t from) {
  for (uint32_t i = (uint32_t)from; batch->outdated > 0 && i < batch->file_count; i++) {
    if (batch->files[i].is_outdated) {
      return (int32_t)i;
    }
  }
  return SFS_NO_FILE;
}

const char *sfs_batch_text(const struct sfs_batch *batch) {
  return batch->text.bytes;
}

int32_t sfs_batch_kept(const struct sfs_batch *batch) {
  return batch->kept;
}

int32_t sfs_batch_not_kept(const struct sfs_batch *batch) {
  return batch->not_kept;
}

/* ---- plans ---- */

/* A plan whose parts have been found. */
struct plan {
  const int32_t *header;
  const int32_t *shapes;
  const int32_t *tables;
  const int32_t *directories;
  const int32_t *files;
  const int32_t *keys;
  const int32_t *slots;
  const char *text;
};

static const int32_t *part(const int32_t **at, int32_t count, size_t size) {
  const int32_t *part = *at;
  *at += (size_t)count * size;
  return part;
}

/* Returns 0 if the bytes are not those of a plan. */
static int take_apart(const int32_t *header, size_t bytes, struct plan *plan) {
  const int32_t *at = header;
  plan->header = part(&at, 1, SFS_PLAN_SIZE);
  plan->shapes = part(&at, header[SFS_PLAN_SHAPES], SFS_SHAPE_SIZE);
  plan->tables = part(&at, header[SFS_PLAN_TABLES], SFS_TABLE_SIZE);
  plan->directories = part(&at, header[SFS_PLAN_DIRECTORIES], SFS_DIRECTORY_SIZE);
  plan->files = part(&at, header[SFS_PLAN_FILES], SFS_FILE_SIZE);
  plan->keys = part(&at, header[SFS_PLAN_KEYS], SFS_KEY_SIZE);
  plan->slots = part(&at, header[SFS_PLAN_SLOTS], 1);
  plan->text = (const char *)at;
  return plan->text + header[SFS_PLAN_TEXT] == (const char *)header + bytes;
}

static size_t aligned(size_t bytes) {
  return (bytes + 7) & ~(size_t)7;
}

/* Takes a piece of memory from the rest of it. */
static void *take(char **rest, size_t bytes) {
  char *piece = *rest;
  *rest += aligned(bytes);
  return piece;
}

static void *take_copy(char **rest, const void *from, size_t bytes) {
  char *to = take(rest, bytes);
  for (size_t i = 0; i < bytes; i++) {
    to[i] = ((const char *)from)[i];
  }
  return to;
}

static void make_shape(const int32_t *plan, const char *text, struct sfs_shape *shape) {
  shape->skip_lines = plan[SFS_SHAPE_SKIP_LINES];
  shape->heading = (enum sfs_heading)plan[SFS_SHAPE_HEADING];
  shape->header = (enum sfs_header)plan[SFS_SHAPE_HEADER];
  shape->header_words = plan[SFS_SHAPE_HEADER_WORDS];
  shape->prefix_words = plan[SFS_SHAPE_PREFIX_WORDS];
  shape->row_key = (enum sfs_row_key)plan[SFS_SHAPE_ROW_KEY];
  shape->row_key_word = plan[SFS_SHAPE_ROW_KEY_WORD];
  shape->second_row_key_word = plan[SFS_SHAPE_SECOND_ROW_KEY_WORD];
  shape->column_key = (enum sfs_column_key)plan[SFS_SHAPE_COLUMN_KEY];
  shape->radix = plan[SFS_SHAPE_RADIX];
  shape->least_columns = (uint32_t)plan[SFS_SHAPE_LEAST_COLUMNS];
  shape->trailing_words = plan[SFS_SHAPE_TRAILING_WORDS];
  shape->skip_through = (char)plan[SFS_SHAPE_SKIP_THROUGH];
  shape->is_uniform = plan[SFS_SHAPE_UNIFORM];
  shape->is_entries = plan[SFS_SHAPE_ENTRIES];
  shape->no_value = plan[SFS_SHAPE_NO_VALUE] < 0 ? NULL : text + plan[SFS_SHAPE_NO_VALUE];
  sfs_shape_init(shape, text + plan[SFS_SHAPE_SEPARATORS]);
}

/* The table that a plan describes, with its keys if there are any yet. */
static struct sfs_table make_table(const int32_t *plan, struct sfs_key *keys) {
  struct sfs_table table = {.rows = {.count = (uint32_t)plan[SFS_TABLE_ROWS]},
                            .columns = {.count = (uint32_t)plan[SFS_TABLE_COLUMNS]}};
  table.rows.keys =
      plan[SFS_TABLE_FIRST_ROW_KEY] < 0 ? NULL : keys + plan[SFS_TABLE_FIRST_ROW_KEY];
  table.columns.keys =
      plan[SFS_TABLE_FIRST_COLUMN_KEY] < 0 ? NULL : keys + plan[SFS_TABLE_FIRST_COLUMN_KEY];
  return table;
}

static void make_tables(const struct plan *plan, struct sfs_table *tables,
                        const struct sfs_shape *shapes, struct sfs_key *keys, char **rest) {
  const uint32_t seed = sfs_random() | 1;
  for (int32_t i = 0; i < plan->header[SFS_PLAN_TABLES]; i++) {
    const int32_t *p = plan->tables + (size_t)i * SFS_TABLE_SIZE;
    tables[i] = make_table(p, keys);
    tables[i].shape = &shapes[p[SFS_TABLE_SHAPE]];
    tables[i].seed = seed;
    sfs_table_init(&tables[i], take(rest, sfs_table_bytes(&tables[i], tables[i].shape->header)));
  }
}

/* Takes over the descriptor of the same file in the batch before. */
static void adopt(struct sfs_batch *batch, struct file *file, struct sfs_batch *previous,
                  int32_t predecessor) {
  if (previous != NULL && predecessor >= 0 && (uint32_t)predecessor < previous->file_count) {
    struct file *before = &previous->files[predecessor];
    file->fd = before->fd;
    before->fd = SFS_CLOSED;
    batch->kept += file->fd != SFS_CLOSED;
    previous->kept -= file->fd != SFS_CLOSED;
  }
}

static void make_directories(const struct plan *plan, struct sfs_batch *batch, const char *text) {
  uint32_t end = 0;
  for (uint32_t i = 0; i < batch->directory_count; i++) {
    const int32_t *p = plan->directories + (size_t)i * SFS_DIRECTORY_SIZE;
    const int32_t links = p[SFS_DIRECTORY_LINKS];
    end += (uint32_t)p[SFS_DIRECTORY_FILES];
    batch->directories[i] =
        (struct directory){.place = {.root = text + p[SFS_DIRECTORY_ROOT],
                                     .path = text + p[SFS_DIRECTORY_PATH],
                                     .links = links < 0 ? NULL : text + links},
                           .end = end,
                           .statistics = -1,
                           .flags = (uint32_t)p[SFS_DIRECTORY_FLAGS],
                           .max_bytes = (uint32_t)p[SFS_DIRECTORY_MAX_BYTES]};
  }
}

static void make_files(const struct plan *plan, struct sfs_batch *batch, struct sfs_table *tables,
                       const char *text, struct sfs_batch *previous) {
  for (uint32_t i = 0; i < batch->file_count; i++) {
    const int32_t *p = plan->files + (size_t)i * SFS_FILE_SIZE;
    batch->files[i] = (struct file){.name = text + p[SFS_FILE_NAME],
                                    .table = &tables[p[SFS_FILE_TABLE]],
                                    .first_slot = (uint32_t)p[SFS_FILE_FIRST_SLOT],
                                    .fd = SFS_CLOSED};
    adopt(batch, &batch->files[i], previous, p[SFS_FILE_PREDECESSOR]);
  }
}

/* Whether a directory has the name of those in which interfaces have their counters. */
static int may_be_statistics(const struct plan *plan, int32_t directory) {
  static const char name[] = "statistics";
  const int32_t *p = plan->directories + (size_t)directory * SFS_DIRECTORY_SIZE;
  const char *path = plan->text + p[SFS_DIRECTORY_PATH];
  path = *path == '\0' ? plan->text + p[SFS_DIRECTORY_ROOT] : path;
  const char *last = path;
  for (; *path != '\0'; path++) {
    last = *path == '/' ? path + 1 : last;
  }
  for (size_t i = 0; i < sizeof name; i++) {
    if (last[i] != name[i]) {
      return 0;
    }
  }
  return (p[SFS_DIRECTORY_FLAGS] & SFS_FLAG_KEEP_OPEN) != 0;
}

/* What the counters of interfaces may take at most. */
struct interface_sizes {
  uint32_t directories;
  uint32_t files;
};

static struct interface_sizes interface_sizes(const struct plan *plan) {
  struct interface_sizes sizes = {0, 0};
  for (int32_t i = 0; i < plan->header[SFS_PLAN_DIRECTORIES]; i++) {
    if (may_be_statistics(plan, i)) {
      sizes.directories++;
      sizes.files += (uint32_t)plan->directories[(size_t)i * SFS_DIRECTORY_SIZE + SFS_DIRECTORY_FILES];
    }
  }
  return sizes;
}

/* Where the value of a file goes, if that is what netlink says and nothing has to be made of it; or -1. */
static int32_t result_as_it_is(const struct sfs_batch *batch, const struct file *file) {
  const int32_t slot = batch->slots[file->first_slot];
  return file->table->is_one_cell && file->table->shape->no_value == NULL &&
                 (slot & (SFS_SLOT_FLOAT | SFS_SLOT_NO_VALUE)) == 0
             ? slot >> SFS_SLOT_SHIFT
             : -1;
}

/* The number of the directory that a file is in. */
static uint32_t directory_of(const struct sfs_batch *batch, uint32_t file) {
  uint32_t low = 0;
  uint32_t high = batch->directory_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (batch->directories[middle].end <= file) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* What is known of the directory of which one takes over descriptors, or NULL. */
static const struct sfs_statistics *known_before(const struct plan *plan,
                                                 const struct sfs_batch *previous, uint32_t first,
                                                 uint32_t end) {
  for (uint32_t i = first; previous != NULL && i < end; i++) {
    const int32_t file = plan->files[(size_t)i * SFS_FILE_SIZE + SFS_FILE_PREDECESSOR];
    if (file >= 0 && (uint32_t)file < previous->file_count) {
      const int32_t before = previous->directories[directory_of(previous, (uint32_t)file)].statistics;
      return before < 0 ? NULL : &previous->interfaces.directories[before];
    }
  }
  return NULL;
}

/* The memory has been taken; files and directories have been made. */
static void make_interfaces(const struct plan *plan, struct sfs_batch *batch,
                            struct sfs_counted *counted, struct sfs_batch *previous) {
  struct sfs_interfaces *interfaces = &batch->interfaces;
  for (uint32_t i = 0; i < batch->directory_count; i++) {
    if (!may_be_statistics(plan, (int32_t)i)) {
      continue;
    }
    struct directory *directory = &batch->directories[i];
    struct sfs_statistics *its = &interfaces->directories[interfaces->count];
    const uint32_t first = first_file(batch, i);
    *its = (struct sfs_statistics){.place = &directory->place, .counted = counted};
    for (uint32_t k = first; k < directory->end; k++) {
      const int32_t result = result_as_it_is(batch, &batch->files[k]);
      const int counter = result < 0 ? -1 : sfs_counter(batch->files[k].name);
      if (counter >= 0) {
        batch->files[k].is_counter = 1;
        *counted++ = (struct sfs_counted){(uint32_t)counter, (uint32_t)result};
      }
    }
    its->count = (uint32_t)(counted - its->counted);
    if (its->count > 0) {
      const struct sfs_statistics *known = known_before(plan, previous, first, directory->end);
      its->interface = known == NULL ? 0 : known->interface;
      its->is_proven = known != NULL && known->is_proven;
      its->device = known == NULL ? 0 : known->device;
      interfaces->counters += its->count;
      directory->statistics = (int32_t)interfaces->count++;
      directory->other_files = directory->end - first - its->count;
      directory->may_keep = 1;
    }
  }
  sfs_interfaces_init(interfaces, previous == NULL ? NULL : &previous->interfaces);
}

long sfs_batch_open(const int32_t *serial, size_t bytes, struct sfs_batch *previous,
                    struct sfs_batch **result) {
  struct plan plan;
  if (!take_apart(serial, bytes, &plan)) {
    return -SFS_EINVAL;
  }
  const size_t directory_bytes =
      (size_t)serial[SFS_PLAN_DIRECTORIES] * sizeof(struct directory);
  const size_t file_bytes = (size_t)serial[SFS_PLAN_FILES] * sizeof(struct file);
  const size_t shape_bytes = (size_t)serial[SFS_PLAN_SHAPES] * sizeof(struct sfs_shape);
  const size_t table_bytes = (size_t)serial[SFS_PLAN_TABLES] * sizeof(struct sfs_table);
  const size_t key_bytes = (size_t)serial[SFS_PLAN_KEYS] * sizeof(struct sfs_key);
  const size_t slot_bytes = (size_t)serial[SFS_PLAN_SLOTS] * sizeof(int32_t);
  const size_t text_bytes = (size_t)serial[SFS_PLAN_TEXT];
  const struct interface_sizes most = interface_sizes(&plan);
  const uint32_t index_places = sfs_interfaces_places(most.directories);
  const size_t statistics_bytes = most.directories * sizeof(struct sfs_statistics);
  const size_t counted_bytes = most.files * sizeof(struct sfs_counted);
  const size_t index_bytes = index_places * sizeof(uint32_t);
  size_t size = aligned(sizeof(struct sfs_batch)) + aligned(directory_bytes) +
                aligned(file_bytes) + aligned(shape_bytes) + aligned(table_bytes) +
                aligned(key_bytes) + aligned(slot_bytes) + aligned(text_bytes) +
                aligned(statistics_bytes) + aligned(counted_bytes) + aligned(index_bytes);
  for (int32_t i = 0; i < serial[SFS_PLAN_TABLES]; i++) {
    static struct sfs_key none;
    const int32_t *p = plan.tables + (size_t)i * SFS_TABLE_SIZE;
    const int32_t *shape = plan.shapes + (size_t)p[SFS_TABLE_SHAPE] * SFS_SHAPE_SIZE;
    struct sfs_table table = make_table(p, &none);
    size += aligned(sfs_table_bytes(&table, (enum sfs_header)shape[SFS_SHAPE_HEADER]));
  }
  char *rest = sfs_map(size);
  char *text_memory = sfs_map(TEXT_BYTES);
  if (rest == NULL || text_memory == NULL) {
    if (rest != NULL) {
      sfs_unmap(rest, size);
    }
    if (text_memory != NULL) {
      sfs_unmap(text_memory, TEXT_BYTES);
    }
    return -SFS_ENOMEM;
  }
  struct sfs_batch *batch = take(&rest, sizeof *batch);
  batch->size = size;
  batch->text = (struct sfs_text){text_memory, TEXT_BYTES};
  batch->directory_count = (uint32_t)serial[SFS_PLAN_DIRECTORIES];
  batch->file_count = (uint32_t)serial[SFS_PLAN_FILES];
  batch->directories = take(&rest, directory_bytes);
  batch->files = take(&rest, file_bytes);
  struct sfs_shape *shapes = take(&rest, shape_bytes);
  struct sfs_table *tables = take(&rest, table_bytes);
  struct sfs_key *keys = take(&rest, key_bytes);
  batch->slots = take_copy(&rest, plan.slots, slot_bytes);
  const char *text = take_copy(&rest, plan.text, text_bytes);
  for (int32_t i = 0; i < serial[SFS_PLAN_SHAPES]; i++) {
    make_shape(plan.shapes + (size_t)i * SFS_SHAPE_SIZE, text, &shapes[i]);
  }
  for (int32_t i = 0; i < serial[SFS_PLAN_KEYS]; i++) {
    const int32_t *p = plan.keys + (size_t)i * SFS_KEY_SIZE;
    keys[i] = (struct sfs_key){text + p[SFS_KEY_TEXT], (uint32_t)p[SFS_KEY_LENGTH], 0};
  }
  make_tables(&plan, tables, shapes, keys, &rest);
  make_directories(&plan, batch, text);
  make_files(&plan, batch, tables, text, previous);
  batch->interfaces.directories = take(&rest, statistics_bytes);
  batch->interfaces.by_index = take(&rest, index_bytes);
  batch->interfaces.mask = index_places - 1;
  make_interfaces(&plan, batch, take(&rest, counted_bytes), previous);
  sfs_batch_close(previous);
  *result = batch;
  return 0;
}

void sfs_batch_close(struct sfs_batch *batch) {
  if (batch == NULL) {
    return;
  }
  for (uint32_t i = 0; i < batch->file_count; i++) {
    close_kept(batch, &batch->files[i]);
  }
  sfs_interfaces_close(&batch->interfaces);
  sfs_unmap(batch->text.bytes, batch->text.size);
  sfs_unmap(batch, batch->size);
}
