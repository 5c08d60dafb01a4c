/* The text of the .schema file of a source. */
#ifndef STATSFS_SCHEMA_H
#define STATSFS_SCHEMA_H

#include "tree.h"

/* The kernel makes it in a buffer of one byte more, and cuts what does not fit. */
enum { SCHEMA_BYTES = 10239 };

/* Appends the text, of no more than SCHEMA_BYTES. */
void append_schema(struct buffer *buffer, const struct node *source, uint64_t now);

#endif
