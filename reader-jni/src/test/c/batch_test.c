#include "batch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "number.h"
#include "test_plan.h"

enum { MEGABYTE = 1 << 20, MANY = 100000 };

static char home[64]; /* on tmpfs */
static struct plan plan;

/* ---- files ---- */

/* The path of a file below home, valid until the next four calls. */
static const char *in_home(const char *format, ...) {
  static char paths[4][512];
  static int next;
  char *path = paths[next++ % 4];
  int length = snprintf(path, sizeof paths[0], "%s/", home);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(path + length, sizeof paths[0] - (size_t)length, format, arguments);
  va_end(arguments);
  return path;
}

static void write_bytes(const char *path, const char *bytes, size_t length) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  REQUIRE(fd >= 0);
  REQUIRE(write(fd, bytes, length) == (ssize_t)length);
  close(fd);
}

static void write_text(const char *path, const char *text) {
  write_bytes(path, text, strlen(text));
}

static void make_directory(const char *path) {
  REQUIRE(mkdir(path, 0755) == 0);
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *ftw) {
  (void)stat;
  (void)type;
  (void)ftw;
  return remove(path);
}

static void empty_home(void) {
  nftw(home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  REQUIRE(mkdir(home, 0755) == 0);
}

static void new_plan(void) {
  clear_plan(&plan);
}

/* Starts with an empty home, and a plan of that directory. */
static void plan_home(int flags) {
  empty_home();
  new_plan();
  plan_directory(&plan, home, "", NULL, flags, 0);
}

static const char *flat_file(void) {
  return in_home("flat");
}

/* A plan of a flat file of this text with these names, ended by NULL. */
static void plan_flat(const char *text, int flags, int max_bytes, ...) {
  empty_home();
  write_text(flat_file(), text);
  new_plan();
  plan_lines_at(&plan, flat_file(), flags, max_bytes);
  va_list names;
  va_start(names, max_bytes);
  for (const char *name = va_arg(names, const char *); name != NULL;
       name = va_arg(names, const char *)) {
    plan_line(&plan, name, 0);
  }
  va_end(names);
}

/* ---- what a test leaves behind ---- */

/* What was open before the first test. */
static char inherited[1000];

static int descriptors(void) {
  DIR *directory = opendir("/proc/self/fd");
  REQUIRE(directory != NULL);
  int count = 0;
  while (readdir(directory) != NULL) {
    count++;
  }
  closedir(directory);
  return count;
}

/* No program that is started may inherit a descriptor. The first three are the test's own. */
static void check_close_on_exec(void) {
  int found = 0;
  for (int fd = 3; fd < 1000; fd++) {
    int flags = fcntl(fd, F_GETFD);
    found += flags >= 0;
    CHECK(flags < 0 || (flags & FD_CLOEXEC) != 0 || inherited[fd]);
  }
  CHECK(found >= 3);
}

/*
 * The size of all mappings. Their number would not do: a mapping that leaks next to another one
 * becomes a part of it.
 */
static long mapped_pages(void) {
  int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  char text[128] = "";
  REQUIRE(read(fd, text, sizeof text - 1) > 0);
  close(fd);
  return strtol(text, NULL, 10);
}

/* ---- results ---- */

#define CHECK_VALUE(sampled, i, expected) \
  do { \
    CHECK_EQUAL(SFS_OK, (sampled).outcomes[i]); \
    CHECK_EQUAL(expected, (sampled).values[i]); \
  } while (0)

/* A stat without a value has the value 0. */
#define CHECK_FAILURE(sampled, i, status, error) \
  do { \
    CHECK_EQUAL(status, status_of((sampled).outcomes[i])); \
    CHECK_EQUAL(error, errno_of((sampled).outcomes[i])); \
    CHECK_EQUAL(0, (sampled).values[i]); \
  } while (0)

static double double_of(int64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* ---- files of one value ---- */

static void values(void) {
  plan_home(0);
  static const char *const texts[] = {"1084\n", "-128\n", "18446744073709551615\n", "7",
                                      "",       "on\n",   "1.5\n",                  "42\n"};
  static const char *const names[] = {"a", "guest doorbell", "\xff\xfe", "d", "e", "f", "g", "h"};
  enum { COUNT = sizeof names / sizeof names[0] };
  for (int i = 0; i < COUNT; i++) {
    write_text(in_home("%s", names[i]), texts[i]);
    plan_value(&plan, names[i], i == 7 ? SFS_SLOT_FLOAT : 0);
  }
  struct sampled sampled = open_plan(&plan, NULL);
  for (int round = 0; round < 3; round++) {
    CHECK_EQUAL(DONE, sample(&sampled));
    CHECK_VALUE(sampled, 0, 1084);
    CHECK_VALUE(sampled, 1, -128);
    CHECK_EQUAL(SFS_OK, status_of(sampled.outcomes[2]));
    CHECK_EQUAL(SFS_UNSIGNED, kind_of(sampled.outcomes[2]));
    CHECK_EQUAL(-1, sampled.values[2]);
    CHECK_VALUE(sampled, 3, 7);
    CHECK_FAILURE(sampled, 4, SFS_NOT_A_NUMBER, 0);
    CHECK_FAILURE(sampled, 5, SFS_NOT_A_NUMBER, 0);
    CHECK_EQUAL(SFS_DOUBLE, kind_of(sampled.outcomes[6]));
    CHECK(double_of(sampled.values[6]) == 1.5);
    CHECK_EQUAL(SFS_DOUBLE, kind_of(sampled.outcomes[7]));
    CHECK(double_of(sampled.values[7]) == 42);
  }
  write_text(in_home("a"), "1085\n");
  CHECK_EQUAL(DONE, sample(&sampled));
  CHECK_VALUE(sampled, 0, 1085);
  CHECK_EQUAL(0, sfs_batch_kept(sampled.batch));
  CHECK_EQUAL(0, sfs_batch_not_kept(sampled.batch));
  close_sampled(&sampled);
}

static void empty_plans(void) {
  new_plan();
  struct sampled sampled = open_plan(&plan, NULL);
  CHECK_EQUAL(DONE, sample(&sampled));
  close_sampled(&sampled);
  plan_home(0);
  sampled = open_plan(&plan, NULL);
  CHECK_EQUAL(DONE, sample(&sampled));
  close_sampled(&sampled);
  sfs_batch_close(NULL);
}

/* More entries than one call lists; what is no directory has none. */
static void entries_of_directories(void) {
  plan_home(0);
  make_directory(in_home("d"));
  make_directory(in_home("empty"));
  write_text(in_home("file"), "7\n");
  REQUIRE(symlink("d", in_home("link")) == 0);
  plan_entries(&plan, "d");
  plan_entries(&plan, "empty");
  plan_entries(&plan, "file");
  plan_entries(&plan, "link");
  plan_entries(&plan, "none");
  plan_value(&plan, "file", 0);
  struct sampled sampled = open_plan(&plan, NULL);
  for (int i = 0; i < 1500; i++) {
    write_text(in_home("d/with a long name, so that there are several calls, %d", i), "");
    if (i == 2 || i == 1499) {
      CHECK_EQUAL(DONE, sample(&sampled));
      CHECK_VALUE(sampled, 0, i + 1);
      CHECK_VALUE(sampled, 1, 0);
      CHECK_FAILURE(sampled, 2, SFS_GONE, ENOTDIR);
      CHECK_FAILURE(sampled, 3, SFS_GONE, ENOTDIR);
      CHECK_FAILURE(sampled, 4, SFS_GONE, ENOENT);
      CHECK_VALUE(sampled, 5, 7);
    }
  }
  close_sampled(&sampled);
}

static int count_entries(const char *path) {
  int count = 0;
  DIR *list = opendir(path);
  REQUIRE(list != NULL);
  for (struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
    count += entry->d_name[0] != '.';
  }
  closedir(list);
  return count;
}

/* Those that are open for the counting do not count, wherever the tree begins. */
static void own_descriptors(void) {
  new_plan();
  plan_directory(&plan, "/proc/self", "", NULL, 0, 0);
  plan_entries(&plan, "fd");
  plan_entries(&plan, "task");
  char pid[32];
  snprintf(pid, sizeof pid, "%d", (int)getpid());
  plan_directory(&plan, "/proc", pid, NULL, 0, 0);
  plan_entries(&plan, "fd");
  struct sampled sampled = open_plan(&plan, NULL);
  int opened[3];
  for (int i = 0; i < 3; i++) {
    const int before = count_entries("/proc/self/fd") - 1;
    CHECK_EQUAL(DONE, sample(&sampled));
    CHECK_VALUE(sampled, 0, before);
    CHECK_VALUE(sampled, 1, count_entries("/proc/self/task"));
    CHECK_VALUE(sampled, 2, before);
    opened[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    REQUIRE(opened[i] >= 0);
  }
  for (int i = 0; i < 3; i++) {
    close(opened[i]);
  }
  close_sampled(&sampled);
}

/* Each source's results have their own place, whatever becomes of its neighbours. */
static void many_sources(void) {
  empty_home();
  new_plan();
  write_text(in_home("flat"), "x 30\ny 31\n");
  for (int i = 0; i < 3; i++) {
    if (i != 1) {
      make_directory(in_home("s%d", i));
      for (int k = 0; k < 3; k++) {
        char value[16];
        snprintf(value, sizeof value, "%d\n", i * 10 + k);
        write_text(in_home("s%d/%d", i, k), value);
      }
    }
    plan_directory(&plan, in_home("s%d", i), "", NULL, 0, 0);
    plan_value(&plan, "0", 0);
    plan_value(&plan, "1", 0);
    plan_value(&plan, "2", 0);
  }
  plan_lines_at(&plan, flat_file(), 0, 4096);
  plan_line(&plan, "x", 0);
  plan_line(&plan, "y", 0);
  struct sampled sampled = open_plan(&plan, NULL);
  for (int round = 0; round < 2; round++) {
    CHECK_EQUAL(DONE, sample(&sampled));
    for (int k = 0; k < 3; k++) {
      CHECK_VALUE(sampled, k, k);
      CHECK_FAILURE(sampled, 3 + k, SFS_GONE, ENOENT);
      CHECK_VALUE(sampled, 6 + k, 20 + k);
    }
    CHECK_VALUE(sampled, 9, 30);
    CHECK_VALUE(sampled, 10, 31);
  }
  close_sampled(&sampled);
}

/* In the place of a file. */
static void odd_files(void) {
  plan_home(0);
  static const char *const names[] = {"gone", "link",    "dangling", "fifo", "directory",
                                      "good", "waiting", "pieces",   "slow"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    plan_value(&plan, names[i], 0);
  }
  write_text(in_home("good"), "1\n");
  REQUIRE(symlink("good", in_home("link")) == 0);
  REQUIRE(symlink("nothing", in_home("dangling")) == 0);
  make_directory(in_home("directory"));
  REQUIRE(mkfifo(in_home("fifo"), 0644) == 0);
  /* With somebody at the other end that has written nothing, a line, and half of one. */
  int ends[3];
  static const char *const fifos[] = {"waiting", "pieces", "slow"};
  static const char *const written[] = {"", "4711\n", "47"};
  for (int i = 0; i < 3; i++) {
    REQUIRE(mkfifo(in_home("%s", fifos[i]), 0644) == 0);
    ends[i] = open(in_home("%s", fifos[i]), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(ends[i] >= 0);
    REQUIRE(write(ends[i], written[i], strlen(written[i])) == (ssize_t)strlen(written[i]));
  }
  struct sampled sampled = open_plan(&plan, NULL);
  alarm(20); /* Whoever waits for a FIFO dies of this. */
  CHECK_EQUAL(DONE, sample(&sampled));
  alarm(0);
  CHECK_FAILURE(sampled, 0, SFS_GONE, ENOENT);
  CHECK_FAILURE(sampled, 1, SFS_FAILED, ELOOP);
  CHECK_FAILURE(sampled, 2, SFS_FAILED, ELOOP);
  CHECK_FAILURE(sampled, 3, SFS_NOT_A_NUMBER, 0);
  CHECK_FAILURE(sampled, 4, SFS_FAILED, EISDIR);
  CHECK_VALUE(sampled, 5, 1);
  CHECK_FAILURE(sampled, 6, SFS_FAILED, EAGAIN);
  CHECK_VALUE(sampled, 7, 4711);
  CHECK_FAILURE(sampled, 8, SFS_FAILED, EAGAIN);
  close_sampled(&sampled);
  for (int i = 0; i < 3; i++) {
    close(ends[i]);
  }
}

/* Files that may be kept open, and turn out to be none that can be read at an offset. */
static void odd_files_kept_open(void) {
  sfs_set_descriptor_budget(MANY);
  plan_home(SFS_FLAG_KEEP_OPEN);
  plan_value(&plan, "fifo", 0);
  plan_value(&plan, "directory", 0);
  plan_value(&plan, "good", 0);
  REQUIRE(mkfifo(in_home("fifo"), 0644) == 0);
  make_directory(in_home("directory"));
  write_text(in_home("good"), "1\n");
  int before = descriptors();
  struct sampled sampled = open_plan(&plan, NULL);
  for (int round = 0; round < 3; round++) {
    CHECK_EQUAL(DONE, sample(&sampled));
    CHECK_FAILURE(sampled, 0, SFS_FAILED, ESPIPE);
    CHECK_FAILURE(sampled, 1, SFS_FAILED, EISDIR);
    CHECK_VALUE(sampled, 2, 1);
    CHECK_EQUAL(before + 1, descriptors());
  }
  close_sampled(&sampled);
  CHECK_EQUAL(before, descriptors());
}

/* Where anything may take a file's place, nothing but files is opened. */
static void nothing_but_files_is_opened(void) {
  plan_home(SFS_FLAG_USER_MADE);
  static const char *const names[] = {"fifo", "socket", "directory", "link", "good", "gone", "flat"};
  for (int i = 0; i < 6; i++) {
    plan_value(&plan, names[i], 0);
  }
  plan_lines_at(&plan, flat_file(), SFS_FLAG_USER_MADE, MEGABYTE);
  plan_line(&plan, "a", 0);
  REQUIRE(mkfifo(in_home("fifo"), 0644) == 0 && mkfifo(flat_file(), 0644) == 0);
  REQUIRE(mknod(in_home("socket"), S_IFSOCK | 0644, 0) == 0);
  make_directory(in_home("directory"));
  write_text(in_home("good"), "1\n");
  REQUIRE(symlink("good", in_home("link")) == 0);
  int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  REQUIRE(watch >= 0);
  for (int i = 0; i < 7; i++) {
    const char *name = names[i];
    REQUIRE(strcmp(name, "gone") == 0 || strcmp(name, "good") == 0 ||
            inotify_add_watch(watch, in_home("%s", name), IN_OPEN | IN_DONT_FOLLOW) >= 0);
  }
  int before = descriptors();
  struct sampled sampled = open_plan(&plan, NULL);
  alarm(20);
  CHECK_EQUAL(DONE, sample(&sampled));
  alarm(0);
  CHECK_FAILURE(sampled, 0, SFS_GONE, ENXIO);
  CHECK_FAILURE(sampled, 1, SFS_GONE, ENXIO);
  CHECK_FAILURE(sampled, 2, SFS_FAILED, EISDIR);
  CHECK_FAILURE(sampled, 3, SFS_FAILED, ELOOP);
  CHECK_VALUE(sampled, 4, 1);
  CHECK_FAILURE(sampled, 5, SFS_GONE, ENOENT);
  CHECK_FAILURE(sampled, 6, SFS_GONE, ENXIO);
  char event[1000];
  CHECK_EQUAL(-1, read(watch, event, sizeof event));
  CHECK_EQUAL(EAGAIN, errno);
  CHECK_EQUAL(before, descriptors());
  close(watch);
  close_sampled(&sampled);
}

/* A tree with a source three levels down, and another one outside it. */
static void plan_deep(const char *links) {
  empty_home();
  static const char *const directories[] = {"root", "root/a", "root/a/b", "root/a/b/c",
                                            "out",  "out/b",  "out/b/c"};
  for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++) {
    make_directory(in_home("%s", directories[i]));
  }
  write_text(in_home("root/a/b/c/x"), "1\n");
  write_text(in_home("root/a/b/c/flat"), "y 2\n");
  write_text(in_home("out/b/c/x"), "10\n");
  write_text(in_home("out/b/c/flat"), "y 20\n");
  new_plan();
  plan_directory(&plan, in_home("root"), "a/b/c", links, 0, MEGABYTE);
  plan_value(&plan, "x", 0);
  plan_lines(&plan, "flat");
  plan_line(&plan, "y", 0);
}

static void expect_deep(struct sampled *sampled, int status, int error, int x) {
  int before = descriptors();
  CHECK_EQUAL(DONE, sample(sampled));
  CHECK_EQUAL(before, descriptors());
  for (int i = 0; i < 2; i++) {
    CHECK_EQUAL(status, status_of(sampled->outcomes[i]));
    CHECK_EQUAL(error, errno_of(sampled->outcomes[i]));
    CHECK_EQUAL(x * (i + 1), sampled->values[i]);
  }
}

static void links_below_the_root(void) {
  plan_deep(NULL);
  struct sampled sampled = open_plan(&plan, NULL);
  expect_deep(&sampled, SFS_OK, 0, 1);
  static const char *const replaced[] = {"root/a/b/c", "root/a/b", "root/a"};
  static const char *const targets[] = {"out/b/c", "out/b", "out"};
  for (int i = 0; i < 3; i++) {
    REQUIRE(rename(in_home("%s", replaced[i]), in_home("away")) == 0);
    expect_deep(&sampled, SFS_GONE, ENOENT, 0);
    REQUIRE(symlink(in_home("%s", targets[i]), in_home("%s", replaced[i])) == 0);
    expect_deep(&sampled, SFS_GONE, ENOTDIR, 0);
    REQUIRE(unlink(in_home("%s", replaced[i])) == 0);
    REQUIRE(rename(in_home("away"), in_home("%s", replaced[i])) == 0);
    expect_deep(&sampled, SFS_OK, 0, 1);
  }
  /* The root itself may be one. */
  REQUIRE(rename(in_home("root"), in_home("elsewhere")) == 0);
  REQUIRE(symlink("elsewhere", in_home("root")) == 0);
  expect_deep(&sampled, SFS_OK, 0, 1);
  REQUIRE(unlink(in_home("root")) == 0);
  expect_deep(&sampled, SFS_GONE, ENOENT, 0);
  write_text(in_home("root"), "");
  expect_deep(&sampled, SFS_GONE, ENOTDIR, 0);
  close_sampled(&sampled);
}

static void links_of_the_layout(void) {
  static const char *const places[] = {"../out", "devices", "", "/"};
  for (int place = 0; place < 4; place++) {
    plan_deep(places[place]);
    make_directory(in_home("root/devices"));
    make_directory(in_home("secret"));
    struct sampled sampled = open_plan(&plan, NULL);
    expect_deep(&sampled, SFS_OK, 0, 1);
    REQUIRE(rename(in_home("root/a/b"), in_home("away")) == 0);
    expect_deep(&sampled, SFS_GONE, ENOENT, 0);
    static const struct {
      const char *from;
      const char *to;
      int allowed[4]; /* by place */
      int x;
    } cases[] = {
        {"out/b", "../../out/b", {1, 0, 0, 1}, 10},
        {"out/b", "../../secret/../out/b", {1, 0, 0, 1}, 10},
        {"away", "../../away", {0, 0, 0, 1}, 1},
        {"away", "../devices/../../away", {0, 0, 0, 1}, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
      REQUIRE(symlink(cases[i].to, in_home("root/a/b")) == 0);
      int allowed = cases[i].allowed[place];
      expect_deep(&sampled, allowed ? SFS_OK : SFS_GONE, allowed ? 0 : ENOTDIR,
                  allowed ? cases[i].x : 0);
      REQUIRE(unlink(in_home("root/a/b")) == 0);
    }
    /* Within the root. */
    REQUIRE(rename(in_home("away"), in_home("root/devices/b")) == 0);
    REQUIRE(symlink("../devices/b", in_home("root/a/b")) == 0);
    int allowed = place != 0;
    expect_deep(&sampled, allowed ? SFS_OK : SFS_GONE, allowed ? 0 : ENOTDIR, allowed);
    /* The tree moves the place. */
    REQUIRE(rename(in_home("root/devices"), in_home("secret/devices")) == 0);
    REQUIRE(symlink("../secret/devices", in_home("root/devices")) == 0);
    allowed = place == 3;
    expect_deep(&sampled, allowed ? SFS_OK : SFS_GONE, allowed ? 0 : ENOTDIR, allowed);
    close_sampled(&sampled);
  }
}

static void no_permission(void) {
  plan_home(0);
  plan_value(&plan, "secret", 0);
  plan_value(&plan, "open", 0);
  write_text(in_home("secret"), "1\n");
  write_text(in_home("open"), "2\n");
  REQUIRE(chmod(in_home("secret"), 0) == 0);
  struct sampled sampled = open_plan(&plan, NULL);
  /* Root is asked for no permission. */
  int root = geteuid() == 0;
  REQUIRE(!root || seteuid(65534) == 0);
  CHECK_EQUAL(DONE, sample(&sampled));
  CHECK_FAILURE(sampled, 0, SFS_DENIED, EACCES);
  CHECK_VALUE(sampled, 1, 2);
  REQUIRE(!root || seteuid(0) == 0);
  REQUIRE(chmod(home, 0) == 0);
  REQUIRE(!root || seteuid(65534) == 0);
  CHECK_EQUAL(DONE, sample(&sampled));
  CHECK_FAILURE(sampled, 0, SFS_DENIED, EACCES);
  CHECK_FAILURE(sampled, 1, SFS_DENIED, EACCES);
  REQUIRE(!root || seteuid(0) == 0);
  REQUIRE(chmod(home, 0755) == 0);
  close_sampled(&sampled);
}

static void directories_come_and_go(void) {
  empty_home();
  make_directory(in_home("source"));
  write_text(in_home("source/a"), "1\n");
  write_text(in_home("source/b"), "2\n");
  new_plan();
  plan_directory(&plan, in_home("source"), "", NULL, 0, 0);
  plan_value(&plan, "a", 0);
  plan_value(&plan, "b", 0);
  struct sampled sampled = open_plan(&plan, NULL);
  sample(&sampled);
  CHECK_VALUE(sampled, 0, 1);
  CHECK_VALUE(sampled, 1, 2);

  /* Moved away: it is there, under another name. */
  REQUIRE(rename(in_home("source"), in_home("away")) == 0);
  sample(&sampled);
  CHECK_FAILURE(sampled, 0, SFS_GONE, ENOENT);
  CHECK_FAILURE(sampled, 1, SFS_GONE, ENOENT);

  /* A new one in its place, with one file only. */
  make_directory(in_home("source"));
  write_text(in_home("source/b"), "22\n");
  sample(&sampled);
  CHECK_FAILURE(sampled, 0, SFS_GONE, ENOENT);
  CHECK_VALUE(sampled, 1, 22);

  /* A file of it replaced by another one. */
  write_text(in_home("other"), "222\n");
  REQUIRE(rename(in_home("other"), in_home("source/b")) == 0);
  sample(&sampled);
  CHECK_VALUE(sampled, 1, 222);

  /* A file in the directory's place. */
  REQUIRE(unlink(in_home("source/b")) == 0 && rmdir(in_home("source")) == 0);
  write_text(in_home("source"), "3\n");
  sample(&sampled);
  CHECK_FAILURE(sampled, 0, SFS_GONE, ENOTDIR);
  CHECK_FAILURE(sampled, 1, SFS_GONE, ENOTDIR);

  /* And the old one back again. */
  REQUIRE(unlink(in_home("source")) == 0);
  REQUIRE(rename(in_home("away"), in_home("source")) == 0);
  sample(&sampled);
  CHECK_VALUE(sampled, 0, 1);
  CHECK_VALUE(sampled, 1, 2);
  close_sampled(&sampled);
}

static void long_files(void) {
  plan_home(0);
  plan_value(&plan, "fits", 0);
  plan_value(&plan, "full", 0);
  plan_value(&plan, "long", 0);
  plan_value(&plan, "lines", 0);
  char text[3 * SFS_VALUE_BYTES];
  memset(text, ' ', sizeof text);
  text[SFS_VALUE_BYTES - 2] = '5';
  write_bytes(in_home("fits"), text, SFS_VALUE_BYTES - 1);
  write_bytes(in_home("full"), text, SFS_VALUE_BYTES);
  write_bytes(in_home("long"), text, sizeof text);
  write_text(in_home("lines"), "1\n2\n");
  struct sampled sampled = open_plan(&plan, NULL);
  CHECK_EQUAL(DONE, sample(&sampled));
  CHECK_VALUE(sampled, 0, 5);
  CHECK_FAILURE(sampled, 1, SFS_NOT_A_NUMBER, 0);
  CHECK_FAILURE(sampled, 2, SFS_NOT_A_NUMBER, 0);
  CHECK_FAILURE(sampled, 3, SFS_NOT_A_NUMBER, 0);
  close_sampled(&sampled);
}

/* A file that never ends. */
static void endless_files(void) {
  new_plan();
  plan_directory(&plan, "/dev", "", NULL, 0, 0);
  plan_value(&plan, "zero", 0);
  plan_lines_at(&plan, "/dev/zero", 0, MEGABYTE);
  plan_line(&plan, "zero", 0);
  struct sampled sampled = open_plan(&plan, NULL);
  sample(&sampled);
  CHECK_FAILURE(sampled, 0, SFS_NOT_A_NUMBER, 0);
  CHECK_FAILURE(sampled, 1, SFS_GONE, 0);
  close_sampled(&sampled);
}

static void unfinished_values(void) {
  plan_home(0);
  static const char *const texts[] = {"1\n", "0.3333333333333333333\n", "2\n", "3.14159265358979323846\n"};
  for (int i = 0; i < 4; i++) {
    char name[] = {(char)('a' + i), 0};
    write_text(in_home("%s", name), texts[i]);
    plan_value(&plan, name, 0);
  }
  /* The last one of a source, and a source behind it. */
  plan_directory(&plan, home, "", NULL, 0, 0);
  plan_value(&plan, "a", 0);
  int before = descriptors();
  struct sampled sampled = open_plan(&plan, NULL);
  for (int round = 0; round < 3; round++) {
    for (int i = 1; i < 4; i += 2) {
      CHECK_EQUAL(TO_FINISH, sample(&sampled));
      CHECK_EQUAL(i, sampled.unfinished);
      CHECK_EQUAL(SFS_UNFINISHED, sampled.outcomes[i]);
      uint64_t place = (uint64_t)sampled.values[i];
      size_t length = strlen(texts[i]) - 1; /* without the end of the line */
      CHECK_EQUAL(length, place & UINT32_MAX);
      CHECK(memcmp(sfs_batch_text(sampled.batch) + (place >> 32), texts[i], length) == 0);
      /* No descriptor is left while the caller is at it. */
      CHECK_EQUAL(before, descriptors());
      sampled.values[i] = -i;
      sampled.outcomes[i] = SFS_OK;
    }
    CHECK_EQUAL(DONE, sample(&sampled));
    CHECK_VALUE(sampled, 0, 1);
    CHECK_VALUE(sampled, 1, -1);
    CHECK_VALUE(sampled, 2, 2);
    CHECK_VALUE(sampled, 3, -3);
    CHECK_VALUE(sampled, 4, 1);
  }
  /* Closed in the middle of a sample. */
  CHECK_EQUAL(TO_FINISH, sample(&sampled));
  close_sampled(&sampled);
  CHECK_EQUAL(before, descriptors());
}

/* ---- sources that go while they are read ---- */

/* Values that may be empty aggregates count as long as their source is there, with its other values. */
static void empty_aggregates(void) {
  static const char *const texts[] = {"0\n",
                                      "18446744073709551615\n",
                                      "9223372036854775807\n",
                                      "-9223372036854775808\n",
                                      "-1\n",
                                      "0.0\n",
                                      "-9223372036854775808.0000000000000000000001\n",
                                      "9223372036854775807\n",
                                      "18446744073709551615\n"};
  enum { LAST_INTEGER = 4, LAST = 8, OTHER, DECIMAL };
  char away[sizeof home + 8];
  snprintf(away, sizeof away, "%s-away", home);
  plan_home(SFS_FLAG_STALE_ZEROS);
  for (int i = 0; i <= LAST; i++) {
    char name[] = {(char)('a' + i), 0};
    write_text(in_home("%s", name), texts[i]);
    plan_value(&plan, name, i > LAST_INTEGER ? SFS_SLOT_FLOAT : 0);
  }
  write_text(in_home("other"), "7\n");
  plan_value(&plan, "other", 0);
  write_text(in_home("pi"), "3.14159265358979323846\n");
  plan_value(&plan, "pi", SFS_SLOT_FLOAT);
  struct sampled sampled = open_plan(&plan, NULL);
  for (int there = 1; there >= 0; there--) {
    enum progress progress;
    while ((progress = sample(&sampled)) == TO_FINISH) {
      /* As Java does. Each file has one result. */
      int i = sampled.unfinished;
      double number = strtod(sfs_batch_text(sampled.batch) + (sampled.values[i] >> 32), NULL);
      memcpy(&sampled.values[i], &number, sizeof number);
      sampled.outcomes[i] = SFS_OK | SFS_DOUBLE << SFS_KIND_SHIFT;
      if (!there && i == DECIMAL) {
        /* Nothing is left to be read of it when it goes. */
        REQUIRE(rename(home, away) == 0);
      }
    }
    CHECK_EQUAL(DONE, progress);
    for (int i = 0; i <= LAST; i++) {
      CHECK_EQUAL(there ? SFS_OK : SFS_GONE, status_of(sampled.outcomes[i]));
      CHECK_EQUAL(there ? 0 : ENOENT, errno_of(sampled.outcomes[i]));
    }
    CHECK_VALUE(sampled, OTHER, 7);
    CHECK_EQUAL(SFS_OK, status_of(sampled.outcomes[DECIMAL]));
  }
  REQUIRE(rename(away, home) == 0);
  close_sampled(&sampled);
}

/* ---- files of many values ---- */

static void flat_files(void) {
  plan_flat("a 1\nb: 2 kB\nc -3\nd 18446744073709551615\nwords are none\n\n :\n e\t5\t%\nf 1.5\n", 0,
            4096, "a", "b", "c", "d", "e", "f", NULL);
  struct sampled sampled = open_plan(&plan, NULL);
  CHECK_EQUAL(OUTDATED, sample(&sampled)); /* The line of words fits. */
  CHECK_EQUAL(DONE, sample(&sampled));
  CHECK_VALUE(sampled, 0, 1);
  CHECK_VALUE(sampled, 1, 2);
  CHECK_VALUE(sampled, 2, -3);
  CHECK_EQUAL(SFS_UNSIGNED, kind_of(sampled.outcomes[3]));
  CHECK_EQUAL(-1, sampled.values[3]);
  CHECK_VALUE(sampled, 4, 5);
  CHECK(double_of(sampled.values[5]) == 1.5);

  /* In another order, without a newline at the end. */
  write_text(flat_file(), "words are none\nf 1\ne 2\nd 3\nc 4\nb 5\na 6");
  CHECK_EQUAL(DONE, sample(&sampled));
  for (int i = 0; i < 6; i++) {
    CHECK_VALUE(sampled, i, 6 - i);
  }

  /* A line less, a line more, both, and one twice: the first one counts. */
  write_text(flat_file(), "a 1\nb 2\nd 4\ne 5\nf 6\n");
  CHECK_EQUAL(OUTDATED, sample(&sampled));
  CHECK_FAILURE(sampled, 2, SFS_GONE, 0);
  CHECK_VALUE(sampled, 5, 6);
  write_text(flat_file(), "a 1\nb 2\nnew 7\nc 3\nd 4\ne 5\nf 6\n");
  CHECK_EQUAL(OUTDATED, sample(&sampled));
  CHECK_VALUE(sampled, 2, 3);
  /* It is reported once, and again when there are more, or less. */
  CHECK_EQUAL(DONE, sample(&sampled));
  write_text(flat_file(), "a 1\nb 2\nnew 7\nnewer 8\nc 3\nd 4\ne 5\nf 6\n");
  CHECK_EQUAL(OUTDATED, sample(&sampled));
  write_text(flat_file(), "1 7\na 1\nb 2\n0.00 7\ndeadbeef 7\nc 3\nd 4\ne 5\nother 7 7\nf 6\n");
  CHECK_EQUAL(OUTDATED, sample(&sampled));
  CHECK_EQUAL(DONE, sample(&sampled));
  /* Others, but as many. */
  write_text(flat_file(), "2 7\na 1\nb 2\n0.01 8\nother 7\nc 3\nd 4\ne 5\nf 6\n");
  CHECK_EQUAL(DONE, sample(&sampled));
  write_text(flat_file(), "a 1\nb 2\nnew 7\nd 4\ne 5\nf 6\n");
  CHECK_EQUAL(OUTDATED, sample(&sampled));
  CHECK_FAILURE(sampled, 2, SFS_GONE, 0);
  write_text(flat_file(), "a 1\na 11\nb 2\nc 3\nb 12\nd 4\ne 5\nf 6\nf 16\n");
  CHECK_EQUAL(OUTDATED, sample(&sampled));
  CHECK_EQUAL(DONE, sample(&sampled));
  for (int i = 0; i < 6; i++) {
    CHECK_VALUE(sampled, i, i + 1);
  }

  /* Names that only begin, or end, like the ones that are known; and a value that is none. */
  write_text(flat_file(), "aa 1\nb:: 2\nC 3\nd 4x\n-e 5\nf +6\n");
  CHECK_EQUAL(OUTDATED, sample(&sampled));
  CHECK_FAILURE(sampled, 0, SFS_GONE, 0);
  CHECK_FAILURE(sampled, 1, SFS_GONE, 0);
  CHECK_FAILURE(sampled, 2, SFS_GONE, 0);
  CHECK_FAILURE(sampled, 3, SFS_NOT_A_NUMBER, 0);
  CHECK_FAILURE(sampled, 4, SFS_GONE, 0);
  CHECK_VALUE(sampled, 5, 6);

  /* Names that are still there, but whose lines do not fit. */
  write_text(flat_file(), "a text\na 1\nb 2 3\nc 3 kB more\nd 4 0x5\ne\nf: 0022\n");
  CHECK_EQUAL(OUTDATED, sample(&sampled)); /* the lines before had others */
  for (int i = 0; i < 6; i++) {
    CHECK_FAILURE(sampled, i, SFS_NOT_A_NUMBER, 0);
  }
  CHECK_EQUAL(DONE, sample(&sampled));

  write_text(flat_file(), "");
  CHECK_EQUAL(OUTDATED, sample(&sampled));
  CHECK_FAILURE(sampled, 0, SFS_GONE, 0);
  close_sampled(&sampled);
}

/* A source's stats may be fewer than its file has lines. */
static void some_lines_of_a_file(void) {
  plan_flat("a 1\nb 2\na 4\nc 3\nb 5\n", 0, 4096, "c", NULL);
  plan_other(&plan, "a");
  plan_other(&plan, "b");
  struct sampled sampled = open_plan(&plan, NULL);
  CHECK_EQUAL(DONE, sample(&sampled));
  CHECK_VALUE(sampled, 0, 3);
  write_text(flat_file(), "b text\nc 3\na 1\n");
  CHECK_EQUAL(DONE, sample(&sampled));
  write_text(flat_file(), "a 2\nc 3\nd 1\n");
  CHECK_EQUAL(OUTDATED, sample(&sampled));
  write_text(flat_file(), "a 2\nc 3\n");
  CHECK_EQUAL(OUTDATED, sample(&sampled));
  CHECK_EQUAL(OUTDATED, sample(&sampled));
  close_sampled(&sampled);
  plan_flat("a 1\nb 2\nc 3\n", 0, 4096, "c", NULL);
  sampled = open_plan(&plan, NULL);
  CHECK_EQUAL(OUTDATED, sample(&sampled));
  CHECK_VALUE(sampled, 0, 3);
  close_sampled(&sampled);
}

/* Which files are outdated, each by itself. */
static void outdated_files(void) {
  empty_home();
  new_plan();
  plan_directory(&plan, home, "", NULL, 0, 4096);
  for (int i = 0; i < 3; i++) {
    char name[] = {(char)('a' + i), 0};
    write_text(in_home("%s", name), i == 0 ? "x 1\n" : "y 2\n");
    plan_lines(&plan, name);
    plan_line(&plan, "x", 0);
  }
  write_text(in_home("value"), "1\n");
  plan_value(&plan, "value", 0);
  struct sampled sampled = open_plan(&plan, NULL);
  CHECK_EQUAL(OUTDATED, sample(&sampled));
  CHECK_EQUAL(1, sfs_batch_next_outdated(sampled.batch, 0));
  CHECK_EQUAL(1, sfs_batch_next_outdated(sampled.batch, 1));
  CHECK_EQUAL(2, sfs_batch_next_outdated(sampled.batch, 2));
  CHECK_EQUAL(SFS_NO_FILE, sfs_batch_next_outdated(sampled.batch, 3));
  CHECK_EQUAL(SFS_NO_FILE, sfs_batch_next_outdated(sampled.batch, 100));
  /* One that is gone, or left out, is not. */
  REQUIRE(unlink(in_home("b")) == 0);
  CHECK_EQUAL(OUTDATED, sample(&sampled));
  CHECK_EQUAL(2, sfs_batch_next_outdated(sampled.batch, 0));
  sampled.outcomes[2] |= SFS_LEFT_OUT;
  CHECK_EQUAL(DONE, sample(&sampled));
  close_sampled(&sampled);
}

static void odd_things_for_flat_files(void) {
  plan_flat("a 1\n", 0, 4096, "a", NULL);
  struct sampled sampled = open_plan(&plan, NULL);
  REQUIRE(unlink(flat_file()) == 0);
  CHECK_EQUAL(DONE, sample(&sampled));
  CHECK_FAILURE(sampled, 0, SFS_GONE, ENOENT);
  make_directory(flat_file());
  CHECK_EQUAL(DONE, sample(&sampled));
  CHECK_FAILURE(sampled, 0, SFS_FAILED, EISDIR);
  REQUIRE(rmdir(flat_file()) == 0);
  write_text(in_home("target"), "a 1\n");
  REQUIRE(symlink("target", flat_file()) == 0);
  CHECK_EQUAL(DONE, sample(&sampled));
  CHECK_FAILURE(sampled, 0, SFS_FAILED, ELOOP);
  REQUIRE(unlink(flat_file()) == 0);
  REQUIRE(mkfifo(flat_file(), 0644) == 0);
  alarm(20);
  CHECK_EQUAL(OUTDATED, sample(&sampled));
  alarm(0);
  CHECK_FAILURE(sampled, 0, SFS_GONE, 0);
  REQUIRE(rename(in_home("target"), flat_file()) == 0);
  CHECK_EQUAL(DONE, sample(&sampled));
  CHECK_VALUE(sampled, 0, 1);
  close_sampled(&sampled);
}

/* Where the text is cut, the rest of the last number would be another number. */
static void cut_flat_files(void) {
  static const char text[] = "a 1234\nb 5678\n";
  for (int max = 0; max <= (int)sizeof text; max++) {
    plan_flat(text, 0, max, "a", "b", NULL);
    struct sampled sampled = open_plan(&plan, NULL);
    CHECK_EQUAL(max >= 14 ? DONE : OUTDATED, sample(&sampled));
    if (max >= 7) {
      CHECK_VALUE(sampled, 0, 1234);
    } else {
      CHECK_FAILURE(sampled, 0, SFS_GONE, 0);
    }
    if (max >= 14) {
      CHECK_VALUE(sampled, 1, 5678);
    } else {
      CHECK_FAILURE(sampled, 1, SFS_GONE, 0);
    }
    close_sampled(&sampled);
  }
}

/* From within the first buffer to beyond it, and back, at every length around its end and that of a page. */
static void growing_flat_files(void) {
  static char text[6 * SFS_VALUE_BYTES];
  plan_flat("", 0, MEGABYTE, "first", "last", NULL);
  struct sampled sampled = open_plan(&plan, NULL);
  for (int pages = 1; pages <= 2; pages++) {
    int end = pages * SFS_VALUE_BYTES;
    for (int length = end - 3; length <= end + 3; length++) {
      memset(text, '\n', sizeof text);
      memcpy(text, "first 1\n", 8);
      memcpy(text + length - 6, "last 2", 6);
      write_bytes(flat_file(), text, (size_t)length);
      CHECK_EQUAL(DONE, sample(&sampled));
      CHECK_VALUE(sampled, 0, 1);
      CHECK_VALUE(sampled, 1, 2);
    }
  }
  memcpy(text + sizeof text - 7, "\nlast 3", 7);
  memset(text + 8, '\n', sizeof text - 16);
  write_bytes(flat_file(), text, sizeof text);
  CHECK_EQUAL(DONE, sample(&sampled));
  CHECK_VALUE(sampled, 1, 3);
  write_text(flat_file(), "last 4\nfirst 5");
  CHECK_EQUAL(DONE, sample(&sampled));
  CHECK_VALUE(sampled, 0, 5);
  CHECK_VALUE(sampled, 1, 4);
  close_sampled(&sampled);
}

static void many_lines(void) {
  enum { LINES = 15000 };
  static char text[LINES * 24];
  char name[24];
  new_plan();
  empty_home();
  plan_lines_at(&plan, flat_file(), 0, MEGABYTE);
  for (int i = 0; i < LINES; i++) {
    snprintf(name, sizeof name, "name_%d", i);
    plan_line(&plan, name, 0);
  }
  struct sampled sampled = open_plan(&plan, NULL);
  /* In order; backwards; and with a step that is coprime to their number. */
  static const int steps[] = {1, LINES - 1, 7919};
  for (int s = 0; s < 3; s++) {
    int length = 0;
    for (int i = 0, k = 0; i < LINES; i++, k = (k + steps[s]) % LINES) {
      length += sprintf(text + length, "name_%d %d\n", k, k * 3 + s);
    }
    write_bytes(flat_file(), text, (size_t)length);
    CHECK_EQUAL(DONE, sample(&sampled));
    for (int i = 0; i < LINES; i++) {
      CHECK_VALUE(sampled, i, i * 3 + s);
    }
  }
  close_sampled(&sampled);
}

static void hostile_flat_files(void) {
  static char text[MEGABYTE + 100];
  static const char *const fillings[] = {"a", "9", "\n", " ", ":", "a ", "a 1\n", "x y\n", "a\n", "\r"};
  plan_flat("", 0, MEGABYTE, "a", NULL);
  plan_line(&plan, "", 0); /* A name that no line can have. */
  struct sampled sampled = open_plan(&plan, NULL);
  for (size_t f = 0; f < sizeof fillings / sizeof fillings[0]; f++) {
    size_t filling = strlen(fillings[f]);
    for (size_t i = 0; i < sizeof text; i++) {
      text[i] = fillings[f][i % filling];
    }
    write_bytes(flat_file(), text, sizeof text);
    CHECK_EQUAL(OUTDATED, sample(&sampled));
    if (strcmp(fillings[f], "a 1\n") == 0) {
      CHECK_VALUE(sampled, 0, 1);
    } else {
      CHECK_FAILURE(sampled, 0, strcmp(fillings[f], "a\n") == 0 ? SFS_NOT_A_NUMBER : SFS_GONE, 0);
    }
    CHECK_FAILURE(sampled, 1, SFS_GONE, 0);
  }
  /* One number of a megabyte, less a byte. */
  memset(text, '9', sizeof text);
  text[0] = 'a';
  text[1] = ' ';
  write_bytes(flat_file(), text, MEGABYTE - 1);
  CHECK_EQUAL(OUTDATED, sample(&sampled));
  CHECK_FAILURE(sampled, 0, SFS_NOT_A_NUMBER, 0);
  text[1000] = '.';
  write_bytes(flat_file(), text, MEGABYTE - 1);
  CHECK_EQUAL(TO_FINISH, sample(&sampled));
  CHECK_EQUAL(SFS_UNFINISHED, sampled.outcomes[0]);
  CHECK_EQUAL(UINT64_C(2) << 32 | (MEGABYTE - 3), sampled.values[0]);
  CHECK_EQUAL(OUTDATED, sample(&sampled));
  close_sampled(&sampled);
}

static void unfinished_flat_values(void) {
  plan_flat("a 1\nb 1e5 kB\nc 3\nd 2e5\n", 0, 4096, NULL);
  plan_line(&plan, "a", 0);
  plan_line(&plan, "b", SFS_SLOT_FLOAT);
  plan_line(&plan, "c", 0);
  plan_line(&plan, "d", SFS_SLOT_FLOAT);
  plan_lines_at(&plan, flat_file(), 0, 4096);
  plan_line(&plan, "b", SFS_SLOT_FLOAT);
  plan_line(&plan, "a", 0);
  plan_other(&plan, "c");
  plan_other(&plan, "d");
  struct sampled sampled = open_plan(&plan, NULL);
  for (int round = 0; round < 2; round++) {
    CHECK_EQUAL(TO_FINISH, sample(&sampled));
    CHECK_EQUAL(0, sampled.unfinished);
    CHECK_VALUE(sampled, 0, 1);
    CHECK_VALUE(sampled, 2, 3);
    CHECK_EQUAL(SFS_UNFINISHED, sampled.outcomes[1]);
    CHECK_EQUAL(SFS_UNFINISHED, sampled.outcomes[3]);
    for (int i = 1; i < 4; i += 2) {
      uint64_t place = (uint64_t)sampled.values[i];
      CHECK_EQUAL(3, place & UINT32_MAX);
      CHECK(memcmp(sfs_batch_text(sampled.batch) + (place >> 32), i == 1 ? "1e5" : "2e5", 3) == 0);
    }
    CHECK_EQUAL(TO_FINISH, sample(&sampled));
    CHECK_EQUAL(1, sampled.unfinished);
    CHECK_EQUAL(SFS_UNFINISHED, sampled.outcomes[4]);
    CHECK_VALUE(sampled, 5, 1);
    /* The second source wants two of the four lines, but knows all of them. */
    CHECK_EQUAL(DONE, sample(&sampled));
  }
  close_sampled(&sampled);
}

/* ---- files that are kept open ---- */

static void keeping_files_open(void) {
  sfs_set_descriptor_budget(MANY);
  plan_home(SFS_FLAG_KEEP_OPEN);
  write_text(in_home("a"), "1\n");
  write_text(in_home("b"), "2\n");
  write_text(flat_file(), "x 3\n");
  plan_value(&plan, "a", 0);
  plan_value(&plan, "b", 0);
  plan_lines_at(&plan, flat_file(), SFS_FLAG_KEEP_OPEN, 4096);
  plan_line(&plan, "x", 0);
  int before = descriptors();
  struct sampled sampled = open_plan(&plan, NULL);
  for (int round = 0; round < 3; round++) {
    CHECK_EQUAL(DONE, sample(&sampled));
    CHECK_VALUE(sampled, 0, 1);
    CHECK_VALUE(sampled, 1, 2);
    CHECK_VALUE(sampled, 2, 3);
    CHECK_EQUAL(3, sfs_batch_kept(sampled.batch));
    CHECK_EQUAL(0, sfs_batch_not_kept(sampled.batch));
    CHECK_EQUAL(before + 3, descriptors());
  }
  check_close_on_exec();
  /* Read again at the beginning, longer and shorter. */
  write_text(in_home("a"), "1234567\n");
  write_text(flat_file(), "x 42\n");
  sample(&sampled);
  CHECK_VALUE(sampled, 0, 1234567);
  CHECK_VALUE(sampled, 2, 42);
  write_text(in_home("a"), "8\n");
  sample(&sampled);
  CHECK_VALUE(sampled, 0, 8);
  /* The proof that they are the same files: tmpfs goes on answering for ones that are gone. */
  REQUIRE(unlink(in_home("a")) == 0);
  sample(&sampled);
  CHECK_VALUE(sampled, 0, 8);
  close_sampled(&sampled);
  CHECK_EQUAL(before, descriptors());
}

/* Those of one line are read in groups, which end with the directory and where something else comes. */
static void kept_files_in_groups(void) {
  enum { FILES = 40, LINES = 20 };
  sfs_set_descriptor_budget(MANY);
  empty_home();
  new_plan();
  plan_directory(&plan, home, "", NULL, SFS_FLAG_KEEP_OPEN, 4096);
  for (int i = 0; i < FILES; i++) {
    char name[16];
    snprintf(name, sizeof name, "%d", i);
    write_text(in_home("%s", name), i == LINES ? "x 1\n" : "1\n");
    if (i == LINES) {
      plan_lines(&plan, name);
      plan_line(&plan, "x", 0);
    } else {
      plan_value(&plan, name, 0);
    }
  }
  make_directory(in_home("below"));
  write_text(in_home("below/value"), "1\n");
  plan_directory(&plan, home, "below", NULL, SFS_FLAG_KEEP_OPEN, 0);
  plan_value(&plan, "value", 0);
  struct sampled sampled = open_plan(&plan, NULL);
  CHECK_EQUAL(DONE, sample(&sampled));
  for (int round = 2; round < 5; round++) {
    for (int i = 0; i <= FILES; i++) {
      char text[32];
      snprintf(text, sizeof text, i == LINES ? "x %d\n" : "%d\n", 100 * round + i);
      char name[16];
      snprintf(name, sizeof name, "%d", i);
      write_text(in_home("%s", i == FILES ? "below/value" : name), text);
    }
    CHECK_EQUAL(DONE, sample(&sampled));
    CHECK_EQUAL(FILES + 1, sfs_batch_kept(sampled.batch));
    for (int i = 0; i <= FILES; i++) {
      CHECK_VALUE(sampled, i, 100 * round + i);
    }
  }
  /* What is left out is not touched, also where it follows what is read. */
  const uint32_t blocked = SFS_BLOCKED | SFS_LEFT_OUT;
  for (int i = 1; i <= FILES; i++) {
    sampled.outcomes[i] = blocked;
  }
  CHECK_EQUAL(DONE, sample(&sampled));
  CHECK_EQUAL(0, sfs_batch_position(sampled.batch));
  close_sampled(&sampled);
}

/* Whatever the length of its text. */
static void texts_of_kept_files(void) {
  sfs_set_descriptor_budget(MANY);
  plan_home(SFS_FLAG_KEEP_OPEN);
  for (int i = 0; i < 3; i++) {
    const char name[] = {(char)('a' + i), 0};
    write_text(in_home("%s", name), "1\n");
    plan_value(&plan, name, 0);
  }
  struct sampled sampled = open_plan(&plan, NULL);
  CHECK_EQUAL(DONE, sample(&sampled));
  for (int length = 0; length < 200; length++) {
    /* A number with spaces behind it, with an end of its line and without. */
    char text[256];
    memset(text, ' ', sizeof text);
    text[0] = '7';
    write_bytes(in_home("b"), text, (size_t)length);
    CHECK_EQUAL(DONE, sample(&sampled));
    CHECK_VALUE(sampled, 0, 1);
    if (length == 0) {
      CHECK_FAILURE(sampled, 1, SFS_NOT_A_NUMBER, 0);
    } else {
      CHECK_VALUE(sampled, 1, 7);
    }
    CHECK_VALUE(sampled, 2, 1);
    text[length] = '\n';
    write_bytes(in_home("b"), text, (size_t)length + 1);
    CHECK_EQUAL(DONE, sample(&sampled));
    if (length == 0) {
      CHECK_FAILURE(sampled, 1, SFS_NOT_A_NUMBER, 0);
    } else {
      CHECK_VALUE(sampled, 1, 7);
    }
    /* A second line, wherever it begins. */
    text[length + 1] = 'x';
    write_bytes(in_home("b"), text, (size_t)length + 2);
    CHECK_EQUAL(DONE, sample(&sampled));
    CHECK_FAILURE(sampled, 1, SFS_NOT_A_NUMBER, 0);
    CHECK_VALUE(sampled, 2, 1);
  }
  close_sampled(&sampled);
}

static void keeping_real_files_open(void) {
  sfs_set_descriptor_budget(MANY);
  static const char *const names[] = {"rx_bytes", "tx_bytes", "rx_packets", "tx_packets"};
  new_plan();
  plan_directory(&plan, "/sys/class/net/lo/statistics", "", NULL, SFS_FLAG_KEEP_OPEN, 0);
  for (int i = 0; i < 4; i++) {
    plan_value(&plan, names[i], 0);
  }
  plan_lines_at(&plan, "/proc/vmstat", SFS_FLAG_KEEP_OPEN, MEGABYTE);
  plan_line(&plan, "pgfault", 0);
  plan_line(&plan, "pgpgin", 0);
  plan_line(&plan, "nr_no_such_thing", 0);
  struct sampled sampled = open_plan(&plan, NULL);
  int64_t last[6] = {0};
  for (int round = 0; round < 100; round++) {
    CHECK_EQUAL(OUTDATED, sample(&sampled));
    CHECK_EQUAL(5, sfs_batch_kept(sampled.batch));
    for (int i = 0; i < 6; i++) {
      CHECK_EQUAL(SFS_OK, sampled.outcomes[i]);
      CHECK(sampled.values[i] >= last[i]);
      last[i] = sampled.values[i];
    }
    CHECK_FAILURE(sampled, 6, SFS_GONE, 0);
  }
  /* Page faults are counted at once, so a fresh value is a higher one. */
  FILE *file = fopen("/proc/vmstat", "re");
  REQUIRE(file != NULL);
  char line[128];
  int found = 0;
  while (fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, "pgfault ", 8) == 0) {
      CHECK(strtoll(line + 8, NULL, 10) >= last[4]);
      found = 1;
    }
  }
  fclose(file);
  CHECK(found);
  close_sampled(&sampled);
}

/* The files of a process answer with an error once it has ended. */
static void kept_files_that_end(void) {
  sfs_set_descriptor_budget(MANY);
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    pause();
    _exit(0);
  }
  int before = descriptors();
  char path[64];
  new_plan();
  snprintf(path, sizeof path, "/proc/%d", (int)child);
  plan_directory(&plan, path, "", NULL, SFS_FLAG_KEEP_OPEN, 0);
  plan_value(&plan, "oom_score", 0);
  plan_value(&plan, "oom_score_adj", 0);
  snprintf(path, sizeof path, "/proc/%d/status", (int)child);
  plan_lines_at(&plan, path, SFS_FLAG_KEEP_OPEN, MEGABYTE);
  plan_line(&plan, "Pid", 0);
  struct sampled sampled = open_plan(&plan, NULL);
  for (int round = 0; round < 2; round++) {
    sample(&sampled);
    CHECK_EQUAL(SFS_OK, sampled.outcomes[0]);
    CHECK_EQUAL(SFS_OK, sampled.outcomes[1]);
    CHECK_VALUE(sampled, 2, child);
    CHECK_EQUAL(3, sfs_batch_kept(sampled.batch));
  }
  REQUIRE(kill(child, SIGKILL) == 0);
  REQUIRE(waitpid(child, NULL, 0) == child);
  sample(&sampled);
  CHECK_FAILURE(sampled, 0, SFS_GONE, ENOENT);
  CHECK_FAILURE(sampled, 1, SFS_GONE, ENOENT);
  CHECK_FAILURE(sampled, 2, SFS_GONE, ENOENT);
  CHECK_EQUAL(0, sfs_batch_kept(sampled.batch));
  CHECK_EQUAL(before, descriptors());
  close_sampled(&sampled);
}

/*
 * A kept file that fails while its directory stands, and one that takes its place: what is said of a
 * descriptor in /proc is there as long as the descriptor.
 */
static void kept_files_that_are_replaced(void) {
  sfs_set_descriptor_budget(MANY);
  empty_home();
  write_text(in_home("file"), "0123456789");
  int other = open(in_home("file"), O_RDONLY | O_CLOEXEC);
  /* A number that no file gets while this one is closed. */
  int file = fcntl(other, F_DUPFD_CLOEXEC, 200);
  REQUIRE(other >= 0 && file >= 0);
  char name[16];
  char path[64];
  snprintf(name, sizeof name, "%d", file);
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", file);
  new_plan();
  plan_lines_at(&plan, path, SFS_FLAG_KEEP_OPEN, 4096);
  plan_line(&plan, "pos", 0);
  plan_directory(&plan, "/proc/self/fdinfo", "", NULL, SFS_FLAG_KEEP_OPEN, 0);
  plan_value(&plan, name, 0);
  struct sampled sampled = open_plan(&plan, NULL);
  for (int round = 0; round < 3; round++) {
    int before = descriptors() - sfs_batch_kept(sampled.batch);
    REQUIRE(lseek(file, round + 3, SEEK_SET) == round + 3);
    sample(&sampled);
    CHECK_VALUE(sampled, 0, round + 3);
    CHECK_FAILURE(sampled, 1, SFS_NOT_A_NUMBER, 0); /* It has more than one line. */
    CHECK_EQUAL(2, sfs_batch_kept(sampled.batch));
    CHECK_EQUAL(before + 2, descriptors());

    REQUIRE(close(file) == 0);
    sample(&sampled);
    CHECK_FAILURE(sampled, 0, SFS_GONE, ENOENT);
    CHECK_FAILURE(sampled, 1, SFS_GONE, ENOENT);
    CHECK_EQUAL(0, sfs_batch_kept(sampled.batch));
    CHECK_EQUAL(before - 1, descriptors());
    REQUIRE(dup3(other, file, O_CLOEXEC) == file);
  }
  close_sampled(&sampled);
  close(file);
  close(other);
}

static void plan_kept_files(int count) {
  plan_home(SFS_FLAG_KEEP_OPEN);
  for (int i = 0; i < count; i++) {
    char name[16];
    snprintf(name, sizeof name, "%d", i);
    write_text(in_home("%s", name), "1\n");
    plan_value(&plan, name, 0);
  }
}

/* More files than may be kept open: the rest is opened for each sample, and this is counted. */
static void descriptor_budget(void) {
  enum { FILES = 10, BUDGET = 4 };
  sfs_set_descriptor_budget(BUDGET);
  plan_kept_files(FILES);
  int before = descriptors();
  struct sampled one = open_plan(&plan, NULL);
  struct sampled two = open_plan(&plan, NULL);
  for (int round = 0; round < 3; round++) {
    CHECK_EQUAL(DONE, sample(&one));
    CHECK_EQUAL(DONE, sample(&two));
    for (int i = 0; i < FILES; i++) {
      CHECK_VALUE(one, i, 1);
      CHECK_VALUE(two, i, 1);
    }
    CHECK_EQUAL(BUDGET, sfs_batch_kept(one.batch));
    CHECK_EQUAL(FILES - BUDGET, sfs_batch_not_kept(one.batch));
    CHECK_EQUAL(0, sfs_batch_kept(two.batch));
    CHECK_EQUAL(FILES, sfs_batch_not_kept(two.batch));
    CHECK_EQUAL(before + BUDGET, descriptors());
  }
  /* What one gives back the other one gets. */
  close_sampled(&one);
  CHECK_EQUAL(before, descriptors());
  CHECK_EQUAL(DONE, sample(&two));
  CHECK_EQUAL(BUDGET, sfs_batch_kept(two.batch));
  CHECK_EQUAL(before + BUDGET, descriptors());
  close_sampled(&two);
  CHECK_EQUAL(before, descriptors());

  /* Without any, nothing is kept. */
  sfs_set_descriptor_budget(0);
  one = open_plan(&plan, NULL);
  CHECK_EQUAL(DONE, sample(&one));
  CHECK_VALUE(one, 0, 1);
  CHECK_EQUAL(0, sfs_batch_kept(one.batch));
  CHECK_EQUAL(before, descriptors());
  close_sampled(&one);
}

/* A budget is for all files that are kept, those included that were kept when it was set. */
static void descriptor_budget_set_anew(void) {
  enum { FILES = 10 };
  sfs_set_descriptor_budget(6);
  plan_kept_files(FILES);
  struct sampled one = open_plan(&plan, NULL);
  sample(&one);
  CHECK_EQUAL(6, sfs_batch_kept(one.batch));
  sfs_set_descriptor_budget(8);
  sample(&one);
  CHECK_EQUAL(8, sfs_batch_kept(one.batch));
  sfs_set_descriptor_budget(2);
  struct sampled two = open_plan(&plan, NULL);
  sample(&two);
  CHECK_EQUAL(0, sfs_batch_kept(two.batch));
  close_sampled(&one);
  sample(&two);
  CHECK_EQUAL(2, sfs_batch_kept(two.batch));
  close_sampled(&two);
}

/* A following batch goes on with the open files of the one before. */
static void adoption(void) {
  sfs_set_descriptor_budget(MANY);
  plan_kept_files(3);
  write_text(flat_file(), "x 3\n");
  plan_lines_at(&plan, flat_file(), SFS_FLAG_KEEP_OPEN, 4096);
  plan_line(&plan, "x", 0);
  int before = descriptors();
  struct sampled first = open_plan(&plan, NULL);
  sample(&first);
  CHECK_EQUAL(before + 4, descriptors());

  /* tmpfs goes on answering for files that are gone: only who took them over can read them. */
  for (int i = 0; i < 3; i++) {
    REQUIRE(unlink(in_home("%d", i)) == 0);
  }
  REQUIRE(unlink(flat_file()) == 0);

  write_text(in_home("new"), "5\n");
  /* In another order, the first two files of three, and one that is new. */
  new_plan();
  plan_directory(&plan, home, "", NULL, SFS_FLAG_KEEP_OPEN, 4096);
  plan_lines(&plan, "flat")[SFS_FILE_PREDECESSOR] = 3;
  plan_line(&plan, "x", 0);
  plan_successor(&plan, "0", 0);
  plan_successor(&plan, "1", 1);
  plan_directory(&plan, home, "", NULL, SFS_FLAG_KEEP_OPEN, 0);
  plan_value(&plan, "new", 0);
  struct sampled second = open_plan(&plan, &first);
  CHECK_EQUAL(3, sfs_batch_kept(second.batch));
  CHECK_EQUAL(before + 3, descriptors());
  CHECK_EQUAL(DONE, sample(&second));
  CHECK_VALUE(second, 0, 3);
  CHECK_VALUE(second, 1, 1);
  CHECK_VALUE(second, 2, 1);
  CHECK_VALUE(second, 3, 5);

  /* One that had none; one predecessor for two; numbers of none. */
  new_plan();
  plan_directory(&plan, home, "", NULL, SFS_FLAG_KEEP_OPEN, 0);
  plan_successor(&plan, "0", 1);
  plan_successor(&plan, "1", 2);
  plan_value(&plan, "2", 0);
  plan_successor(&plan, "0", 1);
  plan_successor(&plan, "0", 4);
  plan_successor(&plan, "0", INT32_MAX);
  plan_successor(&plan, "0", INT32_MIN);
  struct sampled third = open_plan(&plan, &second);
  CHECK_EQUAL(2, sfs_batch_kept(third.batch));
  CHECK_EQUAL(before + 2, descriptors());
  CHECK_EQUAL(DONE, sample(&third));
  CHECK_VALUE(third, 0, 1);
  CHECK_VALUE(third, 1, 1);
  CHECK_FAILURE(third, 2, SFS_GONE, ENOENT);
  CHECK_FAILURE(third, 3, SFS_GONE, ENOENT);
  close_sampled(&third);
  CHECK_EQUAL(before, descriptors());
}

/* A plan that is not what it says it is opens nothing and costs the previous batch nothing. */
static void wrong_plans(void) {
  sfs_set_descriptor_budget(MANY);
  plan_kept_files(2);
  struct sampled sampled = open_plan(&plan, NULL);
  sample(&sampled);
  size_t bytes;
  int32_t *serial = plan_bytes(&plan, &bytes);
  struct sfs_batch *batch = NULL;
  CHECK_EQUAL(-EINVAL, sfs_batch_open(serial, bytes - 1, sampled.batch, &batch));
  CHECK_EQUAL(-EINVAL, sfs_batch_open(serial, bytes + 1, sampled.batch, &batch));
  for (int part = 0; part < SFS_PLAN_SIZE; part++) {
    serial[part]++;
    CHECK_EQUAL(-EINVAL, sfs_batch_open(serial, bytes, sampled.batch, &batch));
    serial[part]--;
  }
  CHECK(batch == NULL);
  free(serial);
  CHECK_EQUAL(2, sfs_batch_kept(sampled.batch));
  CHECK_EQUAL(DONE, sample(&sampled));
  CHECK_VALUE(sampled, 1, 1);
  close_sampled(&sampled);
}

/* ---- as a whole ---- */

/* Mappings are made without the C library, so that no leak checker sees them. */
static void nothing_is_left(void) {
  sfs_set_descriptor_budget(MANY);
  static char text[5 * SFS_VALUE_BYTES];
  memset(text, '\n', sizeof text);
  plan_kept_files(3);
  write_bytes(flat_file(), text, sizeof text); /* grows the buffer */
  plan_lines_at(&plan, flat_file(), SFS_FLAG_KEEP_OPEN, MEGABYTE);
  plan_line(&plan, "x", 0);
  int files = descriptors();
  long pages = 0;
  enum { ROUNDS = 200, WARM_UP = 20 };
  for (int round = 0; round < WARM_UP + ROUNDS; round++) {
    if (round == WARM_UP) {
      pages = mapped_pages();
    }
    struct sampled sampled = open_plan(&plan, NULL);
    sample(&sampled);
    sampled = open_plan(&plan, &(struct sampled){.batch = sampled.batch,
                                                 .values = sampled.values,
                                                 .outcomes = sampled.outcomes});
    sample(&sampled);
    close_sampled(&sampled);
  }
  CHECK_EQUAL(files, descriptors());
  /* One page lost a round would be 200; the allocator of a sanitizer may have taken some. */
  long more = mapped_pages() - pages;
  if (more >= ROUNDS / 2) {
    CHECK_EQUAL(0, more);
  }
}

static volatile sig_atomic_t signals;

static void count_signal(int number) {
  (void)number;
  signals++;
}

static void signals_at_a_high_rate(void) {
  sfs_set_descriptor_budget(MANY);
  new_plan();
  for (int keep = 0; keep < 2; keep++) {
    plan_directory(&plan, "/sys/class/net/lo/statistics", "", NULL, keep ? SFS_FLAG_KEEP_OPEN : 0, 0);
    plan_value(&plan, "rx_bytes", 0);
    plan_value(&plan, "tx_bytes", 0);
    plan_lines_at(&plan, "/proc/vmstat", keep ? SFS_FLAG_KEEP_OPEN : 0, MEGABYTE);
    plan_line(&plan, "pgfault", 0);
  }
  struct sampled sampled = open_plan(&plan, NULL);
  struct sigaction action = {.sa_handler = count_signal}; /* without SA_RESTART */
  struct sigaction old;
  REQUIRE(sigaction(SIGALRM, &action, &old) == 0);
  struct itimerval timer = {{0, 50}, {0, 50}};
  REQUIRE(setitimer(ITIMER_REAL, &timer, NULL) == 0);
  time_t end = time(NULL) + 2;
  int failed = 0;
  while (time(NULL) < end) {
    sample(&sampled);
    for (int i = 0; i < sampled.count; i++) {
      failed += sampled.outcomes[i] != SFS_OK;
    }
  }
  timer = (struct itimerval){{0, 0}, {0, 0}};
  REQUIRE(setitimer(ITIMER_REAL, &timer, NULL) == 0);
  REQUIRE(sigaction(SIGALRM, &old, NULL) == 0);
  CHECK_EQUAL(0, failed);
  CHECK(signals > 100);
  close_sampled(&sampled);
}

/* Neither opened nor changed; where the sample is shows the last file that it read. */
static void stats_that_are_left_out(void) {
  for (int keep = 0; keep < 2; keep++) {
    plan_home(keep ? SFS_FLAG_KEEP_OPEN : 0);
    for (int i = 0; i < 3; i++) {
      write_text(in_home("%c", 'a' + i), "7\n");
      plan_value(&plan, i == 0 ? "a" : i == 1 ? "b" : "c", 0);
    }
    write_text(flat_file(), "x 8\ny 9\n");
    plan_lines_at(&plan, flat_file(), keep ? SFS_FLAG_KEEP_OPEN : 0, MEGABYTE);
    plan_line(&plan, "x", 0);
    plan_line(&plan, "y", 0);
    struct sampled sampled = open_plan(&plan, NULL);
    const uint32_t blocked = SFS_BLOCKED | SFS_LEFT_OUT;
    sampled.outcomes[2] = sampled.outcomes[3] = sampled.outcomes[4] = blocked;
    CHECK_EQUAL(DONE, sample(&sampled));
    CHECK_VALUE(sampled, 0, 7);
    CHECK_VALUE(sampled, 1, 7);
    for (int i = 2; i < 5; i++) {
      CHECK_EQUAL(blocked, sampled.outcomes[i]);
    }
    CHECK_EQUAL(1, sfs_batch_position(sampled.batch));
    CHECK_EQUAL(keep ? 2 : 0, sfs_batch_kept(sampled.batch));
    if (!keep) {
      /* Not changed either if the directory is gone. */
      sampled.outcomes[0] = blocked;
      sampled.outcomes[2] = sampled.outcomes[3] = sampled.outcomes[4] = 0;
      empty_home();
      REQUIRE(rmdir(home) == 0);
      sample(&sampled);
      CHECK_EQUAL(blocked, sampled.outcomes[0]);
      for (int i = 1; i < 5; i++) {
        CHECK_EQUAL(SFS_GONE, status_of(sampled.outcomes[i]));
      }
      CHECK_EQUAL(3, sfs_batch_position(sampled.batch));
      REQUIRE(mkdir(home, 0755) == 0);
    }
    close_sampled(&sampled);
  }
}

/* Batches that share nothing but the budget, each in its own thread. */
static void *sample_in_thread(void *argument) {
  const struct plan *own = argument;
  for (int round = 0; round < 30; round++) {
    struct sampled sampled = open_plan(own, NULL);
    for (int i = 0; i < 5; i++) {
      sample(&sampled);
      for (int k = 0; k < sampled.count; k++) {
        CHECK_VALUE(sampled, k, 1);
      }
    }
    close_sampled(&sampled);
  }
  return NULL;
}

static void threads(void) {
  enum { THREADS = 8, FILES = 10, BUDGET = 25 };
  sfs_set_descriptor_budget(BUDGET);
  plan_kept_files(FILES);
  int before = descriptors();
  pthread_t all[THREADS];
  for (int i = 0; i < THREADS; i++) {
    REQUIRE(pthread_create(&all[i], NULL, sample_in_thread, &plan) == 0);
  }
  for (int i = 0; i < THREADS; i++) {
    REQUIRE(pthread_join(all[i], NULL) == 0);
  }
  CHECK_EQUAL(before, descriptors());
  /* All of the budget is back. */
  struct sampled sampled[3];
  for (int i = 0; i < 3; i++) {
    sampled[i] = open_plan(&plan, NULL);
    sample(&sampled[i]);
    CHECK_EQUAL(i < 2 ? FILES : BUDGET - 2 * FILES, sfs_batch_kept(sampled[i].batch));
  }
  for (int i = 0; i < 3; i++) {
    close_sampled(&sampled[i]);
  }
}

int main(void) {
  static const struct test tests[] = {
      TEST(values),
      TEST(empty_plans),
      TEST(entries_of_directories),
      TEST(own_descriptors),
      TEST(many_sources),
      TEST(odd_files),
      TEST(odd_files_kept_open),
      TEST(nothing_but_files_is_opened),
      TEST(links_below_the_root),
      TEST(links_of_the_layout),
      TEST(no_permission),
      TEST(directories_come_and_go),
      TEST(long_files),
      TEST(endless_files),
      TEST(unfinished_values),
      TEST(empty_aggregates),
      TEST(flat_files),
      TEST(some_lines_of_a_file),
      TEST(outdated_files),
      TEST(odd_things_for_flat_files),
      TEST(cut_flat_files),
      TEST(growing_flat_files),
      TEST(many_lines),
      TEST(hostile_flat_files),
      TEST(unfinished_flat_values),
      TEST(keeping_files_open),
      TEST(kept_files_in_groups),
      TEST(texts_of_kept_files),
      TEST(keeping_real_files_open),
      TEST(kept_files_that_end),
      TEST(kept_files_that_are_replaced),
      TEST(descriptor_budget),
      TEST(descriptor_budget_set_anew),
      TEST(adoption),
      TEST(wrong_plans),
      TEST(stats_that_are_left_out),
      TEST(nothing_is_left),
      TEST(signals_at_a_high_rate),
      TEST(threads),
  };
  for (int fd = 0; fd < 1000; fd++) {
    inherited[fd] = fcntl(fd, F_GETFD) >= 0;
  }
  strcpy(home, "/dev/shm/statsfs-XXXXXX");
  REQUIRE(mkdtemp(home) != NULL);
  int result = run_tests(tests, sizeof tests / sizeof tests[0]);
  nftw(home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  return result;
}
