/*
 * Texts as tables: what the cells of a text say. A cell has a row key and a column key; a shape says
 * where they stand in the text. io.statsfs.spi.Shape says what each part of a shape means, and
 * io.statsfs.core.text.ShapedText reads texts in the same way.
 *
 * Makes no system call and takes no memory, so that it can be tested and fuzzed alone.
 */
#ifndef STATSFS_TABLE_H
#define STATSFS_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* The status in the low byte of an outcome: the ordinals of io.statsfs.Status, and one more. */
enum sfs_status {
  SFS_OK = 0,
  SFS_GONE = 1,
  SFS_DENIED = 2,
  SFS_NOT_A_NUMBER = 3,
  SFS_BLOCKED = 4,
  SFS_FAILED = 5,
  SFS_NO_VALUE = 6,
  SFS_UNFINISHED = 255 /* the caller has to take the text apart; see sfs_table_read */
};

/* Where an outcome has the kind of a number (enum sfs_number), and an errno. */
enum { SFS_KIND_SHIFT = 8, SFS_ERRNO_SHIFT = 16 };

enum sfs_heading { SFS_HEADING_NONE = 0, SFS_HEADING_UNINDENTED = 1, SFS_HEADING_COLON = 2 };

enum sfs_header { SFS_HEADER_NONE = 0, SFS_HEADER_ONCE = 1, SFS_HEADER_PER_PAIR = 2 };

enum sfs_row_key {
  SFS_ROW_KEY_NONE = 0,
  SFS_ROW_KEY_WORD = 1,
  SFS_ROW_KEY_BEFORE_COLON = 2,
  SFS_ROW_KEY_LINE_NUMBER = 3
};

enum sfs_column_key {
  SFS_COLUMN_KEY_POSITION = 0,
  SFS_COLUMN_KEY_HEADER = 1,
  SFS_COLUMN_KEY_WORD_BEFORE = 2,
  SFS_COLUMN_KEY_BEFORE_EQUALS = 3
};

/* Of trailing words: any number of them, and whatever they are. */
enum { SFS_ANY = -1 };

struct sfs_shape {
  enum sfs_heading heading;
  enum sfs_header header;
  enum sfs_row_key row_key;
  enum sfs_column_key column_key;
  int32_t skip_lines;
  int32_t header_words;
  int32_t prefix_words;
  int32_t row_key_word;
  int32_t second_row_key_word; /* or -1 */
  int32_t radix;
  uint32_t least_columns;
  int32_t trailing_words;
  char skip_through;          /* or 0 */
  int is_uniform;
  int is_entries;             /* it is a directory, whose entries are counted */
  const char *no_value;       /* words, each ended by a zero, behind the last one another; or NULL */
  int is_one_line;            /* a file of this shape ends with its first line; by sfs_shape_init */
  unsigned char classes[256]; /* what each byte is; the same */
};

/* Sets what follows from the rest of a shape. Separators are ended by a zero. */
void sfs_shape_init(struct sfs_shape *shape, const char *separators);

/* Of a text of one line no more is read than this; one that is longer breaks the shape. */
enum { SFS_VALUE_BYTES = 4096 };

/* Below a heading with more bytes lines have no key. */
enum { SFS_HEADING_BYTES = 1024 };

struct sfs_key {
  const char *text;
  uint32_t length;
  uint32_t is_whole; /* set by sfs_table_init: a line that begins with it can have no other key */
};

/* The rows or columns of a table. */
struct sfs_axis {
  uint32_t count;
  struct sfs_key *keys; /* NULL where they have numbers alone */
  uint32_t *index;            /* from a hash of a key to its number + 1 */
  uint32_t mask;
  uint64_t *met; /* when each was met last; see sfs_table.clock */
};

/* A column, and which of a line's cells is of it. */
struct sfs_place {
  uint32_t cell;
  uint32_t column;
};

/* What the header of a line says; remembered, as it mostly is what it was in the text before. */
struct sfs_header_line {
  struct sfs_place *places; /* in the order of the cells, with an end behind the last one */
  uint32_t width;           /* the number of cells that have a place, or would if it were known */
  uint32_t unknown_cells;   /* columns that are not known, or named twice */
  char *text;               /* to the end of its line */
  size_t length;            /* of that; 0 if it is not remembered */
};

/* What is known of texts of one shape with the same keys. Several files can share it. */
struct sfs_table {
  const struct sfs_shape *shape;
  struct sfs_axis rows;
  struct sfs_axis columns;
  struct sfs_header_line *headers; /* one for each row if there are pairs, else one */
  size_t header_bytes;        /* how much of a header can be remembered */
  uint32_t seed;
  int is_one_cell;     /* each text is one value in radix 10; by sfs_table_init */
  int has_plain_lines; /* a key, and decimals where the columns have their places; the same */
  uint64_t clock;  /* counts lines */
};

/* How much memory sfs_table_init needs for a table that has its counts, and whether it has keys; and of which header. */
size_t sfs_table_bytes(const struct sfs_table *table, enum sfs_header header);

/* Prepares a table; `memory` is zeroed, aligned for 64 bits, and stays the table's. */
void sfs_table_init(struct sfs_table *table, void *memory);

/*
 * What a slot says: where the result of a cell goes, whether a schema says FLOAT, and whether the shape's
 * words say that there is no value; or less than 0.
 */
enum { SFS_SLOT_FLOAT = 1, SFS_SLOT_NO_VALUE = 2, SFS_SLOT_SHIFT = 2 };

/* Where the results of a text go. */
struct sfs_results {
  const int32_t *slots; /* of each row, for each column */
  int64_t *values;
  uint32_t *outcomes;
};

/* What sfs_table_read found, beside the results. */
enum {
  SFS_TEXT_UNFINISHED = 1, /* some results are */
  SFS_TEXT_OUTDATED = 2    /* the keys of the text are not those of the table */
};

/*
 * Stores what a text says of each cell that has a slot. Behind the text there must be a '\n'. `cut`
 * says that the file may have more. `unknown_cells` is the number of cells of the last text that are
 * not known, or have a column's name and are not wanted, and gets that of this one. A column of a
 * header counts as one.
 *
 * A decimal with more digits than can be scaled exactly here gets the outcome SFS_UNFINISHED, and as
 * value the offset and the length of its text in the high and low half.
 *
 * For one thread at a time.
 */
int sfs_table_read(struct sfs_table *table, const char *text, size_t length, int cut,
                   const struct sfs_results *results, uint32_t *unknown_cells);

/* Stores one outcome without a value for all cells of a text that have a slot. */
void sfs_table_fail(const struct sfs_table *table, uint32_t outcome,
                    const struct sfs_results *results);

#endif
