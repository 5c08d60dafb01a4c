package io.statsfs.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.ChildJvm;
import io.statsfs.testkit.process.Command;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120) // What fails to end must not take the whole build with it.
class StatsFsSimulatorTest {
  private static final String PATH = "io.statsfs.simulator.path";
  private static final String OWN = "statsfs-simulator-" + ProcessHandle.current().pid() + "-";
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @TempDir Path directory;
  private List<Path> before;

  @BeforeAll
  static void available() {
    Throwable cause = StatsFsSimulator.unavailabilityCause();
    assumeTrue(cause == null, () -> cause.getMessage());
  }

  @BeforeEach
  void whatIsThere() {
    before = directories();
  }

  @AfterEach
  void nothingIsLeft() {
    assertEquals(before, directories());
    assertFalse(mounts().contains(OWN), mounts());
  }

  private static List<Path> directories() {
    try (Stream<Path> paths = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return paths.filter(path -> path.getFileName().toString().startsWith(OWN)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String mounts() {
    try {
      return Files.readString(Path.of("/proc/self/mountinfo"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ProcessHandle program() {
    return ProcessHandle.current()
        .children()
        .filter(child -> child.info().command().orElse("").contains("statsfs-s"))
        .findFirst()
        .orElseThrow();
  }

  // Starting

  @Test
  void commandsMakeTheTree() throws Exception {
    try (StatsFsSimulator simulator =
        StatsFsSimulator.start(
            "source kvm/1-2", "stat kvm/1-2/exits u64 cumulative value=5", "# that is all")) {
      assertEquals("5\n", Files.readString(simulator.root().resolve("kvm/1-2/exits")));
    }
  }

  @Test
  void aTextBlockMakesTheTree() throws Exception {
    try (StatsFsSimulator simulator =
        StatsFsSimulator.start(
            """
            source kvm/1-2
            stat kvm/1-2/exits u64 cumulative value=5
            """)) {
      assertEquals("5\n", Files.readString(simulator.path("kvm/1-2/exits")));
    }
  }

  @Test
  void aFileMakesTheTree() throws Exception {
    Path description = Files.writeString(directory.resolve("host.stats"), "source kvm/1-2\n");
    try (StatsFsSimulator simulator = StatsFsSimulator.start(description)) {
      assertTrue(Files.isDirectory(simulator.path("kvm/1-2")));
    }
  }

  @Test
  void noCommandsMakeAnEmptyTree() throws Exception {
    try (StatsFsSimulator simulator = StatsFsSimulator.start();
        Stream<Path> entries = Files.list(simulator.root())) {
      assertEquals(List.of(), entries.toList());
    }
  }

  @Test
  void aWrongCommandIsNamedWithItsLine() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> StatsFsSimulator.start("source kvm", "no such command"));
    assertTrue(e.getMessage().contains("description:2"), e.getMessage());
  }

  @Test
  void aWrongCommandInAFileIsNamedWithItsFileAndLine() throws Exception {
    Path description = Files.writeString(directory.resolve("host.stats"), "\nno such command\n");
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> StatsFsSimulator.start(description));
    assertTrue(e.getMessage().contains(description + ":2"), e.getMessage());
  }

  @Test
  void aFileThatIsMissingIsNamed() {
    Path description = directory.resolve("missing");
    RuntimeException e =
        assertThrows(IllegalArgumentException.class, () -> StatsFsSimulator.start(description));
    assertTrue(e.getMessage().contains(description.toString()), e.getMessage());
  }

  @Test
  void severalLiveSideBySide() throws Exception {
    try (StatsFsSimulator one = StatsFsSimulator.start("source one");
        StatsFsSimulator other = StatsFsSimulator.start("source other")) {
      assertTrue(Files.exists(one.path("one")));
      assertFalse(Files.exists(other.path("one")));
    }
  }

  // Driving

  @Test
  void methodsChangeTheTree() throws Exception {
    try (StatsFsSimulator simulator = StatsFsSimulator.start()) {
      simulator
          .source("kvm/1-2", "label", "vm", "web server")
          .stat("kvm/1-2/exits", "u64", "cumulative", "value=5", "desc=VM \"exits\" # of a guest")
          .stat("kvm/1-2/state", "enum", "cumulative", "texts=RUNNING,NOT RUNNING");
      Path exits = simulator.path("kvm/1-2/exits");
      assertEquals("5\n", Files.readString(exits));
      String schema = Files.readString(simulator.path("kvm/1-2/.schema"));
      assertTrue(schema.contains("vm web server\n"), schema);
      assertTrue(schema.contains("DESC VM \"exits\" # of a guest\n"), schema);

      simulator.set("kvm/1-2/exits", 7);
      assertEquals("7\n", Files.readString(exits));
      simulator.set("kvm/1-2/exits", "18446744073709551615");
      assertEquals("18446744073709551615\n", Files.readString(exits));
      simulator.set("kvm/1-2/state", "NOT RUNNING");
      assertEquals("NOT RUNNING", Files.readString(simulator.path("kvm/1-2/state")));

      simulator.text("kvm/1-2/exits", " \"a\\b\" #\n");
      assertEquals(" \"a\\b\" #\n", Files.readString(exits));
      simulator.text("kvm/1-2/exits", "");
      assertEquals("", Files.readString(exits));
      simulator.heal("kvm/1-2/exits");
      assertEquals("18446744073709551615\n", Files.readString(exits));

      simulator.fail("kvm/1-2/exits", "EIO");
      IOException e = assertThrows(IOException.class, () -> Files.readString(exits));
      assertTrue(e.getMessage().contains("Input/output error"), e.getMessage());
      simulator.heal("all");

      simulator.remove("kvm/1-2");
      assertThrows(NoSuchFileException.class, () -> Files.readString(exits));
    }
  }

  @Test
  void namesAreBytes() throws Exception {
    for (String name :
        List.of(
            "guest doorbell",
            "größe",
            "\\xff\\xc3",
            "a\\b",
            "\\x5cxff",
            "\\x41",
            "\"",
            "#",
            "tab\tand\nline")) {
      try (StatsFsSimulator simulator = StatsFsSimulator.start()) {
        simulator
            .source("kvm/" + name)
            .stat("kvm/" + name + "/" + name, "u64", "cumulative", "value=5");
        Path path = simulator.path("kvm/" + name + "/" + name);
        assertEquals("5\n", Files.readString(path), name);
        assertEquals(1, simulator.opens("kvm/" + name + "/" + name).total(), name);
      }
    }
  }

  @Test
  void openingIsCounted() throws Exception {
    try (StatsFsSimulator simulator =
            StatsFsSimulator.start("source kvm", "stat kvm/exits u64 cumulative");
        FileInputStream one = new FileInputStream(simulator.path("kvm/exits").toFile())) {
      try (FileInputStream two = new FileInputStream(simulator.path("kvm/exits").toFile())) {
        assertEquals(new StatsFsSimulator.Opens(2, 2, 2), simulator.opens("kvm/exits"));
      }
      new FileInputStream(simulator.path("kvm/exits").toFile()).close();
      assertEquals(new StatsFsSimulator.Opens(3, 2, 1), simulator.opens("kvm/exits"));
    }
  }

  @Test
  void commandGivesTheAnswer() {
    try (StatsFsSimulator simulator = StatsFsSimulator.start("source kvm/1-2")) {
      assertEquals("", simulator.command("stat kvm/1-2/exits u64 cumulative value=5"));
      assertEquals("5", simulator.command("value kvm/1-2/exits"));
      assertEquals("2 2 0", simulator.command("sources"));
    }
  }

  @Test
  void anErrorIsAnException() {
    try (StatsFsSimulator simulator = StatsFsSimulator.start("source kvm")) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> simulator.remove("net"));
      assertTrue(e.getMessage().startsWith("remove net: error "), e.getMessage());
      assertThrows(IllegalArgumentException.class, () -> simulator.command("source a\nsource b"));
      assertEquals("1 1 0", simulator.command("sources"));
    }
  }

  @Test
  void whatHangsIsHealed() throws Exception {
    try (StatsFsSimulator simulator =
        StatsFsSimulator.start("source kvm", "stat kvm/exits u64 cumulative value=5")) {
      simulator.hang("kvm/exits");
      CompletableFuture<String> read = read(simulator.path("kvm/exits"));
      Await.until(() -> simulator.command("hanging").equals("1"), () -> "a read hangs");
      simulator.set("kvm/exits", 6);
      assertFalse(read.isDone());
      simulator.heal("kvm/exits");
      assertEquals("6\n", read.get());
    }
  }

  private static CompletableFuture<String> read(Path path) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return Files.readString(path);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        task -> new Thread(task).start());
  }

  // Ending

  @Test
  void closingAnswersWhatHangs() throws Exception {
    CompletableFuture<String> read;
    try (StatsFsSimulator simulator =
        StatsFsSimulator.start("source kvm", "stat kvm/exits u64 cumulative value=5")) {
      simulator.hang("kvm/exits");
      read = read(simulator.path("kvm/exits"));
      Await.until(() -> simulator.command("hanging").equals("1"), () -> "a read hangs");
    }
    ExecutionException e = assertThrows(ExecutionException.class, read::get);
    assertTrue(e.getCause() instanceof UncheckedIOException, e.toString());
  }

  @Test
  void closingDoesNotWaitForOpenFiles() throws Exception {
    StatsFsSimulator simulator =
        StatsFsSimulator.start("source kvm", "stat kvm/exits u64 cumulative value=5");
    FileInputStream open = new FileInputStream(simulator.path("kvm/exits").toFile());
    simulator.close();
    nothingIsLeft();
    assertThrows(IOException.class, open::read);
    // Closing says so, too, but closes.
    assertThrows(IOException.class, open::close);
  }

  @Test
  void closingAgainDoesNothing() {
    StatsFsSimulator simulator = StatsFsSimulator.start();
    simulator.close();
    simulator.close();
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> simulator.command("sources"));
    assertEquals("The simulator is closed", e.getMessage());
  }

  @Test
  void closingUnmountsWhenTheProgramWasKilled() throws Exception {
    StatsFsSimulator simulator = StatsFsSimulator.start("source kvm");
    program().destroyForcibly();
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () -> {
              while (true) {
                simulator.command("sources");
              }
            });
    assertTrue(e.getMessage().startsWith("The simulator has ended"), e.getMessage());
    simulator.close();
  }

  @Test
  void closingUnmountsWhenTheProgramAnswersNoMore() throws Exception {
    StatsFsSimulator simulator = StatsFsSimulator.start("source kvm");
    Command.run("kill", "-STOP", Long.toString(program().pid()));
    Thread asking =
        new Thread(
            () -> assertThrows(IllegalStateException.class, () -> simulator.command("sources")));
    asking.start();
    simulator.close();
    asking.join();
  }

  @Test
  void closingUnmountsForAThreadThatWasInterrupted() {
    StatsFsSimulator simulator = StatsFsSimulator.start("source kvm");
    Thread.currentThread().interrupt();
    simulator.close();
    assertTrue(Thread.interrupted());
  }

  @Test
  void aKilledJvmLeavesNoMount() throws Exception {
    Path root;
    try (ChildJvm process = ChildJvm.of(SimulatorProgram.class).start()) {
      root = Path.of(process.answer("start").get("root"));
      assertTrue(mounts().contains(root.toString()), mounts());
    }
    Await.until(() -> !mounts().contains(root.toString()), () -> "the mount is gone");
    // The directory is what a killed process leaves.
    Files.delete(root);
    try (Stream<Path> files = Files.list(root.getParent())) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(root.getParent());
  }

  // Who and where

  /**
   * In containers /dev/fuse is often root's alone, so this one has another. What unshare would do
   * with all mounts fails where the root directory is no mount, as with chroot.
   */
  private static final String[] WITH_FUSE_FOR_ALL = {
    "unshare",
    "--mount",
    "--propagation=unchanged",
    "sh",
    "-c",
    "mount --make-rprivate /sys && mount --make-rprivate /dev"
        + " && mount -t tmpfs -o mode=755 tmpfs /sys && mknod -m 666 /sys/fuse c 10 229"
        + " && mount --bind /sys/fuse /dev/fuse && umount -l /sys && exec \"$@\"",
    "sh"
  };

  @Test
  void worksForAnybody() throws Exception {
    // Without it only root can end a mount; SimulatorProgram would say so.
    assumeTrue(
        Files.exists(Path.of("/etc/mtab")), "there is no /etc/mtab, which fusermount3 needs");
    String[] wrapper = Command.isRoot() ? WITH_FUSE_FOR_ALL : new String[0];
    try (ChildJvm process = ChildJvm.of(SimulatorProgram.class).unprivileged(wrapper).start()) {
      Map<String, String> condition = process.answer("condition");
      assertEquals("false", condition.get("disabled"), () -> condition.get("reason"));
      Map<String, String> started = process.answer("start");
      assertEquals("5", started.get("value"));
      assertEquals("1", started.get("mounts"));
      assertEquals("0", process.answer("close").get("mounts"));
    }
  }

  @Test
  void rootMayLetOthersRead() throws Exception {
    List<String> asNobody = Command.AS_NOBODY;
    Command.tryTo(
        "be another user",
        Stream.concat(asNobody.stream(), Stream.of("true")).toArray(String[]::new));
    try (StatsFsSimulator simulator =
        StatsFsSimulator.start("source kvm", "stat kvm/exits u64 cumulative value=5")) {
      String[] read =
          Stream.concat(asNobody.stream(), Stream.of("cat", simulator.path("kvm/exits").toString()))
              .toArray(String[]::new);
      assertThrows(AssertionError.class, () -> Command.run(read));
      simulator.command("mode / 0755");
      assertEquals("5\n", Command.run(read));
    }
  }

  private String whyNotWith(Path program) {
    System.setProperty(PATH, program.toString());
    try {
      return assertThrows(UnsupportedOperationException.class, StatsFsSimulator::start)
          .getMessage();
    } finally {
      System.clearProperty(PATH);
    }
  }

  private Path script(String lines) throws IOException {
    Path script = Files.writeString(directory.resolve("script"), "#!/bin/sh\n" + lines + "\n");
    assertTrue(script.toFile().setExecutable(true));
    return script;
  }

  @Test
  void aProgramThatIsNotThereIsNamed() {
    Path missing = directory.resolve("missing");
    String message = whyNotWith(missing);
    assertTrue(message.contains(missing.toString()), message);
    assertTrue(message.contains("-D" + PATH), message);
  }

  @Test
  void whereNothingCanBeSimulatedTheExtensionSkipsAndSaysWhy() throws Exception {
    Path missing = directory.resolve("missing");
    try (ChildJvm process =
        ChildJvm.of(SimulatorProgram.class).options("-D" + PATH + "=" + missing).start()) {
      Map<String, String> condition = process.answer("condition");
      assertEquals("true", condition.get("disabled"));
      String reason = condition.get("reason");
      assertTrue(reason.startsWith("The simulator cannot be started: "), reason);
      assertTrue(reason.contains(missing.toString()), reason);
      assertEquals(0, process.result().exit());
    }
  }

  @Test
  void aProgramThatMayNotBeRunIsExplained() throws Exception {
    Path program = script("echo ready");
    assertTrue(program.toFile().setExecutable(false));
    String message = whyNotWith(program);
    assertTrue(message.contains("noexec, set -Djava.io.tmpdir"), message);
  }

  @Test
  void aMissingLibraryIsExplained() throws Exception {
    String loader = "statsfs-sim: error while loading shared libraries: libfuse3.so.3: cannot open";
    String message = whyNotWith(script("echo '" + loader + "' >&2; exit 127"));
    assertTrue(message.contains(loader), message);
    assertTrue(message.contains("Install it (libfuse3-3"), message);
  }

  @Test
  void missingFusermountIsExplained() throws Exception {
    String libfuse = "fuse: failed to exec fusermount3: No such file or directory";
    String message = whyNotWith(script("echo '" + libfuse + "' >&2; exit 1"));
    assertTrue(message.contains(libfuse), message);
    assertTrue(message.contains("fusermount3 (the package fuse3)"), message);
  }

  @Test
  void anotherProgramIsNotTakenForIt() throws Exception {
    Path script = script("echo hello; cat");
    String message = whyNotWith(script);
    assertTrue(message.contains(script + " is no simulator of this version"), message);
  }

  @Test
  void anArchitectureWithoutAProgramIsNamed() {
    String architecture = System.getProperty("os.arch");
    System.setProperty("os.arch", "riscv64");
    try {
      String message =
          assertThrows(UnsupportedOperationException.class, StatsFsSimulator::start).getMessage();
      assertTrue(message.contains("no statsfs-sim for linux-riscv64"), message);
      assertTrue(message.contains("-D" + PATH), message);
    } finally {
      System.setProperty("os.arch", architecture);
    }
  }
}
