#include "number.h"

/* The powers of ten that a double holds exactly. */
static const double POWERS_OF_TEN[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

enum {
  EXACT_POWERS = sizeof POWERS_OF_TEN / sizeof POWERS_OF_TEN[0],
  DIGITS_THAT_FIT = 19, /* into 64 bits, whatever they are */
  MOST_HEX_DIGITS = 16, /* of 64 bits */
  LEAST_HEX_DIGITS = 8, /* words of so many are the kernel's %08x, and no names */
};

static const uint64_t EXACT_MANTISSA = UINT64_C(1) << 53;

/* The fraction and exponent begin at `at`; before them stands the integer `mantissa`. */
static enum sfs_number parse_double(const char *at, const char *end, uint64_t mantissa, int exact,
                                    int negative, int is_float, uint64_t *bits) {
  size_t fraction = 0;
  exact = exact && mantissa <= EXACT_MANTISSA;
  if (at < end && *at == '.') {
    for (at++; at < end && sfs_is_digit(*at); at++) {
      mantissa = mantissa * 10 + (uint64_t)(*at - '0');
      fraction++;
      exact = exact && mantissa <= EXACT_MANTISSA;
    }
    if (fraction == 0) {
      return SFS_NO_NUMBER;
    }
  }
  if (is_float && at < end && (*at == 'e' || *at == 'E')) {
    exact = 0;
    at++;
    if (at < end && (*at == '-' || *at == '+')) {
      at++;
    }
    const char *digits = at;
    while (at < end && sfs_is_digit(*at)) {
      at++;
    }
    if (at == digits) {
      return SFS_NO_NUMBER;
    }
  }
  if (at != end) {
    return SFS_NO_NUMBER;
  }
  if (!exact || fraction >= EXACT_POWERS) {
    return SFS_LONG_DOUBLE;
  }
  /* Both operands are exact, so that the one rounding of the division is the right one. */
  union {
    double value;
    uint64_t bits;
  } result = {(double)mantissa / POWERS_OF_TEN[fraction]};
  *bits = negative ? result.bits | UINT64_C(1) << 63 : result.bits;
  return SFS_DOUBLE;
}

/* What a hexadecimal digit stands for, or -1. */
static int hex_digit(char c) {
  if (sfs_is_digit(c)) {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* An integer of 64 bits, or the double that is nearest to it. */
static enum sfs_number integer(uint64_t value, int is_float, uint64_t *bits) {
  union {
    double value;
    uint64_t bits;
  } result = {(double)value};
  *bits = is_float ? result.bits : value;
  return is_float ? SFS_DOUBLE : value > INT64_MAX ? SFS_UNSIGNED : SFS_SIGNED;
}

/* Behind the 0x. */
static enum sfs_number parse_hex(const char *at, const char *end, int is_float, uint64_t *bits) {
  if (at == end || end - at > MOST_HEX_DIGITS) {
    return SFS_NO_NUMBER;
  }
  uint64_t value = 0;
  for (; at < end; at++) {
    int digit = hex_digit(*at);
    if (digit < 0) {
      return SFS_NO_NUMBER;
    }
    value = value << 4 | (uint64_t)digit;
  }
  return integer(value, is_float, bits);
}

enum sfs_number sfs_parse_number(const char *text, size_t length, int is_float, uint64_t *bits) {
  const char *at = text;
  const char *end = text + length;
  while (at < end && sfs_is_space(*at)) {
    at++;
  }
  while (end > at && sfs_is_space(end[-1])) {
    end--;
  }
  const char *start = at;
  int negative = at < end && *at == '-';
  if (negative || (at < end && *at == '+')) {
    at++;
  }
  const char *digits = at;
  if (end - at > 1 && *at == '0') {
    if (at[1] == 'x' || at[1] == 'X') {
      return at == start ? parse_hex(at + 2, end, is_float, bits) : SFS_NO_NUMBER;
    }
    if (sfs_is_digit(at[1])) {
      return SFS_NO_NUMBER;
    }
  }
  uint64_t value = 0;
  int fits = 1;
  const char *safe = end - at > DIGITS_THAT_FIT ? at + DIGITS_THAT_FIT : end;
  for (; at < safe && sfs_is_digit(*at); at++) {
    value = value * 10 + (uint64_t)(*at - '0');
  }
  for (; at < end && sfs_is_digit(*at); at++) {
    uint64_t digit = (uint64_t)(*at - '0');
    fits = fits && value <= (UINT64_MAX - digit) / 10;
    value = value * 10 + digit;
  }
  if (at == digits) {
    return SFS_NO_NUMBER;
  }
  if (at < end || is_float) {
    return parse_double(at, end, value, fits, negative, is_float, bits);
  }
  if (!fits || (negative && value > UINT64_C(1) << 63)) {
    return SFS_NO_NUMBER;
  }
  *bits = negative ? 0 - value : value;
  return !negative && value > INT64_MAX ? SFS_UNSIGNED : SFS_SIGNED;
}

enum sfs_number sfs_parse_radix(const char *text, size_t length, int radix, int is_float,
                                uint64_t *bits) {
  if (radix == 10) {
    return sfs_parse_number(text, length, is_float, bits);
  }
  uint64_t value = 0;
  for (size_t i = 0; i < length; i++) {
    int digit = hex_digit(text[i]);
    if (digit < 0 || digit >= radix || value > (UINT64_MAX - (uint64_t)digit) / (uint64_t)radix) {
      return SFS_NO_NUMBER;
    }
    value = value * (uint64_t)radix + (uint64_t)digit;
  }
  return length == 0 ? SFS_NO_NUMBER : integer(value, is_float, bits);
}

int sfs_is_like_a_number(const char *word, const char *end) {
  const char *at = word;
  at += at < end && (*at == '-' || *at == '+');
  at += at < end && *at == '.';
  if (at < end && sfs_is_digit(*at)) {
    return 1;
  }
  for (at = word; at < end && hex_digit(*at) >= 0; at++) {
  }
  return at == end && end - word >= LEAST_HEX_DIGITS;
}
