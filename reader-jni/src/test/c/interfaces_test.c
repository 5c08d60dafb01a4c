/*
 * The counters of interfaces by netlink, in network namespaces of the test's own: that they are those of
 * the files, and that files are read wherever that is not certain. Takes root, and ip.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "batch.h"
#include "bracket.h"
#include "check.h"
#include "netlink.h"
#include "number.h"
#include "test_plan.h"

/* In the order of the files that a plan here has. */
enum { RX_BYTES, TX_BYTES, TX_PACKETS, COUNTERS = 24 };

static const char *const counters[COUNTERS] = {
    "rx_bytes",          "tx_bytes",         "tx_packets",        "rx_packets",
    "rx_errors",         "tx_errors",        "rx_dropped",        "tx_dropped",
    "multicast",         "collisions",       "rx_length_errors",  "rx_over_errors",
    "rx_crc_errors",     "rx_frame_errors",  "rx_fifo_errors",    "rx_missed_errors",
    "tx_aborted_errors", "tx_carrier_errors", "tx_fifo_errors",   "tx_heartbeat_errors",
    "tx_window_errors",  "rx_compressed",    "tx_compressed",     "rx_nohandler"};

static struct plan plan;

/* ---- namespaces ---- */

static void run(const char *format, ...) {
  char command[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(command, sizeof command, format, arguments);
  va_end(arguments);
  if (system(command) != 0) {
    fprintf(stderr, "failed: %s\n", command);
    exit(EXIT_FAILURE);
  }
}

static void write_to(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd >= 0) {
    REQUIRE(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
  }
}

/* Directories for as many namespaces as a test has at most. */
enum { PLACES = 2 };
static char places[PLACES][32];
static int namespaces[PLACES];

/* A network namespace whose interfaces say nothing by themselves, and its sysfs, which is returned. */
static const char *enter_namespace(void) {
  static int next;
  const char *place = places[next];
  REQUIRE(unshare(CLONE_NEWNET) == 0);
  write_to("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
  write_to("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
  /* It lives as long as somebody is in it, or has it open; a sysfs is not enough. */
  namespaces[next] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  REQUIRE(namespaces[next++] >= 0);
  REQUIRE(mount("sysfs", place, "sysfs", 0, NULL) == 0);
  return place;
}

/* A pair of interfaces, up. The first one has an index, unless that is 0. */
static void make_pair(const char *a, const char *b, int index) {
  char with_index[32] = "";
  if (index != 0) {
    snprintf(with_index, sizeof with_index, "index %d", index);
  }
  run("ip link add %s %s type veth peer name %s && ip link set %s up && ip link set %s up", a,
      with_index, b, a, b);
}

static void send_packets(const char *interface, int count) {
  int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  /* Without a queue, which an interface gets some time after it is up, and which drops all until then. */
  const int bypass = 1;
  REQUIRE(fd >= 0 && setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &bypass, sizeof bypass) == 0);
  struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(interface)};
  char packet[100] = {0};
  for (int i = 0; i < count; i++) {
    REQUIRE(sendto(fd, packet, sizeof packet, 0, (struct sockaddr *)&to, sizeof to) == sizeof packet);
  }
  close(fd);
}

/* Each test has a process of its own. */
static void in_child(void (*body)(void)) {
  for (int i = 0; i < PLACES; i++) {
    strcpy(places[i], "/dev/shm/statsfs-XXXXXX");
    REQUIRE(mkdtemp(places[i]) != NULL);
  }
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    check_failures = 0;
    REQUIRE(unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
    body();
    exit(check_failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  int status;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK_EQUAL(0, status);
  for (int i = 0; i < PLACES; i++) {
    CHECK_EQUAL(0, rmdir(places[i]));
  }
}

/* ---- batches ---- */

static int32_t planned; /* files */

static void begin_plan(void) {
  clear_plan(&plan);
  planned = 0;
}

/* An interface below a sysfs. If there was the same plan before, the same as its next one. */
static void plan_interface(const char *sysfs, const char *name, int is_successor) {
  char root[96];
  char path[64];
  snprintf(root, sizeof root, "%s/class/net", sysfs);
  snprintf(path, sizeof path, "%s/statistics", name);
  plan_directory(&plan, root, path, "../../devices", SFS_FLAG_KEEP_OPEN, 4096);
  for (int i = 0; i < COUNTERS; i++) {
    plan_successor(&plan, counters[i], is_successor ? planned : -1);
    planned++;
  }
}

static struct sampled open_interface(const char *sysfs, const char *name) {
  begin_plan();
  plan_interface(sysfs, name, 0);
  return open_plan(&plan, NULL);
}

/* Samples, and compares with what the files of the same plan say. */
static void sample_and_compare(struct sampled *sampled) {
  struct sampled files = open_plan(&plan, NULL);
  memset(files.outcomes, 0, (size_t)files.count * sizeof files.outcomes[0]);
  CHECK_EQUAL(SFS_NO_FILE, sfs_batch_sample(files.batch, 0, files.values, files.outcomes));
  CHECK_EQUAL(DONE, sample(sampled));
  for (int i = 0; i < files.count; i++) {
    CHECK_EQUAL(files.outcomes[i], sampled->outcomes[i]);
    if (status_of(files.outcomes[i]) == SFS_OK) {
      CHECK_EQUAL(files.values[i], sampled->values[i]);
    }
  }
  close_sampled(&files);
}

static int kept(const struct sampled *sampled) {
  return sfs_batch_kept(sampled->batch);
}

/* ---- tests ---- */

static void names(void) {
  for (int i = 0; i < COUNTERS; i++) {
    CHECK(sfs_counter(counters[i]) >= 0);
  }
  CHECK_EQUAL(0, sfs_counter("rx_packets"));
  CHECK_EQUAL(2, sfs_counter("rx_bytes"));
  CHECK_EQUAL(23, sfs_counter("rx_nohandler"));
  CHECK_EQUAL(-1, sfs_counter("rx_byte"));
  CHECK_EQUAL(-1, sfs_counter("rx_bytes2"));
  CHECK_EQUAL(-1, sfs_counter("rx_otherhost_dropped"));
  CHECK_EQUAL(-1, sfs_counter(""));
}

static void own(void) {
  const char *sysfs = enter_namespace();
  make_pair("e1", "e2", 0);
  send_packets("e1", 3);
  begin_plan();
  plan_interface(sysfs, "e1", 0);
  plan_interface(sysfs, "lo", 0);
  plan_value(&plan, "nothing", 0);
  plan_interface(sysfs, "e2", 0);
  struct sampled sampled = open_plan(&plan, NULL);
  for (int i = 0; i < 3; i++) {
    sample_and_compare(&sampled);
    CHECK_EQUAL(0, kept(&sampled));
    CHECK_EQUAL(3 + i, sampled.values[TX_PACKETS]);
    CHECK_EQUAL(300 + 100 * i, sampled.values[TX_BYTES]);
    CHECK_EQUAL(300 + 100 * i, sampled.values[2 * COUNTERS + 1 + RX_BYTES]);
    CHECK_EQUAL(SFS_GONE, status_of(sampled.outcomes[2 * COUNTERS]));
    send_packets("e1", 1);
  }
  /* As after a timeout, and back. */
  CHECK_EQUAL(SFS_NO_FILE, sfs_batch_sample(sampled.batch, 0, sampled.values, sampled.outcomes));
  CHECK_EQUAL(3 * COUNTERS, kept(&sampled));
  sample_and_compare(&sampled);
  CHECK_EQUAL(0, kept(&sampled));
  /* What is left out is not touched. */
  sampled.outcomes[TX_PACKETS] = SFS_BLOCKED | SFS_LEFT_OUT;
  sampled.values[TX_PACKETS] = 77;
  sampled.values[TX_BYTES] = 77;
  CHECK_EQUAL(DONE, sample(&sampled));
  CHECK_EQUAL(SFS_BLOCKED | SFS_LEFT_OUT, sampled.outcomes[TX_PACKETS]);
  CHECK_EQUAL(77, sampled.values[TX_PACKETS]);
  CHECK_EQUAL(600, sampled.values[TX_BYTES]);
  close_sampled(&sampled);
}

/* Beside the index of an interface there are other directories than its statistics. */
static void another(void) {
  const char *sysfs = enter_namespace();
  char link[64];
  char target[96];
  snprintf(link, sizeof link, "%s/statistics", places[1]);
  snprintf(target, sizeof target, "%s/class/net/lo/queues", sysfs);
  REQUIRE(symlink(target, link) == 0);
  begin_plan();
  plan_directory(&plan, link, "", NULL, SFS_FLAG_KEEP_OPEN, 4096);
  for (int i = 0; i < COUNTERS; i++) {
    plan_value(&plan, counters[i], 0);
  }
  struct sampled sampled = open_plan(&plan, NULL);
  sample_and_compare(&sampled);
  CHECK_EQUAL(SFS_GONE, status_of(sampled.outcomes[0]));
  close_sampled(&sampled);
  REQUIRE(unlink(link) == 0);
}

static void another_directory_of_an_interface(void) {
  in_child(another);
}

static void own_namespace(void) {
  in_child(own);
}

/* What is compared with the kernel's idea of a number must be as it is. */
static void converted(void) {
  const char *sysfs = enter_namespace();
  begin_plan();
  plan_interface(sysfs, "lo", 0);
  for (int i = 0; i < COUNTERS; i++) {
    plan.slots[i] |= i % 2 == 0 ? SFS_SLOT_FLOAT : 0;
  }
  struct sampled sampled = open_plan(&plan, NULL);
  sample_and_compare(&sampled);
  CHECK_EQUAL(COUNTERS / 2, kept(&sampled));
  CHECK_EQUAL(SFS_DOUBLE, kind_of(sampled.outcomes[0]));
  close_sampled(&sampled);
}

static void stats_that_are_converted_come_from_files(void) {
  in_child(converted);
}

/* Two namespaces whose interfaces have the same names, indexes and addresses, and nearly the same counters. */
static const char *enter_namespace_like(int packets) {
  const char *sysfs = enter_namespace();
  make_pair("e1", "e2", 7);
  run("ip link set e1 address 02:00:00:00:00:01 && ip link set e2 address 02:00:00:00:00:02");
  send_packets("e1", packets);
  return sysfs;
}

static void alike(void) {
  const char *other = enter_namespace_like(1000);
  const char *own = enter_namespace_like(1001);
  begin_plan();
  plan_interface(other, "e1", 0);
  plan_interface(own, "e1", 0);
  struct sampled sampled = open_plan(&plan, NULL);
  for (int i = 0; i < 3; i++) {
    sample_and_compare(&sampled);
    CHECK_EQUAL(COUNTERS, kept(&sampled));
    CHECK_EQUAL(1000, sampled.values[TX_PACKETS]);
    CHECK_EQUAL(1001 + i, sampled.values[COUNTERS + TX_PACKETS]);
    send_packets("e1", 1);
  }
  close_sampled(&sampled);
}

static void namespaces_that_look_alike(void) {
  in_child(alike);
}

/* A batch whose namespace its thread has left since. */
static void left(void) {
  const char *sysfs = enter_namespace();
  make_pair("e1", "e2", 7);
  send_packets("e1", 5);
  struct sampled sampled = open_interface(sysfs, "e1");
  CHECK_EQUAL(DONE, sample(&sampled));
  enter_namespace();
  make_pair("e1", "e2", 7);
  sample_and_compare(&sampled);
  CHECK_EQUAL(5, sampled.values[TX_PACKETS]);
  CHECK_EQUAL(0, kept(&sampled));
  close_sampled(&sampled);
}

static void a_thread_that_goes_to_another_namespace(void) {
  in_child(left);
}

static void changed(void) {
  const char *sysfs = enter_namespace();
  make_pair("e1", "e2", 7);
  send_packets("e1", 5);
  begin_plan();
  plan_interface(sysfs, "lo", 0);
  plan_interface(sysfs, "e1", 0);
  struct sampled sampled = open_plan(&plan, NULL);
  sample_and_compare(&sampled);
  const uint32_t *its = sampled.outcomes + COUNTERS;

  /* Until the next catalog an interface goes on under its name of before, as with files that are open. */
  run("ip link set e1 down && ip link set e1 name e3 && ip link set e3 up");
  send_packets("e3", 1);
  CHECK_EQUAL(DONE, sample(&sampled));
  CHECK_EQUAL(6, sampled.values[COUNTERS + TX_PACKETS]);
  run("ip link set e3 down && ip link set e3 name e1 && ip link set e1 up");

  /* Another role is no end of an interface. */
  run("ip link add e7 type bridge && ip link set e1 master e7 && ip link set e1 nomaster");
  sample_and_compare(&sampled);
  CHECK_EQUAL(0, kept(&sampled));

  /* Another interface that has its index. */
  run("ip link delete e1");
  make_pair("e8", "e9", 7);
  send_packets("e8", 1);
  for (int i = 0; i < 3; i++) {
    sample_and_compare(&sampled);
    CHECK_EQUAL(SFS_GONE, status_of(its[TX_PACKETS]));
    CHECK_EQUAL(0, kept(&sampled));
  }

  /* Another interface that has its name, and its index. */
  run("ip link delete e8");
  make_pair("e1", "e2", 7);
  send_packets("e1", 2);
  for (int i = 0; i < 2; i++) {
    sample_and_compare(&sampled);
    CHECK_EQUAL(2, sampled.values[COUNTERS + TX_PACKETS]);
    CHECK_EQUAL(COUNTERS, kept(&sampled));
  }

  /* That one is proven with the next batch, and moves away. */
  begin_plan();
  plan_interface(sysfs, "lo", 1);
  plan_interface(sysfs, "e1", 1);
  struct sampled next = open_plan(&plan, &sampled);
  its = next.outcomes + COUNTERS;
  sample_and_compare(&next);
  CHECK_EQUAL(0, kept(&next));
  pid_t child = fork();
  if (child == 0) {
    unshare(CLONE_NEWNET);
    pause();
  }
  usleep(200000);
  run("ip link set e1 netns %d", child);
  for (int i = 0; i < 3; i++) {
    sample_and_compare(&next);
    CHECK_EQUAL(SFS_GONE, status_of(its[TX_PACKETS]));
  }
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  close_sampled(&next);
}

static void renamed_replaced_and_moved(void) {
  in_child(changed);
}

/* ---- interfaces that come and go meanwhile ---- */

static volatile int churns = 1;

/* While e1 is away another interface has its index, and counters that e1 never has. */
static void *churn(void *nothing) {
  for (int i = 0; churns; i++) {
    run("ip link delete e1");
    make_pair("e8", "e9", 7);
    send_packets("e8", 100);
    run("ip link delete e8; ip link add e1 index 7 type veth peer name e2");
  }
  return nothing;
}

static void come_and_go(void) {
  const char *sysfs = enter_namespace();
  run("ip link add e1 index 7 type veth peer name e2");
  for (int i = 0; i < 200; i++) {
    run("ip link add p%d type veth peer name q%d", i, i);
  }
  pthread_t thread;
  REQUIRE(pthread_create(&thread, NULL, churn, NULL) == 0);
  begin_plan();
  plan_interface(sysfs, "lo", 1);
  plan_interface(sysfs, "e1", 1);
  plan_interface(sysfs, "p1", 1);
  plan_interface(sysfs, "p199", 1);
  struct sampled sampled = open_plan(&plan, NULL);
  int counts[2] = {0, 0};
  for (int round = 0; round < 100 || ((counts[0] == 0 || counts[1] == 0) && round < 5000); round++) {
    for (int i = 0; i < 20; i++) {
      CHECK_EQUAL(DONE, sample(&sampled));
      const int status = status_of(sampled.outcomes[COUNTERS + TX_PACKETS]);
      /* Files that go answer EINVAL for a moment. */
      CHECK(status == SFS_OK || status == SFS_GONE || status == SFS_FAILED);
      counts[status == SFS_OK]++;
      if (status == SFS_OK) {
        CHECK_EQUAL(0, sampled.values[COUNTERS + TX_PACKETS]);
      }
      CHECK_EQUAL(SFS_OK, sampled.outcomes[0]);
      CHECK_EQUAL(SFS_OK, sampled.outcomes[3 * COUNTERS]);
    }
    sampled = open_plan(&plan, &sampled);
  }
  churns = 0;
  pthread_join(thread, NULL);
  printf("an interface that came and went was there %d times, and gone %d times\n", counts[1], counts[0]);
  CHECK(counts[0] > 0 && counts[1] > 0);
  close_sampled(&sampled);
}

static void interfaces_that_come_and_go(void) {
  in_child(come_and_go);
}

/* More events than a socket holds. */
static void overflow(void) {
  const char *sysfs = enter_namespace();
  make_pair("e1", "e2", 7);
  send_packets("e1", 5);
  struct sampled sampled = open_interface(sysfs, "e1");
  CHECK_EQUAL(DONE, sample(&sampled));
  run("for i in $(seq 300); do echo link add p$i type veth peer name q$i; done | ip -batch -");
  sample_and_compare(&sampled);
  CHECK_EQUAL(0, kept(&sampled));
  CHECK_EQUAL(5, sampled.values[TX_PACKETS]);
  run("ip link delete e1; for i in $(seq 300); do echo link delete p$i; done | ip -batch -");
  make_pair("e8", "e9", 7);
  sample_and_compare(&sampled);
  CHECK_EQUAL(SFS_GONE, status_of(sampled.outcomes[0]));
  close_sampled(&sampled);
}

static void more_events_than_a_socket_holds(void) {
  in_child(overflow);
}

/* One of many is asked for alone. */
static void few(void) {
  const char *sysfs = enter_namespace();
  for (int i = 0; i < 20; i++) {
    run("ip link add p%d type veth peer name q%d", i, i);
  }
  make_pair("e1", "e2", 77);
  begin_plan();
  plan_interface(sysfs, "e1", 0);
  plan_interface(sysfs, "lo", 0);
  plan_interface(sysfs, "e1", 0); /* twice, as by two roots */
  struct sampled sampled = open_plan(&plan, NULL);
  for (int i = 1; i < 4; i++) {
    send_packets("e1", 1);
    sample_and_compare(&sampled);
    CHECK_EQUAL(i, sampled.values[TX_PACKETS]);
    CHECK_EQUAL(i, sampled.values[2 * COUNTERS + TX_PACKETS]);
    CHECK_EQUAL(0, kept(&sampled));
  }
  run("ip link delete e1");
  sample_and_compare(&sampled);
  CHECK_EQUAL(SFS_GONE, status_of(sampled.outcomes[0]));
  close_sampled(&sampled);
}

static void few_of_many(void) {
  in_child(few);
}

/* ---- without rights ---- */

/* From now on a call fails, for one value of its first argument or any if that is -1. */
static void refuse(int call, int argument, int error) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)argument, 0, argument == -1 ? 0 : 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
  REQUIRE(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  REQUIRE(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static void read_by_files(const char *sysfs) {
  struct sampled sampled = open_interface(sysfs, "e1");
  for (int i = 0; i < 3; i++) {
    sample_and_compare(&sampled);
    CHECK_EQUAL(COUNTERS, kept(&sampled));
    CHECK_EQUAL(5, sampled.values[TX_PACKETS]);
  }
  close_sampled(&sampled);
}

static const int refused[][3] = {{SYS_socket, AF_NETLINK, EPERM},
                                 {SYS_socket, AF_NETLINK, EAFNOSUPPORT},
                                 {SYS_bind, -1, EPERM},
                                 {SYS_sendto, -1, EPERM},
                                 {SYS_recvfrom, -1, EPERM},
                                 {430 /* fsopen */, -1, ENOSYS},
                                 {431 /* fsconfig */, -1, EPERM},
                                 {432 /* fsmount */, -1, EPERM}};
static size_t refused_now;

static void refuse_and_read(void) {
  const char *sysfs = enter_namespace();
  make_pair("e1", "e2", 7);
  send_packets("e1", 5);
  refuse(refused[refused_now][0], refused[refused_now][1], refused[refused_now][2]);
  read_by_files(sysfs);
}

static void without_netlink_or_proof(void) {
  for (refused_now = 0; refused_now < sizeof refused / sizeof refused[0]; refused_now++) {
    in_child(refuse_and_read);
  }
}

/* ---- the proof without rights ---- */

enum { LARGE_COUNT = 20000, SOME = 20 };

/* A batch of the interface e1 of a sysfs, of which no right to mount can prove anything. */
static struct sampled open_without_rights(const char *sysfs) {
  sfs_bracket_set_pauses(0, 1000000000000);
  refuse(430, -1, EPERM);
  return open_interface(sysfs, "e1");
}

static void prove_by_traffic(void) {
  const char *sysfs = enter_namespace();
  make_pair("e1", "e2", 7);
  make_pair("e3", "e4", 9);
  send_packets("e1", LARGE_COUNT);
  struct sampled sampled = open_without_rights(sysfs);
  for (int i = 0; i < SFS_MOVES + 4; i++) {
    sample_and_compare(&sampled);
    CHECK_EQUAL(i <= SFS_MOVES ? COUNTERS : 0, kept(&sampled));
    send_packets("e1", SOME);
  }
  /* What is new then is proven by a further round. */
  for (int i = 0; i < 4; i++) {
    begin_plan();
    plan_interface(sysfs, "e1", 1);
    plan_interface(sysfs, "e3", i > 0);
    struct sampled next = open_plan(&plan, &sampled);
    sample_and_compare(&next);
    CHECK_EQUAL(i == 0 ? 2 * COUNTERS : 0, kept(&next));
    send_packets("e3", SOME);
    sample_and_compare(&next);
    CHECK_EQUAL(0, kept(&next));
    sampled = next;
  }
  run("ip link delete e1");
  sample_and_compare(&sampled);
  CHECK_EQUAL(SFS_GONE, status_of(sampled.outcomes[0]));
  CHECK_EQUAL(0, kept(&sampled));
  close_sampled(&sampled);
}

/* Counters that do not move, or are small. */
static void read_idle(int count, int then) {
  const char *sysfs = enter_namespace();
  make_pair("e1", "e2", 7);
  send_packets("e1", count);
  struct sampled sampled = open_without_rights(sysfs);
  for (int i = 0; i < SFS_MOVES + 3; i++) {
    sample_and_compare(&sampled);
    CHECK_EQUAL(COUNTERS, kept(&sampled));
    send_packets("e1", then);
  }
  close_sampled(&sampled);
}

static void without_movement(void) {
  read_idle(LARGE_COUNT, 0);
}

static void small(void) {
  read_idle(10, SOME);
}

/* Two namespaces that look alike, and how many packets each gets between two samples. */
static struct sampled open_alike(int first, int second) {
  enter_namespace_like(first);
  enter_namespace_like(second);
  return open_without_rights(places[0]);
}

static void send_to(int namespace, int packets) {
  REQUIRE(setns(namespaces[namespace], CLONE_NEWNET) == 0);
  send_packets("e1", packets);
  REQUIRE(setns(namespaces[1], CLONE_NEWNET) == 0);
}

static void read_alike(int first, int second, const int then[2]) {
  struct sampled sampled = open_alike(first, second);
  for (int i = 0; i < SFS_MOVES + 4; i++) {
    sample_and_compare(&sampled);
    CHECK_EQUAL(COUNTERS, kept(&sampled));
    CHECK_EQUAL(first + i * then[0], sampled.values[TX_PACKETS]);
    send_to(0, then[0]);
    send_to(1, then[1]);
  }
  close_sampled(&sampled);
}

static void alike_and_idle(void) {
  read_alike(LARGE_COUNT, LARGE_COUNT, (int[]){0, 0});
}

static void alike_and_one_works(void) {
  read_alike(LARGE_COUNT, LARGE_COUNT, (int[]){0, SOME});
}

static void alike_and_the_other_works(void) {
  read_alike(LARGE_COUNT, LARGE_COUNT, (int[]){SOME, 0});
}

static void alike_and_one_is_ahead(void) {
  read_alike(LARGE_COUNT + 1, LARGE_COUNT, (int[]){SOME, SOME});
}

static void of_another_address(void) {
  enter_namespace_like(LARGE_COUNT);
  enter_namespace_like(LARGE_COUNT);
  run("ip link set e1 address 02:00:00:00:00:03");
  struct sampled sampled = open_without_rights(places[0]);
  for (int i = 0; i < SFS_MOVES + 4; i++) {
    sample_and_compare(&sampled);
    CHECK_EQUAL(COUNTERS, kept(&sampled));
    send_to(0, SOME);
    send_to(1, SOME);
  }
  close_sampled(&sampled);
}

/* As long as two namespaces do exactly the same nothing can tell them apart; then the proof is taken back. */
static void take_back(void) {
  struct sampled sampled = open_alike(LARGE_COUNT, LARGE_COUNT);
  sfs_bracket_set_pauses(0, 50000000);
  for (int i = 0; i < SFS_MOVES + 1; i++) {
    sample_and_compare(&sampled);
    send_to(0, SOME);
    send_to(1, SOME);
  }
  CHECK_EQUAL(DONE, sample(&sampled));
  CHECK_EQUAL(0, kept(&sampled));
  send_to(0, 1);
  usleep(100000);
  for (int i = 0; i < SFS_MOVES + 3; i++) {
    sample_and_compare(&sampled);
    CHECK_EQUAL(COUNTERS, kept(&sampled));
    send_to(0, SOME);
    send_to(1, SOME);
  }
  close_sampled(&sampled);
}

static void proofs_without_rights(void) {
  in_child(prove_by_traffic);
  in_child(without_movement);
  in_child(small);
}

static void namespaces_that_look_alike_without_rights(void) {
  in_child(alike_and_idle);
  in_child(alike_and_one_works);
  in_child(alike_and_the_other_works);
  in_child(alike_and_one_is_ahead);
  in_child(of_another_address);
  in_child(take_back);
}

/* What is proven is taken over, and what is new is not proven any more. */
static void take_over(void) {
  const char *sysfs = enter_namespace();
  make_pair("e1", "e2", 7);
  send_packets("e1", 5);
  struct sampled sampled = open_interface(sysfs, "e1");
  CHECK_EQUAL(DONE, sample(&sampled));
  refuse(430, -1, EPERM);
  for (int i = 0; i < 3; i++) {
    begin_plan();
    plan_interface(sysfs, "e1", 1);
    plan_interface(sysfs, "e2", i > 0);
    struct sampled next = open_plan(&plan, &sampled);
    sample_and_compare(&next);
    CHECK_EQUAL(COUNTERS, kept(&next));
    CHECK_EQUAL(5, next.values[TX_PACKETS]);
    sampled = next;
  }
  close_sampled(&sampled);
}

static void proofs_are_taken_over(void) {
  in_child(take_over);
}

int main(void) {
  sfs_set_descriptor_budget(1000);
  static const struct test anywhere[] = {TEST(names)};
  static const struct test tests[] = {TEST(own_namespace),
                                      TEST(another_directory_of_an_interface),
                                      TEST(stats_that_are_converted_come_from_files),
                                      TEST(namespaces_that_look_alike),
                                      TEST(a_thread_that_goes_to_another_namespace),
                                      TEST(renamed_replaced_and_moved),
                                      TEST(interfaces_that_come_and_go),
                                      TEST(more_events_than_a_socket_holds),
                                      TEST(few_of_many),
                                      TEST(without_netlink_or_proof),
                                      TEST(proofs_are_taken_over),
                                      TEST(proofs_without_rights),
                                      TEST(namespaces_that_look_alike_without_rights)};
  int result = run_tests(anywhere, 1);
  if (system("unshare --net --mount sh -c 'mount -t sysfs sysfs /sys && ip link add e1 type veth peer name e2'") != 0) {
    printf("skipped: network namespaces with interfaces, which need root, unshare and ip\n");
    return result;
  }
  return result | run_tests(tests, sizeof tests / sizeof tests[0]);
}
