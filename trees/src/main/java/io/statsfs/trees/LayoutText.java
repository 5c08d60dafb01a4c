package io.statsfs.trees;

import static io.statsfs.trees.Fields.at;
import static io.statsfs.trees.Fields.expected;
import static io.statsfs.trees.Fields.mapping;
import static io.statsfs.trees.Fields.text;
import static io.statsfs.trees.Fields.word;

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
import io.statsfs.spi.StatFileName;
import io.statsfs.spi.TableDeclaration;
import io.statsfs.trees.YamlNode.Entry;
import io.statsfs.trees.YamlNode.Scalar;
import io.statsfs.trees.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the declaration of a tree from YAML. The form is described in {@code docs/layouts.md}. */
final class LayoutText {
  private static final int MOST_STATS = 5000;
  private static final int MOST_FILES = 500;
  private static final int MOST_FORMS = 16;
  private static final int LONGEST_PATTERN = 200;
  private static final int MOST_LABELS = 20;
  private static final int LONGEST_TEXT = 1024;

  /** As OpenTelemetry's specification of instruments has it. */
  private static final int LONGEST_UNIT = 63;

  /** In a list of names: a position that has none. */
  private static final String PASSED_OVER = "_";

  /** The keys of a file, or of each of its forms. */
  private static final String[] FORM = {
    "shape", "tables", "subsystem", "sections", "row", "rows", "columns", "stats", "default"
  };

  private int stats;

  /** The document of stats that name none. */
  private String document = "";

  private final String origin;

  private LayoutText(String origin) {
    this.origin = origin;
  }

  /**
   * Reads a declaration.
   *
   * @param origin the name of its file
   * @throws DeclarationException if the text is none
   */
  static Layout read(String origin, String text) throws DeclarationException {
    return new LayoutText(origin).tree(YamlText.read(text));
  }

  private Layout tree(YamlNode node) throws DeclarationException {
    Fields tree =
        new Fields(
            node,
            "a tree",
            "tree",
            "default",
            "backend",
            "at",
            "subsystem",
            "sources",
            "labels-of-path",
            "links",
            "exclude",
            "kinds-by-mode",
            "schema-file",
            "labels",
            "file",
            "files",
            "only-declared-files",
            "only-described-stats",
            "document",
            "stats",
            "metrics");
    YamlNode nameNode = tree.get("tree", "the name of the tree");
    String name = name(nameNode);
    Layout.Builder layout = Layout.builder(name).byDefault(tree.isTrue("default", true));
    YamlNode backend = tree.find("backend");
    if (backend != null) {
      layout.backend(name(backend));
    }
    home(tree, layout);
    YamlNode subsystem = tree.find("subsystem");
    boolean isNamedByDirectory = subsystem instanceof Scalar scalar && scalar.text().equals("*");
    if (!isNamedByDirectory) {
      layout.subsystem(subsystem == null ? name : name(subsystem));
    }
    check("at", tree, layout);
    YamlNode sources = tree.find("sources");
    if (sources != null) {
      String levels = path(sources);
      at(sources.mark(), () -> layout.sources(levels));
    }
    List<String> paths = new ArrayList<>();
    for (Scalar pattern : tree.texts("labels-of-path")) {
      at(pattern.mark(), () -> Layout.builder(name).labelsOfPath(pattern.text()));
      paths.add(pattern.text());
    }
    layout.labelsOfPath(paths.toArray(String[]::new));
    check("labels-of-path", tree, layout);
    YamlNode links = tree.find("links");
    if (links != null) {
      String target = text(links, "a path");
      if (target.startsWith("/") || target.indexOf('\0') >= 0) {
        throw expected(links, "a path relative to that of the tree");
      }
      layout.links(target);
    }
    exclude(tree, layout);
    check("exclude", tree, layout);
    if (tree.isTrue("kinds-by-mode", false)) {
      layout.kindsByMode();
    }
    YamlNode schemaFile = tree.find("schema-file");
    if (schemaFile != null) {
      layout.schemaFile(name(schemaFile));
    }
    if (tree.isTrue("only-declared-files", false)) {
      layout.declaredFilesOnly();
    }
    if (tree.isTrue("only-described-stats", false)) {
      layout.describedStatsOnly();
    }
    labels(tree, layout);
    document = line(tree, "document");
    files(tree, layout, isNamedByDirectory);
    layout.stats(stats(tree, !tree.has("file")));
    YamlNode metrics = tree.find("metrics");
    if (metrics != null) {
      layout.metrics(metrics(metrics));
    }
    return at(tree.mark(), layout::build);
  }

  /** What does not fit to what is declared above it has its own place, not that of the tree. */
  private static void check(String key, Fields tree, Layout.Builder layout)
      throws DeclarationException {
    YamlNode value = tree.find(key);
    if (value != null) {
      at(value.mark(), layout::build);
    }
  }

  private static void home(Fields tree, Layout.Builder layout) throws DeclarationException {
    YamlNode node = tree.find("at");
    if (node == null) {
      // Nowhere in particular: such a tree is opened at a root that is named.
      return;
    }
    Fields home = new Fields(node, "'at'", "type", "path", "controller", "cgroup");
    home.get("type", "the file system's type, as /proc/mounts has it");
    List<String> types = new ArrayList<>();
    for (Scalar type : home.texts("type")) {
      types.add(name(type));
    }
    YamlNode path = home.find("path");
    layout.home(path == null ? "" : path(path), types.toArray(String[]::new));
    YamlNode controller = home.find("controller");
    if (controller != null) {
      layout.controller(name(controller));
    }
    YamlNode cgroup = home.find("cgroup");
    if (cgroup != null) {
      if (!text(cgroup, "own").equals("own")) {
        throw expected(cgroup, "own, the cgroup of this process");
      }
      layout.ownCgroup();
    }
  }

  /** Names of files and directories, or by the key of a label its values. */
  private static void exclude(Fields tree, Layout.Builder layout) throws DeclarationException {
    YamlNode exclude = tree.find("exclude");
    if (exclude instanceof YamlNode.Mapping) {
      for (Entry entry : entries(exclude, "labels, each with patterns", MOST_LABELS)) {
        List<String> values = new ArrayList<>();
        for (Scalar value : Fields.texts(entry.value())) {
          if (hasControls(value.text()) || value.text().length() > LONGEST_PATTERN) {
            throw expected(value, "a pattern of the values of the label");
          }
          values.add(value.text());
        }
        layout.excludeLabel(name(entry.key()), values.toArray(String[]::new));
      }
    } else if (exclude != null) {
      List<String> names = new ArrayList<>();
      for (Scalar name : Fields.texts(exclude)) {
        names.add(pattern(name));
      }
      at(exclude.mark(), () -> layout.exclude(names.toArray(String[]::new)));
    }
  }

  private static void labels(Fields tree, Layout.Builder layout) throws DeclarationException {
    YamlNode labels = tree.find("labels");
    if (labels == null) {
      return;
    }
    for (Entry entry : entries(labels, "labels, each with the name of its file", MOST_LABELS)) {
      String key = name(entry.key());
      List<String> files = new ArrayList<>();
      for (Scalar file : Fields.texts(entry.value())) {
        String path = text(file, "the path of a file");
        if (hasControls(path)) {
          throw expected(file, "the path of a file");
        }
        files.add(path);
      }
      at(entry.value().mark(), () -> layout.label(key, files.toArray(String[]::new)));
    }
  }

  private void files(Fields tree, Layout.Builder layout, boolean isNamedByDirectory)
      throws DeclarationException {
    YamlNode file = tree.find("file");
    YamlNode files = tree.find("files");
    if (file != null) {
      for (String other :
          List.of(
              "files",
              "sources",
              "labels-of-path",
              "links",
              "exclude",
              "schema-file",
              "labels",
              "only-declared-files",
              "only-described-stats")) {
        if (tree.has(other)) {
          throw new DeclarationException(
              tree.mark(other), "a tree that is one file has no '" + other + "'");
        }
      }
      if (isNamedByDirectory) {
        throw new DeclarationException(
            tree.mark("subsystem"), "a tree that is one file has no directories to name it");
      }
      FileDeclaration declared = file("", file);
      layout.files(declared);
    } else if (files != null) {
      List<FileDeclaration> declared = new ArrayList<>();
      for (Entry entry : entries(files, "files by their path", MOST_FILES)) {
        String path = path(entry.key());
        declared.add(file(path, entry.value()));
      }
      at(files.mark(), () -> layout.files(declared.toArray(FileDeclaration[]::new)));
    }
  }

  private FileDeclaration file(String path, YamlNode node) throws DeclarationException {
    YamlNode forms = node instanceof YamlNode.Mapping ? forms(node) : null;
    if (forms == null) {
      return form(path, node);
    } else if (!(forms instanceof Sequence sequence) || sequence.values().isEmpty()) {
      throw expected(forms, "a list of the forms that the file may have");
    } else if (sequence.values().size() > MOST_FORMS) {
      throw new DeclarationException(
          forms.mark(), "more than " + MOST_FORMS + " forms of one file");
    } else {
      FileDeclaration file = form(path, sequence.values().get(0));
      for (YamlNode each : sequence.values().subList(1, sequence.values().size())) {
        FileDeclaration before = file;
        FileDeclaration form = form(path, each);
        file = at(each.mark(), () -> before.or(form));
      }
      return file;
    }
  }

  /** The forms of a file that has several; null if it has one. */
  private static @Nullable YamlNode forms(YamlNode node) throws DeclarationException {
    List<String> keys = new ArrayList<>(List.of(FORM));
    keys.add("forms");
    Fields file = new Fields(node, "a file", keys.toArray(String[]::new));
    YamlNode forms = file.find("forms");
    for (String other : FORM) {
      if (forms != null && file.has(other)) {
        throw new DeclarationException(
            file.mark(other), "'" + other + "' belongs into one of the 'forms'");
      }
    }
    return forms;
  }

  private FileDeclaration form(String path, YamlNode node) throws DeclarationException {
    if (node instanceof Scalar) {
      Shape shape = shape(node);
      return at(node.mark(), () -> FileDeclaration.of(path, shape, List.of(defaultTable(shape))))
          .declaredAt(place(node));
    }
    Fields file = new Fields(node, "a file", FORM);
    Shape shape =
        shape(
            file.get("shape", "flat-keyed, entries, or a mapping that says how lines are divided"));
    List<TableDeclaration> tables = new ArrayList<>();
    YamlNode list = file.find("tables");
    if (list == null) {
      tables.add(table(file, shape, true));
    } else {
      for (String other : List.of("subsystem", "sections", "row", "rows", "columns", "stats")) {
        if (file.has(other)) {
          throw new DeclarationException(
              file.mark(other), "'" + other + "' belongs into one of the 'tables'");
        }
      }
      if (!(list instanceof Sequence sequence) || sequence.values().isEmpty()) {
        throw expected(list, "a list of tables");
      }
      boolean isDefault = file.isTrue("default", true);
      for (YamlNode table : sequence.values()) {
        Fields fields =
            new Fields(
                table,
                "a table",
                "subsystem",
                "sections",
                "row",
                "rows",
                "columns",
                "stats",
                "default");
        tables.add(table(fields, shape, isDefault));
      }
    }
    requireColumns(file.get("shape", ""), shape, tables);
    return at(file.mark(), () -> FileDeclaration.of(path, shape, tables)).declaredAt(place(node));
  }

  private String place(YamlNode node) {
    return origin + ":" + node.mark().line() + ":" + node.mark().column();
  }

  /** What is beyond the last known column is not counted, so a line cannot be asked for more. */
  private static void requireColumns(YamlNode node, Shape shape, List<TableDeclaration> tables)
      throws DeclarationException {
    if (shape.columnKey() != Shape.ColumnKey.POSITION) {
      return;
    }
    int known = 1;
    for (TableDeclaration table : tables) {
      int names = table.columns().names().size();
      if (names == 0 && !table.columns().isKeyless()) {
        return;
      }
      known = Math.max(known, names);
    }
    if (shape.leastColumns() > known) {
      throw new DeclarationException(
          mapping(node, "a shape").entries().get("least-columns").key().mark(),
          "'least-columns' is "
              + shape.leastColumns()
              + ", but 'columns' has "
              + known
              + ", so that no line would give a value");
    }
  }

  private static TableDeclaration defaultTable(Shape shape) {
    boolean isOneRow = shape.rowKey() == Shape.RowKey.NONE;
    return TableDeclaration.of(
        null,
        isOneRow ? Axis.single() : Axis.stats("*"),
        isOneRow && shape.columnKey() != Shape.ColumnKey.POSITION ? Axis.stats("*") : Axis.single(),
        List.of());
  }

  private TableDeclaration table(Fields table, Shape shape, boolean isDefault)
      throws DeclarationException {
    YamlNode subsystemNode = table.find("subsystem");
    String subsystem = subsystemNode == null ? null : name(subsystemNode);
    YamlNode rowsNode = table.find("rows");
    YamlNode columnsNode = table.find("columns");
    boolean numbersRows = shape.rowKey() == Shape.RowKey.LINE_NUMBER;
    boolean numbersColumns = shape.columnKey() == Shape.ColumnKey.POSITION;
    YamlNode rowNode = table.find("row");
    if (rowNode != null && rowsNode != null) {
      throw new DeclarationException(
          table.mark("row"), "expected either 'row', the key of the only one, or 'rows'");
    }
    String row = rowNode == null ? null : name(rowNode);
    Axis rows =
        row != null
            ? at(table.mark("row"), () -> Axis.key(row))
            : rowsNode != null
                ? axis(rowsNode, "'rows'", numbersRows)
                : shape.rowKey() == Shape.RowKey.NONE ? Axis.single() : Axis.stats("*");
    Axis columns =
        columnsNode != null
            ? axis(columnsNode, "'columns'", numbersColumns)
            : numbersColumns ? Axis.single() : Axis.stats("*");
    List<StatDeclaration> stats = stats(table, false);
    Axis sections = sections(table);
    TableDeclaration declared =
        at(
            table.mark(),
            () -> TableDeclaration.of(subsystem, rows, columns, stats).inSections(sections));
    return declared.byDefault(table.isTrue("default", isDefault));
  }

  private static Axis sections(Fields table) throws DeclarationException {
    List<String> headings = new ArrayList<>();
    for (Scalar heading : table.texts("sections")) {
      headings.add(pattern(heading));
    }
    if (headings.isEmpty()) {
      return Axis.single();
    }
    String[] all = headings.toArray(String[]::new);
    return at(
        table.mark("sections"),
        () -> all.length == 1 && all[0].indexOf('{') < 0 ? Axis.key(all[0]) : Axis.labels(all));
  }

  /**
   * An axis: a pattern or some, or a mapping.
   *
   * @param isNumbered whether the keys are numbers, so that a list gives their names
   */
  private static Axis axis(YamlNode node, String what, boolean isNumbered)
      throws DeclarationException {
    List<Scalar> keys = new ArrayList<>();
    List<Scalar> names = new ArrayList<>();
    List<String> excluded = new ArrayList<>();
    int radix = 10;
    if (node instanceof YamlNode.Mapping) {
      Fields axis = new Fields(node, what, "keys", "names", "exclude", "radix");
      keys = axis.texts("keys");
      names = axis.texts("names");
      for (Scalar pattern : axis.texts("exclude")) {
        excluded.add(pattern(pattern));
      }
      if (!names.isEmpty() && !isNumbered) {
        throw new DeclarationException(
            axis.mark("names"), "only columns by position and rows by line number have names");
      }
      YamlNode radixNode = axis.find("radix");
      if (radixNode != null) {
        radix = word(radixNode, "'radix'", List.of(8, 10, 16), String::valueOf);
      }
    } else if (isNumbered && node instanceof Scalar one && one.text().matches("[0-9]+")) {
      return Axis.position(Fields.number(one, one.text()));
    } else if (isNumbered && node instanceof Sequence) {
      names = Fields.texts(node);
    } else {
      keys = Fields.texts(node);
    }
    List<String> patterns = new ArrayList<>();
    for (Scalar key : keys) {
      patterns.add(pattern(key));
    }
    String[] all = patterns.isEmpty() ? new String[] {"*"} : patterns.toArray(String[]::new);
    Axis axis =
        at(node.mark(), () -> all[0].indexOf('{') >= 0 ? Axis.labels(all) : Axis.stats(all));
    if (!excluded.isEmpty()) {
      axis = axis.excluding(excluded.toArray(String[]::new));
    }
    if (!names.isEmpty()) {
      List<String> words = new ArrayList<>();
      for (Scalar name : names) {
        String word = name(name);
        if (!word.equals(PASSED_OVER) && words.contains(word)) {
          throw new DeclarationException(name.mark(), "'" + word + "' is in the list already");
        }
        words.add(word.equals(PASSED_OVER) ? "-" : word);
      }
      axis = axis.named(words.toArray(String[]::new));
    }
    Axis made = axis;
    int base = radix;
    return at(node.mark(), () -> made.inRadix(base));
  }

  private static Shape shape(YamlNode node) throws DeclarationException {
    if (!(node instanceof YamlNode.Mapping)) {
      String expected = "flat-keyed, entries, or a mapping that says how lines are divided";
      return switch (text(node, expected)) {
        case "flat-keyed" -> Shape.FLAT_KEYED;
        case "entries" -> Shape.ENTRIES;
        default -> throw expected(node, expected);
      };
    }
    Fields fields =
        new Fields(
            node,
            "a shape",
            "skip-lines",
            "headings",
            "header",
            "header-words",
            "row",
            "skip-through",
            "prefix-words",
            "column",
            "separators",
            "radix",
            "least-columns",
            "trailing-words",
            "uniform",
            "per-cpu");
    Shape.Builder shape =
        Shape.builder()
            .skipLines(fields.number("skip-lines", 0))
            .headerWords(fields.number("header-words", 0))
            .prefixWords(fields.number("prefix-words", 0))
            .leastColumns(fields.number("least-columns", 1));
    YamlNode through = fields.find("skip-through");
    if (through != null) {
      String last = text(through, "one character");
      if (last.length() != 1) {
        throw expected(through, "one character");
      }
      at(through.mark(), () -> shape.skipThrough(last.charAt(0)));
    }
    if (fields.isTrue("uniform", false)) {
      shape.uniform();
    }
    if (fields.isTrue("per-cpu", false)) {
      shape.perCpu();
    }
    YamlNode headings = fields.find("headings");
    if (headings != null) {
      shape.heading(
          word(headings, "'headings'", List.of(Shape.Heading.values()), Fields::lowerCase));
    }
    YamlNode header = fields.find("header");
    if (header != null) {
      shape.header(word(header, "'header'", List.of(Shape.Header.values()), Fields::lowerCase));
    }
    YamlNode row = fields.find("row");
    if (row != null) {
      row(row, shape);
    }
    YamlNode column = fields.find("column");
    if (column != null) {
      shape.columnKey(
          word(column, "'column'", List.of(Shape.ColumnKey.values()), Fields::lowerCase));
    }
    YamlNode separators = fields.find("separators");
    if (separators != null) {
      String characters = text(separators, "characters");
      at(separators.mark(), () -> shape.separators(characters));
    }
    YamlNode radix = fields.find("radix");
    if (radix != null) {
      shape.radix(word(radix, "'radix'", List.of(8, 10, 16), String::valueOf));
    }
    YamlNode trailing = fields.find("trailing-words");
    if (trailing != null) {
      shape.trailingWords(
          word(
              trailing,
              "'trailing-words'",
              List.of(0, 1, Shape.ANY),
              words -> words == Shape.ANY ? "any" : String.valueOf(words)));
    }
    return at(fields.mark(), shape::build);
  }

  private static void row(YamlNode node, Shape.Builder shape) throws DeclarationException {
    String expected = "none, before-colon, line-number, 'word N' or 'words N M'";
    String text = text(node, expected);
    String[] words = text.split(" ", -1);
    if (words[0].equals("word") && words.length == 2) {
      shape.rowKeyWord(Fields.number(node, words[1]));
    } else if (words[0].equals("words") && words.length == 3) {
      int first = Fields.number(node, words[1]);
      int second = Fields.number(node, words[2]);
      at(node.mark(), () -> shape.rowKeyWords(first, second));
    } else {
      switch (text) {
        case "none" -> {}
        case "before-colon" -> shape.rowKeyBeforeColon();
        case "line-number" -> shape.rowKeyLineNumber();
        default -> throw expected(node, expected);
      }
    }
  }

  /**
   * What is known of stats.
   *
   * @param areFiles whether the names can be those of files, which can have labels
   */
  private List<StatDeclaration> stats(Fields owner, boolean areFiles) throws DeclarationException {
    YamlNode node = owner.find("stats");
    List<StatDeclaration> declared = new ArrayList<>();
    if (node == null) {
      return declared;
    }
    for (Entry entry : entries(node, "stats by their name", MOST_STATS)) {
      if (++stats > MOST_STATS) {
        throw new DeclarationException(
            entry.key().mark(), "more than " + MOST_STATS + " stats in one file");
      }
      declared.add(stat(entry, areFiles));
    }
    // A stat is described by its name rather than by a pattern, whichever comes first.
    declared.sort(Comparator.comparing(stat -> !stat.name().isLiteral()));
    return declared;
  }

  private StatDeclaration stat(Entry entry, boolean isFile) throws DeclarationException {
    String name = pattern(entry.key());
    if (name.indexOf('{') >= 0 && (!isFile || StatFileName.statOf(KeyPattern.of(name)).isEmpty())) {
      throw expected(
          entry.key(),
          "the name of a stat, with * and ? for any characters; only those of files have labels,"
              + " and not labels alone");
    }
    Fields stat =
        new Fields(
            entry.value(),
            "a stat",
            "kind",
            "type",
            "unit",
            "description",
            "document",
            "former",
            "no-value",
            "default");
    Stat.Kind kind =
        word(
            stat.get("kind", "counter, level or discrete"),
            "'kind'",
            List.of(Stat.Kind.values()),
            Fields::lowerCase);
    YamlNode type = stat.find("type");
    List<String> former = new ArrayList<>();
    for (Scalar formerName : stat.texts("former")) {
      former.add(name(formerName));
    }
    StatDeclaration.Builder declared = StatDeclaration.builder(name, kind);
    List<String> noValue = new ArrayList<>();
    for (Scalar sign : stat.texts("no-value")) {
      noValue.add(sign.text());
    }
    at(stat.mark("no-value"), () -> declared.noValue(noValue));
    if (stat.has("default")) {
      declared.byDefault(stat.isTrue("default", true));
    }
    return declared
        .type(
            type == null
                ? Stat.Type.INT
                : word(type, "'type'", List.of(Stat.Type.values()), Fields::lowerCase))
        .unit(line(stat, "unit"))
        .description(line(stat, "description"))
        .document(stat.has("document") ? line(stat, "document") : document)
        .formerNames(former)
        .build();
  }

  /** A text of one line; what YAML folds is one. */
  private static String line(Fields fields, String key) throws DeclarationException {
    String line = fields.text(key, "").strip().replaceAll("\\s+", " ");
    int most = key.equals("unit") ? LONGEST_UNIT : LONGEST_TEXT;
    if (line.length() > most) {
      throw new DeclarationException(fields.mark(key), "more than " + most + " characters");
    }
    String fault = key.equals("unit") && !line.isEmpty() ? UnitText.fault(line) : null;
    if (fault != null) {
      throw new DeclarationException(fields.mark(key), fault);
    }
    return line;
  }

  private static List<MetricDeclaration> metrics(YamlNode node) throws DeclarationException {
    List<MetricDeclaration> metrics = new ArrayList<>();
    for (Entry naming : entries(node, "metrics by naming, such as semconv", 20)) {
      for (Entry metric : entries(naming.value(), "metrics by their name", MOST_STATS)) {
        metrics.add(metric(name(naming.key()), metric));
      }
    }
    return metrics;
  }

  private static MetricDeclaration metric(String naming, Entry entry) throws DeclarationException {
    Fields fields =
        new Fields(entry.value(), "a metric", "instrument", "unit", "description", "points");
    MetricDeclaration.Builder metric =
        MetricDeclaration.builder(
                naming,
                name(entry.key()),
                word(
                    fields.get("instrument", "counter, up-down-counter or gauge"),
                    "'instrument'",
                    List.of(MetricDeclaration.Instrument.values()),
                    Fields::lowerCase))
            .unit(line(fields, "unit"))
            .description(line(fields, "description"));
    YamlNode points = fields.get("points", "a list of points");
    if (!(points instanceof Sequence list) || list.values().isEmpty()) {
      throw expected(points, "a list of points");
    }
    for (YamlNode point : list.values()) {
      metric.point(
          point(new Fields(point, "a point", "labels", "sum", "count", "by", "divided-by")));
    }
    return at(fields.mark(), metric::build);
  }

  private static Point point(Fields point) throws DeclarationException {
    List<Label> labels = new ArrayList<>();
    YamlNode labelsNode = point.find("labels");
    if (labelsNode != null) {
      for (Entry entry : entries(labelsNode, "the labels of the point", 50)) {
        labels.add(label(entry));
      }
    }
    if (point.has("sum") == point.has("count")) {
      throw new DeclarationException(point.mark(), "expected either 'sum' or 'count' of stats");
    }
    if (point.has("count")) {
      if (point.has("divided-by")) {
        throw new DeclarationException(point.mark("divided-by"), "a count is not divided");
      }
      Term counted = term(point.get("count", "a stat"));
      List<String> by = new ArrayList<>();
      for (Scalar label : point.texts("by")) {
        by.add(name(label));
      }
      return at(point.mark(), () -> Point.count(labels, counted, by));
    } else if (point.has("by")) {
      throw new DeclarationException(point.mark("by"), "only a 'count' is by labels");
    }
    List<Term> terms = new ArrayList<>();
    for (Scalar term : point.texts("sum")) {
      terms.add(term(term));
    }
    Term[] sum = terms.toArray(Term[]::new);
    YamlNode divisorNode = point.find("divided-by");
    Term divisor = divisorNode == null ? null : term(divisorNode);
    return at(
        point.mark(),
        () -> divisor == null ? Point.sum(labels, sum) : Point.quotient(labels, divisor, sum));
  }

  private static Label label(Entry entry) throws DeclarationException {
    String key = name(entry.key());
    if (entry.value() instanceof YamlNode.Mapping) {
      Fields label = new Fields(entry.value(), "a label", "integer");
      return Label.integer(
          key, text(label.get("integer", "the value, such as '{cpu}'"), "the value"));
    }
    return Label.text(key, text(entry.value(), "the label's value, or {integer: the value}"));
  }

  private static Term term(YamlNode node) throws DeclarationException {
    String path = text(node, "a stat, as subsystem/device/stat");
    return at(
        node.mark(), () -> path.startsWith("-") ? Term.minus(path.substring(1)) : Term.plus(path));
  }

  private static List<Entry> entries(YamlNode node, String expected, int most)
      throws DeclarationException {
    List<Entry> entries = List.copyOf(mapping(node, expected).entries().values());
    if (entries.size() > most) {
      throw new DeclarationException(node.mark(), "more than " + most + " keys");
    }
    return entries;
  }

  /** What can be one name of a file, a stat or a label. */
  private static String name(YamlNode node) throws DeclarationException {
    String expected = "a name of at most " + LONGEST_PATTERN + " characters without /";
    String text = text(node, expected);
    if (text.length() > LONGEST_PATTERN
        || text.indexOf('/') >= 0
        || text.equals(".")
        || text.equals("..")
        || hasControls(text)) {
      throw expected(node, expected);
    }
    return text;
  }

  private static String pattern(YamlNode node) throws DeclarationException {
    String text = name(node);
    at(node.mark(), () -> KeyPattern.of(text));
    return text;
  }

  /** A path to what is below. */
  private static String path(YamlNode node) throws DeclarationException {
    String expected = "a path relative to the directory or mount that it is in, without . and ..";
    String text = text(node, expected);
    for (String part : text.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..") || hasControls(part)) {
        throw expected(node, expected);
      }
    }
    return text;
  }

  private static boolean hasControls(String text) {
    return text.chars().anyMatch(c -> c < ' ' || c == 0x7f);
  }
}
