package io.statsfs.reader.jni;

import io.statsfs.spi.PathText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Through the C library, {@code kvm.h}. For one thread at a time. */
final class NativeKvm implements KvmCalls {
  static final int KVM_FOUND_PID = 0;
  static final int KVM_FOUND_DESCRIPTOR = 1;
  static final int KVM_FOUND_WHAT = 2;
  static final int KVM_FOUND_NUMBER = 3;
  static final int KVM_FOUND_START = 4;
  static final int KVM_FOUND_SIZE = 6;

  private static final int INITIAL_BYTES = 16 << 10;

  private ByteBuffer memory = allocate(0);

  private static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  private interface Call {
    long into(long address, long size);
  }

  /** How many bytes the call has written. */
  private int call(Path proc, Call call) throws Failure {
    byte[] path = PathText.encode(proc);
    while (true) {
      if (path.length < memory.capacity()) {
        memory.put(0, path).put(path.length, (byte) 0);
        long bytes = call.into(Native.address(memory), memory.capacity());
        if (bytes < 0) {
          throw new Failure((int) -bytes);
        } else if (bytes <= memory.capacity()) {
          return (int) bytes;
        }
        // With room for what comes meanwhile.
        memory = allocate(Math.toIntExact(bytes + bytes / 4));
      } else {
        memory = allocate(Math.max(INITIAL_BYTES, 2 * path.length));
      }
    }
  }

  @Override
  public List<KvmFound> find(Path proc) throws Failure {
    int size = KVM_FOUND_SIZE * Integer.BYTES;
    int bytes = call(proc, Native::findKvm);
    List<KvmFound> found = new ArrayList<>();
    for (int at = 0; at + size <= bytes; at += size) {
      found.add(
          new KvmFound(
              integer(at, KVM_FOUND_PID),
              memory.getLong(at + KVM_FOUND_START * Integer.BYTES),
              integer(at, KVM_FOUND_DESCRIPTOR),
              integer(at, KVM_FOUND_WHAT),
              integer(at, KVM_FOUND_NUMBER)));
    }
    return found;
  }

  private int integer(int at, int index) {
    return memory.getInt(at + index * Integer.BYTES);
  }

  @Override
  public ByteBuffer describe(Path proc, KvmFound found) throws Failure {
    int bytes =
        call(
            proc,
            (address, size) ->
                Native.describeKvm(
                    found.pid(),
                    found.startTime(),
                    found.fd(),
                    found.what(),
                    found.number(),
                    address,
                    size));
    ByteBuffer copy = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    return copy.put(0, memory, 0, bytes);
  }
}
