/*
 * The number parser against strtoull, strtoll and strtod, for any bytes.
 *
 * The C functions read the longest beginning that is a number; here a text is one as a whole, with
 * white space around it. Beyond that the grammars differ in this:
 *
 * - strtod takes hexadecimal numbers, infinity and NaN; these are no numbers here.
 * - strtod takes a point without digits before or behind it; here it needs both.
 * - strtoull negates what has a minus, modulo 2^64; here a negative number is strtoll's.
 * - A zero byte ends a text for them; here it is a byte that is no part of a number.
 * - What strtod has to round twice, or to read an exponent for, is SFS_LONG_DOUBLE and left to the
 *   caller, who may find that it overflows.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"

static void require(int condition, const char *what, const char *text) {
  if (!condition) {
    fprintf(stderr, "not so: %s, for '%s'\n", what, text);
    abort();
  }
}

static int only_space(const char *at, const char *end) {
  while (at < end && isspace((unsigned char)*at)) {
    at++;
  }
  return at == end;
}

/* What may stand in a decimal, and a point between digits only. */
static int in_grammar(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (strchr("0123456789.+-eE \t\n\v\f\r", text[i]) == NULL || text[i] == 0) {
      return 0;
    }
    if (text[i] == '.' && (i == 0 || !isdigit((unsigned char)text[i - 1]) ||
                           !isdigit((unsigned char)text[i + 1]))) {
      return 0;
    }
  }
  return 1;
}

static size_t count_digits(const char *text) {
  size_t digits = 0;
  for (; *text != 0; text++) {
    digits += isdigit((unsigned char)*text) != 0;
  }
  return digits;
}

static void check_double(const char *text, size_t length, enum sfs_number number, uint64_t bits) {
  char *end;
  double value = strtod(text, &end);
  if (!in_grammar(text, length) || end == text || !only_space(end, text + length)) {
    require(number == SFS_NO_NUMBER, "no number", text);
    return;
  }
  require(number == SFS_DOUBLE || number == SFS_LONG_DOUBLE, "a double", text);
  if (number == SFS_DOUBLE) {
    uint64_t expected;
    memcpy(&expected, &value, sizeof expected);
    require(bits == expected, "the double of strtod", text);
  } else {
    require(strpbrk(text, "eE") != NULL || count_digits(text) > 15, "long", text);
  }
}

static void check_integer(const char *text, size_t length, enum sfs_number number, uint64_t bits) {
  int negative = text[strspn(text, " \t\n\v\f\r")] == '-';
  char *end;
  errno = 0;
  uint64_t expected = negative ? (uint64_t)strtoll(text, &end, 10) : strtoull(text, &end, 10);
  if (end == text || !only_space(end, text + length)) {
    check_double(text, length, number, bits);
  } else if (errno == ERANGE) {
    require(number == SFS_NO_NUMBER, "out of range", text);
  } else {
    require(bits == expected, "the same bits", text);
    require(number == (!negative && expected > INT64_MAX ? SFS_UNSIGNED : SFS_SIGNED),
            "the right sign", text);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  /* The one copy ends where the text does, for the sanitizer; the other one as C functions need it. */
  char *exact = malloc(size);
  char *text = malloc(size + 1);
  memcpy(text, data, size);
  text[size] = 0;
  if (size > 0) {
    memcpy(exact, data, size);
  }
  uint64_t bits = 0;
  check_integer(text, size, sfs_parse_number(exact, size, 0, &bits), bits);
  uint64_t double_bits = 0;
  check_double(text, size, sfs_parse_number(exact, size, 1, &double_bits), double_bits);
  free(exact);
  free(text);
  return 0;
}
