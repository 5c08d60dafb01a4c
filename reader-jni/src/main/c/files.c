#include "files.h"

#include "beneath.h"
#include "system.h"
#include "table.h"

enum {
  FILE_FLAGS = SFS_O_RDONLY | SFS_O_CLOEXEC | SFS_O_NOCTTY | SFS_O_NOFOLLOW |
               /* A FIFO that took a file's place must not be waited for. */
               SFS_O_NONBLOCK,
  DIRECTORY_FLAGS = SFS_O_PATH | SFS_O_DIRECTORY | SFS_O_CLOEXEC,
};

/* How many files may be kept open, and are, by all batches together. */
static int32_t budget;
static int32_t kept_by_all;

void sfs_set_descriptor_budget(int32_t files) {
  __atomic_store_n(&budget, files, __ATOMIC_RELAXED);
}

int sfs_take_descriptor(void) {
  int32_t kept = __atomic_add_fetch(&kept_by_all, 1, __ATOMIC_RELAXED);
  if (kept <= __atomic_load_n(&budget, __ATOMIC_RELAXED)) {
    return 1;
  }
  sfs_return_descriptor();
  return 0;
}

void sfs_return_descriptor(void) {
  __atomic_sub_fetch(&kept_by_all, 1, __ATOMIC_RELAXED);
}

void sfs_close_root(struct sfs_root *root) {
  if (root->path != NULL && root->fd >= 0) {
    sfs_close(root->fd);
  }
  root->path = NULL;
}

int sfs_open_directory(struct sfs_root *root, const struct sfs_directory *directory) {
  if (root->path != directory->root) {
    sfs_close_root(root);
    root->path = directory->root;
    root->fd = sfs_openat(SFS_AT_FDCWD, directory->root, DIRECTORY_FLAGS);
  }
  if (root->fd < 0 || *directory->path == '\0') {
    return root->fd;
  }
  return directory->links == NULL
             ? sfs_open_beneath(root->fd, directory->path)
             : sfs_open_linked(root->fd, directory->path, directory->links);
}

void sfs_close_directory(const struct sfs_root *root, int directory) {
  if (directory >= 0 && directory != root->fd) {
    sfs_close(directory);
  }
}

long sfs_look(int directory, const char *name) {
  struct sfs_stat stat;
  return sfs_fstatat(directory, name, SFS_AT_SYMLINK_NOFOLLOW, &stat);
}

/* Whether what has a name may be opened, for which it must be a file: 0, or -errno. */
static int look_before_opening(int directory, const char *name) {
  struct sfs_stat stat;
  long error = sfs_fstatat(directory, name, SFS_AT_SYMLINK_NOFOLLOW, &stat);
  if (error < 0) {
    return (int)error;
  }
  switch (stat.mode & SFS_S_IFMT) {
    case SFS_S_IFREG:
      return 0;
    case SFS_S_IFLNK:
      return -SFS_ELOOP;
    case SFS_S_IFDIR:
      return -SFS_EISDIR;
    default:
      return -SFS_ENXIO; /* What opening a socket answers; opening a device may do anything. */
  }
}

int sfs_open_file(int directory, const char *name, int look) {
  int error = look ? look_before_opening(directory, name) : 0;
  return error < 0 ? error : sfs_openat(directory, name, FILE_FLAGS);
}

static int grow(struct sfs_text *text, size_t most) {
  size_t size = text->size * 4 < most ? text->size * 4 : most;
  char *bytes = sfs_map(size);
  if (bytes == NULL) {
    return 0;
  }
  for (size_t i = 0; i < text->size; i++) {
    bytes[i] = text->bytes[i];
  }
  sfs_unmap(text->bytes, text->size);
  *text = (struct sfs_text){bytes, size};
  return 1;
}

long sfs_read_text(struct sfs_text *text, int fd, int from_start, int is_one_line, size_t max) {
  size_t length = 0;
  while (length < max) {
    /* One byte is left for the end. */
    if (length + 1 == text->size && !grow(text, max + 1)) {
      return -SFS_ENOMEM;
    }
    size_t room = (text->size - 1 < max ? text->size - 1 : max) - length;
    long count = from_start ? sfs_pread(fd, text->bytes + length, room, (long)length)
                            : sfs_read(fd, text->bytes + length, room);
    if (count < 0) {
      return count;
    }
    length += (size_t)count;
    if (count == 0 || (is_one_line && text->bytes[length - 1] == '\n')) {
      break;
    }
  }
  text->bytes[length] = '\n';
  return (long)length;
}

/* A record of getdents64. */
enum { RECORD_LENGTH = 16, RECORD_NAME = 19 };

static int is_dots(const char *name) {
  return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

long sfs_list_entries(struct sfs_text *text, int in, const char *name) {
  int fd = sfs_openat(in, name, SFS_O_RDONLY | SFS_O_DIRECTORY | SFS_O_NOFOLLOW | SFS_O_CLOEXEC);
  if (fd < 0) {
    return fd;
  }
  long entries = 0;
  long bytes;
  while ((bytes = sfs_getdents(fd, text->bytes, text->size)) > 0) {
    for (long at = 0; at < bytes;) {
      const char *record = text->bytes + at;
      uint16_t length;
      __builtin_memcpy(&length, record + RECORD_LENGTH, sizeof length);
      entries += !is_dots(record + RECORD_NAME);
      at += length;
    }
  }
  sfs_close(fd);
  return bytes < 0 ? bytes : entries;
}

/* Writes a number at the end of a memory, and returns where it begins. */
static char *write_number(char *end, long number) {
  do {
    *--end = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  return end;
}

/* Whether a directory has the descriptors of this process: if so, one of them leads to what is open. */
static int has_descriptor(int in, const char *name, int fd) {
  enum { LONGEST_NAME = 255, DIGITS = 20 };
  char path[LONGEST_NAME + 1 + DIGITS + 1];
  size_t length = 0;
  for (; name[length] != '\0' && length < LONGEST_NAME; length++) {
    path[length] = name[length];
  }
  path[length++] = '/';
  char digits[DIGITS];
  for (const char *digit = write_number(digits + DIGITS, fd); digit < digits + DIGITS; digit++) {
    path[length++] = *digit;
  }
  path[length] = '\0';
  struct sfs_stat target;
  struct sfs_stat itself;
  return sfs_fstatat(in, path, 0, &target) >= 0 && sfs_fstatat(fd, ".", 0, &itself) >= 0 &&
         target.device == itself.device && target.inode == itself.inode;
}

long sfs_count_entries(struct sfs_text *text, const struct sfs_root *root, int in, const char *name) {
  struct sfs_stat stat;
  long error = sfs_fstatat(in, name, SFS_AT_SYMLINK_NOFOLLOW, &stat);
  if (error < 0) {
    return error;
  } else if ((stat.mode & SFS_S_IFMT) != SFS_S_IFDIR) {
    return -SFS_ENOTDIR;
  }
  /* Since Linux 6.2 the size of a directory of descriptors is their number; other ones have none in procfs. */
  const int is_size = stat.size > 0 && sfs_file_system(in) == SFS_PROC_SUPER_MAGIC;
  long entries = is_size ? (long)stat.size : sfs_list_entries(text, in, name);
  if (entries > 0 && has_descriptor(in, name, in)) {
    entries -= 1 + (root->fd >= 0 && root->fd != in) + !is_size;
  }
  if (entries < 0) {
    return entries;
  }
  char digits[24];
  char *end = digits + sizeof digits;
  const char *first = write_number(end, entries);
  for (long i = 0; i < end - first; i++) {
    text->bytes[i] = first[i];
  }
  text->bytes[end - first] = '\n';
  return end - first;
}

static uint32_t failure(enum sfs_status status, long error) {
  return (uint32_t)status | (uint32_t)-error << SFS_ERRNO_SHIFT;
}

/*
 * After an error that can mean anything the file is looked for: one that is not there any more is
 * gone, whatever reading it answered (EIO on debugfs).
 */
uint32_t sfs_outcome_of_error(long error, int directory, const char *name) {
  switch (-error) {
    case SFS_ENOENT:
    case SFS_ESRCH:
    case SFS_ENXIO:
    case SFS_ENODEV:
    case SFS_ENOTDIR:
    case SFS_ESTALE:
      return failure(SFS_GONE, error);
    case SFS_EPERM:
    case SFS_EACCES:
      return failure(SFS_DENIED, error);
    default:
      return failure(sfs_look(directory, name) == -SFS_ENOENT ? SFS_GONE : SFS_FAILED, error);
  }
}

uint32_t sfs_outcome_of_answer(long error) {
  return failure(SFS_FAILED, error);
}

uint32_t sfs_outcome_without_directory(long error, const struct sfs_root *root,
                                       const struct sfs_directory *directory) {
  return root->fd < 0 ? sfs_outcome_of_error(error, SFS_AT_FDCWD, directory->root)
                      : sfs_outcome_of_error(error, root->fd, directory->path);
}
