/*
 * The baseline as a program. Answers commands from standard input with a line each, so that a harness
 * can measure this and Java interleaved. Nanoseconds are of CPU time:
 *
 *   load LIST                answers the number of the tree
 *   measure TREE WAY BEFORE ROUNDS
 *                            WAY is plain-path, plain-kept, openat or kept; BEFORE samples are taken
 *                            first, which do not count; answers nanoseconds and numbers found
 *   renew TREE               closes what is kept of a tree; answers 0
 *   walk BEFORE ROUNDS ROOT  answers nanoseconds, directories and files
 *   defaults LIST            prepares a sample of all default trees; answers how many numbers it may have
 *   measure-defaults BEFORE ROUNDS
 *                            answers nanoseconds and numbers found
 *   renew-defaults           opens what is kept of these anew; answers 0
 *   values                   answers what the last such sample found, in the order of the list: `-`, an
 *                            integer, or the bits of a double behind a d
 *   cpu PID                  answers the nanoseconds of CPU time that a process has taken
 *   visit BEFORE ROUNDS LIST answers nanoseconds, directories and files
 *   mounts LIST              prepares asking mounted file systems; answers how many there are
 *   measure-mounts BEFORE ROUNDS
 *                            answers nanoseconds and how many answered
 *   machines PID             prepares reading the statistics of virtual machines that a process has open; answers
 *                            how many there are
 *   measure-machines BEFORE ROUNDS
 *                            answers nanoseconds and how many were read
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "baseline.h"
#include "defaults.h"

enum { MAX_LINE = 8192 };

/* CPU time, since what others do on a busy machine is no part of the work. */
static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void *rest(void *nothing) {
  pause();
  return nothing;
}

static void print_values(void) {
  defaults_sample();
  for (size_t i = 0; i < defaults_size(); i++) {
    uint64_t bits;
    enum value is = defaults_value(i, &bits);
    const char *before = i == 0 ? "" : " ";
    if (is == NO_VALUE) {
      printf("%s-", before);
    } else {
      printf("%s%s%lld", before, is == DECIMAL ? "d" : "", (long long)bits);
    }
  }
  printf("\n");
}

int main(void) {
  /*
   * Where no other thread shares the descriptors, the kernel does not count who uses one, which saves
   * 5 to 8 % of a small read. A JVM always has other threads.
   */
  pthread_t other;
  if (pthread_create(&other, NULL, rest, NULL) != 0) {
    perror("baseline: thread");
    return 1;
  }
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  static char line[MAX_LINE];
  char argument[MAX_LINE];
  int tree;
  int before;
  int rounds;
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (sscanf(line, "load %[^\n]", argument) == 1) {
      printf("%d\n", load(argument));
    } else if (sscanf(line, "measure %d %s %d %d", &tree, argument, &before, &rounds) == 4 &&
               is_tree(tree) && way_of(argument) != NO_WAY) {
      enum way way = way_of(argument);
      size_t count = 0;
      uint64_t start = 0;
      for (int i = -before; i < rounds; i++) {
        start = i == 0 ? now() : start;
        count = sample(tree, way);
      }
      printf("%llu %zu\n", (unsigned long long)(now() - start), count);
    } else if (sscanf(line, "renew %d", &tree) == 1 && is_tree(tree)) {
      renew(tree);
      printf("0\n");
    } else if (sscanf(line, "walk %d %d %[^\n]", &before, &rounds, argument) == 3) {
      struct found found = {0, 0};
      uint64_t start = 0;
      for (int i = -before; i < rounds; i++) {
        start = i == 0 ? now() : start;
        found = (struct found){0, 0};
        walk(AT_FDCWD, argument, &found);
      }
      printf("%llu %lu %lu\n", (unsigned long long)(now() - start), found.directories, found.files);
    } else if (sscanf(line, "defaults %[^\n]", argument) == 1) {
      defaults_load(argument);
      printf("%zu\n", defaults_size());
    } else if (sscanf(line, "measure-defaults %d %d", &before, &rounds) == 2) {
      size_t count = 0;
      uint64_t start = 0;
      for (int i = -before; i < rounds; i++) {
        start = i == 0 ? now() : start;
        count = defaults_sample();
      }
      printf("%llu %zu\n", (unsigned long long)(now() - start), count);
    } else if (strcmp(line, "renew-defaults\n") == 0) {
      defaults_renew();
      printf("0\n");
    } else if (sscanf(line, "mounts %[^\n]", argument) == 1) {
      printf("%zu\n", mounts_load(argument));
    } else if (sscanf(line, "measure-mounts %d %d", &before, &rounds) == 2) {
      size_t count = 0;
      uint64_t start = 0;
      for (int i = -before; i < rounds; i++) {
        start = i == 0 ? now() : start;
        count = mounts_sample();
      }
      printf("%llu %zu\n", (unsigned long long)(now() - start), count);
    } else if (sscanf(line, "machines %d", &tree) == 1) {
      printf("%zu\n", machines_load(tree));
    } else if (sscanf(line, "measure-machines %d %d", &before, &rounds) == 2) {
      size_t count = 0;
      uint64_t start = 0;
      for (int i = -before; i < rounds; i++) {
        start = i == 0 ? now() : start;
        count = machines_sample();
      }
      printf("%llu %zu\n", (unsigned long long)(now() - start), count);
    } else if (strcmp(line, "values\n") == 0) {
      print_values();
    } else if (sscanf(line, "cpu %d", &tree) == 1) {
      clockid_t clock;
      struct timespec t = {0, 0};
      if (clock_getcpuclockid(tree, &clock) != 0 || clock_gettime(clock, &t) != 0) {
        fprintf(stderr, "baseline: the CPU time of %d is not known\n", tree);
        return 1;
      }
      printf("%lld\n", (long long)t.tv_sec * 1000000000 + t.tv_nsec);
    } else if (sscanf(line, "visit %d %d %[^\n]", &before, &rounds, argument) == 3) {
      struct found found = {0, 0};
      struct places *places = places_of(argument);
      uint64_t start = 0;
      for (int i = -before; i < rounds; i++) {
        start = i == 0 ? now() : start;
        found = (struct found){0, 0};
        visit(places, &found);
      }
      printf("%llu %lu %lu\n", (unsigned long long)(now() - start), found.directories, found.files);
      free_places(places);
    } else {
      fprintf(stderr, "baseline: not understood: %s", line);
      return 2;
    }
    fflush(stdout);
  }
  return 0;
}
