#include "tree.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void hold(struct node *node) {
  node->references++;
}

static void free_node(struct node *node) {
  *node->link_of_all = node->next_of_all;
  if (node->next_of_all != NULL) {
    node->next_of_all->link_of_all = node->link_of_all;
  }
  for (size_t i = 0; i < node->label_count; i++) {
    free(node->labels[i].key.bytes);
    free(node->labels[i].text.bytes);
  }
  free(node->labels);
  if (node->value != NULL) {
    free_value(node->value);
  }
  free(node);
}

void release(struct node *node) {
  if (--node->references == 0) {
    free_node(node);
  }
}

static struct node **table_slot(const struct tree *tree, const struct node *parent,
                                const char *name, size_t length) {
  return &tree->table[hash_bytes(name, length, parent->number) & tree->mask];
}

static void grow(struct tree *tree) {
  struct node **old = tree->table;
  size_t old_size = old == NULL ? 0 : tree->mask + 1;
  size_t size = old == NULL ? 64 : old_size * 2;
  tree->table = allocate(size, sizeof *tree->table);
  tree->mask = size - 1;
  for (size_t i = 0; i < old_size; i++) {
    for (struct node *node = old[i]; node != NULL;) {
      struct node *next = node->next;
      struct node **slot = table_slot(tree, node->parent, node->name, node->name_length);
      node->next = *slot;
      *slot = node;
      node = next;
    }
  }
  free(old);
}

static struct node *make_node(struct tree *tree, enum shape shape, mode_t mode, const char *name,
                              size_t length) {
  struct node *node = allocate(1, sizeof *node + length + 1);
  memcpy(node->name, name, length);
  node->name_length = length;
  node->number = ++tree->last_number;
  node->references = 1;
  node->shape = shape;
  node->linked = true;
  node->mode = mode;
  node->owner = tree->owner;
  node->group = tree->group;
  clock_gettime(CLOCK_REALTIME, &node->changed);
  node->next_of_all = tree->all;
  node->link_of_all = &tree->all;
  if (tree->all != NULL) {
    tree->all->link_of_all = &node->next_of_all;
  }
  tree->all = node;
  return node;
}

static void link_node(struct tree *tree, struct node *parent, struct node *node) {
  if (tree->table == NULL || tree->count > tree->mask) {
    grow(tree);
  }
  tree->count++;
  node->parent = parent;
  struct node **slot = table_slot(tree, parent, node->name, node->name_length);
  node->next = *slot;
  *slot = node;
  node->older = parent->newest;
  if (node->older != NULL) {
    node->older->newer = node;
  }
  parent->newest = node;
  if (node->shape == SOURCE) {
    parent->directories++;
  } else {
    node->position = parent->files++;
  }
  struct buffer path = {0};
  append_path(&path, node);
  node->place = find_place(&tree->places, path.bytes, path.length);
  free_buffer(&path);
}

static void unlink_node(struct tree *tree, struct node *node) {
  while (node->newest != NULL) {
    unlink_node(tree, node->newest);
  }
  struct node *parent = node->parent;
  struct node **slot = table_slot(tree, parent, node->name, node->name_length);
  while (*slot != node) {
    slot = &(*slot)->next;
  }
  *slot = node->next;
  tree->count--;
  if (node->newer != NULL) {
    node->newer->older = node->older;
  } else {
    parent->newest = node->older;
  }
  if (node->older != NULL) {
    node->older->newer = node->newer;
  }
  if (node->shape == SOURCE) {
    parent->directories--;
    clock_gettime(CLOCK_REALTIME, &parent->changed);
    tree->gone++;
  }
  node->parent = NULL;
  node->linked = false;
  release(node);
}

void make_tree(struct tree *tree, uid_t owner, gid_t group) {
  *tree = (struct tree){.owner = owner, .group = group};
  tree->root = make_node(tree, SOURCE, S_IFDIR | 0700, "", 0);
}

void free_tree(struct tree *tree) {
  while (tree->all != NULL) {
    free_node(tree->all);
  }
  free(tree->table);
  free_places(&tree->places);
}

bool normalize_path(struct word path, struct buffer *normal) {
  int levels = 0;
  for (size_t at = 0; at < path.length;) {
    const char *name = path.bytes + at;
    const char *slash = memchr(name, '/', path.length - at);
    size_t length = slash == NULL ? path.length - at : (size_t)(slash - name);
    at += length + 1;
    if (length == 0) {
      continue;
    }
    bool dots = name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.'));
    if (length > LONGEST_NAME || dots || memchr(name, 0, length) != NULL ||
        ++levels > MOST_LEVELS) {
      return false;
    }
    if (normal->length > 0) {
      append(normal, "/", 1);
    }
    append(normal, name, length);
  }
  /* For the root, too, there are bytes. */
  append(normal, "", 0);
  return true;
}

struct node *find_child(const struct tree *tree, const struct node *parent, const char *name,
                        size_t length) {
  if (tree->table == NULL) {
    return NULL;
  }
  struct node *node = *table_slot(tree, parent, name, length);
  while (node != NULL && (node->parent != parent || node->name_length != length ||
                          memcmp(node->name, name, length) != 0)) {
    node = node->next;
  }
  return node;
}

struct node *find_path(const struct tree *tree, const char *path, size_t length) {
  struct node *node = tree->root;
  for (size_t at = 0; at < length && node != NULL;) {
    const char *slash = memchr(path + at, '/', length - at);
    size_t name_length = slash == NULL ? length - at : (size_t)(slash - (path + at));
    node = find_child(tree, node, path + at, name_length);
    at += name_length + 1;
  }
  return node;
}

void append_path(struct buffer *buffer, const struct node *node) {
  if (node->parent == NULL) {
    append(buffer, "", 0);
    return;
  }
  append_path(buffer, node->parent);
  if (buffer->length > 0) {
    append(buffer, "/", 1);
  }
  append(buffer, node->name, node->name_length);
}

struct place *place_of(struct tree *tree, struct node *node) {
  if (node->place == NULL && node->linked) {
    struct buffer path = {0};
    append_path(&path, node);
    node->place = make_place(&tree->places, path.bytes, path.length);
    free_buffer(&path);
  }
  return node->place;
}

bool is_filled_in(const struct node *file, uint64_t now) {
  const struct node *source = file->parent;
  if (source == NULL || source->fill == 0 || now - source->born >= source->fill) {
    return true;
  }
  double part = (double)(now - source->born) / (double)source->fill;
  return (double)file->position < (double)source->files * part;
}

bool is_visible(const struct tree *tree, const struct node *node, uint64_t now) {
  if (node->shape == SOURCE) {
    return true;
  }
  if (node->shape == SCHEMA ? tree->without_schema : node->value->hidden) {
    return false;
  }
  return is_filled_in(node, now);
}

struct node *add_source(struct tree *tree, struct node *parent, const char *name, size_t length,
                        uint64_t now) {
  if (parent == tree->root && parent->directories == 0) {
    /* As the kernel does when the first source is registered. */
    parent->mode = S_IFDIR | 0700;
  }
  struct node *source = make_node(tree, SOURCE, S_IFDIR | 0755, name, length);
  source->born = now;
  link_node(tree, parent, source);
  link_node(tree, source, make_node(tree, SCHEMA, S_IFREG | 0644, ".schema", strlen(".schema")));
  tree->made++;
  return source;
}

static struct word copy(struct word word) {
  struct word copied = {allocate(word.length + 1, 1), word.length};
  memcpy(copied.bytes, word.bytes, word.length);
  return copied;
}

void add_label(struct node *source, struct word key, struct word text) {
  struct label *labels = allocate(source->label_count + 1, sizeof *labels);
  if (source->label_count > 0) {
    memcpy(labels, source->labels, source->label_count * sizeof *labels);
  }
  labels[source->label_count++] = (struct label){copy(key), copy(text)};
  free(source->labels);
  source->labels = labels;
}

struct node *add_stat(struct tree *tree, struct node *source, const char *name, size_t length,
                      struct value *value) {
  mode_t mode = value->kind == FLOATING ? 0444 : 0644;
  struct node *stat = make_node(tree, STAT, S_IFREG | mode, name, length);
  stat->value = value;
  link_node(tree, source, stat);
  return stat;
}

static bool is_kept_alive(const struct tree *tree, const struct node *source) {
  if (source->parent != tree->root) {
    return false;
  }
  for (const struct node *file = source->newest; file != NULL; file = file->older) {
    if (file->shape == STAT && file->open_now > 0) {
      return true;
    }
  }
  return false;
}

static void revoke(struct node *source) {
  for (struct node *child = source->newest; child != NULL; child = child->older) {
    child->revoked = true;
    revoke(child);
  }
}

void remove_source(struct tree *tree, struct node *source) {
  if (is_kept_alive(tree, source)) {
    source->removed = true;
    revoke(source);
  } else {
    unlink_node(tree, source);
  }
}

void count_open(struct tree *tree, struct node *node) {
  struct place *place = place_of(tree, node);
  if (place != NULL) {
    place->opens++;
    place->open_now++;
    place->open_most = place->open_now > place->open_most ? place->open_now : place->open_most;
  }
  node->opens++;
  node->open_now++;
  if (node->shape == SCHEMA) {
    tree->schemas_opened += node->opens == 1;
    tree->most_opens = node->opens > tree->most_opens ? node->opens : tree->most_opens;
    tree->most_open_now = node->open_now > tree->most_open_now ? node->open_now : tree->most_open_now;
  }
}

void count_close(struct tree *tree, struct node *node) {
  if (node->place != NULL) {
    node->place->open_now--;
  }
  node->open_now--;
  struct node *source = node->parent;
  if (source != NULL && source->removed && !is_kept_alive(tree, source)) {
    unlink_node(tree, source);
  }
}

typedef void visitor(struct node *stat, void *state, uint64_t now);

/* The simple stats of a name in all sources below one. */
static void visit_below(const struct tree *tree, struct node *source, const struct node *aggregate,
                        visitor *visit, void *state, uint64_t now) {
  for (struct node *child = source->newest; child != NULL; child = child->older) {
    if (child->shape != SOURCE) {
      continue;
    }
    struct node *stat = find_child(tree, child, aggregate->name, aggregate->name_length);
    if (stat != NULL && stat->shape == STAT && stat->value->aggregate == SIMPLE) {
      visit(stat, state, now);
    }
    visit_below(tree, child, aggregate, visit, state, now);
  }
}

static void total(struct node *stat, void *state, uint64_t now) {
  add_to_totals(state, value_bits(stat->value, now));
}

static void zero(struct node *stat, void *state, uint64_t now) {
  (void)state;
  clear_value(stat->value, now);
}

void append_reading(const struct tree *tree, struct buffer *buffer, const struct node *stat,
                    uint64_t now) {
  const struct value *value = stat->value;
  if (!stat->linked || stat->revoked) {
    const struct totals nothing = {.is_signed = is_signed(value->type)};
    append_bits(buffer, value->type, totals_result(&nothing, value->aggregate));
  } else if (value->aggregate == SIMPLE) {
    append_value(buffer, value, now);
  } else {
    struct totals totals = {.is_signed = is_signed(value->type)};
    visit_below(tree, stat->parent, stat, total, &totals, now);
    append_bits(buffer, value->type, totals_result(&totals, value->aggregate));
  }
}

void clear_stat(const struct tree *tree, struct node *stat, uint64_t now) {
  if (!stat->linked || stat->revoked) {
    return;
  }
  if (stat->value->aggregate == SIMPLE) {
    clear_value(stat->value, now);
  } else {
    visit_below(tree, stat->parent, stat, zero, NULL, now);
  }
}
