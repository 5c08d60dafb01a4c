package io.statsfs.spi;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a batch is to read of the files of one directory.
 *
 * @param identity the same object in each plan for one life of the directory; another one if it was
 *     replaced under its name. Compared by identity
 * @param root the root of the tree that the directory is in, or the directory of a root that is a
 *     file
 * @param directory the directory: the root, or a path that begins with it
 * @param links where below a root symbolic links may lead, relative to it; null if none is followed
 * @param keepOpen whether files may be kept open and read again at their beginning. True only on
 *     file systems that then answer with the present value, and with an error when the object is
 *     gone (sysfs, procfs, cgroup v2). Elsewhere each sample must open each file anew: on statsfs
 *     and debugfs a second read finds the end of the file and {@code pread} is refused, and on an
 *     ordinary file system a kept descriptor goes on answering for a file that was replaced
 * @param staleZeros whether a file that was opened before its directory went answers an empty
 *     aggregate and no error, as on statsfs: 0; for a minimum 2<sup>63</sup>-1 if it is signed,
 *     else 2<sup>64</sup>-1; for a maximum -2<sup>63</sup> if it is signed. Such a value then
 *     counts only if the directory is still there when it has been read
 * @param userMade whether entries of the file system are made by its users, so that a FIFO, a
 *     device or a symbolic link can take the place of a file or directory. What is there is then
 *     looked at before it is opened: opening a device may act, and opening a FIFO may hang
 * @param maxBytes how much to read of a file of several lines at most
 * @param files the files, at least one. Not copied, and must not change. The list may make each
 *     plan when it is asked for it, so that there is no object for each of many values; so readers
 *     keep what they need in a sample, and no plans
 */
public record DirectoryPlan(
    Object identity,
    Path root,
    Path directory,
    @Nullable Path links,
    boolean keepOpen,
    boolean staleZeros,
    boolean userMade,
    int maxBytes,
    List<FilePlan> files) {}
