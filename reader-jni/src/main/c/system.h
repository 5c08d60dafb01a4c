/*
 * The system calls that reading statistics takes, made directly.
 *
 * Nothing here comes from a C library, so that one file serves programs of glibc, of musl and of
 * neither. A call returns what the kernel returns: a result, or -errno.
 */
#ifndef STATSFS_SYSTEM_H
#define STATSFS_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

/* The kernel's numbers, the same on both architectures except where noted. */
enum {
  SFS_EPERM = 1,
  SFS_ENOENT = 2,
  SFS_ESRCH = 3,
  SFS_EINTR = 4,
  SFS_EIO = 5,
  SFS_ENXIO = 6,
  SFS_E2BIG = 7,
  SFS_EBADF = 9,
  SFS_EAGAIN = 11,
  SFS_ENOMEM = 12,
  SFS_EACCES = 13,
  SFS_EXDEV = 18,
  SFS_ENODEV = 19,
  SFS_ENOTDIR = 20,
  SFS_EISDIR = 21,
  SFS_EINVAL = 22,
  SFS_ENFILE = 23,
  SFS_EMFILE = 24,
  SFS_ESPIPE = 29,
  SFS_ENAMETOOLONG = 36,
  SFS_ENOSYS = 38,
  SFS_ELOOP = 40,
  SFS_ENOBUFS = 105,
  SFS_ESTALE = 116,

  SFS_O_RDONLY = 0,
  SFS_O_NOCTTY = 00000400,
  SFS_O_NONBLOCK = 00004000,
  SFS_O_CLOEXEC = 02000000,
#if defined(__x86_64__)
  SFS_O_DIRECTORY = 00200000,
  SFS_O_NOFOLLOW = 00400000,
#elif defined(__aarch64__)
  SFS_O_DIRECTORY = 00040000,
  SFS_O_NOFOLLOW = 00100000,
#endif
  SFS_O_PATH = 010000000,

  SFS_AT_FDCWD = -100,
  SFS_AT_EMPTY_PATH = 0x1000,
  SFS_AT_STATX_DONT_SYNC = 0x4000,
  SFS_AT_SYMLINK_NOFOLLOW = 0x100,
  SFS_RESOLVE_NO_SYMLINKS = 4,
  SFS_RESOLVE_CACHED = 0x20,
  SFS_S_IFMT = 0170000,
  SFS_S_IFDIR = 0040000,
  SFS_S_IFREG = 0100000,
  SFS_S_IFLNK = 0120000,
  SFS_RLIMIT_NOFILE = 7,
  SFS_PROC_SUPER_MAGIC = 0x9fa0,
};

/* Newer calls have the same numbers everywhere. */
enum {
  SFS_NR_FSOPEN = 430,
  SFS_NR_FSCONFIG = 431,
  SFS_NR_FSMOUNT = 432,
  SFS_NR_PIDFD_OPEN = 434,
  SFS_NR_OPENAT2 = 437,
  SFS_NR_PIDFD_GETFD = 438,
};

#if defined(__x86_64__)
enum {
  SFS_NR_READ = 0,
  SFS_NR_CLOSE = 3,
  SFS_NR_FSTAT = 5,
  SFS_NR_MMAP = 9,
  SFS_NR_MUNMAP = 11,
  SFS_NR_IOCTL = 16,
  SFS_NR_PREAD64 = 17,
  SFS_NR_GETPID = 39,
  SFS_NR_SOCKET = 41,
  SFS_NR_SENDTO = 44,
  SFS_NR_RECVFROM = 45,
  SFS_NR_BIND = 49,
  SFS_NR_GETSOCKNAME = 51,
  SFS_NR_FCNTL = 72,
  SFS_NR_STATFS = 137,
  SFS_NR_FSTATFS = 138,
  SFS_NR_CLOCK_GETTIME = 228,
  SFS_NR_GETDENTS64 = 217,
  SFS_NR_OPENAT = 257,
  SFS_NR_NEWFSTATAT = 262,
  SFS_NR_READLINKAT = 267,
  SFS_NR_PPOLL = 271,
  SFS_NR_PRLIMIT64 = 302,
  SFS_NR_GETRANDOM = 318,
  SFS_NR_STATX = 332,
};

static inline long sfs_call6(long nr, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

static inline long sfs_call4(long nr, long a, long b, long c, long d) {
  long result;
  register long r10 __asm__("r10") = d;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
enum {
  SFS_NR_FCNTL = 25,
  SFS_NR_IOCTL = 29,
  SFS_NR_STATFS = 43,
  SFS_NR_FSTATFS = 44,
  SFS_NR_OPENAT = 56,
  SFS_NR_CLOSE = 57,
  SFS_NR_GETDENTS64 = 61,
  SFS_NR_READ = 63,
  SFS_NR_PREAD64 = 67,
  SFS_NR_PPOLL = 73,
  SFS_NR_READLINKAT = 78,
  SFS_NR_NEWFSTATAT = 79,
  SFS_NR_FSTAT = 80,
  SFS_NR_CLOCK_GETTIME = 113,
  SFS_NR_GETPID = 172,
  SFS_NR_SOCKET = 198,
  SFS_NR_BIND = 200,
  SFS_NR_GETSOCKNAME = 204,
  SFS_NR_SENDTO = 206,
  SFS_NR_RECVFROM = 207,
  SFS_NR_MUNMAP = 215,
  SFS_NR_MMAP = 222,
  SFS_NR_PRLIMIT64 = 261,
  SFS_NR_GETRANDOM = 278,
  SFS_NR_STATX = 291,
};

static inline long sfs_call6(long nr, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = nr;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
}

static inline long sfs_call4(long nr, long a, long b, long c, long d) {
  return sfs_call6(nr, a, b, c, d, 0, 0);
}
#else
#error "Only x86_64 and aarch64 are supported."
#endif

static inline int sfs_openat(int directory, const char *path, int flags) {
  long fd;
  do {
    fd = sfs_call4(SFS_NR_OPENAT, directory, (long)path, flags, 0);
  } while (fd == -SFS_EINTR);
  return (int)fd;
}

static inline int sfs_openat2(int directory, const char *path, int flags, uint64_t resolve) {
  const uint64_t how[3] = {(uint64_t)flags, 0, resolve};
  long fd;
  do {
    fd = sfs_call4(SFS_NR_OPENAT2, directory, (long)path, (long)how, sizeof how);
  } while (fd == -SFS_EINTR);
  return (int)fd;
}

/* The kernel's struct stat. */
struct sfs_whole_stat {
  uint64_t device;
  uint64_t inode;
#if defined(__x86_64__)
  uint64_t links;
#endif
  uint32_t mode;
#if defined(__aarch64__)
  uint32_t links;
#endif
  uint32_t owners[2];
#if defined(__x86_64__)
  uint32_t padding;
#endif
  uint64_t of_device;
#if defined(__aarch64__)
  uint64_t padding;
#endif
  int64_t size;
  int64_t blocks[2];
  int64_t accessed[2]; /* seconds, and nanoseconds */
  int64_t modified[2];
  int64_t others[5];
};

static inline long sfs_whole_fstatat(int directory, const char *path, int flags,
                                     struct sfs_whole_stat *stat) {
  long result;
  do {
    result = sfs_call4(SFS_NR_NEWFSTATAT, directory, (long)path, (long)stat, flags);
  } while (result == -SFS_EINTR);
  return result;
}

static inline long sfs_whole_fstat(int fd, struct sfs_whole_stat *stat) {
  return sfs_call4(SFS_NR_FSTAT, fd, (long)stat, 0, 0);
}

/* What most want of it. */
struct sfs_stat {
  uint64_t device;
  uint64_t inode;
  uint32_t mode;
  int64_t size;
};

static inline long sfs_fstatat(int directory, const char *path, int flags,
                               struct sfs_stat *stat) {
  struct sfs_whole_stat its;
  long result = sfs_whole_fstatat(directory, path, flags, &its);
  if (result < 0) {
    return result;
  }
  *stat = (struct sfs_stat){its.device, its.inode, its.mode, its.size};
  return 0;
}

static inline void sfs_close(int fd) {
  /* Not repeated after EINTR: on Linux the descriptor is gone then, too. */
  sfs_call4(SFS_NR_CLOSE, fd, 0, 0, 0);
}

static inline long sfs_read(int fd, void *buffer, size_t size) {
  long count;
  do {
    count = sfs_call4(SFS_NR_READ, fd, (long)buffer, (long)size, 0);
  } while (count == -SFS_EINTR);
  return count;
}

static inline long sfs_pread(int fd, void *buffer, size_t size, long offset) {
  long count;
  do {
    count = sfs_call4(SFS_NR_PREAD64, fd, (long)buffer, (long)size, offset);
  } while (count == -SFS_EINTR);
  return count;
}

/* The text that a symbolic link holds, without an end: as much of it as there is room for. */
static inline long sfs_readlinkat(int directory, const char *path, char *text, size_t size) {
  return sfs_call4(SFS_NR_READLINKAT, directory, (long)path, (long)text, (long)size);
}

static inline long sfs_ioctl(int fd, unsigned long request, long argument) {
  return sfs_call4(SFS_NR_IOCTL, fd, (long)request, argument, 0);
}

/* How a descriptor was opened, O_RDONLY and so on. */
static inline long sfs_flags(int fd) {
  enum { GETFL = 3 };
  return sfs_call4(SFS_NR_FCNTL, fd, GETFL, 0, 0);
}

static inline int32_t sfs_getpid(void) {
  return (int32_t)sfs_call4(SFS_NR_GETPID, 0, 0, 0, 0);
}

/* A descriptor of a process, since Linux 5.3. It keeps nothing of the process but its number. */
static inline int sfs_pidfd_open(int32_t pid) {
  return (int)sfs_call4(SFS_NR_PIDFD_OPEN, pid, 0, 0, 0);
}

/* A duplicate of a descriptor of another process, since Linux 5.6. */
static inline int sfs_pidfd_getfd(int pidfd, int fd) {
  return (int)sfs_call4(SFS_NR_PIDFD_GETFD, pidfd, fd, 0, 0);
}

/* The kernel's struct statfs, which is the same on both. */
struct sfs_statfs {
  int64_t type;
  int64_t block_size;
  uint64_t blocks;
  uint64_t free;
  uint64_t available;
  uint64_t files;
  uint64_t files_free;
  int32_t id[2];
  int64_t longest_name;
  int64_t fragment_size; /* what blocks are counted in */
  int64_t flags;
  int64_t spare[4];
};

static inline long sfs_statfs(const char *path, struct sfs_statfs *its) {
  long result;
  do {
    result = sfs_call4(SFS_NR_STATFS, (long)path, (long)its, 0, 0);
  } while (result == -SFS_EINTR);
  return result;
}

static inline long sfs_fstatfs(int fd, struct sfs_statfs *its) {
  long result;
  do {
    result = sfs_call4(SFS_NR_FSTATFS, fd, (long)its, 0, 0);
  } while (result == -SFS_EINTR);
  return result;
}

/* The number of the type of a file system, or -errno. */
static inline long sfs_file_system(int fd) {
  struct sfs_statfs its;
  long result = sfs_fstatfs(fd, &its);
  return result < 0 ? result : (long)its.type;
}

/* The kernel's struct statx, from which the mount is of interest, and the device. */
struct sfs_statx {
  uint32_t mask;
  uint32_t others[33];
  uint32_t device_major;
  uint32_t device_minor;
  uint64_t mount_id; /* since Linux 5.8, if the mask says so */
  uint64_t spare[13];
};

enum { SFS_STATX_MNT_ID = 0x1000 };

static inline long sfs_statx(int fd, struct sfs_statx *its) {
  long result;
  do {
    result = sfs_call6(SFS_NR_STATX, fd, (long)"", SFS_AT_EMPTY_PATH | SFS_AT_STATX_DONT_SYNC,
                       SFS_STATX_MNT_ID, (long)its, 0);
  } while (result == -SFS_EINTR);
  return result;
}

/* Whether something exceptional has happened to a descriptor; without waiting. */
static inline int sfs_is_exceptional(int fd) {
  enum { POLL_PRI = 2, POLL_ERR = 8 };
  struct {
    int fd;
    int16_t events;
    int16_t happened;
  } its = {fd, POLL_PRI, 0};
  int64_t no_time[2] = {0, 0};
  long result = sfs_call6(SFS_NR_PPOLL, (long)&its, 1, (long)no_time, 0, 0, 0);
  return result < 0 || (its.happened & (POLL_PRI | POLL_ERR)) != 0;
}

static inline long sfs_getdents(int fd, void *buffer, size_t size) {
  return sfs_call4(SFS_NR_GETDENTS64, fd, (long)buffer, (long)size, 0);
}

/*
 * A sysfs of the calling thread's network namespace, mounted where nobody sees it, as O_PATH: or -errno,
 * such as -EPERM, as this takes CAP_SYS_ADMIN in the user namespace that owns the network namespace. Since
 * Linux 5.2.
 */
static inline int sfs_mount_sysfs(void) {
  enum { CLOEXEC = 1, CMD_CREATE = 6, RDONLY_NOSUID_NODEV_NOEXEC = 15 };
  long context = sfs_call4(SFS_NR_FSOPEN, (long)"sysfs", CLOEXEC, 0, 0);
  if (context < 0) {
    return (int)context;
  }
  long result = sfs_call6(SFS_NR_FSCONFIG, context, CMD_CREATE, 0, 0, 0, 0);
  if (result >= 0) {
    result = sfs_call4(SFS_NR_FSMOUNT, context, CLOEXEC, RDONLY_NOSUID_NODEV_NOEXEC, 0);
  }
  sfs_close((int)context);
  return (int)result;
}

/* Zeroed memory, or NULL. */
static inline void *sfs_map(size_t size) {
  enum { PROT_READ_WRITE = 3, MAP_PRIVATE_ANONYMOUS = 0x22 };
  long address = sfs_call6(SFS_NR_MMAP, 0, (long)size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
  return address < 0 && address > -4096 ? NULL : (void *)address;
}

static inline void sfs_unmap(void *memory, size_t size) {
  sfs_call4(SFS_NR_MUNMAP, (long)memory, (long)size, 0, 0);
}

/* How many descriptors the process may have, or 0 if that cannot be found out. */
static inline uint64_t sfs_descriptor_limit(void) {
  uint64_t limit[2] = {0, 0};
  long result = sfs_call4(SFS_NR_PRLIMIT64, 0, SFS_RLIMIT_NOFILE, 0, (long)limit);
  return result < 0 ? 0 : limit[0];
}

/* Nanoseconds since some time; the same for all threads. */
static inline uint64_t sfs_now(void) {
  enum { MONOTONIC_COARSE = 6 };
  int64_t time[2] = {0, 0};
  sfs_call4(SFS_NR_CLOCK_GETTIME, MONOTONIC_COARSE, (long)time, 0, 0);
  return (uint64_t)time[0] * 1000000000 + (uint64_t)time[1];
}

static inline uint32_t sfs_random(void) {
  enum { GRND_NONBLOCK = 1 };
  uint32_t random = 0;
  /* Where there is none yet, or at all, the place that the kernel gave to the stack has to do. */
  if (sfs_call4(SFS_NR_GETRANDOM, (long)&random, sizeof random, GRND_NONBLOCK, 0) < 0) {
    random = (uint32_t)((uintptr_t)&random >> 4);
  }
  return random;
}

#endif
