package io.statsfs.reader.jni;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The functions of the C library; {@code batch.h} says what they do. */
final class Native {
  private Native() {}

  static native String version();

  static native void setDescriptorBudget(int files);

  /** Where the memory of a direct buffer is. */
  static native long address(ByteBuffer buffer);

  /** A batch, or a negative errno. The previous batch, or 0, is ended unless this fails. */
  static native long open(long plan, long bytes, long previous);

  /** -1 at the end, else a file some of whose values are to be finished. */
  static native int sample(long batch, boolean byNetlink, long values, long outcomes);

  /** The next file, from one on, that the last sample found to be outdated; -1 if there is none. */
  static native int nextOutdated(long batch, int from);

  /** The text of a value that is to be finished; null if there is no memory. */
  static native byte @Nullable [] text(long batch, int offset, int length);

  /**
   * The file that a sample is at, or -1 while it is at netlink; also while another thread is in
   * {@link #sample}.
   */
  static native int position(long batch);

  static native int kept(long batch);

  static native int notKept(long batch);

  static native void close(long batch);

  /**
   * The bytes of a listing, or a negative errno. The memory begins with the directory's path.
   *
   * @param its where what was listed goes, as {@link #look} has it
   */
  static native long list(long memory, long size, boolean withModes, long[] its);

  /**
   * The bytes of a file, or a negative errno. The memory begins with the file's path; with a size
   * of 0 the file is only opened.
   */
  static native long read(long memory, long size);

  /**
   * What {@code stat(2)} says of a path: 0, or a negative errno.
   *
   * @param result where mode, device, inode, links, seconds and nanoseconds of the modification,
   *     and size go
   */
  static native int look(byte[] path, boolean followsLink, long[] result);

  /**
   * What {@code stat(2)} says of files in a directory: 0, or a negative errno of that.
   *
   * @param memory the path of the directory and the names, each with a zero behind it
   * @param results as {@link #look} has them, one behind the other; with a negative errno in the
   *     place of the mode of what cannot be looked at
   */
  static native int lookAll(long memory, int names, long[] results);

  /** Asks mounted file systems; {@code mounts.h} says what the memory has. */
  static native void sampleMounts(long mounts, long values, long outcomes);

  static native void closeMounts(long mounts);

  /**
   * Finds the descriptors of virtual machines; {@code kvm.h} says what the memory has. The bytes of
   * all that there is, which may be more than the memory has room for, or a negative errno.
   */
  static native long findKvm(long memory, long size);

  /**
   * Reads the header, the descriptions and the id of statistics. How many bytes these are, which
   * may be more than the memory has room for, or a negative errno.
   */
  static native long describeKvm(
      int pid, long start, int descriptor, int what, int number, long memory, long size);

  /** Reads statistics of virtual machines. */
  static native void sampleKvm(long machines, long values, long outcomes);

  static native void closeKvm(long machines);
}
