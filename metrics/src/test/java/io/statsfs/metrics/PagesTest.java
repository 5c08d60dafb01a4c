package io.statsfs.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.KeyPattern;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.spi.MetricDeclaration.Label;
import io.statsfs.spi.MetricDeclaration.Term;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.StatFileName;
import io.statsfs.spi.TableDeclaration;
import io.statsfs.trees.Layouts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Makes {@code docs/trees.md} and {@code docs/metrics.md} of the shipped declarations, and compares
 * them with what is there; with {@code -Dstatsfs.pages.renew} it writes them anew.
 */
class PagesTest {
  private static final Path DOCS = Path.of("..", "docs");

  /**
   * Those that no declaration has, as the backend gives its sources; {@code layouts.md} has them.
   */
  private static final Map<String, List<String>> LABELS_OF_BACKENDS =
      Map.of(
          "filesystems", List.of("device", "mountpoint", "type", "mode"),
          "kvm", List.of("device", "bucket", "name", "uuid"));

  /** A stat that is described, with what its place in the declaration says of it. */
  private record Described(
      Layout layout,
      String subsystem,
      List<String> labels,
      StatDeclaration stat,
      boolean isDefault) {
    String name() {
      return StatFileName.statOf(stat.name());
    }
  }

  private static String row(Object... cells) {
    return Stream.of(cells)
        .map(cell -> cell.toString().replace("|", "\\|").replace("<", "&lt;"))
        .collect(joining(" | ", "| ", " |\n"));
  }

  private static String code(String text) {
    return text.isEmpty() ? "" : "`" + text + "`";
  }

  private static String codes(Iterable<String> texts) {
    List<String> codes = new ArrayList<>();
    texts.forEach(text -> codes.add(code(text)));
    return String.join(", ", codes);
  }

  private static String lower(Enum<?> word) {
    return word.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static List<Described> described(Layout layout) {
    List<Described> all = new ArrayList<>();
    String subsystem = layout.subsystem().orElse("*");
    List<String> labels = new ArrayList<>();
    layout.levels().ifPresent(levels -> levels.forEach(level -> labels.addAll(level.labels())));
    labels.addAll(layout.labelFiles().keySet());
    labels.addAll(LABELS_OF_BACKENDS.getOrDefault(layout.backend(), List.of()));
    if (layout.files().isEmpty()) {
      layout
          .stats()
          .all()
          .forEach(
              stat ->
                  all.add(new Described(layout, subsystem, labels, stat, isDefault(stat, true))));
      return all;
    }
    Set<StatDeclaration> used = new LinkedHashSet<>();
    List<FileDeclaration> forms =
        layout.files().stream().flatMap(file -> file.forms().stream()).toList();
    for (FileDeclaration file : forms) {
      for (TableDeclaration table : file.tables()) {
        String under = table.subsystem() == null ? subsystem : table.subsystem();
        List<String> more = new ArrayList<>(labels);
        KeyPattern.of(file.path()).labels().forEach(more::add);
        more.addAll(table.labelKeys());
        for (StatDeclaration stat : table.stats().all()) {
          all.add(new Described(layout, under, more, stat, isDefault(stat, table.isDefault())));
        }
        for (StatDeclaration stat : layout.stats().all()) {
          if (hasStat(table, stat) && used.add(stat)) {
            all.add(new Described(layout, under, more, stat, isDefault(stat, table.isDefault())));
          }
        }
      }
    }
    for (StatDeclaration stat : layout.stats().all()) {
      if (used.add(stat)) {
        all.add(new Described(layout, subsystem, labels, stat, isDefault(stat, true)));
      }
    }
    return all;
  }

  private static boolean isOfFiles(Layout layout) {
    return layout.backend().equals("files");
  }

  /** Whether the table can have it, where the names of its stats are listed. */
  private static boolean hasStat(TableDeclaration table, StatDeclaration stat) {
    Axis names = table.rows().meaning() == Axis.Meaning.STATS ? table.rows() : table.columns();
    if (names.meaning() != Axis.Meaning.STATS) {
      return false;
    } else if (!names.names().isEmpty()) {
      return names.names().stream().anyMatch(stat::describes);
    }
    return !stat.name().isLiteral() || names.match(stat.name().toString()) != null;
  }

  private static boolean isDefault(StatDeclaration stat, boolean otherwise) {
    Boolean said = stat.byDefault();
    return said == null ? otherwise : said;
  }

  private static String place(Layout layout) {
    if (!isOfFiles(layout)) {
      return "no files: the backend " + code(layout.backend());
    }
    String type = String.join(" or ", layout.homeTypes());
    String path = layout.isOwnCgroup() ? "the cgroup of the process" : layout.homePath();
    String controller = layout.controller().map(name -> ", controller " + name).orElse("");
    return type
        + controller
        + (path.isEmpty() ? "" : ": " + (layout.isOwnCgroup() ? path : code(path)));
  }

  private static String treesPage() {
    StringBuilder page =
        new StringBuilder(
            """
            # The trees that are shipped

            This page is made of the [declarations](../trees/src/main/resources/io/statsfs/trees) by `./check pages`, and a test
            compares the two. What the keys of a declaration mean is in [layouts.md](layouts.md); which metric a stat becomes is in
            [metrics.md](metrics.md).

            A tree that is read by default is looked for on each machine, and every ten refresh intervals again where it is not there; any
            other is read if it is named, `--tree NAME`. Of the stats of a tree those are exported that are marked, and others if a pattern
            names them, `--include`, or all, `--stats all`. A stat that no line describes is a level without a unit.

            """);
    page.append(
        row("tree", "where", "by default", "labels", "described stats", "of these by default"));
    page.append(row("---", "---", "---", "---", "---", "---"));
    for (Layout layout : Layouts.shipped()) {
      List<Described> stats = described(layout);
      Set<String> labels = new LinkedHashSet<>();
      stats.forEach(stat -> labels.addAll(stat.labels));
      page.append(
          row(
              "[" + layout.name() + "](#" + layout.name() + ")",
              place(layout),
              layout.isDefault() ? "yes" : "no",
              codes(labels),
              stats.size(),
              stats.stream().filter(Described::isDefault).count()));
    }
    for (Layout layout : Layouts.shipped()) {
      page.append("\n## ").append(layout.name()).append("\n\n");
      page.append(place(layout));
      if (!layout.files().isEmpty() && !layout.isRootFile()) {
        page.append(". Files: ")
            .append(codes(layout.files().stream().map(FileDeclaration::path).toList()));
      }
      layout
          .levels()
          .ifPresent(
              levels ->
                  page.append(". Sources: ")
                      .append(code(levels.stream().map(Object::toString).collect(joining("/")))));
      layout
          .excludedLabels()
          .forEach(
              (key, patterns) ->
                  page.append(". Left out by ")
                      .append(code(key))
                      .append(": ")
                      .append(codes(patterns)));
      page.append(".\n\n");
      page.append(row("stat", "kind", "unit", "by default", "what it is", "document"));
      page.append(row("---", "---", "---", "---", "---", "---"));
      for (Described stat : described(layout)) {
        page.append(
            row(
                code(stat.subsystem + "/" + stat.name()),
                lower(stat.stat.kind()),
                stat.stat.unit(),
                stat.isDefault ? "yes" : "",
                stat.stat.description(),
                stat.stat.document()));
      }
    }
    return page.toString();
  }

  private static String term(Term term) {
    String device = term.device().isEmpty() ? "" : term.device() + "/";
    return (term.isSubtracted() ? "− " : "+ ") + term.subsystem() + "/" + device + term.stat();
  }

  private static String formula(MetricDeclaration.Point point) {
    String sum = point.terms().stream().map(PagesTest::term).collect(joining(" "));
    String text = sum.startsWith("+ ") ? sum.substring(2) : sum;
    return point.isCount()
        ? "the number of "
            + text
            + (point.countedBy().isEmpty() ? "" : " by " + String.join(", ", point.countedBy()))
        : point
            .divisor()
            .map(divisor -> "(" + text + ") / " + term(divisor).substring(2))
            .orElse(text);
  }

  private static String labels(MetricDeclaration.Point point) {
    return point.labels().stream()
        .map(
            (Label label) ->
                label.key()
                    + "="
                    + label.sourceLabel().map(from -> "{" + from + "}").orElse(label.value()))
        .collect(joining(", "));
  }

  private static void naming(StringBuilder page, String naming) {
    page.append(row("metric", "instrument", "unit", "labels", "made of", "tree"));
    page.append(row("---", "---", "---", "---", "---", "---"));
    for (Layout layout : Layouts.shipped()) {
      for (MetricDeclaration metric : layout.metrics()) {
        if (metric.naming().equals(naming)) {
          for (MetricDeclaration.Point point : metric.points()) {
            page.append(
                row(
                    code(metric.name()),
                    lower(metric.instrument()),
                    metric.unit(),
                    code(labels(point)),
                    code(formula(point)),
                    "[" + layout.name() + "](trees.md#" + layout.name() + ")"));
          }
        }
      }
    }
  }

  private static String metricsOf(Described described, String naming) {
    Set<String> names = new LinkedHashSet<>();
    for (MetricDeclaration metric : described.layout.metrics()) {
      if (metric.naming().equals(naming)) {
        for (MetricDeclaration.Point point : metric.points()) {
          Stream.concat(point.terms().stream(), point.divisor().stream())
              .filter(term -> term.subsystem().equals(described.subsystem))
              .filter(term -> term.stat().equals(described.name()))
              .forEach(term -> names.add(metric.name()));
        }
      }
    }
    return codes(names);
  }

  private static String metricsPage() {
    StringBuilder page =
        new StringBuilder(
            """
            # The metrics

            This page is made of the [declarations](../trees/src/main/resources/io/statsfs/trees) by `./check pages`, and a test
            compares the two. How a metric comes about is in [decisions/metric-model.md](decisions/metric-model.md), what Prometheus
            calls it in [prometheus.md](prometheus.md).

            ## statsfs

            The default naming. A metric is `statsfs.<subsystem>.<stat>`, in the base unit of the stat, with the labels of its source. The
            name of a stat stays the kernel's: `ms` or `kb` in it is the unit of the kernel's file, while the value is in seconds or bytes. By
            default it is a gauge; with `--counters`, or `countersBySchema()`, a stat that is a counter is one.

            ## semconv

            The names of OpenTelemetry's semantic conventions, version 1.45, for `--naming semconv`. What is in braces is the value of
            the source's label. What has no name there keeps that of `statsfs`, unless `--conventional-only` leaves it out.

            """);
    naming(page, "semconv");
    page.append(
        """

        ## hostmetrics

        The names that the Collector's receiver hostmetrics, version 0.160, sends, for `--naming hostmetrics`.

        """);
    naming(page, "hostmetrics");
    page.append(
        """

        ## Stats and their metrics

        Each stat that is described, with its metric in each naming.

        """);
    page.append(row("statsfs", "unit", "semconv", "hostmetrics", "tree"));
    page.append(row("---", "---", "---", "---", "---"));
    for (Layout layout : Layouts.shipped()) {
      for (Described stat : described(layout)) {
        page.append(
            row(
                code("statsfs." + stat.subsystem + "." + stat.name()),
                Unit.of(stat.stat.unit()).base(),
                metricsOf(stat, "semconv"),
                metricsOf(stat, "hostmetrics"),
                layout.name()));
      }
    }
    page.append(
        """

        ## Own metrics

        What the bridge says of itself, unless `own-metrics` is off.

        | metric | instrument | unit | labels | what it is |
        | --- | --- | --- | --- | --- |
        | `statsfs.collection.duration` | gauge | s | | the time that the sample of this collection took |
        | `statsfs.stats` | gauge | {stat} | `status` | stats by their status in this collection |
        | `statsfs.stats.without_series` | gauge | {stat} | `limit` | stats that are not exported, by the limit passed |
        | `statsfs.sources` | gauge | {source} | | sources in the catalog |
        | `statsfs.files` | gauge | {file} | `state` | files that may be kept open, by whether they are or descriptors are short |
        | `statsfs.schema_cache.size` | gauge | {schema} | | schemas in the cache |
        | `statsfs.schema_cache.hits` | counter | {schema} | | schemas that were found in the cache |
        | `statsfs.schema_cache.loads` | counter | {schema} | | schemas that were read |
        | `statsfs.schema_cache.load_failures` | counter | {schema} | | schemas that could not be read |
        | `statsfs.schema_cache.evictions` | counter | {schema} | | schemas dropped to keep within the bound |
        """);
    return page.toString();
  }

  private static void compare(String name, String made) throws IOException {
    Path page = DOCS.resolve(name);
    if (Boolean.getBoolean("statsfs.pages.renew")) {
      Files.writeString(page, made, UTF_8);
    }
    assertTrue(Files.exists(page), page + " is not there: run ./check pages");
    assertEquals(made, Files.readString(page, UTF_8), page + " is old: run ./check pages");
  }

  @Test
  void thePageOfTreesIsThatOfTheDeclarations() throws IOException {
    compare("trees.md", treesPage());
  }

  @Test
  void thePageOfMetricsIsThatOfTheDeclarations() throws IOException {
    compare("metrics.md", metricsPage());
  }
}
