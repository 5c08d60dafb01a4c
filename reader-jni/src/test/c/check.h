/* What a test program needs: checks that go on after a failure, and a list of tests. */
#ifndef STATSFS_CHECK_H
#define STATSFS_CHECK_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int check_failures;

#define CHECK(condition) \
  do { \
    if (!(condition)) { \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      check_failures++; \
    } \
  } while (0)

/* Compares integers, and shows both. */
#define CHECK_EQUAL(expected, actual) \
  do { \
    int64_t check_expected = (int64_t)(expected); \
    int64_t check_actual = (int64_t)(actual); \
    if (check_expected != check_actual) { \
      fprintf(stderr, "%s:%d: %s is %" PRId64 ", not %" PRId64 "\n", __FILE__, __LINE__, #actual, \
              check_actual, check_expected); \
      check_failures++; \
    } \
  } while (0)

/* For what a test cannot go on without. */
#define REQUIRE(condition) \
  do { \
    if (!(condition)) { \
      fprintf(stderr, "%s:%d: required: %s\n", __FILE__, __LINE__, #condition); \
      perror("the last error"); \
      exit(EXIT_FAILURE); \
    } \
  } while (0)

#define TEST(name) {#name, name}

struct test {
  const char *name;
  void (*run)(void);
};

static inline int run_tests(const struct test *tests, size_t count) {
  for (size_t i = 0; i < count; i++) {
    int before = check_failures;
    tests[i].run();
    printf("%s %s\n", check_failures == before ? "passed" : "FAILED", tests[i].name);
    fflush(stdout);
  }
  return check_failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
