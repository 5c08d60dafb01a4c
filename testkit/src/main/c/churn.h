/* Sources that are made and removed all the time. */
#ifndef STATSFS_CHURN_H
#define STATSFS_CHURN_H

#include "tree.h"

struct churn {
  struct churn *next;
  struct node *parent;
  double rate; /* a second */
  uint64_t live; /* how many there are at most */
  uint64_t stats; /* of each */
  uint64_t reuse; /* after how many a name returns; 0: never */
  uint64_t since;
  uint64_t made;
  uint64_t oldest; /* the number of the oldest that is there */
  struct node **sources; /* at their numbers modulo live */
};

/* Starts below a source, from now on. Its numbers have been checked: live and rate are not 0. */
void start_churn(struct churn **churns, struct node *parent, const struct churn *numbers,
                 uint64_t now);

/* The churn below a source, or NULL. */
struct churn *find_churn(struct churn *churns, const struct node *parent);

void stop_churn(struct churn **churns, struct churn *churn);

/* Does what is due, a part of it if that is much, and ends what has lost its parent. */
void run_churns(struct tree *tree, struct churn **churns, uint64_t now);

/* When something is due next; UINT64_MAX: never. */
uint64_t next_churn(const struct churn *churns);

#endif
