/* Virtual machines, as small as KVM makes them. */
#ifndef STATSFS_MACHINE_H
#define STATSFS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MOST_VCPUS = 64 };

struct machine {
  struct machine *next;
  int descriptor;
  int statistics;        /* a descriptor of them, -1 if none is held */
  int vcpus[MOST_VCPUS]; /* descriptors, -1 where there is no vCPU of that number */
  int vcpu_statistics[MOST_VCPUS];
  uint8_t *memory;       /* of the guest, one page; NULL before it first runs */
};

/* Instead of the number of a vCPU. */
enum { NO_VCPU = -1 };

/* Each returns 0, or what errno was. */

/* Makes a machine without vCPUs. */
int make_machine(int kvm, struct machine *machine);

int add_vcpu(struct machine *machine, unsigned number);

/*
 * Has a vCPU halt, and so exit once from a guest of one page. ENOSYS where this program has no guest
 * for the architecture.
 */
int run_vcpu(int kvm, struct machine *machine, unsigned number);

/*
 * Opens the statistics of a machine or of a vCPU (KVM_GET_STATS_FD), and holds them open, as QEMU does;
 * unless they are. ENOTTY on kernels before 5.14.
 */
int hold_statistics(struct machine *machine, int number, int *descriptor);

int drop_statistics(struct machine *machine, int number);

/*
 * Writes what the statistics are: `name=value,value...` each, with blanks between them, in the order of
 * their descriptions. E2BIG if there is no room for it.
 */
int write_statistics(struct machine *machine, int number, char *text, size_t size);

/* Ends a machine. Its debugfs directory is gone then, unless another process has it open. */
void end_machine(struct machine *machine);

#endif
