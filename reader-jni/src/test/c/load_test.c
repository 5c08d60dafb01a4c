/*
 * Loads the shipped library with whatever loader this program was linked for, and samples files
 * through the functions that Java calls. None of those used here looks at its JNIEnv.
 *
 *   load_test PATH_OF_THE_LIBRARY
 */
#include <dlfcn.h>
#include <errno.h>
#include <unistd.h>

#include "check.h"
#include "batch.h"
#include "kvm.h"
#include "test_plan.h"

static void *library;

static void *symbol(const char *name) {
  void *address = dlsym(library, name);
  if (address == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    exit(EXIT_FAILURE);
  }
  return address;
}

#define NATIVE(name) symbol("Java_io_statsfs_reader_jni_Native_" name)

static void write_text(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  REQUIRE(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

int main(int count, char **arguments) {
  REQUIRE(count == 2);
  library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return EXIT_FAILURE;
  }
  typedef void *Unused;
  int32_t (*on_load)(Unused, Unused) = (int32_t(*)(Unused, Unused))symbol("JNI_OnLoad");
  int64_t (*open_batch)(Unused, Unused, int64_t, int64_t, int64_t) =
      (int64_t(*)(Unused, Unused, int64_t, int64_t, int64_t))NATIVE("open");
  int32_t (*sample_batch)(Unused, Unused, int64_t, uint8_t, int64_t, int64_t) =
      (int32_t(*)(Unused, Unused, int64_t, uint8_t, int64_t, int64_t))NATIVE("sample");
  int32_t (*next_outdated)(Unused, Unused, int64_t, int32_t) =
      (int32_t(*)(Unused, Unused, int64_t, int32_t))NATIVE("nextOutdated");
  int32_t (*kept)(Unused, Unused, int64_t) = (int32_t(*)(Unused, Unused, int64_t))NATIVE("kept");
  int32_t (*not_kept)(Unused, Unused, int64_t) =
      (int32_t(*)(Unused, Unused, int64_t))NATIVE("notKept");
  void (*set_budget)(Unused, Unused, int32_t) =
      (void (*)(Unused, Unused, int32_t))NATIVE("setDescriptorBudget");
  void (*close_batch)(Unused, Unused, int64_t) =
      (void (*)(Unused, Unused, int64_t))NATIVE("close");
  int64_t (*find_kvm)(Unused, Unused, int64_t, int64_t) =
      (int64_t(*)(Unused, Unused, int64_t, int64_t))NATIVE("findKvm");
  int64_t (*describe_kvm)(Unused, Unused, int32_t, int64_t, int32_t, int32_t, int32_t, int64_t,
                          int64_t) =
      (int64_t(*)(Unused, Unused, int32_t, int64_t, int32_t, int32_t, int32_t, int64_t,
                  int64_t))NATIVE("describeKvm");
  void (*sample_kvm)(Unused, Unused, int64_t, int64_t, int64_t) =
      (void (*)(Unused, Unused, int64_t, int64_t, int64_t))NATIVE("sampleKvm");
  void (*close_kvm)(Unused, Unused, int64_t) = (void (*)(Unused, Unused, int64_t))NATIVE("closeKvm");
  int64_t (*read_file)(Unused, Unused, int64_t, int64_t) =
      (int64_t(*)(Unused, Unused, int64_t, int64_t))NATIVE("read");
  NATIVE("look");
  NATIVE("lookAll");
  NATIVE("version");
  NATIVE("address");
  NATIVE("text");

  CHECK_EQUAL(0x000a0000, on_load(NULL, NULL));

  char home[] = "/dev/shm/statsfs-XXXXXX";
  REQUIRE(mkdtemp(home) != NULL);
  char value[64], flat[64], decimal[64];
  snprintf(value, sizeof value, "%s/value", home);
  snprintf(flat, sizeof flat, "%s/flat", home);
  snprintf(decimal, sizeof decimal, "%s/decimal", home);
  write_text(value, "18446744073709551615\n");
  write_text(decimal, "-2.5\n");
  write_text(flat, "b 2\na: 1 kB\n");

  char text[64];
  strcpy(text, decimal);
  CHECK_EQUAL(5, read_file(NULL, NULL, (int64_t)(intptr_t)text, sizeof text));
  CHECK(memcmp(text, "-2.5\n", 5) == 0);
  strcpy(text, decimal);
  CHECK_EQUAL(2, read_file(NULL, NULL, (int64_t)(intptr_t)text, 2));
  strcpy(text, decimal);
  CHECK_EQUAL(0, read_file(NULL, NULL, (int64_t)(intptr_t)text, 0));
  CHECK(strcmp(text, decimal) == 0);
  strcat(text, "/below");
  CHECK_EQUAL(-ENOTDIR, read_file(NULL, NULL, (int64_t)(intptr_t)text, sizeof text));
  strcpy(text, home);
  CHECK_EQUAL(-EISDIR, read_file(NULL, NULL, (int64_t)(intptr_t)text, sizeof text));

  static struct plan plan;
  clear_plan(&plan);
  plan_directory(&plan, home, "", NULL, SFS_FLAG_KEEP_OPEN, 0);
  plan_value(&plan, "value", 0);
  plan_value(&plan, "decimal", 0);
  plan_value(&plan, "nothing", 0);
  plan_lines_at(&plan, flat, 0, 1 << 20);
  plan_line(&plan, "a", 0);
  plan_line(&plan, "b", 0);
  size_t bytes;
  int32_t *serial = plan_bytes(&plan, &bytes);
  int64_t values[5];
  uint32_t outcomes[5];
  set_budget(NULL, NULL, 1);
  int64_t batch = open_batch(NULL, NULL, (int64_t)(intptr_t)serial, (int64_t)bytes, 0);
  CHECK(batch > 0 || batch < -4095);
  for (int round = 0; round < 2; round++) {
    memset(values, 0x5a, sizeof values);
    memset(outcomes, 0x5a, sizeof outcomes);
    CHECK_EQUAL(SFS_NO_FILE, sample_batch(NULL, NULL, batch, 0, (int64_t)(intptr_t)values,
                                          (int64_t)(intptr_t)outcomes));
    CHECK_EQUAL(SFS_NO_FILE, next_outdated(NULL, NULL, batch, 0));
    CHECK_EQUAL(SFS_OK | 1 << 8, outcomes[0]);
    CHECK_EQUAL(-1, values[0]);
    CHECK_EQUAL(SFS_OK | 2 << 8, outcomes[1]);
    double half = -2.5;
    CHECK(memcmp(&half, &values[1], sizeof half) == 0);
    CHECK_EQUAL(SFS_GONE | ENOENT << 16, outcomes[2]);
    CHECK_EQUAL(SFS_OK, outcomes[3]);
    CHECK_EQUAL(1, values[3]);
    CHECK_EQUAL(SFS_OK, outcomes[4]);
    CHECK_EQUAL(2, values[4]);
    CHECK_EQUAL(1, kept(NULL, NULL, batch));
    CHECK_EQUAL(1, not_kept(NULL, NULL, batch));
  }
  write_text(flat, "b 3\na 0.12345678901234567890123\n");
  CHECK_EQUAL(3, sample_batch(NULL, NULL, batch, 0, (int64_t)(intptr_t)values,
                              (int64_t)(intptr_t)outcomes));
  CHECK_EQUAL(SFS_NO_FILE, sample_batch(NULL, NULL, batch, 0, (int64_t)(intptr_t)values,
                                        (int64_t)(intptr_t)outcomes));
  close_batch(NULL, NULL, batch);
  CHECK_EQUAL(-EINVAL, open_batch(NULL, NULL, (int64_t)(intptr_t)serial, (int64_t)bytes - 1, 0));
  free(serial);

  /* Whatever machines there are: of descriptors that are nothing of the kind, nothing can be had. */
  static char found[1 << 16] = "/proc";
  int64_t found_bytes = find_kvm(NULL, NULL, (int64_t)(intptr_t)found, sizeof found);
  CHECK(found_bytes >= 0 && (size_t)found_bytes % (SFS_KVM_FOUND_SIZE * sizeof(int32_t)) == 0);
  static char description[4096] = "/proc";
  CHECK(describe_kvm(NULL, NULL, getpid(), 0, 0, SFS_KVM_MACHINE_STATS, -1,
                     (int64_t)(intptr_t)description, sizeof description) < 0);
  static int32_t machines[SFS_KVM_SIZE + SFS_KVM_UNIT_SIZE + SFS_KVM_PROCESS_SIZE +
                          SFS_KVM_RUN_SIZE + 2] = {[SFS_KVM_UNITS] = 1,
                                                    [SFS_KVM_PROCESSES] = 1,
                                                    [SFS_KVM_DESCRIPTORS] = -1};
  int32_t *unit = machines + SFS_KVM_SIZE;
  int32_t *process = unit + SFS_KVM_UNIT_SIZE;
  int32_t *path = process + SFS_KVM_PROCESS_SIZE + SFS_KVM_RUN_SIZE;
  process[SFS_KVM_PROCESS_PID] = getpid();
  process[SFS_KVM_PROCESS_PIDFD] = SFS_KVM_UNOPENED;
  unit[SFS_KVM_UNIT_WHAT] = SFS_KVM_MACHINE_STATS;
  unit[SFS_KVM_UNIT_RUNS] = (int32_t)((char *)(process + SFS_KVM_PROCESS_SIZE) - (char *)machines);
  unit[SFS_KVM_UNIT_COUNT] = 1;
  process[SFS_KVM_PROCESS_SIZE + SFS_KVM_RUN_LENGTH] = 1;
  machines[SFS_KVM_PROC] = (int32_t)((char *)path - (char *)machines);
  memcpy(path, "/proc", sizeof "/proc");
  sample_kvm(NULL, NULL, (int64_t)(intptr_t)machines, (int64_t)(intptr_t)values,
             (int64_t)(intptr_t)outcomes);
  /* The process began later than that. */
  CHECK_EQUAL(SFS_GONE | ESRCH << 16, outcomes[0]);
  close_kvm(NULL, NULL, (int64_t)(intptr_t)machines);

  unlink(value);
  unlink(flat);
  unlink(decimal);
  rmdir(home);
  dlclose(library);
  return check_failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
