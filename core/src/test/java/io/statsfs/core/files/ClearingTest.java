package io.statsfs.core.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatClearException;
import io.statsfs.StatClearException.Reason;
import io.statsfs.StatsFs;
import io.statsfs.core.Fs;
import io.statsfs.core.Mounted;
import io.statsfs.core.StatsFsBuilder;
import io.statsfs.core.mounts.FileSystemPath;
import io.statsfs.core.mounts.FileSystemType;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.mounts.Mounts;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.spi.PathText;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What may be cleared, and what not, with ordinary files that are told to be on statsfs. There the
 * {@code 0} takes the place of the first digit and leaves the others, so that a file tells what was
 * written to it.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClearingTest {
  private static final String UNTOUCHED = "1084\n";
  private static final String CLEARED = "0084\n";

  @AutoClose private final TestTree tree = TestTree.inMemory();
  private int looks;

  private Fs open() {
    return open("statsfs");
  }

  private Fs open(String type) {
    return open(path -> on(type, path));
  }

  private Fs open(Clearing.Paths paths) {
    tree.settle();
    return new Fs(tree.root(), Layout.statsfs(), new Clearing(paths));
  }

  private static FileSystemPath on(String type, Path path) {
    return new FileSystemPath(FileSystemType.of(type), Mounts.bytes(path), false);
  }

  /** Something happens to the tree while it is looked at, before or after the value is read. */
  private Fs openAndMeanwhile(int look, Runnable happening) {
    return open(
        path -> {
          if (++looks == look) {
            happening.run();
          }
          return on("statsfs", path);
        });
  }

  private static Stat stat(Fs fs, String name) {
    return fs.catalog().get("kvm", "", name);
  }

  private String text(String path) {
    try {
      return Files.readString(tree.path(path));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void refused(Reason reason, String why, StatsFs fs, Stat stat) {
    StatClearException e = assertThrows(StatClearException.class, () -> fs.clear(stat));
    assertEquals(reason, e.reason(), e.getMessage());
    assertTrue(e.getMessage().contains(why), e.getMessage());
    assertTrue(e.getMessage().contains(stat + " was not cleared"), e.getMessage());
    assertTrue(e.getMessage().contains(stat.origin()), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"statsfs", "stats_fs", "fuse.statsfs"})
  void oneZeroIsWrittenAndNothingElse(String type) {
    tree.stat("kvm/a", UNTOUCHED).stat("kvm/b", UNTOUCHED).stat("kvm/1/a", UNTOUCHED);
    try (Fs fs = open(type)) {
      fs.fs.clear(stat(fs, "a"));
      assertEquals(CLEARED, text("kvm/a"));
      assertEquals(UNTOUCHED, text("kvm/b"));
      assertEquals(UNTOUCHED, text("kvm/1/a"));
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "-128, 0128", "18446744073709551615, 08446744073709551615", "'1\n', '0\n'"})
  void everyIntegerCanBeCleared(String before, String after) {
    tree.stat("kvm/a", before);
    try (Fs fs = open()) {
      fs.fs.clear(stat(fs, "a"));
      assertEquals(after, text("kvm/a"));
    }
  }

  @Test
  void namesOfAnyBytesCanBeCleared() {
    tree.stat("kvm/guest doorbell", UNTOUCHED).stat("kvm/\\xff", UNTOUCHED);
    try (Fs fs = open()) {
      fs.fs.clear(stat(fs, "guest doorbell"));
      fs.fs.clear(stat(fs, "\\xff"));
      assertEquals(CLEARED, text("kvm/guest doorbell"));
      assertEquals(CLEARED, text("kvm/\\xff"));
    }
  }

  @Test
  void unlessItIsAllowedNothingIsCleared() {
    tree.stat("kvm/a", UNTOUCHED).settle();
    try (Fs fs = new Fs(tree.root());
        StatsFs built =
            new StatsFsBuilder(
                    List.of(new FilesBackend(FileSystems.ofThisProcess(), new SchemaCache(1000))))
                .root(tree.root())
                .build()) {
      refused(Reason.NOT_ALLOWED, "allowClearing()", fs.fs, stat(fs, "a"));
      refused(Reason.NOT_ALLOWED, "allowClearing()", built, built.catalog().get("kvm", "", "a"));
      assertEquals(UNTOUCHED, text("kvm/a"));
    }
  }

  @Test
  void ordinaryFilesAreNotWrittenTo() {
    tree.stat("kvm/a", UNTOUCHED);
    try (StatsFs fs =
        new StatsFsBuilder(
                List.of(new FilesBackend(FileSystems.ofThisProcess(), new SchemaCache(1000))))
            .root(tree.root())
            .refreshInterval(Duration.ZERO)
            .allowClearing()
            .build()) {
      refused(Reason.NOT_CLEARABLE, "it is on tmpfs", fs, fs.catalog().get("kvm", "", "a"));
      assertEquals(UNTOUCHED, text("kvm/a"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sysfs", "proc", "cgroup", "cgroup2", "ext4", "tmpfs", "fuse", ""})
  void fileSystemsThatDoNotClearAreNotWrittenTo(String type) {
    tree.stat("kvm/a", UNTOUCHED);
    try (Fs fs = open(type)) {
      refused(Reason.NOT_CLEARABLE, "may change a setting", fs.fs, stat(fs, "a"));
      assertEquals(UNTOUCHED, text("kvm/a"));
    }
  }

  @Test
  void whereTheFileSystemIsUnknownNothingIsCleared() {
    tree.stat("kvm/a", UNTOUCHED);
    try (Fs fs = open(path -> FileSystemPath.UNKNOWN)) {
      refused(Reason.NOT_CLEARABLE, "its file system is unknown", fs.fs, stat(fs, "a"));
      assertEquals(UNTOUCHED, text("kvm/a"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/, debugfs, debug/kvm/1-2, true",
    "/, debugfs, debug/kvm, true",
    "/, debugfs, debug/kvm2, false",
    "/, debugfs, debug/net/kvm, false",
    "/, debugfs, kvm, false",
    "/, tmpfs, debug/kvm, false",
    "/net, debugfs, debug/kvm, false",
    "/kvm, debugfs, debug/1-2, true",
    "/kvm/1-2, debugfs, debug, true",
    "/kvm2, debugfs, debug/1-2, false"
  })
  void onDebugfsOnlyKvmIsCleared(String part, String type, String directory, boolean clears) {
    String device = Mounted.device(tree.root());
    tree.directory("debug")
        .stat(directory + "/a", UNTOUCHED)
        .stat(
            "mountinfo",
            "1 0 "
                + device
                + " / / rw - tmpfs t rw\n9 1 "
                + device
                + " "
                + part
                + " "
                + tree.path("debug")
                + " rw - "
                + type
                + " d rw")
        .settle();
    Layout layout = Layout.builder("test").subsystem("kvm").build();
    FileSystems system = new FileSystems(tree.path("mountinfo"), tree.path("none"));
    try (Fs fs = new Fs(tree.path(directory), layout, new Clearing(system::at))) {
      if (clears) {
        fs.fs.clear(stat(fs, "a"));
      } else {
        refused(Reason.NOT_CLEARABLE, "it is on ", fs.fs, stat(fs, "a"));
      }
      assertEquals(clears ? CLEARED : UNTOUCHED, text(directory + "/a"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RUNNABLE",
        "",
        "\n",
        "1.5",
        "1e3",
        "1 2",
        "1x",
        "0x10",
        "0022",
        "0X1f",
        "18446744073709551616",
        "-",
        "nan"
      })
  void whatHoldsNoIntegerIsNotWrittenTo(String text) {
    tree.stat("kvm/a", text);
    try (Fs fs = open()) {
      refused(Reason.NOT_CLEARABLE, "can hang the kernel", fs.fs, stat(fs, "a"));
      assertEquals(text, text("kvm/a"));
    }
  }

  @Test
  void textThatBeginsLikeAnIntegerIsNotWrittenTo() {
    String text = "1" + " ".repeat(70_000) + "text";
    tree.stat("kvm/a", text);
    try (Fs fs = open()) {
      refused(Reason.NOT_CLEARABLE, "can hang the kernel", fs.fs, stat(fs, "a"));
      assertEquals(text, text("kvm/a"));
    }
  }

  @Test
  void theSchemaForbidsButItsAbsenceDoesNot() {
    for (String name : List.of("counter", "gauge", "float", "other")) {
      tree.stat("kvm/" + name, UNTOUCHED);
    }
    tree.schema(
        "kvm",
        """
        METRIC
        NAME counter
        FLAG CUMULATIVE
        TYPE INT
        DESC d

        METRIC
        NAME gauge
        FLAG GAUGE
        TYPE INT
        DESC d

        METRIC
        NAME float
        FLAG CUMULATIVE
        TYPE FLOAT
        DESC d

        """);
    try (Fs fs = open()) {
      fs.fs.clear(stat(fs, "counter"));
      fs.fs.clear(stat(fs, "other"));
      refused(Reason.NOT_CLEARABLE, "LEVEL", fs.fs, stat(fs, "gauge"));
      refused(Reason.NOT_CLEARABLE, "FLOAT", fs.fs, stat(fs, "float"));
      assertEquals(Stat.Kind.LEVEL, stat(fs, "other").kind());
      assertEquals(CLEARED, text("kvm/counter"));
      assertEquals(CLEARED, text("kvm/other"));
      assertEquals(UNTOUCHED, text("kvm/gauge"));
      assertEquals(UNTOUCHED, text("kvm/float"));
    }
  }

  @Test
  void readOnlyFilesAreNotWrittenToEvenByRoot() {
    tree.stat("kvm/a", UNTOUCHED).permissions("kvm/a", "r--r--r--");
    try (Fs fs = open()) {
      refused(Reason.NOT_CLEARABLE, "floating", fs.fs, stat(fs, "a"));
      assertEquals(UNTOUCHED, text("kvm/a"));
    }
  }

  @Test
  void linesAreNotCleared() {
    String text = "a 1\nb 2\n";
    tree.stat("values", text);
    try (Fs fs =
        new Fs(
            tree.path("values"), Layout.file("kvm"), new Clearing(path -> on("statsfs", path)))) {
      refused(Reason.NOT_CLEARABLE, "several values", fs.fs, stat(fs, "a"));
      assertEquals(text, text("values"));
    }
  }

  /** One that somebody else made, to lead elsewhere. */
  private record Forged(Stat real, Path file) implements Stat {
    @Override
    public Optional<Path> path() {
      return Optional.of(file);
    }

    @Override
    public String origin() {
      return PathText.of(file);
    }

    @Override
    public Source source() {
      return real.source();
    }

    @Override
    public String name() {
      return real.name();
    }

    @Override
    public Kind kind() {
      return real.kind();
    }

    @Override
    public Type type() {
      return real.type();
    }

    @Override
    public String description() {
      return real.description();
    }

    @Override
    public String unit() {
      return real.unit();
    }

    @Override
    public boolean equals(Object other) {
      return true;
    }

    @Override
    public int hashCode() {
      return real.hashCode();
    }
  }

  @Test
  void onlyStatsOfThePresentCatalogAreCleared() {
    tree.stat("kvm/a", UNTOUCHED).stat("kvm/b", UNTOUCHED);
    try (Fs fs = open();
        Fs other = open()) {
      Stat before = stat(fs, "a");
      Stat forged = new Forged(before, tree.path("kvm/b"));
      refused(Reason.GONE, "not in the present catalog", fs.fs, stat(other, "a"));
      refused(Reason.GONE, "not in the present catalog", fs.fs, forged);
      tree.stat("kvm/c", UNTOUCHED);
      fs.refresh();
      assertNotSame(before, stat(fs, "a"));
      refused(Reason.GONE, "not in the present catalog", fs.fs, before);
      assertEquals(UNTOUCHED, text("kvm/a"));
      assertEquals(UNTOUCHED, text("kvm/b"));
      fs.fs.clear(stat(fs, "a"));
      assertEquals(CLEARED, text("kvm/a"));
    }
  }

  @Test
  void anotherLifeOfTheSourceIsNotCleared() {
    tree.stat("kvm/a", UNTOUCHED);
    try (Fs fs = open()) {
      Stat before = stat(fs, "a");
      tree.move("kvm", "old").stat("kvm/a", UNTOUCHED);
      refused(Reason.GONE, "replaced", fs.fs, before);
      tree.remove("kvm").link("kvm", tree.path("other")).stat("other/a", UNTOUCHED);
      refused(Reason.GONE, "replaced", fs.fs, before);
      assertEquals(UNTOUCHED, text("old/a"));
      assertEquals(UNTOUCHED, text("other/a"));
    }
  }

  @Test
  void sourceThatIsReplacedMeanwhileIsNotCleared() {
    for (int look : new int[] {1, 2}) {
      looks = 0;
      tree.stat("kvm/a", UNTOUCHED);
      try (Fs fs = openAndMeanwhile(look, () -> tree.move("kvm", "old").stat("kvm/a", UNTOUCHED))) {
        Stat stat = stat(fs, "a");
        refused(Reason.GONE, "replaced", fs.fs, stat);
        assertEquals(UNTOUCHED, text("old/a"));
        assertEquals(UNTOUCHED, text("kvm/a"));
      }
      tree.remove("kvm").remove("old");
    }
  }

  @Test
  void whatTookThePlaceOfTheFileIsNotCleared() {
    List<Runnable> others =
        List.of(
            () -> tree.link("kvm/a", tree.path("setting")),
            () -> tree.stat("kvm/a/b", UNTOUCHED),
            () -> fifo("kvm/a"));
    for (Runnable other : others) {
      tree.stat("kvm/a", UNTOUCHED).stat("setting", UNTOUCHED);
      try (Fs fs = open()) {
        Stat stat = stat(fs, "a");
        tree.remove("kvm/a");
        other.run();
        refused(Reason.GONE, "no file of this file system", fs.fs, stat);
        assertEquals(UNTOUCHED, text("setting"));
        tree.remove("kvm/a");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void linkThatTakesThePlaceOfTheFileMeanwhileIsNotFollowed(int look) {
    tree.stat("kvm/a", UNTOUCHED).stat("setting", UNTOUCHED);
    try (Fs fs =
        openAndMeanwhile(look, () -> tree.remove("kvm/a").link("kvm/a", tree.path("setting")))) {
      refused(Reason.FAILED, "symbolic link", fs.fs, stat(fs, "a"));
      assertEquals(UNTOUCHED, text("setting"));
    }
  }

  private void fifo(String path) {
    try {
      assertEquals(
          0, new ProcessBuilder("mkfifo", tree.path(path).toString()).start().waitFor(), path);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The second look is the last one before the file is opened for writing. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void fileOfAnotherFileSystemInItsPlaceIsNotCleared(int look) throws Exception {
    tree.stat("kvm/a", UNTOUCHED);
    assumeBinding();
    try (TestTree other = new TestTree(Files.createTempDirectory("statsfs-other-"))) {
      other.stat("setting", UNTOUCHED);
      List<Mounted> mounts = new ArrayList<>();
      try (Fs fs = open();
          Fs meanwhile =
              openAndMeanwhile(
                  look, () -> mounts.add(bind(other.path("setting"), tree.path("kvm/a"))))) {
        refused(Reason.GONE, "no file of this file system", meanwhile.fs, stat(meanwhile, "a"));
        refused(Reason.GONE, "no file of this file system", fs.fs, stat(fs, "a"));
      } finally {
        mounts.forEach(Mounted::close);
      }
      assertEquals(UNTOUCHED, Files.readString(other.path("setting")));
      assertEquals(UNTOUCHED, text("kvm/a"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void anotherFileOfTheSameFileSystemMountedOverItIsNotCleared(int look) {
    tree.stat("kvm/a", UNTOUCHED).stat("kvm/b", UNTOUCHED);
    assumeBinding();
    List<Mounted> mounts = new ArrayList<>();
    try (Fs fs =
        open(
            path -> {
              if (++looks == look) {
                mounts.add(bind(tree.path("kvm/b"), tree.path("kvm/a")));
              }
              FileSystemPath at = FileSystems.ofThisProcess().at(path);
              return new FileSystemPath(FileSystemType.of("statsfs"), at.path(), at.isMounted());
            })) {
      StatClearException e =
          assertThrows(StatClearException.class, () -> fs.fs.clear(stat(fs, "a")));
      assertTrue(e.getMessage().contains("is mounted over it"), e.getMessage());
    } finally {
      mounts.forEach(Mounted::close);
    }
    assertEquals(UNTOUCHED, text("kvm/a"));
    assertEquals(UNTOUCHED, text("kvm/b"));
  }

  /** To be called first: within assertThrows, an assumption that does not hold is a failure. */
  private void assumeBinding() {
    bind(tree.path("kvm/a"), tree.path("kvm/a")).close();
  }

  private static Mounted bind(Path from, Path point) {
    try {
      return Mounted.bind(from, point);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void fileThatIsTakenAwayIsNotMadeAgain() {
    for (int look : new int[] {1, 2}) {
      looks = 0;
      tree.stat("kvm/a", UNTOUCHED).stat("kvm/b", UNTOUCHED);
      try (Fs fs = openAndMeanwhile(look, () -> tree.remove("kvm/a"))) {
        refused(Reason.GONE, "does not exist", fs.fs, stat(fs, "a"));
        assertTrue(Files.notExists(tree.path("kvm/a")));
      }
    }
    try (Fs fs = open()) {
      Stat stat = stat(fs, "b");
      tree.remove("kvm");
      refused(Reason.GONE, "does not exist", fs.fs, stat);
    }
  }

  /** What the looks miss: the opened directory is not the one that they saw. */
  @Test
  void whileTheSourceComesAndGoesNothingElseIsWrittenTo() throws Exception {
    // Of one digit, so that it is an integer after the writing of a 0 as well.
    tree.stat("kvm/a", "5").stat("other/a", UNTOUCHED);
    clearWhile(
        () ->
            tree.move("kvm", "away").move("other", "kvm").move("kvm", "other").move("away", "kvm"));
    assertEquals(UNTOUCHED, text("other/a"));
  }

  private interface Changes {
    void run() throws IOException;
  }

  private void clearWhile(Changes changes) throws Exception {
    AtomicReference<Exception> failure = new AtomicReference<>();
    AtomicBoolean ended = new AtomicBoolean();
    try (Fs fs = open()) {
      Stat stat = stat(fs, "a");
      Thread changing =
          new Thread(
              () -> {
                try {
                  while (!ended.get()) {
                    changes.run();
                  }
                } catch (IOException | RuntimeException e) {
                  failure.set(e);
                }
              });
      changing.start();
      int cleared = 0;
      try {
        for (int i = 0; i < 5_000 || cleared == 0 && changing.isAlive(); i++) {
          try {
            fs.fs.clear(stat);
            cleared++;
          } catch (StatClearException e) {
            assertTrue(e.reason() == Reason.GONE || e.reason() == Reason.FAILED, e.getMessage());
          }
        }
      } finally {
        ended.set(true);
        changing.join();
      }
    }
    assertEquals(null, failure.get());
  }

  @Test
  void readOnlyMountRefuses() throws Exception {
    tree.directory("mount");
    try (Mounted mounted = Mounted.tmpfs(tree.path("mount"))) {
      tree.stat("mount/kvm/a", UNTOUCHED);
      try (Fs fs =
          new Fs(mounted.point(), Layout.statsfs(), new Clearing(path -> on("statsfs", path)))) {
        Process remount =
            new ProcessBuilder("mount", "-o", "remount,ro", mounted.point().toString()).start();
        assertEquals(0, remount.waitFor());
        refused(Reason.DENIED, "mount it read-write", fs.fs, stat(fs, "a"));
        assertEquals(UNTOUCHED, text("mount/kvm/a"));
      }
    }
  }

  @Test
  void interruptedThreadClearsAllTheSameAndStaysInterrupted() {
    tree.stat("kvm/a", UNTOUCHED);
    try (Fs fs = open()) {
      Stat stat = stat(fs, "a");
      Thread.currentThread().interrupt();
      fs.fs.clear(stat);
      assertTrue(Thread.interrupted());
      assertEquals(CLEARED, text("kvm/a"));
    }
  }

  @Test
  void afterCloseNothingIsCleared() {
    tree.stat("kvm/a", UNTOUCHED);
    Fs fs = open();
    Stat stat = stat(fs, "a");
    fs.close();
    assertThrows(IllegalStateException.class, () -> fs.fs.clear(stat));
    assertEquals(UNTOUCHED, text("kvm/a"));
  }
}
