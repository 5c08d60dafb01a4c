package io.statsfs.contracts;

import static io.statsfs.contracts.Outcomes.sample;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatReadException;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.Shape;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.TableDeclaration;
import io.statsfs.testkit.DebugfsMount;
import io.statsfs.testkit.NetworkInterface;
import io.statsfs.testkit.TestTree;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** Part of {@link ReaderContract}: the trees of an ordinary kernel. */
abstract class StockTreeContract extends PermissionContract {
  private static final Path NET = Path.of("/sys/class/net");
  private static final Path VMSTAT = Path.of("/proc/vmstat");

  /** While an interface is deleted its files are there and answer EINVAL. */
  @Test
  void interfacesThatAreDeletedAreGoneAndHaveNotFailed() {
    Map<String, Integer> outcomes = new TreeMap<>();
    try (NetworkNamespace namespace = NetworkNamespace.create();
        StatsFs fs = open(namespace.interfaces());
        Sampler sampler = fs.sampler();
        Sampler withTimeout = fs.sampler(StatFilter.all(), Duration.ofSeconds(5))) {
      assertEquals("net", fs.catalog().trees().get(0).name());
      namespace.churn(6);
      long began = System.nanoTime();
      while (System.nanoTime() - began < 5_000_000_000L) {
        fs.refresh();
        for (int k = 0; k < 20; k++) {
          Sampler either = k % 2 == 0 ? sampler : withTimeout;
          either.sample();
          for (int i = 0; i < either.size(); i++) {
            outcomes.merge(either.status(i) + " " + either.errno(i), 1, Integer::sum);
          }
        }
      }
    }
    System.out.println("interfaces that come and go: " + outcomes);
    assertTrue(outcomes.get("OK 0") > 0);
    assertTrue(outcomes.keySet().stream().noneMatch(o -> o.startsWith("FAILED")), "" + outcomes);
  }

  /** The loopback interface has no speed, for which the kernel answers EINVAL. */
  @Test
  void anErrorCanSayThatThereIsNoValue() throws IOException {
    Path loopback = NET.resolve("lo").toRealPath();
    StatDeclaration.Builder speed = StatDeclaration.builder("speed", Stat.Kind.LEVEL);
    for (boolean isDeclared : List.of(true, false)) {
      Layout layout =
          Layout.builder("interface")
              .subsystem("interface")
              .describedStatsOnly()
              .stats(
                  List.of(
                      isDeclared
                          ? speed.noValue(List.of("EINVAL")).build()
                          : speed.noValue(List.of()).build()))
              .build();
      try (StatsFs fs = open(loopback, layout);
          Sampler sampler = fs.sampler()) {
        sampler.sample();
        assertEquals(1, sampler.size());
        // What is no sign of that counts as a failure if it lasts.
        assertEquals(isDeclared ? Status.NO_VALUE : Status.GONE, sampler.status(0));
        assertEquals(22, sampler.errno(0));
        StatReadException failure =
            assertThrows(StatReadException.class, () -> fs.readLong(sampler.stat(0)));
        assertEquals(isDeclared ? Status.NO_VALUE : Status.FAILED, failure.status());
      }
    }
  }

  /** The carrier of an interface that is down: its file is there, and answers EINVAL. */
  @Test
  void whatHasNoValueIsKeptOpenAndHasOneAsSoonAsThereIsOne() {
    try (NetworkInterface own = NetworkInterface.create();
        StatsFs fs = builder().root(NET, "net_device").build();
        Sampler sampler =
            fs.sampler(StatFilter.device(own.name()).and(StatFilter.name("carrier")))) {
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 2; i++) {
          sampler.sample();
          assertEquals(Status.NO_VALUE, sampler.status(0));
          assertEquals(22, sampler.errno(0));
          assertEquals(1, fs.diagnostics().filesKeptOpen());
        }
        own.set(true);
        sampler.sample();
        assertEquals(Status.OK, sampler.status(0));
        own.set(false);
      }
      own.delete();
      sampler.sample();
      assertEquals(Status.GONE, sampler.status(0));
      own.createAgain();
      sampler.sample();
      assertEquals(Status.NO_VALUE, sampler.status(0));
    }
  }

  private static Layout entriesOf(String directory) {
    return Layout.builder("t")
        .subsystem("t")
        .declaredFilesOnly()
        .files(
            FileDeclaration.of(
                directory,
                Shape.ENTRIES,
                List.of(
                    TableDeclaration.of(
                        null,
                        Axis.single(),
                        Axis.single(),
                        List.of(StatDeclaration.builder("entries", Stat.Kind.LEVEL).build())))))
        .build();
  }

  @Test
  void theEntriesOfADirectoryAreCounted() throws IOException {
    try (TestTree tree = TestTree.inMemory().stat("d/a", 1).stat("d/b", 2).stat("d/c/e", 3);
        StatsFs fs = open(tree.path(""), entriesOf("d"));
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("t/entries", "3"), sample(sampler));
      Stat entries = fs.catalog().stats().get(0);
      assertEquals(3, fs.readLong(entries));
      assertEquals("3", fs.readText(entries));
      tree.stat("d/f", 1);
      assertEquals(Map.of("t/entries", "4"), sample(sampler));
      tree.remove("d");
      assertEquals(Map.of("t/entries", "GONE 2"), sample(sampler));
      tree.stat("d", 1);
      assertEquals(Map.of("t/entries", "GONE 20"), sample(sampler));
      assertEquals(
          Status.GONE, assertThrows(StatReadException.class, () -> fs.readLong(entries)).status());
      fs.refresh();
      assertEquals(List.of(), fs.catalog().stats());
    }
  }

  /** Those that are open to count them do not count, and those that others open meanwhile do. */
  @Test
  void ownFileDescriptorsAreCounted() throws IOException {
    Path self = Path.of("/proc/self");
    List<InputStream> opened = new ArrayList<>();
    try (StatsFs fs = open(self, entriesOf("fd"));
        Sampler sampler = fs.sampler()) {
      Stat stat = fs.catalog().stats().get(0);
      long before = descriptors(fs, sampler, stat);
      for (int i = 0; i < 10; i++) {
        opened.add(Files.newInputStream(Path.of("/dev/null")));
      }
      assertEquals(before + 10, descriptors(fs, sampler, stat));
    } finally {
      for (InputStream stream : opened) {
        stream.close();
      }
    }
  }

  /**
   * The number that a list, a sample and a single value agree on; other threads open files, too.
   */
  private static long descriptors(StatsFs fs, Sampler sampler, Stat stat) {
    Set<List<Long>> seen = new HashSet<>();
    for (int attempt = 0; attempt < 100; attempt++) {
      String[] names = new File("/proc/self/fd").list();
      sampler.sample();
      // One of the names is the descriptor of the list.
      List<Long> numbers = List.of(names.length - 1L, sampler.longValue(0), fs.readLong(stat));
      if (Set.copyOf(numbers).size() == 1) {
        return numbers.get(0);
      }
      seen.add(numbers);
    }
    throw new AssertionError("They never agree: " + seen);
  }

  @Test
  void networkStatisticsAreThoseOfTheirFilesOnEveryInterface() throws Exception {
    try (StatsFs fs = open(NET);
        Sampler sampler = fs.sampler()) {
      assertEquals("net", fs.catalog().trees().get(0).name());
      for (int round = 0; round < 3; round++) {
        Map<String, String> before = texts(sampler);
        sampler.sample();
        Map<String, String> after = texts(sampler);
        int compared = 0;
        for (int i = 0; i < sampler.size(); i++) {
          String path = sampler.stat(i).toString();
          if (!before.containsKey(path) || !after.containsKey(path)) {
            continue;
          }
          assertEquals(Status.OK, sampler.status(i), path);
          assertBetween(before.get(path), sampler.longValue(i), after.get(path), path);
          compared++;
        }
        assertTrue(compared > 0 && before.containsKey("net/lo/rx_errors"));
      }
      Set<String> devices =
          fs.catalog().sources().stream().map(s -> s.device()).collect(Collectors.toSet());
      try (Stream<Path> interfaces = Files.list(NET)) {
        interfaces
            .filter(path -> Files.isDirectory(path.resolve("statistics")))
            .map(path -> path.getFileName().toString())
            .filter(name -> !name.startsWith("st"))
            .forEach(name -> assertTrue(devices.contains(name), name));
      }
    }
  }

  /** What the files of the stats hold now, without those of interfaces that come and go. */
  private static Map<String, String> texts(Sampler sampler) {
    Map<String, String> texts = new HashMap<>();
    for (int i = 0; i < sampler.size(); i++) {
      Stat stat = sampler.stat(i);
      Path statistics = NET.resolve(stat.source().device()).resolve("statistics");
      try {
        texts.put(stat.toString(), Files.readString(statistics.resolve(stat.name())).strip());
      } catch (IOException e) {
        assertTrue(Files.notExists(statistics), () -> statistics + ": " + e);
      }
    }
    return texts;
  }

  private static void assertBetween(String lowest, long value, String highest, String what) {
    assertTrue(
        Long.compareUnsigned(Long.parseUnsignedLong(lowest), value) <= 0
            && Long.compareUnsigned(value, Long.parseUnsignedLong(highest)) <= 0,
        () -> what + ": " + lowest + " <= " + Long.toUnsignedString(value) + " <= " + highest);
  }

  @Test
  void theErrorsOfLoStandStill() {
    try (StatsFs fs = open(NET);
        Sampler sampler = fs.sampler(StatFilter.device("lo").and(StatFilter.name("*errors")))) {
      Map<String, String> outcomes = sample(sampler);
      assertTrue(outcomes.size() >= 8, outcomes::toString);
      outcomes.forEach(
          (path, outcome) ->
              assertEquals(
                  text(NET.resolve("lo/statistics/" + path.substring("net/lo/".length()))),
                  outcome,
                  path));
    }
  }

  @Test
  void countersCount() throws Exception {
    Path file = NET.resolve("lo/statistics/rx_packets");
    int sent = 50;
    try (StatsFs fs = open(NET);
        Sampler sampler = fs.sampler(StatFilter.path("net/lo/rx_packets"));
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      for (int round = 0; round < 5; round++) {
        sampler.sample();
        assertEquals(Status.OK, sampler.status(0));
        long first = sampler.longValue(0);
        for (int i = 0; i < sent; i++) {
          DatagramPacket packet =
              new DatagramPacket(new byte[100], 100, socket.getLocalSocketAddress());
          socket.send(packet);
          socket.receive(packet);
        }
        String before = text(file);
        sampler.sample();
        assertBetween(before, sampler.longValue(0), text(file), "net/lo/rx_packets");
        assertTrue(sampler.longValue(0) >= first + sent, "it did not count");
      }
    }
  }

  @Test
  void vmstatHasEveryKeyWithItsValue() throws Exception {
    try (StatsFs fs = open(VMSTAT);
        Sampler sampler = fs.sampler();
        Sampler some = fs.sampler(StatFilter.name("pg*"))) {
      assertEquals(
          Files.readAllLines(VMSTAT).stream().map(line -> line.split(" ")[0]).toList(),
          fs.catalog().stats().stream().map(Stat::name).toList());
      assertEveryKeyIsBetweenTwoReadings(sampler);
      assertEveryKeyIsBetweenTwoReadings(some);
    }
  }

  /**
   * Values go up and down, and may leave the range between two readings in the meantime, but not
   * each time.
   */
  private static void assertEveryKeyIsBetweenTwoReadings(Sampler sampler) throws IOException {
    Set<String> open = new HashSet<>();
    for (int i = 0; i < sampler.size(); i++) {
      open.add(sampler.stat(i).name());
    }
    assertTrue(open.size() > 10);
    for (int round = 0; round < 200 && !open.isEmpty(); round++) {
      Map<String, Long> before = keys();
      sampler.sample();
      Map<String, Long> after = keys();
      for (int i = 0; i < sampler.size(); i++) {
        String name = sampler.stat(i).name();
        assertEquals(Status.OK, sampler.status(i), name);
        long low = Math.min(before.get(name), after.get(name));
        long high = Math.max(before.get(name), after.get(name));
        if (low <= sampler.longValue(i) && sampler.longValue(i) <= high) {
          open.remove(name);
        }
      }
    }
    assertEquals(Set.of(), open, "these were never what the file says");
  }

  private static Map<String, Long> keys() throws IOException {
    return Files.readAllLines(VMSTAT).stream()
        .map(line -> line.split(" "))
        .collect(Collectors.toMap(words -> words[0], words -> Long.parseLong(words[1])));
  }

  @Test
  void everyLineOfVmstatAndMeminfoIsAStat() throws Exception {
    for (Path file : List.of(VMSTAT, Path.of("/proc/meminfo"))) {
      try (StatsFs fs = open(file, Layout.file("f"))) {
        assertEquals(List.of(), fs.catalog().problems());
        assertEquals(Files.readAllLines(file).size(), fs.catalog().stats().size());
      }
    }
  }

  /** Each number behind a key is the value of a stat. */
  @Test
  void ofFilesThatNameTheirValuesEachIsAStat() throws Exception {
    for (String name : List.of("net/snmp", "net/netstat", "net/sockstat", "pressure/cpu")) {
      Path file = Path.of("/proc", name);
      if (!Files.exists(file)) {
        continue;
      }
      long numbers =
          Pattern.compile("[ =]-?[0-9.]+(?=[ \n])")
              .matcher(Files.readString(file))
              .results()
              .count();
      try (StatsFs fs = open(file, Layout.file("f"));
          Sampler sampler = fs.sampler()) {
        assertEquals(List.of(), fs.catalog().problems(), name);
        assertEquals(numbers, sampler.size(), name);
        sampler.sample();
        assertTrue(fs.catalog().sources().stream().allMatch(s -> s.form().isPresent()), name);
        for (int i = 0; i < sampler.size(); i++) {
          assertEquals(Status.OK, sampler.status(i), name + ": " + sampler.stat(i));
        }
      }
    }
  }

  /** A number that moves must not become a name, nor a column of a table a value. */
  @Test
  void filesOfOtherFormsGiveNothingButWhatTheirLinesSay() throws Exception {
    for (String name :
        List.of(
            "loadavg",
            "uptime",
            "stat",
            "self/stat",
            "self/statm",
            "diskstats",
            "interrupts",
            "net/dev",
            "net/softnet_stat",
            "sys/fs/file-nr",
            "sys/fs/inode-nr",
            "sys/net/ipv4/ip_local_port_range")) {
      Path file = Path.of("/proc", name);
      if (!Files.exists(file)) {
        continue;
      }
      try (StatsFs fs = open(file, Layout.file("f"))) {
        assertEquals(List.of(), fs.catalog().stats(), name);
        assertEquals(1, fs.catalog().problems().size(), name);
        assertTrue(fs.catalog().problems().get(0).message().contains("seems to be"), name);
      }
    }
  }

  @Test
  void cumulativeValuesOfVmstatAreBetweenTwoReadings() throws Exception {
    try (StatsFs fs = open(VMSTAT);
        Sampler sampler = fs.sampler(StatFilter.name("pgfault").or(StatFilter.name("pgalloc*")))) {
      for (int round = 0; round < 20; round++) {
        Map<String, Long> before = keys();
        sampler.sample();
        Map<String, Long> after = keys();
        assertTrue(sampler.size() > 1);
        for (int i = 0; i < sampler.size(); i++) {
          String name = sampler.stat(i).name();
          assertBetween(
              before.get(name).toString(), sampler.longValue(i), after.get(name).toString(), name);
        }
      }
    }
  }

  @Test
  void aProcessThatEndedIsGone() throws Exception {
    Process process = new ProcessBuilder("sleep", "1000").start();
    try {
      Path status = Path.of("/proc", Long.toString(process.pid()), "status");
      TableDeclaration table =
          TableDeclaration.of(null, Axis.stats("Pid", "Threads"), Axis.single(), List.of());
      Layout layout =
          Layout.builder("process")
              .subsystem("process")
              .files(FileDeclaration.of("", Shape.FLAT_KEYED, List.of(table)))
              .build();
      try (StatsFs fs = open(status, layout);
          Sampler sampler = fs.sampler()) {
        String pid = Long.toString(process.pid());
        for (int i = 0; i < 3; i++) {
          assertEquals(Map.of("process/Pid", pid, "process/Threads", "1"), sample(sampler));
        }
        process.destroy();
        process.waitFor();
        sampler.sample();
        assertEquals(2, sampler.count(Status.GONE), () -> Outcomes.of(sampler).toString());
        fs.refresh();
        assertEquals(Map.of(), sample(sampler));
      }
    } finally {
      process.destroy();
    }
  }

  @Test
  void anInterfaceThatIsDeletedIsGoneAtTheNextSampleAndFoundWhenItIsBack() {
    try (NetworkInterface made = NetworkInterface.create();
        StatsFs fs = open(NET);
        Sampler sampler = fs.sampler(StatFilter.device(made.name()))) {
      int size = sampler.size();
      assertTrue(size > 20);
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3; i++) {
          sampler.sample();
          assertEquals(size, sampler.count(Status.OK), () -> Outcomes.of(sampler).toString());
        }
        made.delete();
        for (int i = 0; i < 3; i++) {
          sampler.sample();
          assertEquals(size, sampler.count(Status.GONE), () -> Outcomes.of(sampler).toString());
        }
        made.createAgain();
      }
      sampler.sample();
      assertEquals(size, sampler.count(Status.OK));
      // Deleted and made between two samples.
      made.delete();
      made.createAgain();
      sampler.sample();
      assertEquals(size, sampler.count(Status.OK), () -> Outcomes.of(sampler).toString());
      made.delete();
      fs.refresh();
      sampler.sample();
      assertEquals(0, sampler.size());
      made.createAgain();
      fs.refresh();
      sampler.sample();
      assertEquals(size, sampler.count(Status.OK));
    }
  }

  @Test
  void aRenamedInterfaceIsFoundUnderItsNewNameOnly() {
    try (NetworkInterface made = NetworkInterface.create();
        StatsFs fs = open(NET)) {
      String old = made.name();
      try (Sampler sampler =
          fs.sampler(stat -> List.of("lo", old, made.name()).contains(stat.source().device()))) {
        sampler.sample();
        int size = sampler.size();
        assertEquals("0", outcome(sampler, "net/" + old + "/rx_errors"));
        made.rename();
        fs.refresh();
        Map<String, String> outcomes = sample(sampler);
        assertEquals(size, outcomes.size());
        assertTrue(outcomes.keySet().stream().noneMatch(p -> p.startsWith("net/" + old + "/")));
        assertEquals("0", outcomes.get("net/" + made.name() + "/rx_errors"));
        assertEquals(
            text(NET.resolve("lo/statistics/rx_errors")), outcomes.get("net/lo/rx_errors"));
      }
    }
  }

  @Test
  void aCgroupIsReadUntilItIsRemoved() throws Exception {
    Layout layout =
        Layout.builder("cgroup").subsystem("cgroup").flatKeyedFiles("cgroup.stat").build();
    try (Cgroup made = Cgroup.create();
        StatsFs fs = open(made.path(), layout);
        Sampler sampler = fs.sampler(stat -> !stat.name().endsWith("pressure"))) {
      Path group = made.path();
      Path inner = group.resolve("inner");
      for (int i = 0; i < 3; i++) {
        sampler.sample();
        assertEquals("0", outcome(sampler, "cgroup/cgroup.stat/nr_descendants"));
        assertEquals("0", outcome(sampler, "cgroup/cgroup.freeze"));
        assertEquals("NOT_A_NUMBER 0", outcome(sampler, "cgroup/cgroup.max.depth"));
        assertEquals("NOT_A_NUMBER 0", outcome(sampler, "cgroup/cgroup.procs"));
      }
      Files.writeString(group.resolve("cgroup.max.depth"), "7");
      Files.createDirectory(inner);
      sampler.sample();
      assertEquals("1", outcome(sampler, "cgroup/cgroup.stat/nr_descendants"));
      assertEquals("7", outcome(sampler, "cgroup/cgroup.max.depth"));
      fs.refresh();
      sampler.sample();
      assertEquals("0", outcome(sampler, "cgroup/inner/cgroup.stat/nr_descendants"));
      Files.delete(inner);
      sampler.sample();
      assertEquals("0", outcome(sampler, "cgroup/cgroup.stat/nr_descendants"));
      assertEquals(
          Status.GONE, sampler.status(index(sampler, "cgroup/inner/cgroup.stat/nr_descendants")));
      assertEquals(Status.GONE, sampler.status(index(sampler, "cgroup/inner/cgroup.freeze")));
    }
  }

  @Test
  void debugfsIsReadAsFarAsTheKernelAllows() throws Exception {
    try (DebugfsMount mount = DebugfsMount.create()) {
      Path kvm = mount.root().resolve("kvm");
      assumeTrue(Files.isDirectory(kvm), "this kernel has no statistics of KVM");
      Map<String, String> expected = new TreeMap<>();
      try (Stream<Path> files = Files.list(kvm)) {
        for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
          // The file of a histogram shows one bucket.
          if (!file.getFileName().toString().endsWith("_hist")) {
            expected.put("kvm/" + file.getFileName(), direct(file));
          }
        }
      }
      assertTrue(expected.containsKey("kvm/exits"), expected::toString);
      try (StatsFs fs = open(kvm);
          Sampler sampler = fs.sampler(stat -> stat.source().device().isEmpty())) {
        for (int i = 0; i < 3; i++) {
          assertEquals(expected, sample(sampler));
        }
      }
    }
  }

  /** What the file says, in the words of {@link Outcomes}; no virtual machine runs meanwhile. */
  static String direct(Path file) {
    try {
      String text = Files.readString(file).strip();
      return text.matches("-?[0-9]+") ? text : "NOT_A_NUMBER 0";
    } catch (IOException e) {
      return String.valueOf(e.getMessage()).contains("Operation not permitted")
          ? "DENIED 1"
          : e.toString();
    }
  }

  @Test
  void debugfsIsFoundByItsLayout() {
    try (DebugfsMount mount = DebugfsMount.create()) {
      Path kvm = mount.root().resolve("kvm");
      assumeTrue(Files.isDirectory(kvm), "this kernel has no statistics of KVM");
      try (StatsFs fs = open(kvm)) {
        assertEquals("kvm", fs.catalog().trees().get(0).name());
        assertEquals("debugfs", fs.catalog().trees().get(0).fileSystemType());
      }
    }
  }

  /** Skips the test where that cannot be. */
  static Path tryCreate(Path directory) {
    try {
      return Files.createDirectory(directory);
    } catch (IOException e) {
      throw new TestAbortedException("no directory can be made in " + directory.getParent(), e);
    }
  }
}
