/*
 * What no file system here does on demand: calls that are interrupted, and texts that come in
 * pieces. The kernel is told to hand the calls to a signal handler, which answers every other one
 * with EINTR and lets the rest have a byte at a time. And what older kernels and other seccomp
 * filters answer to openat2.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "batch.h"
#include "check.h"
#include "test_plan.h"

enum { HANDLERS_OWN = 0x5f5f };

static volatile sig_atomic_t calls;
static volatile sig_atomic_t openat2_answer = EINTR; /* every other time */
static volatile sig_atomic_t interruptions;

static void answer(int number, siginfo_t *info, void *context) {
  (void)number;
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  calls++;
  if (calls % 2 == 1) {
    interruptions++;
    registers[REG_RAX] = info->si_syscall == SYS_openat2 ? -openat2_answer : -EINTR;
    return;
  }
  long size = registers[REG_RDX];
  if ((info->si_syscall == SYS_read || info->si_syscall == SYS_pread64) && size > 1) {
    size = 1;
  }
  long result = syscall(info->si_syscall, registers[REG_RDI], registers[REG_RSI], size,
                        registers[REG_R10], 0L, (long)HANDLERS_OWN);
  registers[REG_RAX] = result < 0 ? -errno : result;
}

static void install(struct sock_filter *filter, size_t length) {
  struct sock_fprog program = {(unsigned short)length, filter};
  REQUIRE(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  REQUIRE(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static void install_handler(void) {
  struct sigaction action = {.sa_sigaction = answer, .sa_flags = SA_SIGINFO};
  REQUIRE(sigaction(SIGSYS, &action, NULL) == 0);
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 5, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_newfstatat, 4, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_read, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pread64, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      /* The handler marks its own calls in the sixth argument, which none of these has. */
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HANDLERS_OWN, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
  };
  install(filter, sizeof filter / sizeof filter[0]);
}

/* From now on openat2 answers nothing else. */
static void refuse_openat2(int error) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  install(filter, sizeof filter / sizeof filter[0]);
}

static char home[64];

static void write_text(const char *name, const char *text) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", home, name);
  FILE *file = fopen(path, "w");
  REQUIRE(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static struct plan plan;

/* A directory two levels below the root, twice, with files that may be kept open and others. */
static struct sampled make_tree(void) {
  char path[128];
  strcpy(home, "/dev/shm/statsfs-XXXXXX");
  REQUIRE(mkdtemp(home) != NULL);
  snprintf(path, sizeof path, "%s/a", home);
  REQUIRE(mkdir(path, 0755) == 0);
  snprintf(path, sizeof path, "%s/a/b", home);
  REQUIRE(mkdir(path, 0755) == 0);
  write_text("a/b/value", "1234567890\n");
  write_text("a/b/bare", "42");
  write_text("a/b/flat", "first 11\nsecond: 222 kB\n\nthird 3");
  clear_plan(&plan);
  for (int keep = 0; keep <= SFS_FLAG_KEEP_OPEN; keep++) {
    plan_directory(&plan, home, "a/b", NULL, keep | SFS_FLAG_USER_MADE, 4096);
    plan_value(&plan, "value", 0);
    plan_value(&plan, "bare", 0);
    plan_value(&plan, "nothing", 0);
    plan_lines(&plan, "flat");
    plan_line(&plan, "first", 0);
    plan_line(&plan, "second", 0);
    plan_line(&plan, "third", 0);
  }
  sfs_set_descriptor_budget(100);
  return open_plan(&plan, NULL);
}

static void sample_tree(struct sampled *sampled) {
  for (int round = 0; round < 3; round++) {
    CHECK_EQUAL(DONE, sample(sampled));
    for (int i = 0; i < 12; i++) {
      static const int64_t expected[] = {1234567890, 42, 0, 11, 222, 3};
      CHECK_EQUAL(expected[i % 6], sampled->values[i]);
      CHECK_EQUAL(i % 6 == 2 ? SFS_GONE | ENOENT << 16 : SFS_OK, sampled->outcomes[i]);
    }
    CHECK_EQUAL(3, sfs_batch_kept(sampled->batch));
  }
}

static void remove_tree(struct sampled *sampled) {
  static const char *const names[] = {"a/b/value", "a/b/bare", "a/b/flat", "a/b", "a", ""};
  close_sampled(sampled);
  for (int i = 0; i < 6; i++) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", home, names[i]);
    CHECK_EQUAL(0, remove(path));
  }
}

/* In a process of its own: a filter cannot be taken away again. */
static void in_child(void (*body)(struct sampled *, int), struct sampled *sampled, int argument) {
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    body(sampled, argument);
    _exit(check_failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  int status;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK_EQUAL(0, status);
}

static void with_handler(struct sampled *sampled, int answer_to_openat2) {
  openat2_answer = answer_to_openat2;
  install_handler();
  sample_tree(sampled);
  /* Each byte was a call, and before each there was one that was interrupted. */
  CHECK(interruptions > 3 * 2 * 45);
}

static void interrupted_and_in_pieces(void) {
  struct sampled sampled = make_tree();
  in_child(with_handler, &sampled, EINTR);
  in_child(with_handler, &sampled, EAGAIN);
  remove_tree(&sampled);
}

/* A link in the place of a directory is followed by no way of opening. */
static void without_openat2_in_child(struct sampled *sampled, int error) {
  refuse_openat2(error);
  sample_tree(sampled);
  char path[128];
  char away[128];
  for (int i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s/%s", home, i == 0 ? "a" : "a/b");
    snprintf(away, sizeof away, "%s-away", home);
    REQUIRE(rename(path, away) == 0 && symlink(away, path) == 0);
    CHECK_EQUAL(DONE, sample(sampled));
    CHECK_EQUAL(SFS_GONE | ENOTDIR << 16, sampled->outcomes[0]);
    CHECK_EQUAL(SFS_GONE | ENOTDIR << 16, sampled->outcomes[3]);
    REQUIRE(unlink(path) == 0 && rename(away, path) == 0);
  }
  sample_tree(sampled);
}

static void without_openat2(void) {
  static const int errors[] = {ENOSYS, EPERM, EAGAIN};
  for (int i = 0; i < 3; i++) {
    struct sampled sampled = make_tree();
    in_child(without_openat2_in_child, &sampled, errors[i]);
    remove_tree(&sampled);
  }
}

int main(void) {
  static const struct test tests[] = {TEST(interrupted_and_in_pieces), TEST(without_openat2)};
  return run_tests(tests, sizeof tests / sizeof tests[0]);
}
