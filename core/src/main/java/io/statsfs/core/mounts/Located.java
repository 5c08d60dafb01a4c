package io.statsfs.core.mounts;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a path led to.
 *
 * @param real the path without symbolic links; null if that does not lead to the same
 * @param inode of what is there
 * @param mounts by which that was found; null if they are not known
 */
public record Located(
    FileSystemPath at, @Nullable Path real, Inode inode, @Nullable Mounts mounts) {}
