#include "number.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

/*
 * Texts are put at the very end of a page, before one that may not be touched, and at the very
 * beginning of one behind such a page: reading a byte too many on either side is a crash.
 */
static char *page;
static size_t page_size;

static void make_page(void) {
  page_size = (size_t)sysconf(_SC_PAGESIZE);
  char *pages =
      mmap(NULL, 3 * page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(pages != MAP_FAILED);
  page = pages + page_size;
  REQUIRE(mprotect(page, page_size, PROT_READ | PROT_WRITE) == 0);
}

static enum sfs_number parse(const char *text, size_t length, int as_double, uint64_t *bits) {
  REQUIRE(length <= page_size);
  uint64_t other_bits = 0;
  /* What stands around a text must not matter. */
  memset(page, '7', page_size);
  memcpy(page, text, length);
  enum sfs_number other = sfs_parse_number(page, length, as_double, &other_bits);
  memset(page, '7', page_size);
  memcpy(page + page_size - length, text, length);
  enum sfs_number number = sfs_parse_number(page + page_size - length, length, as_double, bits);
  CHECK_EQUAL(other, number);
  if (number <= SFS_DOUBLE) {
    CHECK_EQUAL(other_bits, *bits);
  }
  return number;
}

static void expect(const char *text, size_t length, int as_double, enum sfs_number expected,
                   uint64_t expected_bits) {
  uint64_t bits = 0;
  int before = check_failures;
  CHECK_EQUAL(expected, parse(text, length, as_double, &bits));
  if (expected <= SFS_DOUBLE) {
    CHECK_EQUAL(expected_bits, bits);
  }
  if (check_failures != before) {
    fprintf(stderr, "  in '%.*s'\n", (int)length, text);
  }
}

static void expect_signed(const char *text, int64_t value) {
  expect(text, strlen(text), 0, SFS_SIGNED, (uint64_t)value);
}

static void expect_unsigned(const char *text, uint64_t value) {
  expect(text, strlen(text), 0, SFS_UNSIGNED, value);
}

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/* Decimals are doubles whether asked for or not. */
static void expect_double(const char *text, double value) {
  expect(text, strlen(text), 0, SFS_DOUBLE, bits_of(value));
  expect(text, strlen(text), 1, SFS_DOUBLE, bits_of(value));
}

static void expect_integer_as_double(const char *text, double value) {
  expect(text, strlen(text), 1, SFS_DOUBLE, bits_of(value));
}

static void expect_long_double(const char *text) {
  expect(text, strlen(text), 0, SFS_LONG_DOUBLE, 0);
  expect(text, strlen(text), 1, SFS_LONG_DOUBLE, 0);
}

static void expect_no_number(const char *text) {
  expect(text, strlen(text), 0, SFS_NO_NUMBER, 0);
  expect(text, strlen(text), 1, SFS_NO_NUMBER, 0);
}

static void integers(void) {
  expect_signed("0", 0);
  expect_signed("7", 7);
  expect_signed("1084\n", 1084);
  expect_signed("-128\n", -128);
  expect_signed("+5", 5);
  expect_signed("-0", 0);
  expect_signed("+0", 0);
}

/* The kernel prints octal and hexadecimal numbers with them. */
static void leading_zeros(void) {
  static const char *const texts[] = {"00",    "007",  "-01",   "+00", "0022", "000000000000000000400",
                                      "00.5",  "-00.0", "007.25", "08",  "01e5"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    expect_no_number(texts[i]);
  }
}

static void hexadecimals(void) {
  expect_signed("0x0", 0);
  expect_signed("0x1303\n", 0x1303);
  expect_signed(" 0X1f", 31);
  expect_signed("0xDeadBeef", 0xdeadbeef);
  expect_signed("0x0000000000000400", 1024);
  expect_signed("0x7fffffffffffffff", INT64_MAX);
  expect_unsigned("0x8000000000000000", UINT64_C(1) << 63);
  expect_unsigned("0xffffffffffffffff", UINT64_MAX);
  expect_integer_as_double("0x10", 16.0);
  expect_integer_as_double("0x20000000000000", 9007199254740992.0);
  expect_integer_as_double("0x20000000000001", 9007199254740992.0);
  expect_integer_as_double("0x20000000000003", 9007199254740996.0);
  expect_integer_as_double("0xffffffffffffffff", 18446744073709551616.0);
  static const char *const texts[] = {
      "0x",    "0X",    "x10",   "-0x1",  "+0x1", "00x1", "0xx1", "0x-1", "0x1g",
      "0x1 2", "0x1.8", "0x1p3", "0x 1",  "1x0",  "0x12345678901234567", "0x00000000000000001",
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    expect_no_number(texts[i]);
  }
}

/* Digits of a radix, and nothing else. */
static void other_radixes(void) {
  static const struct {
    const char *text;
    int radix;
    enum sfs_number number;
    uint64_t value;
  } cases[] = {
      {"0", 16, SFS_SIGNED, 0},
      {"000000a1", 16, SFS_SIGNED, 0xa1},
      {"DeadBeef", 16, SFS_SIGNED, 0xdeadbeef},
      {"7fffffffffffffff", 16, SFS_SIGNED, INT64_MAX},
      {"ffffffffffffffff", 16, SFS_UNSIGNED, UINT64_MAX},
      {"0000000ffffffffffffffff", 16, SFS_UNSIGNED, UINT64_MAX},
      {"10000000000000000", 16, SFS_NO_NUMBER, 0},
      {"0022", 8, SFS_SIGNED, 18},
      {"1777777777777777777777", 8, SFS_UNSIGNED, UINT64_MAX},
      {"2000000000000000000000", 8, SFS_NO_NUMBER, 0},
      {"8", 8, SFS_NO_NUMBER, 0},
      {"g", 16, SFS_NO_NUMBER, 0},
      {"", 16, SFS_NO_NUMBER, 0},
      {"", 8, SFS_NO_NUMBER, 0},
      {"-1", 16, SFS_NO_NUMBER, 0},
      {"+1", 8, SFS_NO_NUMBER, 0},
      {"0x1", 16, SFS_NO_NUMBER, 0},
      {"1.5", 16, SFS_NO_NUMBER, 0},
      {" 1", 16, SFS_NO_NUMBER, 0},
      {"12", 10, SFS_SIGNED, 12},
      {"0x12", 10, SFS_SIGNED, 18},
      {"012", 10, SFS_NO_NUMBER, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    uint64_t bits = 0;
    CHECK_EQUAL(cases[i].number,
                sfs_parse_radix(cases[i].text, strlen(cases[i].text), cases[i].radix, 0, &bits));
    CHECK_EQUAL(cases[i].value, bits);
  }
  uint64_t bits;
  CHECK_EQUAL(SFS_DOUBLE, sfs_parse_radix("20000000000003", 14, 16, 1, &bits));
  CHECK_EQUAL(bits_of(9007199254740996.0), bits);
}

static void words_like_numbers(void) {
  static const char *const like[] = {"0",   "12345",    "-5",       "+5",       "0.00",     ".5",
                                     "-.5", "1/345",    "000000a1", "0x1f",     "8:0",      "12%",
                                     "4kB", "deadbeef", "ABCDEF01", "ffffffff81000000", "7f00-7fff"};
  static const char *const unlike[] = {"",     "-",     "+",       ".",  "a",           "kB",
                                       "x1",   "-a",    "--5",     "cpu0", "added",     "dead",
                                       "defaced", "_1", "DirectMap4k", "abcdef0g", "-deadbeef"};
  for (size_t i = 0; i < sizeof like / sizeof like[0]; i++) {
    CHECK(sfs_is_like_a_number(like[i], like[i] + strlen(like[i])));
  }
  for (size_t i = 0; i < sizeof unlike / sizeof unlike[0]; i++) {
    CHECK(!sfs_is_like_a_number(unlike[i], unlike[i] + strlen(unlike[i])));
  }
}

static void ends_of_the_range(void) {
  expect_signed("9223372036854775806", INT64_MAX - 1);
  expect_signed("9223372036854775807", INT64_MAX);
  expect_unsigned("9223372036854775808", UINT64_C(1) << 63);
  expect_unsigned("9223372036854775809", (UINT64_C(1) << 63) + 1);
  expect_unsigned("18446744073709551614", UINT64_MAX - 1);
  expect_unsigned("18446744073709551615", UINT64_MAX);
  expect_unsigned("+18446744073709551615\n", UINT64_MAX);
  expect("18446744073709551616", 20, 0, SFS_NO_NUMBER, 0);
  expect("18446744073709551620", 20, 0, SFS_NO_NUMBER, 0);
  expect("18446744073709551625", 20, 0, SFS_NO_NUMBER, 0);
  expect("99999999999999999999", 20, 0, SFS_NO_NUMBER, 0);
  expect("184467440737095516150", 21, 0, SFS_NO_NUMBER, 0);
  /* 2^64 times ten, and a number that is 5 modulo 2^64. */
  expect("184467440737095516160", 21, 0, SFS_NO_NUMBER, 0);
  expect("18446744073709551621", 20, 0, SFS_NO_NUMBER, 0);
  expect("36893488147419103237", 20, 0, SFS_NO_NUMBER, 0);
  expect_signed("-9223372036854775807", -INT64_MAX);
  expect_signed("-9223372036854775808", INT64_MIN);
  expect("-9223372036854775809", 20, 0, SFS_NO_NUMBER, 0);
  expect("-18446744073709551615", 21, 0, SFS_NO_NUMBER, 0);
  expect("-18446744073709551616", 21, 0, SFS_NO_NUMBER, 0);
  expect("-18446744073709551617", 21, 0, SFS_NO_NUMBER, 0);
}

static void blanks(void) {
  expect_signed(" 5", 5);
  expect_signed("5 ", 5);
  expect_signed(" \t\n\v\f\r5\r\f\v\n\t ", 5);
  expect_signed("5\n\n", 5);
  expect_double(" 1.5\n", 1.5);
  expect_no_number("");
  expect_no_number(" ");
  expect_no_number("\n");
  expect_no_number(" \t\n\v\f\r");
  expect_no_number("1 2");
  expect_no_number("1\n2\n");
  expect_no_number("- 1");
  expect_no_number("1. 5");
  expect_no_number("1 .5");
  expect_no_number("1e 5");
  /* White space for Unicode, or for the terminal, is none here. */
  expect_no_number("\xc2\xa0"
                   "5");
  expect_no_number("5\b");
  expect_no_number("\x1f"
                   "5");
  expect_no_number("5\x0e");
  expect("5\0", 2, 0, SFS_NO_NUMBER, 0);
  expect("\0005", 2, 0, SFS_NO_NUMBER, 0);
  expect("5\0006", 3, 0, SFS_NO_NUMBER, 0);
}

static void garbage(void) {
  static const char *const texts[] = {
      "-",    "+",    "--1",  "++1",   "+-1",     "-+1",  "RUNNABLE", "x5",  "5x",     "10h",
      "1,000", "1_0",  "1'0",  ".",     ".5",      "-.5",  "5.",       "-5.", "1.2.3",  "1..2",
      "e5",   "1e",   "1e+",  "1e-",   "1e+-1",   "1e1.0", "1e5e5",    "1E",  "inf",    "-inf",
      "nan",  "NaN",  "INF",  "1f",    "1.5f",    "1.5L", "1u",       "1%",  "5kB",    "0b1",
      "0x1p3", "/",   ":",    "1/",    "1:",      "1.:",  "1./",      "/1",  "\xb2",   "\xff",
      "\xd9\xa3" /* an Arabic digit */, "infinity", "1.e5", "-e5", ".e5", "0x", "1p3", "1-", "1+",
      "1.5-",
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    expect_no_number(texts[i]);
  }
}

static void decimals(void) {
  expect_double("1.5", 1.5);
  expect_double("-1.5\n", -1.5);
  expect_double("+1.5", 1.5);
  expect_double("0.1", 0.1);
  expect_double("0.3", 0.3);
  expect_double("3.14", 3.14);
  expect_double("0.0", 0.0);
  expect_double("-0.0", -0.0);
  expect_double("7.25", 7.25);
  expect_double("123456789.987654", 123456789.987654);
  expect_double("1.000000000000000", 1.0);
  expect_long_double("1.0000000000000000000000");
  /* 2^53 is the last integer up to which all are doubles. */
  expect_double("900719925474099.2", 900719925474099.2);
  expect_long_double("900719925474099.3");
  expect_long_double("9007199254740992.0");
  /* 10^-22 can be scaled exactly, 10^-23 cannot. */
  expect_double("0.0000000000000000000001", 1e-22);
  expect_long_double("0.00000000000000000000001");
  expect_integer_as_double("0", 0.0);
  expect_integer_as_double("-0", -0.0);
  expect_integer_as_double("42\n", 42.0);
  expect_integer_as_double("-42", -42.0);
  expect_integer_as_double("9007199254740992", 9007199254740992.0);
  expect("9007199254740993", 16, 1, SFS_LONG_DOUBLE, 0);
  expect("18446744073709551615", 20, 1, SFS_LONG_DOUBLE, 0);
  expect("18446744073709551616", 20, 1, SFS_LONG_DOUBLE, 0);
  /* The digits are 2^64 and 2^64 + 1, which are small numbers if 64 bits are all that is looked at. */
  expect_long_double("18446744073709551616.0");
  expect_long_double("1844674407370955161.6");
  expect_long_double("1844674407370955161.7");
  expect_long_double("1.8446744073709551617");
}

static void long_decimals(void) {
  /* An exponent is one only where a schema says FLOAT. */
  static const char *const exponents[] = {"1e5",      "1E5",  "1e+5", "1e-5",
                                          "-1.5e300", "0e12", "1e999999999999999999999999"};
  for (size_t i = 0; i < sizeof exponents / sizeof exponents[0]; i++) {
    expect(exponents[i], strlen(exponents[i]), 0, SFS_NO_NUMBER, 0);
    expect(exponents[i], strlen(exponents[i]), 1, SFS_LONG_DOUBLE, 0);
  }
  expect_long_double("3.14159265358979323846");
  char text[3000];
  memset(text, '9', sizeof text);
  expect(text, sizeof text, 1, SFS_LONG_DOUBLE, 0);
  expect(text, sizeof text, 0, SFS_NO_NUMBER, 0);
  text[1500] = '.';
  expect(text, sizeof text, 0, SFS_LONG_DOUBLE, 0);
  text[sizeof text - 1] = 'x';
  expect(text, sizeof text, 0, SFS_NO_NUMBER, 0);
  memset(text, '0', sizeof text);
  expect(text, sizeof text, 0, SFS_NO_NUMBER, 0);
}

/* Every byte, alone and on either side of a digit. */
static void every_byte(void) {
  for (int c = 0; c < 256; c++) {
    char byte = (char)c;
    int space = c == ' ' || (c >= 9 && c <= 13);
    int digit = c >= '0' && c <= '9';
    expect(&byte, 1, 0, digit ? SFS_SIGNED : SFS_NO_NUMBER, (uint64_t)(c - '0'));
    char before[] = {byte, '1'};
    uint64_t first = digit ? (uint64_t)(c - '0') * 10 + 1 : c == '-' ? UINT64_MAX : 1;
    int well_formed = space || (digit && c != '0') || c == '-' || c == '+';
    expect(before, 2, 0, well_formed ? SFS_SIGNED : SFS_NO_NUMBER, first);
    char behind[] = {'1', byte};
    uint64_t second = digit ? 10 + (uint64_t)(c - '0') : 1;
    expect(behind, 2, 0, space || digit ? SFS_SIGNED : SFS_NO_NUMBER, second);
  }
}

/* The whole grammar over a small alphabet, against the C library. */
static void every_short_text(void) {
  static const char alphabet[] = "019.-+e x";
  enum { LETTERS = sizeof alphabet - 1, LENGTH = 5 };
  char text[LENGTH + 1];
  size_t texts = 1;
  for (int i = 0; i < LENGTH; i++) {
    texts *= LETTERS;
  }
  for (size_t n = 0; n < texts; n++) {
    size_t rest = n;
    for (int i = 0; i < LENGTH; i++) {
      text[i] = alphabet[rest % LETTERS];
      rest /= LETTERS;
    }
    text[LENGTH] = 0;
    uint64_t bits = 0;
    enum sfs_number number = sfs_parse_number(text, LENGTH, 0, &bits);
    uint64_t float_bits = 0;
    enum sfs_number float_number = sfs_parse_number(text, LENGTH, 1, &float_bits);
    char *end;
    double value = strtod(text, &end);
    end += strspn(end, " ");
    const char *point = strchr(text, '.');
    const char *word = text + strspn(text, " ");
    const char *digits = word + (*word == '-' || *word == '+');
    int leading_zeros = digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9';
    size_t hex = word[0] == '0' && word[1] == 'x' ? strspn(word + 2, "019e") : 0;
    int is_hex = hex > 0 && strspn(word + 2 + hex, " ") == strlen(word + 2 + hex);
    /* strtod takes other hexadecimal numbers, and a point without digits before or behind it. */
    int well_formed = end == text + LENGTH && end[-1] != 'x' && strspn(text, " ") < LENGTH &&
                      (is_hex || strchr(text, 'x') == NULL) && !leading_zeros &&
                      (point == NULL || (point > text && point[-1] >= '0' && point[-1] <= '9' &&
                                         point[1] >= '0' && point[1] <= '9'));
    int before = check_failures;
    if (!well_formed) {
      CHECK_EQUAL(SFS_NO_NUMBER, number);
      CHECK_EQUAL(SFS_NO_NUMBER, float_number);
    } else if (!is_hex && strchr(text, 'e') != NULL) {
      CHECK_EQUAL(SFS_NO_NUMBER, number);
      CHECK_EQUAL(SFS_LONG_DOUBLE, float_number);
    } else if (point != NULL) {
      CHECK_EQUAL(SFS_DOUBLE, number);
      CHECK_EQUAL(bits_of(value), bits);
    } else {
      CHECK_EQUAL(SFS_SIGNED, number);
      CHECK_EQUAL(strtoll(text, NULL, is_hex ? 16 : 10), bits);
      CHECK_EQUAL(SFS_DOUBLE, float_number);
      CHECK_EQUAL(bits_of(value), float_bits);
    }
    if (check_failures != before) {
      fprintf(stderr, "  in '%s'\n", text);
    }
  }
}

int main(void) {
  static const struct test tests[] = {
      TEST(leading_zeros), TEST(hexadecimals),
      TEST(other_radixes), TEST(words_like_numbers),
      TEST(integers),      TEST(ends_of_the_range), TEST(blanks),     TEST(garbage),
      TEST(decimals),      TEST(long_decimals),     TEST(every_byte), TEST(every_short_text),
  };
  make_page();
  return run_tests(tests, sizeof tests / sizeof tests[0]);
}
