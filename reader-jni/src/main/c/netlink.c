#include "netlink.h"

#include "system.h"

enum {
  AF_NETLINK = 16,
  NETLINK_ROUTE = 0,
  SOCK_RAW_CLOEXEC = 3 | SFS_O_CLOEXEC,
  GROUP_LINK = 1 << 0,

  TYPE_ERROR = 2,
  TYPE_DONE = 3,
  TYPE_NEWLINK = 16,
  TYPE_DELLINK = 17,
  TYPE_GETLINK = 18,
  TYPE_NEWSTATS = 92,
  TYPE_GETSTATS = 94,
  FLAG_REQUEST = 1,
  FLAG_DUMP_INTR = 0x10,
  FLAG_DUMP = 0x300,

  ATTRIBUTE_LINK_64 = 1, /* of RTM_NEWSTATS */
  ATTRIBUTE_ADDRESS = 1, /* of RTM_NEWLINK */
  ATTRIBUTE_IFNAME = 3,
  ATTRIBUTE_TYPE = 0x3fff,

  /* What the kernel itself takes for the largest piece of a dump. */
  BUFFER_BYTES = 32768,
};

struct address {
  uint16_t family;
  uint16_t padding;
  uint32_t port; /* 0 for the kernel */
  uint32_t groups;
};

/* Of a message. */
struct header {
  uint32_t length;
  uint16_t type;
  uint16_t flags;
  uint32_t sequence;
  uint32_t port;
};

/* Behind the header of RTM_GETSTATS and RTM_NEWSTATS. */
struct stats {
  uint8_t family;
  uint8_t padding[3];
  uint32_t interface;
  uint32_t filter;
};

/* Behind the header of RTM_GETLINK, RTM_NEWLINK and RTM_DELLINK. */
struct link {
  uint8_t family; /* another one than 0 if an interface lost a role, such as that of a bridge's port */
  uint8_t padding;
  uint16_t type;
  int32_t interface;
  uint32_t flags;
  uint32_t change;
};

struct attribute {
  uint16_t length; /* with this header, without the padding */
  uint16_t type;
};

static size_t aligned(size_t length) {
  return (length + 3) & ~(size_t)3;
}

static int is_same(const char *a, const char *b) {
  while (*a != '\0' && *a == *b) {
    a++;
    b++;
  }
  return *a == *b;
}

int sfs_counter(const char *name) {
  static const char names[SFS_COUNTERS][20] = {
      "rx_packets",       "tx_packets",        "rx_bytes",         "tx_bytes",
      "rx_errors",        "tx_errors",         "rx_dropped",       "tx_dropped",
      "multicast",        "collisions",        "rx_length_errors", "rx_over_errors",
      "rx_crc_errors",    "rx_frame_errors",   "rx_fifo_errors",   "rx_missed_errors",
      "tx_aborted_errors", "tx_carrier_errors", "tx_fifo_errors",   "tx_heartbeat_errors",
      "tx_window_errors", "rx_compressed",     "tx_compressed",    "rx_nohandler"};
  for (int i = 0; i < SFS_COUNTERS; i++) {
    if (is_same(name, names[i])) {
      return i;
    }
  }
  return -1;
}

long sfs_netlink_open(struct sfs_netlink *netlink) {
  long fd = sfs_call4(SFS_NR_SOCKET, AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_ROUTE, 0);
  if (fd < 0) {
    return fd;
  }
  const struct address own = {.family = AF_NETLINK, .groups = GROUP_LINK};
  struct address bound = own;
  int32_t bound_bytes = sizeof bound;
  long error = sfs_call4(SFS_NR_BIND, fd, (long)&own, sizeof own, 0);
  error = error < 0 ? error : sfs_call4(SFS_NR_GETSOCKNAME, fd, (long)&bound, (long)&bound_bytes, 0);
  char *buffer = error < 0 ? NULL : sfs_map(BUFFER_BYTES);
  if (buffer == NULL) {
    sfs_close((int)fd);
    return error < 0 ? error : -SFS_ENOMEM;
  }
  *netlink = (struct sfs_netlink){.fd = (int)fd, .port = bound.port, .buffer = buffer};
  return 0;
}

void sfs_netlink_close(struct sfs_netlink *netlink) {
  sfs_close(netlink->fd);
  sfs_unmap(netlink->buffer, BUFFER_BYTES);
}

/* Sends a request. Its header is followed by the bytes that are of its type. */
static long ask(struct sfs_netlink *netlink, uint16_t type, uint16_t flags, const void *body,
                size_t bytes) {
  struct {
    struct header header;
    char body[sizeof(struct link)];
  } request = {.header = {.length = (uint32_t)(sizeof(struct header) + bytes),
                          .type = type,
                          .flags = FLAG_REQUEST | flags,
                          .sequence = ++netlink->sequence}};
  for (size_t i = 0; i < bytes; i++) {
    request.body[i] = ((const char *)body)[i];
  }
  netlink->is_single = flags == 0;
  netlink->is_answered = 0;
  netlink->is_interrupted = 0;
  const struct address kernel = {.family = AF_NETLINK};
  long sent;
  do {
    sent = sfs_call6(SFS_NR_SENDTO, netlink->fd, (long)&request, request.header.length, 0,
                     (long)&kernel, sizeof kernel);
  } while (sent == -SFS_EINTR);
  return sent < 0 ? sent : 0;
}

long sfs_netlink_ask(struct sfs_netlink *netlink, int32_t interface) {
  const struct stats stats = {.interface = (uint32_t)interface,
                              .filter = 1 << (ATTRIBUTE_LINK_64 - 1)};
  return ask(netlink, TYPE_GETSTATS, interface == 0 ? FLAG_DUMP : 0, &stats, sizeof stats);
}

long sfs_netlink_ask_link(struct sfs_netlink *netlink, int32_t interface) {
  const struct link link = {.interface = interface};
  return ask(netlink, TYPE_GETLINK, 0, &link, sizeof link);
}

/* Fills the buffer: 0, or -errno. */
static long receive(struct sfs_netlink *netlink) {
  /* The kernel has answered, or begun to, before a request returns; so there is nothing to wait for. */
  enum { MSG_TRUNC = 0x20, MSG_DONTWAIT = 0x40 };
  struct address from = {.port = 0};
  int32_t from_bytes = sizeof from;
  long bytes;
  do {
    bytes = sfs_call6(SFS_NR_RECVFROM, netlink->fd, (long)netlink->buffer, BUFFER_BYTES,
                      MSG_TRUNC | MSG_DONTWAIT, (long)&from, (long)&from_bytes);
  } while (bytes == -SFS_EINTR);
  netlink->at = 0;
  netlink->end = 0;
  if (bytes < 0) {
    return bytes;
  } else if (bytes == 0 || bytes > BUFFER_BYTES) {
    return -SFS_ENOBUFS;
  }
  /* Others than the kernel have nothing to say here. */
  netlink->end = from.port == 0 ? (size_t)bytes : 0;
  return 0;
}

/* What an attribute says, NULL if a message does not have it. Attributes begin behind `at` bytes. */
static const char *find(const char *message, size_t length, size_t at, uint16_t type, size_t *bytes) {
  while (at + sizeof(struct attribute) <= length) {
    struct attribute attribute;
    __builtin_memcpy(&attribute, message + at, sizeof attribute);
    if (attribute.length < sizeof attribute || attribute.length > length - at) {
      break;
    } else if ((attribute.type & ATTRIBUTE_TYPE) == type) {
      *bytes = attribute.length - sizeof attribute;
      return message + at + sizeof attribute;
    }
    at += aligned(attribute.length);
  }
  *bytes = 0;
  return NULL;
}

static const char *find_counters(const char *message, size_t length) {
  size_t bytes;
  const char *counters = find(message, length, sizeof(struct header) + sizeof(struct stats),
                              ATTRIBUTE_LINK_64, &bytes);
  return bytes < SFS_COUNTERS * sizeof(uint64_t) ? NULL : counters;
}

/* Returns 0 if a message has no name. */
static int find_link(const char *bytes, size_t length, struct sfs_message *message) {
  const size_t at = sizeof(struct header) + sizeof(struct link);
  size_t name;
  message->name = find(bytes, length, at, ATTRIBUTE_IFNAME, &name);
  message->address = (const unsigned char *)find(bytes, length, at, ATTRIBUTE_ADDRESS,
                                                 &message->address_length);
  return name > 0 && message->name[name - 1] == '\0';
}

/* What a message says, or -errno; SFS_NOTHING if that concerns nobody here. */
enum { SFS_NOTHING = SFS_NEWS_DELETED + 1 };

static long take_apart(struct sfs_netlink *netlink, const char *bytes, const struct header *header,
                       struct sfs_message *message) {
  const size_t behind = header->length - sizeof *header;
  const char *rest = bytes + sizeof *header;
  /* Events have the sequence and the port of whoever caused them. */
  const int is_answer = header->sequence == netlink->sequence && header->port == netlink->port;
  if (header->type == TYPE_DELLINK || (header->type == TYPE_NEWLINK && is_answer)) {
    struct link link;
    if (behind < sizeof link) {
      return -SFS_EINVAL;
    }
    __builtin_memcpy(&link, rest, sizeof link);
    message->interface = link.interface;
    if (header->type == TYPE_DELLINK) {
      return link.family == 0 ? SFS_NEWS_DELETED : SFS_NOTHING;
    }
    netlink->is_answered = 1;
    return find_link(bytes, header->length, message) ? SFS_NEWS_LINK : SFS_NEWS_END;
  } else if (!is_answer) {
    return SFS_NOTHING;
  }
  netlink->is_interrupted |= (header->flags & FLAG_DUMP_INTR) != 0;
  if (header->type == TYPE_NEWSTATS) {
    struct stats stats;
    if (behind < sizeof stats) {
      return -SFS_EINVAL;
    }
    __builtin_memcpy(&stats, rest, sizeof stats);
    message->interface = (int32_t)stats.interface;
    message->counters = find_counters(bytes, header->length);
    netlink->is_answered = netlink->is_single;
    return message->counters == NULL ? SFS_NOTHING : SFS_NEWS_COUNTERS;
  } else if (header->type == TYPE_ERROR || header->type == TYPE_DONE) {
    int32_t error = 0;
    if (behind >= sizeof error) {
      __builtin_memcpy(&error, rest, sizeof error);
    }
    /* An interface that is not there is no reason to give up. */
    return error < 0 && error != -SFS_ENODEV ? error : SFS_NEWS_END;
  }
  return SFS_NOTHING;
}

long sfs_netlink_next(struct sfs_netlink *netlink, struct sfs_message *message) {
  while (!netlink->is_answered) {
    if (netlink->at >= netlink->end) {
      long error = receive(netlink);
      if (error < 0) {
        return error;
      }
      continue;
    }
    struct header header;
    const size_t left = netlink->end - netlink->at;
    if (left < sizeof header) {
      return -SFS_EINVAL;
    }
    const char *bytes = netlink->buffer + netlink->at;
    __builtin_memcpy(&header, bytes, sizeof header);
    if (header.length < sizeof header || header.length > left) {
      return -SFS_EINVAL;
    }
    netlink->at += aligned(header.length);
    long news = take_apart(netlink, bytes, &header, message);
    if (news != SFS_NOTHING) {
      return news;
    }
  }
  return SFS_NEWS_END;
}
