package io.statsfs.trees;

import io.statsfs.Layout;
import io.statsfs.Stat;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.KeyPattern;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.spi.MetricDeclaration.Label;
import io.statsfs.spi.MetricDeclaration.Point;
import io.statsfs.spi.MetricDeclaration.Term;
import io.statsfs.spi.Shape;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.TableDeclaration;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The form in which declarations are shipped: all texts, each once, with the places where they end;
 * then of each layout what is needed to find its tree; then of each all else, in the order in which
 * the reader takes it; last all shapes and axes, each once as well, and where each begins. A text,
 * shape or axis is its number. Of a tree that is not there the reader makes nothing but its name
 * and place, and no text, shape or axis before it is needed.
 *
 * <p>The form belongs to one build and is read by the same build alone. Reading is written for a
 * JVM that has just started, where a lambda or a small call takes longer than what it does.
 */
final class CompiledLayouts {
  /** In the place of a flag. */
  private static final int UNSAID = 2;

  private CompiledLayouts() {}

  /**
   * Compiles the declarations of a directory; run by the build.
   *
   * @param arguments the directory, and the file to write
   */
  public static void main(String... arguments) throws IOException, DeclarationException {
    List<Layout> layouts = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        layouts.add(Layouts.parse(file.toString(), Files.readString(file)));
      }
    }
    Files.write(Path.of(arguments[1]), write(layouts));
  }

  static byte[] write(List<Layout> layouts) throws IOException {
    Map<String, Integer> texts = new LinkedHashMap<>();
    Map<ByteBuffer, Integer> parts = new LinkedHashMap<>();
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    ByteArrayOutputStream index = new ByteArrayOutputStream();
    Writer restWriter = new Writer(rest, texts, parts);
    Writer indexWriter = new Writer(index, texts, parts);
    indexWriter.out.writeShort(layouts.size());
    for (Layout layout : layouts) {
      indexWriter.home(layout);
      indexWriter.out.writeInt(rest.size());
      restWriter.rest(layout);
    }
    ByteArrayOutputStream ends = new ByteArrayOutputStream();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String text : texts.keySet()) {
      all.write(text.getBytes(StandardCharsets.UTF_8));
      new DataOutputStream(ends).writeInt(all.size());
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(texts.size());
    out.writeInt(all.size());
    out.writeInt(index.size());
    out.writeInt(rest.size());
    out.writeInt(parts.size());
    ends.writeTo(out);
    all.writeTo(out);
    index.writeTo(out);
    rest.writeTo(out);
    int begin = parts.size() * Integer.BYTES;
    for (ByteBuffer part : parts.keySet()) {
      out.writeInt(begin);
      begin += part.capacity();
    }
    for (ByteBuffer part : parts.keySet()) {
      out.write(part.array());
    }
    return bytes.toByteArray();
  }

  static List<Layout> read(byte[] bytes) {
    Texts texts = new Texts(bytes);
    Reader index = new Reader(texts, texts.end);
    int size = index.number();
    List<Layout> layouts = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      layouts.add(index.layout(texts.rest));
    }
    return layouts;
  }

  /** What a part is written by. */
  private interface Step<T> {
    void write(Writer writer, T part) throws IOException;
  }

  private static final class Writer {
    final DataOutputStream out;
    private final Map<String, Integer> texts;
    private final Map<ByteBuffer, Integer> parts;

    Writer(OutputStream out, Map<String, Integer> texts, Map<ByteBuffer, Integer> parts) {
      this.out = new DataOutputStream(out);
      this.texts = texts;
      this.parts = parts;
    }

    /** Writes the number of a part that is most often one of several that are equal. */
    private <T> void shared(char kind, T part, Step<T> step) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      // Else a shape could have the bytes of an axis.
      bytes.write(kind);
      step.write(new Writer(bytes, texts, parts), part);
      Integer known = parts.putIfAbsent(ByteBuffer.wrap(bytes.toByteArray()), parts.size());
      out.writeShort(known == null ? parts.size() - 1 : known);
    }

    <T> void list(Iterable<T> parts, Step<T> step) throws IOException {
      int size = 0;
      for (T ignored : parts) {
        size++;
      }
      out.writeShort(size);
      for (T part : parts) {
        step.write(this, part);
      }
    }

    void text(String text) throws IOException {
      Integer known = texts.putIfAbsent(text, texts.size());
      out.writeShort(known == null ? texts.size() - 1 : known);
      if (texts.size() > 0xffff || text.length() > 0xffff) {
        throw new IOException("There is too much text");
      }
    }

    void texts(Iterable<String> all) throws IOException {
      list(all, Writer::text);
    }

    void word(Enum<?> constant) throws IOException {
      out.writeByte(constant.ordinal());
    }

    void home(Layout layout) throws IOException {
      text(layout.name());
      out.writeBoolean(layout.isDefault());
      text(layout.backend());
      text(layout.homePath());
      texts(layout.homeTypes());
      texts(layout.controller().stream().toList());
      out.writeBoolean(layout.isOwnCgroup());
    }

    void rest(Layout layout) throws IOException {
      texts(layout.subsystem().stream().toList());
      list(layout.levels().stream().toList(), Writer::levels);
      texts(layout.labelsOfPath());
      texts(layout.links().map(Path::toString).stream().toList());
      texts(layout.excludes());
      list(layout.excludedLabels().entrySet(), Writer::excluded);
      out.writeBoolean(layout.hasKindsByMode());
      texts(layout.schemaFile().stream().toList());
      list(layout.labelFiles().entrySet(), Writer::label);
      list(layout.files(), Writer::file);
      out.writeBoolean(layout.hasDeclaredFilesOnly());
      out.writeBoolean(layout.hasDescribedStatsOnly());
      list(layout.stats(), Writer::stat);
      list(layout.metrics(), Writer::metric);
    }

    void levels(List<Layout.Level> levels) throws IOException {
      text(String.join("/", levels.stream().map(Layout.Level::toString).toList()));
    }

    void label(Map.Entry<String, List<KeyPattern>> label) throws IOException {
      text(label.getKey());
      texts(label.getValue().stream().map(KeyPattern::toString).toList());
    }

    void excluded(Map.Entry<String, List<String>> label) throws IOException {
      text(label.getKey());
      texts(label.getValue());
    }

    void file(FileDeclaration file) throws IOException {
      text(file.path());
      shared('s', file.shape(), Writer::shape);
      list(file.tables(), Writer::table);
    }

    void shape(Shape shape) throws IOException {
      out.writeBoolean(shape.isEntries());
      if (shape.isEntries()) {
        return;
      }
      out.writeShort(shape.skipLines());
      word(shape.heading());
      word(shape.header());
      out.writeShort(shape.headerWords());
      word(shape.rowKey());
      out.writeShort(shape.rowKeyWord());
      out.writeShort(shape.secondRowKeyWord());
      out.writeShort(shape.prefixWords());
      word(shape.columnKey());
      text(shape.separators());
      out.writeByte(shape.radix());
      out.writeShort(shape.leastColumns());
      out.writeByte(shape.trailingWords());
      out.writeByte(shape.skipThrough());
      out.writeBoolean(shape.isUniform());
    }

    void table(TableDeclaration table) throws IOException {
      String subsystem = table.subsystem();
      texts(subsystem == null ? List.of() : List.of(subsystem));
      Axis sections = table.sections();
      out.writeBoolean(!sections.isKeyless());
      if (!sections.isKeyless()) {
        shared('a', sections, Writer::axis);
      }
      shared('a', table.rows(), Writer::axis);
      shared('a', table.columns(), Writer::axis);
      list(table.stats(), Writer::stat);
      out.writeBoolean(table.isDefault());
    }

    void axis(Axis axis) throws IOException {
      word(axis.meaning());
      texts(axis.names());
      texts(axis.patterns().stream().map(KeyPattern::toString).toList());
      texts(axis.excluded().stream().map(KeyPattern::toString).toList());
      out.writeByte(axis.radix());
    }

    void stat(StatDeclaration stat) throws IOException {
      text(stat.name().toString());
      word(stat.kind());
      word(stat.type());
      text(stat.unit());
      text(stat.description());
      text(stat.document());
      texts(stat.formerNames());
      texts(stat.noValue());
      Boolean byDefault = stat.byDefault();
      out.writeByte(byDefault == null ? UNSAID : byDefault ? 1 : 0);
    }

    void metric(MetricDeclaration metric) throws IOException {
      text(metric.naming());
      text(metric.name());
      word(metric.instrument());
      text(metric.unit());
      text(metric.description());
      list(metric.points(), Writer::point);
    }

    void point(Point point) throws IOException {
      list(point.labels(), Writer::label);
      out.writeBoolean(point.isCount());
      if (point.isCount()) {
        texts(point.countedBy());
      }
      list(point.divisor().stream().toList(), Writer::term);
      list(point.terms(), Writer::term);
    }

    void label(Label label) throws IOException {
      text(label.key());
      text(label.value());
      out.writeBoolean(label.isInteger());
    }

    void term(Term term) throws IOException {
      text(term.toString());
    }
  }

  /** The texts, shapes and axes, of which each is made when it is first asked for. */
  private static final class Texts {
    private static final int ENDS = 5 * Integer.BYTES;

    final byte[] bytes;

    /** Where they end, and the index begins. */
    final int end;

    /** Where the rest of the layouts begins. */
    final int rest;

    private final int begin;
    private final int parts;
    private final @Nullable String[] made;
    private final @Nullable Object[] madeParts;

    Texts(byte[] bytes) {
      this.bytes = bytes;
      int count = integer(0);
      made = new String[count];
      begin = ENDS + count * Integer.BYTES;
      end = begin + integer(Integer.BYTES);
      rest = end + integer(2 * Integer.BYTES);
      parts = rest + integer(3 * Integer.BYTES);
      madeParts = new Object[integer(4 * Integer.BYTES)];
    }

    /** Two threads may make one shape twice. */
    Shape shape(int number) {
      Object shape = madeParts[number];
      if (shape == null) {
        shape = reader(number).shape();
        madeParts[number] = shape;
      }
      return (Shape) shape;
    }

    /** The same. */
    Axis axis(int number) {
      Object axis = madeParts[number];
      if (axis == null) {
        axis = reader(number).axis();
        madeParts[number] = axis;
      }
      return (Axis) axis;
    }

    private Reader reader(int part) {
      return new Reader(this, parts + integer(parts + part * Integer.BYTES) + 1);
    }

    int integer(int at) {
      return bytes[at] << 24
          | (bytes[at + 1] & 0xff) << 16
          | (bytes[at + 2] & 0xff) << 8
          | bytes[at + 3] & 0xff;
    }

    /** Two threads may make one text twice. */
    String get(int number) {
      String text = made[number];
      if (text == null) {
        int at = ENDS + number * Integer.BYTES;
        int from = number == 0 ? 0 : integer(at - Integer.BYTES);
        text = new String(bytes, begin + from, integer(at) - from, StandardCharsets.UTF_8);
        made[number] = text;
      }
      return text;
    }
  }

  /** What is left for later. */
  private record Rest(Texts texts, int at) implements Consumer<Layout.Builder> {
    @Override
    public void accept(Layout.Builder layout) {
      new Reader(texts, at).rest(layout);
    }
  }

  /** The metrics of a layout. */
  private record MetricsOf(Texts texts, int at) implements Supplier<List<MetricDeclaration>> {
    @Override
    public List<MetricDeclaration> get() {
      return new Reader(texts, at).metrics();
    }
  }

  private static final class Reader {
    private static final Shape.Heading[] HEADINGS = Shape.Heading.values();
    private static final Shape.Header[] HEADERS = Shape.Header.values();
    private static final Shape.ColumnKey[] COLUMN_KEYS = Shape.ColumnKey.values();
    private static final Shape.RowKey[] ROW_KEYS = Shape.RowKey.values();
    private static final Axis.Meaning[] MEANINGS = Axis.Meaning.values();
    private static final Stat.Kind[] KINDS = Stat.Kind.values();
    private static final Stat.Type[] TYPES = Stat.Type.values();

    private final Texts texts;
    private final byte[] bytes;
    private int at;

    Reader(Texts texts, int at) {
      this.texts = texts;
      this.bytes = texts.bytes;
      this.at = at;
    }

    int integer() {
      at += Integer.BYTES;
      return texts.integer(at - Integer.BYTES);
    }

    int signed() {
      at += Short.BYTES;
      return bytes[at - 2] << 8 | bytes[at - 1] & 0xff;
    }

    int number() {
      return signed() & 0xffff;
    }

    int small() {
      return bytes[at++];
    }

    boolean flag() {
      return bytes[at++] != 0;
    }

    String text() {
      return texts.get(number());
    }

    String[] array() {
      String[] array = new String[number()];
      for (int i = 0; i < array.length; i++) {
        array[i] = text();
      }
      return array;
    }

    /** A text that may be there. */
    @Nullable String optional() {
      return number() == 0 ? null : text();
    }

    /** All that is needed to find a tree. */
    Layout layout(int begin) {
      Layout.Builder layout = Layout.builder(text()).byDefault(flag()).backend(text());
      layout.home(text(), array());
      String controller = optional();
      if (controller != null) {
        layout.controller(controller);
      }
      if (flag()) {
        layout.ownCgroup();
      }
      int from = begin + integer();
      return layout.later(new Rest(texts, from)).build();
    }

    private void rest(Layout.Builder layout) {
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
        files[i] = file();
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
      layout.metrics(new MetricsOf(texts, at));
    }

    FileDeclaration file() {
      String path = text();
      Shape shape = texts.shape(number());
      List<TableDeclaration> tables = new ArrayList<>();
      for (int i = number(); i > 0; i--) {
        tables.add(table());
      }
      return FileDeclaration.of(path, shape, tables);
    }

    Shape shape() {
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
      return shape.build();
    }

    TableDeclaration table() {
      String subsystem = optional();
      Axis sections = flag() ? texts.axis(number()) : null;
      Axis rows = texts.axis(number());
      Axis columns = texts.axis(number());
      TableDeclaration table = TableDeclaration.of(subsystem, rows, columns, stats());
      if (sections != null) {
        table = table.inSections(sections);
      }
      return flag() ? table : table.byDefault(false);
    }

    Axis axis() {
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

    List<StatDeclaration> stats() {
      int size = number();
      List<StatDeclaration> stats = new ArrayList<>(size);
      for (int i = 0; i < size; i++) {
        StatDeclaration.Builder stat =
            StatDeclaration.builder(text(), KINDS[small()])
                .type(TYPES[small()])
                .unit(text())
                .description(text())
                .document(text());
        // Most have neither.
        String[] formerNames = array();
        if (formerNames.length > 0) {
          stat.formerNames(List.of(formerNames));
        }
        String[] noValue = array();
        if (noValue.length > 0) {
          stat.noValue(List.of(noValue));
        }
        int byDefault = small();
        stats.add((byDefault == UNSAID ? stat : stat.byDefault(byDefault == 1)).build());
      }
      return stats;
    }

    private List<MetricDeclaration> metrics() {
      List<MetricDeclaration> metrics = new ArrayList<>();
      for (int i = number(); i > 0; i--) {
        metrics.add(metric());
      }
      return metrics;
    }

    MetricDeclaration metric() {
      MetricDeclaration.Builder metric =
          MetricDeclaration.builder(text(), text(), MetricDeclaration.Instrument.values()[small()])
              .unit(text())
              .description(text());
      for (int i = number(); i > 0; i--) {
        metric.point(point());
      }
      return metric.build();
    }

    Point point() {
      List<Label> labels = new ArrayList<>();
      for (int i = number(); i > 0; i--) {
        String key = text();
        String value = text();
        labels.add(flag() ? Label.integer(key, value) : Label.text(key, value));
      }
      boolean isCount = flag();
      List<String> by = isCount ? List.of(array()) : List.of();
      Term[] divisor = terms();
      Term[] terms = terms();
      if (isCount) {
        return Point.count(labels, terms[0], by);
      }
      return divisor.length == 0
          ? Point.sum(labels, terms)
          : Point.quotient(labels, divisor[0], terms);
    }

    Term[] terms() {
      Term[] terms = new Term[number()];
      for (int i = 0; i < terms.length; i++) {
        String term = text();
        terms[i] = term.startsWith("-") ? Term.minus(term.substring(1)) : Term.plus(term);
      }
      return terms;
    }
  }
}
