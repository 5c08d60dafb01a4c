package io.statsfs.core.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.statsfs.StatsFs;
import io.statsfs.core.StatsFsBuilder;
import io.statsfs.core.files.FilesBackend;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Await;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.Thread.State;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SchemaCacheTest {
  private static final int MAX = 1 << 20;
  private static final String TEXT =
      "LABEL\nvm 1\n\nMETRIC\nNAME exits\nFLAG CUMULATIVE\nTYPE INT\nDESC d\n\n";

  @AutoClose private final TestTree tree = TestTree.inMemory();
  private final SchemaCache cache = new SchemaCache(32 << 20);

  private Path write(String source, String text) {
    tree.schema(source, text);
    return tree.path(source + "/.schema");
  }

  private Schema get(Path file) throws IOException {
    return cache.get(SchemaCache.key(file), MAX);
  }

  @Test
  void schemaIsLoadedOncePerKey() throws IOException {
    Path file = write("kvm", TEXT);
    Schema schema = get(file);
    assertEquals("1", schema.labels().get("vm"));
    for (int i = 0; i < 10; i++) {
      assertSame(schema, get(file));
    }
    assertEquals(1, cache.size());
    assertEquals(10, cache.hits());
    assertEquals(1, cache.loads());
    assertEquals(0, cache.loadFailures());
    assertEquals(0, cache.evictions());
  }

  @Test
  @Timeout(60)
  void manyThreadsLoadASchemaOnce() throws Exception {
    int threads = 16;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      for (int round = 0; round < 50; round++) {
        Path file = write("kvm" + round, TEXT + "\n".repeat(100_000));
        SchemaCache.SchemaKey key = SchemaCache.key(file);
        CyclicBarrier barrier = new CyclicBarrier(threads);
        List<Future<Schema>> results = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          results.add(
              executor.submit(
                  () -> {
                    barrier.await();
                    return cache.get(key, MAX);
                  }));
        }
        Schema first = results.get(0).get();
        for (Future<Schema> result : results) {
          assertSame(first, result.get());
        }
        assertEquals(round + 1, cache.loads());
      }
    } finally {
      executor.shutdownNow();
    }
  }

  /** Two openings at once would corrupt the kernel's memory. */
  @Test
  @Timeout(60)
  void differentSchemasAreReadOneAtATime() throws Exception {
    Path pipe = pipe();
    Path file = write("kvm", TEXT);
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try {
      SchemaCache longTimeout = new SchemaCache(MAX, Duration.ofMinutes(1), Duration.ZERO);
      Future<Schema> first = executor.submit(() -> longTimeout.get(key(pipe), MAX));
      SchemaCache other = new SchemaCache(MAX, Duration.ofMinutes(1), Duration.ZERO);
      Await.until(() -> isRead());
      Future<Schema> second = executor.submit(() -> other.get(SchemaCache.key(file), MAX));
      Await.until(() -> isWaitedFor());
      assertFalse(second.isDone());
      Files.writeString(pipe, TEXT);
      assertEquals("1", first.get(30, TimeUnit.SECONDS).labels().get("vm"));
      assertEquals("1", second.get(30, TimeUnit.SECONDS).labels().get("vm"));
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  @Timeout(60)
  void oneThatIsReplacedWhileItIsReadIsNotTakenForTheOldOne() throws Exception {
    Path pipe = pipe();
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      SchemaCache longTimeout = new SchemaCache(MAX, Duration.ofMinutes(1), Duration.ZERO);
      Future<Schema> reading = executor.submit(() -> longTimeout.get(key(pipe), MAX));
      Await.until(() -> isRead());
      Path moved = Files.move(pipe, tree.path("moved"));
      Files.writeString(pipe, TEXT);
      try (RandomAccessFile both = new RandomAccessFile(moved.toFile(), "rw")) {
        both.write(TEXT.getBytes(StandardCharsets.UTF_8));
      }
      ExecutionException e = assertThrows(ExecutionException.class, () -> reading.get());
      assertInstanceOf(NoSuchFileException.class, e.getCause());
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  @Timeout(60)
  void oneThatDoesNotAnswerIsLeftBehindAndTakenWhenItDoes() throws Exception {
    Path pipe = pipe();
    Path file = write("kvm", TEXT);
    SchemaCache shortTimeout = new SchemaCache(MAX, Duration.ofMillis(50), Duration.ZERO);
    IOException silent = assertThrows(IOException.class, () -> shortTimeout.get(key(pipe), MAX));
    assertEquals(pipe + ": it does not answer", silent.getMessage());
    for (int i = 0; i < 3; i++) {
      IOException meanwhile =
          assertThrows(IOException.class, () -> shortTimeout.get(SchemaCache.key(file), MAX));
      assertEquals(
          file + ": " + pipe + " does not answer, and schemas are read one at a time",
          meanwhile.getMessage());
      assertThrows(IOException.class, () -> shortTimeout.get(key(pipe), MAX));
    }
    // A second opening would wait for a second writer.
    Files.writeString(pipe, TEXT);
    Await.until(() -> !isRead());
    assertEquals("1", shortTimeout.get(SchemaCache.key(file), MAX).labels().get("vm"));
    assertEquals("1", shortTimeout.get(key(pipe), MAX).labels().get("vm"));
    assertEquals(2, shortTimeout.loads());
  }

  @Test
  @Timeout(60)
  void whatWasLeftBehindIsTakenAlsoWhenAnotherOneWasLeftBehindSince() throws Exception {
    Path first = pipe("first");
    Path second = pipe("second");
    SchemaCache shortTimeout = new SchemaCache(MAX, Duration.ofMillis(50), Duration.ZERO);
    SchemaCache.SchemaKey keyOfSecond =
        new SchemaCache.SchemaKey(second, "2", FileTime.fromMillis(0));
    assertThrows(IOException.class, () -> shortTimeout.get(key(first), MAX));
    Files.writeString(first, TEXT);
    Await.until(() -> !isRead());
    assertThrows(IOException.class, () -> shortTimeout.get(keyOfSecond, MAX));
    Files.writeString(second, TEXT);
    Await.until(() -> !isRead());
    // A second opening would wait for a second writer.
    assertEquals("1", shortTimeout.get(key(first), MAX).labels().get("vm"));
    assertEquals("1", shortTimeout.get(keyOfSecond, MAX).labels().get("vm"));
    assertEquals(2, shortTimeout.loads());
  }

  /** As one that was renamed, or that another mount shows still. */
  @Test
  void whatIsFoundAgainAfterItSeemedToHaveEndedStays() throws Exception {
    SchemaCache patient = new SchemaCache(MAX, Duration.ofSeconds(1), Duration.ofMillis(50));
    SchemaCache.SchemaKey stays = SchemaCache.key(write("kvm", TEXT));
    SchemaCache.SchemaKey goes = SchemaCache.key(write("gone", TEXT));
    patient.get(stays, MAX);
    patient.get(goes, MAX);
    patient.forget(stays, MAX);
    patient.forget(goes, MAX);
    patient.get(stays, MAX);
    Thread.sleep(60);
    patient.forget(SchemaCache.key(write("other", TEXT)), MAX);
    patient.get(stays, MAX);
    assertEquals(2, patient.loads());
    patient.get(goes, MAX);
    assertEquals(3, patient.loads());
    patient.forget(stays, MAX);
    Thread.sleep(60);
    patient.forget(goes, MAX);
    patient.get(stays, MAX);
    assertEquals(4, patient.loads());
  }

  private Path pipe() throws Exception {
    return pipe("pipe");
  }

  /** A pipe keeps the one who opens it waiting until there is a writer. */
  private Path pipe(String name) throws Exception {
    Path pipe = tree.path(name);
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    return pipe;
  }

  private static SchemaCache.SchemaKey key(Path pipe) {
    return new SchemaCache.SchemaKey(pipe, "1", FileTime.fromMillis(0));
  }

  /** Whether a schema is being read. */
  private static boolean isRead() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("statsfs-schema") && isIn(thread, "TextFile"));
  }

  /** Whether another one waits for that. */
  private static boolean isWaitedFor() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(t -> t.getName().equals("statsfs-schema") && t.getState() == State.BLOCKED);
  }

  private static boolean isIn(Thread thread, String className) {
    for (StackTraceElement element : thread.getStackTrace()) {
      if (element.getClassName().endsWith("." + className)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void newInodeIsANewKey() throws IOException {
    Path file = write("kvm", TEXT);
    Schema before = get(file);
    // The old file stays, so that its inode cannot be given out again.
    Files.move(file, tree.path("old"));
    FileTime time = Files.getLastModifiedTime(tree.path("old"));
    write("kvm", TEXT.replace("vm 1", "vm 2"));
    Files.setLastModifiedTime(file, time);
    Schema after = get(file);
    assertNotSame(before, after);
    assertEquals("2", after.labels().get("vm"));
    assertEquals(2, cache.loads());
  }

  @Test
  void editedFileIsANewKey() throws IOException {
    Path file = write("kvm", TEXT);
    get(file);
    write("kvm", TEXT.replace("vm 1", "vm 2"));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1));
    assertEquals("2", get(file).labels().get("vm"));
  }

  @Test
  void schemaThatIsReplacedBeforeItIsReadIsNotTakenForTheOldOne() throws IOException {
    Path file = write("kvm", TEXT);
    SchemaCache.SchemaKey key = SchemaCache.key(file);
    Path next = write("kvm2", TEXT.replace("vm 1", "vm 2"));
    Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
    assertThrows(NoSuchFileException.class, () -> cache.get(key, MAX));
    assertEquals("2", cache.get(SchemaCache.key(file), MAX).labels().get("vm"));
    Files.delete(file);
    assertThrows(NoSuchFileException.class, () -> cache.get(key, MAX));
  }

  @Test
  void lastReadingDoesNotMakeANewKey() throws IOException {
    Path file = write("kvm", TEXT);
    SchemaCache.SchemaKey key = SchemaCache.key(file);
    Files.readString(file);
    assertEquals(key, SchemaCache.key(file));
    assertNotEquals(key, SchemaCache.key(write("kvm2", TEXT)));
  }

  @Test
  void failureIsNotKept() throws IOException {
    Path file = write("kvm", TEXT);
    SchemaCache.SchemaKey key = SchemaCache.key(file);
    Files.move(file, tree.path("aside"));
    for (int i = 1; i <= 3; i++) {
      assertThrows(NoSuchFileException.class, () -> cache.get(key, MAX));
      assertEquals(i, cache.loadFailures());
    }
    assertEquals(0, cache.size());
    Files.move(tree.path("aside"), file);
    assertEquals("1", cache.get(key, MAX).labels().get("vm"));
    assertEquals(1, cache.loads());
    assertEquals(3, cache.loadFailures());
    cache.get(key, MAX);
    assertEquals(1, cache.loads());
  }

  @Test
  @Timeout(20)
  void whatIsNoRegularFileIsNeverOpened() throws Exception {
    Path pipe = tree.path("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    Path link = Files.createSymbolicLink(tree.path("link"), write("kvm", TEXT));
    for (Path path : List.of(pipe, link, tree.root())) {
      IOException e = assertThrows(IOException.class, () -> SchemaCache.key(path));
      assertTrue(e.getMessage().contains("not a regular file"), e.getMessage());
    }
  }

  /** Each opening of a schema leaks a reference to its source, which others open, too. */
  @Test
  void whatTookThePlaceOfASchemaIsNotOpened() throws IOException {
    Path file = write("kvm", TEXT);
    SchemaCache.SchemaKey before = SchemaCache.key(file);
    Path next = tree.path("next");
    Files.writeString(next, TEXT);
    setNotRead(next);
    Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
    assertThrows(NoSuchFileException.class, () -> cache.get(before, MAX));
    assertTrue(isNotRead(file));
    cache.get(SchemaCache.key(file), MAX);
    // Where the times of reading are not kept this has shown nothing.
    assumeFalse(isNotRead(file));
  }

  private static void setNotRead(Path file) throws IOException {
    Files.setAttribute(file, "lastAccessTime", FileTime.fromMillis(0));
  }

  private static boolean isNotRead(Path file) throws IOException {
    return Files.getAttribute(file, "lastAccessTime").equals(FileTime.fromMillis(0));
  }

  @Test
  void boundEvicts() throws IOException {
    SchemaCache small = new SchemaCache(10_000);
    Set<Schema> kept = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      Path file = write("kvm" + i, TEXT.replace("vm 1", "vm " + i) + "\n".repeat(1000));
      kept.add(small.get(SchemaCache.key(file), MAX));
    }
    assertEquals(100, small.loads());
    assertTrue(small.size() > 0 && small.size() <= 9, small.size() + "");
    assertEquals(100, small.size() + small.evictions());
  }

  @Test
  void emptySchemasFillTheBoundToo() throws IOException {
    SchemaCache small = new SchemaCache(2000);
    for (int i = 0; i < 50; i++) {
      small.get(SchemaCache.key(write("kvm" + i, "")), MAX);
    }
    assertTrue(small.size() <= 10, small.size() + "");
  }

  @Test
  void onlyMaxBytesAreReadAndTheLastMetricThenNotTrusted() throws IOException {
    Path file = write("kvm", TEXT + TEXT.replace("exits", "halts").repeat(100));
    Schema schema = cache.get(SchemaCache.key(file), TEXT.length() + 30);
    assertEquals(Set.of("exits"), schema.metrics().keySet());
    assertTrue(schema.dropped().get(0).contains("cuts off"), schema.dropped().toString());
  }

  @Test
  void textThatFillsTheKernelsBufferIsTakenForCut() throws IOException {
    String text = TEXT + "METRIC\nNAME halts\nFLAG GAUGE\nTYPE INT\nDESC ";
    String full = text + "x".repeat(10_239 - text.length());
    assertEquals(Set.of("exits"), get(write("kvm1", full)).metrics().keySet());
    // Shorter or longer ones are no work of that kernel's buffer.
    assertEquals(2, get(write("kvm2", full.substring(0, 10_238))).metrics().size());
    assertEquals(2, get(write("kvm3", full + "x")).metrics().size());
  }

  @Test
  void instancesShareOneCache() throws Exception {
    tree.stat("kvm/exits", 1).schema("kvm", TEXT).settle();
    long before = SchemaCache.SHARED.loads();
    try (StatsFs first = builder().build();
        StatsFs second = builder().build()) {
      assertEquals("d", first.catalog().get("kvm", "", "exits").description());
      assertEquals("d", second.catalog().get("kvm", "", "exits").description());
      assertEquals(before + 1, second.diagnostics().schemaCacheLoads());
      assertEquals(first.diagnostics().schemaCacheHits(), second.diagnostics().schemaCacheHits());
    }
  }

  private StatsFs.Builder builder() {
    return new StatsFsBuilder(
            List.of(new FilesBackend(FileSystems.ofThisProcess(), SchemaCache.SHARED)))
        .root(tree.root());
  }

  /** What another copy of the library does, which a class loader of its own has loaded. */
  @Test
  void waitingForAnotherCopyIsNoHang() throws Exception {
    Path file = write("kvm", TEXT);
    SchemaCache hasty = new SchemaCache(32 << 20, Duration.ofMillis(200), Duration.ZERO);
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      CyclicBarrier held = new CyclicBarrier(2);
      CyclicBarrier freed = new CyclicBarrier(2);
      Future<?> copy =
          other.submit(
              () -> {
                synchronized ("io.statsfs: one .schema at a time".intern()) {
                  held.await();
                  freed.await();
                }
                return null;
              });
      held.await();
      IOException e = assertThrows(IOException.class, () -> hasty.get(SchemaCache.key(file), MAX));
      assertTrue(e.getMessage().contains("waits for another copy of this library"), e.toString());
      Path second = write("vm", TEXT);
      e = assertThrows(IOException.class, () -> hasty.get(SchemaCache.key(second), MAX));
      assertTrue(e.getMessage().contains("waits for another copy of this library"), e.toString());
      freed.await();
      copy.get();
      Await.until(() -> isThere(hasty, file));
    } finally {
      other.shutdownNow();
    }
  }

  private static boolean isThere(SchemaCache cache, Path file) {
    try {
      return !cache.get(SchemaCache.key(file), MAX).labels().isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  /** Each copy waits for the other's schemas now and then; neither has reason to complain. */
  @Test
  void twoCopiesReadWithoutAWarning() throws Exception {
    Object lock = "io.statsfs: one .schema at a time".intern();
    ExecutorService other = Executors.newSingleThreadExecutor();
    SchemaCache hasty = new SchemaCache(32 << 20, Duration.ofMillis(400), Duration.ZERO);
    try {
      CyclicBarrier held = new CyclicBarrier(2);
      Future<?> copy =
          other.submit(
              () -> {
                synchronized (lock) {
                  held.await();
                  // Longer than the timeout, shorter than what is waited for a copy.
                  Thread.sleep(600);
                }
                return null;
              });
      held.await();
      assertEquals("1", hasty.get(SchemaCache.key(write("kvm", TEXT)), MAX).labels().get("vm"));
      copy.get();
    } finally {
      other.shutdownNow();
    }
  }
}
