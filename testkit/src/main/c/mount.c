#define FUSE_USE_VERSION 35
#include "mount.h"

#include <errno.h>
#include <fuse_lowlevel.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "schema.h"

/* An open file or directory. */
struct handle {
  struct handle *next;
  struct handle **link; /* what points to it */
  struct node *node;
  bool taken; /* what it reads is settled: at its first read, or at open for a schema */
  struct buffer text;
  uint64_t size; /* of the text, as often as it is repeated */
};

enum call { LOOKUP, GETATTR, OPEN_FILE, OPEN_DIRECTORY, READ_FILE, READ_DIRECTORY, WRITE_FILE };

struct request {
  fuse_req_t kernels;
  enum call call;
  enum operation operation;
  struct node *node; /* the parent, for LOOKUP */
  struct place *place; /* may be NULL */
  const char *bytes; /* the name to look up, or what is written */
  size_t length;
  size_t size; /* asked for */
  off_t offset;
  struct fuse_file_info info;
  bool woken; /* has hung already */
};

struct waiting {
  struct waiting *next;
  struct request request;
  uint64_t due; /* FOREVER: hangs */
};

static struct simulator *simulator_of(fuse_req_t request) {
  return fuse_req_userdata(request);
}

static struct node *node_of(fuse_req_t request, fuse_ino_t inode) {
  return inode == FUSE_ROOT_ID ? simulator_of(request)->tree.root : (struct node *)inode;
}

static struct handle *handle_of(const struct request *request) {
  return (struct handle *)request->info.fh;
}

static bool is_opening(const struct request *request) {
  return request->call == OPEN_FILE || request->call == OPEN_DIRECTORY;
}

static struct stat attributes_of(const struct node *node) {
  struct stat attributes = {
      .st_ino = node->number,
      .st_mode = node->mode,
      .st_nlink = node->shape == SOURCE ? 2 + node->directories : 1,
      .st_uid = node->owner,
      .st_gid = node->group,
      .st_size = node->size,
      .st_blksize = 4096,
      .st_atim = node->changed,
      .st_mtim = node->changed,
      .st_ctim = node->changed,
  };
  if (!node->linked) {
    attributes.st_nlink = 0;
  }
  return attributes;
}

static void forget(struct node *node, uint64_t lookups) {
  node->lookups -= lookups;
  if (node->lookups == 0) {
    release(node);
  }
}

static void refuse(struct request *request, int error) {
  struct simulator *simulator = simulator_of(request->kernels);
  fuse_reply_err(request->kernels, error);
  if (is_opening(request)) {
    count_close(&simulator->tree, request->node);
  }
}

static void note_interruption(fuse_req_t request, void *simulator) {
  (void)request;
  /* It must not be answered in here, where the library holds its locks. */
  ((struct simulator *)simulator)->interrupted = true;
}

static void wait_until(struct request *request, uint64_t due) {
  struct simulator *simulator = simulator_of(request->kernels);
  struct waiting *waiting = allocate(1, sizeof *waiting);
  waiting->request = *request;
  waiting->due = due;
  if (request->bytes != NULL) {
    char *bytes = allocate(request->length + 1, 1);
    memcpy(bytes, request->bytes, request->length);
    waiting->request.bytes = bytes;
  }
  hold(request->node);
  waiting->next = simulator->waiting;
  simulator->waiting = waiting;
  fuse_req_interrupt_func(request->kernels, note_interruption, simulator);
}

static void answer_lookup(struct request *request, struct tree *tree) {
  struct node *child = find_child(tree, request->node, request->bytes, request->length);
  if (child == NULL || !is_visible(tree, child, current_time())) {
    fuse_reply_err(request->kernels, ENOENT);
    return;
  }
  /* No two lives of a name, nor two nodes at one address, are ever taken for the same. */
  struct fuse_entry_param entry = {
      .ino = (fuse_ino_t)child,
      .generation = child->number,
      .attr = attributes_of(child),
  };
  if (child->lookups++ == 0) {
    hold(child);
  }
  if (fuse_reply_entry(request->kernels, &entry) != 0) {
    forget(child, 1);
  }
}

static void close_handle(struct simulator *simulator, struct handle *handle) {
  *handle->link = handle->next;
  if (handle->next != NULL) {
    handle->next->link = handle->link;
  }
  count_close(&simulator->tree, handle->node);
  release(handle->node);
  free_buffer(&handle->text);
  free(handle);
}

static void answer_open(struct request *request, struct simulator *simulator) {
  struct node *node = request->node;
  if (!node->linked && node->shape != SOURCE) {
    refuse(request, ENOENT);
    return;
  }
  struct handle *handle = allocate(1, sizeof *handle);
  handle->node = node;
  hold(node);
  handle->next = simulator->handles;
  handle->link = &simulator->handles;
  if (handle->next != NULL) {
    handle->next->link = &handle->next;
  }
  simulator->handles = handle;
  if (node->shape == SCHEMA) {
    append_schema(&handle->text, node->parent, current_time());
    handle->size = handle->text.length;
    handle->taken = true;
  }
  if (request->call == OPEN_FILE) {
    request->info.direct_io = 1;
    request->info.nonseekable = 1;
    if ((request->info.flags & O_TRUNC) != 0) {
      node->size = 0;
    }
  }
  request->info.fh = (uint64_t)handle;
  if (fuse_reply_open(request->kernels, &request->info) != 0) {
    /* It was interrupted, and there will be no release. */
    close_handle(simulator, handle);
  }
}

/* Settles what a handle reads. */
static void take_text(struct handle *handle, const struct tree *tree) {
  const struct misbehaviour *misbehaviour = handle->node->place->misbehaviour;
  if (misbehaviour != NULL && misbehaviour->has_text) {
    handle->text.length = 0;
    append(&handle->text, misbehaviour->text.bytes, misbehaviour->text.length);
    handle->size = misbehaviour->size;
  } else if (handle->node->shape == STAT) {
    handle->text.length = 0;
    append_reading(tree, &handle->text, handle->node, current_time());
    handle->size = handle->text.length;
  }
  handle->taken = true;
}

/* Fills bytes with a text that is repeated, as it is from an offset on. */
static void fill(char *bytes, size_t size, const struct buffer *text, uint64_t offset) {
  size_t filled = 0;
  size_t phase = (size_t)(offset % text->length);
  while (filled < size && filled < text->length) {
    bytes[filled++] = text->bytes[phase++];
    phase = phase == text->length ? 0 : phase;
  }
  while (filled < size) {
    size_t part = filled < size - filled ? filled : size - filled;
    memcpy(bytes + filled, bytes, part);
    /* Whole periods, but for the last part. */
    filled += part;
  }
}

static void answer_read(struct request *request, struct tree *tree) {
  struct handle *handle = handle_of(request);
  uint64_t offset = (uint64_t)request->offset;
  if (!handle->taken || offset == 0) {
    take_text(handle, tree);
  }
  uint64_t rest = offset < handle->size ? handle->size - offset : 0;
  size_t size = rest < request->size ? (size_t)rest : request->size;
  const struct misbehaviour *misbehaviour = handle->node->place->misbehaviour;
  if (misbehaviour != NULL && misbehaviour->piece > 0 && misbehaviour->piece < size) {
    size = (size_t)misbehaviour->piece;
  }
  if (offset + size <= handle->text.length) {
    fuse_reply_buf(request->kernels, size == 0 ? NULL : handle->text.bytes + offset, size);
    return;
  }
  char *bytes = allocate(size, 1);
  fill(bytes, size, &handle->text, offset);
  fuse_reply_buf(request->kernels, bytes, size);
  free(bytes);
}

/* Offsets in directories: the number of the entry before, newest first; above all numbers, the dots. */
static const off_t BEHIND_DOT = INT64_MAX;
static const off_t BEHIND_DOTS = INT64_MAX - 1;

/* The first child to list from an offset on. */
static struct node *next_listed(const struct tree *tree, const struct node *directory,
                                off_t offset, uint64_t now) {
  struct node *child = directory->newest;
  while (child != NULL && ((offset != 0 && (off_t)child->number >= offset) ||
                           !is_visible(tree, child, now))) {
    child = child->older;
  }
  return child;
}

static bool add_entry(struct request *request, struct buffer *entries, const char *name,
                      const struct node *node, off_t offset) {
  struct stat attributes = attributes_of(node);
  size_t room = request->size - entries->length;
  size_t length = fuse_add_direntry(request->kernels, entries->bytes + entries->length, room, name,
                                    &attributes, offset);
  if (length > room) {
    return false;
  }
  entries->length += length;
  return true;
}

static void answer_list(struct request *request, struct tree *tree) {
  struct node *directory = request->node;
  struct buffer entries = {allocate(request->size, 1), 0, request->size};
  off_t offset = request->offset;
  bool fits = directory->linked;
  if (fits && offset == 0) {
    fits = add_entry(request, &entries, ".", directory, offset = BEHIND_DOT);
  }
  if (fits && offset == BEHIND_DOT) {
    const struct node *parent = directory->parent == NULL ? directory : directory->parent;
    fits = add_entry(request, &entries, "..", parent, offset = BEHIND_DOTS);
  }
  if (fits) {
    uint64_t now = current_time();
    for (struct node *child = next_listed(tree, directory, offset, now); fits && child != NULL;
         child = child->older) {
      if (is_visible(tree, child, now)) {
        fits = add_entry(request, &entries, child->name, child, (off_t)child->number);
      }
    }
  }
  fuse_reply_buf(request->kernels, entries.bytes, entries.length);
  free_buffer(&entries);
}

static void answer_write(struct request *request, struct simulator *simulator) {
  struct node *node = request->node;
  int error = 0;
  if (node->shape == SCHEMA) {
    error = EINVAL;
  } else if (node->value->kind == FLOATING) {
    error = EACCES;
  } else if (node->value->type != ENUM) {
    error = parse_clear(request->bytes, request->length, simulator->old_parser);
    if (error == 0) {
      clear_stat(&simulator->tree, node, current_time());
    }
  } else if (!request->woken) {
    /* As it would hang the kernel. */
    wait_until(request, FOREVER);
    return;
  }
  if (error != 0) {
    fuse_reply_err(request->kernels, error);
  } else {
    fuse_reply_write(request->kernels, request->length);
  }
}

/* Whether an error was asked for; then answers with it. */
static bool has_failed(struct request *request) {
  if (request->place == NULL || request->place->misbehaviour == NULL) {
    return false;
  }
  struct fault *fault = &request->place->misbehaviour->of[request->operation];
  if (fault->error == 0 || fault->times == 0) {
    return false;
  }
  fault->times -= fault->times != FOREVER;
  refuse(request, fault->error);
  return true;
}

static void answer(struct request *request) {
  struct simulator *simulator = simulator_of(request->kernels);
  if (has_failed(request)) {
    return;
  }
  switch (request->call) {
    case LOOKUP:
      answer_lookup(request, &simulator->tree);
      break;
    case GETATTR: {
      struct stat attributes = attributes_of(request->node);
      fuse_reply_attr(request->kernels, &attributes, 0);
      break;
    }
    case OPEN_FILE:
    case OPEN_DIRECTORY:
      answer_open(request, simulator);
      break;
    case READ_FILE:
      answer_read(request, &simulator->tree);
      break;
    case READ_DIRECTORY:
      answer_list(request, &simulator->tree);
      break;
    case WRITE_FILE:
      answer_write(request, simulator);
      break;
  }
}

/* Answers now or later. */
static void take(struct request *request) {
  const struct fault *fault = request->place == NULL || request->place->misbehaviour == NULL
                                  ? NULL
                                  : &request->place->misbehaviour->of[request->operation];
  if (fault != NULL && fault->hangs) {
    wait_until(request, FOREVER);
  } else if (fault != NULL && fault->delay > 0) {
    wait_until(request, current_time() + fault->delay);
  } else {
    answer(request);
  }
}

static void take_lookup(fuse_req_t kernels, fuse_ino_t parent, const char *name) {
  struct tree *tree = &simulator_of(kernels)->tree;
  struct request request = {.kernels = kernels,
                            .call = LOOKUP,
                            .operation = LOOK,
                            .node = node_of(kernels, parent),
                            .bytes = name,
                            .length = strlen(name)};
  struct node *child = find_child(tree, request.node, name, request.length);
  if (child != NULL) {
    request.place = child->place;
  } else if (request.node->linked) {
    struct buffer path = {0};
    append_path(&path, request.node);
    append(&path, "/", path.length > 0);
    append(&path, name, request.length);
    request.place = find_place(&tree->places, path.bytes, path.length);
    free_buffer(&path);
  }
  take(&request);
}

static void take_getattr(fuse_req_t kernels, fuse_ino_t inode, struct fuse_file_info *info) {
  (void)info;
  struct node *node = node_of(kernels, inode);
  struct request request = {.kernels = kernels,
                            .call = GETATTR,
                            .operation = LOOK,
                            .node = node,
                            .place = node->place};
  take(&request);
}

static void take_setattr(fuse_req_t kernels, fuse_ino_t inode, struct stat *wanted, int which,
                         struct fuse_file_info *info) {
  (void)info;
  struct node *node = node_of(kernels, inode);
  if ((which & FUSE_SET_ATTR_MODE) != 0) {
    node->mode = (node->mode & S_IFMT) | (wanted->st_mode & 07777);
  }
  if ((which & FUSE_SET_ATTR_UID) != 0) {
    node->owner = wanted->st_uid;
  }
  if ((which & FUSE_SET_ATTR_GID) != 0) {
    node->group = wanted->st_gid;
  }
  if ((which & FUSE_SET_ATTR_SIZE) != 0) {
    node->size = wanted->st_size;
  }
  struct stat attributes = attributes_of(node);
  fuse_reply_attr(kernels, &attributes, 0);
}

static void take_opening(fuse_req_t kernels, fuse_ino_t inode, const struct fuse_file_info *info,
                         enum call call) {
  struct node *node = node_of(kernels, inode);
  if (!node->linked && node->shape != SOURCE) {
    fuse_reply_err(kernels, ENOENT);
    return;
  }
  count_open(&simulator_of(kernels)->tree, node);
  struct request request = {.kernels = kernels,
                            .call = call,
                            .operation = OPEN,
                            .node = node,
                            .place = node->place,
                            .info = *info};
  take(&request);
}

static void take_open(fuse_req_t kernels, fuse_ino_t inode, struct fuse_file_info *info) {
  take_opening(kernels, inode, info, OPEN_FILE);
}

static void take_opendir(fuse_req_t kernels, fuse_ino_t inode, struct fuse_file_info *info) {
  take_opening(kernels, inode, info, OPEN_DIRECTORY);
}

static void take_release(fuse_req_t kernels, fuse_ino_t inode, struct fuse_file_info *info) {
  (void)inode;
  close_handle(simulator_of(kernels), (struct handle *)info->fh);
  fuse_reply_err(kernels, 0);
}

static void take_read(fuse_req_t kernels, fuse_ino_t inode, size_t size, off_t offset,
                      struct fuse_file_info *info) {
  struct node *node = node_of(kernels, inode);
  const struct handle *handle = (const struct handle *)info->fh;
  if (offset > 0 && handle->taken && (uint64_t)offset >= handle->size) {
    fuse_reply_buf(kernels, NULL, 0);
    return;
  }
  node->place->reads++;
  struct request request = {.kernels = kernels,
                            .call = READ_FILE,
                            .operation = READ,
                            .node = node,
                            .place = node->place,
                            .size = size,
                            .offset = offset,
                            .info = *info};
  take(&request);
}

static void take_readdir(fuse_req_t kernels, fuse_ino_t inode, size_t size, off_t offset,
                         struct fuse_file_info *info) {
  struct node *node = node_of(kernels, inode);
  const struct tree *tree = &simulator_of(kernels)->tree;
  if (offset > 0 && offset <= BEHIND_DOTS &&
      next_listed(tree, node, offset, current_time()) == NULL) {
    fuse_reply_buf(kernels, NULL, 0);
    return;
  }
  if (node->place != NULL) {
    node->place->reads++;
  }
  struct request request = {.kernels = kernels,
                            .call = READ_DIRECTORY,
                            .operation = LIST,
                            .node = node,
                            .place = node->place,
                            .size = size,
                            .offset = offset,
                            .info = *info};
  take(&request);
}

static void take_write(fuse_req_t kernels, fuse_ino_t inode, const char *bytes, size_t size,
                       off_t offset, struct fuse_file_info *info) {
  struct node *node = node_of(kernels, inode);
  count_write(node->place, bytes, size);
  struct request request = {.kernels = kernels,
                            .call = WRITE_FILE,
                            .operation = WRITE,
                            .node = node,
                            .place = node->place,
                            .bytes = bytes,
                            .length = size,
                            .offset = offset,
                            .info = *info};
  take(&request);
}

static void take_forget(fuse_req_t kernels, fuse_ino_t inode, uint64_t lookups) {
  if (inode != FUSE_ROOT_ID) {
    forget(node_of(kernels, inode), lookups);
  }
  fuse_reply_none(kernels);
}

static void take_forget_multi(fuse_req_t kernels, size_t count, struct fuse_forget_data *forgets) {
  for (size_t i = 0; i < count; i++) {
    if (forgets[i].ino != FUSE_ROOT_ID) {
      forget(node_of(kernels, forgets[i].ino), forgets[i].nlookup);
    }
  }
  fuse_reply_none(kernels);
}

/* Nobody but the kernel makes, renames or removes anything in there. */

static void take_create(fuse_req_t kernels, fuse_ino_t parent, const char *name, mode_t mode,
                        struct fuse_file_info *info) {
  (void)parent, (void)name, (void)mode, (void)info;
  fuse_reply_err(kernels, EACCES);
}

static void take_mknod(fuse_req_t kernels, fuse_ino_t parent, const char *name, mode_t mode,
                       dev_t device) {
  (void)parent, (void)name, (void)mode, (void)device;
  fuse_reply_err(kernels, EPERM);
}

static void take_mkdir(fuse_req_t kernels, fuse_ino_t parent, const char *name, mode_t mode) {
  (void)parent, (void)name, (void)mode;
  fuse_reply_err(kernels, EPERM);
}

static void take_removal(fuse_req_t kernels, fuse_ino_t parent, const char *name) {
  (void)parent, (void)name;
  fuse_reply_err(kernels, EPERM);
}

static void take_rename(fuse_req_t kernels, fuse_ino_t parent, const char *name,
                        fuse_ino_t new_parent, const char *new_name, unsigned flags) {
  (void)parent, (void)name, (void)new_parent, (void)new_name, (void)flags;
  fuse_reply_err(kernels, EPERM);
}

static void take_statfs(fuse_req_t request, fuse_ino_t number) {
  (void)number;
  const struct simulator *simulator = fuse_req_userdata(request);
  const struct space *space = &simulator->space;
  const struct statvfs answer = {
      .f_bsize = 1,
      .f_frsize = 1,
      .f_blocks = space->size,
      .f_bfree = space->free,
      .f_bavail = space->available,
      .f_files = space->files,
      .f_ffree = space->files_free,
      .f_namemax = 255,
  };
  fuse_reply_statfs(request, &answer);
}

const struct fuse_lowlevel_ops file_system = {
    .lookup = take_lookup,
    .forget = take_forget,
    .forget_multi = take_forget_multi,
    .getattr = take_getattr,
    .setattr = take_setattr,
    .open = take_open,
    .read = take_read,
    .write = take_write,
    .release = take_release,
    .opendir = take_opendir,
    .readdir = take_readdir,
    .releasedir = take_release,
    .create = take_create,
    .mknod = take_mknod,
    .mkdir = take_mkdir,
    .unlink = take_removal,
    .rmdir = take_removal,
    .rename = take_rename,
    .statfs = take_statfs,
};

uint64_t count_hanging(const struct simulator *simulator) {
  uint64_t count = 0;
  for (const struct waiting *waiting = simulator->waiting; waiting != NULL;
       waiting = waiting->next) {
    count += waiting->due == FOREVER;
  }
  return count;
}

typedef bool condition(const struct waiting *waiting, const void *detail);

/* Takes those of which a condition holds from the list, the latest first. */
static struct waiting *take_out(struct simulator *simulator, condition *holds,
                                const void *detail) {
  struct waiting *taken = NULL;
  for (struct waiting **link = &simulator->waiting; *link != NULL;) {
    struct waiting *waiting = *link;
    if (holds(waiting, detail)) {
      *link = waiting->next;
      waiting->next = taken;
      taken = waiting;
    } else {
      link = &waiting->next;
    }
  }
  return taken;
}

/* Answers requests that have been taken out, with an error unless that is 0. */
static void answer_all(struct waiting *waiting, int error) {
  while (waiting != NULL) {
    struct waiting *next = waiting->next;
    struct request *request = &waiting->request;
    fuse_req_interrupt_func(request->kernels, NULL, NULL);
    request->woken = true;
    if (error != 0) {
      refuse(request, error);
    } else {
      answer(request);
    }
    release(request->node);
    free((char *)request->bytes);
    free(waiting);
    waiting = next;
  }
}

static bool is_at(const struct waiting *waiting, const void *place) {
  return place == NULL || waiting->request.place == place;
}

void wake_all(struct simulator *simulator, const struct place *place) {
  answer_all(take_out(simulator, is_at, place), 0);
}

static bool is_interrupted(const struct waiting *waiting, const void *detail) {
  (void)detail;
  return fuse_req_interrupted(waiting->request.kernels);
}

static bool is_due(const struct waiting *waiting, const void *now) {
  return waiting->due <= *(const uint64_t *)now;
}

void wake_due(struct simulator *simulator, uint64_t now) {
  if (simulator->interrupted) {
    simulator->interrupted = false;
    answer_all(take_out(simulator, is_interrupted, NULL), EINTR);
  }
  answer_all(take_out(simulator, is_due, &now), 0);
}

uint64_t next_due(const struct simulator *simulator) {
  uint64_t next = simulator->interrupted ? 0 : UINT64_MAX;
  for (const struct waiting *waiting = simulator->waiting; waiting != NULL;
       waiting = waiting->next) {
    next = waiting->due < next ? waiting->due : next;
  }
  return next;
}

void refuse_all(struct simulator *simulator) {
  answer_all(take_out(simulator, is_at, NULL), EIO);
}

void close_all(struct simulator *simulator) {
  while (simulator->handles != NULL) {
    close_handle(simulator, simulator->handles);
  }
}
