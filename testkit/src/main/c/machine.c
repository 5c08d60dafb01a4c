#include "machine.h"

#include <errno.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
  PAGE = 4096,
  GUEST_ADDRESS = 0x1000,
};

int make_machine(int kvm, struct machine *machine) {
  *machine = (struct machine){.descriptor = ioctl(kvm, KVM_CREATE_VM, 0L)};
  for (int i = 0; i < MOST_VCPUS; i++) {
    machine->vcpus[i] = -1;
  }
  return machine->descriptor < 0 ? errno : 0;
}

int add_vcpu(struct machine *machine, unsigned number) {
  if (number >= MOST_VCPUS || machine->vcpus[number] >= 0) {
    return number < MOST_VCPUS ? EEXIST : EINVAL;
  }
  machine->vcpus[number] = ioctl(machine->descriptor, KVM_CREATE_VCPU, (unsigned long)number);
  return machine->vcpus[number] < 0 ? errno : 0;
}

#if defined(__x86_64__)
static const uint8_t HALT = 0xf4;

/* Gives the guest its memory, with the one instruction that it executes. */
static int give_memory(struct machine *machine) {
  void *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    return errno;
  }
  struct kvm_userspace_memory_region region = {
      .guest_phys_addr = GUEST_ADDRESS,
      .memory_size = PAGE,
      .userspace_addr = (uintptr_t)memory,
  };
  memcpy(memory, &HALT, 1);
  if (ioctl(machine->descriptor, KVM_SET_USER_MEMORY_REGION, &region) != 0) {
    int error = errno;
    munmap(memory, PAGE);
    return error;
  }
  machine->memory = memory;
  return 0;
}

/* To the instruction, in the mode that a processor starts in. */
static int set_registers(int vcpu) {
  struct kvm_sregs segments;
  if (ioctl(vcpu, KVM_GET_SREGS, &segments) != 0) {
    return errno;
  }
  segments.cs.base = 0;
  segments.cs.selector = 0;
  struct kvm_regs registers = {.rip = GUEST_ADDRESS, .rflags = 2};
  return ioctl(vcpu, KVM_SET_SREGS, &segments) != 0 || ioctl(vcpu, KVM_SET_REGS, &registers) != 0
             ? errno
             : 0;
}

static int run(int kvm, int vcpu) {
  int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0L);
  if (size < 0) {
    return errno;
  }
  struct kvm_run *state = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
  if (state == MAP_FAILED) {
    return errno;
  }
  int error = 0;
  while (ioctl(vcpu, KVM_RUN, 0L) != 0) {
    if (errno != EINTR) {
      error = errno;
      break;
    }
  }
  if (error == 0 && state->exit_reason != KVM_EXIT_HLT) {
    error = EPROTO;
  }
  munmap(state, (size_t)size);
  return error;
}

int run_vcpu(int kvm, struct machine *machine, unsigned number) {
  if (number >= MOST_VCPUS || machine->vcpus[number] < 0) {
    return ENOENT;
  }
  int error = machine->memory == NULL ? give_memory(machine) : 0;
  error = error == 0 ? set_registers(machine->vcpus[number]) : error;
  return error == 0 ? run(kvm, machine->vcpus[number]) : error;
}
#else
int run_vcpu(int kvm, struct machine *machine, unsigned number) {
  (void)kvm;
  (void)machine;
  (void)number;
  return ENOSYS;
}
#endif

void end_machine(struct machine *machine) {
  for (int i = 0; i < MOST_VCPUS; i++) {
    if (machine->vcpus[i] >= 0) {
      close(machine->vcpus[i]);
    }
  }
  close(machine->descriptor);
  if (machine->memory != NULL) {
    munmap(machine->memory, PAGE);
  }
}
