/* Bytes that grow at their end. Memory that is not to be had ends the program. */
#ifndef STATSFS_BUFFER_H
#define STATSFS_BUFFER_H

#include <stddef.h>

struct buffer {
  char *bytes;
  size_t length;
  size_t room;
};

/* Zeroed memory for count things of a size. */
void *allocate(size_t count, size_t size);

void append(struct buffer *buffer, const char *bytes, size_t length);

void append_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Takes bytes away at the beginning. */
void drop_front(struct buffer *buffer, size_t length);

void free_buffer(struct buffer *buffer);

#endif
