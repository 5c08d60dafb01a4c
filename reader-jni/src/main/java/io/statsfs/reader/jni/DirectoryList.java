package io.statsfs.reader.jni;

import io.statsfs.spi.PathText;
import io.statsfs.spi.StatReader.Entry;
import io.statsfs.spi.StatReader.EntryType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Lists directories into memory that it keeps; {@code directory.h} says how it is laid out. */
final class DirectoryList {
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
  private static final int E2BIG = 7;

  /** What is not in use; no lock is held over a call that may hang. */
  private final AtomicReference<@Nullable ByteBuffer> spare = new AtomicReference<>();

  private static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  /** The entries; null if this cannot be done here. */
  @Nullable List<Entry> list(Path directory, boolean withModes) {
    ByteBuffer memory = spare.getAndSet(null);
    if (memory == null) {
      memory = allocate(INITIAL_BYTES);
    }
    byte[] path = PathText.encode(directory);
    List<Entry> entries = null;
    while (path.length < memory.capacity()) {
      memory.put(0, path).put(path.length, (byte) 0);
      long bytes = Native.list(Native.address(memory), memory.capacity(), withModes);
      if (bytes >= 0) {
        entries = entries(memory, (int) bytes);
        break;
      } else if (bytes != -E2BIG || memory.capacity() >= MAX_BYTES) {
        break;
      }
      memory = allocate(memory.capacity() * 4);
    }
    spare.set(memory);
    return entries;
  }

  private static @Nullable List<Entry> entries(ByteBuffer memory, int bytes) {
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
        entries.add(Entry.of(name, type(records[at + TYPE]), memory.getInt(at)));
      }
    }
    return entries;
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
