#define FUSE_USE_VERSION 35
#include "parallel.h"

#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <linux/fuse.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static bool write_reply(int device, int replies) {
  struct {
    struct fuse_out_header header;
    struct fuse_init_out init;
    char more[256];
  } reply;
  ssize_t length = recv(replies, &reply, sizeof reply, MSG_DONTWAIT);
  if (length < (ssize_t)sizeof reply.header) {
    return false;
  }
  if (reply.header.error == 0) {
    reply.init.flags |= FUSE_PARALLEL_DIROPS;
  }
  return write(device, &reply, (size_t)length) == length;
}

bool agree_on_parallel_directories(struct fuse_session *session) {
  struct fuse_buf request = {0};
  int descriptor = fuse_session_fd(session);
  int device = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  int pair[2];
  if (device < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    return false;
  }
  bool agreed = fuse_session_receive_buf(session, &request) > 0;
  if (agreed) {
    /* For the time of this reply the library writes to a socket in place of the device. */
    dup3(pair[1], descriptor, O_CLOEXEC);
    fuse_session_process_buf(session, &request);
    dup3(device, descriptor, O_CLOEXEC);
    agreed = write_reply(device, pair[0]);
  }
  free(request.mem);
  close(pair[0]);
  close(pair[1]);
  close(device);
  return agreed;
}
