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
 * Takes a text apart: white space around; a sign, digits without leading zeros, and perhaps a
 * fraction; or 0x and 1 to 16 hexadecimal digits. `bits` gets the integer, or the bits of the double.
 * If a schema says FLOAT, there may be an exponent, and an integer is made a double. Reads `length`
 * bytes and no more; knows no locale; keeps no state.
 */
enum sfs_number sfs_parse_number(const char *text, size_t length, int is_float, uint64_t *bits);

/*
 * The same, of a text in radix 10. In radix 16 or 8 a number is digits of that radix alone, with or
 * without leading zeros; if a schema says FLOAT, the nearest double.
 */
enum sfs_number sfs_parse_radix(const char *text, size_t length, int radix, int is_float,
                                uint64_t *bits);

/*
 * Whether a word may be a number, of whatever notation: it begins like one, as 0.00, -1, 1/345 and
 * 000000a1 do, or is eight hexadecimal digits or more. Such a word is no name.
 */
int sfs_is_like_a_number(const char *word, const char *end);

/* As isspace in the C locale. */
static inline int sfs_is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline int sfs_is_digit(char c) {
  return c >= '0' && c <= '9';
}

#endif
