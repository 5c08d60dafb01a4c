#include "words.h"

#include <string.h>

#include "check.h"

static struct word words[MOST_WORDS];
static const char *error;

/* In memory of its own, exactly as long as it has to be. */
static char *line;

static int split_bytes(const char *bytes, size_t length) {
  free(line);
  line = malloc(length + 1);
  REQUIRE(line != NULL);
  memcpy(line, bytes, length);
  line[length] = '?';
  error = NULL;
  return split_words(line, length, words, &error);
}

static int split(const char *text) {
  return split_bytes(text, strlen(text));
}

static void expect_word(int index, const char *bytes, size_t length) {
  CHECK_EQUAL(length, words[index].length);
  CHECK(words[index].length == length && memcmp(words[index].bytes, bytes, length) == 0);
  CHECK(words[index].bytes[words[index].length] == 0);
}

static void blanks_separate_words(void) {
  CHECK_EQUAL(3, split("  set\tkvm/exits  5 "));
  expect_word(0, "set", 3);
  expect_word(1, "kvm/exits", 9);
  expect_word(2, "5", 1);
  CHECK_EQUAL(1, split("last"));
  expect_word(0, "last", 4);
  CHECK_EQUAL(0, split(""));
  CHECK_EQUAL(0, split(" \t\r"));
}

static void quotes_keep_blanks(void) {
  CHECK_EQUAL(3, split("\"guest doorbell\" desc=\"two  words\"! \"\""));
  expect_word(0, "guest doorbell", 14);
  expect_word(1, "desc=two  words!", 16);
  expect_word(2, "", 0);
}

static void escapes_are_understood_everywhere(void) {
  CHECK_EQUAL(2, split("a\\x00\\xfF\\n \"\\\"\\\\\\x20\""));
  expect_word(0, "a\0\xff\n", 4);
  expect_word(1, "\"\\ ", 3);
}

static void comments_begin_at_words(void) {
  CHECK_EQUAL(2, split("a b#c # \"d"));
  expect_word(1, "b#c", 3);
  CHECK_EQUAL(0, split("# nothing"));
  CHECK_EQUAL(1, split("\"#\""));
}

static void what_is_wrong_is_refused(void) {
  const char *wrong[] = {"\"open", "a\\", "\\q", "\\x1", "\\xg0", "\\x0g", "\\x"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    CHECK_EQUAL(-1, split(wrong[i]));
    CHECK(error != NULL);
  }
  static char many[2 * MOST_WORDS + 2];
  for (size_t i = 0; i < sizeof many - 1; i++) {
    many[i] = i % 2 == 0 ? 'a' : ' ';
  }
  CHECK_EQUAL(MOST_WORDS, split_bytes(many, 2 * MOST_WORDS));
  CHECK_EQUAL(-1, split_bytes(many, 2 * MOST_WORDS + 1));
}

static void what_is_written_is_read_again(void) {
  char all[257];
  for (int i = 0; i < 256; i++) {
    all[i] = (char)i;
  }
  all[256] = ' ';
  const struct word samples[] = {{all, 257}, {"", 0}, {"plain", 5}, {"#", 1}, {"a#", 2}, {"\\", 1}};
  for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
    struct buffer buffer = {0};
    append_word(&buffer, samples[i].bytes, samples[i].length);
    append(&buffer, " ", 1);
    append_quoted(&buffer, samples[i].bytes, samples[i].length);
    CHECK(memchr(buffer.bytes, '\n', buffer.length) == NULL);
    CHECK_EQUAL(2, split_bytes(buffer.bytes, buffer.length));
    expect_word(0, samples[i].bytes, samples[i].length);
    expect_word(1, samples[i].bytes, samples[i].length);
    free_buffer(&buffer);
  }
}

int main(void) {
  const struct test tests[] = {
      TEST(blanks_separate_words),       TEST(quotes_keep_blanks),
      TEST(escapes_are_understood_everywhere), TEST(comments_begin_at_words),
      TEST(what_is_wrong_is_refused),    TEST(what_is_written_is_read_again),
  };
  int status = run_tests(tests, sizeof tests / sizeof tests[0]);
  free(line);
  return status;
}
