#include "schema.h"

#include <string.h>

static void append_line(struct buffer *buffer, const char *key, struct word text) {
  append(buffer, key, strlen(key));
  append(buffer, text.bytes, text.length);
  append(buffer, "\n", 1);
}

/* From the source up to the root, which is not the order in which they were given. */
static void append_labels(struct buffer *buffer, const struct node *source) {
  append(buffer, "LABEL\n", 6);
  for (; source != NULL; source = source->parent) {
    for (size_t i = 0; i < source->label_count; i++) {
      append(buffer, source->labels[i].key.bytes, source->labels[i].key.length);
      append_line(buffer, " ", source->labels[i].text);
    }
  }
  append(buffer, "\n", 1);
}

static void append_metric(struct buffer *buffer, const struct node *stat) {
  const struct value *value = stat->value;
  struct word description = value->description;
  if (description.bytes == NULL) {
    description = (struct word){"(null)", 6};
  }
  append(buffer, "METRIC\nNAME ", 12);
  append(buffer, stat->name, stat->name_length);
  append_format(buffer, "\nFLAG %s\nTYPE %s\n", value->kind == CUMULATIVE ? "CUMULATIVE" : "GAUGE",
                value->type == FLOAT ? "FLOAT" : "INT");
  append_line(buffer, "DESC ", description);
  append(buffer, "\n", 1);
}

void append_schema(struct buffer *buffer, const struct node *source, uint64_t now) {
  size_t start = buffer->length;
  append_labels(buffer, source);
  const struct node *file = source->newest;
  while (file != NULL && file->older != NULL) {
    file = file->older;
  }
  for (; file != NULL && buffer->length - start <= SCHEMA_BYTES; file = file->newer) {
    if (file->shape == STAT && !file->value->undescribed && is_filled_in(file, now)) {
      append_metric(buffer, file);
    }
  }
  if (buffer->length - start > SCHEMA_BYTES) {
    buffer->length = start + SCHEMA_BYTES;
    buffer->bytes[buffer->length] = 0;
  }
}
