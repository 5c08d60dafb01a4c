package io.statsfs.reader.jni;

import io.statsfs.spi.DirectoryPlan;
import io.statsfs.spi.FilePlan;
import io.statsfs.spi.Keys;
import io.statsfs.spi.PathText;
import io.statsfs.spi.Shape;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes what a batch is to read in the way in which the library takes it: integers and text, as
 * {@code plan.h} says. The constants are those of {@code plan.h} and {@code table.h}; a test
 * compares all of them.
 */
final class NativePlan {
  static final int PLAN_SHAPES = 0;
  static final int PLAN_TABLES = 1;
  static final int PLAN_DIRECTORIES = 2;
  static final int PLAN_FILES = 3;
  static final int PLAN_KEYS = 4;
  static final int PLAN_SLOTS = 5;
  static final int PLAN_TEXT = 6;
  static final int PLAN_SIZE = 7;

  static final int SHAPE_SKIP_LINES = 0;
  static final int SHAPE_HEADER = 1;
  static final int SHAPE_HEADER_WORDS = 2;
  static final int SHAPE_PREFIX_WORDS = 3;
  static final int SHAPE_ROW_KEY = 4;
  static final int SHAPE_ROW_KEY_WORD = 5;
  static final int SHAPE_SECOND_ROW_KEY_WORD = 6;
  static final int SHAPE_COLUMN_KEY = 7;
  static final int SHAPE_SEPARATORS = 8;
  static final int SHAPE_RADIX = 9;
  static final int SHAPE_LEAST_COLUMNS = 10;
  static final int SHAPE_TRAILING_WORDS = 11;
  static final int SHAPE_SKIP_THROUGH = 12;
  static final int SHAPE_UNIFORM = 13;
  static final int SHAPE_NO_VALUE = 14;
  static final int SHAPE_HEADING = 15;
  static final int SHAPE_ENTRIES = 16;
  static final int SHAPE_SIZE = 17;

  static final int TABLE_SHAPE = 0;
  static final int TABLE_ROWS = 1;
  static final int TABLE_FIRST_ROW_KEY = 2;
  static final int TABLE_COLUMNS = 3;
  static final int TABLE_FIRST_COLUMN_KEY = 4;
  static final int TABLE_SIZE = 5;

  static final int DIRECTORY_ROOT = 0;
  static final int DIRECTORY_PATH = 1;
  static final int DIRECTORY_LINKS = 2;
  static final int DIRECTORY_FILES = 3;
  static final int DIRECTORY_FLAGS = 4;
  static final int DIRECTORY_MAX_BYTES = 5;
  static final int DIRECTORY_SIZE = 6;

  static final int FLAG_KEEP_OPEN = 1;
  static final int FLAG_STALE_ZEROS = 2;
  static final int FLAG_USER_MADE = 4;

  static final int FILE_NAME = 0;
  static final int FILE_TABLE = 1;
  static final int FILE_FIRST_SLOT = 2;
  static final int FILE_PREDECESSOR = 3;
  static final int FILE_SIZE = 4;

  static final int KEY_TEXT = 0;
  static final int KEY_LENGTH = 1;
  static final int KEY_SIZE = 2;

  static final int SLOT_FLOAT = 1;
  static final int SLOT_NO_VALUE = 2;
  static final int SLOT_SHIFT = 2;

  private static final int NONE = -1;

  private final Integers shapes = new Integers();
  private final Integers tables = new Integers();
  private final Integers directories = new Integers();
  private final Integers files = new Integers();
  private final Integers keys = new Integers();
  private final Integers slots = new Integers();
  private final ByteArrayOutputStream text = new ByteArrayOutputStream();

  private final Map<Shape, Integer> shapeNumbers = new HashMap<>();
  private final Map<Table, Integer> tableNumbers = new HashMap<>();
  private final Map<Keys, Integer> firstKeys = new HashMap<>();
  private final Map<String, Integer> nameOffsets = new HashMap<>();
  private final Map<Path, Integer> rootOffsets = new HashMap<>();

  /** What files can share; shapes are compared by value, keys by identity. */
  private record Table(Shape shape, Keys rows, Keys columns) {}

  /** A list of integers. */
  private static final class Integers {
    private int[] integers = new int[64];
    private int size;

    void add(int... more) {
      if (size + more.length > integers.length) {
        integers = Arrays.copyOf(integers, Math.max(integers.length * 2, size + more.length));
      }
      System.arraycopy(more, 0, integers, size, more.length);
      size += more.length;
    }
  }

  /**
   * Writes a plan.
   *
   * @param plans what to read
   * @param predecessors for each file, counted over all directories, the one of the previous batch
   *     whose descriptor it takes over, or -1
   * @return a direct buffer
   */
  static ByteBuffer write(List<DirectoryPlan> plans, int[] predecessors) {
    NativePlan plan = new NativePlan();
    int file = 0;
    for (DirectoryPlan directory : plans) {
      plan.add(directory);
      for (FilePlan each : directory.files()) {
        plan.add(each, predecessors[file++]);
      }
    }
    return plan.toBuffer();
  }

  private void add(DirectoryPlan plan) {
    Path links = plan.links();
    int[] directory = new int[DIRECTORY_SIZE];
    directory[DIRECTORY_ROOT] =
        rootOffsets.computeIfAbsent(plan.root(), root -> putText(PathText.encode(root)));
    directory[DIRECTORY_PATH] = putText(below(plan.root(), plan.directory()));
    directory[DIRECTORY_LINKS] =
        links == null ? NONE : putText(PathText.encode(links.normalize().toString()));
    directory[DIRECTORY_FILES] = plan.files().size();
    directory[DIRECTORY_FLAGS] =
        (plan.keepOpen() ? FLAG_KEEP_OPEN : 0)
            | (plan.staleZeros() ? FLAG_STALE_ZEROS : 0)
            | (plan.userMade() ? FLAG_USER_MADE : 0);
    directory[DIRECTORY_MAX_BYTES] = plan.maxBytes();
    directories.add(directory);
  }

  /** The path from one directory to another below it; empty if they are the same. */
  private static byte[] below(Path root, Path directory) {
    byte[] from = PathText.encode(root);
    byte[] to = PathText.encode(directory);
    int start = from[from.length - 1] == '/' ? from.length : from.length + 1;
    return Arrays.copyOfRange(to, Math.min(start, to.length), to.length);
  }

  private void add(FilePlan plan, int predecessor) {
    int[] file = new int[FILE_SIZE];
    file[FILE_NAME] =
        nameOffsets.computeIfAbsent(plan.name(), name -> putText(PathText.encode(name)));
    file[FILE_TABLE] = table(new Table(plan.shape(), plan.rows(), plan.columns()));
    file[FILE_FIRST_SLOT] = slots.size;
    file[FILE_PREDECESSOR] = predecessor;
    files.add(file);
    int[] indices = plan.slots();
    for (int cell = 0; cell < indices.length; cell++) {
      int index = indices[cell];
      int flags =
          (plan.isFloat(cell) ? SLOT_FLOAT : 0) | (plan.mayHaveNoValue(cell) ? SLOT_NO_VALUE : 0);
      slots.add(index < 0 ? NONE : index << SLOT_SHIFT | flags);
    }
  }

  private int table(Table of) {
    Integer known = tableNumbers.get(of);
    if (known != null) {
      return known;
    }
    int[] table = new int[TABLE_SIZE];
    table[TABLE_SHAPE] = shapeNumbers.computeIfAbsent(of.shape, this::putShape);
    table[TABLE_ROWS] = of.rows.size();
    table[TABLE_FIRST_ROW_KEY] = firstKey(of.rows);
    table[TABLE_COLUMNS] = of.columns.size();
    table[TABLE_FIRST_COLUMN_KEY] = firstKey(of.columns);
    tables.add(table);
    tableNumbers.put(of, tableNumbers.size());
    return tableNumbers.size() - 1;
  }

  private int putShape(Shape of) {
    int[] shape = new int[SHAPE_SIZE];
    shape[SHAPE_SKIP_LINES] = of.skipLines();
    shape[SHAPE_HEADING] = of.heading().ordinal();
    shape[SHAPE_HEADER] = of.header().ordinal();
    shape[SHAPE_HEADER_WORDS] = of.headerWords();
    shape[SHAPE_PREFIX_WORDS] = of.prefixWords();
    shape[SHAPE_ROW_KEY] = of.rowKey().ordinal();
    shape[SHAPE_ROW_KEY_WORD] = of.rowKeyWord();
    shape[SHAPE_SECOND_ROW_KEY_WORD] = of.secondRowKeyWord();
    shape[SHAPE_COLUMN_KEY] = of.columnKey().ordinal();
    shape[SHAPE_SEPARATORS] = putText(of.separators().getBytes(StandardCharsets.US_ASCII));
    shape[SHAPE_RADIX] = of.radix();
    shape[SHAPE_LEAST_COLUMNS] = of.leastColumns();
    shape[SHAPE_TRAILING_WORDS] = of.trailingWords();
    shape[SHAPE_SKIP_THROUGH] = of.skipThrough();
    shape[SHAPE_UNIFORM] = of.isUniform() ? 1 : 0;
    shape[SHAPE_ENTRIES] = of.isEntries() ? 1 : 0;
    shape[SHAPE_NO_VALUE] =
        of.noValue().isEmpty()
            ? NONE
            : putText((String.join("\0", of.noValue()) + "\0").getBytes(StandardCharsets.US_ASCII));
    shapes.add(shape);
    return shapeNumbers.size();
  }

  private int firstKey(Keys of) {
    return of.isNumbered() ? NONE : firstKeys.computeIfAbsent(of, this::putKeys);
  }

  private int putKeys(Keys of) {
    int first = keys.size / KEY_SIZE;
    for (int i = 0; i < of.size(); i++) {
      int[] key = new int[KEY_SIZE];
      key[KEY_TEXT] = putText(of.key(i));
      key[KEY_LENGTH] = of.key(i).length;
      keys.add(key);
    }
    return first;
  }

  private int putText(byte[] bytes) {
    int offset = text.size();
    text.writeBytes(bytes);
    text.write(0);
    return offset;
  }

  private ByteBuffer toBuffer() {
    int[] header = new int[PLAN_SIZE];
    header[PLAN_SHAPES] = shapes.size / SHAPE_SIZE;
    header[PLAN_TABLES] = tables.size / TABLE_SIZE;
    header[PLAN_DIRECTORIES] = directories.size / DIRECTORY_SIZE;
    header[PLAN_FILES] = files.size / FILE_SIZE;
    header[PLAN_KEYS] = keys.size / KEY_SIZE;
    header[PLAN_SLOTS] = slots.size;
    header[PLAN_TEXT] = text.size();
    List<Integers> parts = List.of(shapes, tables, directories, files, keys, slots);
    int integers = PLAN_SIZE + parts.stream().mapToInt(part -> part.size).sum();
    int bytes = Math.addExact(Math.multiplyExact(integers, Integer.BYTES), text.size());
    ByteBuffer plan = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    for (int each : header) {
      plan.putInt(each);
    }
    for (Integers part : parts) {
      for (int i = 0; i < part.size; i++) {
        plan.putInt(part.integers[i]);
      }
    }
    return plan.put(text.toByteArray());
  }
}
