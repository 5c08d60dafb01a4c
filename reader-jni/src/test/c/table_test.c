/* The forms that kernels print, each with what breaks it; then random ones against the reference. */
#include "table.h"

#include "check.h"
#include "number.h"
#include "table_reference.h"

enum { MOST_CELLS = 64, MOST_NAMES = 16, ABSENT = SFS_GONE, BROKEN = SFS_NOT_A_NUMBER };

/* A table under test, all of whose cells are wanted unless a test says otherwise. */
static struct sfs_shape shape;
static struct sfs_table table;
static struct sfs_key keys[2][MOST_NAMES];
static int32_t slots[MOST_CELLS];
static int64_t values[MOST_CELLS];
static uint32_t outcomes[MOST_CELLS];
static uint32_t unknown_cells;
static void *memory;

static uint32_t make_axis(const char *names, struct sfs_key *into) {
  uint32_t count = 0;
  for (const char *at = names; *at != '\0'; count++) {
    REQUIRE(count < MOST_NAMES);
    size_t length = strcspn(at, ",");
    into[count] = (struct sfs_key){at, (uint32_t)length, 0};
    at += length + (at[length] == ',');
  }
  return count;
}

/* Rows and columns are names with commas between them; columns of a position may be anything. */
static void begin(struct sfs_shape of, const char *separators, const char *rows,
                  const char *columns) {
  shape = of;
  shape.radix = shape.radix == 0 ? 10 : shape.radix;
  shape.second_row_key_word = shape.second_row_key_word == 0 ? -1 : shape.second_row_key_word;
  sfs_shape_init(&shape, separators);
  free(memory);
  memset(&table, 0, sizeof table);
  unknown_cells = 0;
  table.shape = &shape;
  table.seed = 0x01000193;
  table.rows.count = make_axis(rows, keys[0]);
  table.columns.count = make_axis(columns, keys[1]);
  table.rows.keys = of.row_key == SFS_ROW_KEY_NONE || of.row_key == SFS_ROW_KEY_LINE_NUMBER
                        ? NULL
                        : keys[0];
  table.columns.keys = of.column_key == SFS_COLUMN_KEY_POSITION ? NULL : keys[1];
  REQUIRE(table.rows.count * table.columns.count <= MOST_CELLS);
  for (int i = 0; i < MOST_CELLS; i++) {
    slots[i] = i << SFS_SLOT_SHIFT;
  }
  memory = calloc(1, sfs_table_bytes(&table, table.shape->header));
  REQUIRE(memory != NULL);
  sfs_table_init(&table, memory);
}

/* Reads a text from memory of exactly the size; returns whether it is outdated. */
static int read_cut(const char *text, int cut) {
  size_t length = strlen(text);
  char *exact = malloc(length + 1);
  REQUIRE(exact != NULL);
  memcpy(exact, text, length);
  exact[length] = '\n';
  memset(values, 0x5a, sizeof values);
  memset(outcomes, 0x5a, sizeof outcomes);
  const struct sfs_results results = {slots, values, outcomes};
  int found = sfs_table_read(&table, exact, length, cut, &results, &unknown_cells);
  free(exact);
  return (found & SFS_TEXT_OUTDATED) != 0;
}

static int read_text(const char *text) {
  return read_cut(text, 0);
}

#define CHECK_CELL(row, column, expected) \
  do { \
    uint32_t cell = (row)*table.columns.count + (column); \
    CHECK_EQUAL(SFS_OK, outcomes[cell]); \
    CHECK_EQUAL(expected, values[cell]); \
  } while (0)

#define CHECK_NO_CELL(row, column, status) \
  do { \
    uint32_t cell = (row)*table.columns.count + (column); \
    CHECK_EQUAL(status, outcomes[cell]); \
    CHECK_EQUAL(0, values[cell]); \
  } while (0)

static const struct sfs_shape value = {.least_columns = 1};
static const struct sfs_shape flat_keyed = {
    .row_key = SFS_ROW_KEY_WORD, .least_columns = 1, .trailing_words = 1};

static void one_value(void) {
  begin(value, "", "-", "-");
  static const char *const good[] = {"7", "7\n", " 7 \n", "\t7\v\f\r\n", "\n\n7\n\n", "7\n \n"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    CHECK_EQUAL(0, read_text(good[i]));
    CHECK_CELL(0, 0, 7);
  }
  static const char *const bad[] = {"", "\n", " ", "7 8", "7 kB\n", "7\n8\n", "7\n\nx", "seven", "07"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    CHECK_EQUAL(0, read_text(bad[i]));
    CHECK_NO_CELL(0, 0, BROKEN);
  }
  CHECK_EQUAL(0, read_cut("7\n", 1));
  CHECK_NO_CELL(0, 0, BROKEN);
}

/* /proc/uptime, /proc/loadavg */
static void columns_of_one_row(void) {
  begin((struct sfs_shape){.least_columns = 2}, "/", "-", "1,5,15,running,all");
  CHECK_EQUAL(0, read_text("1 2 3 4/345\n"));
  CHECK_CELL(0, 3, 4);
  CHECK_CELL(0, 4, 345);
  CHECK_EQUAL(0, read_text("1 2 x\n"));
  CHECK_CELL(0, 1, 2);
  CHECK_NO_CELL(0, 2, BROKEN);
  CHECK_NO_CELL(0, 3, ABSENT);
  read_text("1\n");
  CHECK_NO_CELL(0, 0, BROKEN);
  CHECK_NO_CELL(0, 4, BROKEN);
  read_text("1 2 3 4/5 last\n");
  CHECK_NO_CELL(0, 0, BROKEN);
}

/* Lines in the order of the rows are read by a short way, which must come to the same as the long one. */
static void expected_lines(void) {
  static const char *const broken[] = {"a 1 2\nb 2\nc 3\n", "a 1 kB more\nb 2\nc 3\n", "a 12x\nb 2\nc 3\n",
                                       "a 007\nb 2\nc 3\n",  "a: x\nb 2\nc 3\n",        "a\nb 2\nc 3\n"};
  for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
    begin(flat_keyed, "", "a,b,c", "-");
    CHECK_EQUAL(0, read_text(broken[i]));
    CHECK_NO_CELL(0, 0, BROKEN);
    CHECK_CELL(1, 0, 2);
    CHECK_CELL(2, 0, 3);
  }
  CHECK_EQUAL(0, read_text("b 1\na 2\nb 3\nc 4\n")); /* The first line of a key counts. */
  CHECK_CELL(0, 0, 2);
  CHECK_CELL(1, 0, 1);
  CHECK_CELL(2, 0, 4);
  CHECK_EQUAL(1, read_text("a1\nb 2\nc 3\n"));
  CHECK_NO_CELL(0, 0, ABSENT);
  read_text("a 1\nb -2\nc 3\n");
  CHECK_CELL(1, 0, -2);
  read_text("a 1\nb 2\nc 3\na 9\n");
  CHECK_CELL(0, 0, 1);
  shape.no_value = "17\0";
  slots[1] |= SFS_SLOT_NO_VALUE;
  read_text("a 17\nb 17\nc 3\n");
  CHECK_CELL(0, 0, 17);
  CHECK_NO_CELL(1, 0, SFS_NO_VALUE);
  slots[0] |= SFS_SLOT_FLOAT;
  read_text("a 1\nb 2\nc 3\n");
  CHECK_EQUAL(SFS_OK | SFS_DOUBLE << SFS_KIND_SHIFT, outcomes[0]);
  /* A colon behind a key is not of it, so this one is in no text. */
  begin(flat_keyed, "", "a:,b", "-");
  CHECK_EQUAL(1, read_text("a: 1\nb 2\n"));
  CHECK_NO_CELL(0, 0, ABSENT);
  begin((struct sfs_shape){.row_key = SFS_ROW_KEY_WORD, .radix = 16}, "", "a", "-");
  read_text("a 10\n");
  CHECK_CELL(0, 0, 16);
  begin((struct sfs_shape){.row_key = SFS_ROW_KEY_WORD, .prefix_words = 1, .trailing_words = SFS_ANY}, "", "a,5", "-");
  read_text("a 5 1\n");
  CHECK_NO_CELL(0, 0, ABSENT);
  CHECK_CELL(1, 0, 1);
  begin((struct sfs_shape){.row_key = SFS_ROW_KEY_WORD, .skip_through = ')'}, "", "a,b", "-");
  read_text("a 7) b 1\n");
  CHECK_NO_CELL(0, 0, ABSENT);
  CHECK_CELL(1, 0, 1);
  begin((struct sfs_shape){.row_key = SFS_ROW_KEY_WORD, .second_row_key_word = 1, .trailing_words = SFS_ANY}, "", "a,a 5", "-");
  read_text("a 5 1\n");
  CHECK_NO_CELL(0, 0, ABSENT);
  CHECK_CELL(1, 0, 1);
}

/* The same with several columns, some of which are not wanted. */
static void expected_rows(void) {
  const struct sfs_shape rows = {.row_key = SFS_ROW_KEY_WORD, .least_columns = 3, .trailing_words = SFS_ANY};
  begin(rows, "", "a,b", "1,2,3");
  slots[1] = -1;
  slots[5] = -1;
  read_text("a: 1 x 3 more 4\nb 1 2 x\n");
  CHECK_CELL(0, 0, 1);
  CHECK_CELL(0, 2, 3);
  CHECK_CELL(1, 0, 1);
  CHECK_CELL(1, 1, 2);
  CHECK_EQUAL(0, unknown_cells);
  read_text("a 1 2\nb 1 2\n"); /* too few, also where the missing one is not wanted */
  CHECK_NO_CELL(0, 0, BROKEN);
  CHECK_NO_CELL(0, 2, BROKEN);
  CHECK_NO_CELL(1, 0, BROKEN);
  shape.least_columns = 1;
  read_text("a 1 2\nb 1 2\n");
  CHECK_CELL(0, 0, 1);
  CHECK_NO_CELL(0, 2, ABSENT);
  CHECK_CELL(1, 1, 2);
  begin((struct sfs_shape){.row_key = SFS_ROW_KEY_WORD, .least_columns = 1, .is_uniform = 1}, "", "a", "1,2");
  slots[1] = -1;
  read_text("a 1 x\n");
  CHECK_NO_CELL(0, 0, BROKEN);
  /* A key behind cells: those that are wanted are read there, too. */
  begin((struct sfs_shape){.row_key = SFS_ROW_KEY_WORD, .row_key_word = 1, .least_columns = 1}, "", "a,b", "1,2");
  slots[2] = -1;
  read_text("7 a 1\nx b 2\n");
  CHECK_CELL(0, 0, 7);
  CHECK_CELL(0, 1, 1);
  CHECK_CELL(1, 1, 2);
  /* What has a column's name and is not wanted is counted, but not in a row of which nothing is. */
  const struct sfs_shape headed = {.row_key = SFS_ROW_KEY_WORD,
                                   .header = SFS_HEADER_ONCE,
                                   .column_key = SFS_COLUMN_KEY_HEADER,
                                   .least_columns = 1};
  begin(headed, "", "a,b", "p,q");
  slots[1] = -1;
  slots[2] = -1;
  slots[3] = -1;
  read_text("p q r\na 1 2 x\nb 1 2 3\n");
  CHECK_CELL(0, 0, 1);
  CHECK_EQUAL(2, unknown_cells);
  read_text("p q r\na 1\nb 1 2 3\n");
  CHECK_CELL(0, 0, 1);
  CHECK_EQUAL(1, unknown_cells);
}

/* A header that is remembered is of its own text alone. */
static void headers_that_change(void) {
  const struct sfs_shape pairs = {.row_key = SFS_ROW_KEY_WORD,
                                  .header = SFS_HEADER_PER_PAIR,
                                  .column_key = SFS_COLUMN_KEY_HEADER,
                                  .least_columns = 1};
  begin(pairs, "", "A,B", "p,q,r");
  static const struct {
    const char *text;
    int p, q, r; /* of A; 0 if it has none */
  } texts[] = {
      {"A: p q\nA: 1 2\nB: r\nB: 9\n", 1, 2, 0}, {"A: p q\nA: 3 4\nB: r\nB: 9\n", 3, 4, 0},
      {"A: q p\nA: 1 2\nB: r\nB: 9\n", 2, 1, 0}, {"A: q p r\nA: 1 2 3\nB: r\nB: 9\n", 2, 1, 3},
      {"A: p\nA: 1\nB: r\nB: 9\n", 1, 0, 0},     {"A: p x\nA: 1 7\nB: r\nB: 9\n", 1, 0, 0},
      {"A: p qq\nA: 1 7\nB: r\nB: 9\n", 1, 0, 0}, {"A: p q\nA: 5 6\nB: r\nB: 9\n", 5, 6, 0},
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    for (int again = 0; again < 2; again++) {
      read_text(texts[i].text);
      const int expected[] = {texts[i].p, texts[i].q, texts[i].r};
      for (uint32_t column = 0; column < 3; column++) {
        if (expected[column] != 0) {
          CHECK_CELL(0, column, expected[column]);
        } else {
          CHECK_NO_CELL(0, column, ABSENT);
        }
      }
      CHECK_CELL(1, 2, 9);
    }
  }
  /* One that is too long is not. */
  static char text[4096];
  static char name[3000];
  memset(name, 'x', sizeof name - 1);
  for (int value = 1; value < 4; value++) {
    snprintf(text, sizeof text, "A: p %s q\nA: %d 2 3\n", name, value);
    read_text(text);
    CHECK_CELL(0, 0, value);
    CHECK_CELL(0, 1, 3);
  }
}

/* /proc/vmstat, /proc/meminfo */
static void flat_keys(void) {
  begin(flat_keyed, "", "a,b,c", "-");
  CHECK_EQUAL(0, read_text("a 1\nb: 2 kB\n\n c 3\n"));
  CHECK_CELL(0, 0, 1);
  CHECK_CELL(1, 0, 2);
  CHECK_CELL(2, 0, 3);
  CHECK_EQUAL(0, read_text("c 3\na 1 2\na 5\nb\n")); /* The first line of a key counts. */
  CHECK_NO_CELL(0, 0, BROKEN);
  CHECK_NO_CELL(1, 0, BROKEN);
  CHECK_CELL(2, 0, 3);
  CHECK_EQUAL(1, read_text("a 1\nb 2\n"));
  CHECK_NO_CELL(2, 0, ABSENT);
  CHECK_EQUAL(1, read_text("a 1\nb 2\nc 3\nd 4\nd 5\n"));
  CHECK_EQUAL(2, unknown_cells);
  CHECK_EQUAL(0, read_text("a 1\nb 2\nc 3\ne 4\nf x\ng\ng 1 2\n")); /* As many. */
  CHECK_EQUAL(1, read_cut("a 1\nb 2\nc 3", 1));
  CHECK_CELL(1, 0, 2);
  CHECK_NO_CELL(2, 0, ABSENT);
  /* A key that no word can be. */
  begin(flat_keyed, "", "a b,c", "-");
  CHECK_EQUAL(1, read_text("a b 1\nc 3\n"));
  CHECK_NO_CELL(0, 0, ABSENT);
  CHECK_CELL(1, 0, 3);
}

/* Node 0 MemTotal: 16 kB */
static void prefixed_keys(void) {
  struct sfs_shape prefixed = flat_keyed;
  prefixed.prefix_words = 2;
  begin(prefixed, "", "a,b", "-");
  CHECK_EQUAL(0, read_text("Node 0 a: 16 kB\nNode 0 b: 2\nNode\nNode 0\n"));
  CHECK_CELL(0, 0, 16);
  CHECK_CELL(1, 0, 2);
}

/* /proc/stat: rows of several columns, of which kernels append more. */
static void keyed_rows(void) {
  begin((struct sfs_shape){.row_key = SFS_ROW_KEY_WORD, .least_columns = 1, .trailing_words = SFS_ANY},
        "", "cpu0,intr,ctxt", "user,nice,system");
  CHECK_EQUAL(0, read_text("cpu0 1 2 3 4 5\nintr 100 0 x y 9\nctxt 7\n"));
  CHECK_CELL(0, 0, 1);
  CHECK_CELL(0, 2, 3);
  CHECK_CELL(1, 0, 100);
  CHECK_NO_CELL(1, 2, BROKEN);
  CHECK_CELL(2, 0, 7);
  CHECK_NO_CELL(2, 1, ABSENT);
  CHECK_EQUAL(1, read_text("cpu0 1 2 3\ncpu1 1 2 3\nintr 1\nctxt 7\n"));
  /* A row that is not wanted is met, and no more. */
  begin((struct sfs_shape){.row_key = SFS_ROW_KEY_WORD, .trailing_words = SFS_ANY}, "", "cpu,ctxt", "a,b");
  slots[0] = slots[1] = slots[3] = -1;
  CHECK_EQUAL(0, read_text("cpu x y\nctxt 7\n"));
  CHECK_EQUAL(7, values[2]);
  CHECK_EQUAL(1, read_text("ctxt 7\n"));
}

/* /proc/diskstats: the key is the third word. */
static void keys_among_cells(void) {
  begin((struct sfs_shape){.row_key = SFS_ROW_KEY_WORD, .row_key_word = 2, .least_columns = 4,
                           .trailing_words = SFS_ANY},
        "", "sda,sdb", "major,minor,reads,merged");
  CHECK_EQUAL(0, read_text("   8       0 sda 10 11 12\n   8      16 sdb 20 21\n"));
  CHECK_CELL(0, 0, 8);
  CHECK_CELL(0, 2, 10);
  CHECK_CELL(1, 1, 16);
  CHECK_CELL(1, 3, 21);
  CHECK_EQUAL(1, read_text("8 0 sda 10\n8 16\n"));
  CHECK_NO_CELL(0, 0, BROKEN);
  CHECK_NO_CELL(1, 0, ABSENT);
  /* A header that has fewer columns than there are words before the key. */
  begin((struct sfs_shape){.header = SFS_HEADER_ONCE, .row_key = SFS_ROW_KEY_WORD, .row_key_word = 2,
                           .column_key = SFS_COLUMN_KEY_HEADER, .least_columns = 1},
        "", "sda", "major,minor,reads");
  CHECK_EQUAL(1, read_text("major\n8 0 sda\n"));
  CHECK_NO_CELL(0, 1, BROKEN);
  CHECK_EQUAL(0, read_text("major minor reads\n8 0 sda 10\n"));
  CHECK_CELL(0, 2, 10);
  slots[0] = -1;
  CHECK_EQUAL(1, read_text("major\n8 0 sda\n"));
  CHECK_NO_CELL(0, 2, BROKEN);
}

/* Lines of numbers alone: a key with a blank in it shifts the columns behind it. */
static void uniform_rows(void) {
  begin((struct sfs_shape){.row_key = SFS_ROW_KEY_WORD, .row_key_word = 2, .least_columns = 4,
                           .trailing_words = SFS_ANY, .is_uniform = 1},
        "", "sda,my,x", "major,minor,reads,merged");
  CHECK_EQUAL(0, read_text("8 0 sda 1 2 x\n8 1 my disk 3 4\n8 2 x 5 6 7\n"));
  CHECK_CELL(0, 3, 2);
  CHECK_NO_CELL(1, 0, BROKEN);
  CHECK_NO_CELL(1, 3, BROKEN);
  CHECK_CELL(2, 3, 6);
  /* Also if what is no number is not wanted. */
  slots[6] = -1;
  CHECK_EQUAL(0, read_text("8 0 sda 1 2 3\n8 1 my 1st 3 4\n8 2 x 5 6 7\n"));
  CHECK_NO_CELL(1, 3, BROKEN);
  /* Nor before the key. */
  slots[8] = slots[9] = -1;
  CHECK_EQUAL(0, read_text("8 0 sda 1 2 3\n8 1 my 3 4\n8 b x 5 6 7\n"));
  CHECK_CELL(1, 3, 4);
  CHECK_NO_CELL(2, 2, BROKEN);
  begin((struct sfs_shape){.least_columns = 1, .trailing_words = SFS_ANY, .radix = 16, .is_uniform = 1}, "",
        "-", "a,b");
  read_text("0000000f ff");
  CHECK_CELL(0, 0, 15);
  read_text("0000000f 0xff");
  CHECK_NO_CELL(0, 0, BROKEN);
}

/* /proc/softirqs */
static void uniform_rows_below_a_header(void) {
  begin((struct sfs_shape){.header = SFS_HEADER_ONCE, .row_key = SFS_ROW_KEY_BEFORE_COLON,
                           .column_key = SFS_COLUMN_KEY_HEADER, .least_columns = 1, .is_uniform = 1},
        "", "HI,NET RX,b ", "CPU0,CPU2");
  CHECK_EQUAL(1, read_text("   CPU0  CPU2\n  HI: 1 2\n NET RX :3  4 \n b : 5 6\n"));
  CHECK_CELL(0, 1, 2);
  CHECK_CELL(1, 0, 3);
  CHECK_CELL(1, 1, 4);
  CHECK_NO_CELL(2, 0, ABSENT);
  CHECK_EQUAL(2, unknown_cells); /* Those of b. */
  /* Others before the colon, none, fewer cells, and one too many. */
  CHECK_EQUAL(1, read_text(" CPU0 CPU2\nHI x: 1 2\nHI 8 9\nHI: 1\nNET RX: 3 4 5\n"));
  CHECK_CELL(0, 0, 1);
  CHECK_NO_CELL(0, 1, ABSENT);
  CHECK_NO_CELL(1, 0, BROKEN);
  /* Not a number where nothing is wanted, or where no column is known; then in all rows. */
  slots[1] = -1;
  CHECK_EQUAL(1, read_text(" CPU0 CPU2\nHI: 1 x\nNET RX: 3 4\n"));
  CHECK_NO_CELL(0, 0, BROKEN);
  CHECK_CELL(1, 1, 4);
  CHECK_EQUAL(1, read_text(" CPU0 CPU1 CPU2\nHI: 1 x 3\nNET RX: 3 4 5\n"));
  CHECK_NO_CELL(0, 0, BROKEN);
  CHECK_CELL(1, 1, 5);
  /* A row of which nothing is wanted is met, whatever it holds. */
  slots[0] = -1;
  slots[4] = slots[5] = -1;
  CHECK_EQUAL(1, read_text(" CPU0 CPU2\nHI: x\nNET RX: 3 4\n"));
  CHECK_CELL(1, 0, 3);
}

/* Words that say that there is no value, in the cells that may have them. */
static void words_without_a_value(void) {
  begin((struct sfs_shape){.least_columns = 1, .no_value = "-1\0max\0"}, "", "-", "-");
  slots[0] = SFS_SLOT_NO_VALUE;
  static const char *const none[] = {"max\n", "-1", " max \n"};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
    CHECK_EQUAL(0, read_text(none[i]));
    CHECK_NO_CELL(0, 0, SFS_NO_VALUE);
  }
  static const char *const other[] = {"ma", "maxx", "-", "-1max", "min", "max max", "x"};
  for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
    CHECK_EQUAL(0, read_text(other[i]));
    CHECK_NO_CELL(0, 0, BROKEN);
  }
  CHECK_EQUAL(0, read_text("-12\n"));
  CHECK_CELL(0, 0, -12);
  CHECK_EQUAL(0, read_text("7\n"));
  CHECK_CELL(0, 0, 7);
  slots[0] = 0;
  CHECK_EQUAL(0, read_text("-1\n"));
  CHECK_CELL(0, 0, -1);
  begin((struct sfs_shape){.row_key = SFS_ROW_KEY_WORD, .column_key = SFS_COLUMN_KEY_BEFORE_EQUALS,
                           .no_value = "max\0"},
        "", "8:0", "rbps,wbps");
  slots[0] |= SFS_SLOT_NO_VALUE;
  CHECK_EQUAL(0, read_text("8:0 rbps=max wbps=max\n"));
  CHECK_NO_CELL(0, 0, SFS_NO_VALUE);
  CHECK_NO_CELL(0, 1, BROKEN);
}

/* /proc/self/stat: a name in brackets, with anything in it. */
static void names_in_brackets(void) {
  begin((struct sfs_shape){.least_columns = 2, .prefix_words = 1, .trailing_words = SFS_ANY,
                           .skip_through = ')'},
        "", "-", "ppid,pgrp");
  CHECK_EQUAL(0, read_text("7 (a b) S 10 11 12\n"));
  CHECK_CELL(0, 0, 10);
  CHECK_EQUAL(0, read_text("7 () 1 2 (\t)) S 10 11"));
  CHECK_CELL(0, 1, 11);
  static const char *const bad[] = {"7 a S 10 11 12\n", "7 (a) S 10\n", "7 (a)", ")", "7 (a\n) S 10 11\n"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    CHECK_EQUAL(0, read_text(bad[i]));
    CHECK_NO_CELL(0, 0, BROKEN);
  }
  /* One value. */
  begin((struct sfs_shape){.least_columns = 1, .skip_through = '/'}, "", "-", "-");
  CHECK_EQUAL(0, read_text("1/2/3\n"));
  CHECK_CELL(0, 0, 3);
  CHECK_EQUAL(0, read_text("3\n"));
  CHECK_NO_CELL(0, 0, BROKEN);
  /* A line without the character has no key. */
  begin((struct sfs_shape){.row_key = SFS_ROW_KEY_WORD, .least_columns = 1, .skip_through = '/'}, "", "a,b", "-");
  CHECK_EQUAL(1, read_text("x/a 1\nb 2\n"));
  CHECK_CELL(0, 0, 1);
  CHECK_NO_CELL(1, 0, ABSENT);
}

/* /proc/buddyinfo: a key of two words. */
static void keys_of_two_words(void) {
  begin((struct sfs_shape){.row_key = SFS_ROW_KEY_WORD, .row_key_word = 1, .second_row_key_word = 3,
                           .least_columns = 1, .trailing_words = SFS_ANY},
        "", "0, DMA,0, Normal", "-");
  table.rows.count = 2; /* The keys have commas themselves. */
  keys[0][0] = (struct sfs_key){"0, DMA", 6, 0};
  keys[0][1] = (struct sfs_key){"0, Normal", 9, 0};
  table.columns.count = 4;
  free(memory);
  memory = calloc(1, sfs_table_bytes(&table, table.shape->header));
  sfs_table_init(&table, memory);
  CHECK_EQUAL(0, read_text("Node 0, zone      DMA      1      2\nNode 0, zone   Normal:      3     4\n"));
  CHECK_NO_CELL(0, 0, BROKEN); /* Node */
  CHECK_CELL(0, 2, 1);
  CHECK_CELL(1, 3, 4);
}

/* /proc/zoneinfo, and io_done of bcachefs: rows below headings. */
static void headings(void) {
  begin((struct sfs_shape){.heading = SFS_HEADING_UNINDENTED, .row_key = SFS_ROW_KEY_WORD, .least_columns = 1,
                           .trailing_words = SFS_ANY},
        "", "-,-,-", "-");
  table.rows.count = 3; /* The keys have commas themselves. */
  keys[0][0] = (struct sfs_key){"Node 0, zone      DMA\nmin", 25, 0};
  keys[0][1] = (struct sfs_key){"Node 0, zone   Normal\nmin", 25, 0};
  keys[0][2] = (struct sfs_key){"\nmin", 4, 0};
  free(memory);
  memory = calloc(1, sfs_table_bytes(&table, table.shape->header));
  sfs_table_init(&table, memory);
  CHECK_EQUAL(0, read_text("  min 1\n\nNode 0, zone      DMA\n  min 2\n  min 3\nNode 0, zone   Normal \n\n  min: 4 5"));
  CHECK_CELL(0, 0, 2);
  CHECK_CELL(1, 0, 4);
  CHECK_CELL(2, 0, 1);
  /* A row without its heading is another row. */
  CHECK_EQUAL(1, read_text("  min 1\nNode 0, zone Normal\n  min 4\nmin 5\n"));
  CHECK_NO_CELL(0, 0, ABSENT);
  CHECK_NO_CELL(1, 0, ABSENT);
  CHECK_CELL(2, 0, 1);
  begin((struct sfs_shape){.heading = SFS_HEADING_COLON, .row_key = SFS_ROW_KEY_BEFORE_COLON, .least_columns = 1},
        "", "read\nsb,write\nsb", "-");
  CHECK_EQUAL(0, read_text("read:\nsb  : 1\n  write: \nsb:2\n"));
  CHECK_CELL(0, 0, 1);
  CHECK_CELL(1, 0, 2);
  CHECK_EQUAL(1, read_text("read\nsb: 1\nwrite:x\nsb:2"));
  CHECK_NO_CELL(0, 0, ABSENT);
  CHECK_NO_CELL(1, 0, ABSENT);
  /* Below one that is too long there is no row. */
  static char text[SFS_HEADING_BYTES + 16];
  static char key[SFS_HEADING_BYTES + 8];
  for (size_t length = SFS_HEADING_BYTES; length <= SFS_HEADING_BYTES + 1; length++) {
    memset(text, 'x', length);
    strcpy(text + length, ":\nsb: 3\n");
    memset(key, 'x', length);
    strcpy(key + length, "\nsb");
    begin((struct sfs_shape){.heading = SFS_HEADING_COLON, .row_key = SFS_ROW_KEY_BEFORE_COLON, .least_columns = 1},
          "", key, "-");
    CHECK_EQUAL(length > SFS_HEADING_BYTES, read_text(text));
    if (length > SFS_HEADING_BYTES) {
      CHECK_NO_CELL(0, 0, ABSENT);
    } else {
      CHECK_CELL(0, 0, 3);
    }
  }
}

/* /proc/softirqs: columns are CPUs, which come and go. */
static void header_once(void) {
  begin((struct sfs_shape){.header = SFS_HEADER_ONCE, .column_key = SFS_COLUMN_KEY_HEADER,
                           .row_key = SFS_ROW_KEY_BEFORE_COLON, .least_columns = 1,
                           .trailing_words = SFS_ANY},
        "", "HI,NET RX", "CPU0,CPU1");
  CHECK_EQUAL(0, read_text("          CPU0       CPU1\n  HI: 1 2 of them\n NET RX :3          4\n"));
  CHECK_CELL(0, 1, 2);
  CHECK_CELL(1, 0, 3);
  CHECK_EQUAL(1, read_text(" CPU1 CPU7\nHI: 1 2\nNET RX: 3 4\n"));
  CHECK_NO_CELL(0, 0, ABSENT);
  CHECK_CELL(0, 1, 1);
  CHECK_CELL(1, 1, 3);
  CHECK_EQUAL(1, read_text(" CPU0 CPU0 CPU1\nHI: 1 2 3\nNET RX: 3\n")); /* CPU7 is gone. */
  CHECK_CELL(0, 0, 1);
  CHECK_CELL(0, 1, 3);
  CHECK_NO_CELL(1, 1, ABSENT);
  CHECK_EQUAL(1, read_text(""));
  CHECK_NO_CELL(0, 0, ABSENT);
}

/* slabinfo: two lines before, and words before the names. */
static void header_with_words_before(void) {
  begin((struct sfs_shape){.header = SFS_HEADER_ONCE, .header_words = 2, .skip_lines = 1,
                           .column_key = SFS_COLUMN_KEY_HEADER, .row_key = SFS_ROW_KEY_WORD,
                           .least_columns = 1},
        "|", "ext4", "<active>,<size>");
  CHECK_EQUAL(0, read_text("slabinfo - version: 2.1\n# name |<active>|<size>\next4 | 5 | 6\n"));
  CHECK_CELL(0, 0, 5);
  CHECK_CELL(0, 1, 6);
  CHECK_EQUAL(0, read_text("\n# name <active> <size>\next4 5 6 7\n"));
  CHECK_NO_CELL(0, 0, BROKEN);
}

/* /proc/net/snmp */
static void header_per_pair(void) {
  begin((struct sfs_shape){.header = SFS_HEADER_PER_PAIR, .column_key = SFS_COLUMN_KEY_HEADER,
                           .row_key = SFS_ROW_KEY_BEFORE_COLON, .least_columns = 1},
        "", "Tcp,Udp", "In,Out,MaxConn");
  CHECK_EQUAL(1, read_text("Tcp: In Out MaxConn New\nTcp: 1 2 -1 4\nUdp: Out\n\nUdp: 6\n"));
  CHECK_EQUAL(1, unknown_cells);
  CHECK_CELL(0, 0, 1);
  CHECK_CELL(0, 2, -1);
  CHECK_NO_CELL(1, 0, ABSENT);
  CHECK_CELL(1, 1, 6);
  /* Of different lengths; then a header without its values, and values without their header. */
  CHECK_EQUAL(1, read_text("Tcp: In Out MaxConn\nTcp: 1 2\nUdp: Out\n"));
  CHECK_NO_CELL(0, 0, BROKEN);
  CHECK_NO_CELL(1, 1, BROKEN);
  CHECK_EQUAL(0, read_text("Udp: Out\nTcp: In Out MaxConn\nTcp: 1 2 3\nUdp: 4\n"));
  CHECK_NO_CELL(1, 1, BROKEN);
  CHECK_CELL(0, 1, 2);
  CHECK_EQUAL(1, read_text("Tcp: In Out MaxConn\nTcp: 1 2 3\nUdp: In\nUdp: 4\nIcmp: In\nIcmp: 1\n"));
  CHECK_CELL(1, 0, 4);
  CHECK_EQUAL(1, unknown_cells);
  CHECK_EQUAL(0, read_cut("Tcp: In Out MaxConn\nTcp: 1 2 3\nUdp: In\nUdp: 4\nIcmp: In\nIcmp: 1\nX: 2", 1));
}

/* /proc/net/sockstat */
static void words_before(void) {
  begin((struct sfs_shape){.column_key = SFS_COLUMN_KEY_WORD_BEFORE, .row_key = SFS_ROW_KEY_BEFORE_COLON,
                           .least_columns = 1},
        "", "TCP,UDP", "inuse,orphan,mem");
  CHECK_EQUAL(0, read_text("TCP: inuse 27 orphan 0 inuse 3 mem 5\nUDP: inuse 1 mem 2\n"));
  CHECK_CELL(0, 0, 27);
  CHECK_CELL(0, 2, 5);
  CHECK_CELL(1, 0, 1);
  CHECK_NO_CELL(1, 1, ABSENT);
  CHECK_CELL(1, 2, 2);
  CHECK_EQUAL(1, read_text("TCP: inuse 27 orphan 0 mem\nUDP: inuse 1 new 2\n"));
  CHECK_NO_CELL(0, 0, BROKEN);
  CHECK_CELL(1, 0, 1);
}

/* /proc/pressure/cpu, io.stat */
static void before_equals(void) {
  begin((struct sfs_shape){.column_key = SFS_COLUMN_KEY_BEFORE_EQUALS, .row_key = SFS_ROW_KEY_WORD,
                           .least_columns = 1, .trailing_words = SFS_ANY},
        "", "some,full", "avg10,total");
  CHECK_EQUAL(0, read_text("some avg10=3 total=12\nfull avg10=0 total=4\n"));
  CHECK_CELL(0, 0, 3);
  CHECK_CELL(1, 1, 4);
  CHECK_EQUAL(1, read_text("some avg10=3 total\nfull avg10= avg10=1 total=7 other=1\n"));
  CHECK_NO_CELL(0, 0, BROKEN);
  CHECK_NO_CELL(1, 0, BROKEN);
  CHECK_CELL(1, 1, 7);
  CHECK_EQUAL(1, read_text("some avg10=1\nfull avg10=2\n")); /* No row has a total. */
  CHECK_NO_CELL(0, 1, ABSENT);
}

/* softnet_stat: a line per CPU, in hexadecimal. */
static void line_numbers(void) {
  begin((struct sfs_shape){.row_key = SFS_ROW_KEY_LINE_NUMBER, .radix = 16, .least_columns = 2,
                           .trailing_words = SFS_ANY},
        "", "0,1,2", "processed,dropped");
  CHECK_EQUAL(0, read_text("0000000a 00000001 00000002\n\n000000ff 00000010\n"));
  CHECK_CELL(0, 0, 10);
  CHECK_NO_CELL(1, 0, BROKEN);
  CHECK_CELL(2, 1, 16);
  /* When a line came or went, it is not known which. */
  CHECK_EQUAL(1, read_text("1 2\n3 4\n"));
  CHECK_NO_CELL(0, 0, ABSENT);
  CHECK_NO_CELL(2, 0, ABSENT);
  CHECK_EQUAL(1, read_text("1 2\n3 4\n5 6\n7 8\n"));
  CHECK_EQUAL(2, unknown_cells);
  CHECK_NO_CELL(0, 0, ABSENT);
  CHECK_EQUAL(1, read_text("1 2\n3 4\n5 6\n-\n"));
  CHECK_EQUAL(1, read_text("1 2\n3 4\n5 6\n-\n"));
  CHECK_NO_CELL(1, 1, ABSENT);
  CHECK_EQUAL(0, read_text("1 2\n3 4\n5 6\n"));
  CHECK_CELL(1, 1, 4);
}

/* Texts that could take quadratic time, or more memory than there is. */
static void hostile_texts(void) {
  enum { SIZE = 1 << 20 };
  static const char *const fillings[] = {"a", " ", "\n", ":", "=", "a ", "a:", "a=", "x=1 ", "a 1 ", "a: x\n", "x ", " a\n"};
  char *text = malloc(SIZE + 1);
  REQUIRE(text != NULL);
  for (int form = 0; form < 16; form++) {
    struct sfs_shape of = {.row_key = (enum sfs_row_key)(form % 4),
                           .column_key = (enum sfs_column_key)(form / 4), .trailing_words = SFS_ANY};
    if (of.column_key == SFS_COLUMN_KEY_HEADER) {
      of.header = form % 4 == 1 || form % 4 == 2 ? SFS_HEADER_PER_PAIR : SFS_HEADER_ONCE;
    }
    if (form == 1 || form == 2) {
      of.heading = (enum sfs_heading)form;
    }
    begin(of, "", form % 4 == 0 ? "a" : "a,b", "x,y");
    const struct sfs_results results = {slots, values, outcomes};
    for (size_t f = 0; f < sizeof fillings / sizeof fillings[0]; f++) {
      size_t filling = strlen(fillings[f]);
      for (size_t i = 0; i < SIZE; i++) {
        text[i] = fillings[f][i % filling];
      }
      text[SIZE] = '\n';
      sfs_table_read(&table, text, SIZE, 0, &results, &unknown_cells);
      sfs_table_read(&table, text, SIZE, 1, &results, &unknown_cells);
    }
  }
  free(text);
}

static void random_texts(void) {
  enum { TEXTS = 5000 };
  static uint8_t data[400];
  uint64_t state = 20261126;
  for (int i = 0; i < TEXTS; i++) {
    size_t size = 40 + (size_t)(i % 360);
    for (size_t k = 0; k < size; k++) {
      state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      data[k] = (uint8_t)(state >> 33);
    }
    compare_tables(data, size);
  }
}

int main(void) {
  static const struct test tests[] = {
      TEST(one_value),       TEST(columns_of_one_row), TEST(flat_keys),
      TEST(expected_lines),  TEST(expected_rows),      TEST(headers_that_change),
      TEST(prefixed_keys),   TEST(keyed_rows),         TEST(keys_among_cells),
      TEST(uniform_rows),    TEST(uniform_rows_below_a_header), TEST(names_in_brackets),
      TEST(words_without_a_value),
      TEST(keys_of_two_words), TEST(headings),         TEST(header_once),      TEST(header_with_words_before),
      TEST(header_per_pair), TEST(words_before),       TEST(before_equals),
      TEST(line_numbers),    TEST(hostile_texts),      TEST(random_texts),
  };
  int result = run_tests(tests, sizeof tests / sizeof tests[0]);
  free(memory);
  return result;
}
