package io.statsfs.core.scan;

import static io.statsfs.Problem.Kind.LIMIT_EXCEEDED;
import static io.statsfs.Problem.Kind.MALFORMED;
import static io.statsfs.Problem.Kind.NO_STATS;
import static java.util.stream.Collectors.joining;

import io.statsfs.core.schema.DeclaredStats;
import io.statsfs.core.schema.Schema;
import io.statsfs.core.text.KnownText;
import io.statsfs.core.text.NumberText;
import io.statsfs.core.text.ShapedText;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.FilePlan;
import io.statsfs.spi.KeyPattern;
import io.statsfs.spi.PathText;
import io.statsfs.spi.Shape;
import io.statsfs.spi.TableDeclaration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A file whose shape and tables are declared. */
final class DeclaredContents implements FileContents {
  /** What samples know of a file must not fill the memory. */
  private static final int MOST_CELLS = 1 << 20;

  private static final int DECIMAL = 10;
  private static final int EXPECTED_LINE_BYTES = 32;
  private static final int MOST_EXPECTED = 256;

  /** In a message. */
  private static final int SHOWN_KEYS = 4;

  private static final Pattern BLANKS = Pattern.compile("\\s+");

  private static final Finding AMBIGUOUS =
      new Finding(
          MALFORMED,
          "stats of one name",
          "has stats of which the names are the same, as values of labels have '/' in them or a"
              + " pattern leaves out what sets them apart; the first one of each name is read");

  /**
   * The stats of a source, by their names, and what the keys of rows and columns say of it.
   *
   * @param of the table of the first stat
   * @param tables that of each, by its number
   */
  private record Cells(
      Place place,
      OfTable of,
      Map<String, String> columnLabels,
      Map<String, CellFound> byName,
      List<Integer> tables) {}

  private final Place place;
  private final DeclaredStats shipped;
  private final FileDeclaration file;

  /** Whether a user has written the declaration. */
  private final boolean isOfUser;

  private final List<DeclaredStats> declared;
  private final @Nullable PossibleCpus cpus;

  /** Whether a table has rows whose labels are numbers of another base. */
  private boolean hasOtherBases;

  /** What the layout says of the stats of tables that are not exported when nobody names any. */
  private final DeclaredStats notDefault;

  /** By the number of a table; null before it was asked for. */
  private final @Nullable String[] soleNames;

  private final ShapedText lines;
  private final TableKeys rows = new TableKeys();
  private final TableKeys columns = new TableKeys();

  /** The stats of each source, by its subsystem and device. */
  private final Map<List<String>, Cells> sources = new LinkedHashMap<>();

  /** The numbers of the sections that rows are in, where there are headings. */
  private final Map<String, Integer> sections = new HashMap<>();

  /** Where the last cell went, and by what that was found. */
  private @Nullable Cells last;

  private int expectedCells;
  private int lastTable;
  private Map<String, String> lastRowLabels = Map.of();
  private Map<String, String> lastColumnLabels = Map.of();
  private boolean isAmbiguous;

  /** A key that several rows have, or several columns of a row, which tables have; null if none. */
  private @Nullable String repeated;

  /** Rows with a key that one above has. */
  private int repetitions;

  /** What was said of such a key, for as long as there is one. */
  private @Nullable Finding repetition;

  /** Whether there is a line that is no table's, and that none excludes. */
  private boolean hasStranger;

  /** Whether the lines above the rows are none that a table has: none of their columns is one. */
  private boolean hasOtherHeader;

  /** Whether a heading is one of a table's; of headings without a row nothing else is known. */
  private boolean hasKnownHeading;

  /** Whether a row with a cell is a table's. */
  private boolean hasKnownRow;

  /** Why the first line without the shape does not have it, as far as that is known. */
  private String why = "";

  /** Of stats that a user names, which have not been numbers in this text, a value of each. */
  private final Map<String, String> texts = new LinkedHashMap<>();

  /** Those that have been numbers in this text. */
  private final Set<String> numbers = new HashSet<>();

  /** What was said of stats that are no numbers, for as long as there are any. */
  private @Nullable Finding textual;

  /** What was said of lines without the shape, for as long as there are any. */
  private @Nullable Finding broken;

  private boolean wasOfAnotherForm;

  /** Whether each line of the last text has the shape. */
  private boolean fits;

  private int lineCount;

  /**
   * For the texts of a file.
   *
   * @param cpus asked only where lines are those of CPUs; null where none are
   */
  DeclaredContents(
      Place place, DeclaredStats shipped, FileDeclaration file, @Nullable PossibleCpus cpus) {
    this.place = place;
    this.cpus = cpus;
    this.shipped = shipped;
    this.file = file;
    // Without lambdas, as this is part of opening in a JVM that has just begun; so is reading.
    isOfUser = !file.origin().isEmpty();
    soleNames = new String[file.tables().size()];
    declared = new ArrayList<>(file.tables().size());
    List<String> noValue = new ArrayList<>();
    for (TableDeclaration table : file.tables()) {
      declared.add(new DeclaredStats(table.stats(), table.isDefault()));
      noValue.addAll(table.stats().noValueWords());
      hasOtherBases |= table.rows().radix() != DECIMAL;
    }
    noValue.addAll(place.tree().layout().stats().noValueWords());
    notDefault = new DeclaredStats(place.tree().layout().stats(), false);
    lines = new ShapedText(noValue.isEmpty() ? file.shape() : file.shape().withNoValue(noValue));
  }

  @Override
  public Shape shape() {
    return lines.shape();
  }

  /** Whether there was a line in the last text, and each that a table has has the shape. */
  boolean fits() {
    return fits;
  }

  /** A word of a line, until the line is known to have the shape. */
  private record Word(String key, TableKey column, @Nullable String text) {
    boolean isNumber() {
      return text == null;
    }
  }

  /** A table that has the row at hand, and what its labels are there. */
  private record OfTable(int table, String name, Map<String, String> labels) {}

  /** The text before was not read here, as it is known. */
  void hold(KnownContents known) {
    rows.hold(known.rows());
    columns.hold(known.columns());
  }

  /** Whether a text has more than a file of one line may have. */
  static boolean isTooLong(Shape shape, int length) {
    return shape.isOneLine() && length >= FilePlan.VALUE_BYTES;
  }

  @Override
  public Found read(byte[] text, int length, boolean isCut, Runnable step) {
    return read(text, length, isCut, step, null);
  }

  /** As {@link #read(byte[], int, boolean, Runnable)}, with what takes in the cells of the text. */
  Found read(
      byte[] text,
      int length,
      boolean isCut,
      Runnable step,
      KnownText.@Nullable Recorder recorder) {
    // So that few maps have to grow; a line that is longer has more columns.
    int expected = Math.min(MOST_EXPECTED, length / EXPECTED_LINE_BYTES + 1);
    expectedCells = expected;
    rows.begin(expected);
    columns.begin(1);
    sources.clear();
    sections.clear();
    last = null;
    isAmbiguous = false;
    repeated = null;
    repetitions = 0;
    hasStranger = false;
    hasKnownRow = false;
    fits = false;
    why = "";
    texts.clear();
    numbers.clear();
    hasKnownHeading = shape().heading() != Shape.Heading.NONE && readHeadings(text, length, isCut);
    boolean isOneRow = shape().rowKey() == Shape.RowKey.NONE;
    boolean hasRowKeys = !isOneRow && shape().rowKey() != Shape.RowKey.LINE_NUMBER;
    boolean hasHeadings = shape().heading() != Shape.Heading.NONE;
    boolean isTooLong = isTooLong(shape(), length);
    int known = knownColumns();
    int mostWords = shape().isUniform() ? shortestLine(text, length, isCut, known) : 0;
    List<Word> header = begin(text, length, isCut, known);
    if (shape().columnKey() == Shape.ColumnKey.POSITION && known < Integer.MAX_VALUE) {
      for (int i = 0; i < known; i++) {
        numberedColumn(i);
      }
    }
    hasOtherHeader =
        length > 0
            && (shape().header() == Shape.Header.ONCE
                ? columns.all().stream()
                    .noneMatch(key -> file.tables().stream().anyMatch(t -> has(t, key)))
                : shape().skipLines() > 0 && lineEnds(text, length) < shape().skipLines());
    List<Word> words = new ArrayList<>();
    int all = 0;
    int fitting = 0;
    int without = 0;
    while (lines.nextLine()) {
      step.run();
      all++;
      words.clear();
      int number = lines.line();
      byte[] rowBytes = hasRowKeys ? lines.rowKey() : null;
      String row =
          rowBytes != null ? PathText.decode(rowBytes) : isOneRow ? "" : Integer.toString(number);
      // The number of a line also if that does not have the shape, so that there is no gap.
      TableKey key =
          rowBytes != null ? rows.first(row, rowBytes) : isOneRow ? null : rows.of(number);
      if (rowBytes != null && key == null) {
        if (!isOfOneSection(row) && !tables(row, number).isEmpty()) {
          repeated = repeated == null ? row.replace('\n', ' ') : repeated;
          repetitions++;
        }
        continue;
      } else if (hasHeadings) {
        sections.put(row, lines.section());
      }
      while (lines.nextCell()) {
        words.add(word(header));
        if (recorder != null) {
          recorder.cell(lines);
        }
      }
      if (recorder != null) {
        recorder.endOfCells(lines);
      }
      boolean fits =
          !lines.isBroken() && !isTooLong && (mostWords == 0 || lines.words() <= mostWords);
      List<OfTable> tables = tables(row, number);
      if (!fits || hasOtherBases && isMalformed(row, number)) {
        // What no table has may look like anything.
        boolean isOfNone = !fits && tables.isEmpty();
        without += isOfNone ? 0 : 1;
        why = isOfNone || !why.isEmpty() ? why : why(known, header.size());
        hasStranger |= isOfNone && file.tables().stream().noneMatch(t -> isExcluded(t, row));
      } else if (!words.isEmpty()) {
        hasKnownRow |= !tables.isEmpty();
        Boolean hasNumber = add(key == null ? rows.of(0) : key, words, tables);
        if (hasNumber != null) {
          fitting += hasNumber ? 1 : 0;
          without += hasNumber ? 0 : 1;
        }
        continue;
      }
      if (rowBytes != null) {
        rows.passOver(row);
      }
    }
    without += lines.linesWithoutKey();
    lines.end();
    boolean isTooMany = isOneRow && all > 1;
    why = isTooMany ? "; 'row: none' is for a file of one line" : why;
    lineCount = all;
    return found(all, isTooMany ? 0 : fitting, isTooMany ? all : without);
  }

  /**
   * What the last text has, in which there is no problem, for those that are like it.
   *
   * @param recorder which took in its cells
   * @return null if its stats could be of other sources in another place
   */
  @Nullable KnownContents known(byte[] text, int length, Found found, KnownText.Recorder recorder) {
    List<KnownContents.Source> known = new ArrayList<>(found.groups().size());
    for (Group group : found.groups()) {
      List<String> name = List.of(group.place().subsystem(), group.place().device());
      Cells its = Objects.requireNonNull(sources.get(name));
      if (!haveOneSubsystem(its.tables)) {
        return null;
      }
      known.add(
          new KnownContents.Source(its.tables, its.of.labels, its.columnLabels, group.cells()));
    }
    return new KnownContents(
        recorder.of(text, length, lines),
        shape(),
        lineCount,
        fits,
        found.rows(),
        found.columns(),
        known);
  }

  /** Whether tables name the same subsystem, or all of them that of the place. */
  private boolean haveOneSubsystem(List<Integer> tables) {
    String first = file.tables().get(tables.get(0)).subsystem();
    for (int table : tables) {
      if (!Objects.equals(first, file.tables().get(table).subsystem())) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a row that is there already is below the same heading, which may have more of another
   * kind, as the watermarks of CPUs in zoneinfo.
   */
  private boolean isOfOneSection(String row) {
    Integer section = sections.get(row);
    return section != null && section == lines.section();
  }

  private static int lineEnds(byte[] text, int length) {
    int ends = 0;
    for (int i = 0; i < length; i++) {
      ends += text[i] == '\n' ? 1 : 0;
    }
    return ends;
  }

  /** What is wrong with the line at hand, and what to do; empty if that is not known. */
  private String why(int known, int headerWords) {
    String odd = lines.oddWord();
    if (odd == null) {
      return "";
    }
    int line = shape().skipLines() + (shape().header() == Shape.Header.ONCE ? 1 : 0) + lines.line();
    String in = "; in line " + (line + 1) + " '" + odd + "' ";
    return switch (shape().columnKey()) {
      case POSITION ->
          in
              + (lines.column() < known
                  ? "is no number"
                  : "comes after the last of 'columns': name it there, or declare"
                      + " 'trailing-words: any'");
      case HEADER ->
          in
              + (lines.column() < headerWords
                  ? "is no number"
                  : "comes after the last column of the header: check 'header-words', or declare"
                      + " 'trailing-words: any'");
      case WORD_BEFORE -> in + "has no value behind it";
      case BEFORE_EQUALS -> in + "has no '=' in it: if all lines begin so, declare 'prefix-words'";
    };
  }

  /** Begins a text; its header, where it has one. */
  private List<Word> begin(byte[] text, int length, boolean isCut, int known) {
    lines.begin(text, length, isCut && !shape().isOneLine(), known);
    List<Word> header = new ArrayList<>();
    if (shape().header() == Shape.Header.ONCE) {
      while (lines.nextHeaderWord()) {
        // Of columns with one name the first counts.
        String key = PathText.decode(lines.columnKey());
        boolean isFirst = !columns.has(key);
        Word word = keyedWord(null);
        header.add(isFirst ? word : new Word("", word.column, null));
        boolean isWanted =
            !isFirst && file.tables().stream().anyMatch(t -> t.columns().match(key) != null);
        repeated = repeated == null && isWanted ? key : repeated;
      }
    }
    return header;
  }

  /** Whether one of the headings is a table's. */
  private boolean readHeadings(byte[] text, int length, boolean isCut) {
    lines.begin(text, length, isCut, 0);
    while (lines.nextHeading()) {
      String heading = PathText.decode(lines.heading());
      for (TableDeclaration table : file.tables()) {
        if (table.sections().match(BLANKS.matcher(heading).replaceAll(" ")) != null) {
          return true;
        }
      }
    }
    return false;
  }

  /** How many words the shortest line has. */
  private int shortestLine(byte[] text, int length, boolean isCut, int known) {
    lines.begin(text, length, isCut && !shape().isOneLine(), known);
    while (shape().header() == Shape.Header.ONCE && lines.nextHeaderWord()) {
      // The header is passed over.
    }
    int shortest = Integer.MAX_VALUE;
    while (lines.nextLine()) {
      while (lines.nextCell()) {
        // The line is looked at to its end, to see whether it has the shape.
      }
      shortest = lines.isBroken() ? shortest : Math.min(shortest, lines.words());
    }
    return shortest;
  }

  /** How many columns there are if they have numbers; any number if only the text shows it. */
  private int knownColumns() {
    int known = 0;
    for (TableDeclaration table : file.tables()) {
      if (table.columns().isKeyless()) {
        known = Math.max(known, Math.max(1, table.columns().names().size()));
      } else if (table.columns().names().isEmpty()) {
        return Integer.MAX_VALUE;
      } else {
        known = Math.max(known, table.columns().names().size());
      }
    }
    return known;
  }

  private TableKey numberedColumn(int number) {
    return columns.of(number);
  }

  private Word keyedWord(@Nullable String text) {
    byte[] bytes = lines.columnKey();
    String key = PathText.decode(bytes);
    return new Word(key, columns.of(key, bytes), text);
  }

  private Word word(List<Word> header) {
    String text = lines.isNumber() || lines.isNoValue() ? null : lines.word();
    return switch (shape().columnKey()) {
      case POSITION -> new Word("", numberedColumn(lines.column()), text);
      case HEADER -> {
        if (shape().header() != Shape.Header.ONCE) {
          yield keyedWord(text);
        }
        Word column = header.get(lines.column());
        yield new Word(column.key, column.column, text);
      }
      case WORD_BEFORE, BEFORE_EQUALS -> keyedWord(text);
    };
  }

  private List<OfTable> tables(String row, int number) {
    List<TableDeclaration> all = file.tables();
    List<OfTable> found = new ArrayList<>(1);
    for (int i = 0; i < all.size(); i++) {
      TableDeclaration table = all.get(i);
      Map<String, String> ofSection = sectionLabels(table, row);
      String name = ofSection == null ? null : rowName(table.rows(), row, number);
      Map<String, String> labels = name == null ? null : table.rows().match(name);
      if (ofSection != null && name != null && labels != null) {
        if (!ofSection.isEmpty()) {
          Map<String, String> both = new LinkedHashMap<>(ofSection);
          both.putAll(labels);
          labels = both;
        }
        found.add(new OfTable(i, name, labels));
      }
    }
    return found;
  }

  /** The labels that the heading of a row gives; null if the table does not have that section. */
  private @Nullable Map<String, String> sectionLabels(TableDeclaration table, String row) {
    if (shape().heading() == Shape.Heading.NONE) {
      return Map.of();
    }
    String heading = row.substring(0, row.indexOf('\n'));
    return table.sections().match(BLANKS.matcher(heading).replaceAll(" "));
  }

  /** Whether a row would be a table's, but has no number where the table wants one. */
  private boolean isMalformed(String row, int number) {
    for (TableDeclaration table : file.tables()) {
      String name = sectionLabels(table, row) == null ? null : rowName(table.rows(), row, number);
      if (name != null && table.rows().isMalformed(name)) {
        return true;
      }
    }
    return false;
  }

  /** The key of a row as its table knows it; null if it is none of the table's. */
  private @Nullable String rowName(Axis axis, String row, int number) {
    return switch (shape().rowKey()) {
      case NONE -> "";
      case LINE_NUMBER -> axis.key(number).orElse(null);
      case WORD, BEFORE_COLON -> row.substring(row.indexOf('\n') + 1);
    };
  }

  /** The same of a column. */
  private static @Nullable String columnName(Axis axis, Word word) {
    TableKey key = word.column;
    if (axis.isKeyless()) {
      boolean isThere =
          axis.names().isEmpty() ? key.number() == 0 : axis.key(key.number()).isPresent();
      return isThere ? "" : null;
    } else if (key.bytes() == null) {
      return axis.key(key.number()).orElse(null);
    }
    return word.key.isEmpty() ? null : word.key;
  }

  /** Takes the stats of a line. Whether one of them is a number; null if there is none. */
  private @Nullable Boolean add(TableKey row, List<Word> words, List<OfTable> tables) {
    // A cell belongs to the first table that has it, and of columns with one name the first counts.
    Map<TableKey, OfTable> taken = tables.size() > 1 ? new HashMap<>() : Map.of();
    Boolean hasNumber = null;
    for (OfTable of : tables) {
      TableDeclaration table = file.tables().get(of.table);
      for (Word word : words) {
        String columnName = columnName(table.columns(), word);
        Map<String, String> labels = columnName == null ? null : table.columns().match(columnName);
        OfTable first =
            labels == null || tables.size() == 1 ? null : taken.putIfAbsent(word.column, of);
        if (labels == null || first != null && first != of) {
          continue;
        }
        String name =
            table.rows().meaning() == Axis.Meaning.STATS
                ? of.name
                : table.columns().meaning() == Axis.Meaning.STATS ? columnName : soleName(of.table);
        if (first == null && (isNumber(table.rows(), name) || isNumber(table.columns(), name))) {
          hasNumber = hasNumber != null && hasNumber;
          continue;
        }
        if (first == of || !add(of, labels, name, row, word.column)) {
          repeated = repeated == null ? word.key : repeated;
          continue;
        }
        hasNumber = word.isNumber() || hasNumber != null && hasNumber;
        if (isOfUser) {
          noteText(table, name, word);
        }
      }
    }
    return hasNumber;
  }

  /** Of a declaration of a user, whose words may be others than he thinks. */
  private void noteText(TableDeclaration table, String name, Word word) {
    if (word.text == null) {
      numbers.add(name);
    } else if (isNamed(table, name)) {
      texts.putIfAbsent(name, word.text);
    }
  }

  /** Whether a user has named the stat, and not by a pattern. */
  private boolean isNamed(TableDeclaration table, String name) {
    return table.columns().names().contains(name)
        || table.stats().all().stream().anyMatch(s -> s.name().toString().equals(name))
        || place.tree().layout().stats().all().stream()
            .anyMatch(s -> s.name().toString().equals(name));
  }

  /** The name of the only stat of a table. */
  private String soleName(int table) {
    String name = soleNames[table];
    if (name == null) {
      name = file.tables().get(table).stats().all().get(0).name().toString();
      soleNames[table] = name;
    }
    return name;
  }

  /** Whether a key that is the name of a stat, whatever it is, looks like a number. */
  private static boolean isNumber(Axis axis, String name) {
    return axis.meaning() == Axis.Meaning.STATS
        && axis.names().isEmpty()
        && NumberText.isLikeANumber(name)
        && axis.patterns().stream().noneMatch(KeyPattern::isLiteral);
  }

  /** False if the line has that cell already. */
  private boolean add(
      OfTable of, Map<String, String> columnLabels, String name, TableKey row, TableKey column) {
    Cells cells = last;
    // Cells beside or below each other are most often of one source.
    if (cells == null
        || lastTable != of.table
        || !lastRowLabels.equals(of.labels)
        || !lastColumnLabels.equals(columnLabels)) {
      cells = cells(of, columnLabels);
      last = cells;
      lastTable = of.table;
      lastRowLabels = of.labels;
      lastColumnLabels = columnLabels;
    }
    CellFound cell = new CellFound(name, metric(of.table, name), row, column);
    CellFound before = cells.byName.putIfAbsent(name, cell);
    if (before != null && before.row() == row && before.column() == column) {
      return false;
    }
    if (before == null) {
      cells.tables.add(of.table);
    }
    isAmbiguous |= before != null;
    return true;
  }

  /**
   * The source that cells are of.
   *
   * @param place of the file
   * @param rowLabels what the key of their row gives
   */
  static Place source(
      Place place,
      TableDeclaration table,
      Map<String, String> rowLabels,
      Map<String, String> columnLabels) {
    if (rowLabels.isEmpty() && columnLabels.isEmpty()) {
      return place.table(table.subsystem(), List.of(), place.labels());
    }
    Map<String, String> labels = new LinkedHashMap<>(place.labels());
    labels.putAll(rowLabels);
    labels.putAll(columnLabels);
    List<String> values = new ArrayList<>(rowLabels.values());
    values.addAll(columnLabels.values());
    return place.table(table.subsystem(), values, Collections.unmodifiableMap(labels));
  }

  private Cells cells(OfTable of, Map<String, String> columnLabels) {
    Place source = source(place, file.tables().get(of.table), of.labels, columnLabels);
    List<String> name = List.of(source.subsystem(), source.device());
    Cells cells = sources.get(name);
    if (cells == null) {
      // Many sources are most often alike, and one alone has what there is.
      int likely = last == null ? expectedCells : last.byName.size();
      cells =
          new Cells(
              source, of, columnLabels, new LinkedHashMap<>(likely * 2), new ArrayList<>(likely));
      sources.put(name, cells);
    }
    // Values with a '/' in them can make one name of other labels.
    isAmbiguous |= !cells.place.labels().equals(source.labels());
    return cells;
  }

  /** What is declared of a stat of a table. */
  Schema.Metric metric(int table, String name) {
    Schema.Metric known = declared.get(table).find(name);
    if (known != null) {
      return known;
    }
    boolean isDefault = file.tables().get(table).isDefault();
    known = (isDefault ? shipped : notDefault).find(name);
    return known == null
        ? isDefault ? Schema.Metric.UNKNOWN : Schema.Metric.UNKNOWN_NOT_DEFAULT
        : known;
  }

  private Found found(int all, int fitting, int without) {
    List<TableKey> rowKeys = rows.all();
    List<TableKey> columnKeys = columns.all();
    if ((long) rowKeys.size() * columnKeys.size() > MOST_CELLS) {
      return new Found(
          List.of(),
          List.of(),
          List.of(),
          new Finding(
              LIMIT_EXCEEDED,
              "too many cells",
              "more than " + MOST_CELLS + " rows times columns; it is not read"));
    }
    List<Group> groups = new ArrayList<>();
    // If lines that have the shape are no more than the others, they may have it by accident.
    int odd = without + repetitions;
    boolean isOfAnotherForm = odd > 0 && odd >= fitting;
    fits = odd == 0 && fitting > 0;
    if (shape().isPerCpu() && fitting > 0 && !isOfAnotherForm) {
      String unknown = Objects.requireNonNull(cpus).whyUnknown(all);
      if (unknown != null) {
        return new Found(
            rowKeys,
            columnKeys,
            List.of(),
            new Finding(MALFORMED, "lines of unknown CPUs", unknown + declaredAt()));
      }
    }
    if (!isOfAnotherForm) {
      for (Cells source : sources.values()) {
        groups.add(new Group(source.place, List.copyOf(source.byName.values())));
      }
    }
    if (without > 0 || isOfAnotherForm) {
      if (broken == null || isOfAnotherForm != wasOfAnotherForm) {
        broken =
            new Finding(
                MALFORMED,
                "lines of another form",
                odd
                    + " of "
                    + (fitting + odd)
                    + " lines are not '"
                    + shape()
                    + (repetitions > 0 ? "' or repeat a key, as the layout " : "', as the layout ")
                    + place.tree().layout()
                    + " declares; "
                    + (isOfAnotherForm ? "the file gives no value" : "they give no value")
                    + why
                    + declaredAt());
      }
      wasOfAnotherForm = isOfAnotherForm;
      return new Found(rowKeys, columnKeys, groups, broken);
    }
    broken = null;
    if (isAmbiguous) {
      return new Found(rowKeys, columnKeys, groups, AMBIGUOUS);
    }
    if (repeated != null) {
      if (repetition == null) {
        String message =
            "has several rows of one key, or columns in a row, such as '"
                + repeated
                + "', which the layout "
                + place.tree().layout()
                + " declares; the first one of each key is read"
                + declaredAt();
        repetition = new Finding(MALFORMED, "a key is repeated", message);
      }
      return new Found(rowKeys, columnKeys, groups, repetition);
    }
    repetition = null;
    Finding empty = null;
    if (groups.isEmpty() && !mayBeEmpty(rowKeys, all)) {
      empty =
          all == 0
              ? new Finding(MALFORMED, "no line", noLine() + declaredAt())
              : new Finding(
                  NO_STATS,
                  "no cell is declared",
                  "holds no stats: " + nothingOf(rowKeys, columnKeys) + declaredAt());
    }
    return new Found(rowKeys, columnKeys, groups, empty == null ? textual() : empty);
  }

  /** What a user names and is no number in any line is most likely another word than was meant. */
  private @Nullable Finding textual() {
    texts.keySet().removeAll(numbers);
    if (texts.isEmpty()) {
      textual = null;
    } else if (textual == null) {
      String some =
          texts.entrySet().stream()
              .limit(SHOWN_KEYS)
              .map(text -> "'" + text.getKey() + "' has '" + text.getValue() + "'")
              .collect(joining(", "));
      int more = texts.size() - SHOWN_KEYS;
      textual =
          new Finding(
              MALFORMED,
              "no number",
              "has no number where the layout "
                  + place.tree().layout()
                  + " names stats: "
                  + some
                  + (more > 0 ? " and " + more + " more" : "")
                  + "; check the columns, 'separators' and 'radix'"
                  + declaredAt());
    }
    return textual;
  }

  /** The end of a message, for whoever has the declaration in a file. */
  private String declaredAt() {
    return file.origin().isEmpty() ? "" : " (declared at " + file.origin() + ")";
  }

  /** Which of rows and columns are not as declared, and what there is of them. */
  private String nothingOf(List<TableKey> rowKeys, List<TableKey> columnKeys) {
    boolean hasKnownColumn =
        columnKeys.stream().anyMatch(key -> file.tables().stream().anyMatch(t -> has(t, key)));
    String where = " that layout " + place.tree().layout() + " declares, ";
    if (columnKeys.isEmpty()) {
      return "no line has a column" + where + declared(DeclaredContents::columns);
    } else if (hasKnownRow && !hasKnownColumn) {
      return "no column is one"
          + where
          + declared(DeclaredContents::columns)
          + "; there are "
          + some("columns", columnKeys);
    } else if (!hasKnownRow && hasKnownColumn) {
      return "no row is one"
          + where
          + declared(DeclaredContents::rows)
          + "; there are "
          + some("rows", rowKeys);
    }
    return (hasKnownRow ? "no cell is in a row and a column" : "no row and no column is one")
        + where
        + declared(table -> rows(table) + " and " + columns(table))
        + "; there are "
        + some("rows", rowKeys)
        + " and "
        + some("columns", columnKeys);
  }

  private static boolean has(TableDeclaration table, TableKey column) {
    byte[] bytes = column.bytes();
    String key = bytes == null ? "" : PathText.decode(bytes);
    String name = columnName(table.columns(), new Word(key, column, null));
    return name != null && table.columns().match(name) != null;
  }

  /**
   * Whether it is as it should be that no cell is declared: rows that are values of labels come and
   * go, as do those below headings, a file beside others is empty where a part of the kernel is
   * switched off, and lines may have no column where {@code least-columns} is 0.
   */
  private boolean mayBeEmpty(List<TableKey> rowKeys, int lines) {
    boolean hasRowsOfLabels =
        file.tables().stream().anyMatch(t -> t.rows().meaning() == Axis.Meaning.LABELS);
    if (shape().heading() != Shape.Heading.NONE && hasRowsOfLabels) {
      return lines == 0 && hasKnownHeading;
    }
    return !hasStranger
            && !hasOtherHeader
            && file.tables().stream()
                .anyMatch(
                    table ->
                        table.rows().meaning() == Axis.Meaning.LABELS
                            && rowKeys.stream().allMatch(key -> isExcluded(table, key)))
        || lines == 0 && !place.tree().layout().isRootFile()
        || lines > 0 && shape().leastColumns() == 0 && columns.all().isEmpty();
  }

  private String noLine() {
    return shape().heading() == Shape.Heading.NONE
        ? "has no line, so it gives no stat"
        : "has no heading that the layout "
            + place.tree().layout()
            + " declares, and no line below one, so it gives no stat";
  }

  private static boolean isExcluded(TableDeclaration table, TableKey row) {
    byte[] bytes = row.bytes();
    return bytes != null && isExcluded(table, PathText.decode(bytes));
  }

  private static boolean isExcluded(TableDeclaration table, String row) {
    return table.rows().excluded().stream().anyMatch(pattern -> pattern.matches(row));
  }

  private String declared(Function<TableDeclaration, String> part) {
    return file.tables().stream().map(part).distinct().collect(joining(", or "));
  }

  private static String rows(TableDeclaration table) {
    return (table.sections().isKeyless() ? "" : "sections " + keys(table.sections()) + ", ")
        + "rows "
        + keys(table.rows());
  }

  private static String columns(TableDeclaration table) {
    return "columns " + keys(table.columns());
  }

  private static String keys(Axis axis) {
    if (axis.isKeyless()) {
      return "by position";
    }
    List<?> keys = axis.names().isEmpty() ? axis.patterns() : axis.names();
    return keys + (axis.excluded().isEmpty() ? "" : " but not " + axis.excluded());
  }

  /** How many keys there are, and the first of them. */
  private static String some(String what, List<TableKey> keys) {
    String first =
        keys.stream()
            .filter(key -> key.bytes() != null)
            .limit(SHOWN_KEYS)
            .map(key -> PathText.decode(Objects.requireNonNull(key.bytes())).replace('\n', ' '))
            .collect(joining(", "));
    return keys.size()
        + " "
        + what
        + (first.isEmpty() ? "" : " (" + first + (keys.size() > SHOWN_KEYS ? ", ..." : "") + ")");
  }
}
