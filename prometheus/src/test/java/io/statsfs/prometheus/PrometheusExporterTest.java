package io.statsfs.prometheus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.StatsFs;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.LogCapture;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class PrometheusExporterTest {
  @AutoClose private final TestTree tree = TestTree.inMemory();

  private StatsFs open() {
    return StatsFs.builder()
        .root(tree.settle().root(), Layout.statsfs())
        .refreshInterval(Duration.ZERO)
        .build();
  }

  private static String text(PrometheusExporter exporter) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      exporter.write(out, PrometheusFormat.TEXT);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static Map<String, Double> samples(PrometheusExporter exporter) {
    return Scrape.of(text(exporter), PrometheusFormat.TEXT).ofStats().samples();
  }

  private static String schema(String name, String flag) {
    return "METRIC\nNAME " + name + "\nFLAG " + flag + "\nTYPE INT\nDESC Exits.\n\n";
  }

  @Test
  void theTextIsThis() {
    tree.stat("kvm/7-1/exits", 5).stat("kvm/8-1/exits", 1).stat("kvm/7-1/temperature", "-0.5");
    tree.schema("kvm/7-1", schema("exits", "CUMULATIVE"));
    try (StatsFs fs = open();
        PrometheusExporter exporter =
            PrometheusExporter.builder(fs).countersBySchema().ownMetrics(false).build()) {
      assertEquals(
          """
          # HELP statsfs_kvm_exits_total Exits.
          # TYPE statsfs_kvm_exits_total counter
          statsfs_kvm_exits_total{device="7-1",subsystem="kvm"} 5
          statsfs_kvm_exits_total{device="8-1",subsystem="kvm"} 1
          # TYPE statsfs_kvm_temperature gauge
          statsfs_kvm_temperature{device="7-1",subsystem="kvm"} -0.5
          """,
          text(exporter));
    }
  }

  @Test
  void whatComesAndGoesIsFollowedAndWhatHasNoValueHasNoLine() {
    tree.stat("kvm/a/n", 1).stat("kvm/b/n", 2);
    try (StatsFs fs = open();
        PrometheusExporter exporter = PrometheusExporter.create(fs)) {
      assertEquals("[1.0, 2.0]", "" + samples(exporter).values());
      tree.stat("kvm/a/n", "x");
      assertEquals("[2.0]", "" + samples(exporter).values());
      tree.stat("kvm/a/n", 3).stat("kvm/c/n", 4);
      fs.refresh();
      assertEquals("[3.0, 2.0, 4.0]", "" + samples(exporter).values());
      tree.remove("kvm/b").remove("kvm/a").remove("kvm/c");
      assertEquals("[]", "" + samples(exporter).values());
      assertFalse(text(exporter).contains("statsfs_kvm_n"), text(exporter));
      fs.refresh();
      assertEquals("[]", "" + samples(exporter).values());
    }
  }

  @Test
  void aCounterThatDipsStandsAndOneThatBeginsAnewShowsIt() {
    tree.stat("kvm/a/exits", 10_000).schema("kvm/a", schema("exits", "CUMULATIVE"));
    try (StatsFs fs = open();
        PrometheusExporter exporter = PrometheusExporter.builder(fs).countersBySchema().build()) {
      assertEquals("[10000.0]", "" + samples(exporter).values());
      tree.stat("kvm/a/exits", 9_999);
      assertEquals("[10000.0]", "" + samples(exporter).values());
      tree.stat("kvm/a/exits", 10_001);
      assertEquals("[10001.0]", "" + samples(exporter).values());
      tree.stat("kvm/a/exits", 7);
      assertEquals("[7.0]", "" + samples(exporter).values());
      // Neither format has such a counter.
      tree.stat("kvm/a/exits", -7);
      assertEquals("[]", "" + samples(exporter).values());
    }
  }

  @Test
  void statesAreSeriesOfTheirOwn() {
    tree.stat("kvm/a/mode", "on").stat("kvm/b/mode", "of\"f").stat("kvm/b/n", 1);
    try (StatsFs fs = open();
        PrometheusExporter exporter = PrometheusExporter.builder(fs).states().build()) {
      text(exporter);
      tree.stat("kvm/a/mode", "off");
      assertEquals(
          "{statsfs_kvm_mode{device=a, state=off, subsystem=kvm}=1.0,"
              + " statsfs_kvm_mode{device=a, state=on, subsystem=kvm}=0.0,"
              + " statsfs_kvm_mode{device=b, state=of\\\"f, subsystem=kvm}=1.0,"
              + " statsfs_kvm_n{device=b, subsystem=kvm}=1.0}",
          "" + samples(exporter));
    }
  }

  @Test
  void aLongTextComesInPiecesAndIsTheSameCompressed() throws IOException {
    String label = "x".repeat(100_000);
    for (int i = 0; i < 1_900; i++) {
      tree.stat("kvm/" + (i % 3 == 0 ? "a" : "b") + "/stat" + i, i * 1_000_003L);
    }
    try (StatsFs fs = open();
        PrometheusExporter exporter =
            PrometheusExporter.builder(fs)
                .ownMetrics(false)
                .targetInfo(Map.of("long", label))
                .build()) {
      String text = text(exporter);
      assertEquals(1_901, text.lines().filter(line -> !line.startsWith("#")).count());
      assertTrue(text.contains(label), "the label");
      for (int i = 0; i < 3; i++) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<Integer> lengths = new ArrayList<>();
        exporter.writeGzip(
            new OutputStream() {
              @Override
              public void write(int b) {
                throw new AssertionError("byte by byte");
              }

              @Override
              public void write(byte[] b, int off, int len) {
                out.write(b, off, len);
                lengths.add(len);
              }
            },
            PrometheusFormat.TEXT);
        assertTrue(lengths.stream().allMatch(length -> length <= 1 << 16), "" + lengths);
        byte[] unpacked =
            new GZIPInputStream(new ByteArrayInputStream(out.toByteArray())).readAllBytes();
        assertEquals(text, new String(unpacked, StandardCharsets.UTF_8));
      }
    }
  }

  /** Writes, and then waits until it may go on. */
  private static final class Slow extends OutputStream {
    final CountDownLatch isWriting = new CountDownLatch(1);
    final CountDownLatch mayGoOn = new CountDownLatch(1);
    final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Override
    public void write(int b) {
      out.write(b);
    }

    @Override
    public void write(byte[] b, int off, int len) throws IOException {
      isWriting.countDown();
      try {
        mayGoOn.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      out.write(b, off, len);
    }
  }

  @Test
  void aSlowClientStopsNoOtherAndGetsWhatItAskedFor() throws Exception {
    tree.stat("kvm/a/n", 1);
    try (StatsFs fs = open();
        PrometheusExporter exporter = PrometheusExporter.builder(fs).ownMetrics(false).build()) {
      List<Slow> clients = new ArrayList<>();
      List<FutureTask<Void>> tasks = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        Slow slow = new Slow();
        FutureTask<Void> task =
            new FutureTask<>(
                () -> {
                  exporter.write(slow, PrometheusFormat.TEXT);
                  return null;
                });
        tree.stat("kvm/a/n", i);
        new Thread(task).start();
        slow.isWriting.await();
        clients.add(slow);
        tasks.add(task);
      }
      tree.stat("kvm/b/n", 77);
      fs.refresh();
      assertEquals("[9.0, 77.0]", "" + samples(exporter).values());
      for (int i = 0; i < 10; i++) {
        clients.get(i).mayGoOn.countDown();
        tasks.get(i).get();
        String text = clients.get(i).out.toString(StandardCharsets.UTF_8);
        assertEquals(
            "[" + i + ".0]", "" + Scrape.of(text, PrometheusFormat.TEXT).samples().values());
      }
    }
  }

  @Test
  void scrapesThatComeTogetherShareASample() throws Exception {
    tree.stat("kvm/a/n", 1);
    try (StatsFs fs = open();
        PrometheusExporter exporter = PrometheusExporter.create(fs)) {
      Snapshot one = exporter.snapshot();
      Snapshot two = exporter.snapshot();
      assertNotSame(one, two);
      exporter.release(one);
      exporter.release(two);
      List<FutureTask<Snapshot>> tasks = new ArrayList<>();
      CountDownLatch isSampling = new CountDownLatch(1);
      CountDownLatch mayGoOn = new CountDownLatch(1);
      exporter.beforeSample =
          () -> {
            isSampling.countDown();
            try {
              mayGoOn.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          };
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        FutureTask<Snapshot> task = new FutureTask<>(exporter::snapshot);
        Thread thread = new Thread(task);
        tasks.add(task);
        threads.add(thread);
        thread.start();
        if (i == 0) {
          isSampling.await();
        }
      }
      for (Thread thread : threads.subList(1, 5)) {
        Await.until(() -> thread.getState() == Thread.State.WAITING, () -> "" + thread.getState());
      }
      mayGoOn.countDown();
      for (FutureTask<Snapshot> task : tasks) {
        assertSame(tasks.get(0).get(), task.get());
      }
      for (FutureTask<Snapshot> task : tasks) {
        exporter.release(task.get());
      }
      exporter.beforeSample = () -> {};
      assertEquals("[1.0]", "" + samples(exporter).values());
    }
  }

  @Test
  void aFailureIsLoggedOnceAndPasses() {
    tree.stat("kvm/a/n", 1);
    try (StatsFs fs = open();
        PrometheusExporter exporter = PrometheusExporter.create(fs);
        LogCapture log = new LogCapture("io.statsfs.prometheus")) {
      exporter.beforeSample =
          () -> {
            throw new IllegalStateException("no luck");
          };
      for (int i = 0; i < 3; i++) {
        assertThrows(IllegalStateException.class, () -> text(exporter));
      }
      assertEquals(1, log.lines().size(), "" + log.lines());
      assertTrue(log.lines().get(0).contains("no luck"), "" + log.lines());
      exporter.beforeSample = () -> {};
      assertEquals("[1.0]", "" + samples(exporter).values());
    }
  }

  @Test
  void theTargetIsDescribedIfThatIsWanted() throws IOException {
    tree.stat("kvm/a/n", 1);
    try (StatsFs fs = open();
        PrometheusExporter exporter =
            PrometheusExporter.builder(fs)
                .ownMetrics(false)
                .targetInfo(Map.of("service.name", "a\"b", "ä", "x", "empty", ""))
                .build()) {
      assertTrue(
          text(exporter)
              .startsWith("# TYPE target_info gauge\ntarget_info{service_name=\"a\\\"b\"} 1\n#"),
          text(exporter));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      exporter.write(out, PrometheusFormat.OPENMETRICS);
      String open = out.toString(StandardCharsets.UTF_8);
      assertTrue(open.startsWith("# TYPE target info\ntarget_info{service_name="), open);
    }
  }

  @Test
  void whatIsClosedAnswersNoMore() {
    tree.stat("kvm/a/n", 1);
    try (StatsFs fs = open();
        LogCapture log = new LogCapture("io.statsfs.prometheus")) {
      PrometheusExporter exporter = PrometheusExporter.create(fs);
      exporter.close();
      exporter.close();
      assertThrows(IllegalStateException.class, () -> text(exporter));
      assertEquals(List.of(), log.lines());
    }
  }

  @Test
  void theLimitOfSeriesIsLogged() {
    for (int i = 0; i < 5; i++) {
      tree.stat("kvm/" + i + "/n", i);
    }
    try (StatsFs fs = open();
        LogCapture log = new LogCapture("io.statsfs.prometheus");
        PrometheusExporter exporter = PrometheusExporter.builder(fs).seriesLimit(3).build()) {
      assertEquals("[0.0, 1.0, 2.0]", "" + samples(exporter).values());
      assertEquals(1, log.lines().size(), "" + log.lines());
      assertTrue(log.lines().get(0).contains("2 series are left out"), "" + log.lines());
    }
  }
}
