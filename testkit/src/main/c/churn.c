#include "churn.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* How much is made up for in one go, so that readers are answered in between. */
enum { AT_ONCE = 50 };

void start_churn(struct churn **churns, struct node *parent, const struct churn *numbers,
                 uint64_t now) {
  struct churn *churn = allocate(1, sizeof *churn);
  *churn = *numbers;
  churn->parent = parent;
  hold(parent);
  churn->since = now;
  churn->sources = allocate(churn->live, sizeof *churn->sources);
  churn->next = *churns;
  *churns = churn;
}

struct churn *find_churn(struct churn *churns, const struct node *parent) {
  while (churns != NULL && churns->parent != parent) {
    churns = churns->next;
  }
  return churns;
}

void stop_churn(struct churn **churns, struct churn *churn) {
  while (*churns != churn) {
    churns = &(*churns)->next;
  }
  *churns = churn->next;
  for (; churn->oldest < churn->made; churn->oldest++) {
    release(churn->sources[churn->oldest % churn->live]);
  }
  free(churn->sources);
  release(churn->parent);
  free(churn);
}

static void remove_oldest(struct tree *tree, struct churn *churn) {
  struct node *source = churn->sources[churn->oldest++ % churn->live];
  /* Somebody else may have removed it. */
  if (source->linked) {
    remove_source(tree, source);
  }
  release(source);
}

static void add_newest(struct tree *tree, struct churn *churn, uint64_t now) {
  uint64_t number = churn->made++;
  char name[32];
  size_t length = (size_t)snprintf(name, sizeof name, "vm%" PRIu64,
                                   churn->reuse == 0 ? number : number % churn->reuse);
  struct node *other = find_child(tree, churn->parent, name, length);
  if (other != NULL && other->shape == SOURCE) {
    /* Left by an earlier churn. */
    remove_source(tree, other);
  }
  struct node *source = add_source(tree, churn->parent, name, length, now);
  char life[32];
  struct word life_word = {life, (size_t)snprintf(life, sizeof life, "%" PRIu64, number)};
  add_label(source, (struct word){"life", 4}, life_word);
  for (uint64_t i = 0; i < churn->stats; i++) {
    struct value *value = allocate(1, sizeof *value);
    *value = (struct value){.type = U64, .bits = number * 1000 + i, .since = now};
    length = (size_t)snprintf(name, sizeof name, "s%" PRIu64, i);
    add_stat(tree, source, name, length, value);
  }
  hold(source);
  churn->sources[number % churn->live] = source;
}

static uint64_t due(const struct churn *churn) {
  return churn->since + (uint64_t)((double)(churn->made + 1) / churn->rate * 1e9);
}

void run_churns(struct tree *tree, struct churn **churns, uint64_t now) {
  for (struct churn *churn = *churns; churn != NULL;) {
    struct churn *next = churn->next;
    if (!churn->parent->linked || churn->parent->revoked || churn->parent->removed) {
      stop_churn(churns, churn);
    } else {
      for (int i = 0; i < AT_ONCE && due(churn) <= now; i++) {
        if (churn->made - churn->oldest == churn->live) {
          remove_oldest(tree, churn);
        }
        add_newest(tree, churn, now);
      }
    }
    churn = next;
  }
}

uint64_t next_churn(const struct churn *churns) {
  uint64_t next = UINT64_MAX;
  for (; churns != NULL; churns = churns->next) {
    next = due(churns) < next ? due(churns) : next;
  }
  return next;
}
