package io.statsfs.core.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.Stat;
import io.statsfs.StatsFs;
import io.statsfs.core.Fs;
import io.statsfs.core.StatsFsBuilder;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.testkit.TestTree;
import io.statsfs.trees.DeclarationException;
import io.statsfs.trees.Layouts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The declarations of docs/layouts.md give the values of the files that they are for. */
class LayoutExamplesTest {
  private static final Pattern EXAMPLE = Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL);

  /** What a kernel prints, by the file below the root; empty where the root is the file. */
  private record Given(String file, String text, String... values) {}

  private static final Map<String, Given> GIVEN = new LinkedHashMap<>();

  static {
    given("file_nr", "", "2240\t0\t99\n", "file_nr/open 2240", "file_nr/limit 99");
    given(
        "thermal",
        "devices/virtual/thermal/thermal_zone0/temp",
        "45000\n",
        "thermal/thermal_zone0/temp 45000");
    given(
        "hwmon",
        "devices/virtual/hwmon/hwmon0/temp1_input",
        "45000\n",
        "hwmon/hwmon0/temp1/temp_input 45000");
    given(
        "hwmon_named",
        "devices/virtual/hwmon/hwmon0/fan2_input",
        "1200\n",
        "hwmon_named/hwmon0/fan2/fan_input 1200");
    given(
        "meminfo",
        "",
        "MemTotal:       16326516 kB\nHugePages_Total:       3\n",
        "meminfo/MemTotal 16326516",
        "meminfo/HugePages_Total 3");
    given(
        "node_memory",
        "node0/meminfo",
        "Node 0 MemTotal:       16326516 kB\nNode 0 HugePages_Total:     3\n",
        "node_memory/node0/MemTotal 16326516",
        "node_memory/node0/HugePages_Total 3");
    given(
        "pressure_memory",
        "",
        "some avg10=0.50 avg60=0.00 avg300=0.00 total=12\n"
            + "full avg10=0.25 avg60=0.00 avg300=0.00 total=7\n",
        "pressure_memory/some/avg10 0.5",
        "pressure_memory/some/avg60 0.0",
        "pressure_memory/some/avg300 0.0",
        "pressure_memory/some/total 12",
        "pressure_memory/full/avg10 0.25",
        "pressure_memory/full/avg60 0.0",
        "pressure_memory/full/avg300 0.0",
        "pressure_memory/full/total 7");
    given(
        "sockstat",
        "",
        "sockets: used 29\nTCP: inuse 27 orphan 0 mem 5\n",
        "sockstat/sockets/used 29",
        "sockstat/TCP/inuse 27",
        "sockstat/TCP/orphan 0",
        "sockstat/TCP/mem 5");
    given(
        "softirqs",
        "",
        "                    CPU0       CPU1       \n"
            + "          HI:          1          2\n"
            + "       TIMER:         30         40\n",
        "softirqs/0/HI 1",
        "softirqs/0/TIMER 30",
        "softirqs/1/HI 2",
        "softirqs/1/TIMER 40");
    given(
        "cgroups",
        "",
        "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpuset\t0\t23\t1\n",
        "cgroups/cpuset/num_cgroups 23");
    given(
        "disks",
        "",
        "   7       0 loop0 9 0 9 9 0 0 0 0 0 9 9 0 0 0 0 0 0\n"
            + " 254       0 vda 14094 4461 1221426 8085 25 1 2 3 0 4 5 6 7 8 9 10 11\n",
        "disks/vda/reads 14094",
        "disks/vda/sectors_read 1221426");
    given(
        "cpu_time",
        "",
        "cpu  10 20 30 40 50 0 0 0 0 0\ncpu0 1 2 3 4 5 0 0 0 0 0\nintr 7 0 1\nctxt 8\nprocesses 9\n",
        "cpu/0/user 1",
        "cpu/0/nice 2",
        "cpu/0/system 3",
        "cpu/0/idle 4",
        "cpu_time/ctxt 8",
        "cpu_time/processes 9");
    given(
        "netstat",
        "",
        "TcpExt: SyncookiesSent SyncookiesRecv\nTcpExt: 1 2\nIpExt: InNoRoutes\nIpExt: 3\n",
        "netstat/TcpExt/SyncookiesSent 1",
        "netstat/TcpExt/SyncookiesRecv 2",
        "netstat/IpExt/InNoRoutes 3");
    given(
        "arcstats",
        "",
        "9 1 0x01 2 544 4193 9174\nname                            type data\n"
            + "hits                            4    178707397\n"
            + "size                            4    99\n",
        "arcstats/hits 178707397",
        "arcstats/size 99");
    given(
        "softnet",
        "",
        "00000010 0000000a 0 0 0 0 0 0 0 0 0 0 00000000 0 0\n"
            + "00000020 00000000 1 0 0 0 0 0 0 0 0 0 00000010 0 0\n",
        "softnet/0/processed 16",
        "softnet/0/dropped 10",
        "softnet/0/time_squeeze 0",
        "softnet/16/processed 32",
        "softnet/16/dropped 0",
        "softnet/16/time_squeeze 1");
    given(
        "softnet_stat",
        "",
        "10 a 0 0 0 0 0 0 0 0 0 0 00000000 0 0\n",
        "softnet_stat/0/processed 16",
        "softnet_stat/0/dropped 10",
        "softnet_stat/0/time_squeeze 0");
    given(
        "xfs_stat",
        "",
        "extent_alloc 1 2 3 4\nabt 5 6 7 8\nblk_map 9 9\n",
        "xfs_stat/extents_allocated 1",
        "xfs_stat/blocks_allocated 2",
        "xfs_stat/lookups 5",
        "xfs_stat/compares 6");
    given(
        "zones",
        "",
        "Node 0, zone      DMA\n  pages free     3840\n        min      30\nNode 0, zone  Movable\n",
        "zones/0/DMA/free 3840",
        "zones/0/DMA/min 30");
    given("descriptors", "fd/0", "", "descriptors/open 1");
    given("slab", "kmalloc-64/objects", "26 N0=20 N1=6\n", "slab/kmalloc-64/objects 26");
    given(
        "slab_node",
        "kmalloc-64/objects",
        "26 N0=20 N1=6\n",
        "slab_node/kmalloc-64/0/objects 20",
        "slab_node/kmalloc-64/1/objects 6");
    given("my_pids", "pids.events", "max 3\n", "my_pids/max 3");
    given(
        "my_containers",
        "cpu.stat",
        "usage_usec 7\nuser_usec 5\nsystem_usec 2\n",
        "my_containers/usage_usec 7");
    given("vmstat", "", "pgfault 5\npgmajfault 2\n", "vmstat/pgfault 5", "vmstat/pgmajfault 2");
  }

  private static void given(String tree, String file, String text, String... values) {
    GIVEN.put(tree, new Given(file, text, values));
  }

  @AutoClose private final TestTree tree = TestTree.inMemory();

  static List<Layout> examples() throws IOException, DeclarationException {
    Matcher matcher = EXAMPLE.matcher(Files.readString(Path.of("../docs/layouts.md")));
    Map<String, Layout> examples = new LinkedHashMap<>();
    while (matcher.find()) {
      Layout layout = Layouts.parse("docs/layouts.md", matcher.group(1));
      if (Fs.isOfFiles(layout)) {
        examples.put(layout.name(), layout);
      }
    }
    return List.copyOf(examples.values());
  }

  /** Those of procfs that this kernel has. */
  static List<Layout> examplesOfThisMachine() throws IOException, DeclarationException {
    return examples().stream()
        .filter(layout -> layout.homeTypes().contains("proc") && isReadable(file(layout)))
        .toList();
  }

  private static Path file(Layout layout) {
    return Path.of("/proc").resolve(layout.homePath());
  }

  private static StatsFs open(Path root, Layout layout) {
    return new StatsFsBuilder(
            List.of(new FilesBackend(FileSystems.ofThisProcess(), new SchemaCache(1 << 20))))
        .refreshInterval(Duration.ZERO)
        .root(root, layout)
        .build();
  }

  @Test
  void eachExampleHasATextAndEachTextAnExample() throws IOException, DeclarationException {
    assertEquals(GIVEN.keySet(), Set.copyOf(examples().stream().map(Layout::name).toList()));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void givesTheValuesOfAText(Layout layout) throws IOException {
    Given given = GIVEN.get(layout.name());
    Path root = tree.path(given.file.isEmpty() ? "file" : "");
    tree.stat(given.file.isEmpty() ? "file" : given.file, given.text);
    if (layout.links().isPresent()) {
      // Each labelled directory is a link, as in /sys/class.
      root = tree.path("class/" + layout.name());
      Path source = Path.of("../..", given.file).getParent();
      tree.directory("class/" + layout.name());
      tree.link("class/" + layout.name() + "/" + source.getFileName(), source);
    }
    tree.settle();
    try (StatsFs fs = open(root, layout)) {
      assertEquals(List.of(), fs.catalog().problems());
      assertEquals(
          Stream.of(given.values).sorted().toList(),
          fs.catalog().stats().stream().map(s -> s + " " + value(fs, s)).sorted().toList());
    }
  }

  private static String value(StatsFs fs, Stat stat) {
    return stat.type() == Stat.Type.FLOAT
        ? Double.toString(fs.readDouble(stat))
        : Long.toString(fs.readLong(stat));
  }

  /** What this kernel prints has the shape, too. */
  @ParameterizedTest
  @MethodSource("examplesOfThisMachine")
  void hasTheShapeOfTheFileOfThisMachine(Layout layout) {
    try (StatsFs fs = open(file(layout), layout)) {
      assertEquals(
          List.of(),
          fs.catalog().problems().stream()
              .filter(problem -> problem.kind() == Problem.Kind.MALFORMED)
              .toList());
    }
  }

  private static boolean isReadable(Path file) {
    try {
      return !Files.readString(file).isBlank();
    } catch (IOException e) {
      return false;
    }
  }
}
