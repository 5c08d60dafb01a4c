package io.statsfs.reader.jni;

import io.statsfs.spi.FileStatus;
import io.statsfs.spi.PathText;
import io.statsfs.spi.StatReader.Entry;
import io.statsfs.spi.StatReader.EntryType;
import io.statsfs.spi.StatReader.Listing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Looks at files, reads them and lists directories, the latter two into memory that it keeps;
 * {@code directory.h} and {@code look.h} say how that is laid out.
 */
final class FileLooks {
  private static final int INITIAL_BYTES = 32 << 10;

  /** A directory of more is left to those who list entry by entry. */
  private static final int MAX_BYTES = 32 << 20;

  private static final int LENGTH = 16;
  private static final int TYPE = 18;
  private static final int NAME = 19;
  private static final int DT_UNKNOWN = 0;
  private static final int DT_DIR = 4;
  private static final int DT_REG = 8;
  private static final int DT_LNK = 10;
  private static final int ENOENT = 2;
  private static final int E2BIG = 7;
  private static final int STATUS_VALUES = 7;

  /** What the last reader that was closed has left to the next one. */
  private static final AtomicReference<@Nullable ByteBuffer> LEFT = new AtomicReference<>();

  /** What is not in use; no lock is held over a call that may hang. */
  private final AtomicReference<@Nullable ByteBuffer> spare = new AtomicReference<>();

  private static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  /** Memory with a path in it; null if that is too long. */
  private @Nullable ByteBuffer take(Path path) {
    ByteBuffer memory = spare.getAndSet(null);
    memory = memory == null ? LEFT.getAndSet(null) : memory;
    return put(path, memory == null ? allocate(INITIAL_BYTES) : memory);
  }

  private static @Nullable ByteBuffer put(Path path, ByteBuffer memory) {
    byte[] bytes = PathText.encode(path);
    if (bytes.length >= memory.capacity()) {
      return null;
    }
    memory.put(0, bytes).put(bytes.length, (byte) 0);
    return memory;
  }

  /** Larger memory, for the same. */
  private static @Nullable ByteBuffer grow(ByteBuffer memory, Path path) {
    if (memory.capacity() >= MAX_BYTES) {
      return null;
    }
    return put(path, allocate(memory.capacity() * 4));
  }

  /** The entries; null if this cannot be done here. */
  @Nullable Listing list(Path directory, boolean withModes) {
    long[] its = new long[STATUS_VALUES];
    ByteBuffer memory = take(directory);
    while (memory != null) {
      long bytes = Native.list(Native.address(memory), memory.capacity(), withModes, its);
      if (bytes != -E2BIG) {
        List<Entry> entries = bytes < 0 ? null : entries(memory, (int) bytes, withModes);
        spare.set(memory);
        return entries == null ? null : Listing.of(entries, status(its, 0));
      }
      memory = grow(memory, directory);
    }
    return null;
  }

  /** What a file holds, or its beginning; null if this cannot be done here. */
  @Nullable ByteBuffer read(Path file, int maxBytes) {
    ByteBuffer memory = take(file);
    while (memory != null) {
      int size = Math.min(maxBytes, memory.capacity());
      int bytes = (int) Native.read(Native.address(memory), size);
      if (bytes < memory.capacity() || bytes == maxBytes) {
        byte[] text = null;
        if (bytes >= 0) {
          text = new byte[bytes];
          memory.get(0, text);
        }
        spare.set(memory);
        return text == null ? null : ByteBuffer.wrap(text);
      }
      memory = grow(memory, file);
    }
    return null;
  }

  /** What is at a path; null if this cannot be done here. */
  static @Nullable FileStatus look(Path path, boolean followsLink) {
    long[] its = new long[STATUS_VALUES];
    int error = Native.look(PathText.encode(path), followsLink, its);
    if (error == -ENOENT) {
      return FileStatus.ABSENT;
    } else if (error < 0) {
      return null;
    }
    return status(its, 0);
  }

  /** What is in a directory; null if this cannot be done here. */
  @Nullable List<@Nullable FileStatus> look(Path directory, List<String> names) {
    ByteBuffer memory = take(directory);
    if (memory == null || !append(memory, PathText.encode(directory).length + 1, names)) {
      return null;
    }
    long[] its = new long[STATUS_VALUES * names.size()];
    int error = Native.lookAll(Native.address(memory), names.size(), its);
    spare.set(memory);
    if (error < 0) {
      return null;
    }
    List<@Nullable FileStatus> all = new ArrayList<>(names.size());
    for (int at = 0; at < its.length; at += STATUS_VALUES) {
      all.add(its[at] == -ENOENT ? FileStatus.ABSENT : its[at] < 0 ? null : status(its, at));
    }
    return all;
  }

  /** False if there is no room, or if a name is not of plain ASCII. */
  private static boolean append(ByteBuffer memory, int from, List<String> names) {
    int at = from;
    for (String name : names) {
      if (at + name.length() >= memory.capacity()) {
        return false;
      }
      for (int i = 0; i < name.length(); i++) {
        char c = name.charAt(i);
        if (c >= 0x80 || c == '\\' || c == 0) {
          return false;
        }
        memory.put(at++, (byte) c);
      }
      memory.put(at++, (byte) 0);
    }
    return true;
  }

  private static FileStatus status(long[] its, int at) {
    long seconds = TimeUnit.SECONDS.toNanos(its[at + 4]);
    boolean isBeyond = seconds == Long.MAX_VALUE || seconds == Long.MIN_VALUE;
    long modified = isBeyond ? seconds : seconds + its[at + 5];
    return FileStatus.of(
        (int) its[at], its[at + 1], its[at + 2], (int) its[at + 3], modified, its[at + 6]);
  }

  private static @Nullable List<Entry> entries(ByteBuffer memory, int bytes, boolean withModes) {
    List<Entry> entries = new ArrayList<>();
    byte[] records = new byte[bytes];
    memory.get(0, records);
    for (int at = 0; at < bytes; at += memory.getShort(at + LENGTH)) {
      int start = at + NAME;
      int end = start;
      for (; records[end] != 0; end++) {
        if (records[end] < 0 || records[end] == '\\') {
          return null;
        }
      }
      String name = new String(records, start, end - start, StandardCharsets.ISO_8859_1);
      if (!name.equals(".") && !name.equals("..")) {
        int mode = withModes ? memory.getInt(at) : 0;
        entries.add(Entry.of(name, type(records[at + TYPE]), mode));
      }
    }
    return entries;
  }

  /** Nobody uses this any more. */
  void close() {
    ByteBuffer memory = spare.getAndSet(null);
    if (memory != null && memory.capacity() == INITIAL_BYTES) {
      LEFT.set(memory);
    }
  }

  private static EntryType type(int type) {
    return switch (type) {
      case DT_REG -> EntryType.FILE;
      case DT_DIR -> EntryType.DIRECTORY;
      case DT_LNK -> EntryType.LINK;
      case DT_UNKNOWN -> EntryType.UNKNOWN;
      default -> EntryType.OTHER;
    };
  }
}
