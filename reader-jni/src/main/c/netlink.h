/*
 * The counters of network interfaces, asked for by netlink (RTM_GETSTATS, since Linux 4.7), and what
 * happens to interfaces meanwhile. The numbers are those of linux/rtnetlink.h and linux/if_link.h.
 */
#ifndef STATSFS_NETLINK_H
#define STATSFS_NETLINK_H

#include <stddef.h>
#include <stdint.h>

/*
 * What an interface counts, in the order of struct rtnl_link_stats64. Each is a file of sysfs, where it
 * is formatted from the same structure; the kernel's structure may be longer.
 */
enum { SFS_COUNTERS = 24 };

/* The counter that a file of sysfs shows, or -1. */
int sfs_counter(const char *name);

/*
 * A socket in the network namespace of the thread that opened it, whichever thread uses it later. It
 * also gets the events of the namespace's interfaces. For one thread at a time.
 */
struct sfs_netlink {
  int fd;
  uint32_t port;
  uint32_t sequence;
  int is_single;      /* one interface is asked for, whose message ends the answer */
  int is_answered;
  int is_interrupted; /* interfaces came or went during the dump, of which it may have missed some */
  char *buffer;
  size_t at; /* where the next message in the buffer begins */
  size_t end;
};

/* 0, or -errno, when there is nothing to close. */
long sfs_netlink_open(struct sfs_netlink *netlink);
void sfs_netlink_close(struct sfs_netlink *netlink);

/*
 * Asks for the counters of an interface, or of all for 0. The kernel answers under its lock of all
 * network configuration, which others may hold for long; nothing interrupts that. Returns 0, or -errno.
 */
long sfs_netlink_ask(struct sfs_netlink *netlink, int32_t interface);

/* Asks for the name and the address of an interface. */
long sfs_netlink_ask_link(struct sfs_netlink *netlink, int32_t interface);

enum sfs_news {
  SFS_NEWS_END,      /* of the answer */
  SFS_NEWS_COUNTERS, /* of an interface */
  SFS_NEWS_LINK,     /* its name and address */
  SFS_NEWS_DELETED,  /* an interface is not there any more, or in another namespace, whatever has its number */
};

struct sfs_message {
  int32_t interface;
  /* Valid until the next call. */
  const char *counters; /* SFS_COUNTERS of 64 bits, anywhere */
  const char *name;     /* ended by a zero */
  const unsigned char *address;
  size_t address_length; /* 0 for an interface without an address */
};

/*
 * The next piece of an answer, or of what happened before the kernel gave it. All that happened until then
 * comes before the end. Returns an enum sfs_news, or -errno, when nothing that this socket said
 * before can be relied on any more: -ENOBUFS if so much happened that some of it was lost.
 */
long sfs_netlink_next(struct sfs_netlink *netlink, struct sfs_message *message);

#endif
