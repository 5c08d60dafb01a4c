/* Opening directories below a root without being led away from it. */
#ifndef STATSFS_BENEATH_H
#define STATSFS_BENEATH_H

/*
 * Opens a directory below another one, as O_PATH. No symbolic link is followed, in any part of the
 * path: -ENOTDIR where there is one, as for a file.
 */
int sfs_open_beneath(int root, const char *path);

/*
 * The same, but follows symbolic links if what they lead to is `place`, a path relative to the root,
 * or beneath it; else -ENOTDIR. A place within the root is not itself reached by links.
 */
int sfs_open_linked(int root, const char *path, const char *place);

#endif
