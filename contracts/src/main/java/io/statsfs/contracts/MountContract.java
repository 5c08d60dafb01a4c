package io.statsfs.contracts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.Problem;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.spi.Backend;
import io.statsfs.spi.BackendSettings;
import io.statsfs.spi.LayoutProvider.Declared;
import io.statsfs.spi.MountPlan;
import io.statsfs.spi.ScanResult;
import io.statsfs.spi.Scanner;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.testkit.StatsFsSimulator;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.ChildJvm;
import io.statsfs.testkit.process.Command;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.Writer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the backend of mounted file systems must do with a reader, as tests, on file systems that
 * they mount: in memory, and served by a process that can be stopped. Skipped where nothing may be
 * mounted.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class MountContract extends BackendContract {
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final long MEBIBYTE = 1 << 20;
  private static final String TREE = "filesystem";

  private final Deque<StatsFsSimulator> servers = new ArrayDeque<>();
  private Path base;

  /** For the test class that extends this one. */
  protected MountContract() {}

  /**
   * The reader under test.
   *
   * @return its name
   */
  protected abstract String reader();

  /**
   * Whether the reader asks file systems itself, {@link io.statsfs.spi.StatReader#prepareMounts}.
   *
   * @return true if so; then there are numbers of files, and nothing is allocated
   */
  protected abstract boolean isNative();

  @Override
  protected boolean allocates() {
    return !isNative();
  }

  @BeforeEach
  void makeDirectory() throws IOException {
    base = Files.createTempDirectory("statsfs-mounts-").toRealPath();
  }

  @AfterEach
  void removeAll() throws Exception {
    release();
    while (!servers.isEmpty()) {
      servers.pop().close();
    }
    // What is mounted there by bytes beyond ASCII, too, the last first.
    sh(
        "for i in 1 2 3; do umount -l \"$0\"/*/* \"$0\"/*; done 2>/dev/null; "
            + "find \"$0\" -xdev -delete");
  }

  private void sh(String script) {
    Command.run("sh", "-c", script + "; true", base.toString());
  }

  /** Mounts a tmpfs at a new directory. */
  private Path tmpfs(String name, long mebibytes) throws IOException {
    Path point = Files.createDirectories(base.resolve(name));
    Command.tryTo(
        "mount tmpfs",
        "mount",
        "-t",
        "tmpfs",
        "-o",
        "nr_inodes=100,size=" + mebibytes + "m",
        "memory-" + name,
        point.toString());
    return point;
  }

  private static void umount(Path point) {
    Command.run("umount", point.toString());
  }

  private StatsFsSimulator server(int number) {
    Throwable cause = StatsFsSimulator.unavailabilityCause();
    assumeTrue(cause == null, () -> "cannot simulate here: " + cause.getMessage());
    StatsFsSimulator server = StatsFsSimulator.start();
    servers.push(server);
    server.command("space " + number + "000 " + number + "00 " + number + "0 50 40");
    return server;
  }

  private static void signal(String name, StatsFsSimulator server) {
    Command.run("kill", "-" + name, "" + server.program().pid());
  }

  private static String stat(Path point, MountPlan.Value value) {
    return TREE + "/" + point + "/" + value.name().toLowerCase(Locale.ROOT);
  }

  private static String size(Path point) {
    return stat(point, MountPlan.Value.SIZE);
  }

  // What other tests mount meanwhile must not be seen here.

  private boolean isOurs(Source source) {
    return Path.of(source.device()).startsWith(base)
        || servers.stream().anyMatch(s -> s.root().toString().equals(source.device()));
  }

  /** The tree as it is shipped, but that nothing is left out by its type. */
  static Layout layout() {
    List<StatDeclaration> stats = new ArrayList<>();
    for (MountPlan.Value value : MountPlan.Value.values()) {
      stats.add(
          StatDeclaration.builder(value.name().toLowerCase(Locale.ROOT), Stat.Kind.LEVEL).build());
    }
    return Layout.builder(TREE)
        .backend("filesystems")
        .subsystem(TREE)
        .excludeLabel("type", "proc", "sysfs", "cgroup*")
        .stats(stats)
        .build();
  }

  @SuppressWarnings("unchecked")
  private static <T> T with(Class<T> type, T to, Map<String, UnaryCall> others) {
    return (T)
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(to, arguments);
                UnaryCall other = others.get(method.getName());
                return other == null ? result : other.of(result);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private interface UnaryCall {
    Object of(Object result);
  }

  /** The one that is on the class path. */
  static Backend found() {
    return ServiceLoader.load(Backend.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(backend -> backend.name().equals("filesystems"))
        .findFirst()
        .orElseThrow();
  }

  @Override
  protected Backend backend() {
    Backend found = found();
    return new Backend() {
      @Override
      public String name() {
        return found.name();
      }

      @Override
      public Scanner open(BackendSettings settings) {
        BackendSettings ours =
            with(
                BackendSettings.class,
                settings,
                Map.of(
                    "layouts",
                    any -> Declared.of(List.of(layout()), List.of(), List.of()),
                    "reader",
                    any -> Optional.of(reader())));
        return with(
            Scanner.class, found.open(ours), Map.of("scan", result -> ours((ScanResult) result)));
      }
    };
  }

  private ScanResult ours(ScanResult all) {
    return ScanResult.of(all.sources().stream().filter(this::isOurs).toList(), all.problems());
  }

  private StatsFs open() {
    return StatsFs.builder().backend(backend()).refreshInterval(Duration.ZERO).build();
  }

  @Override
  protected Map<String, Long> add() {
    int number = servers.size() + 1;
    Path point = server(number).root();
    Map<String, Long> values = new TreeMap<>();
    values.put(size(point), number * 1000L);
    values.put(stat(point, MountPlan.Value.FREE), number * 100L);
    values.put(stat(point, MountPlan.Value.AVAILABLE), number * 10L);
    values.put(stat(point, MountPlan.Value.READ_ONLY), 0L);
    if (isNative()) {
      values.put(stat(point, MountPlan.Value.FILES), 50L);
      values.put(stat(point, MountPlan.Value.FILES_FREE), 40L);
    }
    return values;
  }

  @Override
  protected void remove() {
    servers.pop().close();
  }

  @Override
  protected boolean hang(String stat) {
    servers.stream()
        .filter(server -> stat.startsWith(TREE + "/" + server.root() + "/"))
        .forEach(server -> signal("STOP", server));
    return true;
  }

  @Override
  protected void release() {
    servers.stream()
        .filter(server -> server.program().isAlive())
        .forEach(server -> signal("CONT", server));
  }

  /** Threads that sample, or are left behind with a sample. */
  private static Set<Thread> samplers() {
    Set<Thread> threads = new HashSet<>();
    Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("statsfs-sampler"))
        .forEach(threads::add);
    return threads;
  }

  @Test
  void valuesAndLabelsAreThoseOfStat() throws Exception {
    Path point = tmpfs("full", 3);
    Files.write(point.resolve("file"), new byte[(int) MEBIBYTE]);
    Path other = tmpfs("read-only", 1);
    Command.run("mount", "-o", "remount,ro", other.toString());
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      Map<String, String> outcomes = Outcomes.sample(sampler);
      String[] said =
          Command.run("stat", "-fc", "%S %b %f %a %c %d", "" + point).strip().split(" ");
      long unit = Long.parseLong(said[0]);
      assertEquals("" + 3 * MEBIBYTE, outcomes.get(size(point)));
      for (int i = 0; i < 3; i++) {
        assertEquals(
            "" + unit * Long.parseLong(said[i + 1]),
            outcomes.get(stat(point, MountPlan.Value.values()[i])));
      }
      for (int i = 3; i < 5; i++) {
        assertEquals(
            isNative() ? said[i + 1] : "NO_VALUE 0",
            outcomes.get(stat(point, MountPlan.Value.values()[i])));
      }
      assertEquals("0", outcomes.get(stat(point, MountPlan.Value.READ_ONLY)));
      assertEquals("1", outcomes.get(stat(other, MountPlan.Value.READ_ONLY)));
      assertEquals(
          Map.of("device", "memory-full", "mountpoint", "" + point, "type", "tmpfs", "mode", "rw"),
          source(fs, point).labels());
      assertEquals("ro", source(fs, other).labels().get("mode"));
      assertEquals("the file system at " + point, source(fs, point).origin());
      if (isNative()) {
        Command.run("mount", "-o", "remount,rw", other.toString());
        assertEquals(
            "0", Outcomes.sample(sampler).get(stat(other, MountPlan.Value.READ_ONLY)), "at once");
      }
    }
  }

  private static Source source(StatsFs fs, Path point) {
    return fs.catalog().sources().stream()
        .filter(source -> source.device().equals(point.toString()))
        .findFirst()
        .orElseThrow(() -> new AssertionError(point + " is not in " + fs.catalog().sources()));
  }

  @Test
  void aFileSystemWithoutSizeHasNoValue() throws Exception {
    StatsFsSimulator server = server(1);
    server.command("space 0 0 0 0 0");
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      Map<String, String> outcomes = Outcomes.sample(sampler);
      for (int i = 0; i < 5; i++) {
        assertEquals(
            "NO_VALUE 0", outcomes.get(stat(server.root(), MountPlan.Value.values()[i])), "" + i);
      }
      assertEquals("0", outcomes.get(stat(server.root(), MountPlan.Value.READ_ONLY)));
    }
  }

  /** A path then leads to the file system below, whose values are others. */
  @Test
  void oneThatWasUnmountedIsGoneAtOnce() throws Exception {
    Path stays = tmpfs("stays", 1);
    Path goes = tmpfs("goes", 2);
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler()) {
      assertEquals("" + 2 * MEBIBYTE, Outcomes.sample(sampler).get(size(goes)));
      umount(goes);
      for (int i = 0; i < 3; i++) {
        Map<String, String> outcomes = Outcomes.sample(sampler);
        assertEquals("GONE 0", outcomes.get(size(goes)), "sample " + i);
        assertEquals("" + MEBIBYTE, outcomes.get(size(stays)));
      }
      fs.refresh();
      assertFalse(Outcomes.sample(sampler).containsKey(size(goes)));
      tmpfs("goes", 3);
      fs.refresh();
      assertEquals("" + 3 * MEBIBYTE, Outcomes.sample(sampler).get(size(goes)));
      tmpfs("goes", 4);
      assertEquals("GONE 0", Outcomes.sample(sampler).get(size(goes)), "hidden by another one");
      fs.refresh();
      assertEquals("" + 4 * MEBIBYTE, Outcomes.sample(sampler).get(size(goes)));
      umount(goes);
      fs.refresh();
      assertEquals("" + 3 * MEBIBYTE, Outcomes.sample(sampler).get(size(goes)));
    }
  }

  @Test
  void oneFileSystemIsThereOnceAndNoneThatIsHidden() throws Exception {
    Path whole = tmpfs("z/whole", 1);
    Files.createDirectory(whole.resolve("in"));
    Path bound = Files.createDirectory(base.resolve("bound"));
    Command.run("mount", "--bind", whole.resolve("in").toString(), bound.toString());
    Path again = Files.createDirectory(base.resolve("again"));
    Command.run("mount", "--bind", whole.toString(), again.toString());
    Path below = tmpfs("over/below", 2);
    tmpfs("over", 3);
    try (StatsFs fs = open()) {
      Set<String> there = new TreeSet<>();
      fs.catalog().sources().forEach(source -> there.add(source.device()));
      assertEquals(Set.of(again.toString(), base.resolve("over").toString()), there);
      umount(base.resolve("over"));
      umount(again);
      there.clear();
      fs.refresh().sources().forEach(source -> there.add(source.device()));
      assertEquals(Set.of(whole.toString(), below.toString()), there);
      umount(bound);
    }
  }

  @Test
  void mountPointsAreAnyBytes() throws Exception {
    List<String> names =
        List.of(
            "a b", "t\\tb", "l\\nb", "b\\\\134", "h#", "\\377\\376x", "\\303\\251", "\\001", "…");
    for (String name : names) {
      Command.tryTo(
          "mount tmpfs",
          "sh",
          "-c",
          "d=$(printf '"
              + name.replace("…", "\\342\\200\\246")
              + "@'); cd \"$0\" && mkdir \"$d\" && mount -t tmpfs -o size=1m tmpfs \"$d\"",
          base.toString());
    }
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler(StatFilter.name("size"))) {
      Map<String, String> outcomes = Outcomes.sample(sampler);
      assertEquals(names.size(), outcomes.size(), outcomes::toString);
      for (String name : List.of("a b", "t\tb", "l\nb", "b\\134", "h#", "\\xff\\xfex", "é")) {
        assertTrue(outcomes.containsKey(TREE + "/" + base + "/" + name + "@/size"), name);
      }
      assertEquals(Set.of("" + MEBIBYTE), Set.copyOf(outcomes.values()), outcomes::toString);
    }
  }

  @Test
  void deadServersLeaveTheOthersAlone() throws Exception {
    Path memory = tmpfs("memory", 1);
    List<StatsFsSimulator> dead = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      dead.add(server(i));
    }
    String living = size(server(7).root());
    Set<Thread> others = samplers();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler(StatFilter.all(), TIMEOUT)) {
      assertEquals(sampler.size(), sampleAll(sampler, memory).size());
      dead.forEach(server -> signal("STOP", server));
      int most = 0;
      Map<String, String> outcomes = Map.of();
      long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
      // Beyond four that hang the others that are served are left out for a pause.
      for (boolean isSettled = false; !isSettled; ) {
        assertTrue(System.nanoTime() < end, outcomes::toString);
        outcomes = sampleAll(sampler, memory);
        Map<String, String> now = outcomes;
        Set<Thread> threads = samplers();
        threads.removeAll(others);
        most = Math.max(most, threads.size());
        isSettled =
            dead.stream().allMatch(s -> now.get(size(s.root())).equals("BLOCKED 0"))
                && now.get(living).equals("7000");
      }
      assertTrue(most <= 16, most + " threads");
      int blocked = ReaderTest.index(sampler, size(dead.get(0).root()));
      assertTrue(
          sampler.blockedBy(blocked).startsWith("the file system at "), sampler.blockedBy(blocked));
      fs.refresh();
      assertEquals("7000", sampleAll(sampler, memory).get(living));
      // One that nobody waits for any more, as somebody has taken it away.
      StatsFsSimulator taken = dead.remove(0);
      Command.run("umount", "-l", taken.root().toString());
      fs.refresh();
      assertFalse(sampleAll(sampler, memory).containsKey(size(taken.root())));
      release();
      Await.until(
          () -> {
            Map<String, String> now = sampleAll(sampler, memory);
            return dead.stream().noneMatch(s -> now.get(size(s.root())).equals("BLOCKED 0"));
          },
          () -> Outcomes.of(sampler));
      assertEquals(dead.get(0).root().toString(), source(fs, dead.get(0).root()).device());
    }
    Await.until(() -> others.containsAll(samplers()), () -> "threads are left: " + samplers());
  }

  private static Map<String, String> sampleAll(Sampler sampler, Path memory) {
    Map<String, String> outcomes = Outcomes.sample(sampler);
    assertEquals("" + MEBIBYTE, outcomes.get(size(memory)), outcomes::toString);
    return outcomes;
  }

  @Test
  void anythingCanBeUnmounted() throws Exception {
    List<Path> points = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      points.add(tmpfs("m" + i, 1 + i % 3));
    }
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler(StatFilter.name("size"), Duration.ofSeconds(30))) {
      sampler.sample();
      for (Path point : points.subList(0, 10)) {
        umount(point);
      }
      AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
      Thread sampling =
          new Thread(
              () -> {
                try {
                  while (!Thread.interrupted()) {
                    for (Map.Entry<String, String> size : Outcomes.sample(sampler).entrySet()) {
                      int number = Integer.parseInt(size.getKey().replaceAll(".*/m|/size", ""));
                      String expected = "" + (1 + number % 3) * MEBIBYTE;
                      assertTrue(
                          size.getValue().equals(expected) || size.getValue().startsWith("GONE"),
                          size::toString);
                    }
                  }
                } catch (Throwable e) {
                  failure.set(e);
                }
              });
      sampling.start();
      try {
        for (Path point : points.subList(10, 40)) {
          // A call that is under way makes it busy for as long as it takes.
          Await.until(
              () -> new ProcessBuilder("umount", "" + point).start().waitFor() == 0,
              () -> point + " stays busy");
        }
      } finally {
        sampling.interrupt();
        sampling.join();
      }
      if (failure.get() != null) {
        throw new AssertionError(failure.get());
      }
      sampler.sample();
      assertEquals(40, sampler.count(Status.GONE));
      assertEquals(0, fs.refresh().sources().size());
    }
  }

  @Test
  void mountsThatComeAndGoAreNeverMistaken() throws Exception {
    Path stays = tmpfs("stays", 1);
    for (int i = 0; i < 5; i++) {
      Files.createDirectory(base.resolve("c" + i));
    }
    Process churn =
        new ProcessBuilder(
                "sh",
                "-c",
                "cd \"$0\"; while :; do for i in 0 1 2 3 4; do mount -t tmpfs -o size=5m churn c$i;"
                    + " done; umount c0 c1 c2 c3 c4; done",
                base.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (StatsFs fs = open();
        Sampler sampler = fs.sampler(StatFilter.name("size"))) {
      Set<String> seen = new TreeSet<>();
      Map<String, Integer> statuses = new TreeMap<>();
      long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
      for (int i = 0; (i < 300 || seen.size() < 5) && System.nanoTime() < end; i++) {
        if (i % 3 == 0) {
          fs.refresh();
        }
        Map<String, String> outcomes = Outcomes.sample(sampler);
        assertEquals("" + MEBIBYTE, outcomes.remove(size(stays)));
        outcomes.forEach(
            (stat, outcome) -> {
              seen.add(stat);
              statuses.merge(outcome, 1, Integer::sum);
            });
      }
      assertEquals(5, seen.size(), seen::toString);
      if (isNative()) {
        statuses.keySet().removeIf(outcome -> outcome.startsWith("GONE"));
        assertEquals(Set.of("" + 5 * MEBIBYTE), statuses.keySet());
      }
    } finally {
      churn.descendants().forEach(ProcessHandle::destroyForcibly);
      churn.destroyForcibly().waitFor();
    }
  }

  /** What automount(8) would do; a packet in the pipe asks it to mount something. */
  private final class Automounter implements AutoCloseable {
    private final Path pipe = base.resolve("pipe");
    private final Process shell;
    private final Writer in;
    private final BufferedReader out;

    /**
     * In a session of its own, since an autofs mounts nothing for the process group of its server.
     */
    Automounter() throws Exception {
      Command.run("mkfifo", pipe.toString());
      shell =
          new ProcessBuilder("setsid", "sh", "-c", "exec 5<>\"$0\"; exec sh", pipe.toString())
              .redirectErrorStream(true)
              .start();
      in = shell.outputWriter(StandardCharsets.UTF_8);
      out = shell.inputReader(StandardCharsets.UTF_8);
    }

    String run(String command) throws IOException {
      in.write(command + "; echo \"done $?\"\n");
      in.flush();
      StringBuilder text = new StringBuilder();
      for (String line = out.readLine(); ; line = out.readLine()) {
        if (line == null || line.startsWith("done ")) {
          return "done 0".equals(line) ? "" : text + " " + line;
        }
        text.append(line);
      }
    }

    boolean isAsked() throws IOException {
      try (FileInputStream packets = new FileInputStream(pipe.toFile())) {
        return packets.available() > 0;
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
      shell.onExit().join();
    }
  }

  @Test
  void anAutofsIsNeverAskedToMount() throws Exception {
    Path direct = Files.createDirectory(base.resolve("direct"));
    Path indirect = Files.createDirectory(base.resolve("indirect"));
    try (Automounter automounter = new Automounter()) {
      String options = "-o fd=5,pgrp=$$,minproto=5,maxproto=5,";
      String result =
          automounter.run("mount -i -t autofs " + options + "direct auto-direct " + direct);
      Assumptions.assumeTrue(result.isEmpty(), () -> "cannot mount autofs here: " + result);
      assertEquals(
          "", automounter.run("mount -i -t autofs " + options + "indirect auto " + indirect));
      String mounts =
          ("mount -t tmpfs -o size=2m tmpfs " + direct)
              + (" && mkdir " + indirect + "/in")
              + (" && mount -t tmpfs -o size=3m tmpfs " + indirect + "/in");
      try (StatsFs fs = open();
          Sampler sampler = fs.sampler(StatFilter.name("size"), TIMEOUT)) {
        assertEquals(0, fs.catalog().sources().size());
        assertEquals("", automounter.run(mounts));
        fs.refresh();
        Map<String, String> outcomes = Outcomes.sample(sampler);
        if (isNative()) {
          assertEquals("" + 2 * MEBIBYTE, outcomes.get(size(direct)));
          assertEquals("" + 3 * MEBIBYTE, outcomes.get(size(indirect.resolve("in"))));
        } else {
          assertEquals(Map.of(), outcomes);
          assertTrue(
              fs.catalog().problems().stream()
                  .anyMatch(problem -> problem.kind() == Problem.Kind.UNSAFE_TO_OPEN),
              () -> "" + fs.catalog().problems());
        }
        // It expires, which the sampler does not know yet.
        assertEquals(
            "",
            automounter.run(
                "umount "
                    + direct
                    + " && umount "
                    + indirect
                    + "/in && rmdir "
                    + indirect
                    + "/in"));
        for (int i = 0; i < 3; i++) {
          for (String outcome : Outcomes.sample(sampler).values()) {
            assertTrue(outcome.startsWith("GONE"), outcome);
          }
        }
        fs.refresh();
        sampler.sample();
        assertEquals(0, sampler.size());
      }
      assertFalse(automounter.isAsked(), "something was to be mounted");
      // So that this would be seen.
      Process look = new ProcessBuilder("ls", direct + "/").start();
      Await.until(automounter::isAsked);
      automounter.run("umount -l " + direct + " " + indirect);
      look.destroyForcibly().waitFor();
    }
  }

  /** The mounts of a host where this process has them elsewhere. */
  @Test
  void theMountsOfAHostAreThoseThatCanBeReached() throws Exception {
    Path reached = tmpfs("root/data", 2);
    Command.run("mount", "-o", "remount,bind,ro", reached.toString());
    String line =
        Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
            .filter(each -> each.contains(" " + reached + " "))
            .findFirst()
            .orElseThrow();
    String[] fields = line.split(" ");
    Path proc = Files.createDirectories(base.resolve("host/proc/1")).getParent();
    Files.createDirectories(base.resolve("host/sys"));
    Files.writeString(
        proc.resolve("1/mountinfo"),
        "1 0 0:1 / / rw - rootfs root rw\n"
            + ("20 1 " + fields[2] + " / /data rw - tmpfs memory rw\n")
            + "21 1 0:999999 / /elsewhere rw - tmpfs memory rw\n");
    BackendSettings settings = hostSettings(proc);
    Scanner scanner = found().open(settings);
    try (StatsFs fs =
            StatsFs.builder()
                .backend(
                    new Backend() {
                      @Override
                      public String name() {
                        return "filesystems";
                      }

                      @Override
                      public Scanner open(BackendSettings ignored) {
                        return scanner;
                      }
                    })
                .refreshInterval(Duration.ZERO)
                .build();
        Sampler sampler = fs.sampler()) {
      Map<String, String> outcomes = Outcomes.sample(sampler);
      assertEquals("" + 2 * MEBIBYTE, outcomes.get(size(Path.of("/data"))));
      assertEquals(
          "0",
          outcomes.get(stat(Path.of("/data"), MountPlan.Value.READ_ONLY)),
          "that is a matter of the mount here");
      assertEquals("rw", source(fs, Path.of("/data")).labels().get("mode"));
      assertEquals(1, fs.catalog().sources().size());
      assertEquals(
          List.of(Problem.Kind.NOT_READABLE),
          fs.catalog().problems().stream().map(Problem::kind).toList());
      assertTrue(
          fs.catalog().problems().get(0).message().contains("/elsewhere"),
          fs.catalog().problems()::toString);
    }
  }

  private BackendSettings hostSettings(Path proc) {
    Map<String, Object> values =
        Map.of(
            "isDetecting", true,
            "trees", Set.of(),
            "withoutTrees", Set.of(),
            "layouts",
                Declared.of(
                    List.of(
                        Layout.builder(TREE)
                            .backend("filesystems")
                            .subsystem(TREE)
                            .excludeLabel("type", "rootfs")
                            .stats(layout().stats())
                            .build()),
                    List.of(),
                    List.of()),
            "roots", List.of(),
            "proc", Optional.of(proc),
            "sys", Optional.empty(),
            "isStatsfsRequired", false,
            "reader", Optional.of(reader()),
            "limits", Limits.defaults());
    return (BackendSettings)
        Proxy.newProxyInstance(
            MountContract.class.getClassLoader(),
            new Class<?>[] {BackendSettings.class},
            (proxy, method, arguments) -> values.get(method.getName()));
  }

  /** In a mount namespace of its own. */
  @Test
  void aThousandMounts() throws Exception {
    Command.tryTo("make a mount namespace", "unshare", "--mount", "true");
    ChildJvm.Result result =
        ChildJvm.of(MountsProgram.class)
            .within("unshare", "--mount")
            .options("--enable-native-access=ALL-UNNAMED")
            .run(reader(), "1000", base.toString());
    assertEquals(0, result.exit(), result::toString);
    assertEquals("1000", result.line("sources="), result::toString);
    assertEquals("1000", result.line("right="), result::toString);
    long allocated = Long.parseLong(result.line("allocated="));
    System.out.println(
        "A sample of 1,000 mounts with the reader " + reader() + ": " + allocated + " bytes");
    assertTrue(isNative() ? allocated == 0 : allocated <= 1000 * 3000, "" + allocated);
  }
}
