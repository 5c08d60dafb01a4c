/*
 * A reference implementation that reads a table: each line is cut into words, each cell is looked for by its keys
 * in all that is known, and the rules are applied one after the other. Compares sfs_table_read with
 * it, for a shape, keys and texts that are made from any bytes.
 */
#ifndef STATSFS_TABLE_REFERENCE_H
#define STATSFS_TABLE_REFERENCE_H

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "number.h"
#include "table.h"

enum { MOST_KEYS = 8, MOST_TEXT = 1 << 14, MOST_TEXTS = 3 };

/* ---- what is compared, made from bytes ---- */

struct bytes {
  const uint8_t *at;
  size_t left;
};

static inline unsigned next_byte(struct bytes *bytes) {
  if (bytes->left == 0) {
    return 0;
  }
  bytes->left--;
  return *bytes->at++;
}

struct known {
  int count;
  const char *keys[MOST_KEYS];
};

struct setting {
  struct sfs_shape shape;
  const char *separators;
  struct known rows;
  struct known columns;
  int32_t slots[MOST_KEYS * MOST_KEYS];
  int results;
};

static const char *const row_keys[] = {"a", "b", "ab", "a:", "a b", "N0", "\xff", "Tcp", "a\nb", "", ":", "1", "\na", "b\na", "Tcp\na"};
static const char *const column_keys[] = {"x", "y", "xy", "a", "1", "b", "", "x=y", "\xff", "a b"};

/* What texts are made of, to a third each: words, ends of them, and whatever else. */
static const char *const tokens[] = {
    "a",   "b",    "ab",  "a:", ":",   "Tcp:", "N0",  "x",   "y",   "xy",  "x=", "y=",   "a=",   "=",
    "1",   "2",    "-3",  "0",  "17",  "007",  "0x1f", "1.5", "1e5", "kB",  "|",  "/",    "ff",   "deadbeef",
    " ",   " ",    " ",   " ",  "\t",  "  ",   "\n",  "\n",  "\n",  "\n",  ": ", " 1",   " 2\n", "\na ",
    "\nb", "\na:", " x ", " y", " x=1", " 18446744073709551615", " 0.12345678901234567890123"};

enum {
  ROW_KEYS = sizeof row_keys / sizeof row_keys[0],
  COLUMN_KEYS = sizeof column_keys / sizeof column_keys[0],
  TOKENS = sizeof tokens / sizeof tokens[0]
};

static inline struct known make_known(struct bytes *bytes, const char *const *pool, int of) {
  struct known known = {.count = (int)(next_byte(bytes) % (MOST_KEYS + 1))};
  int step = 1 + 2 * (int)(next_byte(bytes) % 3);
  while (of % step == 0 && step > 1) {
    step += 2;
  }
  int at = (int)next_byte(bytes) % of;
  for (int i = 0; i < known.count; i++, at = (at + step) % of) {
    known.keys[i] = pool[at];
  }
  return known;
}

static inline struct setting make_setting(struct bytes *bytes) {
  static const int radixes[] = {10, 10, 16, 8};
  static const char *const separators[] = {"", "", "|", "/|"};
  struct setting setting = {.separators = ""};
  struct sfs_shape *shape = &setting.shape;
  shape->row_key = (enum sfs_row_key)(next_byte(bytes) % 4);
  shape->column_key = (enum sfs_column_key)(next_byte(bytes) % 4);
  unsigned form = next_byte(bytes);
  if (shape->column_key == SFS_COLUMN_KEY_HEADER) {
    int keyed = shape->row_key == SFS_ROW_KEY_WORD || shape->row_key == SFS_ROW_KEY_BEFORE_COLON;
    shape->header = keyed && form % 2 == 0 ? SFS_HEADER_PER_PAIR : SFS_HEADER_ONCE;
    shape->header_words = shape->header == SFS_HEADER_ONCE ? (int)form / 2 % 3 : 0;
  }
  unsigned skips = next_byte(bytes);
  shape->skip_lines = skips % 4 == 3 ? (int)skips / 4 % 3 : 0;
  shape->prefix_words = skips % 8 == 5 ? (int)skips / 8 % 3 : 0;
  unsigned words = next_byte(bytes);
  int keyed = shape->row_key == SFS_ROW_KEY_WORD;
  shape->row_key_word = keyed && words % 2 == 1 ? (int)(words / 2 % 3) : 0;
  shape->second_row_key_word = keyed && words % 8 > 4 ? shape->row_key_word + 1 + (int)(words / 8 % 3) : -1;
  shape->is_uniform = words >= 192 && shape->header != SFS_HEADER_PER_PAIR &&
                      (shape->column_key == SFS_COLUMN_KEY_POSITION || shape->column_key == SFS_COLUMN_KEY_HEADER);
  if (shape->header == SFS_HEADER_NONE && shape->second_row_key_word < 0 &&
      (keyed || shape->row_key == SFS_ROW_KEY_BEFORE_COLON)) {
    shape->heading = (enum sfs_heading)(form % 3);
  }
  unsigned limits = next_byte(bytes);
  shape->skip_through = skips % 8 != 1 || limits / 64 == 3 ? 0 : skips % 16 == 9 ? '/' : ':';
  shape->radix = radixes[limits % 4];
  shape->least_columns = limits / 4 % 4;
  shape->trailing_words = (int)(limits / 16 % 3) - 1;
  setting.separators = separators[limits / 64];
  shape->no_value = "17\0x\0";
  sfs_shape_init(shape, setting.separators);
  setting.rows = make_known(bytes, row_keys, ROW_KEYS);
  setting.columns = make_known(bytes, column_keys, COLUMN_KEYS);
  if (shape->row_key == SFS_ROW_KEY_NONE) {
    setting.rows = (struct known){1, {""}};
  }
  for (int i = 0; i < setting.rows.count * setting.columns.count; i++) {
    unsigned slot = next_byte(bytes);
    int flags = (slot / 4 % 2 == 1 ? SFS_SLOT_FLOAT : 0) | (slot / 8 % 4 == 3 ? SFS_SLOT_NO_VALUE : 0);
    setting.slots[i] = slot % 4 == 3 ? -1 : setting.results++ << SFS_SLOT_SHIFT | flags;
  }
  return setting;
}

static inline size_t make_text(struct bytes *bytes, char *text, size_t room) {
  size_t length = 0;
  while (bytes->left > 0) {
    unsigned byte = next_byte(bytes);
    if (byte == 255) {
      break;
    }
    char raw[2] = {(char)byte, 0};
    const char *token = byte < 0xc0 ? tokens[byte % TOKENS] : raw;
    size_t bytes_of = strlen(token);
    if (length + bytes_of > room) {
      break;
    }
    memcpy(text + length, token, bytes_of);
    length += bytes_of;
  }
  return length;
}

/* ---- the reference ---- */

struct piece {
  const char *at;
  size_t length;
};

struct cut_line {
  struct piece line; /* behind what makes the key, where that is no word */
  char key[MOST_TEXT];
  int key_length; /* or -1 */
  struct piece words[MOST_TEXT / 2];
  int word_count; /* without the prefix and the key */
};

struct cell {
  struct piece key;
  struct piece value;
};

struct expectation {
  int statuses[MOST_KEYS * MOST_KEYS]; /* by slot; a cell that has a word has SFS_OK here */
  struct piece words[MOST_KEYS * MOST_KEYS];
  int row_met[MOST_KEYS];
  int column_met[MOST_KEYS];
  int unknown_cells;
  int has_other_lines; /* than there are rows, which have the numbers of lines */
};

static inline int is_blank(const struct setting *setting, char c) {
  return c != '\n' && (isspace((unsigned char)c) || (c != '\0' && strchr(setting->separators, c) != NULL));
}

static inline int is_blank_line(const struct setting *setting, struct piece line) {
  for (size_t i = 0; i < line.length; i++) {
    if (!is_blank(setting, line.at[i])) {
      return 0;
    }
  }
  return 1;
}

static inline int cut_words(const struct setting *setting, struct piece line, struct piece *words) {
  int count = 0;
  for (size_t i = 0; i < line.length;) {
    if (is_blank(setting, line.at[i])) {
      i++;
      continue;
    }
    size_t end = i;
    while (end < line.length && !is_blank(setting, line.at[end])) {
      end++;
    }
    words[count++] = (struct piece){line.at + i, end - i};
    i = end;
  }
  return count;
}

static inline struct cut_line *cut_line(const struct setting *setting, struct piece line) {
  static struct cut_line both[2];
  static int turn;
  static struct piece words[MOST_TEXT / 2];
  const struct sfs_shape *shape = &setting->shape;
  struct cut_line *cut = &both[turn ^= 1];
  cut->key_length = -1;
  cut->word_count = 0;
  if (shape->skip_through != 0) {
    const char *last = memrchr(line.at, shape->skip_through, line.length);
    if (last == NULL) {
      return cut;
    }
    line = (struct piece){last + 1, (size_t)(line.at + line.length - last - 1)};
  }
  int count = cut_words(setting, line, words);
  int prefix = (int)shape->prefix_words;
  if (count < prefix) {
    return cut;
  }
  if (shape->row_key == SFS_ROW_KEY_BEFORE_COLON) {
    const char *begin = prefix == 0 ? line.at : words[prefix - 1].at + words[prefix - 1].length;
    const char *end = line.at + line.length;
    const char *colon = memchr(begin, ':', (size_t)(end - begin));
    if (colon == NULL) {
      return cut;
    }
    const char *last = colon;
    while (begin < last && is_blank(setting, *begin)) {
      begin++;
    }
    while (last > begin && is_blank(setting, last[-1])) {
      last--;
    }
    cut->key_length = last > begin ? (int)(last - begin) : -1;
    memcpy(cut->key, begin, (size_t)(last - begin));
    cut->word_count =
        cut_words(setting, (struct piece){colon + 1, (size_t)(end - colon - 1)}, cut->words);
    return cut;
  }
  int first = -1;
  int second = -1;
  if (shape->row_key == SFS_ROW_KEY_WORD) {
    first = prefix + shape->row_key_word;
    second = shape->second_row_key_word < 0 ? -1 : prefix + shape->second_row_key_word;
    if (first < count && second < count) {
      memcpy(cut->key, words[first].at, words[first].length);
      int length = (int)words[first].length;
      if (second >= 0) {
        cut->key[length++] = ' ';
        memcpy(cut->key + length, words[second].at, words[second].length);
        length += (int)words[second].length;
      }
      length -= cut->key[length - 1] == ':';
      cut->key_length = length > 0 ? length : -1;
    }
  }
  for (int i = prefix; i < count; i++) {
    if (i != first && i != second) {
      cut->words[cut->word_count++] = words[i];
    }
  }
  return cut;
}

static inline int find_known(const struct known *known, const char *key, size_t length) {
  for (int i = 0; i < known->count; i++) {
    if (strlen(known->keys[i]) == length && memcmp(known->keys[i], key, length) == 0) {
      return i;
    }
  }
  return -1;
}

static inline int looks_like_a_number(struct piece word) {
  return sfs_is_like_a_number(word.at, word.at + word.length);
}

/* Whether a line that is not blank is a heading, and if so its text. */
static inline int is_heading(const struct setting *setting, struct piece line, struct piece *heading) {
  struct piece text = line;
  while (is_blank(setting, text.at[0])) {
    text.at++;
    text.length--;
  }
  while (is_blank(setting, text.at[text.length - 1])) {
    text.length--;
  }
  if (setting->shape.heading == SFS_HEADING_COLON) {
    if (text.at[text.length - 1] != ':') {
      return 0;
    }
    text.length--;
  } else if (setting->shape.heading == SFS_HEADING_NONE || text.at != line.at) {
    return 0;
  }
  *heading = text;
  return 1;
}

/* A line's cells; -1 if the line breaks the shape. The number of those read before that is in *read. */
static inline int cells_of(const struct setting *setting, const struct piece *words, int word_count,
                           const struct piece *header, int header_count, struct cell *cells, int *read) {
  const struct sfs_shape *shape = &setting->shape;
  int count = 0;
  int breaks = 0;
  int trailing = word_count; /* the first of those */
  for (int i = 0; i < word_count; i++) {
    if (shape->column_key == SFS_COLUMN_KEY_BEFORE_EQUALS) {
      const char *equals = memchr(words[i].at, '=', words[i].length);
      if (equals == NULL) {
        breaks = 1;
        break;
      }
      size_t length = (size_t)(equals - words[i].at);
      cells[count].key = (struct piece){words[i].at, length};
      cells[count++].value = (struct piece){equals + 1, words[i].length - length - 1};
    } else if (shape->column_key == SFS_COLUMN_KEY_WORD_BEFORE) {
      if (i + 1 == word_count) {
        trailing = i;
        break;
      }
      cells[count].key = words[i];
      cells[count++].value = words[++i];
    } else {
      int most = shape->column_key == SFS_COLUMN_KEY_POSITION ? setting->columns.count : header_count;
      if (i == most) {
        trailing = i;
        break;
      }
      uint64_t bits;
      if (shape->is_uniform && sfs_parse_radix(words[i].at, words[i].length, shape->radix, 0, &bits) == SFS_NO_NUMBER) {
        breaks = 1;
        break;
      }
      cells[count].key = header == NULL ? (struct piece){NULL, 0} : header[i];
      cells[count++].value = words[i];
    }
  }
  *read = count;
  if (shape->header == SFS_HEADER_PER_PAIR && word_count != header_count) {
    breaks = 1;
  } else if (shape->trailing_words >= 0 && word_count - trailing > shape->trailing_words) {
    breaks = 1;
  } else if (shape->trailing_words == 1 && trailing < word_count && looks_like_a_number(words[trailing])) {
    breaks = 1;
  }
  return breaks || count < (int)shape->least_columns ? -1 : count;
}

static inline int row_is_wanted(const struct setting *setting, int row) {
  for (int i = 0; i < setting->columns.count; i++) {
    if (setting->slots[row * setting->columns.count + i] >= 0) {
      return 1;
    }
  }
  return 0;
}

static inline void break_whole_row(const struct setting *setting, int row, struct expectation *expected) {
  for (int i = 0; i < setting->columns.count; i++) {
    expected->statuses[row * setting->columns.count + i] = SFS_NOT_A_NUMBER;
  }
}

/* What a header, or the cells of a line, say of columns; returns how many are unknown. */
static inline int meet_columns(const struct setting *setting, const struct piece *keys, int count,
                               struct expectation *expected) {
  int unknown_cells = 0;
  for (int i = 0; i < count; i++) {
    int column = find_known(&setting->columns, keys[i].at, keys[i].length);
    if (column < 0) {
      unknown_cells++;
    } else {
      expected->column_met[column] = 1;
    }
  }
  return unknown_cells;
}

static inline void read_row(const struct setting *setting, const struct cut_line *line, int row,
                            const struct piece *header, int header_count,
                            struct expectation *expected) {
  static struct cell cells[MOST_TEXT / 2];
  static struct piece keys[MOST_TEXT / 2];
  const enum sfs_column_key by = setting->shape.column_key;
  int read = 0;
  int count = cells_of(setting, line->words, line->word_count, header, header_count, cells, &read);
  if (row < 0) {
    expected->unknown_cells += count > 0 ? count : 0;
    return;
  }
  if (expected->row_met[row]++ > 0 || !row_is_wanted(setting, row)) {
    return;
  }
  int unknown_cells = 0;
  if (setting->shape.header == SFS_HEADER_PER_PAIR) {
    unknown_cells = meet_columns(setting, header, header_count, expected);
  } else if (by == SFS_COLUMN_KEY_WORD_BEFORE || by == SFS_COLUMN_KEY_BEFORE_EQUALS) {
    for (int i = 0; i < read; i++) {
      keys[i] = cells[i].key;
    }
    unknown_cells = meet_columns(setting, keys, read, expected);
  }
  if (count < 0) {
    break_whole_row(setting, row, expected);
    return;
  }
  expected->unknown_cells += unknown_cells;
  for (int i = count - 1; i >= 0; i--) { /* backwards, so that the first of a key is the last one */
    int column = by == SFS_COLUMN_KEY_POSITION
                     ? i
                     : find_known(&setting->columns, cells[i].key.at, cells[i].key.length);
    if (column >= 0) {
      expected->statuses[row * setting->columns.count + column] = SFS_OK;
      expected->words[row * setting->columns.count + column] = cells[i].value;
    }
  }
  for (int i = 0; i < setting->columns.count && by != SFS_COLUMN_KEY_POSITION; i++) {
    const int cell = row * setting->columns.count + i;
    expected->unknown_cells += expected->statuses[cell] == SFS_OK && setting->slots[cell] < 0;
  }
}

static inline void expect(const struct setting *setting, const char *text, size_t length, int cut,
                          struct expectation *expected) {
  static struct piece lines[MOST_TEXT + 1];
  static struct piece header[MOST_TEXT / 2];
  const struct sfs_shape *shape = &setting->shape;
  memset(expected, 0, sizeof *expected);
  for (int i = 0; i < setting->rows.count * setting->columns.count; i++) {
    expected->statuses[i] = SFS_GONE;
  }
  const int is_one_line = shape->row_key == SFS_ROW_KEY_NONE && shape->header == SFS_HEADER_NONE &&
                          shape->skip_lines == 0;
  while (cut && length > 0 && (is_one_line || text[length - 1] != '\n')) {
    length--;
  }
  int count = 0;
  for (size_t at = 0; at < length;) {
    const char *end = memchr(text + at, '\n', length - at);
    size_t stop = end == NULL ? length : (size_t)(end - text);
    lines[count++] = (struct piece){text + at, stop - at};
    at = stop + 1;
  }
  int first = (int)shape->skip_lines;
  int header_count = 0;
  struct piece *columns = header;
  if (shape->header == SFS_HEADER_ONCE) {
    if (first < count) {
      header_count = cut_words(setting, lines[first], header) - (int)shape->header_words;
      header_count = header_count < 0 ? 0 : header_count;
      columns = header + shape->header_words;
      expected->unknown_cells = meet_columns(setting, columns, header_count, expected);
    }
    first++;
  }
  const int of_header = expected->unknown_cells;
  struct piece heading = {text, 0};
  int number = 0;
  for (int i = first; i < count; i++) {
    if (shape->row_key == SFS_ROW_KEY_LINE_NUMBER) {
      int row = number < setting->rows.count ? number : -1;
      read_row(setting, cut_line(setting, lines[i]), row, columns, header_count, expected);
      number++;
      continue;
    }
    if (is_blank_line(setting, lines[i])) {
      continue;
    }
    if (is_heading(setting, lines[i], &heading)) {
      continue;
    }
    struct cut_line *line = cut_line(setting, lines[i]);
    if (shape->row_key == SFS_ROW_KEY_NONE) {
      if (number++ == 0) {
        read_row(setting, line, 0, columns, header_count, expected);
      }
      continue;
    }
    if (line->key_length < 0) {
      continue;
    }
    if (shape->heading != SFS_HEADING_NONE) {
      if (heading.length > SFS_HEADING_BYTES) {
        continue;
      }
      const size_t before = heading.length + 1;
      memmove(line->key + before, line->key, (size_t)line->key_length);
      memcpy(line->key, heading.at, heading.length);
      line->key[before - 1] = '\n';
      line->key_length += (int)before;
    }
    int row = find_known(&setting->rows, line->key, (size_t)line->key_length);
    if (shape->header != SFS_HEADER_PER_PAIR) {
      read_row(setting, line, row, columns, header_count, expected);
      continue;
    }
    int k = i + 1;
    while (k < count && is_blank_line(setting, lines[k])) {
      k++;
    }
    struct cut_line *values = k < count ? cut_line(setting, lines[k]) : NULL;
    if (values != NULL && values->key_length == line->key_length &&
        memcmp(values->key, line->key, (size_t)line->key_length) == 0) {
      read_row(setting, values, row, line->words, line->word_count, expected);
      i = k;
    } else if (row >= 0 && expected->row_met[row]++ == 0) {
      break_whole_row(setting, row, expected);
    }
  }
  expected->has_other_lines =
      shape->row_key == SFS_ROW_KEY_LINE_NUMBER && !cut && number != setting->rows.count;
  for (int i = 0; expected->has_other_lines && i < setting->rows.count * setting->columns.count; i++) {
    expected->statuses[i] = SFS_GONE;
  }
  if (shape->row_key == SFS_ROW_KEY_NONE && number != 1) {
    expected->unknown_cells = of_header;
    break_whole_row(setting, 0, expected);
  }
}

static inline int expect_outdated(const struct setting *setting, const struct expectation *expected,
                                  int unknown_before) {
  if (expected->has_other_lines || expected->unknown_cells != unknown_before) {
    return 1;
  }
  for (int row = 0; row < setting->rows.count; row++) {
    if (setting->shape.row_key != SFS_ROW_KEY_NONE && !expected->row_met[row]) {
      return 1;
    }
    for (int column = 0; column < setting->columns.count; column++) {
      if (setting->shape.column_key != SFS_COLUMN_KEY_POSITION && !expected->column_met[column] &&
          setting->slots[row * setting->columns.count + column] >= 0) {
        return 1;
      }
    }
  }
  return 0;
}

/* ---- both ---- */

static inline struct sfs_key *make_keys(const struct known *known) {
  struct sfs_key *keys = malloc((size_t)(known->count + 1) * sizeof *keys);
  REQUIRE(keys != NULL);
  for (int i = 0; i < known->count; i++) {
    size_t length = strlen(known->keys[i]);
    char *text = malloc(length + 1);
    REQUIRE(text != NULL);
    memcpy(text, known->keys[i], length + 1);
    keys[i] = (struct sfs_key){text, (uint32_t)length, 0};
  }
  return keys;
}

static inline void free_keys(struct sfs_key *keys, int count) {
  for (int i = 0; i < count; i++) {
    free((char *)keys[i].text);
  }
  free(keys);
}

static inline void compare_slot(const struct setting *setting, const struct expectation *expected, int i,
                                const char *text, int64_t value, uint32_t outcome) {
  int is_float = setting->slots[i] & SFS_SLOT_FLOAT;
  uint64_t bits = 0;
  enum sfs_number number = SFS_NO_NUMBER;
  if (expected->statuses[i] == SFS_OK) {
    number = sfs_parse_radix(expected->words[i].at, expected->words[i].length, setting->shape.radix,
                             is_float, &bits);
  }
  const struct piece *word = &expected->words[i];
  if (expected->statuses[i] == SFS_OK && (setting->slots[i] & SFS_SLOT_NO_VALUE) != 0 &&
      ((word->length == 1 && *word->at == 'x') || (word->length == 2 && memcmp(word->at, "17", 2) == 0))) {
    REQUIRE(outcome == SFS_NO_VALUE && value == 0);
  } else if (expected->statuses[i] == SFS_GONE) {
    REQUIRE(outcome == SFS_GONE && value == 0);
  } else if (number == SFS_NO_NUMBER) {
    REQUIRE(outcome == SFS_NOT_A_NUMBER && value == 0);
  } else if (number == SFS_LONG_DOUBLE) {
    REQUIRE(outcome == SFS_UNFINISHED);
    REQUIRE((uint64_t)value ==
            ((uint64_t)(expected->words[i].at - text) << 32 | expected->words[i].length));
  } else {
    REQUIRE(outcome == (SFS_OK | (uint32_t)number << SFS_KIND_SHIFT) && (uint64_t)value == bits);
  }
}

/* Reads texts made from bytes in both ways. Ends the program if they differ. */
static inline void compare_tables(const uint8_t *data, size_t size) {
  static char scratch[MOST_TEXT];
  static struct expectation expected;
  struct bytes bytes = {data, size};
  struct setting setting = make_setting(&bytes);
  struct sfs_key *rows = make_keys(&setting.rows);
  struct sfs_key *columns = make_keys(&setting.columns);
  const enum sfs_row_key by = setting.shape.row_key;
  struct sfs_table table = {.shape = &setting.shape, .seed = 0x9e3779b1};
  table.rows.count = (uint32_t)setting.rows.count;
  table.rows.keys = by == SFS_ROW_KEY_NONE || by == SFS_ROW_KEY_LINE_NUMBER ? NULL : rows;
  table.columns.count = (uint32_t)setting.columns.count;
  table.columns.keys = setting.shape.column_key == SFS_COLUMN_KEY_POSITION ? NULL : columns;
  void *memory = calloc(1, sfs_table_bytes(&table, table.shape->header));
  int64_t *values = malloc((size_t)(setting.results + 1) * sizeof *values);
  uint32_t *outcomes = malloc((size_t)(setting.results + 1) * sizeof *outcomes);
  REQUIRE(memory != NULL && values != NULL && outcomes != NULL);
  sfs_table_init(&table, memory);
  uint32_t unknown_cells = 0;
  const struct sfs_results results = {setting.slots, values, outcomes};
  for (int t = 0; t < MOST_TEXTS; t++) {
    int before = (int)unknown_cells;
    int cut = next_byte(&bytes) % 8 == 7;
    size_t length = make_text(&bytes, scratch, sizeof scratch);
    char *text = malloc(length + 1); /* of exactly the size, so that a sanitizer sees who reads on */
    REQUIRE(text != NULL);
    memcpy(text, scratch, length);
    text[length] = '\n';
    for (int again = 0; again < 2; again++) {
      memset(values, 0x5a, (size_t)setting.results * sizeof *values);
      memset(outcomes, 0x5a, (size_t)setting.results * sizeof *outcomes);
      int flags = sfs_table_read(&table, text, length, cut, &results, &unknown_cells);
      expect(&setting, text, length, cut, &expected);
      int unfinished = 0;
      for (int i = 0; i < setting.rows.count * setting.columns.count; i++) {
        if (setting.slots[i] >= 0) {
          int result = setting.slots[i] >> SFS_SLOT_SHIFT;
          compare_slot(&setting, &expected, i, text, values[result], outcomes[result]);
          unfinished |= outcomes[result] == SFS_UNFINISHED;
        }
      }
      REQUIRE(!unfinished || (flags & SFS_TEXT_UNFINISHED) != 0);
      REQUIRE((int)unknown_cells == expected.unknown_cells);
      REQUIRE(((flags & SFS_TEXT_OUTDATED) != 0) ==
              expect_outdated(&setting, &expected, again ? expected.unknown_cells : before));
    }
    free(text);
  }
  free(memory);
  free(values);
  free(outcomes);
  free_keys(rows, setting.rows.count);
  free_keys(columns, setting.columns.count);
}

#endif
