#include "interfaces.h"

#include "batch.h"
#include "number.h"
#include "system.h"
#include "table.h"

enum {
  /* Fewer are read from their files as fast. */
  LEAST_COUNTERS = 8,
  /* Asking for one interface takes as long as so many take in a dump. */
  COST_OF_ONE = 6,
  /* Of a dump during which interfaces come and go. */
  MOST_DUMPS = 3,
};

uint32_t sfs_interfaces_places(uint32_t directories) {
  uint32_t places = 2;
  while (places < 2 * directories) {
    places *= 2;
  }
  return places;
}

/* ---- the directories of an interface ---- */

static uint32_t first_place(const struct sfs_interfaces *interfaces, int32_t index) {
  return ((uint32_t)index * 0x9e3779b1u >> 7) & interfaces->mask;
}

void sfs_interfaces_index(struct sfs_interfaces *interfaces) {
  for (uint32_t i = 0; i <= interfaces->mask; i++) {
    interfaces->by_index[i] = 0;
  }
  interfaces->proven = 0;
  for (uint32_t i = 0; i < interfaces->count; i++) {
    const struct sfs_statistics *its = &interfaces->directories[i];
    if (its->interface != 0) {
      uint32_t place = first_place(interfaces, its->interface);
      while (interfaces->by_index[place] != 0) {
        place = (place + 1) & interfaces->mask;
      }
      interfaces->by_index[place] = i + 1;
      interfaces->proven += (uint32_t)its->is_proven;
    }
  }
}

struct sfs_statistics *sfs_interfaces_next_of(const struct sfs_interfaces *interfaces, int32_t index,
                                              int64_t *place) {
  uint32_t at = *place == SFS_FIRST_PLACE ? first_place(interfaces, index) : (uint32_t)*place;
  struct sfs_statistics *found = NULL;
  while (found == NULL && interfaces->by_index[at] != 0) {
    struct sfs_statistics *its = &interfaces->directories[interfaces->by_index[at] - 1];
    at = (at + 1) & interfaces->mask;
    found = its->interface == index ? its : NULL;
  }
  *place = at;
  return found;
}

static void forget_directory(struct sfs_interfaces *interfaces, struct sfs_statistics *its) {
  interfaces->proven -= (uint32_t)its->is_proven;
  its->interface = 0;
  its->is_proven = 0;
  its->has_last = 0;
  /* Also if it has its values already: a file says more, such as that it is gone. */
  its->sample = 0;
}

void sfs_interfaces_deleted(struct sfs_interfaces *interfaces, int32_t index) {
  /* Not by the table, which need not have what was just looked at. */
  for (uint32_t i = 0; i < interfaces->count; i++) {
    if (interfaces->directories[i].interface == index) {
      forget_directory(interfaces, &interfaces->directories[i]);
    }
  }
}

/* ---- the proof ---- */

/* The index of the interface of a directory beside a file that says it; or 0. */
static int32_t read_index(int directory) {
  char text[24];
  uint64_t index = 0;
  int fd = sfs_open_file(directory, "../ifindex", 0);
  if (fd < 0) {
    return 0;
  }
  long length = sfs_read(fd, text, sizeof text);
  sfs_close(fd);
  return length > 0 && sfs_parse_number(text, (size_t)length, 0, &index) == SFS_SIGNED &&
                 index > 0 && index <= INT32_MAX
             ? (int32_t)index
             : 0;
}

int32_t sfs_interface_of(int directory, uint64_t device) {
  struct sfs_stat its;
  struct sfs_stat statistics;
  if (sfs_fstatat(directory, ".", 0, &its) < 0 || its.device != device ||
      sfs_fstatat(directory, "../statistics", SFS_AT_SYMLINK_NOFOLLOW, &statistics) < 0 ||
      statistics.device != its.device || statistics.inode != its.inode) {
    return 0;
  }
  return read_index(directory);
}

/*
 * Looks which directories are those of interfaces of this namespace. The socket is open, so that no
 * interface is deleted, and no index used again, without an event.
 */
static void prove(struct sfs_interfaces *interfaces) {
  struct sfs_stat own;
  int mount = sfs_mount_sysfs();
  if (mount >= 0 && sfs_fstatat(mount, ".", 0, &own) >= 0) {
    struct sfs_root root = {NULL, 0};
    for (uint32_t i = 0; i < interfaces->count; i++) {
      struct sfs_statistics *its = &interfaces->directories[i];
      const int is_known = its->is_proven && its->device == 0;
      int directory = is_known ? SFS_CLOSED : sfs_open_directory(&root, its->place);
      if (directory >= 0) {
        its->interface = sfs_interface_of(directory, own.device);
        its->is_proven = its->interface != 0;
        its->device = 0;
        sfs_close_directory(&root, directory);
      }
    }
    sfs_close_root(&root);
  }
  if (mount >= 0) {
    /* Until now, so that no other file system could get its device. */
    sfs_close(mount);
  }
  interfaces->bracket.is_used = mount < 0;
  interfaces->bracket.has_unknown = 1;
  interfaces->bracket.next = 0;
  interfaces->has_unproven = 0;
  sfs_interfaces_index(interfaces);
}

/* ---- samples ---- */

static void close_socket(struct sfs_interfaces *interfaces) {
  if (interfaces->is_open) {
    sfs_netlink_close(&interfaces->netlink);
    interfaces->is_open = 0;
  }
}

void sfs_interfaces_close(struct sfs_interfaces *interfaces) {
  close_socket(interfaces);
  sfs_bracket_close(&interfaces->bracket);
}

/* Nothing is proven without the socket, as nobody would hear that an interface is deleted. */
static void forget(struct sfs_interfaces *interfaces, int is_for_now) {
  close_socket(interfaces);
  for (uint32_t i = 0; i < interfaces->count; i++) {
    forget_directory(interfaces, &interfaces->directories[i]);
  }
  interfaces->bracket.is_used = 0;
  interfaces->bracket.is_in_round = 0;
  interfaces->has_unproven = is_for_now;
}

void sfs_interfaces_init(struct sfs_interfaces *interfaces, struct sfs_interfaces *previous) {
  if (previous != NULL && previous->is_open) {
    interfaces->is_open = 1;
    interfaces->netlink = previous->netlink;
    interfaces->in_dump = previous->in_dump;
    sfs_bracket_init(&interfaces->bracket, &previous->bracket);
    previous->is_open = 0;
  }
  sfs_interfaces_index(interfaces);
  interfaces->has_unproven = interfaces->proven < interfaces->count;
  if (interfaces->counters < LEAST_COUNTERS) {
    forget(interfaces, 1);
  }
}

static void put(const struct sfs_interfaces *interfaces, struct sfs_statistics *directory,
                const char *counters, int64_t *values, uint32_t *outcomes) {
  for (uint32_t i = 0; i < directory->count; i++) {
    const struct sfs_counted counted = directory->counted[i];
    if ((outcomes[counted.result] & SFS_LEFT_OUT) == 0) {
      int64_t value;
      __builtin_memcpy(&value, counters + counted.counter * sizeof value, sizeof value);
      values[counted.result] = value;
      outcomes[counted.result] =
          SFS_OK | (uint32_t)(value < 0 ? SFS_UNSIGNED : SFS_SIGNED) << SFS_KIND_SHIFT;
    }
  }
  directory->sample = interfaces->sample;
}

/* In a round of bracket.h what it has proven, or is to, is read from files. */
static int is_wanted(const struct sfs_interfaces *interfaces, const struct sfs_statistics *its) {
  return its->is_proven && !(interfaces->bracket.is_in_round && its->device != 0);
}

/* Puts what an answer has, up to its end: how many interfaces that were, or -errno. */
static long put_answer(struct sfs_interfaces *interfaces, int64_t *values, uint32_t *outcomes) {
  struct sfs_message message;
  long news;
  long count = 0;
  while ((news = sfs_netlink_next(&interfaces->netlink, &message)) > SFS_NEWS_END) {
    if (news == SFS_NEWS_DELETED) {
      sfs_interfaces_deleted(interfaces, message.interface);
      continue;
    }
    int64_t place = SFS_FIRST_PLACE;
    struct sfs_statistics *its;
    while ((its = sfs_interfaces_next_of(interfaces, message.interface, &place)) != NULL) {
      if (is_wanted(interfaces, its)) {
        put(interfaces, its, message.counters, values, outcomes);
      }
    }
    count++;
  }
  return news < 0 ? news : count;
}

static int is_complete(const struct sfs_interfaces *interfaces) {
  for (uint32_t i = 0; i < interfaces->count; i++) {
    if (is_wanted(interfaces, &interfaces->directories[i]) && !sfs_interfaces_has(interfaces, i)) {
      return 0;
    }
  }
  return 1;
}

/* 0, or -errno. What a dump has missed is left to the files. */
static long dump(struct sfs_interfaces *interfaces, int64_t *values, uint32_t *outcomes) {
  long count = 0;
  for (int i = 0; i < MOST_DUMPS; i++) {
    long error = sfs_netlink_ask(&interfaces->netlink, 0);
    count = error < 0 ? error : put_answer(interfaces, values, outcomes);
    if (count < 0) {
      return count;
    }
    interfaces->in_dump = (uint32_t)count;
    if (!interfaces->netlink.is_interrupted || is_complete(interfaces)) {
      break;
    }
  }
  return 0;
}

static long ask_for_each(struct sfs_interfaces *interfaces, int64_t *values, uint32_t *outcomes) {
  for (uint32_t i = 0; i < interfaces->count; i++) {
    const struct sfs_statistics *its = &interfaces->directories[i];
    if (is_wanted(interfaces, its) && !sfs_interfaces_has(interfaces, i)) {
      long error = sfs_netlink_ask(&interfaces->netlink, its->interface);
      long count = error < 0 ? error : put_answer(interfaces, values, outcomes);
      if (count < 0) {
        return count;
      }
    }
  }
  return 0;
}

/* Less than 0 for -errno. */
static long get(struct sfs_interfaces *interfaces, int64_t *values, uint32_t *outcomes) {
  if (interfaces->has_unproven) {
    if (!interfaces->is_open) {
      long error = sfs_netlink_open(&interfaces->netlink);
      if (error < 0) {
        return error;
      }
      interfaces->is_open = 1;
    }
    prove(interfaces);
    if (interfaces->proven == 0 && !interfaces->bracket.is_used) {
      close_socket(interfaces);
    }
  }
  if (interfaces->bracket.is_used) {
    const long error = sfs_bracket_begin(interfaces);
    if (error < 0) {
      return error;
    }
  }
  if (interfaces->proven == 0) {
    return 0;
  }
  return interfaces->proven * COST_OF_ONE < interfaces->in_dump
             ? ask_for_each(interfaces, values, outcomes)
             : dump(interfaces, values, outcomes);
}

void sfs_interfaces_sample(struct sfs_interfaces *interfaces, int64_t *values, uint32_t *outcomes) {
  interfaces->sample++;
  if (interfaces->counters < LEAST_COUNTERS) {
    return;
  }
  long error = get(interfaces, values, outcomes);
  if (error == -SFS_ENOBUFS) {
    /* Events are lost, so that nothing is known of the interfaces; but that can be found out again. */
    forget(interfaces, 1);
    error = get(interfaces, values, outcomes);
  }
  if (error < 0) {
    forget(interfaces, error == -SFS_ENOBUFS);
  }
}

void sfs_interfaces_end(struct sfs_interfaces *interfaces, const int64_t *values,
                        const uint32_t *outcomes) {
  if (interfaces->bracket.is_in_round) {
    const long error = sfs_bracket_end(interfaces, values, outcomes);
    if (error < 0) {
      forget(interfaces, error == -SFS_ENOBUFS);
    }
  }
}
