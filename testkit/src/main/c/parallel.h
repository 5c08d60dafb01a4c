/*
 * Has the kernel send look-ups and listings of one directory at the same time, so that one that hangs
 * does not keep others waiting, who could not even be killed.
 */
#ifndef STATSFS_PARALLEL_H
#define STATSFS_PARALLEL_H

#include <stdbool.h>

struct fuse_session;

/*
 * Answers the first request after mounting, in which kernel and file system agree on what they can
 * do. libfuse does not pass this ability on before 3.17, so it is written into its reply.
 */
bool agree_on_parallel_directories(struct fuse_session *session);

#endif
