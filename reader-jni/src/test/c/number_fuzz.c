/*
 * The number parser against strtoull, strtoll and strtod, for any bytes.
 *
 * The C functions read the longest beginning that is a number; here a text is one as a whole, with
 * white space around it. Beyond that the grammars differ in this:
 *
 * - No decimal number has leading zeros, as in octal.
 * - A hexadecimal number is 0x and 1 to 16 digits, without a sign; strtoull reads these. strtod takes
 *   others, infinity and NaN, which are no numbers here.
 * - strtod takes a point without digits before or behind it; here it needs both.
 * - strtod takes an exponent; here only where a schema says FLOAT.
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

/* The number of hexadecimal digits, if a text is 0x and these, or 0. */
static size_t hex_digits(const char *text, size_t length) {
  size_t start = strspn(text, " \t\n\v\f\r");
  if (text[start] != '0' || (text[start + 1] != 'x' && text[start + 1] != 'X')) {
    return 0;
  }
  size_t digits = strspn(text + start + 2, "0123456789abcdefABCDEF");
  return only_space(text + start + 2 + digits, text + length) ? digits : 0;
}

static int has_leading_zeros(const char *text) {
  text += strspn(text, " \t\n\v\f\r");
  text += *text == '+' || *text == '-';
  return text[0] == '0' && isdigit((unsigned char)text[1]);
}

/* What may stand in a decimal, and a point between digits only. */
static int in_grammar(const char *text, size_t length, int is_float) {
  if (has_leading_zeros(text)) {
    return 0;
  }
  for (size_t i = 0; i < length; i++) {
    const char *allowed = is_float ? "0123456789.+-eE \t\n\v\f\r" : "0123456789.+- \t\n\v\f\r";
    if (strchr(allowed, text[i]) == NULL || text[i] == 0) {
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

static void check_double(const char *text, size_t length, int is_float, enum sfs_number number,
                         uint64_t bits) {
  char *end;
  double value = strtod(text, &end);
  size_t hex = hex_digits(text, length);
  if (hex > 0 ? hex > 16
              : !in_grammar(text, length, is_float) || end == text ||
                    !only_space(end, text + length)) {
    require(number == SFS_NO_NUMBER, "no number", text);
    return;
  }
  require(number == SFS_DOUBLE || number == SFS_LONG_DOUBLE, "a double", text);
  if (number == SFS_DOUBLE) {
    uint64_t expected;
    memcpy(&expected, &value, sizeof expected);
    require(bits == expected, "the double of strtod", text);
  } else {
    require(hex == 0 && (strpbrk(text, "eE") != NULL || count_digits(text) > 15), "long", text);
  }
}

static void check_integer(const char *text, size_t length, enum sfs_number number, uint64_t bits) {
  int negative = text[strspn(text, " \t\n\v\f\r")] == '-';
  size_t hex = hex_digits(text, length);
  char *end;
  errno = 0;
  uint64_t expected = hex > 0    ? strtoull(text, &end, 16)
                      : negative ? (uint64_t)strtoll(text, &end, 10)
                                 : strtoull(text, &end, 10);
  if (end == text || !only_space(end, text + length)) {
    check_double(text, length, 0, number, bits);
  } else if (errno == ERANGE || hex > 16 || has_leading_zeros(text)) {
    require(number == SFS_NO_NUMBER, "out of range, or with zeros before it", text);
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
  check_double(text, size, 1, sfs_parse_number(exact, size, 1, &double_bits), double_bits);
  free(exact);
  free(text);
  return 0;
}
