/*
 * The plan of a batch: what io.statsfs.reader.jni.JniBatch writes, and sfs_batch_open reads. A test
 * compares each of these constants, and the enumerations of table.h, with those of Java.
 *
 * 32-bit integers in native order and then text:
 *
 *   the header   how many there are of each of the following
 *   shapes       SFS_SHAPE_... integers each
 *   tables       SFS_TABLE_... integers each
 *   directories  SFS_DIRECTORY_... integers each
 *   files        SFS_FILE_... integers each, those of a directory one after the other
 *   keys         SFS_KEY_... integers each, those of an axis one after the other
 *   slots        one integer each; see SFS_SLOT_SHIFT
 *   text         names, paths and separators, each ended by a zero, and keys; offsets lead in here
 *
 * An index or offset that does not apply is -1.
 */
#ifndef STATSFS_PLAN_H
#define STATSFS_PLAN_H

/* The header. */
enum {
  SFS_PLAN_SHAPES = 0,
  SFS_PLAN_TABLES = 1,
  SFS_PLAN_DIRECTORIES = 2,
  SFS_PLAN_FILES = 3,
  SFS_PLAN_KEYS = 4,
  SFS_PLAN_SLOTS = 5,
  SFS_PLAN_TEXT = 6, /* bytes */
  SFS_PLAN_SIZE = 7
};

enum {
  SFS_SHAPE_SKIP_LINES = 0,
  SFS_SHAPE_HEADER = 1,
  SFS_SHAPE_HEADER_WORDS = 2,
  SFS_SHAPE_PREFIX_WORDS = 3,
  SFS_SHAPE_ROW_KEY = 4,
  SFS_SHAPE_ROW_KEY_WORD = 5,
  SFS_SHAPE_SECOND_ROW_KEY_WORD = 6,
  SFS_SHAPE_COLUMN_KEY = 7,
  SFS_SHAPE_SEPARATORS = 8, /* offset */
  SFS_SHAPE_RADIX = 9,
  SFS_SHAPE_LEAST_COLUMNS = 10,
  SFS_SHAPE_TRAILING_WORDS = 11,
  SFS_SHAPE_SKIP_THROUGH = 12, /* a character, or 0 */
  SFS_SHAPE_UNIFORM = 13,      /* 1 or 0 */
  SFS_SHAPE_NO_VALUE = 14,     /* offset of words, each ended by a zero, the last one empty; or -1 */
  SFS_SHAPE_HEADING = 15,
  SFS_SHAPE_ENTRIES = 16,      /* 1 or 0 */
  SFS_SHAPE_SIZE = 17
};

/* Files of the same shape and keys share a table. */
enum {
  SFS_TABLE_SHAPE = 0,
  SFS_TABLE_ROWS = 1,
  SFS_TABLE_FIRST_ROW_KEY = 2, /* or -1: rows have no keys */
  SFS_TABLE_COLUMNS = 3,
  SFS_TABLE_FIRST_COLUMN_KEY = 4, /* or -1: columns have no keys */
  SFS_TABLE_SIZE = 5
};

/*
 * A directory is a path below the root of its tree, empty for the root. No symbolic link below the
 * root is followed, unless it leads to the directory `links`, a path relative to the root, or beneath
 * it. Directories of one tree have the same root, at one offset, and come one after the other.
 */
enum {
  SFS_DIRECTORY_ROOT = 0,
  SFS_DIRECTORY_PATH = 1,
  SFS_DIRECTORY_LINKS = 2, /* or -1: no link may be followed */
  SFS_DIRECTORY_FILES = 3,
  SFS_DIRECTORY_FLAGS = 4,
  SFS_DIRECTORY_MAX_BYTES = 5, /* of a file of more than one line */
  SFS_DIRECTORY_SIZE = 6
};

/* Flags of directories. */
enum {
  SFS_FLAG_KEEP_OPEN = 1,   /* files may be kept open and read again at their beginning */
  SFS_FLAG_STALE_ZEROS = 2, /* one that goes while it is read answers an empty aggregate, and no error */
  SFS_FLAG_USER_MADE = 4    /* anything may take a file's place, so its type is looked at before opening */
};

enum {
  SFS_FILE_NAME = 0,
  SFS_FILE_TABLE = 1,
  SFS_FILE_FIRST_SLOT = 2,
  SFS_FILE_PREDECESSOR = 3, /* the file of the previous batch whose descriptor is taken over, or -1 */
  SFS_FILE_SIZE = 4
};

enum { SFS_KEY_TEXT = 0, SFS_KEY_LENGTH = 1, SFS_KEY_SIZE = 2 };

#endif
