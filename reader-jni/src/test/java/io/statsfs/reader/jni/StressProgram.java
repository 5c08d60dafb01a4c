package io.statsfs.reader.jni;

import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.Shape;
import io.statsfs.spi.TableDeclaration;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.OpenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Samples, closes and reopens in eight threads while sources go and come back under them. Each
 * value says which source and stat it is of, and is compared with what it was asked for. In the end
 * all descriptors and the memory must be back.
 */
public final class StressProgram {
  private static final Layout IDS =
      Layout.builder("ids")
          .subsystem("ids")
          .files(
              FileDeclaration.of(
                  "",
                  Shape.FLAT_KEYED,
                  List.of(
                      TableDeclaration.of(
                          null, Axis.stats("Pid", "Tgid"), Axis.single(), List.of()))))
          .build();

  private static final int THREADS = 8;
  private static final int SOURCES = 24;
  private static final int STATS = 20;
  private static final int FLAT_FILES = 4;
  private static final int INTERFACES = 3;
  private static final int MTU = 1300;
  private static final int QUEUE = 500;
  private static final Path NET = Path.of("/sys/class/net");

  private final TestTree tree = TestTree.inMemory();
  private final TestTree flatFiles = TestTree.inMemory();
  private final TestTree staging = TestTree.inMemory();
  private final String prefix = "ss" + Long.toString(ProcessHandle.current().pid() % 1296, 36);
  private final Layout interfaces =
      Layout.builder("interfaces")
          .home("class/net", "sysfs")
          .subsystem("if")
          .sources("{device}")
          .links("../../devices")
          .build();
  private final boolean canMakeInterfaces;
  private final AtomicReference<StatsFs> shared = new AtomicReference<>();

  /** What each thread samples, for the others to close. */
  private final AtomicReferenceArray<Sampler> victims = new AtomicReferenceArray<>(THREADS);

  private final LongAdder samples = new LongAdder();

  /** Its trees have links that are not followed, and text, all of which is logged. */
  private static final Logger LOG = Logger.getLogger("io.statsfs");

  private final LongAdder ok = new LongAdder();
  private final LongAdder gone = new LongAdder();
  private final LongAdder ofInterfaces = new LongAdder();
  private final LongAdder ofProcesses = new LongAdder();
  private final LongAdder closedUnderneath = new LongAdder();
  private final LongAdder forgotten = new LongAdder();
  private final LongAdder changes = new LongAdder();
  private volatile boolean done;

  private StressProgram() throws Exception {
    for (int i = 0; i < SOURCES; i++) {
      makeSource(tree.path("sub/dev" + i), i);
    }
    for (int i = 0; i < FLAT_FILES; i++) {
      makeFlatFile(i);
    }
    canMakeInterfaces = makeInterface(0) == 0;
    for (int i = 1; canMakeInterfaces && i < INTERFACES; i++) {
      makeInterface(i);
    }
  }

  /** For so many seconds. */
  public static void main(String[] args) throws Exception {
    LOG.setLevel(Level.OFF);
    int seconds = Integer.parseInt(args[0]);
    StressProgram program = new StressProgram();
    try {
      program.run(Math.max(2, seconds / 4));
      List<String> open = program.settledFiles();
      System.gc();
      long memory = anonymousKilobytes();
      long mappings = mappings();
      program.run(seconds);
      Await.collected(() -> OpenFiles.all().equals(open), () -> OpenFiles.all() + ", not " + open);
      System.out.println(
          "memory="
              + memory
              + "->"
              + anonymousKilobytes()
              + " mappings="
              + mappings
              + "->"
              + mappings());
      // The JVM has its own ways; what a batch of each round would leave behind is far more.
      Await.collected(
          () -> anonymousKilobytes() < memory + (16 << 10) && mappings() < mappings + 50,
          () -> anonymousKilobytes() + " kB in " + mappings() + " mappings");
      program.report();
    } finally {
      program.close();
    }
  }

  /** What is open when no thread is at work; the counterpart of the comparison in the end. */
  private List<String> settledFiles() throws InterruptedException {
    Await.collected(
        () ->
            OpenFiles.all().stream().noneMatch(f -> f.startsWith("/sys/") || f.endsWith("/status")),
        () -> OpenFiles.all().toString());
    return OpenFiles.all();
  }

  private void report() {
    System.out.println(
        "samples="
            + samples
            + " ok="
            + ok
            + " gone="
            + gone
            + " interfaces="
            + ofInterfaces
            + " processes="
            + ofProcesses
            + " closed="
            + closedUnderneath
            + " forgotten="
            + forgotten
            + " changes="
            + changes);
    for (LongAdder counted : List.of(ok, gone, ofProcesses, closedUnderneath, forgotten, changes)) {
      check(counted.sum() > 0, "something never happened");
    }
    check(!canMakeInterfaces || ofInterfaces.sum() > 0, "no interface was sampled");
    System.out.println("passed");
  }

  private void run(int seconds) throws Exception {
    done = false;
    shared.set(openTree());
    ExecutorService pool = Executors.newFixedThreadPool(THREADS + 2);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int number = i;
        futures.add(pool.submit(untilDone(() -> sampleOnce(number))));
      }
      futures.add(pool.submit(untilDone(this::changeTree)));
      if (canMakeInterfaces) {
        futures.add(pool.submit(untilDone(this::changeInterfaces)));
      }
      long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
      while (System.nanoTime() < end && futures.stream().noneMatch(Future::isDone)) {
        Thread.sleep(10);
      }
      done = true;
      for (Future<?> future : futures) {
        future.get();
      }
    } finally {
      done = true;
      pool.shutdown();
      shared.get().close();
    }
  }

  private Callable<?> untilDone(Callable<?> step) {
    return () -> {
      while (!done) {
        step.call();
      }
      return null;
    };
  }

  // What the threads do.

  private Void sampleOnce(int thread) throws Exception {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    int choice = random.nextInt(1000);
    if (choice < 300) {
      try (StatsFs fs = openTree()) {
        sampleSome(fs, StatFilter.all(), thread);
      }
    } else if (choice < 600) {
      sampleSome(shared.get(), StatFilter.device("dev" + random.nextInt(10) + "*"), thread);
    } else if (choice < 650) {
      shared.getAndSet(openTree()).close();
    } else if (choice < 750) {
      Sampler victim = victims.get(random.nextInt(THREADS));
      if (victim != null) {
        victim.close();
      }
    } else if (choice < 790) {
      forget(shared.get());
    } else if (choice < 820) {
      sampleProcess(thread);
    } else if (canMakeInterfaces) {
      try (StatsFs fs = open(StatsFs.builder().root(NET, interfaces))) {
        sampleSome(fs, this::isOfInterface, thread);
      }
    }
    return null;
  }

  private boolean isOfInterface(Stat stat) {
    return stat.source().device().startsWith(prefix + "x")
        && (stat.name().equals("mtu") || stat.name().equals("tx_queue_len"));
  }

  private StatsFs openTree() {
    StatsFs.Builder builder = StatsFs.builder().root(tree.root());
    for (int i = 0; i < FLAT_FILES; i++) {
      builder.root(flatFiles.path("flat" + i));
    }
    return open(builder);
  }

  private static StatsFs open(StatsFs.Builder builder) {
    Duration interval =
        ThreadLocalRandom.current().nextBoolean() ? Duration.ZERO : Duration.ofMillis(1);
    return builder.reader("jni").refreshInterval(interval).build();
  }

  /** Another thread may close the sampler, or the StatsFs, at any moment. */
  private void sampleSome(StatsFs fs, StatFilter filter, int thread) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    try (Sampler sampler = fs.sampler(filter)) {
      victims.set(thread, sampler);
      for (int i = random.nextInt(30); i >= 0; i--) {
        sampler.sample();
        verify(sampler);
        if (random.nextInt(4) == 0) {
          fs.refresh();
        }
      }
    } catch (IllegalStateException e) {
      check(e.getMessage().contains("closed"), e.toString());
      closedUnderneath.increment();
    } finally {
      victims.set(thread, null);
    }
  }

  private void forget(StatsFs fs) {
    try {
      Sampler sampler = fs.sampler();
      sampler.sample();
      verify(sampler);
      forgotten.increment();
    } catch (IllegalStateException e) {
      closedUnderneath.increment();
    }
  }

  /** One that ends while its file is kept open. */
  private void sampleProcess(int thread) throws Exception {
    Process process =
        new ProcessBuilder("sleep", "1000")
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    long pid = process.pid();
    try (StatsFs fs = open(StatsFs.builder().root(Path.of("/proc/" + pid + "/status"), IDS));
        Sampler sampler = fs.sampler(StatFilter.name("Pid").or(StatFilter.name("Tgid")))) {
      for (int i = 0; i < 10; i++) {
        sampler.sample();
        for (int s = 0; s < sampler.size(); s++) {
          check(sampler.status(s) == Status.OK, sampler.stat(s) + " is " + sampler.status(s));
          check(sampler.longValue(s) == pid, sampler.longValue(s) + " instead of " + pid);
        }
        check(sampler.size() == 2, "process without an id");
      }
      process.destroyForcibly().waitFor();
      sampler.sample();
      check(sampler.count(Status.OK) == 0, "value of a process that is no more");
      ofProcesses.increment();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private void verify(Sampler sampler) {
    samples.increment();
    for (int i = 0; i < sampler.size(); i++) {
      Status status = sampler.status(i);
      Stat stat = sampler.stat(i);
      boolean ofInterface = stat.source().subsystem().equals("if");
      if (status == Status.OK) {
        double expected = ofInterface ? interfaceValue(stat) : value(stat);
        check(
            sampler.doubleValue(i) == expected,
            stat + " is " + sampler.doubleValue(i) + " and not " + expected);
        ok.increment();
        if (ofInterface) {
          ofInterfaces.increment();
        }
      } else {
        // The kernel answers EINVAL for an interface that is being deleted.
        boolean dying = ofInterface && status == Status.FAILED && sampler.errno(i) == 22;
        check(status == Status.GONE || dying, stat + " is " + status + " " + sampler.errno(i));
        gone.increment();
      }
    }
  }

  /** {@code dev7/stat3} is 7003, and {@code flat2} {@code f2_stat3} is 902003. */
  private static long value(Stat stat) {
    int number = Integer.parseInt(stat.name().replaceFirst(".*stat", ""));
    if (stat.name().startsWith("f")) {
      return 900_000 + 1000 * Integer.parseInt(stat.name().replaceAll("^f|_.*", "")) + number;
    }
    return 1000L * Integer.parseInt(stat.source().device().substring(3)) + number;
  }

  private long interfaceValue(Stat stat) {
    int number = Integer.parseInt(stat.source().device().substring(prefix.length() + 1));
    return number + (stat.name().equals("mtu") ? MTU : QUEUE);
  }

  // What happens to the sources.

  /** Some in so many digits that Java has to finish them. */
  private static String text(long value) {
    return value % 5 == 0 ? value + "." + "0".repeat(300) + "\n" : value + "\n";
  }

  private void makeSource(Path place, int source) throws IOException {
    String name = "dev" + source;
    for (int stat = 0; stat < STATS; stat++) {
      staging.stat(name + "/stat" + stat, text(1000L * source + stat));
    }
    Files.createDirectories(place.getParent());
    Files.move(staging.path(name), place);
  }

  private void makeFlatFile(int number) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int stat = 0; stat < STATS; stat++) {
      text.append("f").append(number).append("_stat").append(stat).append(' ');
      text.append(text(900_000 + 1000L * number + stat));
    }
    staging.stat("flat" + number, text.toString());
    Files.move(
        staging.path("flat" + number),
        flatFiles.path("flat" + number),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private Void changeTree() throws IOException {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    int source = random.nextInt(SOURCES);
    String name = "sub/dev" + source;
    if (!Files.exists(tree.path(name))) {
      makeSource(tree.path(name), source);
    } else if (random.nextInt(3) == 0) {
      // File by file, as some file systems do it.
      tree.remove(name);
    } else {
      Files.move(tree.path(name), staging.path("away"));
      if (random.nextBoolean()) {
        makeSource(tree.path(name), source);
      }
      staging.remove("away");
    }
    if (random.nextInt(5) == 0) {
      makeFlatFile(random.nextInt(FLAT_FILES));
    }
    changes.increment();
    return null;
  }

  private Void changeInterfaces() throws Exception {
    int number = ThreadLocalRandom.current().nextInt(INTERFACES);
    if (Files.exists(NET.resolve(prefix + "x" + number))) {
      ip("link", "delete", prefix + "x" + number);
    } else {
      check(makeInterface(number) == 0, "no interface");
    }
    return null;
  }

  private int makeInterface(int number) throws IOException, InterruptedException {
    String name = prefix + "x" + number;
    return ip(
        ("link add "
                + name
                + " mtu "
                + (MTU + number)
                + " txqueuelen "
                + (QUEUE + number)
                + " type veth peer name "
                + prefix
                + "y"
                + number)
            .split(" "));
  }

  private static int ip(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    try {
      return new ProcessBuilder(command)
          .redirectInput(Path.of("/dev/null").toFile())
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      return -1;
    }
  }

  private void close() throws Exception {
    tree.close();
    flatFiles.close();
    staging.close();
    for (int i = 0; canMakeInterfaces && i < INTERFACES; i++) {
      ip("link", "delete", prefix + "x" + i);
    }
  }

  private static long anonymousKilobytes() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("RssAnon:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static long mappings() {
    try {
      return Files.readAllLines(Path.of("/proc/self/maps")).size();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void check(boolean right, String what) {
    if (!right) {
      throw new AssertionError(what);
    }
  }
}
