#include "machine.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
  PAGE = 4096,
  GUEST_ADDRESS = 0x1000,
};

int make_machine(int kvm, struct machine *machine) {
  *machine = (struct machine){.descriptor = ioctl(kvm, KVM_CREATE_VM, 0L), .statistics = -1};
  for (int i = 0; i < MOST_VCPUS; i++) {
    machine->vcpus[i] = -1;
    machine->vcpu_statistics[i] = -1;
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

/* Where their descriptor is held, and what they are had from; NULL if there is no such vCPU. */
static int *find_statistics(struct machine *machine, int number, int *from) {
  if (number == NO_VCPU) {
    *from = machine->descriptor;
    return &machine->statistics;
  } else if (number < 0 || number >= MOST_VCPUS || machine->vcpus[number] < 0) {
    return NULL;
  }
  *from = machine->vcpus[number];
  return &machine->vcpu_statistics[number];
}

int drop_statistics(struct machine *machine, int number) {
  int from;
  int *held = find_statistics(machine, number, &from);
  if (held == NULL || *held < 0) {
    return ENOENT;
  }
  close(*held);
  *held = -1;
  return 0;
}

#ifdef KVM_GET_STATS_FD
int hold_statistics(struct machine *machine, int number, int *descriptor) {
  int from;
  int *held = find_statistics(machine, number, &from);
  if (held == NULL) {
    return ENOENT;
  }
  if (*held < 0) {
    *held = ioctl(from, KVM_GET_STATS_FD, NULL);
  }
  *descriptor = *held;
  return *held < 0 ? errno : 0;
}

/* Reads a part of statistics: 0, or what errno was. */
static int read_part(int descriptor, void *part, size_t size, size_t offset) {
  ssize_t count = pread(descriptor, part, size, (off_t)offset);
  return count < 0 ? errno : (size_t)count == size ? 0 : EPROTO;
}

/* Appends one of them to a text that has so many bytes. */
static int append(int descriptor, const struct kvm_stats_header *header, size_t at, char *text,
                  size_t size, size_t *length) {
  struct kvm_stats_desc *its = calloc(1, sizeof *its + header->name_size + 1);
  uint64_t *values = NULL;
  int error = its == NULL ? ENOMEM
                          : read_part(descriptor, its, sizeof *its + header->name_size, at);
  if (error == 0) {
    values = calloc(its->size, sizeof *values);
    error = values == NULL ? ENOMEM
                           : read_part(descriptor, values, its->size * sizeof *values,
                                       header->data_offset + its->offset);
  }
  for (int i = 0; error == 0 && i < its->size; i++) {
    int count = i > 0 ? snprintf(text + *length, size - *length, ",%" PRIu64, values[i])
                      : snprintf(text + *length, size - *length, "%s%s=%" PRIu64,
                                 *length == 0 ? "" : " ", its->name, values[i]);
    *length += (size_t)count;
    error = *length >= size ? E2BIG : 0;
  }
  free(values);
  free(its);
  return error;
}

int write_statistics(struct machine *machine, int number, char *text, size_t size) {
  int from;
  const int *held = find_statistics(machine, number, &from);
  const int was_held = held != NULL && *held >= 0;
  int descriptor;
  int error = hold_statistics(machine, number, &descriptor);
  if (error != 0) {
    return error;
  }
  struct kvm_stats_header header = {0};
  size_t length = 0;
  text[0] = '\0';
  error = read_part(descriptor, &header, sizeof header, 0);
  for (uint32_t i = 0; error == 0 && i < header.num_desc; i++) {
    size_t at = header.desc_offset + i * (sizeof(struct kvm_stats_desc) + header.name_size);
    error = append(descriptor, &header, at, text, size, &length);
  }
  if (!was_held) {
    drop_statistics(machine, number);
  }
  return error;
}
#else
int hold_statistics(struct machine *machine, int number, int *descriptor) {
  (void)machine;
  (void)number;
  (void)descriptor;
  return ENOTTY;
}

int write_statistics(struct machine *machine, int number, char *text, size_t size) {
  (void)text;
  (void)size;
  int descriptor;
  return hold_statistics(machine, number, &descriptor);
}
#endif

void end_machine(struct machine *machine) {
  (void)drop_statistics(machine, NO_VCPU);
  for (int i = 0; i < MOST_VCPUS; i++) {
    (void)drop_statistics(machine, i);
    if (machine->vcpus[i] >= 0) {
      close(machine->vcpus[i]);
    }
  }
  close(machine->descriptor);
  if (machine->memory != NULL) {
    munmap(machine->memory, PAGE);
  }
}
