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
import io.statsfs.spi.StatDeclarations;
import io.statsfs.spi.TableDeclaration;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The form in which declarations are shipped: all texts, each once, with the places where they end;
 * then of each layout what is needed to find its tree; then of each all else, in the order in which
 * the reader takes it; last all shapes, axes and what few stats have, each once as well, and where
 * each begins. A text or such a part is its number. Of a tree that is not there the reader makes
 * nothing but its name and place, of a stat nothing before that is found, by a table of hashes, and
 * no text or part before it is needed. Descriptions, which are most of the bytes, are apart, and
 * read when one is asked for.
 *
 * <p>The form belongs to one build and is read by the same build alone. Reading is written for a
 * JVM that has just started, where a lambda or a small call takes longer than what it does.
 */
final class CompiledLayouts {
  /** In the place of a flag. */
  private static final int UNSAID = 2;

  /** In the place of the number of a text or part. */
  private static final int NONE = 0xffff;

  /** The bytes of a place in the table of hashes: the number of a name, and that of its stat. */
  private static final int PLACE = 2 * Short.BYTES;

  /** The bytes of a stat. */
  private static final int STAT = 5 * Short.BYTES + 3;

  private CompiledLayouts() {}

  /**
   * Compiles the declarations of a directory; run by the build.
   *
   * @param arguments the directory, and the files to write: tables, and descriptions
   */
  public static void main(String... arguments) throws IOException, DeclarationException {
    List<Layout> layouts = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        layouts.add(Layouts.parse(file.toString(), Files.readString(file)));
      }
    }
    Written written = write(layouts);
    Files.write(Path.of(arguments[1]), written.tables);
    Files.write(Path.of(arguments[2]), written.descriptions);
  }

  /** The contents of the two files. */
  record Written(byte[] tables, byte[] descriptions) {}

  static Written write(List<Layout> layouts) throws IOException {
    Map<String, Integer> texts = new LinkedHashMap<>();
    Map<String, Integer> descriptions = new LinkedHashMap<>();
    Map<ByteBuffer, Integer> parts = new LinkedHashMap<>();
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    ByteArrayOutputStream index = new ByteArrayOutputStream();
    Writer restWriter = new Writer(rest, texts, descriptions, parts);
    Writer indexWriter = new Writer(index, texts, descriptions, parts);
    indexWriter.out.writeShort(layouts.size());
    for (Layout layout : layouts) {
      indexWriter.home(layout);
      indexWriter.out.writeInt(rest.size());
      restWriter.rest(layout);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    writeTexts(texts.keySet(), out);
    out.writeInt(index.size());
    out.writeInt(rest.size());
    out.writeInt(parts.size());
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
    ByteArrayOutputStream described = new ByteArrayOutputStream();
    writeTexts(descriptions.keySet(), new DataOutputStream(described));
    return new Written(bytes.toByteArray(), described.toByteArray());
  }

  private static void writeTexts(Collection<String> texts, DataOutputStream out)
      throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    boolean isLatin = StandardCharsets.ISO_8859_1.newEncoder().canEncode(String.join("", texts));
    out.writeBoolean(isLatin);
    out.writeInt(texts.size());
    for (String text : texts) {
      all.write(text.getBytes(charset(isLatin)));
      out.writeInt(all.size());
    }
    all.writeTo(out);
  }

  /**
   * Reads the tables.
   *
   * @param descriptions gives the bytes of the descriptions, when one is asked for
   */
  static List<Layout> read(byte[] tables, Supplier<byte[]> descriptions) {
    Parts parts = new Parts(tables, descriptions);
    Reader index = new Reader(parts, parts.index);
    int size = index.number();
    List<Layout> layouts = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      layouts.add(index.layout());
    }
    return layouts;
  }

  /** Latin-1 is the fastest of all to read before anything is compiled. */
  private static Charset charset(boolean isLatin) {
    return isLatin ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
  }

  private static int integer(byte[] bytes, int at) {
    return bytes[at] << 24
        | (bytes[at + 1] & 0xff) << 16
        | (bytes[at + 2] & 0xff) << 8
        | bytes[at + 3] & 0xff;
  }

  private static int number(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
  }

  /** Where a name is looked for first in a table of so many places, a power of two. */
  private static int place(String name, int places) {
    int hash = name.hashCode();
    return (hash ^ hash >>> 16) & places - 1;
  }

  /** What a part is written by. */
  private interface Step<T> {
    void write(Writer writer, T part) throws IOException;
  }

  private static final class Writer {
    final DataOutputStream out;
    private final Map<String, Integer> texts;
    private final Map<String, Integer> descriptions;
    private final Map<ByteBuffer, Integer> parts;

    Writer(
        OutputStream out,
        Map<String, Integer> texts,
        Map<String, Integer> descriptions,
        Map<ByteBuffer, Integer> parts) {
      this.out = new DataOutputStream(out);
      this.texts = texts;
      this.descriptions = descriptions;
      this.parts = parts;
    }

    /** Writes the number of a part that is most often one of several that are equal. */
    private <T> void shared(char kind, T part, Step<T> step) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      // Else a shape could have the bytes of an axis.
      bytes.write(kind);
      step.write(new Writer(bytes, texts, descriptions, parts), part);
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
      out.writeShort(number(text, texts));
    }

    void description(String text) throws IOException {
      out.writeShort(number(text, descriptions));
    }

    private static int number(String text, Map<String, Integer> texts) throws IOException {
      Integer known = texts.putIfAbsent(text, texts.size());
      if (texts.size() > NONE) {
        throw new IOException("There are too many texts");
      }
      return known == null ? texts.size() - 1 : known;
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
      stats(layout.stats());
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
      list(file.forms(), Writer::form);
    }

    void form(FileDeclaration form) throws IOException {
      shared('s', form.shape(), Writer::shape);
      list(form.tables(), Writer::table);
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
      out.writeBoolean(shape.isPerCpu());
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
      stats(table.stats());
      out.writeBoolean(table.isDefault());
    }

    void axis(Axis axis) throws IOException {
      word(axis.meaning());
      texts(axis.names());
      texts(axis.patterns().stream().map(KeyPattern::toString).toList());
      texts(axis.excluded().stream().map(KeyPattern::toString).toList());
      out.writeByte(axis.radix());
    }

    void stats(StatDeclarations stats) throws IOException {
      List<StatDeclaration> all = stats.all();
      out.writeShort(all.size());
      if (all.isEmpty()) {
        return;
      }
      out.writeShort(stats.patterns().size());
      for (StatDeclaration pattern : stats.patterns()) {
        out.writeShort(all.indexOf(pattern));
      }
      texts(stats.noValueWords());
      int places = Integer.highestOneBit(Math.max(1, 2 * stats.names().size() - 1)) * 2;
      String[] names = new String[places];
      for (String name : new TreeSet<>(stats.names())) {
        int place = place(name, places);
        while (names[place] != null) {
          place = place + 1 & places - 1;
        }
        names[place] = name;
      }
      out.writeInt(places);
      for (String name : names) {
        out.writeShort(name == null ? NONE : number(name, texts));
        out.writeShort(name == null ? 0 : all.indexOf(stats.named(name)));
      }
      for (StatDeclaration stat : all) {
        stat(stat);
      }
    }

    void stat(StatDeclaration stat) throws IOException {
      text(stat.name().toString());
      word(stat.kind());
      word(stat.type());
      text(stat.unit());
      description(stat.description());
      description(stat.document());
      Boolean byDefault = stat.byDefault();
      out.writeByte(byDefault == null ? UNSAID : byDefault ? 1 : 0);
      if (stat.formerNames().isEmpty() && stat.noValue().isEmpty()) {
        out.writeShort(NONE);
      } else {
        shared('e', stat, Writer::rare);
      }
    }

    void rare(StatDeclaration stat) throws IOException {
      texts(stat.formerNames());
      texts(stat.noValue());
    }

    void metric(MetricDeclaration metric) throws IOException {
      text(metric.naming());
      text(metric.name());
      word(metric.instrument());
      text(metric.unit());
      description(metric.description());
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

  /** Texts, of which each is made when it is first asked for. */
  private static final class Texts {
    private final byte[] bytes;
    private final Charset charset;
    private final int ends;
    private final int begin;
    private final @Nullable String[] made;

    Texts(byte[] bytes) {
      this.bytes = bytes;
      charset = charset(bytes[0] != 0);
      int size = integer(bytes, 1);
      ends = 1 + Integer.BYTES;
      begin = ends + size * Integer.BYTES;
      made = new String[size];
    }

    int end() {
      return begin + (made.length == 0 ? 0 : integer(bytes, begin - Integer.BYTES));
    }

    /** Two threads may make one text twice. */
    String get(int number) {
      String text = made[number];
      if (text == null) {
        int at = ends + number * Integer.BYTES;
        int from = number == 0 ? 0 : integer(bytes, at - Integer.BYTES);
        int length = integer(bytes, at) - from;
        text = new String(bytes, begin + from, length, charset);
        made[number] = text;
      }
      return text;
    }
  }

  /** The texts, shapes and axes, of which each is made when it is first asked for. */
  private static final class Parts {
    final byte[] bytes;
    final Texts texts;

    /** Where the layouts begin. */
    final int index;

    /** Where the rest of the layouts begins. */
    final int rest;

    private final Supplier<byte[]> descriptionsLater;
    private final int parts;
    private final @Nullable Object[] made;
    private @Nullable Texts descriptions;

    Parts(byte[] bytes, Supplier<byte[]> descriptions) {
      this.bytes = bytes;
      descriptionsLater = descriptions;
      texts = new Texts(bytes);
      int sizes = texts.end();
      index = sizes + 3 * Integer.BYTES;
      rest = index + integer(bytes, sizes);
      parts = rest + integer(bytes, sizes + Integer.BYTES);
      made = new Object[integer(bytes, sizes + 2 * Integer.BYTES)];
    }

    /** Two threads may make one shape twice. */
    Shape shape(int number) {
      Object shape = made[number];
      if (shape == null) {
        shape = reader(number).shape();
        made[number] = shape;
      }
      return (Shape) shape;
    }

    /** The same. */
    Axis axis(int number) {
      Object axis = made[number];
      if (axis == null) {
        axis = reader(number).axis();
        made[number] = axis;
      }
      return (Axis) axis;
    }

    Reader reader(int part) {
      return new Reader(this, parts + integer(bytes, parts + part * Integer.BYTES) + 1);
    }

    synchronized String description(int number) {
      if (descriptions == null) {
        descriptions = new Texts(descriptionsLater.get());
      }
      return descriptions.get(number);
    }
  }

  /** A description of a stat, or the document that it is from. */
  private record Description(Parts parts, int number) implements Supplier<String> {
    @Override
    public String get() {
      return parts.description(number);
    }
  }

  /** Stats, of which each is made when it is first asked for. */
  private static final class CompiledStats implements StatDeclarations {
    private static final Stat.Kind[] KINDS = Stat.Kind.values();
    private static final Stat.Type[] TYPES = Stat.Type.values();

    private final Parts parts;
    private final byte[] bytes;
    private final int hashes;
    private final int places;

    /** Where the first stat is, and what is made of them. */
    private final int first;

    private final @Nullable StatDeclaration[] made;
    private final List<StatDeclaration> patterns;
    private final List<String> noValueWords;

    CompiledStats(Parts parts, int size, int[] patterns, List<String> noValueWords, int hashes) {
      this.parts = parts;
      bytes = parts.bytes;
      this.noValueWords = noValueWords;
      this.hashes = hashes + Integer.BYTES;
      places = integer(bytes, hashes);
      first = this.hashes + places * PLACE;
      made = new StatDeclaration[size];
      this.patterns = patterns.length == 0 ? List.of() : made(patterns);
    }

    private List<StatDeclaration> made(int[] numbers) {
      StatDeclaration[] stats = new StatDeclaration[numbers.length];
      for (int i = 0; i < numbers.length; i++) {
        stats[i] = stat(numbers[i]);
      }
      return List.of(stats);
    }

    int end() {
      return first + made.length * STAT;
    }

    @Override
    public List<StatDeclaration> all() {
      int[] numbers = new int[made.length];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = i;
      }
      return made(numbers);
    }

    @Override
    public @Nullable StatDeclaration named(String name) {
      int place = place(name, places);
      while (true) {
        int at = hashes + place * PLACE;
        int text = number(bytes, at);
        if (text == NONE) {
          return null;
        } else if (parts.texts.get(text).equals(name)) {
          return stat(number(bytes, at + Short.BYTES));
        }
        place = place + 1 & places - 1;
      }
    }

    @Override
    public List<StatDeclaration> patterns() {
      return patterns;
    }

    @Override
    public Collection<String> names() {
      List<String> names = new ArrayList<>();
      for (int place = 0; place < places; place++) {
        int text = number(bytes, hashes + place * PLACE);
        if (text != NONE) {
          names.add(parts.texts.get(text));
        }
      }
      return names;
    }

    @Override
    public List<String> noValueWords() {
      return noValueWords;
    }

    /** Two threads may make one stat twice. */
    private StatDeclaration stat(int number) {
      StatDeclaration stat = made[number];
      if (stat == null) {
        stat = make(first + number * STAT);
        made[number] = stat;
      }
      return stat;
    }

    private StatDeclaration make(int at) {
      Texts texts = parts.texts;
      StatDeclaration.Builder stat =
          StatDeclaration.builder(texts.get(number(bytes, at)), KINDS[bytes[at + 2]])
              .type(TYPES[bytes[at + 3]])
              .unit(texts.get(number(bytes, at + 4)))
              .description(new Description(parts, number(bytes, at + 6)))
              .document(new Description(parts, number(bytes, at + 8)));
      if (bytes[at + 10] != UNSAID) {
        stat.byDefault(bytes[at + 10] == 1);
      }
      int rare = number(bytes, at + 11);
      if (rare != NONE) {
        Reader reader = parts.reader(rare);
        stat.formerNames(List.of(reader.array())).noValue(List.of(reader.array()));
      }
      return stat.build();
    }

    @Override
    public String toString() {
      return all().toString();
    }
  }

  /** What is left for later. */
  private record Rest(Parts parts, int at) implements Consumer<Layout.Builder> {
    @Override
    public void accept(Layout.Builder layout) {
      new Reader(parts, at).rest(layout);
    }
  }

  /** The metrics of a layout. */
  private record MetricsOf(Parts parts, int at) implements Supplier<List<MetricDeclaration>> {
    @Override
    public List<MetricDeclaration> get() {
      return new Reader(parts, at).metrics();
    }
  }

  private static final class Reader {
    private static final Shape.Heading[] HEADINGS = Shape.Heading.values();
    private static final Shape.Header[] HEADERS = Shape.Header.values();
    private static final Shape.ColumnKey[] COLUMN_KEYS = Shape.ColumnKey.values();
    private static final Shape.RowKey[] ROW_KEYS = Shape.RowKey.values();
    private static final Axis.Meaning[] MEANINGS = Axis.Meaning.values();

    private final Parts parts;
    private final byte[] bytes;
    private int at;

    Reader(Parts parts, int at) {
      this.parts = parts;
      this.bytes = parts.bytes;
      this.at = at;
    }

    int integer() {
      at += Integer.BYTES;
      return CompiledLayouts.integer(bytes, at - Integer.BYTES);
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
      return parts.texts.get(number());
    }

    String description() {
      return parts.description(number());
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
    Layout layout() {
      Layout.Builder layout = Layout.builder(text()).byDefault(flag()).backend(text());
      layout.home(text(), array());
      String controller = optional();
      if (controller != null) {
        layout.controller(controller);
      }
      if (flag()) {
        layout.ownCgroup();
      }
      int from = parts.rest + integer();
      return layout.later(new Rest(parts, from)).build();
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
      layout.metrics(new MetricsOf(parts, at));
    }

    FileDeclaration file() {
      String path = text();
      int forms = number();
      FileDeclaration file = form(path);
      for (int i = 1; i < forms; i++) {
        file = file.or(form(path));
      }
      return file;
    }

    private FileDeclaration form(String path) {
      Shape shape = parts.shape(number());
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
      if (flag()) {
        shape.perCpu();
      }
      return shape.build();
    }

    TableDeclaration table() {
      String subsystem = optional();
      Axis sections = flag() ? parts.axis(number()) : null;
      Axis rows = parts.axis(number());
      Axis columns = parts.axis(number());
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

    StatDeclarations stats() {
      int size = number();
      if (size == 0) {
        return StatDeclarations.of(List.of());
      }
      int[] patterns = new int[number()];
      for (int i = 0; i < patterns.length; i++) {
        patterns[i] = number();
      }
      String[] noValueWords = array();
      CompiledStats stats = new CompiledStats(parts, size, patterns, List.of(noValueWords), at);
      at = stats.end();
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
              .description(description());
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
