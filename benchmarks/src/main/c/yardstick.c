/*
 * The same work as a sample or a discovery, in C: what the system calls cost, and little else.
 *
 * Answers commands from standard input with a line each, so that a harness can measure this and Java
 * by turns:
 *
 *   load LIST                a file with the lines `D directory`, `F name` (a file of one value in the
 *                            directory above) and `T path` (a file of many values); answers its number
 *   measure TREE WAY ROUNDS  WAY is path, openat or kept; answers nanoseconds and numbers found
 *   walk ROUNDS ROOT         answers nanoseconds, directories and files
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "number.h"

enum { MAX_TREES = 16, TEXT_BYTES = 256 << 10, LISTING_BYTES = 32 << 10, MAX_LINE = 8192 };

enum way { PATH, OPENAT, KEPT };

struct file {
  char *path;
  const char *name; /* the last part of the path */
  int directory;
  int fd; /* when kept */
  int many;
  int user_made; /* its type is looked at before it is opened, as the readers do */
};

struct tree {
  struct file *files;
  size_t file_count;
  uint64_t *values;
  size_t room; /* for values */
};

static struct tree trees[MAX_TREES];
static int tree_count;
static char text[TEXT_BYTES];

static void die(const char *what) {
  fprintf(stderr, "yardstick: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void *grow(void *memory, size_t bytes) {
  memory = realloc(memory, bytes);
  if (memory == NULL) {
    die("memory");
  }
  return memory;
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Whether anything else can take a file's place, so that readers have to look. */
static int is_user_made(const char *path) {
  static const long kernel_made[] = {SYSFS_MAGIC,        PROC_SUPER_MAGIC,    DEBUGFS_MAGIC,
                                     CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, TRACEFS_MAGIC,
                                     0x73746174 /* statsfs */};
  struct statfs its;
  if (statfs(path, &its) < 0) {
    die(path);
  }
  for (size_t i = 0; i < sizeof kernel_made / sizeof kernel_made[0]; i++) {
    if (its.f_type == kernel_made[i]) {
      return 0;
    }
  }
  return 1;
}

static int load(const char *list) {
  if (tree_count == MAX_TREES) {
    errno = E2BIG;
    die(list);
  }
  struct tree *tree = &trees[tree_count];
  FILE *in = fopen(list, "re");
  if (in == NULL) {
    die(list);
  }
  char line[MAX_LINE];
  char directory[MAX_LINE] = "";
  int directory_fd = AT_FDCWD;
  int user_made = 0;
  while (fgets(line, sizeof line, in) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    const char *what = line + 2;
    if (line[0] == 'D') {
      strcpy(directory, what);
      directory_fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
      if (directory_fd < 0) {
        die(directory);
      }
      user_made = is_user_made(directory);
      continue;
    }
    tree->files = grow(tree->files, (tree->file_count + 1) * sizeof *tree->files);
    struct file *file = &tree->files[tree->file_count++];
    *file = (struct file){.fd = -1, .many = line[0] == 'T', .directory = directory_fd};
    file->user_made = file->many ? is_user_made(what) : user_made;
    if (file->many) {
      file->path = strdup(what);
      file->name = file->path;
      file->directory = AT_FDCWD;
    } else if (asprintf(&file->path, "%s/%s", directory, what) >= 0) {
      file->name = file->path + strlen(directory) + 1;
    }
    if (file->path == NULL) {
      die("memory");
    }
  }
  fclose(in);
  return tree_count++;
}

static size_t put(struct tree *tree, size_t at, const char *from, size_t length) {
  if (at == tree->room) {
    tree->room = tree->room == 0 ? 1024 : tree->room * 2;
    tree->values = grow(tree->values, tree->room * sizeof *tree->values);
  }
  return sfs_parse_number(from, length, 0, &tree->values[at]) <= SFS_UNSIGNED ? at + 1 : at;
}

/* Lines of a name and a number. */
static size_t put_many(struct tree *tree, size_t at, const char *from, const char *end) {
  while (from < end) {
    const char *stop = memchr(from, '\n', (size_t)(end - from));
    stop = stop == NULL ? end : stop;
    const char *value = memchr(from, ' ', (size_t)(stop - from));
    if (value != NULL) {
      at = put(tree, at, value + 1, (size_t)(stop - value - 1));
    }
    from = stop + 1;
  }
  return at;
}

/* One value ends with its line; many end with the file. */
static size_t read_file(int fd, int kept, int many) {
  size_t length = 0;
  while (length < sizeof text) {
    size_t room = sizeof text - length;
    ssize_t count = kept ? pread(fd, text + length, room, (off_t)length)
                         : read(fd, text + length, room);
    if (count < 0) {
      die("read");
    }
    length += (size_t)count;
    if (count == 0 || (!many && text[length - 1] == '\n')) {
      break;
    }
  }
  return length;
}

static size_t sample(struct tree *tree, enum way way) {
  size_t at = 0;
  for (size_t i = 0; i < tree->file_count; i++) {
    struct file *file = &tree->files[i];
    int fd = file->fd;
    if (way != KEPT || fd < 0) {
      struct stat its;
      if (file->user_made &&
          (fstatat(way == OPENAT ? file->directory : AT_FDCWD,
                   way == OPENAT ? file->name : file->path, &its, AT_SYMLINK_NOFOLLOW) < 0 ||
           !S_ISREG(its.st_mode))) {
        die(file->path);
      }
      fd = way == OPENAT ? openat(file->directory, file->name, O_RDONLY | O_CLOEXEC)
                         : open(file->path, O_RDONLY | O_CLOEXEC);
      if (fd < 0) {
        die(file->path);
      }
    }
    size_t length = read_file(fd, way == KEPT, file->many);
    if (way == KEPT) {
      file->fd = fd;
    } else {
      close(fd);
    }
    at = file->many ? put_many(tree, at, text, text + length) : put(tree, at, text, length);
  }
  return at;
}

struct found {
  unsigned long directories;
  unsigned long files;
};

/* The kernel's own, which says what an entry is without a further call. */
struct entry {
  uint64_t inode;
  int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[];
};

static void walk(int parent, const char *name, struct found *found) {
  int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    die(name);
  }
  found->directories++;
  char *listing = grow(NULL, LISTING_BYTES);
  long bytes;
  while ((bytes = syscall(SYS_getdents64, fd, listing, LISTING_BYTES)) > 0) {
    for (long at = 0; at < bytes;) {
      const struct entry *entry = (const struct entry *)(listing + at);
      at += entry->length;
      if (strcmp(entry->name, ".") == 0 || strcmp(entry->name, "..") == 0) {
        continue;
      } else if (entry->type == DT_DIR) {
        walk(fd, entry->name, found);
      } else {
        found->files += entry->type == DT_REG;
      }
    }
  }
  if (bytes < 0) {
    die(name);
  }
  free(listing);
  close(fd);
}

static int is_tree(int tree) {
  return tree >= 0 && tree < tree_count;
}

int main(void) {
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  static char line[MAX_LINE];
  char argument[MAX_LINE];
  int tree;
  int rounds;
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (sscanf(line, "load %[^\n]", argument) == 1) {
      printf("%d\n", load(argument));
    } else if (sscanf(line, "measure %d %s %d", &tree, argument, &rounds) == 3 && is_tree(tree)) {
      enum way way = strcmp(argument, "path") == 0     ? PATH
                     : strcmp(argument, "openat") == 0 ? OPENAT
                                                       : KEPT;
      size_t count = 0;
      uint64_t start = now();
      for (int i = 0; i < rounds; i++) {
        count = sample(&trees[tree], way);
      }
      printf("%llu %zu\n", (unsigned long long)(now() - start), count);
    } else if (sscanf(line, "walk %d %[^\n]", &rounds, argument) == 2) {
      struct found found = {0, 0};
      uint64_t start = now();
      for (int i = 0; i < rounds; i++) {
        found = (struct found){0, 0};
        walk(AT_FDCWD, argument, &found);
      }
      printf("%llu %lu %lu\n", (unsigned long long)(now() - start), found.directories, found.files);
    } else {
      fprintf(stderr, "yardstick: not understood: %s", line);
      return 2;
    }
    fflush(stdout);
  }
  return 0;
}
