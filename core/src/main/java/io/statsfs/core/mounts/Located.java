package io.statsfs.core.mounts;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a path led to.
 *
 * @param real the path without symbolic links; null if that does not lead to the same
 * @param mayBeLink whether the path may be a symbolic link itself
 * @param inode of what is there
 * @param mounts by which that was found; null if they are not known
 * @param realPaths of what was looked at with it
 */
public record Located(
    FileSystemPath at,
    @Nullable Path real,
    boolean mayBeLink,
    Inode inode,
    @Nullable Mounts mounts,
    RealPaths realPaths) {}
