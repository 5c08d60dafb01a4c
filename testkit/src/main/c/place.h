/*
 * What belongs to a path and not to the file that is there just now: how often it was used, over all
 * lives, and the misbehaviour asked for.
 */
#ifndef STATSFS_PLACE_H
#define STATSFS_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "words.h"

enum operation { OPEN, READ, WRITE, LIST, LOOK, OPERATIONS };

bool parse_operation(struct word word, enum operation *operation);

/* The number of an errno's name, 0 if it is not known. */
int parse_errno(struct word word);

struct fault {
  int error; /* 0: none */
  uint64_t times; /* how often it still comes; UINT64_MAX: for ever */
  uint64_t delay; /* nanoseconds */
  bool hangs;
};

enum { WRITES_KEPT = 16 };
static const uint64_t FOREVER = UINT64_MAX;

struct misbehaviour {
  struct fault of[OPERATIONS];
  bool has_text;
  struct word text; /* read instead */
  uint64_t size;    /* of the text, as often as it is repeated; FOREVER */
  uint64_t piece;   /* the most bytes that a read gives; 0: any number */
};

struct place {
  struct place *next;
  uint64_t opens; /* asked for, whatever was answered */
  uint64_t open_now;
  uint64_t open_most;
  uint64_t reads;
  uint64_t writes;
  struct word *written; /* the last ones, at the number of the write modulo WRITES_KEPT */
  struct misbehaviour *misbehaviour;
  size_t length;
  char path[];
};

struct places {
  struct place **table;
  size_t mask;
  size_t count;
};

/* Paths have no slash at their ends. NULL if nothing is known of this one. */
struct place *find_place(const struct places *places, const char *path, size_t length);

struct place *make_place(struct places *places, const char *path, size_t length);

/* A place's misbehaviour, made if there is none yet. */
struct misbehaviour *misbehave(struct place *place);

void set_text(struct place *place, struct word text, uint64_t size);
void count_write(struct place *place, const char *bytes, size_t length);
void heal_place(struct place *place);
void free_places(struct places *places);

/* Hash of bytes, for tables. */
uint64_t hash_bytes(const char *bytes, size_t length, uint64_t seed);

#endif
