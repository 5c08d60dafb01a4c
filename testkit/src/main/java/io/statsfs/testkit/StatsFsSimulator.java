package io.statsfs.testkit;

import io.statsfs.testkit.process.Command;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A statsfs without a kernel that has one: a file system of its own, mounted below the temporary
 * directory, that behaves as statsfs does and misbehaves on command.
 *
 * <pre>{@code
 * try (StatsFsSimulator simulator =
 *         StatsFsSimulator.start(
 *             "source kvm/1-2", "stat kvm/1-2/exits u64 cumulative value=5 rate=100");
 *     StatsFs fs = StatsFs.open(simulator.root())) {
 *   simulator.hang("kvm/1-2/exits");
 * }
 * }</pre>
 *
 * <p>It is a program, {@code statsfs-sim}, that takes commands; {@code docs/simulator.md} of the
 * project lists them. The methods here are those that tests need most, and {@link #command} takes
 * any. Paths are relative to the root. The methods take names as {@code io.statsfs.Stat#name()} has
 * them, with {@code \xHH} for a byte that no text can hold, and may have blanks in them; within a
 * command a name with blanks stands between double quotes.
 *
 * <p>The program comes in the jar, for the architecture that it was built on, and needs {@code
 * /dev/fuse}, {@code libfuse3.so.3} and, for anybody but root, {@code fusermount3}. The system
 * property {@code io.statsfs.simulator.path} names another one. The mount ends with {@link #close},
 * and also when this JVM is killed.
 *
 * <p>Safe for use by several threads.
 */
public final class StatsFsSimulator implements AutoCloseable {
  private static final String PATH_PROPERTY = "io.statsfs.simulator.path";
  private static final String PROGRAM = "statsfs-sim";
  private static final Path MTAB = Path.of("/etc/mtab");
  private static final String MOUNT_POINT = "root";
  private static final String DESCRIPTION = "description";
  private static final String ERRORS = "errors";

  private static final int SECONDS_TO_END = 5;

  private final Path directory;
  private final Process process;
  private final Writer in;
  private final BufferedReader out;
  private final AtomicBoolean closed = new AtomicBoolean();

  private StatsFsSimulator(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
    in = process.outputWriter(StandardCharsets.UTF_8);
    out = process.inputReader(StandardCharsets.UTF_8);
  }

  /** How often a file was opened. Immutable; two objects with the same numbers are equal. */
  public static final class Opens {
    private final long total;
    private final long mostAtOnce;
    private final long now;

    Opens(long total, long mostAtOnce, long now) {
      this.total = total;
      this.mostAtOnce = mostAtOnce;
      this.now = now;
    }

    /**
     * How often in all, whatever became of its source in between.
     *
     * @return the number
     */
    public long total() {
      return total;
    }

    /**
     * How many descriptors were open at the same time at most.
     *
     * @return the number
     */
    public long mostAtOnce() {
      return mostAtOnce;
    }

    /**
     * How many are open now.
     *
     * @return the number
     */
    public long now() {
      return now;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Opens opens
          && total == opens.total
          && mostAtOnce == opens.mostAtOnce
          && now == opens.now;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(total * 31 + mostAtOnce) * 31 + Long.hashCode(now);
    }

    @Override
    public String toString() {
      return "opened " + total + " times, " + mostAtOnce + " at once, " + now + " now";
    }
  }

  /** Trying happens when this is initialised. */
  private static final class Tried {
    static final @Nullable Throwable FAILURE = failure();

    private static @Nullable Throwable failure() {
      try {
        start().close();
        return null;
      } catch (UnsupportedOperationException | UncheckedIOException e) {
        return e;
      }
    }
  }

  /**
   * Why this machine cannot simulate. The first call tries it, and later ones remember.
   *
   * @return the cause, whose message says what to do; null if {@link #start} works
   */
  public static @Nullable Throwable unavailabilityCause() {
    return Tried.FAILURE;
  }

  /**
   * Mounts a tree.
   *
   * @param commands what the tree is to hold from the beginning; none for an empty tree. Each may
   *     be several lines, so that a text block will do
   * @return the simulator; closing ends the mount
   * @throws IllegalArgumentException if a command is wrong; the message names its line
   * @throws UnsupportedOperationException if this machine cannot simulate; the message says why
   */
  public static StatsFsSimulator start(String... commands) {
    return start(
        directory -> Files.write(directory.resolve(DESCRIPTION), List.of(commands)).getFileName());
  }

  /**
   * Mounts a tree.
   *
   * @param description a file of commands, which say what the tree is to hold from the beginning
   * @return the simulator; closing ends the mount
   * @throws IllegalArgumentException if a command is wrong; the message names its line
   * @throws UnsupportedOperationException if this machine cannot simulate; the message says why
   */
  public static StatsFsSimulator start(Path description) {
    return start(directory -> description.toAbsolutePath());
  }

  /** Gives the description, as the program finds it from its directory. */
  private interface Description {
    Path in(Path directory) throws IOException;
  }

  private static StatsFsSimulator start(Description description) {
    if (!Files.exists(Path.of("/dev/fuse"))) {
      throw new UnsupportedOperationException(
          "There is no /dev/fuse, without which nothing can be simulated: load the kernel's module"
              + " 'fuse', or give the container that device and the right to mount.");
    }
    if (!Command.isRoot() && !Files.exists(MTAB)) {
      throw new UnsupportedOperationException(
          "There is no "
              + MTAB
              + ", without which fusermount3 ends no mount: ln -s /proc/self/mounts "
              + MTAB);
    }
    try {
      // The name says whose it is, should that process be killed.
      Path directory =
          Files.createTempDirectory("statsfs-simulator-" + ProcessHandle.current().pid() + "-")
              .toRealPath();
      boolean started = false;
      try {
        // Whoever may look into the tree must be able to get there.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectory(directory.resolve(MOUNT_POINT));
        StatsFsSimulator simulator = start(directory, description.in(directory).toString());
        started = true;
        return simulator;
      } finally {
        if (!started) {
          delete(directory);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static StatsFsSimulator start(Path directory, String description) throws IOException {
    String named = System.getProperty(PATH_PROPERTY);
    Path program =
        named == null
            ? BundledProgram.extract(
                PROGRAM, directory, "libfuse3-dev and pkg-config", PATH_PROPERTY)
            : Path.of(named).toAbsolutePath();
    StatsFsSimulator simulator =
        new StatsFsSimulator(directory, run(directory, program, description));
    boolean ready = false;
    try {
      String said = simulator.out.readLine();
      ready = "ready".equals(said);
      if (!ready) {
        throw said == null
            ? simulator.hasFailed(description)
            : new UnsupportedOperationException(program + " is no simulator of this version");
      }
    } finally {
      // A program that runs needs its file no more.
      Files.deleteIfExists(directory.resolve(PROGRAM));
      if (!ready) {
        simulator.close();
      }
    }
    return simulator;
  }

  /** With relative paths, for those could hold what the locale cannot say. */
  private static Process run(Path directory, Path program, String description) {
    ProcessBuilder builder =
        new ProcessBuilder(program.toString(), MOUNT_POINT, description)
            .directory(directory.toFile())
            .redirectError(directory.resolve(ERRORS).toFile());
    try {
      return BundledProgram.start(builder);
    } catch (IOException e) {
      throw new UnsupportedOperationException(
          "The simulator cannot be started: "
              + e.getMessage()
              + ". If "
              + directory.getParent()
              + " is mounted noexec, set -Djava.io.tmpdir to a directory that is not. The"
              + " program needs glibc; name one of your own with -D"
              + PATH_PROPERTY
              + ".",
          e);
    }
  }

  /** It says why before it ends. */
  private RuntimeException hasFailed(String description) {
    hasEnded();
    String errors = errors();
    if (errors.contains(description + ":")) {
      return new IllegalArgumentException(errors);
    }
    String advice = "";
    if (errors.contains("libfuse3.so")) {
      advice =
          ". Install it (libfuse3-3 on Debian and Ubuntu, fuse3-libs on Fedora), or name a program"
              + " that was built on this system with -D"
              + PATH_PROPERTY
              + ".";
    } else if (errors.contains("fuse")) {
      advice =
          ". To mount, root needs CAP_SYS_ADMIN, and anybody else fusermount3 (the package fuse3)"
              + " and the right to read and write /dev/fuse.";
    }
    return new UnsupportedOperationException("Nothing can be simulated here: " + errors + advice);
  }

  private String errors() {
    try {
      return Files.readString(directory.resolve(ERRORS)).strip();
    } catch (IOException e) {
      return e.toString();
    }
  }

  /**
   * Where the tree is mounted.
   *
   * @return the directory, without symbolic links
   */
  public Path root() {
    return directory.resolve(MOUNT_POINT);
  }

  /**
   * The process that serves the tree, for tests of what happens when it stops or dies.
   *
   * @return its handle
   */
  public ProcessHandle program() {
    return process.toHandle();
  }

  /**
   * The path of something in the tree.
   *
   * @param relative relative to the root
   * @return the path
   */
  public Path path(String relative) {
    return Names.path(root(), relative);
  }

  /**
   * Adds a source, and those above it that are not there.
   *
   * @param path the source
   * @param options further words of the command, such as {@code "label", "vm", "web"}
   * @return this
   */
  public StatsFsSimulator source(String path, String... options) {
    return send("source", List.of(path), options);
  }

  /**
   * Adds a stat to a source.
   *
   * @param path the stat; its source must be there
   * @param type such as {@code u64}, {@code s32}, {@code enum} or {@code float}
   * @param kind {@code cumulative} or {@code floating}
   * @param options further words of the command, such as {@code value=5} or {@code aggregate=sum}
   * @return this
   */
  public StatsFsSimulator stat(String path, String type, String kind, String... options) {
    return send("stat", List.of(path, type, kind), options);
  }

  /**
   * Removes a source and all below it.
   *
   * @param path the source
   * @return this
   */
  public StatsFsSimulator remove(String path) {
    return send("remove", List.of(path));
  }

  /**
   * Gives a stat another value.
   *
   * @param path the stat
   * @param value a number as a reader would see it, or a text of an {@code enum}
   * @return this
   */
  public StatsFsSimulator set(String path, String value) {
    return send("set", List.of(path, value));
  }

  /**
   * Gives a stat another value.
   *
   * @param path the stat
   * @param value the value
   * @return this
   */
  public StatsFsSimulator set(String path, long value) {
    return set(path, Long.toString(value));
  }

  /**
   * Has a file answer something else than its value.
   *
   * @param path the file, which may also be a {@code .schema}
   * @param text all that it is to answer, with the line end if there is to be one
   * @return this
   */
  public StatsFsSimulator text(String path, String text) {
    return send("text", List.of(path, text));
  }

  /**
   * Has reading a file, or listing a directory, fail.
   *
   * @param path the file or directory
   * @param errno the error, such as {@code EIO}
   * @return this
   */
  public StatsFsSimulator fail(String path, String errno) {
    return send("fail", List.of(path, errno));
  }

  /**
   * Has reading a file, or listing a directory, wait until it is {@linkplain #heal healed}.
   *
   * @param path the file or directory
   * @return this
   */
  public StatsFsSimulator hang(String path) {
    return send("hang", List.of(path));
  }

  /**
   * Ends all misbehaviour. What hangs is answered.
   *
   * @param path the file or directory, or {@code all}
   * @return this
   */
  public StatsFsSimulator heal(String path) {
    return send("heal", List.of(path));
  }

  /**
   * How often a file was opened.
   *
   * @param path the file
   * @return the counts since the simulator was started
   */
  public Opens opens(String path) {
    String[] counts = command("opens " + word(path)).split(" ");
    return new Opens(
        Long.parseLong(counts[0]), Long.parseLong(counts[1]), Long.parseLong(counts[2]));
  }

  private StatsFsSimulator send(String command, List<String> words, String... more) {
    List<String> all = new ArrayList<>(List.of(command));
    words.forEach(word -> all.add(word(word)));
    List.of(more).forEach(word -> all.add(word(word)));
    command(String.join(" ", all));
    return this;
  }

  /** As the program takes it, whatever is in it. */
  private static String word(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < bytes.length; i++) {
      boolean isBackslash = bytes[i] == '\\' && !Names.isEscape(bytes, i);
      if (isBackslash || bytes[i] <= ' ' || bytes[i] == '"' || bytes[i] == '#') {
        word.append(String.format("\\x%02x", bytes[i]));
      } else {
        word.append((char) bytes[i]);
      }
    }
    return word.isEmpty() ? "\"\"" : word.toString();
  }

  /**
   * Has the program do anything that it can.
   *
   * @param command one line, such as {@code delay kvm/1-2/exits open 200}
   * @return what it answers, without the {@code ok}; empty if there is nothing else
   * @throws IllegalArgumentException if the answer is an error; the message has it
   * @throws IllegalStateException if the program has ended
   */
  public String command(String command) {
    if (command.indexOf('\n') >= 0) {
      throw new IllegalArgumentException("A command is one line: " + command);
    }
    String answer = ask(command);
    if (answer.startsWith("error ")) {
      throw new IllegalArgumentException(command + ": " + answer);
    }
    return answer.equals("ok") ? "" : answer.substring("ok ".length());
  }

  private synchronized String ask(String command) {
    try {
      in.write(command + "\n");
      in.flush();
      String answer = out.readLine();
      if (answer != null) {
        return answer;
      }
    } catch (IOException e) {
      // Says no more than that nobody listens.
    }
    throw new IllegalStateException(
        closed.get() ? "The simulator is closed" : "The simulator has ended: " + errors());
  }

  /** Ends the mount, whoever still uses it, and what hangs fails. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    try {
      // Not under the lock, which a command may hold that is never answered.
      process.getOutputStream().close();
    } catch (IOException e) {
      // It has ended already.
    }
    if (!hasEnded()) {
      process.destroyForcibly();
      hasEnded();
    }
    try {
      out.close();
      delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean hasEnded() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_END);
    boolean interrupted = false;
    while (true) {
      try {
        boolean ended = process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
        return ended;
      } catch (InterruptedException e) {
        // Who interrupts a test does not want a mount to stay.
        interrupted = true;
      }
    }
  }

  /** Never what is in the mount, should it have outlived the program. */
  private static void delete(Path directory) throws IOException {
    Path mountPoint = directory.resolve(MOUNT_POINT);
    try {
      Files.deleteIfExists(mountPoint);
    } catch (IOException e) {
      unmount(mountPoint);
      Files.deleteIfExists(mountPoint);
    }
    for (String file : List.of(PROGRAM, DESCRIPTION, ERRORS)) {
      Files.deleteIfExists(directory.resolve(file));
    }
    Files.deleteIfExists(directory);
  }

  private static void unmount(Path mountPoint) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      if (Command.isRoot()) {
        Command.run("umount", "--lazy", mountPoint.toString());
      } else {
        Command.run("fusermount3", "-u", "-z", mountPoint.toString());
      }
    } catch (AssertionError e) {
      throw new IOException("The mount at " + mountPoint + " stays: " + e.getMessage(), e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
