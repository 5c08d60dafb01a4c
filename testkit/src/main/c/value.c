#include "value.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const type_names[TYPES] = {"u8",  "u16", "u32",  "u64",  "s8",   "s16",
                                              "s32", "s64", "bool", "enum", "float"};
static const int type_widths[TYPES] = {8, 16, 32, 64, 8, 16, 32, 64, 1, 64, 64};

bool is_signed(enum type type) {
  return type >= S8 && type <= S64;
}

bool parse_type(struct word word, enum type *type) {
  for (int i = 0; i < TYPES; i++) {
    if (is_word(word, type_names[i])) {
      *type = (enum type)i;
      return true;
    }
  }
  return false;
}

bool parse_aggregate(struct word word, enum aggregate *aggregate) {
  static const char *const names[] = {"", "sum", "min", "max", "avg", "count_zero"};
  for (int i = SUM; i <= COUNT_ZERO; i++) {
    if (is_word(word, names[i])) {
      *aggregate = (enum aggregate)i;
      return true;
    }
  }
  return false;
}

bool parse_unsigned(struct word word, uint64_t most, uint64_t *number) {
  uint64_t result = 0;
  for (size_t i = 0; i < word.length; i++) {
    if (word.bytes[i] < '0' || word.bytes[i] > '9') {
      return false;
    }
    uint64_t digit = (uint64_t)(word.bytes[i] - '0');
    if (result > (most - digit) / 10 || digit > most) {
      return false;
    }
    result = result * 10 + digit;
  }
  *number = result;
  return word.length > 0;
}

bool parse_double(struct word word, double *number) {
  if (word.length == 0 || strspn(word.bytes, "0123456789+-.eE") != word.length) {
    return false;
  }
  char *end;
  *number = strtod(word.bytes, &end);
  return end == word.bytes + word.length && isfinite(*number);
}

/* Cuts to the width of a type, and extends the sign again. */
static uint64_t wrap(const struct value *value, uint64_t bits) {
  if (value->type == ENUM) {
    return value->text_count == 0 ? 0 : bits % value->text_count;
  }
  int unused = 64 - type_widths[value->type];
  bits <<= unused;
  return is_signed(value->type) ? (uint64_t)((int64_t)bits >> unused) : bits >> unused;
}

static bool parse_integer(const struct value *value, struct word word, uint64_t *bits) {
  int width = type_widths[value->type];
  if (!is_signed(value->type)) {
    return parse_unsigned(word, UINT64_MAX >> (64 - width), bits);
  }
  uint64_t most = (UINT64_MAX >> (64 - width)) / 2;
  if (word.length == 0 || word.bytes[0] != '-') {
    return parse_unsigned(word, most, bits);
  }
  bool parsed = parse_unsigned((struct word){word.bytes + 1, word.length - 1}, most + 1, bits);
  *bits = 0 - *bits;
  return parsed;
}

static bool parse_text(const struct value *value, struct word word, uint64_t *bits) {
  for (uint64_t i = 0; i < value->text_count; i++) {
    if (word.length == value->texts[i].length &&
        memcmp(word.bytes, value->texts[i].bytes, word.length) == 0) {
      *bits = i;
      return true;
    }
  }
  return false;
}

bool set_value(struct value *value, struct word word, uint64_t now) {
  double number = 0;
  uint64_t bits = 0;
  bool parsed = value->type == FLOAT  ? parse_double(word, &number)
                : value->type == ENUM ? parse_text(value, word, &bits)
                                      : parse_integer(value, word, &bits);
  if (parsed) {
    value->number = number;
    value->bits = bits;
    value->since = now;
    value->period = 0;
  }
  return parsed;
}

void clear_value(struct value *value, uint64_t now) {
  value->number = 0;
  value->bits = 0;
  value->since = now;
}

static double seconds_since(const struct value *value, uint64_t now) {
  return now > value->since ? (double)(now - value->since) / 1e9 : 0;
}

static double wave(const struct value *value, uint64_t now) {
  double angle = 2 * 3.14159265358979323846 * seconds_since(value, now) / value->period;
  return value->low + (value->high - value->low) * (1 + sin(angle)) / 2;
}

/* The integer part of any number, modulo 2^64. */
static uint64_t whole(double number) {
  double rest = fmod(trunc(number), 18446744073709551616.0);
  return rest < 0 ? 0 - (uint64_t)-rest : (uint64_t)rest;
}

static double float_value(const struct value *value, uint64_t now) {
  return value->period > 0 ? wave(value, now)
                           : value->number + value->rate * seconds_since(value, now);
}

uint64_t value_bits(const struct value *value, uint64_t now) {
  if (value->type == FLOAT) {
    return whole(float_value(value, now));
  }
  if (value->period > 0) {
    return wrap(value, whole(round(wave(value, now))));
  }
  uint64_t steps = whole(value->rate * seconds_since(value, now));
  if (value->type == ENUM && value->text_count > 0 && value->rate < 0) {
    /* Backwards through the texts: 2^64 is in general no multiple of their number. */
    steps = value->text_count - (0 - steps) % value->text_count;
  }
  return wrap(value, value->bits + steps);
}

void append_bits(struct buffer *buffer, enum type type, uint64_t bits) {
  if (is_signed(type)) {
    append_format(buffer, "%" PRId64 "\n", (int64_t)bits);
  } else {
    append_format(buffer, "%" PRIu64 "\n", bits);
  }
}

void append_value(struct buffer *buffer, const struct value *value, uint64_t now) {
  if (value->type == FLOAT) {
    append_format(buffer, "%.6f\n", float_value(value, now));
  } else if (value->type == ENUM) {
    struct word text = value->texts[value_bits(value, now)];
    append(buffer, text.bytes, text.length);
  } else {
    append_bits(buffer, value->type, value_bits(value, now));
  }
}

void free_value(struct value *value) {
  for (uint64_t i = 0; i < value->text_count; i++) {
    free(value->texts[i].bytes);
  }
  free(value->texts);
  free(value->description.bytes);
  free(value);
}

void add_to_totals(struct totals *totals, uint64_t bits) {
  bool first = totals->count == 0;
  bool less = totals->is_signed ? (int64_t)bits < (int64_t)totals->min : bits < totals->min;
  bool greater = totals->is_signed ? (int64_t)bits > (int64_t)totals->max : bits > totals->max;
  totals->min = first || less ? bits : totals->min;
  totals->max = first || greater ? bits : totals->max;
  totals->sum += bits;
  totals->zeros += bits == 0;
  totals->count++;
}

uint64_t totals_result(const struct totals *totals, enum aggregate aggregate) {
  switch (aggregate) {
    case SUM:
      return totals->sum;
    case MIN:
      if (totals->count == 0) {
        return totals->is_signed ? (uint64_t)INT64_MAX : UINT64_MAX;
      }
      return totals->min;
    case MAX:
      if (totals->count == 0) {
        return totals->is_signed ? (uint64_t)INT64_MIN : 0;
      }
      return totals->max;
    case AVG:
      if (totals->count == 0) {
        return 0;
      }
      return totals->is_signed ? (uint64_t)((int64_t)totals->sum / (int64_t)totals->count)
                               : totals->sum / totals->count;
    case COUNT_ZERO:
      return totals->zeros;
    case SIMPLE:
    default:
      return 0;
  }
}

static int digit_value(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

int parse_clear(const char *text, size_t length, bool old_parser) {
  /* The kernel takes text up to a zero. */
  length = strnlen(text, length);
  size_t at = 0;
  if (at < length && (text[at] == '+' ? !old_parser : text[at] == '-' && old_parser)) {
    at++;
  }
  int base = 10;
  if (at < length && text[at] == '0') {
    base = 8;
    if (length - at > 2 && (text[at + 1] | 0x20) == 'x' && digit_value(text[at + 2]) < 16) {
      base = 16;
      at += 2;
    }
  }
  size_t first = at;
  uint64_t number = 0;
  bool overflow = false;
  for (; at < length && digit_value(text[at]) < base; at++) {
    uint64_t digit = (uint64_t)digit_value(text[at]);
    overflow |= number > (UINT64_MAX - digit) / (uint64_t)base;
    number = number * (uint64_t)base + digit;
  }
  if (!old_parser) {
    bool ended = at == length || (at == length - 1 && text[at] == '\n');
    if (at == first || !ended) {
      return EINVAL;
    }
    if (overflow) {
      return ERANGE;
    }
  }
  return number == 0 ? 0 : EINVAL;
}
