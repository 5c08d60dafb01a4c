#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "number.h"
#include "system.h"
#include "tables.h"
#include "baseline.h"

enum { MAX_TREES = 16, TEXT_BYTES = 256 << 10, LISTING_BYTES = 32 << 10, MAX_LINE = 8192 };

struct file {
  char *path;
  const char *name; /* the last part of the path */
  int directory;
  int fd; /* when kept */
  int plain_fd;
  char form; /* as in the list that load takes in */
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
  fprintf(stderr, "baseline: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void *grow(void *memory, size_t bytes) {
  memory = realloc(memory, bytes);
  if (memory == NULL) {
    die("memory");
  }
  return memory;
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

int load(const char *list) {
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
    *file = (struct file){.fd = -1, .plain_fd = -1, .form = line[0], .directory = directory_fd};
    file->user_made = file->form != 'F' ? is_user_made(what) : user_made;
    if (file->form != 'F') {
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

/* What a text says, by the form of its file. */
static size_t put_text(struct tree *tree, size_t at, char form, const char *from, const char *end) {
  if (form == 'F') {
    return put(tree, at, from, (size_t)(end - from));
  } else if (form == 'T') {
    return put_many(tree, at, from, end);
  }
  size_t most = at + (size_t)(end - from); /* there is a byte before each number */
  if (most > tree->room) {
    tree->room = most;
    tree->values = grow(tree->values, tree->room * sizeof *tree->values);
  }
  uint64_t *values = tree->values + at;
  switch (form) {
    case 'S':
      return at + parse_stat(from, end, values);
    case 'N':
      return at + parse_snmp(from, end, values);
    case 'I':
      return at + parse_softirqs(from, end, values);
    default:
      return at + parse_diskstats(from, end, values);
  }
}

/* One value ends with its line; many end with the file. Inlined, so that each way is a loop of its own. */
static inline size_t read_file(int fd, enum way way, int is_value) {
  size_t length = 0;
  while (length < sizeof text) {
    size_t room = sizeof text - length;
    long count = way == KEPT         ? sfs_pread(fd, text + length, room, (long)length)
                 : way == OPENAT     ? sfs_read(fd, text + length, room)
                 : way == PLAIN_KEPT ? pread(fd, text + length, room, (off_t)length)
                                     : read(fd, text + length, room);
    if (count < 0) {
      die("read");
    }
    length += (size_t)count;
    if (count == 0 || (is_value && text[length - 1] == '\n')) {
      break;
    }
  }
  return length;
}

static int open_file(const struct file *file, enum way way) {
  int direct = way == OPENAT || way == KEPT;
  int fd;
  if (file->user_made) {
    struct sfs_stat its;
    struct stat plain;
    uint32_t mode = 0;
    if (direct) {
      if (sfs_fstatat(file->directory, file->name, SFS_AT_SYMLINK_NOFOLLOW, &its) == 0) {
        mode = its.mode;
      }
    } else if (fstatat(AT_FDCWD, file->path, &plain, AT_SYMLINK_NOFOLLOW) == 0) {
      mode = plain.st_mode;
    }
    if (!S_ISREG(mode)) {
      die(file->path);
    }
  }
  fd = direct ? sfs_openat(file->directory, file->name, SFS_O_RDONLY | SFS_O_CLOEXEC)
              : open(file->path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    die(file->path);
  }
  return fd;
}

static inline size_t sample_by(struct tree *tree, enum way way) {
  size_t at = 0;
  for (size_t i = 0; i < tree->file_count; i++) {
    struct file *file = &tree->files[i];
    int *kept = way == KEPT ? &file->fd : way == PLAIN_KEPT ? &file->plain_fd : NULL;
    int fd = kept == NULL || *kept < 0 ? open_file(file, way) : *kept;
    size_t length = read_file(fd, way, file->form == 'F');
    if (kept != NULL) {
      *kept = fd;
    } else if (way == OPENAT) {
      sfs_close(fd);
    } else {
      close(fd);
    }
    at = put_text(tree, at, file->form, text, text + length);
  }
  return at;
}

size_t sample(int number, enum way way) {
  struct tree *tree = &trees[number];
  switch (way) {
    case OPENAT:
      return sample_by(tree, OPENAT);
    case KEPT:
      return sample_by(tree, KEPT);
    case PLAIN_KEPT:
      return sample_by(tree, PLAIN_KEPT);
    default:
      return sample_by(tree, PLAIN_PATH);
  }
}

void renew(int number) {
  struct tree *tree = &trees[number];
  for (size_t i = 0; i < tree->file_count; i++) {
    struct file *file = &tree->files[i];
    if (file->fd >= 0) {
      sfs_close(file->fd);
    }
    if (file->plain_fd >= 0) {
      close(file->plain_fd);
    }
    file->fd = -1;
    file->plain_fd = -1;
  }
}

enum way way_of(const char *name) {
  static const char *const names[] = {"plain-path", "plain-kept", "openat", "kept"};
  enum way way = PLAIN_PATH;
  while (way < NO_WAY && strcmp(names[way], name) != 0) {
    way++;
  }
  return way;
}

int is_tree(int tree) {
  return tree >= 0 && tree < tree_count;
}

/* The kernel's own, which says what an entry is without a further call. */
struct entry {
  uint64_t inode;
  int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[];
};

void walk(int parent, const char *name, struct found *found) {
  int fd = sfs_openat(parent, name, SFS_O_RDONLY | SFS_O_DIRECTORY | SFS_O_CLOEXEC);
  if (fd < 0) {
    die(name);
  }
  found->directories++;
  char *listing = grow(NULL, LISTING_BYTES);
  long bytes;
  while ((bytes = sfs_getdents(fd, listing, LISTING_BYTES)) > 0) {
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
  sfs_close(fd);
}

struct place {
  char kind;
  int parent;
  char *name;
};

struct places {
  struct place *all;
  size_t count;
  int *directories; /* descriptors of those that are open */
};

struct places *places_of(const char *list) {
  FILE *in = fopen(list, "re");
  if (in == NULL) {
    die(list);
  }
  struct places *places = grow(NULL, sizeof *places);
  *places = (struct places){NULL, 0, NULL};
  char line[MAX_LINE];
  char name[MAX_LINE];
  char kind;
  int parent;
  while (fgets(line, sizeof line, in) != NULL) {
    if (sscanf(line, "%c %d %[^\n]", &kind, &parent, name) != 3) {
      errno = EINVAL;
      die(line);
    }
    places->all = grow(places->all, (places->count + 1) * sizeof *places->all);
    places->all[places->count++] = (struct place){kind, parent, strdup(name)};
  }
  fclose(in);
  places->directories = grow(NULL, places->count * sizeof *places->directories);
  return places;
}

void visit(const struct places *places, struct found *found) {
  static char listing[LISTING_BYTES];
  for (size_t i = 0; i < places->count; i++) {
    const struct place *place = &places->all[i];
    int parent = place->parent < 0 ? AT_FDCWD : places->directories[place->parent];
    int is_directory = place->kind == 'D';
    int fd = sfs_openat(parent, place->name,
                        SFS_O_RDONLY | SFS_O_CLOEXEC | (is_directory ? SFS_O_DIRECTORY : 0));
    if (fd < 0) {
      errno = -fd;
      die(place->name);
    }
    long bytes;
    if (is_directory) {
      while ((bytes = sfs_getdents(fd, listing, sizeof listing)) > 0) {
      }
      places->directories[found->directories++] = fd;
    } else {
      while ((bytes = sfs_read(fd, text, sizeof text)) > 0) {
      }
      found->files++;
      sfs_close(fd);
    }
  }
  for (unsigned long i = 0; i < found->directories; i++) {
    sfs_close(places->directories[i]);
  }
}

void free_places(struct places *places) {
  for (size_t i = 0; i < places->count; i++) {
    free(places->all[i].name);
  }
  free(places->all);
  free(places->directories);
  free(places);
}

enum { VALUES_OF_MOUNT = 6, READ_ONLY = 1 };

static char **mounts;
static size_t mount_count;
static uint64_t *values_of_mounts;

size_t mounts_load(const char *list) {
  FILE *in = fopen(list, "re");
  if (in == NULL) {
    die(list);
  }
  char line[MAX_LINE];
  while (fgets(line, sizeof line, in) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    mounts = grow(mounts, (mount_count + 1) * sizeof *mounts);
    mounts[mount_count] = strdup(line);
    if (mounts[mount_count++] == NULL) {
      die("memory");
    }
  }
  fclose(in);
  values_of_mounts = grow(values_of_mounts, mount_count * VALUES_OF_MOUNT * sizeof *values_of_mounts);
  return mount_count;
}

size_t mounts_sample(void) {
  size_t answered = 0;
  uint64_t *value = values_of_mounts;
  for (size_t i = 0; i < mount_count; i++, value += VALUES_OF_MOUNT) {
    struct sfs_statfs its;
    if (sfs_statfs(mounts[i], &its) < 0) {
      continue;
    }
    uint64_t unit = (uint64_t)its.fragment_size;
    value[0] = its.blocks * unit;
    value[1] = its.free * unit;
    value[2] = its.available * unit;
    value[3] = its.files;
    value[4] = its.files_free;
    value[5] = (uint64_t)its.flags & READ_ONLY;
    answered++;
  }
  return answered;
}

/* Statistics that a process has open: KVM's struct kvm_stats_header says what there is. */
struct statistics {
  int descriptor;
  uint32_t stats;
  uint32_t data;
  uint32_t data_bytes;
};

enum { HEADER_WORDS = 6, NAME_SIZE = 1, COUNT = 2, DESCRIPTIONS = 4, DATA = 5, MOST_DATA = 4096 };

static struct statistics *statistics;
static size_t statistics_count;
static int process;
static uint64_t data[MOST_DATA / sizeof(uint64_t)];

static void load_statistics(int descriptor) {
  uint32_t header[HEADER_WORDS];
  struct statistics its = {.descriptor = descriptor};
  int fd = sfs_pidfd_getfd(process, descriptor);
  if (fd < 0 || sfs_pread(fd, header, sizeof header, 0) != sizeof header) {
    die("statistics of a machine");
  }
  its.stats = header[COUNT];
  its.data = header[DATA];
  for (uint32_t i = 0; i < header[COUNT]; i++) {
    struct {
      uint32_t flags;
      uint16_t exponent;
      uint16_t values;
      uint32_t offset;
      uint32_t bucket;
    } stat;
    long at = (long)(header[DESCRIPTIONS] + i * (sizeof stat + header[NAME_SIZE]));
    if (sfs_pread(fd, &stat, sizeof stat, at) != sizeof stat) {
      die("descriptions of stats");
    }
    uint32_t end = stat.offset + stat.values * (uint32_t)sizeof(uint64_t);
    its.data_bytes = end > its.data_bytes ? end : its.data_bytes;
  }
  sfs_close(fd);
  if (its.data_bytes > sizeof data) {
    die("too many values");
  }
  statistics = grow(statistics, (statistics_count + 1) * sizeof *statistics);
  statistics[statistics_count++] = its;
}

size_t machines_load(int pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd", pid);
  process = sfs_pidfd_open(pid);
  DIR *descriptors = opendir(path);
  if (process < 0 || descriptors == NULL) {
    die(path);
  }
  size_t stats = 0;
  const struct dirent *entry;
  while ((entry = readdir(descriptors)) != NULL) {
    char link[64] = "";
    if (readlinkat(dirfd(descriptors), entry->d_name, link, sizeof link - 1) > 0 &&
        strncmp(link, "anon_inode:kvm-", 15) == 0 && strstr(link, "-stats") != NULL) {
      load_statistics(atoi(entry->d_name));
      stats += statistics[statistics_count - 1].stats;
    }
  }
  closedir(descriptors);
  return stats;
}

size_t machines_sample(void) {
  size_t stats = 0;
  for (size_t i = 0; i < statistics_count; i++) {
    const struct statistics *its = &statistics[i];
    int fd = sfs_pidfd_getfd(process, its->descriptor);
    if (sfs_pread(fd, data, its->data_bytes, its->data) == (long)its->data_bytes) {
      stats += its->stats;
    }
    sfs_close(fd);
  }
  return stats;
}
