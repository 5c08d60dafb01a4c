/*
 * A file system that behaves like statsfs, and misbehaves on demand.
 *
 *   statsfs-sim [-o MOUNT_OPTIONS] [-s SOCKET] MOUNTPOINT [DESCRIPTION]
 */
#define FUSE_USE_VERSION 35
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "commands.h"
#include "mount.h"
#include "parallel.h"

enum {
  LONGEST_LINE = 1 << 26,
  MOST_OUTPUT = 1 << 20,    /* kept for somebody who does not read it, before no more commands are taken */
  WRITTEN_AT_ONCE = 4096,   /* what a pipe that can be written to takes without blocking */
  REQUESTS_AT_ONCE = 256,   /* so that busy readers do not keep commands out */
  COMMANDS_AT_ONCE = 100,   /* nor the other way round */
  EXIT_USAGE = 2,
};

/* Where commands come from and replies go to. */
struct connection {
  struct connection *next;
  int in;
  int out;
  struct buffer input;
  struct buffer output;
  bool ended; /* there is no more input */
  bool lines; /* there are whole lines left in the input */
  size_t polled_in;  /* where in the list of descriptors to poll */
  size_t polled_out;
};

struct program {
  struct simulator simulator;
  struct fuse_session *session;
  const char *socket_path;
  int listener; /* -1: commands come from standard input */
  int signals;
  struct connection *connections;
  bool stopped;
};

uint64_t current_time(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void connect_to(struct program *program, int in, int out) {
  struct connection *connection = allocate(1, sizeof *connection);
  connection->in = in;
  connection->out = out;
  connection->next = program->connections;
  program->connections = connection;
}

static void disconnect(struct connection **link) {
  struct connection *connection = *link;
  *link = connection->next;
  if (connection->in == connection->out) {
    close(connection->in);
  }
  free_buffer(&connection->input);
  free_buffer(&connection->output);
  free(connection);
}

/* Executes a line, and appends the reply. */
static void take_command(struct program *program, struct connection *connection, char *line,
                         size_t length) {
  struct buffer reply = {0};
  bool executed = execute(&program->simulator, line, length, &reply);
  append_format(&connection->output, "%s%s", executed ? "ok" : "error",
                reply.length > 0 ? " " : "");
  append(&connection->output, reply.bytes, reply.length);
  append(&connection->output, "\n", 1);
  free_buffer(&reply);
}

static void take_commands(struct program *program, struct connection *connection) {
  struct buffer *input = &connection->input;
  size_t at = 0;
  char *end = NULL;
  for (int i = 0; i < COMMANDS_AT_ONCE && connection->output.length < MOST_OUTPUT; i++) {
    end = at < input->length ? memchr(input->bytes + at, '\n', input->length - at) : NULL;
    if (end == NULL) {
      break;
    }
    size_t length = (size_t)(end - (input->bytes + at));
    *end = 0;
    take_command(program, connection, input->bytes + at, length);
    at += length + 1;
  }
  drop_front(input, at);
  connection->lines = end != NULL;
  if (connection->ended && !connection->lines && input->length > 0) {
    take_command(program, connection, input->bytes, input->length);
    input->length = 0;
  }
}

static void read_input(struct connection *connection) {
  char bytes[65536];
  ssize_t length = read(connection->in, bytes, sizeof bytes);
  if (length > 0) {
    append(&connection->input, bytes, (size_t)length);
    connection->lines |= memchr(bytes, '\n', (size_t)length) != NULL;
  }
  if (length == 0 || (length < 0 && errno != EINTR && errno != EAGAIN) ||
      (!connection->lines && connection->input.length > LONGEST_LINE)) {
    connection->ended = true;
  }
}

static void write_output(struct connection *connection) {
  struct buffer *output = &connection->output;
  size_t length = output->length < WRITTEN_AT_ONCE ? output->length : WRITTEN_AT_ONCE;
  ssize_t written = write(connection->out, output->bytes, length);
  if (written >= 0) {
    drop_front(output, (size_t)written);
  } else if (errno != EINTR && errno != EAGAIN) {
    /* Nobody is there to read it. */
    output->length = 0;
    connection->ended = true;
  }
}

static bool can_write(const struct connection *connection) {
  struct pollfd descriptor = {.fd = connection->out, .events = POLLOUT};
  return poll(&descriptor, 1, 0) == 1 && (descriptor.revents & POLLOUT) != 0;
}

static void accept_connection(struct program *program) {
  int connection = accept4(program->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (connection >= 0) {
    connect_to(program, connection, connection);
  }
}

static void answer_requests(struct program *program, struct fuse_buf *buffer) {
  for (int i = 0; i < REQUESTS_AT_ONCE && !fuse_session_exited(program->session); i++) {
    int length = fuse_session_receive_buf(program->session, buffer);
    if (length <= 0) {
      break;
    }
    fuse_session_process_buf(program->session, buffer);
  }
}

static struct pollfd *list_descriptors(struct program *program, size_t *count) {
  size_t room = 3;
  for (struct connection *connection = program->connections; connection != NULL;
       connection = connection->next) {
    room += 2;
  }
  struct pollfd *descriptors = allocate(room, sizeof *descriptors);
  descriptors[0] = (struct pollfd){fuse_session_fd(program->session), POLLIN, 0};
  descriptors[1] = (struct pollfd){program->signals, POLLIN, 0};
  descriptors[2] = (struct pollfd){program->listener, POLLIN, 0};
  *count = 3;
  for (struct connection *connection = program->connections; connection != NULL;
       connection = connection->next) {
    bool reads = !connection->ended && !connection->lines &&
                 connection->output.length < MOST_OUTPUT;
    connection->polled_in = *count;
    descriptors[(*count)++] = (struct pollfd){reads ? connection->in : -1, POLLIN, 0};
    connection->polled_out = *count;
    descriptors[(*count)++] =
        (struct pollfd){connection->output.length > 0 ? connection->out : -1, POLLOUT, 0};
  }
  return descriptors;
}

static struct timespec time_to_wait(const struct program *program) {
  uint64_t now = current_time();
  uint64_t next = next_due(&program->simulator);
  uint64_t churn = next_churn(program->simulator.churns);
  next = churn < next ? churn : next;
  for (const struct connection *connection = program->connections; connection != NULL;
       connection = connection->next) {
    if (connection->lines && connection->output.length < MOST_OUTPUT) {
      next = 0;
    }
  }
  uint64_t wait = next <= now ? 0 : next - now;
  uint64_t most = 3600 * UINT64_C(1000000000);
  wait = wait > most ? most : wait;
  return (struct timespec){(time_t)(wait / 1000000000), (long)(wait % 1000000000)};
}

static void serve_connections(struct program *program, const struct pollfd *descriptors) {
  for (struct connection **link = &program->connections; *link != NULL;) {
    struct connection *connection = *link;
    if (descriptors[connection->polled_in].revents != 0) {
      read_input(connection);
    }
    take_commands(program, connection);
    while (connection->output.length > 0 && can_write(connection)) {
      write_output(connection);
    }
    if (connection->output.length > 0 && descriptors[connection->polled_out].revents != 0) {
      write_output(connection);
    }
    if (!connection->ended || connection->lines) {
      link = &connection->next;
    } else if (program->listener < 0) {
      program->stopped = true;
      return;
    } else if (connection->output.length > 0) {
      link = &connection->next;
    } else {
      disconnect(link);
    }
  }
}

static void run(struct program *program) {
  struct fuse_buf buffer = {0};
  while (!program->stopped && !fuse_session_exited(program->session)) {
    size_t count;
    struct pollfd *descriptors = list_descriptors(program, &count);
    struct timespec wait = time_to_wait(program);
    if (ppoll(descriptors, count, &wait, NULL) < 0 && errno != EINTR) {
      perror("statsfs-sim: poll");
      program->stopped = true;
    }
    /*
     * Always before commands, whether poll saw any or not: what the sender of a command has done
     * before it is then counted.
     */
    answer_requests(program, &buffer);
    uint64_t now = current_time();
    run_churns(&program->simulator.tree, &program->simulator.churns, now);
    wake_due(&program->simulator, now);
    serve_connections(program, descriptors);
    if (descriptors[2].revents != 0) {
      accept_connection(program);
    }
    program->stopped |= descriptors[1].revents != 0;
    free(descriptors);
  }
  free(buffer.mem);
}

static bool describe(struct simulator *simulator, const char *path) {
  FILE *file = fopen(path, "re");
  if (file == NULL) {
    fprintf(stderr, "statsfs-sim: %s: %s\n", path, strerror(errno));
    return false;
  }
  char *line = NULL;
  size_t room = 0;
  bool valid = true;
  ssize_t length;
  for (unsigned long number = 1; valid && (length = getline(&line, &room, file)) >= 0; number++) {
    if (length > 0 && line[length - 1] == '\n') {
      line[--length] = 0;
    }
    struct buffer reply = {0};
    valid = execute(simulator, line, (size_t)length, &reply);
    if (!valid) {
      fprintf(stderr, "statsfs-sim: %s:%lu: %s\n", path, number, reply.bytes);
    }
    free_buffer(&reply);
  }
  if (valid && ferror(file)) {
    fprintf(stderr, "statsfs-sim: %s: cannot be read\n", path);
    valid = false;
  }
  free(line);
  fclose(file);
  return valid;
}

static bool listen_at(struct program *program) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(program->socket_path);
  if (length >= sizeof address.sun_path) {
    fprintf(stderr, "statsfs-sim: %s: too long for a socket\n", program->socket_path);
    return false;
  }
  memcpy(address.sun_path, program->socket_path, length);
  struct stat left;
  if (lstat(program->socket_path, &left) == 0 && S_ISSOCK(left.st_mode)) {
    unlink(program->socket_path);
  }
  program->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (program->listener < 0 ||
      bind(program->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
      listen(program->listener, 16) != 0) {
    fprintf(stderr, "statsfs-sim: %s: %s\n", program->socket_path, strerror(errno));
    return false;
  }
  return true;
}

static int catch_signals(void) {
  signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static struct fuse_session *make_session(struct simulator *simulator, const char *options) {
  struct fuse_args arguments = FUSE_ARGS_INIT(0, NULL);
  struct fuse_session *session = NULL;
  if (fuse_opt_add_arg(&arguments, "statsfs-sim") == 0 &&
      fuse_opt_add_arg(&arguments, "-ofsname=statsfs,subtype=statsfs,default_permissions") == 0 &&
      (geteuid() != 0 || fuse_opt_add_arg(&arguments, "-oallow_other") == 0) &&
      (options == NULL || (fuse_opt_add_arg(&arguments, "-o") == 0 &&
                           fuse_opt_add_arg(&arguments, options) == 0))) {
    session = fuse_session_new(&arguments, &file_system, sizeof file_system, simulator);
  }
  fuse_opt_free_args(&arguments);
  return session;
}

/* Serves a mount until it is asked to end. */
static int serve(struct program *program) {
  if (!agree_on_parallel_directories(program->session)) {
    fputs("statsfs-sim: no agreement with the kernel\n", stderr);
    return EXIT_FAILURE;
  }
  /* A request that is taken back between poll and read must not be waited for. */
  int device = fuse_session_fd(program->session);
  fcntl(device, F_SETFL, fcntl(device, F_GETFL) | O_NONBLOCK);
  if (program->listener < 0) {
    connect_to(program, STDIN_FILENO, STDOUT_FILENO);
  }
  puts("ready");
  fflush(stdout);
  run(program);
  refuse_all(&program->simulator);
  return EXIT_SUCCESS;
}

static int usage(void) {
  fputs("usage: statsfs-sim [-o MOUNT_OPTIONS] [-s SOCKET] MOUNTPOINT [DESCRIPTION]\n", stderr);
  return EXIT_USAGE;
}

int main(int count, char **arguments) {
  struct program program = {.listener = -1};
  const char *options = NULL;
  for (int option; (option = getopt(count, arguments, "o:s:")) != -1;) {
    if (option == 'o') {
      options = optarg;
    } else if (option == 's') {
      program.socket_path = optarg;
    } else {
      return usage();
    }
  }
  if (count - optind < 1 || count - optind > 2) {
    return usage();
  }
  char *mount_point = realpath(arguments[optind], NULL);
  if (mount_point == NULL) {
    fprintf(stderr, "statsfs-sim: %s: %s\n", arguments[optind], strerror(errno));
    return EXIT_FAILURE;
  }
  program.signals = catch_signals();
  make_tree(&program.simulator.tree, geteuid(), getegid());
  int status = EXIT_FAILURE;
  if ((count - optind == 1 || describe(&program.simulator, arguments[optind + 1])) &&
      (program.session = make_session(&program.simulator, options)) != NULL) {
    if ((program.socket_path == NULL || listen_at(&program)) &&
        fuse_session_mount(program.session, mount_point) == 0) {
      status = serve(&program);
      fuse_session_unmount(program.session);
      close_all(&program.simulator);
    }
    fuse_session_destroy(program.session);
  }
  if (program.listener >= 0) {
    close(program.listener);
    unlink(program.socket_path);
  }
  while (program.connections != NULL) {
    disconnect(&program.connections);
  }
  while (program.simulator.churns != NULL) {
    stop_churn(&program.simulator.churns, program.simulator.churns);
  }
  free_tree(&program.simulator.tree);
  free(mount_point);
  return status;
}
