package io.statsfs.trees;

import io.statsfs.Layout;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.spi.Shape;
import io.statsfs.spi.StatDeclarations;
import io.statsfs.spi.TableDeclaration;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Declarations in the form in which they are shipped: all texts, each once; then of each layout
 * what is needed to find its tree; then of each all else, in the order in which it is read here;
 * last all files, shapes, axes and what stats have in common, each once as well, and where each
 * begins. A text is given by its place, where it begins and how long it is; such a part by its
 * number. Of a tree that is not there nothing is made but its name and place, of a file that is not
 * there its path, of a stat that is found its name, by a table of hashes, and no text or part
 * before it is needed. Descriptions, which are most of the bytes, are apart, and read when one is
 * asked for. Nothing is checked, as the build has done that.
 *
 * <p>An object reads from some place on. Where that is the rest of a layout, it is that rest, until
 * it is asked for, and then its metrics.
 *
 * <p>The form belongs to one build, whose {@link LayoutCompiler} writes it, and is read by the same
 * build alone. Reading is written for a JVM that has just started, where each class takes as long
 * as a hundred stats, and a lambda longer. So all that opening trees needs is in this class and
 * {@link CompiledStats}, and none of them is used while it is initialized, as each call would be
 * looked up anew.
 */
final class CompiledLayouts
    implements IntFunction<FileDeclaration>,
        Consumer<Layout.Builder>,
        Supplier<List<MetricDeclaration>> {
  private static @Nullable List<Layout> shipped;

  /** How many bits of the place of a text are its length; above them is where it begins. */
  static final int LENGTH = 12;

  private static final int LENGTHS = (1 << LENGTH) - 1;

  private static final Shape.Heading[] HEADINGS = Shape.Heading.values();
  private static final Shape.Header[] HEADERS = Shape.Header.values();
  private static final Shape.ColumnKey[] COLUMN_KEYS = Shape.ColumnKey.values();
  private static final Shape.RowKey[] ROW_KEYS = Shape.RowKey.values();
  private static final Axis.Meaning[] MEANINGS = Axis.Meaning.values();

  final byte[] bytes;

  private final String texts;

  /** Where the rest of the layouts begins. */
  private final int rest;

  private final int parts;

  /** The shapes, axes and what stats have in common, each made when it is first asked for. */
  final @Nullable Object[] made;

  /** Where reading begins. */
  private final int begin;

  /** Where is read next. */
  private int at;

  /** This, or the one that was there first, which has what follows. */
  private final CompiledLayouts whole;

  /** Null if they are those of the build. */
  private final byte @Nullable [] descriptionBytes;

  /** Another file, of nothing but texts. */
  private @Nullable CompiledLayouts descriptions;

  private CompiledLayouts(byte[] tables, byte @Nullable [] descriptions) {
    whole = this;
    bytes = tables;
    descriptionBytes = descriptions;
    int size = integer(bytes, 1);
    int sizes = 1 + Integer.BYTES + size;
    texts = new String(bytes, 1 + Integer.BYTES, size, charset(bytes[0] != 0));
    begin = sizes + 3 * Integer.BYTES;
    at = begin;
    rest = at + integer(bytes, sizes);
    parts = rest + integer(bytes, sizes + Integer.BYTES);
    made = new Object[integer(bytes, sizes + 2 * Integer.BYTES)];
  }

  /** The same tables, from another place on. */
  private CompiledLayouts(CompiledLayouts same, int at) {
    whole = same.whole;
    descriptionBytes = null;
    bytes = same.bytes;
    texts = same.texts;
    rest = same.rest;
    parts = same.parts;
    made = same.made;
    begin = at;
    this.at = at;
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

  /**
   * A module does not ask all modules of the JDK first, as a class does. But of a class loader that
   * is not the JDK's own it leaves the jar open for ever, and another jar that takes its place
   * would not be read.
   */
  private static @Nullable InputStream open(String file) throws IOException {
    Class<?> its = CompiledLayouts.class;
    return its.getClassLoader() == ClassLoader.getSystemClassLoader()
        ? its.getModule().getResourceAsStream("io/statsfs/trees/" + file)
        : its.getResourceAsStream(file);
  }

  /** A file of a jar, or of a directory, says its size, and is read at once. */
  static byte[] all(InputStream in) throws IOException {
    byte[] bytes = new byte[in.available()];
    int size = in.readNBytes(bytes, 0, bytes.length);
    byte[] rest = in.readAllBytes();
    if (size == bytes.length && rest.length == 0) {
      return bytes;
    }
    byte[] all = Arrays.copyOf(bytes, size + rest.length);
    System.arraycopy(rest, 0, all, size, rest.length);
    return all;
  }

  private static byte[] load(String file) {
    try (InputStream in = open(file)) {
      if (in == null) {
        throw new IllegalStateException("The jar of statsfs-trees is incomplete: no " + file);
      }
      return all(in);
    } catch (IOException e) {
      throw new IllegalStateException("The jar of statsfs-trees is damaged", e);
    }
  }

  String text(int place) {
    int begin = place >>> LENGTH;
    return texts.substring(begin, begin + (place & LENGTHS));
  }

  /** Whether a text is the one of a place, which is not made for that. */
  boolean isText(int place, String text) {
    return text.length() == (place & LENGTHS) && texts.startsWith(text, place >>> LENGTH);
  }

  String description(int place) {
    return whole.descriptions().text(place);
  }

  private synchronized CompiledLayouts descriptions() {
    CompiledLayouts known = descriptions;
    if (known == null) {
      byte[] file = descriptionBytes == null ? load("descriptions.bin") : descriptionBytes;
      known = new CompiledLayouts(file, null);
      descriptions = known;
    }
    return known;
  }

  /** A file, a shape, an axis or what stats have in common. */
  CompiledLayouts part(int number) {
    int from = integer(bytes, parts + number * Integer.BYTES);
    return new CompiledLayouts(this, parts + from + 1);
  }

  /** All that is said of a file. */
  @Override
  public FileDeclaration apply(int number) {
    return part(number).file();
  }

  /** Two threads may make one shape twice. */
  private Shape sharedShape(int number) {
    Object shape = made[number];
    if (shape == null) {
      shape = part(number).shape();
      made[number] = shape;
    }
    return (Shape) shape;
  }

  /** The same. */
  private Axis sharedAxis(int number) {
    Object axis = made[number];
    if (axis == null) {
      axis = part(number).axis();
      made[number] = axis;
    }
    return (Axis) axis;
  }

  int integer() {
    at += Integer.BYTES;
    return integer(bytes, at - Integer.BYTES);
  }

  int signed() {
    at += Short.BYTES;
    return bytes[at - 2] << 8 | bytes[at - 1] & 0xff;
  }

  int number() {
    at += Short.BYTES;
    return (bytes[at - 2] & 0xff) << 8 | bytes[at - 1] & 0xff;
  }

  int small() {
    return bytes[at++];
  }

  boolean flag() {
    return bytes[at++] != 0;
  }

  String text() {
    return text(integer());
  }

  String[] array() {
    String[] array = new String[small() & 0xff];
    for (int i = 0; i < array.length; i++) {
      array[i] = text();
    }
    return array;
  }

  /** A text that may be there. */
  private @Nullable String optional() {
    return flag() ? text() : null;
  }

  private List<Layout> layouts() {
    Layout[] layouts = new Layout[number()];
    for (int i = 0; i < layouts.length; i++) {
      layouts[i] = layout();
    }
    return List.of(layouts);
  }

  /** All that is needed to find a tree. */
  private Layout layout() {
    Layout.Builder layout = Layout.builder(text()).byDefault(flag());
    String backend = optional();
    if (backend != null) {
      layout.backend(backend);
    }
    layout.home(text(), array());
    String controller = optional();
    if (controller != null) {
      layout.controller(controller);
    }
    if (flag()) {
      layout.ownCgroup();
    }
    return layout.later(new CompiledLayouts(this, rest + integer())).build();
  }

  /** The rest of a layout, but for its metrics. */
  @Override
  public void accept(Layout.Builder layout) {
    // Also if it failed half-way before, for lack of memory.
    at = begin;
    layout.unchecked();
    String subsystem = optional();
    if (subsystem != null) {
      layout.subsystem(subsystem);
    }
    String sources = optional();
    if (sources != null) {
      layout.sources(sources);
    }
    String[] labelsOfPath = array();
    if (labelsOfPath.length > 0) {
      layout.labelsOfPath(labelsOfPath);
    }
    String links = optional();
    if (links != null) {
      layout.links(links);
    }
    layout.exclude(array());
    for (int i = number(); i > 0; i--) {
      layout.excludeLabel(text(), array());
    }
    if (flag()) {
      layout.kindsByMode();
    }
    String schemaFile = optional();
    if (schemaFile != null) {
      layout.schemaFile(schemaFile);
    }
    for (int i = number(); i > 0; i--) {
      layout.label(text(), array());
    }
    FileDeclaration[] files = new FileDeclaration[number()];
    for (int i = 0; i < files.length; i++) {
      files[i] = FileDeclaration.later(text(), this, number());
    }
    layout.files(files);
    if (flag()) {
      layout.declaredFilesOnly();
    }
    if (flag()) {
      layout.describedStatsOnly();
    }
    layout.stats(stats());
    // Last, so that nothing is behind them.
    layout.metrics(this);
  }

  private FileDeclaration file() {
    String path = text();
    int forms = number();
    FileDeclaration file = form(path);
    for (int i = 1; i < forms; i++) {
      file = file.or(form(path));
    }
    return file;
  }

  private FileDeclaration form(String path) {
    Shape shape = sharedShape(number());
    TableDeclaration[] tables = new TableDeclaration[number()];
    for (int i = 0; i < tables.length; i++) {
      tables[i] = table();
    }
    return FileDeclaration.unchecked(path, shape, List.of(tables));
  }

  private Shape shape() {
    if (flag()) {
      return Shape.ENTRIES;
    }
    Shape.Builder shape = Shape.builder().skipLines(number()).heading(HEADINGS[small()]);
    shape.header(HEADERS[small()]).headerWords(number());
    Shape.RowKey rowKey = ROW_KEYS[small()];
    int first = signed();
    int second = signed();
    if (rowKey == Shape.RowKey.WORD && second < 0) {
      shape.rowKeyWord(first);
    } else if (rowKey == Shape.RowKey.WORD) {
      shape.rowKeyWords(first, second);
    } else if (rowKey == Shape.RowKey.BEFORE_COLON) {
      shape.rowKeyBeforeColon();
    } else if (rowKey == Shape.RowKey.LINE_NUMBER) {
      shape.rowKeyLineNumber();
    }
    shape
        .prefixWords(number())
        .columnKey(COLUMN_KEYS[small()])
        .separators(text())
        .radix(small())
        .leastColumns(number())
        .trailingWords(small());
    int through = small();
    if (through != 0) {
      shape.skipThrough((char) through);
    }
    if (flag()) {
      shape.uniform();
    }
    if (flag()) {
      shape.perCpu();
    }
    return shape.build();
  }

  private TableDeclaration table() {
    String subsystem = optional();
    Axis sections = flag() ? sharedAxis(number()) : Axis.single();
    Axis rows = sharedAxis(number());
    Axis columns = sharedAxis(number());
    return TableDeclaration.unchecked(subsystem, sections, rows, columns, stats(), flag());
  }

  private Axis axis() {
    Axis.Meaning meaning = MEANINGS[small()];
    String[] names = array();
    String[] patterns = array();
    String[] excluded = array();
    int radix = small();
    if (meaning == Axis.Meaning.SINGLE) {
      return patterns.length == 1
          ? Axis.key(patterns[0])
          : names.length == 0 ? Axis.single() : Axis.position(names.length - 1);
    }
    Axis axis = meaning == Axis.Meaning.LABELS ? Axis.labels(patterns) : Axis.stats(patterns);
    if (names.length > 0) {
      axis = axis.named(names);
    }
    if (excluded.length > 0) {
      axis = axis.excluding(excluded);
    }
    return radix == 10 ? axis : axis.inRadix(radix);
  }

  private StatDeclarations stats() {
    int size = number();
    if (size == 0) {
      return StatDeclarations.of(List.of());
    }
    int[] patterns = new int[number()];
    for (int i = 0; i < patterns.length; i++) {
      patterns[i] = number();
    }
    CompiledStats stats = new CompiledStats(this, size, patterns, List.of(array()), at);
    at = stats.end();
    return stats;
  }

  /** The metrics, read by another object, as several threads may ask for them. */
  @Override
  public List<MetricDeclaration> get() {
    return CompiledDetails.metrics(new CompiledLayouts(this, at));
  }
}
