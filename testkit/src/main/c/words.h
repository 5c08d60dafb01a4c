/*
 * The words of a line: separated by blanks, "quoted" where they hold blanks. \xHH, \n, \" and \\ are
 * understood inside and outside quotes. A # at the beginning of a word begins a comment.
 */
#ifndef STATSFS_WORDS_H
#define STATSFS_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"

/* May hold zeros; another one stands behind it. */
struct word {
  char *bytes;
  size_t length;
};

enum { MOST_WORDS = 1024 };

/*
 * Takes a line apart, in its own memory, where line[length] has to be writable. Returns the number of
 * words, or -1 and an error.
 */
int split_words(char *line, size_t length, struct word words[MOST_WORDS], const char **error);

bool is_word(struct word word, const char *text);

/* Writes a word so that split_words gives it back: in quotes, unless it is plain. */
void append_word(struct buffer *buffer, const char *bytes, size_t length);

/* The same, with quotes always. */
void append_quoted(struct buffer *buffer, const char *bytes, size_t length);

#endif
