/*
 * Makes and ends virtual machines, for tests of what the kernel shows of them.
 *
 *   statsfs-vm
 *
 * Takes a command per line from its input, and answers each by a line `ok ...` or `error ...`:
 *
 *   make               makes a machine. The reply is the name of its directory in <debugfs>/kvm
 *   vcpu NAME NUMBER   adds a vCPU to a machine
 *   run NAME NUMBER    has a vCPU exit once, after it touched one page of memory
 *   hold NAME [NUMBER] opens the statistics of a machine or of a vCPU, and holds them open. The reply is their
 *                      descriptor
 *   drop NAME [NUMBER] closes them
 *   read NAME [NUMBER] the reply is what they are, as `name=value,value...` each
 *   end NAME           ends a machine
 *
 * The end of the input ends all machines, as does the end of this program, however that comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "machine.h"

enum {
  LONGEST_NAME = 32,
  LONGEST_LINE = 256,
  LONGEST_REPLY = 65536,
};

struct program {
  int kvm;
  struct machine *machines;
};

/* KVM names a machine after the thread that made it, and its descriptor there. */
static void name_machine(const struct machine *machine, char *name) {
  snprintf(name, LONGEST_NAME, "%ld-%d", syscall(SYS_gettid), machine->descriptor);
}

/* The link that leads to the machine of that name; to NULL if there is none. */
static struct machine **find_machine(struct program *program, const char *name) {
  struct machine **link = &program->machines;
  for (; *link != NULL; link = &(*link)->next) {
    char its[LONGEST_NAME];
    name_machine(*link, its);
    if (strcmp(its, name) == 0) {
      break;
    }
  }
  return link;
}

/* As machine.h; the reply is what follows `ok `. */
static int make(struct program *program, char *reply) {
  struct machine *machine = malloc(sizeof *machine);
  if (machine == NULL) {
    return ENOMEM;
  }
  int error = make_machine(program->kvm, machine);
  if (error != 0) {
    free(machine);
    return error;
  }
  machine->next = program->machines;
  program->machines = machine;
  name_machine(machine, reply);
  return 0;
}

static int end(struct program *program, const char *name) {
  struct machine **link = find_machine(program, name);
  struct machine *machine = *link;
  if (machine == NULL) {
    return ENOENT;
  }
  *link = machine->next;
  end_machine(machine);
  free(machine);
  return 0;
}

static int hold(struct machine *machine, int number, char *reply) {
  int descriptor = -1;
  int error = hold_statistics(machine, number, &descriptor);
  snprintf(reply, LONGEST_REPLY, "%d", descriptor);
  return error;
}

static int execute(struct program *program, const char *line, char *reply) {
  char command[8];
  char name[LONGEST_NAME];
  unsigned number;
  int words = sscanf(line, "%7s %31s %u", command, name, &number);
  if (words == 1 && strcmp(command, "make") == 0) {
    return make(program, reply);
  } else if (words == 2 && strcmp(command, "end") == 0) {
    return end(program, name);
  }
  struct machine *machine = words < 2 ? NULL : *find_machine(program, name);
  if (machine == NULL) {
    return words < 2 ? EINVAL : ENOENT;
  } else if (words == 3 && strcmp(command, "vcpu") == 0) {
    return add_vcpu(machine, number);
  } else if (words == 3 && strcmp(command, "run") == 0) {
    return run_vcpu(program->kvm, machine, number);
  }
  int of = words == 3 ? (int)number : NO_VCPU;
  if (strcmp(command, "hold") == 0) {
    return hold(machine, of, reply);
  } else if (strcmp(command, "drop") == 0) {
    return drop_statistics(machine, of);
  } else if (strcmp(command, "read") == 0) {
    return write_statistics(machine, of, reply, LONGEST_REPLY);
  }
  return EINVAL;
}

int main(void) {
  struct program program = {.kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC)};
  if (program.kvm < 0) {
    fprintf(stderr, "statsfs-vm: /dev/kvm: %s\n", strerror(errno));
    return EXIT_FAILURE;
  }
  puts("ready");
  fflush(stdout);
  char line[LONGEST_LINE];
  while (fgets(line, sizeof line, stdin) != NULL) {
    static char reply[LONGEST_REPLY];
    reply[0] = '\0';
    int error = execute(&program, line, reply);
    if (error == 0) {
      printf("ok%s%s\n", reply[0] == 0 ? "" : " ", reply);
    } else {
      printf("error %d %s\n", error, strerror(error));
    }
    fflush(stdout);
  }
  while (program.machines != NULL) {
    char name[LONGEST_NAME];
    name_machine(program.machines, name);
    end(&program, name);
  }
  close(program.kvm);
  return EXIT_SUCCESS;
}
