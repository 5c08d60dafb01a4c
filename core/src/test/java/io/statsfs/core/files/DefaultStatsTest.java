package io.statsfs.core.files;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Catalog;
import io.statsfs.Layout;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.core.Fs;
import io.statsfs.core.StatsFsBuilder;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * How many series a host has by default, over all trees that are shipped.
 *
 * <p>Each tree that is read by default has a text {@code host/TREE.txt} with the files of a typical
 * host: {@code root PATH} says where the tree stands, {@code == PATH} begins a file, {@code == PATH
 * -> TARGET} is a symbolic link, and what stands in {@code << >>} is there once for each CPU, whose
 * number replaces {@code {cpu}}. Before the first file are remarks. One without a root is of no
 * typical host.
 */
class DefaultStatsTest {
  /** Of a root, a disk, {@code /boot} and what systemd has in memory, with six stats each. */
  private static final int OF_FILE_SYSTEMS = 6 * 6;

  private static final int MOST_OF_2_CPUS = 600;
  private static final int MOST_OF_128_CPUS = 2500;
  private static final Pattern OF_EACH_CPU = Pattern.compile("<<(.*?)>>", Pattern.DOTALL);

  private final TestTree memory = TestTree.inMemory();
  private final Path host = memory.root();

  @AfterEach
  void remove() {
    memory.close();
  }

  private static List<Layout> defaultTrees() {
    return Fs.DETECT.layouts().shipped().stream()
        .filter(Layout::isDefault)
        .filter(Fs::isOfFiles)
        .toList();
  }

  private static String text(Layout layout) {
    String name = "host/" + layout.name() + ".txt";
    try (InputStream in = DefaultStatsTest.class.getResourceAsStream(name)) {
      assertTrue(
          in != null,
          "The tree "
              + layout
              + " is read by default, so core/src/test/resources/io/statsfs/core/files/"
              + name
              + " has to have its files as a typical host has them");
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String ofCpus(int cpus, String text) {
    return OF_EACH_CPU
        .matcher(text)
        .replaceAll(
            each ->
                IntStream.range(0, cpus)
                    .mapToObj(cpu -> each.group(1).replace("{cpu}", Integer.toString(cpu)))
                    .collect(joining()));
  }

  /** Makes the files of a tree, and returns its root; null if no typical host has it. */
  private Path write(Layout layout, int cpus) throws IOException {
    Path below = Files.createDirectory(host.resolve(layout.name()));
    String[] parts = text(layout).split("(?m)^== ");
    for (String part : List.of(parts).subList(1, parts.length)) {
      String[] head = part.substring(0, part.indexOf('\n')).split(" -> ");
      String content = ofCpus(cpus, part.substring(part.indexOf('\n') + 1));
      // A path of each CPU has a file of each, with its number in it.
      boolean isOfEach = head[0].contains("{cpu}");
      for (int cpu = 0; cpu < (isOfEach ? cpus : 1); cpu++) {
        String number = Integer.toString(cpu);
        Path file = below.resolve(head[0].replace("{cpu}", number));
        Files.createDirectories(file.getParent());
        if (head.length > 1) {
          Files.createSymbolicLink(file, Path.of(head[1].replace("{cpu}", number)));
        } else {
          Files.writeString(file, isOfEach ? content.replace("{cpu}", number) : content);
        }
      }
    }
    return parts[0]
        .lines()
        .filter(line -> line.startsWith("root "))
        .map(line -> below.resolve(line.substring("root ".length())))
        .findFirst()
        .orElse(null);
  }

  private StatsFs open(int cpus) throws IOException {
    StatsFs.Builder builder =
        new StatsFsBuilder(
                List.of(new FilesBackend(FileSystems.ofThisProcess(), new SchemaCache(1 << 20))))
            .refreshInterval(Duration.ZERO);
    for (Layout layout : defaultTrees()) {
      Path root = write(layout, cpus);
      if (root != null) {
        builder.root(root, layout.name());
      }
    }
    return builder.build();
  }

  private void countDefaults(int cpus, int most) throws IOException {
    try (StatsFs fs = open(cpus)) {
      Catalog catalog = fs.catalog();
      assertEquals(List.of(), catalog.problems());
      Map<String, Integer> byTree = new TreeMap<>();
      catalog.stats().stream()
          .filter(StatFilter.defaults()::test)
          .forEach(stat -> byTree.merge(stat.source().tree().name(), 1, Integer::sum));
      byTree.put("filesystem", OF_FILE_SYSTEMS);
      int all = byTree.values().stream().mapToInt(Integer::intValue).sum();
      System.out.println(cpus + " CPUs: " + all + " default series " + byTree);
      assertTrue(all <= most, cpus + " CPUs have " + all + " series by default: " + byTree);
      // So that this reads what it counts.
      assertEquals(
          cpus,
          catalog.sources().stream().filter(s -> s.subsystem().equals("cpu")).count(),
          "sources of subsystem cpu");
      assertEquals(
          List.of(),
          catalog.trees().stream()
              .filter(tree -> catalog.stats().stream().noneMatch(s -> s.source().tree() == tree))
              .toList());
    }
  }

  @Test
  void of2Cpus() throws IOException {
    countDefaults(2, MOST_OF_2_CPUS);
  }

  @Test
  void of128Cpus() throws IOException {
    countDefaults(128, MOST_OF_128_CPUS);
  }

  /** Else a metric of a conventional name would have no point unless somebody names its stats. */
  @Test
  void whatConventionalMetricsAreMadeOfIsDefault() throws IOException {
    List<String> optional = new ArrayList<>();
    try (StatsFs fs = open(2)) {
      for (Layout layout : defaultTrees()) {
        for (MetricDeclaration metric : layout.metrics()) {
          metric.points().stream()
              .flatMap(point -> Stream.concat(point.terms().stream(), point.divisor().stream()))
              .forEach(
                  term ->
                      fs.catalog().stats().stream()
                          .filter(stat -> !stat.isDefault() && isTerm(term, stat))
                          .forEach(stat -> optional.add(metric.name() + ": " + stat)));
        }
      }
    }
    optional.sort(Comparator.naturalOrder());
    assertEquals(List.of(), optional);
  }

  private static boolean isTerm(MetricDeclaration.Term term, Stat stat) {
    boolean isOfTree = term.tree().map(stat.source().tree().name()::equals).orElse(true);
    return isOfTree
        && StatFilter.path(term.toString().replaceFirst("^-?([^/:]*:)?", "")).test(stat);
  }
}
