#include "tree.h"

#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "churn.h"
#include "schema.h"

static const uint64_t MILLISECOND = 1000000;
static struct tree tree;

static struct word word(const char *text) {
  return (struct word){(char *)text, strlen(text)};
}

static struct node *source(struct node *parent, const char *name) {
  return add_source(&tree, parent, name, strlen(name), 0);
}

static struct node *stat_of(struct node *parent, const char *name, const struct value *value) {
  struct value *copy = allocate(1, sizeof *copy);
  *copy = *value;
  return add_stat(&tree, parent, name, strlen(name), copy);
}

static void expect_reading(const char *expected, const struct node *stat) {
  struct buffer buffer = {0};
  append_reading(&tree, &buffer, stat, 0);
  if (strcmp(expected, buffer.bytes) != 0) {
    fprintf(stderr, "%s reads '%s', not '%s'\n", stat->name, buffer.bytes, expected);
    check_failures++;
  }
  free_buffer(&buffer);
}

static void expect_schema(const char *expected, const struct node *of, uint64_t now) {
  struct buffer buffer = {0};
  append_schema(&buffer, of, now);
  if (strcmp(expected, buffer.bytes) != 0) {
    fprintf(stderr, "'%s', not '%s'\n", buffer.bytes, expected);
    check_failures++;
  }
  free_buffer(&buffer);
}

static void aggregates_take_simple_stats_below(void) {
  make_tree(&tree, 0, 0);
  struct node *kvm = source(tree.root, "kvm");
  struct node *vm = source(kvm, "1-2");
  struct node *first = source(vm, "vcpu0");
  struct node *second = source(vm, "vcpu1");
  struct node *of_all =
      stat_of(kvm, "exits", &(struct value){.type = U64, .aggregate = SUM});
  struct node *of_vm = stat_of(vm, "exits", &(struct value){.type = U64, .aggregate = SUM});
  struct node *least = stat_of(kvm, "halts", &(struct value){.type = U64, .aggregate = MIN});
  struct node *left = stat_of(first, "exits", &(struct value){.type = U64, .bits = 3});
  struct node *right = stat_of(second, "exits", &(struct value){.type = U64, .bits = 4});
  expect_reading("7\n", of_vm);
  /* Not fourteen: aggregates below are no parts. */
  expect_reading("7\n", of_all);
  expect_reading("18446744073709551615\n", least);
  clear_stat(&tree, right, 0);
  expect_reading("3\n", of_all);
  clear_stat(&tree, of_all, 0);
  expect_reading("0\n", left);

  hold(left);
  remove_source(&tree, first);
  CHECK_EQUAL(0, left->linked);
  expect_reading("0\n", left);
  release(left);
  hold(least);
  remove_source(&tree, kvm);
  expect_reading("18446744073709551615\n", least);
  release(least);
  kvm = source(tree.root, "kvm");
  static const char *const of_nothing[] = {"0\n", "0\n", "9223372036854775807\n",
                                           "-9223372036854775808\n", "0\n", "0\n"};
  struct node *dead[COUNT_ZERO + 1];
  for (int i = SIMPLE; i <= COUNT_ZERO; i++) {
    char name[] = {(char)('a' + i), 0};
    dead[i] = stat_of(kvm, name, &(struct value){.type = S8, .aggregate = (enum aggregate)i, .bits = 3});
    expect_reading(i == SIMPLE ? "3\n" : of_nothing[i], dead[i]);
    hold(dead[i]);
  }
  remove_source(&tree, kvm);
  for (int i = SIMPLE; i <= COUNT_ZERO; i++) {
    expect_reading(of_nothing[i], dead[i]);
    release(dead[i]);
  }
  CHECK_EQUAL(5, tree.made);
  CHECK_EQUAL(5, tree.gone);
  free_tree(&tree);
}

static void an_open_stat_keeps_its_subsystem(void) {
  make_tree(&tree, 0, 0);
  struct node *kvm = source(tree.root, "kvm");
  struct node *vm = source(kvm, "1-2");
  struct node *stat = stat_of(kvm, "vms", &(struct value){.type = U64, .bits = 5});
  struct node *deep = stat_of(vm, "exits", &(struct value){.type = U64, .bits = 5});
  count_open(&tree, stat);
  count_open(&tree, stat);
  hold(stat);
  remove_source(&tree, kvm);
  CHECK(find_path(&tree, "kvm/vms", 7) == stat);
  expect_reading("0\n", stat);
  expect_reading("0\n", deep);
  count_close(&tree, stat);
  CHECK(find_path(&tree, "kvm", 3) == kvm);
  count_close(&tree, stat);
  CHECK(find_path(&tree, "kvm", 3) == NULL);
  CHECK_EQUAL(2, stat->place->opens);
  CHECK_EQUAL(2, stat->place->open_most);
  CHECK_EQUAL(0, stat->place->open_now);
  release(stat);

  /* Those of other sources do not. */
  vm = source(source(tree.root, "kvm"), "1-2");
  stat = stat_of(vm, "exits", &(struct value){.type = U64});
  hold(stat);
  count_open(&tree, stat);
  remove_source(&tree, vm);
  CHECK(find_path(&tree, "kvm/1-2", 7) == NULL);
  count_close(&tree, stat);
  release(stat);
  free_tree(&tree);
}

static void the_root_is_closed_again_by_the_first_source(void) {
  make_tree(&tree, 0, 0);
  tree.root->mode = S_IFDIR | 0755;
  source(tree.root, "kvm");
  CHECK_EQUAL(S_IFDIR | 0700, tree.root->mode);
  tree.root->mode = S_IFDIR | 0755;
  source(tree.root, "net");
  CHECK_EQUAL(S_IFDIR | 0755, tree.root->mode);
  free_tree(&tree);
}

static void directories_tell_when_a_source_goes(void) {
  make_tree(&tree, 0, 0);
  struct timespec before = tree.root->changed;
  struct node *first = source(tree.root, "kvm");
  uint64_t number = first->number;
  CHECK_EQUAL(1, tree.root->directories);
  CHECK(memcmp(&before, &tree.root->changed, sizeof before) == 0);
  remove_source(&tree, first);
  CHECK_EQUAL(0, tree.root->directories);
  CHECK(memcmp(&before, &tree.root->changed, sizeof before) != 0);
  CHECK(source(tree.root, "kvm")->number > number);
  free_tree(&tree);
}

static void files_become_visible_one_by_one(void) {
  make_tree(&tree, 0, 0);
  struct node *vm = source(tree.root, "vm");
  vm->fill = 30 * MILLISECOND;
  struct node *schema = find_child(&tree, vm, ".schema", 7);
  struct node *first = stat_of(vm, "a", &(struct value){.type = U64});
  struct node *second = stat_of(vm, "b", &(struct value){.type = U64});
  CHECK(!is_visible(&tree, schema, 0));
  CHECK(is_visible(&tree, vm, 0));
  CHECK(is_visible(&tree, schema, 5 * MILLISECOND));
  CHECK(!is_visible(&tree, first, 5 * MILLISECOND));
  CHECK(is_visible(&tree, first, 15 * MILLISECOND));
  expect_schema("LABEL\n\nMETRIC\nNAME a\nFLAG CUMULATIVE\nTYPE INT\nDESC (null)\n\n", vm,
                15 * MILLISECOND);
  CHECK(!is_visible(&tree, second, 15 * MILLISECOND));
  CHECK(is_visible(&tree, second, 30 * MILLISECOND));
  tree.without_schema = true;
  CHECK(!is_visible(&tree, schema, 30 * MILLISECOND));
  free_tree(&tree);
}

static struct word copied(const char *text) {
  char *bytes = allocate(strlen(text) + 1, 1);
  memcpy(bytes, text, strlen(text));
  return (struct word){bytes, strlen(text)};
}

static void a_schema_describes_labels_and_stats(void) {
  make_tree(&tree, 0, 0);
  struct node *kvm = source(tree.root, "kvm");
  add_label(kvm, word("module"), word("kvm"));
  struct node *vm = source(kvm, "1-2");
  add_label(vm, word("pid"), word("1"));
  add_label(vm, word("fd"), word("2 or 3"));
  stat_of(vm, "guest doorbell",
          &(struct value){.type = U64, .description = copied("two\nlines")});
  stat_of(vm, "b", &(struct value){.type = FLOAT, .kind = FLOATING, .description = copied("")});
  stat_of(vm, "c", &(struct value){.type = BOOL, .undescribed = true});
  stat_of(vm, "d", &(struct value){.type = S8, .hidden = true});
  expect_schema(
      "LABEL\npid 1\nfd 2 or 3\nmodule kvm\n\n"
      "METRIC\nNAME guest doorbell\nFLAG CUMULATIVE\nTYPE INT\nDESC two\nlines\n\n"
      "METRIC\nNAME b\nFLAG GAUGE\nTYPE FLOAT\nDESC \n\n"
      "METRIC\nNAME d\nFLAG CUMULATIVE\nTYPE INT\nDESC (null)\n\n",
      vm, 0);
  expect_schema("LABEL\nmodule kvm\n\n", kvm, 0);
  CHECK(!is_visible(&tree, find_child(&tree, vm, "d", 1), 0));
  CHECK(is_visible(&tree, find_child(&tree, vm, "c", 1), 0));
  free_tree(&tree);
}

static void a_long_schema_is_cut(void) {
  make_tree(&tree, 0, 0);
  struct node *vm = source(tree.root, "vm");
  struct buffer all = {0};
  append_format(&all, "LABEL\n\n");
  for (int i = 0; i < 300; i++) {
    char name[16];
    snprintf(name, sizeof name, "s%d", i);
    stat_of(vm, name, &(struct value){.type = U64});
    append_format(&all, "METRIC\nNAME s%d\nFLAG CUMULATIVE\nTYPE INT\nDESC (null)\n\n", i);
  }
  REQUIRE(all.length > SCHEMA_BYTES);
  all.bytes[SCHEMA_BYTES] = 0;
  expect_schema(all.bytes, vm, 0);
  free_buffer(&all);
  free_tree(&tree);
}

static void paths_are_put_in_order(void) {
  const struct {
    const char *path;
    const char *normal; /* NULL: impossible */
  } cases[] = {{"", ""},          {"/", ""},        {"kvm", "kvm"}, {"//kvm//1-2/", "kvm/1-2"},
               {"a/./b", NULL},   {"..", NULL},     {"...", "..."}, {".schema", ".schema"},
               {"\xff/ ", "\xff/ "}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct buffer buffer = {0};
    bool possible = normalize_path(word(cases[i].path), &buffer);
    CHECK_EQUAL(cases[i].normal != NULL, possible);
    CHECK(!possible || strcmp(cases[i].normal, buffer.bytes) == 0);
    free_buffer(&buffer);
  }
  struct buffer buffer = {0};
  CHECK(!normalize_path((struct word){"a\0b", 3}, &buffer));
  free_buffer(&buffer);
}

static void churn_replaces_the_oldest(void) {
  make_tree(&tree, 0, 0);
  struct node *kvm = source(tree.root, "kvm");
  struct churn *churns = NULL;
  struct churn numbers = {.rate = 1000, .live = 2, .stats = 2, .reuse = 3};
  start_churn(&churns, kvm, &numbers, 0);
  CHECK_EQUAL(MILLISECOND, next_churn(churns));
  run_churns(&tree, &churns, 4 * MILLISECOND);
  /* 0, 1, 2 and 3, of which 2 and 3 are left, as vm2 and vm0. */
  CHECK_EQUAL(2, kvm->directories);
  CHECK(find_path(&tree, "kvm/vm1", 7) == NULL);
  struct node *stat = find_path(&tree, "kvm/vm0/s1", 10);
  REQUIRE(stat != NULL);
  expect_reading("3001\n", stat);
  expect_schema(
      "LABEL\nlife 3\n\nMETRIC\nNAME s0\nFLAG CUMULATIVE\nTYPE INT\nDESC (null)\n\n"
      "METRIC\nNAME s1\nFLAG CUMULATIVE\nTYPE INT\nDESC (null)\n\n",
      stat->parent, 0);
  /* It is none of its business who else removes them. */
  remove_source(&tree, find_path(&tree, "kvm/vm2", 7));
  run_churns(&tree, &churns, 5 * MILLISECOND);
  CHECK_EQUAL(2, kvm->directories);
  CHECK_EQUAL(6, tree.made);
  /* Much that is due is not done all at once. */
  run_churns(&tree, &churns, 100000 * MILLISECOND);
  CHECK(tree.made < 100);
  CHECK(find_churn(churns, kvm) == churns);
  remove_source(&tree, kvm);
  run_churns(&tree, &churns, 200000 * MILLISECOND);
  CHECK(churns == NULL);
  CHECK_EQUAL(tree.made, tree.gone);
  free_tree(&tree);
}

static void places_outlive_files(void) {
  make_tree(&tree, 0, 0);
  char path[32];
  for (int i = 0; i < 500; i++) {
    int length = snprintf(path, sizeof path, "kvm/%d", i);
    make_place(&tree.places, path, (size_t)length)->reads = (uint64_t)i;
  }
  struct node *vm = source(source(tree.root, "kvm"), "123");
  REQUIRE(vm->place != NULL);
  CHECK_EQUAL(123, vm->place->reads);
  CHECK(find_place(&tree.places, "kvm/500", 7) == NULL);
  for (int i = 0; i < 2 * WRITES_KEPT; i++) {
    count_write(vm->place, "0", 1);
  }
  CHECK_EQUAL(2 * WRITES_KEPT, vm->place->writes);
  set_text(vm->place, word("text"), 4);
  set_text(vm->place, word("other"), 5);
  free_tree(&tree);
}

int main(void) {
  const struct test tests[] = {
      TEST(aggregates_take_simple_stats_below),
      TEST(an_open_stat_keeps_its_subsystem),
      TEST(the_root_is_closed_again_by_the_first_source),
      TEST(directories_tell_when_a_source_goes),
      TEST(files_become_visible_one_by_one),
      TEST(a_schema_describes_labels_and_stats),
      TEST(a_long_schema_is_cut),
      TEST(paths_are_put_in_order),
      TEST(churn_replaces_the_oldest),
      TEST(places_outlive_files),
  };
  return run_tests(tests, sizeof tests / sizeof tests[0]);
}
