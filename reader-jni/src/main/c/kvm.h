/*
 * Statistics of KVM's virtual machines, through the descriptors of the processes that run them
 * (KVM_GET_STATS_FD, since Linux 5.14). The numbers are those of linux/kvm.h.
 *
 * Such a descriptor has a header, an id, descriptions of the stats, and their values. A duplicate of it
 * keeps the machine alive in the kernel after its process has ended, and its values then stand still without an
 * error. So none is held longer than one reading takes. If the process ends within that, closing the
 * duplicate destroys the machine, which takes up to some milliseconds.
 */
#ifndef STATSFS_KVM_H
#define STATSFS_KVM_H

#include <stddef.h>
#include <stdint.h>

/* What a descriptor is of. */
enum {
  SFS_KVM_MACHINE = 0,
  SFS_KVM_VCPU = 1,
  SFS_KVM_MACHINE_STATS = 2,
  SFS_KVM_VCPU_STATS = 3,
  SFS_KVM_DENIED = 4 /* of none: the descriptors of a process may not be listed */
};

/* What sfs_kvm_find finds: 32-bit integers in native order. */
enum {
  SFS_KVM_FOUND_PID = 0,
  SFS_KVM_FOUND_DESCRIPTOR = 1, /* or -1 */
  SFS_KVM_FOUND_WHAT = 2,
  SFS_KVM_FOUND_NUMBER = 3, /* of the vCPU, or -1 */
  SFS_KVM_FOUND_START = 4,  /* when the process began: 64 bits, as field 22 of proc_pid_stat(5) */
  SFS_KVM_FOUND_SIZE = 6
};

/*
 * Finds the descriptors of virtual machines that the processes of a proc have. The memory begins with the
 * path of the proc, ended by a zero, and gets what is found in its place.
 *
 * Statistics of a process that has no machine and no vCPU are left out: it is a reader as this one, which has
 * a duplicate for a moment. Of this process only machines and vCPUs are found, as their statistics can be had
 * from these.
 *
 * Returns the bytes of all that there is, which may be more than there was room for; or -errno: -EXDEV if the
 * proc is that of another pid namespace, where the same pid is another process.
 */
long sfs_kvm_find(char *memory, size_t size);

/* Statistics, by the descriptor that a process has of them; or of a machine or vCPU of this process. */
struct sfs_kvm_statistics {
  int32_t pid;
  uint64_t start;
  int32_t descriptor;
  int32_t what;
  int32_t number;
};

/*
 * Reads what does not change of statistics: the header, the descriptions and the id, one behind the other, wherever
 * they are in the descriptor. What is before the id is the same for all vCPUs. The memory begins with the path
 * of the proc, ended by a zero.
 *
 * Returns how many bytes that is, which the memory has unless they are too many for it; or -errno: -ESRCH if
 * the process has ended, -EBADF if the descriptor is gone or another one, -EPERM without the right to duplicate it,
 * -EINVAL if what is described cannot be, and -EIO for a machine or vCPU of another process.
 */
long sfs_kvm_describe(const struct sfs_kvm_statistics *its, char *memory, size_t size);

/* The same of a descriptor, whatever it is of. */
long sfs_kvm_read_description(int fd, char *memory, size_t size);

/*
 * What is to be sampled, and what is known of it, is memory of the caller: 32-bit integers in native order,
 * and what these lead to. Offsets are in bytes from the beginning of the memory.
 *
 *   the header   SFS_KVM_... integers
 *   units        SFS_KVM_UNIT_... integers each: statistics of a machine or vCPU
 *   processes    SFS_KVM_PROCESS_... integers each
 *
 * A test compares these constants with those of io.statsfs.reader.jni.
 */
enum {
  SFS_KVM_POSITION = 0, /* the unit that a sample is at; other threads may read it */
  SFS_KVM_UNITS = 1,    /* how many */
  SFS_KVM_PROCESSES = 2,
  SFS_KVM_PROC = 3,        /* offset of the path of the proc, ended by a zero */
  SFS_KVM_DESCRIPTORS = 4, /* a descriptor of the directory of this process' descriptors, or -1 */
  SFS_KVM_BUFFER = 5,      /* offset of memory for what is read of a unit */
  SFS_KVM_SIZE = 6
};

enum {
  SFS_KVM_UNIT_PROCESS = 0, /* which one */
  SFS_KVM_UNIT_DESCRIPTOR = 1,
  SFS_KVM_UNIT_WHAT = 2,
  SFS_KVM_UNIT_NUMBER = 3,
  SFS_KVM_UNIT_KIND = 4,  /* offset of the header and the descriptions; units can share it */
  SFS_KVM_UNIT_ID = 5,    /* offset */
  SFS_KVM_UNIT_BYTES = 6, /* to the end of all that is read of the descriptor */
  SFS_KVM_UNIT_RUNS = 7,  /* offset of SFS_KVM_RUN_... integers for each run */
  SFS_KVM_UNIT_COUNT = 8, /* of runs, at least 1 */
  SFS_KVM_UNIT_SIZE = 9
};

enum {
  SFS_KVM_PROCESS_PID = 0,
  SFS_KVM_PROCESS_PIDFD = 1, /* or SFS_KVM_UNOPENED, or SFS_KVM_ENDED */
  SFS_KVM_PROCESS_START = 2, /* 64 bits */
  SFS_KVM_PROCESS_SIZE = 4
};

enum { SFS_KVM_UNOPENED = -1, SFS_KVM_ENDED = -2 };

/* Values that lie one behind the other in the descriptor, and go into slots that do. */
enum {
  SFS_KVM_RUN_OFFSET = 0, /* of the first value in the descriptor */
  SFS_KVM_RUN_SLOT = 1,   /* of the first value */
  SFS_KVM_RUN_LENGTH = 2, /* at least 1 */
  SFS_KVM_RUN_SIZE = 3
};

/*
 * Reads each unit once, except for those whose first slot has SFS_LEFT_OUT in its outcome. Values and
 * outcomes are those of sfs_batch_sample. A unit whose header, id or descriptions are not what they were is gone; of
 * several units of one kind in a row, header and all descriptions are compared for the first, and of the others id and
 * last description.
 * For one thread at a time.
 */
void sfs_kvm_sample(int32_t *machines, int64_t *values, uint32_t *outcomes);

/* Reads a unit from a descriptor, whatever that is of. Its kind is known if the unit before it was of that. */
void sfs_kvm_read(int32_t *machines, const int32_t *unit, int fd, int is_known, int64_t *values,
                  uint32_t *outcomes);

/* Closes what samples opened. */
void sfs_kvm_close(int32_t *machines);

/*
 * What a link of /proc/PID/fd leads to, or SFS_KVM_DENIED if that has nothing to do with machines. Names of this form
 * are the kernel's alone: those of files are paths.
 */
int32_t sfs_kvm_what(const char *link, size_t length, int32_t *number);

#endif
