package io.statsfs.trees;

import io.statsfs.Layout;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.spi.MetricDeclaration.Label;
import io.statsfs.spi.MetricDeclaration.Point;
import io.statsfs.spi.MetricDeclaration.Term;
import io.statsfs.spi.Shape;
import io.statsfs.spi.StatDeclarations;
import io.statsfs.spi.TableDeclaration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads compiled declarations from some place on. Where that is the rest of a layout, it is that
 * rest, until it is asked for, and then its metrics.
 */
final class LayoutReader implements Consumer<Layout.Builder>, Supplier<List<MetricDeclaration>> {
  private static final Shape.Heading[] HEADINGS = Shape.Heading.values();
  private static final Shape.Header[] HEADERS = Shape.Header.values();
  private static final Shape.ColumnKey[] COLUMN_KEYS = Shape.ColumnKey.values();
  private static final Shape.RowKey[] ROW_KEYS = Shape.RowKey.values();
  private static final Axis.Meaning[] MEANINGS = Axis.Meaning.values();

  private final CompiledLayouts layouts;
  private final byte[] bytes;
  private int at;

  LayoutReader(CompiledLayouts layouts, int at) {
    this.layouts = layouts;
    this.bytes = layouts.bytes;
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
    return layouts.text(number());
  }

  String description() {
    return layouts.description(number());
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
    return layout.later(layouts.rest(integer())).build();
  }

  /** The rest of a layout, but for its metrics. */
  @Override
  public void accept(Layout.Builder layout) {
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
      files[i] = FileDeclaration.later(text(), layouts, number());
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
    Shape shape = layouts.shape(number());
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
    Axis sections = flag() ? layouts.axis(number()) : null;
    Axis rows = layouts.axis(number());
    Axis columns = layouts.axis(number());
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
    CompiledStats stats = new CompiledStats(layouts, size, patterns, List.of(noValueWords), at);
    at = stats.end();
    return stats;
  }

  /** The metrics, by a reader of their own, as several threads may ask for them. */
  @Override
  public List<MetricDeclaration> get() {
    LayoutReader reader = new LayoutReader(layouts, at);
    List<MetricDeclaration> metrics = new ArrayList<>();
    for (int i = reader.number(); i > 0; i--) {
      metrics.add(reader.metric());
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
