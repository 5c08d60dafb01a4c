package io.statsfs.trees;

import io.statsfs.Layout;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Declarations in the form in which they are shipped: all texts, each once, with the places where
 * they begin; then of each layout what is needed to find its tree; then of each all else, in the
 * order in which {@link LayoutReader} takes it; last all files, shapes, axes and what few stats
 * have, each once as well, and where each begins. A text or such a part is its number. Of a tree
 * that is not there nothing is made but its name and place, of a file that is not there its path,
 * of a stat that is found its name, by a table of hashes, and no text or part before it is needed.
 * Descriptions, which are most of the bytes, are apart, and read when one is asked for.
 *
 * <p>The form belongs to one build, whose {@link LayoutCompiler} writes it, and is read by the same
 * build alone. Reading is written for a JVM that has just started, where each class takes as long
 * as a hundred stats, and a lambda longer. So there are few classes, and none of them is used while
 * it is initialized, as each call would be looked up anew.
 */
final class CompiledLayouts implements IntFunction<FileDeclaration> {
  private static @Nullable List<Layout> shipped;

  private static final int BEGINS = 1 + 2 * Integer.BYTES;

  final byte[] bytes;

  /** The texts, and those of them that are made. */
  private final String texts;

  private final @Nullable String[] madeTexts;

  /** Where the layouts begin. */
  private final int index;

  /** Where the rest of the layouts begins. */
  private final int rest;

  private final int parts;

  /** The shapes and axes, of which each is made when it is first asked for. */
  private final @Nullable Object[] made;

  /** Null if they are those of the build. */
  private final byte @Nullable [] descriptionBytes;

  /** Another file, of nothing but texts. */
  private @Nullable CompiledLayouts descriptions;

  private CompiledLayouts(byte[] tables, byte @Nullable [] descriptions) {
    bytes = tables;
    descriptionBytes = descriptions;
    madeTexts = new String[integer(bytes, 1)];
    int from = BEGINS + (madeTexts.length + 1) * Integer.BYTES;
    int size = integer(bytes, 1 + Integer.BYTES);
    texts = new String(bytes, from, size, charset(bytes[0] != 0));
    int sizes = from + size;
    index = sizes + 3 * Integer.BYTES;
    rest = index + integer(bytes, sizes);
    parts = rest + integer(bytes, sizes + Integer.BYTES);
    made = new Object[integer(bytes, sizes + 2 * Integer.BYTES)];
  }

  /** Latin-1 is the fastest of all to read before anything is compiled. */
  static Charset charset(boolean isLatin) {
    return isLatin ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
  }

  static int integer(byte[] bytes, int at) {
    return bytes[at] << 24
        | (bytes[at + 1] & 0xff) << 16
        | (bytes[at + 2] & 0xff) << 8
        | bytes[at + 3] & 0xff;
  }

  static int number(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
  }

  /** Two threads may make one text twice. */
  String text(int number) {
    String text = madeTexts[number];
    if (text == null) {
      int at = BEGINS + number * Integer.BYTES;
      text = texts.substring(integer(bytes, at), integer(bytes, at + Integer.BYTES));
      madeTexts[number] = text;
    }
    return text;
  }

  /** Whether a text is that one, which is not made for that. */
  boolean isText(int number, String text) {
    String made = madeTexts[number];
    if (made != null) {
      return made.equals(text);
    }
    int at = BEGINS + number * Integer.BYTES;
    int begin = integer(bytes, at);
    return text.length() == integer(bytes, at + Integer.BYTES) - begin
        && texts.startsWith(text, begin);
  }

  /** The layouts that the build compiled; read when they are first asked for. */
  static synchronized List<Layout> shipped() {
    List<Layout> known = shipped;
    if (known == null) {
      known = new CompiledLayouts(load("layouts.bin"), null).layouts();
      shipped = known;
    }
    return known;
  }

  /** Those that were written just now. */
  static List<Layout> read(byte[] tables, byte[] descriptions) {
    return new CompiledLayouts(tables, descriptions).layouts();
  }

  private static byte[] load(String file) {
    try (InputStream in = CompiledLayouts.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("The jar of statsfs-trees is incomplete: no " + file);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("The jar of statsfs-trees is damaged", e);
    }
  }

  private List<Layout> layouts() {
    LayoutReader reader = new LayoutReader(this, index);
    int size = reader.number();
    List<Layout> layouts = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      layouts.add(reader.layout());
    }
    return List.copyOf(layouts);
  }

  /** What is left of a layout, from some place on. */
  LayoutReader rest(int from) {
    return new LayoutReader(this, rest + from);
  }

  /** A file, a shape, an axis or what few stats have. */
  LayoutReader part(int number) {
    int from = integer(bytes, parts + number * Integer.BYTES);
    return new LayoutReader(this, parts + from + 1);
  }

  /** All that is said of a file. */
  @Override
  public FileDeclaration apply(int number) {
    return part(number).file();
  }

  /** Two threads may make one shape twice. */
  Shape shape(int number) {
    Object shape = made[number];
    if (shape == null) {
      shape = part(number).shape();
      made[number] = shape;
    }
    return (Shape) shape;
  }

  /** The same. */
  Axis axis(int number) {
    Object axis = made[number];
    if (axis == null) {
      axis = part(number).axis();
      made[number] = axis;
    }
    return (Axis) axis;
  }

  synchronized String description(int number) {
    CompiledLayouts known = descriptions;
    if (known == null) {
      byte[] file = descriptionBytes == null ? load("descriptions.bin") : descriptionBytes;
      known = new CompiledLayouts(file, null);
      descriptions = known;
    }
    return known.text(number);
  }
}
