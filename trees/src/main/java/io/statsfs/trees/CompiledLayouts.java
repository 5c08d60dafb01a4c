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
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The form in which declarations are shipped: all values one after the other, in the order in which
 * the reader takes them. A text is written once, and after that as its number.
 *
 * <p>The form belongs to one build and is read by the same build alone.
 */
final class CompiledLayouts {
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
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      new Writer(out).list(layouts, Writer::layout);
    }
    return bytes.toByteArray();
  }

  static List<Layout> read(byte[] bytes) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      return new Reader(in).list(Reader::layout);
    }
  }

  /** What a part is written, or read, by. */
  private interface Step<W, T> {
    void write(W writer, T part) throws IOException;
  }

  private interface Read<T> {
    T read(Reader reader) throws IOException;
  }

  private static final class Writer {
    private final DataOutputStream out;
    private final Map<String, Integer> texts = new LinkedHashMap<>();

    Writer(DataOutputStream out) {
      this.out = out;
    }

    <T> void list(Iterable<T> parts, Step<Writer, T> step) throws IOException {
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
      if (known == null) {
        out.writeUTF(text);
      }
    }

    void texts(Iterable<String> all) throws IOException {
      list(all, Writer::text);
    }

    void word(Enum<?> constant) throws IOException {
      out.writeByte(constant.ordinal());
    }

    void layout(Layout layout) throws IOException {
      text(layout.name());
      out.writeBoolean(layout.isDefault());
      text(layout.homePath());
      texts(layout.homeTypes());
      texts(layout.subsystem().stream().toList());
      list(layout.levels().stream().toList(), Writer::levels);
      texts(layout.links().map(Path::toString).stream().toList());
      texts(layout.excludes());
      out.writeBoolean(layout.hasKindsByMode());
      texts(layout.schemaFile().stream().toList());
      list(layout.files(), Writer::file);
      list(layout.stats(), Writer::stat);
      list(layout.metrics(), Writer::metric);
    }

    void levels(List<Layout.Level> levels) throws IOException {
      text(String.join("/", levels.stream().map(Layout.Level::toString).toList()));
    }

    void file(FileDeclaration file) throws IOException {
      text(file.path());
      shape(file.shape());
      list(file.tables(), Writer::table);
    }

    void shape(Shape shape) throws IOException {
      out.writeShort(shape.skipLines());
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
    }

    void table(TableDeclaration table) throws IOException {
      String subsystem = table.subsystem();
      texts(subsystem == null ? List.of() : List.of(subsystem));
      axis(table.rows());
      axis(table.columns());
      list(table.stats(), Writer::stat);
    }

    void axis(Axis axis) throws IOException {
      word(axis.meaning());
      texts(axis.names());
      texts(axis.patterns().stream().map(KeyPattern::toString).toList());
      texts(axis.excluded().stream().map(KeyPattern::toString).toList());
    }

    void stat(StatDeclaration stat) throws IOException {
      text(stat.name().toString());
      word(stat.kind());
      word(stat.type());
      text(stat.unit());
      text(stat.description());
      text(stat.document());
      texts(stat.formerNames());
      out.writeBoolean(stat.isDefault());
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

  private static final class Reader {
    private static final Shape.Header[] HEADERS = Shape.Header.values();
    private static final Shape.ColumnKey[] COLUMN_KEYS = Shape.ColumnKey.values();
    private static final Shape.RowKey[] ROW_KEYS = Shape.RowKey.values();
    private static final Axis.Meaning[] MEANINGS = Axis.Meaning.values();
    private static final Stat.Kind[] KINDS = Stat.Kind.values();
    private static final Stat.Type[] TYPES = Stat.Type.values();
    private static final MetricDeclaration.Instrument[] INSTRUMENTS =
        MetricDeclaration.Instrument.values();

    private final DataInputStream in;
    private final List<String> texts = new ArrayList<>();

    Reader(DataInputStream in) {
      this.in = in;
    }

    <T> List<T> list(Read<T> read) throws IOException {
      int size = in.readUnsignedShort();
      List<T> parts = new ArrayList<>(size);
      for (int i = 0; i < size; i++) {
        parts.add(read.read(this));
      }
      return parts;
    }

    String text() throws IOException {
      int number = in.readUnsignedShort();
      if (number == texts.size()) {
        texts.add(in.readUTF());
      }
      return texts.get(number);
    }

    List<String> texts() throws IOException {
      return list(Reader::text);
    }

    String[] array() throws IOException {
      return texts().toArray(String[]::new);
    }

    Layout layout() throws IOException {
      Layout.Builder layout = Layout.builder(text()).byDefault(in.readBoolean());
      layout.home(text(), array());
      texts().forEach(layout::subsystem);
      texts().forEach(layout::sources);
      texts().forEach(layout::links);
      layout.exclude(array());
      if (in.readBoolean()) {
        layout.kindsByMode();
      }
      texts().forEach(layout::schemaFile);
      layout.files(list(Reader::file).toArray(FileDeclaration[]::new));
      layout.stats(list(Reader::stat));
      return layout.metrics(list(Reader::metric)).build();
    }

    FileDeclaration file() throws IOException {
      return new FileDeclaration(text(), shape(), list(Reader::table));
    }

    Shape shape() throws IOException {
      Shape.Builder shape = Shape.builder().skipLines(in.readShort());
      shape.header(HEADERS[in.readByte()]).headerWords(in.readShort());
      Shape.RowKey rowKey = ROW_KEYS[in.readByte()];
      int first = in.readShort();
      int second = in.readShort();
      switch (rowKey) {
        case NONE -> {}
        case WORD -> {
          if (second < 0) {
            shape.rowKeyWord(first);
          } else {
            shape.rowKeyWords(first, second);
          }
        }
        case BEFORE_COLON -> shape.rowKeyBeforeColon();
        case LINE_NUMBER -> shape.rowKeyLineNumber();
      }
      return shape
          .prefixWords(in.readShort())
          .columnKey(COLUMN_KEYS[in.readByte()])
          .separators(text())
          .radix(in.readByte())
          .leastColumns(in.readShort())
          .trailingWords(in.readByte())
          .build();
    }

    TableDeclaration table() throws IOException {
      List<String> subsystem = texts();
      return new TableDeclaration(
          subsystem.isEmpty() ? null : subsystem.get(0), axis(), axis(), list(Reader::stat));
    }

    Axis axis() throws IOException {
      Axis.Meaning meaning = MEANINGS[in.readByte()];
      String[] names = array();
      String[] patterns = array();
      String[] excluded = array();
      Axis axis =
          switch (meaning) {
            case SINGLE -> names.length == 0 ? Axis.single() : Axis.position(names.length - 1);
            case STATS -> Axis.stats(patterns);
            case LABELS -> Axis.labels(patterns);
          };
      if (names.length > 0 && meaning != Axis.Meaning.SINGLE) {
        axis = axis.named(names);
      }
      return excluded.length > 0 ? axis.excluding(excluded) : axis;
    }

    StatDeclaration stat() throws IOException {
      return new StatDeclaration(
          KeyPattern.of(text()),
          KINDS[in.readByte()],
          TYPES[in.readByte()],
          text(),
          text(),
          text(),
          texts(),
          in.readBoolean());
    }

    MetricDeclaration metric() throws IOException {
      MetricDeclaration.Builder metric =
          MetricDeclaration.builder(text(), text(), INSTRUMENTS[in.readByte()])
              .unit(text())
              .description(text());
      list(Reader::point).forEach(metric::point);
      return metric.build();
    }

    Point point() throws IOException {
      List<Label> labels = list(Reader::label);
      boolean isCount = in.readBoolean();
      List<Term> divisor = list(Reader::term);
      List<Term> terms = list(Reader::term);
      if (isCount) {
        return Point.count(labels, terms.get(0));
      }
      Term[] sum = terms.toArray(Term[]::new);
      return divisor.isEmpty()
          ? Point.sum(labels, sum)
          : Point.quotient(labels, divisor.get(0), sum);
    }

    Label label() throws IOException {
      String key = text();
      String value = text();
      return in.readBoolean() ? Label.integer(key, value) : Label.text(key, value);
    }

    Term term() throws IOException {
      String term = text();
      return term.startsWith("-") ? Term.minus(term.substring(1)) : Term.plus(term);
    }
  }
}
