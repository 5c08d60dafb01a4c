package io.statsfs.core.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Catalog;
import io.statsfs.Limits;
import io.statsfs.Problem;
import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.Tree;
import io.statsfs.core.StatsFsBuilder;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Trees that are not there yet when the others are opened. */
@Timeout(60)
class LateTreesTest {
  private static final int SCANS = 10;

  @AutoClose private final TestTree memory = TestTree.inMemory();

  private final Path host = memory.root();

  @BeforeEach
  void makeHost() throws IOException {
    Files.createDirectories(host.resolve("sys"));
    file("proc/uptime", "12.50 20.00\n");
  }

  private static StatsFs.Builder builder() {
    return new StatsFsBuilder(
            List.of(new FilesBackend(FileSystems.ofThisProcess(), new SchemaCache(1 << 20))))
        .refreshInterval(Duration.ZERO);
  }

  /** Those of the host alone, none of this process. */
  private StatsFs.Builder ofHost() {
    try (StatsFs fs = builder().build()) {
      String[] own =
          names(fs.catalog()).stream()
              .filter(name -> name.startsWith("cgroup") || name.equals("self"))
              .toArray(String[]::new);
      return builder().host(host).withoutTrees(own);
    }
  }

  private void file(String path, String text) throws IOException {
    Path file = host.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static List<String> names(Catalog catalog) {
    return catalog.trees().stream().map(Tree::name).toList();
  }

  private static List<String> problems(Catalog catalog) {
    return catalog.problems().stream().map(Problem::message).toList();
  }

  private static Catalog refresh(StatsFs fs, int times) {
    Catalog catalog = fs.catalog();
    for (int i = 0; i < times; i++) {
      catalog = fs.refresh();
    }
    return catalog;
  }

  @Test
  void isReadAfterTenScansAndByTheSamplersThatThereAre() throws IOException {
    try (StatsFs fs = ofHost().build();
        Sampler sampler = fs.sampler(StatFilter.all())) {
      List<Catalog> heard = new ArrayList<>();
      fs.addListener(heard::add);
      assertEquals(List.of("uptime"), names(fs.catalog()));
      file("proc/vmstat", "pgfault 7\n");
      file("sys/class/net/eth0/statistics/rx_bytes", "3\n");
      assertEquals(List.of("uptime"), names(refresh(fs, SCANS - 1)));
      assertEquals(List.of(), heard);
      Catalog found = fs.refresh();
      assertTrue(names(found).containsAll(List.of("uptime", "vmstat", "net")), found::toString);
      assertEquals(List.of(found), heard);
      assertEquals(7, fs.readLong(found.get("vmstat", "", "pgfault")));
      sampler.sample();
      int rx = 0;
      while (!sampler.stat(rx).equals(found.get("net", "eth0", "rx_bytes"))) {
        rx++;
      }
      assertEquals(Status.OK, sampler.status(rx));
      assertEquals(3, sampler.longValue(rx));
      // One that is open is not looked for again, whatever becomes of it.
      Files.delete(host.resolve("proc/vmstat"));
      assertEquals(names(found), names(refresh(fs, SCANS)));
    }
  }

  @Test
  void oneWithoutAnythingToReadIsATreeAllTheSame() throws IOException {
    Files.createDirectories(host.resolve("sys/class/hwmon"));
    try (StatsFs fs = ofHost().build()) {
      Files.createDirectories(host.resolve("sys/class/net"));
      assertTrue(names(refresh(fs, SCANS)).contains("net"));
    }
  }

  @Test
  void whatIsNamedAndMissingIsAProblemUntilItIsThere() throws IOException {
    try (StatsFs fs = builder().host(host).trees("uptime", "vmstat", "loadavg").build()) {
      assertEquals(2, fs.catalog().problems().size(), problems(fs.catalog())::toString);
      file("proc/vmstat", "pgfault 7\n");
      file("proc/stat", "ctxt 1\n");
      Catalog found = refresh(fs, SCANS);
      assertEquals(List.of("uptime", "vmstat"), names(found).stream().sorted().toList());
      assertEquals(
          List.of("the tree loadavg is not found: there is no " + host.resolve("proc/loadavg")),
          problems(found));
      file("proc/loadavg", "0.25 0.5 1 1/2 3\n");
      assertEquals(List.of(), refresh(fs, SCANS).problems());
    }
  }

  @Test
  void whatIsExcludedOrOfRootsAloneIsNotLookedFor() throws IOException {
    try (StatsFs fs = ofHost().withoutTrees("vmstat").build();
        StatsFs root = builder().root(host.resolve("proc/uptime"), "uptime").build()) {
      file("proc/vmstat", "pgfault 7\n");
      assertEquals(List.of("uptime"), names(refresh(fs, SCANS)));
      assertEquals(List.of("uptime"), names(refresh(root, SCANS)));
    }
  }

  @Test
  void theLimitsAreDividedAmongAllThatAreThere() throws IOException {
    for (int i = 0; i < 40; i++) {
      file("sys/class/net/eth" + i + "/statistics/rx_bytes", "3\n");
    }
    Limits limits = Limits.builder().stats(30).build();
    List<String> atOnce;
    List<String> later;
    try (StatsFs fs = ofHost().limits(limits).build()) {
      assertTrue(fs.catalog().stats().size() > 20, fs.catalog()::toString);
      file("proc/vmstat", "pgfault 7\npgmajfault 8\n");
      later = refresh(fs, SCANS).stats().stream().map(Object::toString).toList();
    }
    try (StatsFs fs = ofHost().limits(limits).build()) {
      atOnce = fs.catalog().stats().stream().map(Object::toString).toList();
    }
    assertTrue(later.contains("vmstat/pgfault"), later::toString);
    assertEquals(atOnce, later);
  }
}
