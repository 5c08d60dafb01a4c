package io.statsfs.core.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Catalog;
import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatClearException;
import io.statsfs.StatFilter;
import io.statsfs.StatReadException;
import io.statsfs.StatsFs;
import io.statsfs.StatsFsException;
import io.statsfs.Status;
import io.statsfs.TreeUnavailableException;
import io.statsfs.contracts.BackendContract;
import io.statsfs.spi.Backend;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.LogCapture;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A backend without files, as somebody else would write it: compiled against the API alone, in a
 * jar of its own.
 */
@Timeout(60)
class BackendTest extends BackendContract {
  private static final Duration TIMEOUT = Duration.ofMillis(300);

  @TempDir private static Path jars;
  private static URLClassLoader loader;
  private static Map<String, LongSupplier> generators;

  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  private TestTree tree;
  private final CountDownLatch release = new CountDownLatch(1);
  private int added;

  @BeforeAll
  @SuppressWarnings("unchecked")
  static void makeJar() throws Exception {
    Path source = jars.resolve("GeneratorBackend.java");
    try (InputStream in = BackendTest.class.getResourceAsStream("GeneratorBackend.java")) {
      Files.copy(in, source);
    }
    Path classes = Files.createDirectory(jars.resolve("classes"));
    Path api = Path.of(StatsFs.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    int result =
        compiler.run(
            null,
            null,
            null,
            List.of("-proc:none", "-cp", "" + api, "-d", "" + classes, "" + source)
                .toArray(String[]::new));
    assertEquals(0, result);
    Path jar = jars.resolve("generator.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> files = Files.walk(classes)) {
      for (Path entry : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry("" + classes.relativize(entry)));
        out.write(Files.readAllBytes(entry));
      }
      out.putNextEntry(new JarEntry("META-INF/services/" + Backend.class.getName()));
      out.write("example.GeneratorBackend\n".getBytes(StandardCharsets.UTF_8));
    }
    loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, StatsFs.class.getClassLoader());
    generators = (Map<String, LongSupplier>) type().getField("GENERATORS").get(null);
  }

  @AfterAll
  static void closeJar() throws Exception {
    loader.close();
  }

  private static Class<?> type() throws ReflectiveOperationException {
    return loader.loadClass("example.GeneratorBackend");
  }

  private static void set(String field, Object value) throws ReflectiveOperationException {
    type().getField(field).set(null, value);
  }

  @Override
  protected Backend backend() throws ReflectiveOperationException {
    return (Backend) type().getConstructor().newInstance();
  }

  @Override
  protected Map<String, Long> add() {
    added++;
    // Another one each time, as that is what distinguishes the lives of a source.
    AtomicLong value = new AtomicLong(10);
    generators.put("added" + added + "/a", value::get);
    generators.put("added" + added + "/b", () -> -2 * value.get());
    return Map.of("generator/added" + added + "/a", 10L, "generator/added" + added + "/b", -20L);
  }

  @Override
  protected void remove() {
    generators.keySet().removeIf(key -> key.startsWith("added" + added + "/"));
    added--;
  }

  private void replace(String stat, UnaryOperator<LongSupplier> other) {
    generators.computeIfPresent(
        stat.substring("generator/".length()), (key, before) -> other.apply(before));
  }

  @Override
  protected boolean hang(String stat) {
    replace(
        stat,
        before ->
            () -> {
              hang();
              return before.getAsLong();
            });
    return true;
  }

  @Override
  protected void release() {
    release.countDown();
  }

  @Override
  protected boolean deny(String stat) {
    replace(
        stat,
        before ->
            () -> {
              throw denied();
            });
    return true;
  }

  private static RuntimeException denied() {
    try {
      return (RuntimeException)
          loader.loadClass("example.GeneratorBackend$Denied").getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void setUp() throws Exception {
    Thread.currentThread().setContextClassLoader(loader);
    generators.put("one/a", () -> 1);
    generators.put("one/b", () -> 2);
    generators.put("two/a", () -> 3);
    tree = TestTree.inMemory();
    tree.stat("kvm/1/exits", 7);
  }

  @AfterEach
  void tearDown() throws Exception {
    release.countDown();
    tree.close();
    Thread.currentThread().setContextClassLoader(before);
    generators.clear();
    set("onScan", (Runnable) () -> {});
    set("unavailabilityCause", null);
  }

  /** The files of the tree and the generators, which only the test refreshes. */
  private StatsFs both() throws Exception {
    return StatsFs.builder()
        .root(tree.settle().root(), Layout.statsfs())
        .backend(backend())
        .refreshInterval(Duration.ZERO)
        .build();
  }

  private static Stat stat(StatsFs fs, String place) {
    return fs.catalog().stats().stream()
        .filter(stat -> stat.toString().equals(place))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + place + " in " + fs.catalog().stats()));
  }

  private static int index(Sampler sampler, String place) {
    for (int i = 0; i < sampler.size(); i++) {
      if (sampler.stat(i).toString().equals(place)) {
        return i;
      }
    }
    throw new AssertionError("no " + place);
  }

  private void hang() {
    try {
      release.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aBackendIsFoundByItsServiceFile() {
    try (StatsFs fs = StatsFs.builder().trees("generator").build();
        Sampler sampler = fs.sampler()) {
      assertEquals(
          List.of("generator/one/a", "generator/one/b", "generator/two/a"),
          fs.catalog().stats().stream().map(Stat::toString).toList());
      sampler.sample();
      assertEquals(3, sampler.longValue(2));
    }
  }

  @Test
  void detectionOpensWhatEachBackendHas() {
    try (StatsFs fs = StatsFs.builder().detect().build()) {
      assertTrue(fs.catalog().trees().stream().anyMatch(t -> t.backend().equals("generator")));
    }
    try (StatsFs fs = StatsFs.builder().root(tree.root(), Layout.statsfs()).build()) {
      assertEquals(1, fs.catalog().trees().size(), "a root alone");
    }
    assertEquals(
        TreeUnavailableException.Reason.UNKNOWN_NAME,
        assertThrows(
                TreeUnavailableException.class, () -> StatsFs.builder().trees("generators").build())
            .reason());
  }

  @Test
  void aTreeWithoutFilesIsOneAmongOthers() throws Exception {
    try (StatsFs fs = both();
        Sampler sampler = fs.sampler()) {
      Stat stat = stat(fs, "generator/one/b");
      assertTrue(stat.path().isEmpty());
      assertEquals("generator b of one", stat.origin());
      assertEquals(
          List.of("generator/one/a", "generator/one/b", "generator/two/a", "kvm/1/exits"),
          fs.catalog().stats().stream().map(Stat::toString).toList());
      sampler.sample();
      assertEquals(4, sampler.count(Status.OK));
      assertEquals(2, sampler.longValue(1));
      assertEquals(7, sampler.longValue(3));
      assertEquals(2, fs.readLong(stat));
      assertEquals("2", fs.readText(stat));
      assertEquals(7, fs.readLong(stat(fs, "kvm/1/exits")));
    }
  }

  @Test
  void itIsFollowedBesideFiles() throws Exception {
    try (StatsFs fs = both();
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      Catalog first = fs.catalog();
      assertSame(first, fs.refresh());
      generators.put("three/c", () -> 5);
      generators.remove("one/b");
      fs.refresh();
      assertSame(
          first.find("generator", "two", "a").orElseThrow(),
          fs.catalog().find("generator", "two", "a").orElseThrow());
      sampler.sample();
      assertEquals(
          List.of("generator/one/a", "generator/three/c", "generator/two/a", "kvm/1/exits"),
          Stream.iterate(0, i -> i < sampler.size(), i -> i + 1)
              .map(i -> sampler.stat(i).toString())
              .toList());
      assertEquals(5, sampler.longValue(1));
      generators.clear();
      fs.refresh();
      sampler.sample();
      assertEquals(1, sampler.size());
      assertEquals(7, sampler.longValue(0));
      generators.put("one/a", () -> 8);
      fs.refresh();
      sampler.sample();
      assertEquals(8, sampler.longValue(0));
    }
  }

  @Test
  void aValueThatHangsAffectsOnlyItself() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    try (StatsFs fs = both();
        Sampler sampler = fs.sampler(StatFilter.all(), TIMEOUT)) {
      sampler.sample();
      assertEquals(4, sampler.count(Status.OK));
      generators.put(
          "one/b",
          () -> {
            calls.incrementAndGet();
            hang();
            return 9;
          });
      fs.refresh();
      sampler.sample();
      int stuck = index(sampler, "generator/one/b");
      assertEquals(Status.BLOCKED, sampler.status(stuck));
      assertEquals(3, sampler.count(Status.OK));
      assertEquals("generator b of one", sampler.blockedBy(stuck));
      assertEquals(
          Status.BLOCKED,
          assertThrows(StatReadException.class, () -> sampler.readText(stuck)).status());
      generators.put("two/a", () -> 33);
      fs.refresh();
      sampler.sample();
      assertEquals(33, sampler.longValue(index(sampler, "generator/two/a")));
      assertEquals(1, calls.get(), "not tried while it hangs");
      release.countDown();
      Await.until(
          () -> {
            sampler.sample();
            return sampler.count(Status.OK) == 4;
          },
          () -> "comes back");
      assertEquals(9, sampler.longValue(stuck));
    }
  }

  @Test
  void aScanThatHangsKeepsOnlyItsTree() throws Exception {
    try (StatsFs fs = both()) {
      set("onScan", (Runnable) this::hang);
      generators.put("three/c", () -> 5);
      tree.stat("kvm/2/exits", 1).settle();
      fs.refresh();
      assertEquals(
          List.of("generator/one", "generator/two", "kvm/1", "kvm/2"),
          fs.catalog().sources().stream().map(Source::toString).toList());
      assertEquals(1, fs.catalog().problems().size());
      assertTrue(
          ("" + fs.catalog().problems().get(0))
              .startsWith("generators of this JVM: does not answer"),
          "" + fs.catalog().problems());
      release.countDown();
      Await.until(() -> fs.refresh().sources().size() == 5, () -> "scanned again");
      assertEquals(List.of(), fs.catalog().problems());
    }
  }

  @Test
  void whatIsDeniedToEverybodyIsTriedForAllByOne() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    AtomicLong value = new AtomicLong();
    LongSupplier generator =
        () -> {
          calls.incrementAndGet();
          if (value.get() == 0) {
            throw denied();
          }
          return value.get();
        };
    generators.clear();
    List.of("one/a", "one/b", "one/c", "two/a").forEach(key -> generators.put(key, generator));
    try (StatsFs fs = both();
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      assertEquals(4, sampler.count(Status.DENIED));
      assertEquals(1, sampler.errno(0));
      int before = calls.get();
      sampler.sample();
      assertEquals(before, calls.get(), "not tried again at once");
      generators.put("three/a", generator);
      fs.refresh();
      sampler.sample();
      assertEquals(5, sampler.count(Status.DENIED));
      assertTrue(calls.get() <= before + 1, "one alone is tried, and none if that is not due");
      assertEquals(7, sampler.longValue(5));
      value.set(11);
      Await.until(
          () -> {
            sampler.sample();
            return sampler.count(Status.OK) == 6;
          },
          () -> "permitted");
      assertEquals(11, sampler.longValue(3));
    }
  }

  @Test
  void whatABackendThrowsAffectsOnlyItsStats() throws Exception {
    try (LogCapture log = new LogCapture();
        StatsFs fs = both();
        Sampler sampler = fs.sampler()) {
      generators.put(
          "one/b",
          () -> {
            throw new IllegalArgumentException("broken");
          });
      fs.refresh();
      sampler.sample();
      sampler.sample();
      assertEquals(7, sampler.longValue(index(sampler, "kvm/1/exits")));
      assertEquals(1, sampler.count(Status.OK));
      assertEquals(1, log.lines().stream().filter(line -> line.contains("broken")).count());
      set(
          "onScan",
          (Runnable)
              () -> {
                throw new IllegalStateException("no scan");
              });
      tree.stat("kvm/2/exits", 1).settle();
      assertEquals(4, fs.refresh().sources().size());
      assertTrue(("" + fs.catalog().problems()).contains("no scan"), "" + fs.catalog().problems());
    }
  }

  @Test
  void oneThatCannotWorkHereAffectsNoOther() throws Exception {
    set("unavailabilityCause", new IllegalStateException("no generator here; build one"));
    StatsFsException e =
        assertThrows(StatsFsException.class, () -> StatsFs.builder().backend(backend()).build());
    assertTrue(e.getMessage().contains("no generator here; build one"), e.getMessage());
    assertThrows(StatsFsException.class, () -> StatsFs.builder().trees("generator").build());
    try (StatsFs fs = StatsFs.builder().root(tree.root(), Layout.statsfs()).build()) {
      assertEquals(1, fs.catalog().trees().size());
    }
  }

  @Test
  void limitsAreThoseOfAllTrees() throws Exception {
    for (int i = 0; i < 10; i++) {
      generators.put("many/" + i, () -> 1);
    }
    Limits limits = Limits.builder().stats(5).build();
    try (StatsFs fs =
        StatsFs.builder()
            .backend(backend())
            .limits(limits)
            .refreshInterval(Duration.ZERO)
            .build()) {
      assertTrue(fs.catalog().stats().size() <= 5);
      assertEquals(1, fs.catalog().problems().size());
      generators.keySet().removeIf(key -> key.startsWith("many"));
      fs.refresh();
      assertEquals(3, fs.catalog().stats().size());
      assertEquals(List.of(), fs.catalog().problems());
    }
  }

  @Test
  void nothingOfItIsCleared() throws Exception {
    try (StatsFs fs = StatsFs.builder().backend(backend()).allowClearing().build()) {
      StatClearException e =
          assertThrows(StatClearException.class, () -> fs.clear(stat(fs, "generator/one/a")));
      assertEquals(StatClearException.Reason.NOT_CLEARABLE, e.reason());
    }
  }

  @Test
  void closingClosesTheScanner() throws Exception {
    int closed = type().getField("closed").getInt(null);
    both().close();
    assertEquals(closed + 1, type().getField("closed").getInt(null));
    assertThrows(
        TreeUnavailableException.class,
        () ->
            StatsFs.builder()
                .backend(backend())
                .root(tree.path("missing"), Layout.statsfs())
                .build());
    assertEquals(closed + 2, type().getField("closed").getInt(null), "if another cannot be opened");
  }

  @Test
  void theJarNeedsNothingButTheApi() throws Exception {
    assertNotEquals(
        Backends.class.getProtectionDomain().getCodeSource().getLocation(),
        StatsFs.class.getProtectionDomain().getCodeSource().getLocation());
  }
}
