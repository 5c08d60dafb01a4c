/* Virtual machines, as small as KVM makes them. */
#ifndef STATSFS_MACHINE_H
#define STATSFS_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

enum { MOST_VCPUS = 64 };

struct machine {
  struct machine *next;
  int descriptor;
  int vcpus[MOST_VCPUS]; /* descriptors, -1 where there is no vCPU of that number */
  uint8_t *memory;       /* of the guest, one page; NULL before it first runs */
};

/* Each returns 0, or what errno was. */

/* Makes a machine without vCPUs. */
int make_machine(int kvm, struct machine *machine);

int add_vcpu(struct machine *machine, unsigned number);

/*
 * Has a vCPU halt, and so exit once from a guest of one page. ENOSYS where this program has no guest
 * for the architecture.
 */
int run_vcpu(int kvm, struct machine *machine, unsigned number);

/* Ends a machine. Its debugfs directory is gone then. */
void end_machine(struct machine *machine);

#endif
