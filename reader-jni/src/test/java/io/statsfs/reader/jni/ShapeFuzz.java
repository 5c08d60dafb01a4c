package io.statsfs.reader.jni;

import io.statsfs.reader.nio.NioReaderProvider;
import io.statsfs.spi.DirectoryPlan;
import io.statsfs.spi.FilePlan;
import io.statsfs.spi.Keys;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.Shape;
import io.statsfs.spi.Shape.ColumnKey;
import io.statsfs.spi.Shape.Header;
import io.statsfs.spi.Shape.Heading;
import io.statsfs.spi.StatReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file of any shape, keys and texts, read by both readers, which must store the same bytes. All
 * is made from the input as {@code table_reference.h} does for the fuzzer of the C code, so that
 * they share their corpus. Run by Jazzer, which calls {@link #fuzzerTestOneInput}, and by {@link
 * ShapeFuzzTest}.
 */
public final class ShapeFuzz {
  private static final int MOST_KEYS = 8;
  private static final int MOST_TEXT = 1 << 14;
  private static final int TEXTS = 3;
  private static final int MANY_BYTES = 1 << 20;
  private static final int[] RADIXES = {10, 10, 16, 8};
  private static final String[] SEPARATORS = {"", "", "|", "/|"};
  private static final String[] ROW_KEYS = {
    "a", "b", "ab", "a:", "a b", "N0", "\u00ff", "Tcp", "a\nb", "", ":", "1", "\na", "b\na",
    "Tcp\na"
  };
  private static final String[] COLUMN_KEYS = {
    "x", "y", "xy", "a", "1", "b", "", "x=y", "\u00ff", "a b"
  };
  private static final String[] TOKENS = {
    "a", "b", "ab", "a:", ":", "Tcp:", "N0", "x", "y", "xy", "x=", "y=", "a=", "=", //
    "1", "2", "-3", "0", "17", "007", "0x1f", "1.5", "1e5", "kB", "|", "/", "ff", "deadbeef", //
    " ", " ", " ", " ", "\t", "  ", "\n", "\n", "\n", "\n", ": ", " 1", " 2\n", "\na ", //
    "\nb", "\na:", " x ", " y", " x=1", " 18446744073709551615", " 0.12345678901234567890123"
  };

  private static final StatReader NIO = new NioReaderProvider().open();
  private static final StatReader JNI = new JniReaderProvider().open();
  private static @Nullable Path directory;

  private final byte[] input;
  private int at;

  private ShapeFuzz(byte[] input) {
    this.input = input;
  }

  public static void fuzzerTestOneInput(byte[] input) {
    new ShapeFuzz(input).compare();
  }

  private int next() {
    return at < input.length ? input[at++] & 0xff : 0;
  }

  private void compare() {
    Shape shape = shape();
    Keys rows = keys(ROW_KEYS);
    Keys columns = keys(COLUMN_KEYS);
    if (shape.rowKey() == Shape.RowKey.NONE) {
      rows = Keys.ONE;
    } else if (shape.rowKey() == Shape.RowKey.LINE_NUMBER) {
      rows = Keys.numbers(rows.size());
    }
    if (shape.columnKey() == ColumnKey.POSITION) {
      columns = Keys.numbers(columns.size());
    }
    int[] slots = new int[rows.size() * columns.size()];
    boolean[] floats = new boolean[slots.length];
    boolean[] noValues = new boolean[slots.length];
    int results = 0;
    for (int i = 0; i < slots.length; i++) {
      int slot = next();
      slots[i] = slot % 4 == 3 ? FilePlan.NOT_WANTED : results++;
      floats[i] = slots[i] >= 0 && slot / 4 % 2 == 1;
      noValues[i] = slots[i] >= 0 && slot / 8 % 4 == 3;
    }
    FilePlan file = new FilePlan("file", shape, rows, columns, slots, floats, noValues);
    StatReader.Batch nio = null;
    StatReader.Batch jni = null;
    SampleMemory ofNio = new SampleMemory(results);
    SampleMemory ofJni = new SampleMemory(results);
    int lastMaxBytes = -1;
    for (int t = 0; t < TEXTS; t++) {
      boolean isCut = next() % 8 == 7;
      byte[] text = text();
      write(text);
      int maxBytes = isCut ? text.length : MANY_BYTES;
      if (nio == null || maxBytes != lastMaxBytes) {
        lastMaxBytes = maxBytes;
        nio = NIO.prepare(List.of(plan(file, maxBytes)), ofNio, nio);
        jni = JNI.prepare(List.of(plan(file, maxBytes)), ofJni, jni);
      }
      for (int again = 0; again < 2; again++) {
        nio.sample();
        jni.sample();
        requireSame(file, text, ofNio, nio, ofJni, jni);
      }
    }
    nio.close();
    jni.close();
  }

  private static void requireSame(
      FilePlan file,
      byte[] text,
      SampleMemory ofNio,
      StatReader.Batch nio,
      SampleMemory ofJni,
      StatReader.Batch jni) {
    String what = null;
    if (nio.nextOutdated(0) != jni.nextOutdated(0)) {
      what = "outdated: nio " + nio.nextOutdated(0) + ", jni " + jni.nextOutdated(0);
    }
    for (int i = 0; i < ofNio.size() && what == null; i++) {
      if (!outcome(ofNio, i).equals(outcome(ofJni, i))) {
        what = "result " + i + ": nio " + outcome(ofNio, i) + ", jni " + outcome(ofJni, i);
      }
    }
    if (what != null) {
      throw new AssertionError(
          what
              + ", "
              + file
              + ", rows "
              + names(file.rows())
              + ", columns "
              + names(file.columns())
              + ", slots "
              + Arrays.toString(file.slots())
              + ", text '"
              + new String(text, StandardCharsets.ISO_8859_1)
              + "'");
    }
  }

  private static String outcome(SampleMemory memory, int i) {
    ByteBuffer buffer = memory.buffer();
    return memory.status(i)
        + " "
        + Integer.toHexString(buffer.getInt(8 * memory.size() + 4 * i))
        + " "
        + Long.toHexString(buffer.getLong(8 * i));
  }

  private static List<String> names(Keys keys) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      names.add(keys.isNumbered() ? "" + i : new String(keys.key(i), StandardCharsets.ISO_8859_1));
    }
    return names;
  }

  private static DirectoryPlan plan(FilePlan file, int maxBytes) {
    return DirectoryPlan.builder(file, directory(), List.of(file)).maxBytes(maxBytes).build();
  }

  private static Path directory() {
    if (directory == null) {
      try {
        Path memory = Path.of("/dev/shm");
        directory =
            Files.isDirectory(memory)
                ? Files.createTempDirectory(memory, "statsfs-")
                : Files.createTempDirectory("statsfs-");
        directory.toFile().deleteOnExit();
        directory.resolve("file").toFile().deleteOnExit();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return directory;
  }

  private static void write(byte[] text) {
    try {
      Files.write(directory().resolve("file"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Shape shape() {
    int rowKey = next() % 4;
    ColumnKey columnKey = ColumnKey.values()[next() % 4];
    int form = next();
    Shape.Builder shape = Shape.builder();
    boolean isPerPair =
        columnKey == ColumnKey.HEADER && (rowKey == 1 || rowKey == 2) && form % 2 == 0;
    if (columnKey == ColumnKey.HEADER) {
      shape.header(isPerPair ? Header.PER_PAIR : Header.ONCE);
      shape.headerWords(isPerPair ? 0 : form / 2 % 3);
    }
    shape.columnKey(columnKey);
    int skips = next();
    shape.skipLines(skips % 4 == 3 ? skips / 4 % 3 : 0);
    shape.prefixWords(skips % 8 == 5 ? skips / 8 % 3 : 0);
    int words = next();
    int word = words % 2 == 1 ? words / 2 % 3 : 0;
    switch (rowKey) {
      case 1 -> {
        if (words % 8 > 4) {
          shape.rowKeyWords(word, word + 1 + words / 8 % 3);
        } else {
          shape.rowKeyWord(word);
        }
      }
      case 2 -> shape.rowKeyBeforeColon();
      case 3 -> shape.rowKeyLineNumber();
      default -> {
        // The file is one row.
      }
    }
    if (words >= 192
        && !isPerPair
        && (columnKey == ColumnKey.POSITION || columnKey == ColumnKey.HEADER)) {
      shape.uniform();
    }
    boolean hasOneKey = rowKey == 1 && words % 8 <= 4 || rowKey == 2;
    if (hasOneKey && columnKey != ColumnKey.HEADER) {
      shape.heading(Heading.values()[form % 3]);
    }
    int limits = next();
    if (skips % 8 == 1 && limits / 64 < 3) {
      shape.skipThrough(skips % 16 == 9 ? '/' : ':');
    }
    return shape
        .radix(RADIXES[limits % 4])
        .leastColumns(limits / 4 % 4)
        .trailingWords(limits / 16 % 3 - 1)
        .separators(SEPARATORS[limits / 64])
        .build()
        .withNoValue(List.of("17", "x"));
  }

  private Keys keys(String[] pool) {
    int count = next() % (MOST_KEYS + 1);
    int step = 1 + 2 * (next() % 3);
    while (pool.length % step == 0 && step > 1) {
      step += 2;
    }
    int at = next() % pool.length;
    List<byte[]> keys = new ArrayList<>();
    for (int i = 0; i < count; i++, at = (at + step) % pool.length) {
      keys.add(pool[at].getBytes(StandardCharsets.ISO_8859_1));
    }
    return Keys.of(keys);
  }

  private byte[] text() {
    StringBuilder text = new StringBuilder();
    while (at < input.length) {
      int next = next();
      if (next == 255) {
        break;
      }
      String token = next < 0xc0 ? TOKENS[next % TOKENS.length] : Character.toString(next);
      if (text.length() + token.length() > MOST_TEXT) {
        break;
      }
      text.append(token);
    }
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
