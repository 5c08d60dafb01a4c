package io.statsfs.reader.jni;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** How the descriptors of KVM are found and asked what they are. */
interface KvmCalls {

  /** That it cannot be done. */
  final class Failure extends Exception {
    private static final long serialVersionUID = 1L;

    static final int EPERM = 1;
    static final int ESRCH = 3;
    static final int EBADF = 9;
    static final int EXDEV = 18;

    private final int errno;

    Failure(int errno) {
      super("errno " + errno, null, false, false);
      this.errno = errno;
    }

    int errno() {
      return errno;
    }
  }

  /**
   * All that processes have open.
   *
   * @param proc where the procfs is mounted
   * @throws Failure with {@code EXDEV} if that is the procfs of another pid namespace
   */
  List<KvmFound> find(Path proc) throws Failure;

  /**
   * What the kernel says of the statistics behind a descriptor.
   *
   * @return in native order header and descriptions, and behind these the id
   * @throws Failure with {@code ESRCH} or {@code EBADF} if it is gone, {@code EPERM} if this
   *     process may not look
   */
  ByteBuffer describe(Path proc, KvmFound found) throws Failure;
}
