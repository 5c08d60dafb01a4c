/* What a stat is and what it reads: its type, how it changes, and the text of it. */
#ifndef STATSFS_VALUE_H
#define STATSFS_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "words.h"

enum type { U8, U16, U32, U64, S8, S16, S32, S64, BOOL, ENUM, FLOAT, TYPES };
enum kind { CUMULATIVE, FLOATING };
enum aggregate { SIMPLE, SUM, MIN, MAX, AVG, COUNT_ZERO };

/* Times are nanoseconds of a clock that only goes forward. */
struct value {
  enum type type;
  enum kind kind;
  enum aggregate aggregate;
  bool hidden;      /* described, and no file */
  bool undescribed; /* a file, and not in the schema */
  struct word description; /* bytes NULL: there is none */
  uint64_t bits;           /* at the time since: an integer, sign-extended; the number of a text */
  double number;           /* at the time since: a FLOAT */
  uint64_t since;
  double rate; /* a second */
  double low;
  double high;
  double period; /* seconds; 0: no wave */
  struct word *texts;
  uint64_t text_count;
};

bool is_signed(enum type type);

/* Each stores what a word says, or returns false. */
bool parse_type(struct word word, enum type *type);
bool parse_aggregate(struct word word, enum aggregate *aggregate);
bool parse_unsigned(struct word word, uint64_t most, uint64_t *number);
bool parse_double(struct word word, double *number);

/* Sets a value from now on; false if that is no value of its type. Ends a wave. */
bool set_value(struct value *value, struct word word, uint64_t now);

/* Counts on from zero. */
void clear_value(struct value *value, uint64_t now);

/* What a simple value is now, sign-extended; a FLOAT without its decimals. */
uint64_t value_bits(const struct value *value, uint64_t now);

/* Appends what a simple value reads now. */
void append_value(struct buffer *buffer, const struct value *value, uint64_t now);

/* Appends what a value of an integer type reads with these bits. */
void append_bits(struct buffer *buffer, enum type type, uint64_t bits);

void free_value(struct value *value);

/* What an aggregate needs to know of the values below it. */
struct totals {
  bool is_signed;
  uint64_t sum;
  uint64_t min;
  uint64_t max;
  uint64_t count;
  uint64_t zeros;
};

/* An aggregate of nothing has 64 bits, whatever the width of its type. */
void add_to_totals(struct totals *totals, uint64_t bits);
uint64_t totals_result(const struct totals *totals, enum aggregate aggregate);

/*
 * What is written to a file that can be cleared: 0, or the errno to refuse it with. Kernels before 5.10
 * took what does not begin with a number for a zero.
 */
int parse_clear(const char *text, size_t length, bool old_parser);

#endif
