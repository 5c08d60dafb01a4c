/* Numbers as the kernel prints them. */
#ifndef STATSFS_NUMBER_H
#define STATSFS_NUMBER_H

#include <stddef.h>
#include <stdint.h>

enum sfs_number {
  SFS_SIGNED = 0,   /* an integer up to 2^63-1 */
  SFS_UNSIGNED = 1, /* an integer above that, up to 2^64-1 */
  SFS_DOUBLE = 2,
  SFS_NO_NUMBER,
  SFS_LONG_DOUBLE, /* a well-formed decimal, too long to be scaled exactly here */
};

/*
 * Takes a text apart: white space around, a sign, digits, and for doubles a fraction and an
 * exponent. `bits` gets the integer, or the bits of the double; an integer is made a double, too, if
 * `as_double` is not 0. Reads `length` bytes and no more; knows no locale; keeps no state.
 */
enum sfs_number sfs_parse_number(const char *text, size_t length, int as_double, uint64_t *bits);

/* As isspace in the C locale. */
static inline int sfs_is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline int sfs_is_digit(char c) {
  return c >= '0' && c <= '9';
}

#endif
