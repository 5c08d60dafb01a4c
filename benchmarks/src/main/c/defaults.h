/*
 * A sample of all default trees as one would write it by hand: it knows the form of each file, and shares
 * nothing with the library but the way to call the kernel. Kept descriptors are read by one pread.
 */
#ifndef STATSFS_DEFAULTS_H
#define STATSFS_DEFAULTS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Takes in what is to be read, by the lines
 *
 *   D DIRECTORY
 *   F FORM NAME      a file in the directory above
 *   W INDEX ROW COLUMN
 *                    a number of the file above, and where it is to be stored; the row is a name, or `-` where
 *                    there is one line; the column is a name of a header, or a number counted from 0
 *
 * Each row is named once in a file, all columns of a row together.
 */
void defaults_load(const char *list);

/* Reads all files once; returns how many numbers were stored. */
size_t defaults_sample(void);

/* Opens what is kept anew. */
void defaults_renew(void);

/* How many there can be. */
size_t defaults_size(void);

enum value { NO_VALUE, INTEGER, DECIMAL };

/* What the last sample stored at an index; of a decimal the bits of a double. */
enum value defaults_value(size_t index, uint64_t *bits);

#endif
