#include "table.h"

#include "number.h"

/* What a byte is. */
enum { IN_WORD = 0, BLANK = 1, LINE_END = 2 };

enum {
  NO_WORD = -1,
  MOST_PLAIN_DIGITS = 18, /* an integer of so many fits */
};

static const uint32_t NO_CELL = UINT32_MAX;

void sfs_shape_init(struct sfs_shape *shape, const char *separators) {
  for (int i = 0; i < 256; i++) {
    shape->classes[i] = sfs_is_space((char)i) ? BLANK : IN_WORD;
  }
  for (; *separators != '\0'; separators++) {
    shape->classes[(unsigned char)*separators] = BLANK;
  }
  shape->classes['\n'] = LINE_END;
  shape->is_one_line = shape->row_key == SFS_ROW_KEY_NONE && shape->header == SFS_HEADER_NONE &&
                       shape->skip_lines == 0;
}

/* ---- keys ---- */

/* A key in a text; of two parts if the second one is not NULL, then with a character between them. */
struct key {
  const char *text;
  size_t length;
  const char *second;
  size_t second_length;
  char between;
};

static inline uint64_t eight_bytes(const char *at) {
  uint64_t bytes;
  __builtin_memcpy(&bytes, at, sizeof bytes);
  return bytes;
}

static inline uint32_t four_bytes(const char *at) {
  uint32_t bytes;
  __builtin_memcpy(&bytes, at, sizeof bytes);
  return bytes;
}

/* The last bytes are compared together with some before them once more, which is faster than one by one. */
static inline int equal(const char *a, const char *b, size_t length) {
  if (length >= 8) {
    size_t last = length - 8;
    for (size_t i = 0; i < last; i += 8) {
      if (eight_bytes(a + i) != eight_bytes(b + i)) {
        return 0;
      }
    }
    return eight_bytes(a + last) == eight_bytes(b + last);
  }
  if (length >= 4) {
    return four_bytes(a) == four_bytes(b) && four_bytes(a + length - 4) == four_bytes(b + length - 4);
  }
  for (size_t i = 0; i < length; i++) {
    if (a[i] != b[i]) {
      return 0;
    }
  }
  return 1;
}

static int is_key(const struct sfs_key *known, const struct key *key) {
  if (key->second == NULL) {
    return known->length == key->length && equal(known->text, key->text, key->length);
  }
  return known->length == key->length + 1 + key->second_length &&
         equal(known->text, key->text, key->length) && known->text[key->length] == key->between &&
         equal(known->text + key->length + 1, key->second, key->second_length);
}

static int is_same(const struct key *a, const struct key *b) {
  return a->length == b->length && equal(a->text, b->text, a->length) &&
         (a->second == NULL || (a->second_length == b->second_length &&
                                equal(a->second, b->second, a->second_length)));
}

static uint32_t hash_on(uint32_t hash, const char *text, size_t length, uint32_t seed) {
  for (size_t i = 0; i < length; i++) {
    hash = (hash ^ (unsigned char)text[i]) * seed;
  }
  return hash;
}

/* Seeded, so that nobody can write a file whose keys all collide. */
static uint32_t hash(const struct key *key, uint32_t seed) {
  uint32_t hash = hash_on(0, key->text, key->length, seed);
  if (key->second != NULL) {
    hash = hash_on(hash_on(hash, &key->between, 1, seed), key->second, key->second_length, seed);
  }
  return hash ^ hash >> 15;
}

/* The number of a key, or that of all keys if it is none of them. */
static uint32_t find(const struct sfs_axis *axis, const struct key *key, uint32_t seed) {
  uint32_t at = hash(key, seed) & axis->mask;
  for (uint32_t i = axis->index[at]; i != 0; i = axis->index[at]) {
    if (is_key(&axis->keys[i - 1], key)) {
      return i - 1;
    }
    at = (at + 1) & axis->mask;
  }
  return axis->count;
}

/* The same, where keys mostly come in their order. */
static uint32_t find_from(const struct sfs_axis *axis, uint32_t *expected, const struct key *key,
                          uint32_t seed) {
  uint32_t i = *expected < axis->count ? *expected : 0;
  if (axis->count == 0 || !is_key(&axis->keys[i], key)) {
    i = find(axis, key, seed);
  }
  if (i < axis->count) {
    *expected = i + 1;
  }
  return i;
}

static uint32_t index_size(uint32_t count) {
  uint32_t size = 4;
  while (size < count * 2) {
    size *= 2;
  }
  return size;
}

/*
 * Whether the beginning of a line is enough to know its key. A line that begins with such a key has it if the word ends
 * there; where a colon ends keys, if nothing but blanks is between the two.
 */
static int is_whole_key(const struct sfs_shape *shape, const struct sfs_key *key) {
  int is_whole = shape->heading == SFS_HEADING_NONE && key->length > 0;
  int last = BLANK;
  for (uint32_t i = 0; i < key->length && is_whole; i++) {
    last = shape->classes[(unsigned char)key->text[i]];
    is_whole = shape->row_key == SFS_ROW_KEY_BEFORE_COLON ? last != LINE_END && key->text[i] != ':'
                                                          : last == IN_WORD;
  }
  return is_whole && last == IN_WORD && key->text[key->length - 1] != ':';
}

static size_t axis_bytes(const struct sfs_axis *axis) {
  size_t index = axis->keys == NULL ? 0 : index_size(axis->count) * sizeof axis->index[0];
  return axis->count * sizeof axis->met[0] + index;
}

static char *axis_init(struct sfs_axis *axis, char *memory, const struct sfs_table *table) {
  axis->met = (uint64_t *)memory;
  memory += axis->count * sizeof axis->met[0];
  if (axis->keys == NULL) {
    return memory;
  }
  axis->index = (uint32_t *)memory;
  axis->mask = index_size(axis->count) - 1;
  for (uint32_t i = 0; i < axis->count; i++) {
    struct sfs_key *known = &axis->keys[i];
    known->is_whole = is_whole_key(table->shape, known);
    const struct key key = {known->text, known->length, NULL, 0, 0};
    uint32_t at = hash(&key, table->seed) & axis->mask;
    while (axis->index[at] != 0) {
      at = (at + 1) & axis->mask;
    }
    axis->index[at] = i + 1;
  }
  return memory + (axis->mask + 1) * sizeof axis->index[0];
}

/* Each pair has a header of its own, else there is one at most; without any, columns have fixed places. */
static size_t headers_of(const struct sfs_table *table, enum sfs_header header) {
  return header == SFS_HEADER_PER_PAIR ? table->rows.count : 1;
}

static size_t place_bytes(const struct sfs_table *table) {
  return ((size_t)table->columns.count + 1) * sizeof(struct sfs_place);
}

/* How much of a header is remembered: what names of columns take, which rarely are as long. */
static size_t header_text_bytes(const struct sfs_table *table, enum sfs_header header) {
  enum { BYTES_OF_A_NAME = 32 };
  return header == SFS_HEADER_NONE ? 0 : ((size_t)table->columns.count + 1) * BYTES_OF_A_NAME;
}

size_t sfs_table_bytes(const struct sfs_table *table, enum sfs_header header) {
  size_t of_header =
      sizeof(struct sfs_header_line) + place_bytes(table) + header_text_bytes(table, header);
  return axis_bytes(&table->rows) + axis_bytes(&table->columns) + headers_of(table, header) * of_header;
}

void sfs_table_init(struct sfs_table *table, void *memory) {
  char *rest = axis_init(&table->rows, memory, table);
  rest = axis_init(&table->columns, rest, table);
  const size_t headers = headers_of(table, table->shape->header);
  const uint32_t columns = table->columns.count;
  table->headers = (struct sfs_header_line *)rest;
  rest += headers * sizeof(struct sfs_header_line);
  table->header_bytes = header_text_bytes(table, table->shape->header);
  for (size_t i = 0; i < headers; i++) {
    struct sfs_header_line *header = &table->headers[i];
    header->places = (struct sfs_place *)rest;
    header->text = rest + place_bytes(table);
    rest += place_bytes(table) + table->header_bytes;
    for (uint32_t column = 0; column < columns; column++) {
      header->places[column] = (struct sfs_place){column, column};
    }
    header->places[columns] = (struct sfs_place){NO_CELL, 0};
    header->width = columns;
  }
  const struct sfs_shape *shape = table->shape;
  table->is_one_cell = shape->is_one_line && shape->column_key == SFS_COLUMN_KEY_POSITION &&
                       columns == 1 && shape->prefix_words == 0 && shape->least_columns <= 1 &&
                       shape->radix == 10 && shape->skip_through == 0;
  table->has_plain_lines =
      columns > 0 &&
      (shape->row_key == SFS_ROW_KEY_BEFORE_COLON ||
       (shape->row_key == SFS_ROW_KEY_WORD && shape->second_row_key_word < 0)) &&
      shape->header != SFS_HEADER_PER_PAIR && shape->heading == SFS_HEADING_NONE &&
      (shape->column_key == SFS_COLUMN_KEY_POSITION || shape->column_key == SFS_COLUMN_KEY_HEADER) &&
      shape->prefix_words == 0 && shape->radix == 10 && shape->skip_through == 0;
}

/* ---- texts ---- */

/* A text that is being read. */
struct reading {
  struct sfs_table *table;
  const struct sfs_shape *shape;
  const unsigned char *classes;
  const char *text;
  const char *end;
  struct sfs_results to;
  const struct sfs_header_line *header;
  struct sfs_header_line unknown_header; /* of a row that is not known */
  const char *heading;      /* of the line */
  size_t heading_length;
  uint64_t begin;           /* the clock's first count of this text */
  uint32_t expected_row;    /* if lines are in the order of the keys */
  uint32_t expected_column; /* the same */
  uint32_t found;           /* rows */
  uint32_t line;            /* behind those skipped and the header */
  uint32_t unknown_cells;
  int unfinished;
};

/* Where in a line one is. */
struct words {
  const char *word;
  const char *end; /* of the word */
  int32_t number;  /* of the next word, behind the prefix */
  int32_t key;     /* the number of the next one that is a part of the key */
  int32_t second_key;
};

static inline const char *skip_blanks(const struct reading *reading, const char *at) {
  while (reading->classes[(unsigned char)*at] == BLANK) {
    at++;
  }
  return at;
}

static inline const char *skip_word(const struct reading *reading, const char *at) {
  while (reading->classes[(unsigned char)*at] == IN_WORD) {
    at++;
  }
  return at;
}

/* Whether one of eight bytes is a '\n': they have a 0 in its place then, from which 1 cannot be taken. */
static inline int has_line_end(const char *at) {
  const uint64_t ones = UINT64_C(0x0101010101010101);
  uint64_t bytes = eight_bytes(at) ^ ones * '\n';
  return ((bytes - ones) & ~bytes & ones << 7) != 0;
}

/* Behind the end of the line. */
static inline const char *skip_line(const struct reading *reading, const char *at) {
  while (*at != '\n' && reading->end - at >= 8 && !has_line_end(at)) {
    at += 8;
  }
  while (*at != '\n') {
    at++;
  }
  return at + 1;
}

/* Goes to the beginning of the next word that is no part of the key. Returns 0 if there is none. */
static inline int begin_word(const struct reading *reading, struct words *words) {
  while (1) {
    words->word = skip_blanks(reading, words->end);
    words->end = words->word;
    if (*words->word == '\n') {
      return 0;
    }
    if (words->number++ != words->key) {
      return 1;
    }
    words->end = skip_word(reading, words->word);
    words->key = words->second_key;
  }
}

/* The same, and to the end of that word. */
static inline int next_word(const struct reading *reading, struct words *words) {
  int is_there = begin_word(reading, words);
  words->end = skip_word(reading, words->word);
  return is_there;
}

/* Passes over some words. Returns 0 if there are not so many. */
static int skip_words(const struct reading *reading, struct words *words, int32_t count) {
  for (; count > 0; count--) {
    if (!next_word(reading, words)) {
      return 0;
    }
  }
  return 1;
}

static void put_other(struct reading *reading, int32_t slot, const char *word, const char *end) {
  uint64_t bits = 0;
  size_t length = (size_t)(end - word);
  enum sfs_number number =
      sfs_parse_radix(word, length, reading->shape->radix, (slot & SFS_SLOT_FLOAT) != 0, &bits);
  uint32_t index = (uint32_t)slot >> SFS_SLOT_SHIFT;
  if (number == SFS_NO_NUMBER) {
    reading->to.values[index] = 0;
    reading->to.outcomes[index] = SFS_NOT_A_NUMBER;
  } else if (number == SFS_LONG_DOUBLE) {
    reading->to.values[index] = (int64_t)((uint64_t)(word - reading->text) << 32 | length);
    reading->to.outcomes[index] = SFS_UNFINISHED;
    reading->unfinished = 1;
  } else {
    reading->to.values[index] = (int64_t)bits;
    reading->to.outcomes[index] = SFS_OK | (uint32_t)number << SFS_KIND_SHIFT;
  }
}

/* Behind the digits that a text begins with, if they are an integer that fits in any case; or NULL. */
static inline const char *plain_integer(const char *text, uint64_t *value) {
  const char *at = text;
  for (*value = 0; sfs_is_digit(*at); at++) {
    *value = *value * 10 + (uint64_t)(*at - '0');
  }
  int is_plain = at > text && at - text <= MOST_PLAIN_DIGITS && (*text != '0' || at == text + 1);
  return is_plain ? at : NULL;
}

static inline void put_plain(const struct sfs_results *to, int32_t slot, uint64_t value) {
  uint32_t index = (uint32_t)slot >> SFS_SLOT_SHIFT;
  to->values[index] = (int64_t)value;
  to->outcomes[index] = SFS_OK | SFS_SIGNED << SFS_KIND_SHIFT;
}

/* Whether a word is a number, whatever is done with it. */
static int is_number(const struct reading *reading, const char *word, const char *end) {
  uint64_t bits;
  return sfs_parse_radix(word, (size_t)(end - word), reading->shape->radix, 0, &bits) != SFS_NO_NUMBER;
}

/* The first place from `at` on where a slot is; or `count`. Most rows of a wide table have few. */
static inline size_t next_slot(const int32_t *slots, size_t at, size_t count) {
  while (count - at >= 4 && (slots[at] & slots[at + 1] & slots[at + 2] & slots[at + 3]) < 0) {
    at += 4;
  }
  while (at < count && slots[at] < 0) {
    at++;
  }
  return at;
}

static void fail(const int32_t *slots, size_t count, uint32_t outcome,
                 const struct sfs_results *to) {
  for (size_t i = next_slot(slots, 0, count); i < count; i = next_slot(slots, i + 1, count)) {
    uint32_t index = (uint32_t)slots[i] >> SFS_SLOT_SHIFT;
    to->values[index] = 0;
    to->outcomes[index] = outcome;
  }
}

/* Whether a word says that there is no value. */
static int says_no_value(const struct sfs_shape *shape, const char *word, const char *end) {
  const char *sign = shape->no_value;
  while (sign != NULL && *sign != '\0') {
    const char *at = word;
    for (; at < end && *sign != '\0' && *at == *sign; at++) {
      sign++;
    }
    if (at == end && *sign == '\0') {
      return 1;
    }
    while (*sign++ != '\0') {
    }
  }
  return 0;
}

/* Stores the number that a word is, and returns where the word ends. */
static inline const char *put(struct reading *reading, int32_t slot, const char *word) {
  if ((slot & SFS_SLOT_NO_VALUE) != 0) {
    const char *end = skip_word(reading, word);
    if (says_no_value(reading->shape, word, end)) {
      fail(&slot, 1, SFS_NO_VALUE, &reading->to);
      return end;
    }
  }
  if ((slot & SFS_SLOT_FLOAT) == 0 && reading->shape->radix == 10) {
    uint64_t value;
    const char *end = plain_integer(word, &value);
    if (end != NULL && reading->classes[(unsigned char)*end] != IN_WORD) {
      put_plain(&reading->to, slot, value);
      return end;
    }
  }
  const char *end = skip_word(reading, word);
  put_other(reading, slot, word, end);
  return end;
}

static inline const int32_t *slots_of(const struct reading *reading, uint32_t row) {
  return reading->to.slots + (size_t)row * reading->table->columns.count;
}

static inline int is_wanted(const struct reading *reading, uint32_t row) {
  const uint32_t columns = reading->table->columns.count;
  return next_slot(slots_of(reading, row), 0, columns) < columns;
}

static void break_row(const struct reading *reading, uint32_t row) {
  fail(slots_of(reading, row), reading->table->columns.count, SFS_NOT_A_NUMBER, &reading->to);
}

/* Whether a further word behind the cells of a line breaks it; `before` words are there already. */
static inline int breaks(const struct sfs_shape *shape, uint32_t before, const struct words *words) {
  return shape->trailing_words != SFS_ANY &&
         (before >= (uint32_t)shape->trailing_words ||
          sfs_is_like_a_number(words->word, words->end));
}

/*
 * Reads the cells of a line whose columns are known by their places. No slots: of a row that is not
 * known. Counts the cells of such a row, and those with a column's name that are not wanted.
 * Returns 0 if the line breaks the shape.
 */
static inline int read_places(struct reading *reading, struct words *words, const int32_t *slots,
                              uint32_t *unknown_cells) {
  const struct sfs_shape *shape = reading->shape;
  const int is_pair = shape->header == SFS_HEADER_PER_PAIR;
  const struct sfs_place *place = reading->header->places;
  uint32_t cells = 0;
  uint32_t trailing = 0;
  while (begin_word(reading, words)) {
    int32_t slot = -1;
    if (slots != NULL && place->cell == cells) {
      slot = slots[place++->column];
      *unknown_cells += slot < 0 && shape->column_key == SFS_COLUMN_KEY_HEADER;
    }
    words->end = slot >= 0 ? put(reading, slot, words->word) : skip_word(reading, words->word);
    if (cells == reading->header->width) {
      if (is_pair || breaks(shape, trailing, words)) {
        return 0;
      }
      if (shape->trailing_words == SFS_ANY) {
        break;
      }
      trailing++;
      continue;
    }
    if (shape->is_uniform && !is_number(reading, words->word, words->end)) {
      return 0;
    }
    cells++;
  }
  *unknown_cells += slots == NULL ? cells : 0;
  return cells >= shape->least_columns && (!is_pair || cells == reading->header->width);
}

/* Meets a column; its number, or that of all if it is not known, or was met in this line. */
static uint32_t meet_column(struct reading *reading, const char *text, const char *end,
                            uint32_t *unknown_cells) {
  struct sfs_table *table = reading->table;
  const struct key key = {text, (size_t)(end - text), NULL, 0, 0};
  uint32_t column = find_from(&table->columns, &reading->expected_column, &key, table->seed);
  if (column == table->columns.count) {
    ++*unknown_cells;
  } else if (table->columns.met[column] == table->clock) {
    return table->columns.count;
  } else {
    table->columns.met[column] = table->clock;
  }
  return column;
}

/* Reads the cells of a line that has keys beside its values; otherwise as read_places. */
static int read_keyed(struct reading *reading, struct words *words, const int32_t *slots,
                      uint32_t *unknown_cells) {
  const struct sfs_shape *shape = reading->shape;
  uint32_t cells = 0;
  while (next_word(reading, words)) {
    const char *key = words->word;
    const char *key_end = words->end;
    const char *value;
    if (shape->column_key == SFS_COLUMN_KEY_WORD_BEFORE) {
      struct words before = *words;
      if (!next_word(reading, words)) {
        return !breaks(shape, 0, &before) && cells >= shape->least_columns;
      }
      value = words->word;
    } else {
      for (key_end = key; key_end < words->end && *key_end != '='; key_end++) {
      }
      if (key_end == words->end) {
        return 0;
      }
      value = key_end + 1;
    }
    cells++;
    if (slots != NULL) {
      uint32_t column = meet_column(reading, key, key_end, unknown_cells);
      if (column < reading->table->columns.count) {
        if (slots[column] >= 0) {
          words->end = put(reading, slots[column], value);
        } else {
          ++*unknown_cells;
        }
      }
    } else {
      ++*unknown_cells;
    }
  }
  return cells >= shape->least_columns;
}

/* Whether the rest of a line is the header that it was in the text before. If so, its columns are met. */
static int is_remembered(struct reading *reading, const struct sfs_header_line *header, const char *at) {
  if (header->length == 0 || header->length > (size_t)(reading->end - at) ||
      !equal(header->text, at, header->length)) {
    return 0;
  }
  struct sfs_axis *columns = &reading->table->columns;
  for (const struct sfs_place *place = header->places; place->cell != NO_CELL; place++) {
    columns->met[place->column] = reading->table->clock;
  }
  return 1;
}

/* Reads the names of columns, and remembers them. Returns how many are unknown. */
static uint32_t read_header(struct reading *reading, struct sfs_header_line *header, struct words *words) {
  const struct sfs_table *table = reading->table;
  const char *text = words->end;
  reading->header = header;
  if (is_remembered(reading, header, text)) {
    words->end += header->length - 1;
    return header->unknown_cells;
  }
  struct sfs_place *place = header->places;
  uint32_t cells = 0;
  header->unknown_cells = 0;
  for (; next_word(reading, words); cells++) {
    uint32_t column = meet_column(reading, words->word, words->end, &header->unknown_cells);
    if (column < table->columns.count) {
      *place++ = (struct sfs_place){cells, column};
    }
  }
  *place = (struct sfs_place){NO_CELL, 0};
  header->width = cells;
  const size_t length = (size_t)(words->end + 1 - text);
  header->length = length <= table->header_bytes ? length : 0;
  for (size_t i = 0; i < header->length; i++) {
    header->text[i] = text[i];
  }
  return header->unknown_cells;
}

/* Counts the names of columns of a row that is not known. */
static uint32_t count_header(struct reading *reading, struct words *words) {
  uint32_t cells = 0;
  while (next_word(reading, words)) {
    cells++;
  }
  return cells;
}

/* Whether a line has a key, and whose. */
enum found_key { NO_KEY, SOME_KEY, EXPECTED_KEY };

/* How much of a word the key of the expected row is, if the word may be it. */
static inline size_t begins_with_expected(const struct reading *reading, const char *word) {
  const struct sfs_axis *rows = &reading->table->rows;
  if (reading->expected_row >= rows->count) {
    return 0;
  }
  const struct sfs_key *expected = &rows->keys[reading->expected_row];
  return expected->is_whole && expected->length <= (size_t)(reading->end - word) &&
                 equal(expected->text, word, expected->length)
             ? expected->length
             : 0;
}

static inline enum found_key read_word_key(const struct reading *reading, struct words *words,
                                           struct key *key) {
  const char *word = skip_blanks(reading, words->end);
  size_t known = begins_with_expected(reading, word);
  const char *end = skip_word(reading, word + known);
  if (word == end) {
    return NO_KEY;
  }
  words->end = end;
  key->text = word;
  key->length = (size_t)(end - word) - (end[-1] == ':');
  return key->length == 0 ? NO_KEY : known == key->length ? EXPECTED_KEY : SOME_KEY;
}

/* The words before and between those of the key are cells. */
static enum found_key read_key_among_cells(const struct reading *reading, struct words *words,
                                           struct key *key) {
  const struct sfs_shape *shape = reading->shape;
  const char *first = words->end;
  enum found_key found = NO_KEY;
  if (!skip_words(reading, words, shape->row_key_word)) {
    /* There is no such word. */
  } else if (shape->second_row_key_word < 0) {
    found = read_word_key(reading, words, key);
  } else if (next_word(reading, words)) {
    key->text = words->word;
    key->length = (size_t)(words->end - words->word);
    if (skip_words(reading, words, shape->second_row_key_word - shape->row_key_word)) {
      key->second = words->word;
      key->second_length = (size_t)(words->end - words->word) - (words->end[-1] == ':');
      found = SOME_KEY;
    }
  }
  words->end = first;
  words->number = 0;
  words->key = shape->row_key_word;
  words->second_key = shape->second_row_key_word;
  return found;
}

static enum found_key read_key_before_colon(const struct reading *reading, struct words *words,
                                            struct key *key) {
  const char *start = skip_blanks(reading, words->end);
  const char *colon = start;
  while (*colon != ':' && *colon != '\n') {
    colon++;
  }
  if (*colon != ':') {
    return NO_KEY;
  }
  words->end = colon + 1;
  while (colon > start && reading->classes[(unsigned char)colon[-1]] == BLANK) {
    colon--;
  }
  key->text = start;
  key->length = (size_t)(colon - start);
  return colon > start ? SOME_KEY : NO_KEY;
}

/* Goes behind the last place of the character that ends what is dropped. Returns 0 if there is none. */
static int skip_through(const struct reading *reading, struct words *words) {
  const char *at = words->end;
  const char *last = NULL;
  for (; *at != '\n'; at++) {
    last = *at == reading->shape->skip_through ? at : last;
  }
  words->end = last == NULL ? at : last + 1;
  return last != NULL;
}

/* Reads the key of a line that begins at `at`. The words begin where its cells do. */
static inline enum found_key read_key(const struct reading *reading, const char *at,
                                      struct words *words, struct key *key) {
  const struct sfs_shape *shape = reading->shape;
  words->end = at;
  words->number = 0;
  words->key = NO_WORD;
  key->second = NULL;
  key->between = ' ';
  if (shape->skip_through != 0 && !skip_through(reading, words)) {
    return NO_KEY;
  }
  if (shape->prefix_words > 0 && !skip_words(reading, words, shape->prefix_words)) {
    return NO_KEY;
  }
  words->number = 0;
  if (shape->row_key == SFS_ROW_KEY_WORD) {
    return shape->row_key_word == 0 && shape->second_row_key_word < 0
               ? read_word_key(reading, words, key)
               : read_key_among_cells(reading, words, key);
  }
  return shape->row_key == SFS_ROW_KEY_BEFORE_COLON ? read_key_before_colon(reading, words, key)
                                                    : NO_KEY;
}

/* The row of a key, or the number of all rows if it is not known. */
static inline uint32_t find_row(struct reading *reading, enum found_key found,
                                const struct key *key) {
  struct sfs_table *table = reading->table;
  if (found == EXPECTED_KEY) {
    return reading->expected_row++;
  }
  return find_from(&table->rows, &reading->expected_row, key, table->seed);
}

/* Meets a row. Returns its slots, or NULL if the text had it before, or nothing of it is wanted. */
static inline const int32_t *meet_row(struct reading *reading, uint32_t row) {
  struct sfs_table *table = reading->table;
  if (table->rows.met[row] >= reading->begin) {
    return NULL;
  }
  table->rows.met[row] = table->clock;
  reading->found++;
  return is_wanted(reading, row) ? slots_of(reading, row) : NULL;
}

/* Reads a line's cells, into a row or, beyond the known ones, to see whether it fits. */
static inline void read_cells(struct reading *reading, struct words *words, uint32_t row) {
  const int is_known = row < reading->table->rows.count;
  const int32_t *slots = is_known ? meet_row(reading, row) : NULL;
  if (is_known && slots == NULL) {
    return;
  }
  const enum sfs_column_key by = reading->shape->column_key;
  uint32_t unknown_cells = 0;
  int fits = by == SFS_COLUMN_KEY_POSITION || by == SFS_COLUMN_KEY_HEADER
                 ? read_places(reading, words, slots, &unknown_cells)
                 : read_keyed(reading, words, slots, &unknown_cells);
  if (!fits && is_known) {
    break_row(reading, row);
  } else if (fits) {
    reading->unknown_cells += unknown_cells;
  }
}

/* Takes in a line that is a heading, and whose first word is `first`. Returns 0 if it is none. */
static int read_heading(struct reading *reading, const char *at, const char *first) {
  const char *end = skip_line(reading, first) - 1;
  while (reading->classes[(unsigned char)end[-1]] == BLANK) {
    end--;
  }
  const int is_colon = reading->shape->heading == SFS_HEADING_COLON;
  if (is_colon ? end[-1] != ':' : first > at) {
    return 0;
  }
  reading->heading = first;
  reading->heading_length = (size_t)(end - first) - (is_colon ? 1 : 0);
  return 1;
}

/* Puts the heading before the key of a row, if that has a key. */
static enum found_key put_heading(const struct reading *reading, enum found_key found, struct key *key) {
  if (found == NO_KEY || reading->heading_length > SFS_HEADING_BYTES) {
    return NO_KEY;
  }
  *key = (struct key){reading->heading, reading->heading_length, key->text, key->length, '\n'};
  return found;
}

/*
 * Goes behind the key of a line and its colon, if that is the key of the expected row. Returns NULL if it is
 * not, or if that has to be found out by all the rules.
 */
static inline const char *skip_expected_key(const struct reading *reading, const char *at) {
  const struct sfs_shape *shape = reading->shape;
  const int is_before_colon = shape->row_key == SFS_ROW_KEY_BEFORE_COLON;
  if (!is_before_colon) {
    for (int32_t i = 0; i < shape->row_key_word; i++) {
      const char *end = skip_word(reading, at);
      if (shape->is_uniform && !is_number(reading, at, end)) {
        return NULL;
      }
      at = skip_blanks(reading, end);
    }
  }
  const size_t length = begins_with_expected(reading, at);
  if (length == 0) {
    return NULL;
  }
  at += length;
  if (is_before_colon) {
    at = skip_blanks(reading, at);
    return *at == ':' ? at + 1 : NULL;
  }
  at += *at == ':';
  return reading->classes[(unsigned char)*at] != IN_WORD ? at : NULL;
}

/* Meets the expected row, and goes on behind its line. */
static inline const char *pass_plain_line(struct reading *reading, const char *at) {
  struct sfs_table *table = reading->table;
  table->rows.met[reading->expected_row++] = ++table->clock;
  reading->found++;
  return skip_line(reading, at);
}

/*
 * Reads a line as most of them are: with the key of the expected row, and with plain integers where cells
 * are wanted. Returns where the next line begins; or NULL if the line is otherwise. Then it has to be read by
 * all the rules, which come to the same for the cells that were stored before that was seen.
 */
static inline const char *read_plain_line(struct reading *reading, const char *at) {
  const struct sfs_shape *shape = reading->shape;
  const uint32_t row = reading->expected_row;
  at = skip_expected_key(reading, at);
  if (at == NULL || reading->table->rows.met[row] >= reading->begin) {
    return NULL;
  }
  const int32_t *slots = slots_of(reading, row);
  if (slots[0] < 0 && !is_wanted(reading, row)) {
    return pass_plain_line(reading, at);
  }
  const struct sfs_place *place = reading->header->places;
  uint32_t cells = shape->row_key == SFS_ROW_KEY_WORD ? (uint32_t)shape->row_key_word : 0;
  uint32_t not_wanted = 0;
  if (cells > reading->header->width) {
    return NULL; /* words before the key are beyond the columns */
  }
  for (; place->cell < cells; place++) {
    if (slots[place->column] >= 0) {
      return NULL;
    }
    not_wanted++;
  }
  at = skip_blanks(reading, at);
  for (; *at != '\n' && cells < reading->header->width; cells++) {
    int32_t slot = -1;
    if (place->cell == cells) {
      slot = slots[place++->column];
      not_wanted += slot < 0;
    }
    if (slot < 0 && !shape->is_uniform) {
      at = skip_blanks(reading, skip_word(reading, at));
      continue;
    }
    uint64_t value;
    at = plain_integer(at, &value);
    if (at == NULL || reading->classes[(unsigned char)*at] == IN_WORD) {
      return NULL;
    }
    if (slot >= 0) {
      if ((slot & (SFS_SLOT_FLOAT | SFS_SLOT_NO_VALUE)) != 0) {
        return NULL;
      }
      put_plain(&reading->to, slot, value);
    }
    at = skip_blanks(reading, at);
  }
  if (cells < shape->least_columns) {
    return NULL;
  }
  for (int32_t i = 0; shape->trailing_words != SFS_ANY && *at != '\n'; i++) {
    const char *end = skip_word(reading, at);
    if (i == shape->trailing_words || sfs_is_like_a_number(at, end)) {
      return NULL;
    }
    at = skip_blanks(reading, end);
  }
  reading->unknown_cells += shape->column_key == SFS_COLUMN_KEY_HEADER ? not_wanted : 0;
  return pass_plain_line(reading, at);
}

/* Reads a line, and returns where the next one begins. */
static const char *read_line(struct reading *reading, const char *at) {
  const struct sfs_shape *shape = reading->shape;
  const char *first = skip_blanks(reading, at);
  if (*first == '\n' && shape->row_key != SFS_ROW_KEY_LINE_NUMBER) {
    return first + 1;
  }
  if (reading->table->has_plain_lines) {
    const char *next = read_plain_line(reading, first);
    if (next != NULL) {
      return next;
    }
  }
  if (shape->heading != SFS_HEADING_NONE && read_heading(reading, at, first)) {
    return skip_line(reading, first);
  }
  const uint32_t number = reading->line++;
  if (shape->row_key == SFS_ROW_KEY_NONE && number > 0) {
    return reading->end;
  }
  reading->table->clock++;
  struct words words;
  struct key key;
  enum found_key found = read_key(reading, first, &words, &key);
  if (shape->heading != SFS_HEADING_NONE) {
    found = put_heading(reading, found, &key);
  }
  if (found != NO_KEY) {
    read_cells(reading, &words, find_row(reading, found, &key));
  } else if (shape->row_key == SFS_ROW_KEY_NONE || shape->row_key == SFS_ROW_KEY_LINE_NUMBER) {
    const uint32_t rows = reading->table->rows.count;
    read_cells(reading, &words, number < rows ? number : rows);
  }
  return skip_line(reading, words.end);
}

static const char *skip_blank_lines(const struct reading *reading, const char *at) {
  while (at < reading->end) {
    const char *first = skip_blanks(reading, at);
    if (*first != '\n') {
      return first;
    }
    at = first + 1;
  }
  return at;
}

/* Reads a header and the line of its values, and returns where the next pair may begin. */
static const char *read_pair(struct reading *reading, const char *at) {
  at = skip_blank_lines(reading, at);
  if (at >= reading->end) {
    return at;
  }
  reading->table->clock++;
  struct words header;
  struct key key;
  enum found_key found = read_key(reading, at, &header, &key);
  const char *next = skip_blank_lines(reading, skip_line(reading, header.end));
  if (found == NO_KEY) {
    return next;
  }
  const uint32_t row = find_row(reading, found, &key);
  const int is_known = row < reading->table->rows.count;
  const int32_t *slots = is_known ? meet_row(reading, row) : NULL;
  struct words values;
  struct key key_of_values;
  if (next >= reading->end || read_key(reading, next, &values, &key_of_values) == NO_KEY ||
      !is_same(&key, &key_of_values)) {
    if (slots != NULL) {
      break_row(reading, row);
    }
    return next;
  }
  if (!is_known || slots != NULL) {
    uint32_t unknown_cells = 0;
    if (is_known) {
      unknown_cells = read_header(reading, &reading->table->headers[row], &header);
    } else {
      reading->unknown_header.width = count_header(reading, &header);
      reading->header = &reading->unknown_header;
    }
    int fits = read_places(reading, &values, slots, &unknown_cells);
    if (!fits && is_known) {
      break_row(reading, row);
    } else if (fits) {
      reading->unknown_cells += unknown_cells;
    }
  }
  return skip_line(reading, values.end);
}

/* Whether a row or column that is known was not met. */
static int misses_keys(const struct reading *reading) {
  const struct sfs_table *table = reading->table;
  if (reading->found != table->rows.count) {
    return 1;
  }
  if (reading->shape->column_key == SFS_COLUMN_KEY_POSITION) {
    return 0;
  }
  for (uint32_t column = 0; column < table->columns.count; column++) {
    if (table->columns.met[column] < reading->begin) {
      for (uint32_t row = 0; row < table->rows.count; row++) {
        if (slots_of(reading, row)[column] >= 0) {
          return 1;
        }
      }
    }
  }
  return 0;
}

int sfs_table_read(struct sfs_table *table, const char *text, size_t length, int cut,
                   const struct sfs_results *results, uint32_t *unknown_cells) {
  if (table->is_one_cell && !cut && (*results->slots & (SFS_SLOT_FLOAT | SFS_SLOT_NO_VALUE)) == 0) {
    /* Most texts by far are an integer and the end of its line; what follows comes to the same. */
    uint64_t value;
    const char *at = plain_integer(text, &value);
    if (at != NULL && *at == '\n' && text + length - at <= 1) {
      put_plain(results, *results->slots, value);
      return 0;
    }
  }
  const struct sfs_shape *shape = table->shape;
  struct reading reading = {.table = table,
                            .shape = shape,
                            .classes = shape->classes,
                            .text = text,
                            .end = text + length,
                            .header = table->headers,
                            .heading = text,
                            .to = *results,
                            .begin = table->clock + 1};
  if (cut) {
    /* What is left of the last number would be another number. */
    while (reading.end > text && (reading.end[-1] != '\n' || shape->is_one_line)) {
      reading.end--;
    }
  }
  sfs_table_fail(table, SFS_GONE, results);
  const char *at = text;
  for (int32_t i = 0; i < shape->skip_lines && at < reading.end; i++) {
    at = skip_line(&reading, at);
  }
  if (shape->header == SFS_HEADER_ONCE) {
    table->clock++;
    if (at < reading.end) {
      struct words words = {.end = at, .key = NO_WORD};
      skip_words(&reading, &words, shape->header_words);
      reading.unknown_cells = read_header(&reading, table->headers, &words);
      at = skip_line(&reading, words.end);
    }
  }
  const uint32_t of_header = reading.unknown_cells;
  while (at < reading.end) {
    at = shape->header == SFS_HEADER_PER_PAIR ? read_pair(&reading, at) : read_line(&reading, at);
  }
  if (shape->row_key == SFS_ROW_KEY_NONE && reading.line != 1) {
    break_row(&reading, 0);
    reading.found = 1;
    reading.unknown_cells = of_header;
  }
  /* Where a line came or went those behind it have other numbers. */
  const int has_other_lines =
      shape->row_key == SFS_ROW_KEY_LINE_NUMBER && !cut && reading.line != table->rows.count;
  if (has_other_lines) {
    sfs_table_fail(table, SFS_GONE, results);
    reading.unfinished = 0;
  }
  /* What could be a stat and is none may not have been one before: that counts once, until it changes. */
  int is_outdated = has_other_lines || misses_keys(&reading) || reading.unknown_cells != *unknown_cells;
  *unknown_cells = reading.unknown_cells;
  return (reading.unfinished ? SFS_TEXT_UNFINISHED : 0) | (is_outdated ? SFS_TEXT_OUTDATED : 0);
}

void sfs_table_fail(const struct sfs_table *table, uint32_t outcome,
                    const struct sfs_results *results) {
  fail(results->slots, (size_t)table->rows.count * table->columns.count, outcome, results);
}
