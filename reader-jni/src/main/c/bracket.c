#include "bracket.h"

#include "batch.h"
#include "interfaces.h"
#include "number.h"
#include "system.h"
#include "table.h"

enum {
  SYSFS_MAGIC = 0x62656572,
  /* How many times as large as the difference of its two values a counter is that does not agree by chance. */
  LARGE = 1000000,
  /* The same of the way by which it has moved since the round before. */
  FAR = 1000,
  TEXT_BYTES = 512,
};

enum { SECOND = 1000000000 };

static uint64_t shortest_pause = SECOND;
static uint64_t longest_pause = 60ull * SECOND;

void sfs_bracket_set_pauses(uint64_t shortest, uint64_t longest) {
  shortest_pause = shortest;
  longest_pause = longest;
}

/* ---- interfaces ---- */

/* Reads a small file beside a directory; its length, or 0. Behind it there is a zero. */
static size_t read_beside(int directory, const char *path, char text[TEXT_BYTES]) {
  int fd = sfs_open_file(directory, path, 0);
  long length = fd < 0 ? 0 : sfs_read(fd, text, TEXT_BYTES - 1);
  if (fd >= 0) {
    sfs_close(fd);
  }
  length = length < 0 ? 0 : length;
  text[length] = '\0';
  return (size_t)length;
}

static int hexadecimal(char c) {
  return sfs_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Whether a text is an address, in hexadecimal with colons between; of no bytes it is empty. */
static int is_address(const char *text, const unsigned char *address, size_t length) {
  for (size_t i = 0; i < length; i++, text += 2) {
    if (i > 0 && *text++ != ':') {
      return 0;
    }
    int high = hexadecimal(text[0]);
    int low = high < 0 ? -1 : hexadecimal(text[1]);
    if (low < 0 || high * 16 + low != address[i]) {
      return 0;
    }
  }
  return *text == '\0' || *text == '\n';
}

/* Whether a text has a line with a name. */
static int has_name(const char *text, const char *name) {
  static const char key[] = "INTERFACE=";
  for (const char *line = text; *line != '\0';) {
    size_t i = 0;
    while (key[i] != '\0' && line[i] == key[i]) {
      i++;
    }
    if (key[i] == '\0') {
      const char *is = line + i;
      while (*name != '\0' && *is == *name) {
        is++;
        name++;
      }
      return *name == '\0' && (*is == '\n' || *is == '\0');
    }
    while (*line != '\0' && *line++ != '\n') {
    }
  }
  return 0;
}

/* Whether sysfs and netlink call the interface with an index the same: 1, 0, or -errno. */
static long is_called_the_same(struct sfs_interfaces *interfaces, int directory, int32_t index) {
  char uevent[TEXT_BYTES];
  char address[TEXT_BYTES];
  struct sfs_message message;
  if (read_beside(directory, "../uevent", uevent) == 0 ||
      read_beside(directory, "../address", address) == 0) {
    return 0;
  }
  long news = sfs_netlink_ask_link(&interfaces->netlink, index);
  while (news >= 0 && (news = sfs_netlink_next(&interfaces->netlink, &message)) == SFS_NEWS_DELETED) {
    sfs_interfaces_deleted(interfaces, message.interface);
  }
  if (news < 0) {
    return news;
  }
  return news == SFS_NEWS_LINK && message.interface == index && has_name(uevent, message.name) &&
         is_address(address, message.address, message.address_length);
}

static struct sfs_mounted *mounted_on(struct sfs_bracket *bracket, uint64_t device) {
  for (uint32_t i = 0; i < bracket->count; i++) {
    if (bracket->mounted[i].device == device) {
      return &bracket->mounted[i];
    }
  }
  if (bracket->count == SFS_MOST_MOUNTED) {
    return NULL;
  }
  struct sfs_mounted *its = &bracket->mounted[bracket->count++];
  *its = (struct sfs_mounted){.device = device};
  return its;
}

/* Finds out which interface a directory says that it is of, and compares. 0, or -errno. */
static long look_at(struct sfs_interfaces *interfaces, struct sfs_statistics *its, int directory) {
  struct sfs_stat stat;
  if (sfs_file_system(directory) != SYSFS_MAGIC || sfs_fstatat(directory, ".", 0, &stat) < 0) {
    return 0;
  }
  const int32_t index = sfs_interface_of(directory, stat.device);
  struct sfs_mounted *mounted = index == 0 ? NULL : mounted_on(&interfaces->bracket, stat.device);
  if (mounted == NULL) {
    return 0;
  }
  its->interface = index;
  its->device = stat.device;
  const long is_same = is_called_the_same(interfaces, directory, index);
  mounted->is_other |= is_same == 0;
  return is_same < 0 ? is_same : 0;
}

static long look_at_unknown(struct sfs_interfaces *interfaces) {
  struct sfs_root root = {NULL, 0};
  long error = 0;
  for (uint32_t i = 0; i < interfaces->count && error >= 0; i++) {
    struct sfs_statistics *its = &interfaces->directories[i];
    int directory = its->interface == 0 ? sfs_open_directory(&root, its->place) : SFS_CLOSED;
    if (directory >= 0) {
      error = look_at(interfaces, its, directory);
      sfs_close_directory(&root, directory);
    }
  }
  sfs_close_root(&root);
  return error;
}

/* ---- rounds ---- */

enum part { BEFORE, AFTER, LAST, PARTS };

static uint64_t *values_of(const struct sfs_interfaces *interfaces, uint32_t directory, enum part part) {
  return interfaces->bracket.values + ((size_t)directory * PARTS + part) * SFS_COUNTERS;
}

/* Asks for the counters of all interfaces: 0, or -errno. */
static long ask(struct sfs_interfaces *interfaces, enum part part) {
  struct sfs_message message;
  for (uint32_t i = 0; i < interfaces->count; i++) {
    interfaces->directories[i].is_answered &= part != BEFORE;
  }
  long news = sfs_netlink_ask(&interfaces->netlink, 0);
  while (news >= 0 && (news = sfs_netlink_next(&interfaces->netlink, &message)) > SFS_NEWS_END) {
    if (news == SFS_NEWS_DELETED) {
      sfs_interfaces_deleted(interfaces, message.interface);
      continue;
    }
    int64_t place = SFS_FIRST_PLACE;
    struct sfs_statistics *its;
    while ((its = sfs_interfaces_next_of(interfaces, message.interface, &place)) != NULL) {
      __builtin_memcpy(values_of(interfaces, (uint32_t)(its - interfaces->directories), part),
                       message.counters, SFS_COUNTERS * sizeof(uint64_t));
      its->is_answered |= 1 << part;
    }
  }
  return news;
}

/* What a round shows of a file system. */
struct shown {
  int is_contradiction;
  int is_large;
  int is_moved;
};

/* What it shows of a directory is added. */
static void compare(struct sfs_interfaces *interfaces, uint32_t directory, const int64_t *values,
                    const uint32_t *outcomes, struct shown *shown) {
  struct sfs_statistics *its = &interfaces->directories[directory];
  const uint64_t *before = values_of(interfaces, directory, BEFORE);
  const uint64_t *after = values_of(interfaces, directory, AFTER);
  uint64_t *last = values_of(interfaces, directory, LAST);
  shown->is_contradiction |= its->is_answered != (1 << BEFORE | 1 << AFTER);
  for (uint32_t i = 0; i < its->count && !shown->is_contradiction; i++) {
    const uint32_t counter = its->counted[i].counter;
    const uint64_t value = (uint64_t)values[its->counted[i].result];
    if ((outcomes[its->counted[i].result] & 0xff) != SFS_OK || value < before[counter] ||
        value > after[counter]) {
      shown->is_contradiction = 1;
      break;
    }
    const uint64_t width = after[counter] - before[counter] + 1;
    shown->is_large |= value / width >= LARGE;
    shown->is_moved |= its->has_last && value > last[counter] && (value - last[counter]) / width >= FAR;
    last[counter] = value;
  }
  its->has_last = !shown->is_contradiction;
}

/* Draws the conclusion for a file system. Returns whether something of it is proven. */
static int conclude(struct sfs_interfaces *interfaces, struct sfs_mounted *mounted,
                    const int64_t *values, const uint32_t *outcomes) {
  struct shown shown = {mounted->is_other != 0, 0, 0};
  for (uint32_t i = 0; i < interfaces->count; i++) {
    const struct sfs_statistics *its = &interfaces->directories[i];
    if (its->interface != 0 && its->device == mounted->device) {
      compare(interfaces, i, values, outcomes, &shown);
    }
  }
  if (shown.is_contradiction) {
    mounted->moves = 0;
    mounted->is_proven = 0;
  } else {
    mounted->moves += shown.is_moved && mounted->moves < SFS_MOVES;
    mounted->is_proven |= shown.is_large && mounted->moves == SFS_MOVES;
  }
  for (uint32_t i = 0; i < interfaces->count; i++) {
    struct sfs_statistics *its = &interfaces->directories[i];
    if (its->interface != 0 && its->device == mounted->device) {
      its->is_proven = (int)mounted->is_proven;
    }
  }
  return (int)mounted->is_proven;
}

static uint64_t times(uint64_t pause) {
  return pause < shortest_pause ? shortest_pause : pause < longest_pause / 2 ? pause * 2 : longest_pause;
}

long sfs_bracket_begin(struct sfs_interfaces *interfaces) {
  struct sfs_bracket *bracket = &interfaces->bracket;
  const uint64_t now = sfs_now();
  if (now < bracket->next) {
    return 0;
  }
  bracket->next = now + shortest_pause;
  if (bracket->values == NULL) {
    bracket->size = interfaces->count * (size_t)PARTS * SFS_COUNTERS * sizeof(uint64_t);
    bracket->values = sfs_map(bracket->size);
    if (bracket->values == NULL) {
      return -SFS_ENOMEM;
    }
  }
  if (bracket->has_unknown) {
    bracket->has_unknown = 0;
    const long error = look_at_unknown(interfaces);
    sfs_interfaces_index(interfaces);
    if (error < 0) {
      return error;
    }
  }
  const long error = ask(interfaces, BEFORE);
  bracket->is_in_round = error >= 0;
  return error < 0 ? error : 0;
}

long sfs_bracket_end(struct sfs_interfaces *interfaces, const int64_t *values,
                     const uint32_t *outcomes) {
  struct sfs_bracket *bracket = &interfaces->bracket;
  bracket->is_in_round = 0;
  const long error = ask(interfaces, AFTER);
  if (error < 0) {
    return error;
  }
  int has_proven = 0;
  int may_prove = 0;
  for (uint32_t i = 0; i < bracket->count; i++) {
    has_proven |= conclude(interfaces, &bracket->mounted[i], values, outcomes);
    may_prove |= !bracket->mounted[i].is_proven && !bracket->mounted[i].is_other;
  }
  sfs_interfaces_index(interfaces);
  bracket->pause = may_prove ? shortest_pause : has_proven ? longest_pause : times(bracket->pause);
  bracket->next = sfs_now() + bracket->pause;
  return 0;
}

void sfs_bracket_init(struct sfs_bracket *bracket, struct sfs_bracket *previous) {
  for (uint32_t i = 0; i < previous->count; i++) {
    bracket->mounted[i] = previous->mounted[i];
    /* It may have been an interface that is there no more. */
    bracket->mounted[i].is_other = 0;
  }
  bracket->count = previous->count;
  bracket->is_used = previous->is_used;
  bracket->next = previous->next;
}

void sfs_bracket_close(struct sfs_bracket *bracket) {
  if (bracket->values != NULL) {
    sfs_unmap(bracket->values, bracket->size);
    bracket->values = NULL;
  }
}
