/*
 * What no file system here does on demand: calls that are interrupted, and texts that come in
 * pieces. The kernel is told to hand the calls to a signal handler, which answers every other one
 * with EINTR and lets the rest have a byte at a time.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "batch.h"
#include "check.h"
#include "plan.h"

enum { HANDLERS_OWN = 0x5f5f };

static volatile sig_atomic_t calls;
static volatile sig_atomic_t interruptions;

static void answer(int number, siginfo_t *info, void *context) {
  (void)number;
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  calls++;
  if (calls % 2 == 1) {
    interruptions++;
    registers[REG_RAX] = -EINTR;
    return;
  }
  long size = registers[REG_RDX];
  if (info->si_syscall != SYS_openat && size > 1) {
    size = 1;
  }
  long result = syscall(info->si_syscall, registers[REG_RDI], registers[REG_RSI], size,
                        registers[REG_R10], 0L, (long)HANDLERS_OWN);
  registers[REG_RAX] = result < 0 ? -errno : result;
}

static void install_handler(void) {
  struct sigaction action = {.sa_sigaction = answer, .sa_flags = SA_SIGINFO};
  REQUIRE(sigaction(SIGSYS, &action, NULL) == 0);
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
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
  struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
  REQUIRE(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  REQUIRE(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static char home[64];

static void write_text(const char *name, const char *text) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", home, name);
  FILE *file = fopen(path, "w");
  REQUIRE(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void interrupted_and_in_pieces(void) {
  static struct plan plan;
  strcpy(home, "/dev/shm/statsfs-XXXXXX");
  REQUIRE(mkdtemp(home) != NULL);
  write_text("value", "1234567890\n");
  write_text("bare", "42");
  write_text("flat", "first 11\nsecond: 222 kB\n\nthird 3");
  char path[128];
  snprintf(path, sizeof path, "%s/flat", home);
  for (int keep = 0; keep <= SFS_KEEP_OPEN; keep++) {
    plan_source(&plan, home, keep, 0, -1);
    plan_stat(&plan, "value", 0);
    plan_stat(&plan, "bare", 0);
    plan_stat(&plan, "nothing", 0);
    plan_source(&plan, path, SFS_FLAT_KEYED | keep, 4096, -1);
    plan_stat(&plan, "first", 0);
    plan_stat(&plan, "second", 0);
    plan_stat(&plan, "third", 0);
  }
  sfs_set_descriptor_budget(100);
  struct sampled sampled = open_plan(&plan, NULL);
  /* In a process of its own: the filter cannot be taken away again. */
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    install_handler();
    for (int round = 0; round < 3; round++) {
      CHECK_EQUAL(SFS_DONE, sample(&sampled));
      for (int i = 0; i < 12; i++) {
        static const int64_t expected[] = {1234567890, 42, 0, 11, 222, 3};
        CHECK_EQUAL(expected[i % 6], sampled.values[i]);
        CHECK_EQUAL(i % 6 == 2 ? SFS_GONE | ENOENT << 16 : SFS_OK, sampled.outcomes[i]);
      }
      CHECK_EQUAL(3, sfs_batch_kept(sampled.batch));
    }
    /* Each byte was a call, and before each there was one that was interrupted. */
    CHECK(interruptions > 3 * 2 * 45);
    _exit(check_failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  int status;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK_EQUAL(0, status);
  close_sampled(&sampled);
  static const char *const names[] = {"value", "bare", "flat"};
  for (int i = 0; i < 3; i++) {
    snprintf(path, sizeof path, "%s/%s", home, names[i]);
    unlink(path);
  }
  rmdir(home);
}

int main(void) {
  static const struct test tests[] = {TEST(interrupted_and_in_pieces)};
  return run_tests(tests, sizeof tests / sizeof tests[0]);
}
