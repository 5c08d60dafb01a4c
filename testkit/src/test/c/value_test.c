#include "value.h"

#include <errno.h>
#include <string.h>

#include "check.h"

static const uint64_t SECOND = 1000000000;

static struct word word(const char *text) {
  return (struct word){(char *)text, strlen(text)};
}

static void expect_text(const char *expected, const struct value *value, uint64_t now) {
  struct buffer buffer = {0};
  append_value(&buffer, value, now);
  if (strcmp(expected, buffer.bytes) != 0) {
    fprintf(stderr, "'%s', not '%s'\n", buffer.bytes, expected);
    check_failures++;
  }
  free_buffer(&buffer);
}

/* A type takes its extremes, and nothing beyond. */
static void expect_range(enum type type, const char *least, const char *below, const char *most,
                         const char *above) {
  struct value value = {.type = type};
  char expected[32];
  snprintf(expected, sizeof expected, "%s\n", least);
  CHECK(set_value(&value, word(least), 0));
  expect_text(expected, &value, 0);
  snprintf(expected, sizeof expected, "%s\n", most);
  CHECK(set_value(&value, word(most), 0));
  expect_text(expected, &value, 0);
  CHECK(!set_value(&value, word(below), 0));
  CHECK(!set_value(&value, word(above), 0));
  CHECK(!set_value(&value, word(""), 0));
  CHECK(!set_value(&value, word("1x"), 0));
  expect_text(expected, &value, 0);
  /* And goes on at the other end. */
  value.rate = 1;
  snprintf(expected, sizeof expected, "%s\n", least);
  expect_text(expected, &value, SECOND);
}

static void types_have_their_range(void) {
  expect_range(U8, "0", "-1", "255", "256");
  expect_range(U16, "0", "-1", "65535", "65536");
  expect_range(U32, "0", "-1", "4294967295", "4294967296");
  expect_range(U64, "0", "-1", "18446744073709551615", "18446744073709551616");
  expect_range(S8, "-128", "-129", "127", "128");
  expect_range(S16, "-32768", "-32769", "32767", "32768");
  expect_range(S32, "-2147483648", "-2147483649", "2147483647", "2147483648");
  expect_range(S64, "-9223372036854775808", "-9223372036854775809", "9223372036854775807",
               "9223372036854775808");
  expect_range(BOOL, "0", "-1", "1", "2");
}

static void values_change_in_whole_steps(void) {
  struct value value = {.type = S32, .kind = FLOATING, .rate = -2.5, .since = 7 * SECOND};
  expect_text("0\n", &value, 6 * SECOND);
  expect_text("0\n", &value, 7 * SECOND);
  expect_text("-2\n", &value, 8 * SECOND);
  expect_text("-5\n", &value, 9 * SECOND);
  CHECK(set_value(&value, word("10"), 9 * SECOND));
  expect_text("10\n", &value, 9 * SECOND);
  expect_text("5\n", &value, 11 * SECOND);
  clear_value(&value, 11 * SECOND);
  expect_text("0\n", &value, 11 * SECOND);
  value.rate = 1e30;
  CHECK_EQUAL(0, value_bits(&value, 12 * SECOND));
}

static void waves_go_between_two_numbers(void) {
  struct value value = {.type = S16, .kind = FLOATING, .low = -10, .high = 30, .period = 4};
  expect_text("10\n", &value, 0);
  expect_text("30\n", &value, SECOND);
  expect_text("-10\n", &value, 3 * SECOND);
  value.type = FLOAT;
  expect_text("30.000000\n", &value, SECOND);
  CHECK(set_value(&value, word("-0.5"), SECOND));
  expect_text("-0.500000\n", &value, 2 * SECOND);
  CHECK(!set_value(&value, word("nan"), SECOND));
  CHECK(!set_value(&value, word("1e999"), SECOND));
}

static void enums_read_their_texts(void) {
  struct word texts[] = {word("RUNNABLE"), word("HALTED"), word("two words")};
  struct value value = {.type = ENUM, .texts = texts, .text_count = 3};
  CHECK(set_value(&value, word("two words"), 0));
  expect_text("two words", &value, 0);
  value.rate = 1;
  expect_text("RUNNABLE", &value, SECOND);
  expect_text("HALTED", &value, 2 * SECOND);
  value.rate = -1;
  expect_text("HALTED", &value, SECOND);
  expect_text("two words", &value, 3 * SECOND);
  expect_text("HALTED", &value, 4 * SECOND);
  CHECK(!set_value(&value, word("1"), 0));
}

static uint64_t total(enum aggregate aggregate, bool negative, const uint64_t *bits,
                      size_t count) {
  struct totals totals = {.is_signed = negative};
  for (size_t i = 0; i < count; i++) {
    add_to_totals(&totals, bits[i]);
  }
  return totals_result(&totals, aggregate);
}

static void aggregates_are_the_kernels(void) {
  const uint64_t large[] = {UINT64_MAX, 3, 0};
  CHECK_EQUAL(2, total(SUM, false, large, 3));
  CHECK_EQUAL(0, total(MIN, false, large, 3));
  CHECK(total(MAX, false, large, 3) == UINT64_MAX);
  CHECK_EQUAL(1, total(COUNT_ZERO, false, large, 3));
  const uint64_t small[] = {5, 4, 2};
  CHECK_EQUAL(3, total(AVG, false, small, 3));
  CHECK_EQUAL(2, total(MIN, false, small, 3));
  const uint64_t mixed[] = {(uint64_t)-7, 2, (uint64_t)-2};
  CHECK_EQUAL(-7, total(MIN, true, mixed, 3));
  CHECK_EQUAL(2, total(MAX, true, mixed, 3));
  CHECK_EQUAL(-2, total(AVG, true, mixed, 3));
  CHECK_EQUAL(-7, total(MAX, true, mixed, 1));
}

static void aggregates_of_nothing(void) {
  CHECK(total(MIN, false, NULL, 0) == UINT64_MAX);
  CHECK_EQUAL(0, total(MAX, false, NULL, 0));
  CHECK_EQUAL(0, total(SUM, false, NULL, 0));
  CHECK_EQUAL(0, total(AVG, false, NULL, 0));
  CHECK_EQUAL(0, total(COUNT_ZERO, false, NULL, 0));
  CHECK_EQUAL(INT64_MAX, total(MIN, true, NULL, 0));
  CHECK_EQUAL(INT64_MIN, total(MAX, true, NULL, 0));
  CHECK_EQUAL(0, total(SUM, true, NULL, 0));
  CHECK_EQUAL(0, total(AVG, true, NULL, 0));
  CHECK_EQUAL(0, total(COUNT_ZERO, true, NULL, 0));
}

static void writes_are_parsed_as_by_the_kernel(void) {
  const struct {
    const char *text;
    int newer;
    int older;
  } cases[] = {
      {"0", 0, 0},
      {"0\n", 0, 0},
      {"000", 0, 0},
      {"+0", 0, 0},
      {"0x0", 0, 0},
      {"1", EINVAL, EINVAL},
      {"07", EINVAL, EINVAL},
      {"0x1f", EINVAL, EINVAL},
      {"-1", EINVAL, EINVAL},
      {"", EINVAL, 0},
      {"\n", EINVAL, 0},
      {" ", EINVAL, 0},
      {" 1", EINVAL, 0},
      {"0 ", EINVAL, 0},
      {"0\n\n", EINVAL, 0},
      {"abc", EINVAL, 0},
      {"0.5", EINVAL, 0},
      {"-0", EINVAL, 0},
      {"+1", EINVAL, 0},
      {"08", EINVAL, 0},
      {"0x", EINVAL, 0},
      {"18446744073709551615", EINVAL, EINVAL},
      {"18446744073709551616", ERANGE, 0},
      {"18446744073709551617", ERANGE, EINVAL},
      {"99999999999999999999999", ERANGE, EINVAL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    size_t length = strlen(cases[i].text);
    /* Without anything behind it. */
    char *exact = malloc(length == 0 ? 1 : length);
    REQUIRE(exact != NULL);
    memcpy(exact, cases[i].text, length);
    int before = check_failures;
    CHECK_EQUAL(cases[i].newer, parse_clear(exact, length, false));
    CHECK_EQUAL(cases[i].older, parse_clear(exact, length, true));
    if (check_failures != before) {
      fprintf(stderr, "  for '%s'\n", cases[i].text);
    }
    free(exact);
  }
  CHECK_EQUAL(0, parse_clear("0\0garbage", 9, false));
}

int main(void) {
  const struct test tests[] = {
      TEST(types_have_their_range),     TEST(values_change_in_whole_steps),
      TEST(waves_go_between_two_numbers), TEST(enums_read_their_texts),
      TEST(aggregates_are_the_kernels), TEST(aggregates_of_nothing),
      TEST(writes_are_parsed_as_by_the_kernel),
  };
  return run_tests(tests, sizeof tests / sizeof tests[0]);
}
