#include "number.h"

/* The powers of ten that a double holds exactly. */
static const double POWERS_OF_TEN[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

enum { EXACT_POWERS = sizeof POWERS_OF_TEN / sizeof POWERS_OF_TEN[0] };

static const uint64_t EXACT_MANTISSA = UINT64_C(1) << 53;

/* The fraction and exponent begin at `at`; before them stands the integer `mantissa`. */
static enum sfs_number parse_double(const char *at, const char *end, uint64_t mantissa, int exact,
                                    int negative, uint64_t *bits) {
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
  if (at < end && (*at == 'e' || *at == 'E')) {
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

enum sfs_number sfs_parse_number(const char *text, size_t length, int as_double, uint64_t *bits) {
  const char *at = text;
  const char *end = text + length;
  while (at < end && sfs_is_space(*at)) {
    at++;
  }
  while (end > at && sfs_is_space(end[-1])) {
    end--;
  }
  int negative = at < end && *at == '-';
  if (negative || (at < end && *at == '+')) {
    at++;
  }
  const char *digits = at;
  uint64_t value = 0;
  int fits = 1;
  for (; at < end && sfs_is_digit(*at); at++) {
    uint64_t digit = (uint64_t)(*at - '0');
    fits = fits && value <= (UINT64_MAX - digit) / 10;
    value = value * 10 + digit;
  }
  if (at == digits) {
    return SFS_NO_NUMBER;
  }
  if (at < end || as_double) {
    return parse_double(at, end, value, fits, negative, bits);
  }
  if (!fits || (negative && value > UINT64_C(1) << 63)) {
    return SFS_NO_NUMBER;
  }
  *bits = negative ? 0 - value : value;
  return !negative && value > INT64_MAX ? SFS_UNSIGNED : SFS_SIGNED;
}
