#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *require(void *memory) {
  if (memory == NULL) {
    fputs("statsfs-sim: out of memory\n", stderr);
    abort();
  }
  return memory;
}

void *allocate(size_t count, size_t size) {
  return require(calloc(count == 0 ? 1 : count, size == 0 ? 1 : size));
}

/* Makes room for that many bytes and a zero behind them. */
static void make_room(struct buffer *buffer, size_t length) {
  size_t needed = buffer->length + length + 1;
  if (needed > buffer->room) {
    size_t room = buffer->room * 2 > needed ? buffer->room * 2 : needed;
    buffer->bytes = require(realloc(buffer->bytes, room));
    buffer->room = room;
  }
}

void append(struct buffer *buffer, const char *bytes, size_t length) {
  make_room(buffer, length);
  if (length > 0) {
    memcpy(buffer->bytes + buffer->length, bytes, length);
  }
  buffer->length += length;
  buffer->bytes[buffer->length] = 0;
}

void append_format(struct buffer *buffer, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0) {
    return;
  }
  make_room(buffer, (size_t)length);
  va_start(arguments, format);
  vsnprintf(buffer->bytes + buffer->length, (size_t)length + 1, format, arguments);
  va_end(arguments);
  buffer->length += (size_t)length;
}

void drop_front(struct buffer *buffer, size_t length) {
  buffer->length -= length;
  if (length > 0) {
    memmove(buffer->bytes, buffer->bytes + length, buffer->length + 1);
  }
}

void free_buffer(struct buffer *buffer) {
  free(buffer->bytes);
  *buffer = (struct buffer){0};
}
