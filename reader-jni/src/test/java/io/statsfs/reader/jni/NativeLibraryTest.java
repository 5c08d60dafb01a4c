package io.statsfs.reader.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.ChildJvm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loads the library in every way, each in a JVM of its own, and fails to in every way. */
class NativeLibraryTest {
  static final boolean WARNS_OF_NATIVE_ACCESS = Runtime.version().feature() >= 24;

  /** What a user of the class path is told to say; older JVMs do not ask for it. */
  static final String[] NATIVE_ACCESS =
      WARNS_OF_NATIVE_ACCESS ? new String[] {"--enable-native-access=ALL-UNNAMED"} : new String[0];

  private static final String PATH = "io.statsfs.native.path";
  private static final String DIRECTORY = "io.statsfs.native.tmpdir";
  private static final String USE_NIO = "or use the reader 'nio'";

  @TempDir Path directory;
  private Path temporary;
  private TestTree tree;

  @BeforeEach
  void makeTree() throws IOException {
    temporary = Files.createDirectory(directory.resolve("temporary"));
    tree = TestTree.inMemory().stat("sub/a", 42);
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    tree.close();
    assertEquals(List.of(), list(temporary));
  }

  /** With a temporary directory of its own, and without the right to load a library. */
  private ChildJvm.Builder plainProgram() {
    return ChildJvm.of(LoadingProgram.class).options("-Djava.io.tmpdir=" + temporary);
  }

  /** On the class path, with the options that spare the user warnings. */
  private ChildJvm.Builder program(String... options) {
    return plainProgram().options(NATIVE_ACCESS).options(options);
  }

  /** On the module path, as a class of the module of the JNI reader. */
  private ChildJvm.Builder modularProgram() {
    return plainProgram()
        .module(
            "io.statsfs.reader.jni",
            List.of(
                io.statsfs.StatsFs.class,
                io.statsfs.core.CoreProvider.class,
                com.github.benmanes.caffeine.cache.Caffeine.class,
                JniReader.class));
  }

  private ChildJvm.Result sample(String reader, String... options) throws Exception {
    return program(options).run("sample", reader, tree.root().toString());
  }

  private static List<String> list(Path directory) throws IOException {
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private static void assertSampled(ChildJvm.Result result) {
    assertEquals("reader=jni\nvalue=42.0\nmapped=true\n", result.output(), result.toString());
    assertEquals("", result.errors());
    assertEquals(0, result.exit());
  }

  /** An explicit choice fails, and its message and its cause name each of these. */
  private static void assertUnavailable(ChildJvm.Result result, String... named) {
    for (String line : List.of(result.line("message="), result.line("cause="))) {
      for (String name : named) {
        assertTrue(line.contains(name), () -> "'" + name + "' is not in: " + line);
      }
      assertTrue(line.contains(USE_NIO), line);
    }
    assertTrue(result.line("message=").startsWith("The reader 'jni' cannot be used here: "));
    assertEquals(List.of(), result.lines("value="));
    // Only the JVM has something to say, of files that are no libraries.
    assertFalse(result.errors().contains("Exception"), result.errors());
    assertEquals(0, result.exit());
  }

  /** Copies the library that the build made for this machine. */
  private Path copyLibrary(String name) throws IOException {
    Path copy = directory.resolve(name);
    Files.write(copy, library());
    return copy;
  }

  private static byte[] library() throws IOException {
    try (InputStream in =
        NativeLibrary.class.getResourceAsStream(
            "/META-INF/native/" + platform() + "/libstatsfs.so")) {
      return in.readAllBytes();
    }
  }

  private static String platform() {
    return System.getProperty("os.arch").equals("aarch64") ? "linux-aarch64" : "linux-x86_64";
  }

  @Test
  void comesOutOfTheJarByDefault() throws Exception {
    assertSampled(sample("jni"));
  }

  @Test
  void isChosenOfItself() throws Exception {
    assertSampled(sample("auto"));
  }

  @Test
  void isLoadedFromWhereThePropertySays() throws Exception {
    Path library = copyLibrary("any-name.statsfs.so");
    // Were it to be extracted, it would fail.
    assertSampled(sample("jni", "-D" + PATH + "=" + library, "-D" + DIRECTORY + "=/proc/nowhere"));
  }

  @Test
  void aPathThatLeadsNowhereFails() throws Exception {
    Path missing = directory.resolve("missing.so");
    assertUnavailable(
        sample("jni", "-D" + PATH + "=" + missing),
        missing.toString(),
        "Check what -D" + PATH + " names");
  }

  @Test
  void aFileThatIsNoLibraryFails() throws Exception {
    Path garbage = directory.resolve("garbage.so");
    Files.writeString(garbage, "This is no library.\n".repeat(1000));
    assertUnavailable(
        sample("jni", "-D" + PATH + "=" + garbage),
        garbage.toString(),
        "Check what -D" + PATH + " names");
  }

  @Test
  void anotherLibraryFails() throws Exception {
    Path other = Path.of(System.getProperty("java.home"), "lib", "librmi.so");
    assertUnavailable(
        sample("jni", "-D" + PATH + "=" + other),
        other.toString(),
        "Check what -D" + PATH + " names");
  }

  @Test
  void aLibraryOfAnotherVersionFails() throws Exception {
    String version = NativeLibrary.version();
    String other = version.replaceFirst("^[0-9]", "9");
    byte[] bytes = library();
    int at = indexOf(bytes, (version + "\0").getBytes(StandardCharsets.US_ASCII));
    System.arraycopy(other.getBytes(StandardCharsets.US_ASCII), 0, bytes, at, other.length());
    Path library = Files.write(directory.resolve("libstatsfs.so"), bytes);
    assertUnavailable(
        sample("jni", "-D" + PATH + "=" + library),
        "is of version " + other,
        "the jar of " + version,
        "Set -D" + PATH + " to a library of the same version, or leave it unset");
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int i = 0; i + part.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new AssertionError(
        "The library does not hold " + new String(part, StandardCharsets.US_ASCII));
  }

  @Test
  void aDirectoryWithoutTheRightToExecuteFailsAndTheNamedFixHelps() throws Exception {
    try (TmpfsMount noexec = TmpfsMount.create("noexec")) {
      String option = "-Djava.io.tmpdir=" + noexec.point();
      assertUnavailable(
          sample("jni", option),
          noexec.point() + " is mounted noexec",
          "Set -D" + DIRECTORY + " to a directory that is not",
          "or -D" + PATH + " to the library");
      assertEquals(List.of(), list(noexec.point()));
      assertSampled(sample("jni", option, "-D" + DIRECTORY + "=" + temporary));
      assertSampled(sample("jni", option, "-D" + PATH + "=" + copyLibrary("libstatsfs.so")));
      assertEquals(List.of(), list(noexec.point()));
    }
  }

  @Test
  void aDirectoryThatCannotBeWrittenFails() throws Exception {
    try (TmpfsMount readOnly = TmpfsMount.create("ro")) {
      assertUnavailable(
          sample("jni", "-Djava.io.tmpdir=" + readOnly.point()),
          "No private directory can be made in " + readOnly.point(),
          "Read-only file system",
          "Set -D" + DIRECTORY + " to a directory that only this user or root can write");
    }
  }

  @Test
  void aDirectoryThatIsNotThereFails() throws Exception {
    Path missing = directory.resolve("missing");
    assertUnavailable(
        sample("jni", "-D" + DIRECTORY + "=" + missing),
        "No private directory can be made in " + missing,
        "NoSuchFile",
        "Set -D" + DIRECTORY + " to a directory that only this user or root can write");
  }

  @Test
  void aDirectoryThatIsFullFails() throws Exception {
    try (TmpfsMount small = TmpfsMount.create("size=4k")) {
      assertUnavailable(
          sample("jni", "-Djava.io.tmpdir=" + small.point()),
          small.point().toString(),
          "No space left on device",
          "Set -D" + DIRECTORY + " to a directory");
      assertEquals(List.of(), list(small.point()));
    }
  }

  @Test
  void aTemporaryDirectoryThatIsALinkIsFollowed() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), temporary);
    assertSampled(sample("jni", "-Djava.io.tmpdir=" + link));
  }

  private void assertNotPrivate(String why) throws Exception {
    assertUnavailable(
        sample("jni"),
        "No private directory can be made in " + temporary,
        why,
        "Set -D" + DIRECTORY + " to a directory that only this user or root can write");
  }

  private static void setMode(Path directory, int mode) throws IOException {
    Files.setAttribute(directory, "unix:mode", mode);
  }

  @ParameterizedTest
  @ValueSource(ints = {0777, 0770, 0702, 0720})
  void aDirectoryThatOthersMayChangeFails(int mode) throws Exception {
    setMode(temporary, mode);
    assertNotPrivate(String.format("%s has mode %o", temporary, mode));
    setMode(temporary, mode | 01000);
    assertSampled(sample("jni"));
  }

  @Test
  void aDirectoryBelowOneThatOthersMayChangeFails() throws Exception {
    Path above = Files.createDirectory(directory.resolve("above"));
    temporary = Files.createDirectories(above.resolve("middle/temporary"));
    setMode(above, 0777);
    assertNotPrivate(above + " has mode 777");
    setMode(above, 01777);
    assertSampled(sample("jni"));
  }

  @Test
  void aDirectoryOfAnotherUserFails() throws Exception {
    int other = (int) Files.getAttribute(temporary, "unix:uid") + 1;
    try {
      Files.setAttribute(temporary, "unix:uid", other);
    } catch (IOException e) {
      assumeTrue(false, "a file cannot be given to another user here: " + e);
    }
    setMode(temporary, 01777);
    assertNotPrivate(temporary + " belongs to user " + other);
  }

  /** The other user, who may do so in a directory of his own, is played by the test. */
  @Test
  void aDirectoryThatWasExchangedIsNoticed() throws Exception {
    PrivateDirectory made = PrivateDirectory.create(temporary);
    made.requireUnchanged();
    Path away = Files.move(made.path(), directory.resolve("away"));
    Files.createDirectory(made.path(), PrivateDirectory.FOR_THIS_USER);
    IOException e = assertThrows(IOException.class, made::requireUnchanged);
    assertTrue(e.getMessage().contains(made.path() + " was made for the library"), e.getMessage());
    Files.delete(made.path());
    Files.createSymbolicLink(made.path(), away);
    assertThrows(IOException.class, made::requireUnchanged);
    Files.delete(made.path());
    Files.move(away, made.path());
    made.requireUnchanged();
    setMode(made.path(), 0777);
    assertThrows(IOException.class, made::requireUnchanged);
    Files.delete(made.path());
    assertThrows(IOException.class, made::requireUnchanged);
  }

  @Test
  void whatCannotBeRemovedIsNoFailure() throws Exception {
    Path made = Files.createDirectory(directory.resolve("made"));
    Path file = Files.writeString(made.resolve("libstatsfs.so"), "");
    // As on NFS, where a file that is mapped gets another name when it is removed.
    Path other = Files.writeString(made.resolve(".nfs0001"), "");
    NativeLibrary.remove(file, made);
    assertEquals(List.of(".nfs0001"), list(made));
    Files.delete(other);
    NativeLibrary.remove(file, made);
    assertFalse(Files.exists(made));
  }

  /** A class path with the jars of two versions, in either order. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theLibraryOfTheOwnJarIsTaken(boolean otherFirst) throws Exception {
    Path other = Files.createDirectory(directory.resolve("other"));
    Path library = other.resolve("META-INF/native/" + platform() + "/libstatsfs.so");
    Files.createDirectories(library.getParent());
    Files.writeString(library, "This is no library.\n");
    String own = System.getProperty("java.class.path");
    assertSampled(
        program()
            .classPath(otherFirst ? other + ":" + own : own + ":" + other)
            .run("sample", "jni", tree.root().toString()));
  }

  @Test
  void anUnknownArchitectureFails() throws Exception {
    assertUnavailable(
        sample("jni", "-Dos.arch=sparc"),
        "The jar has no native library for linux-sparc, only for " + others(),
        "name it with -D" + PATH);
    // The named fix helps.
    assertSampled(
        sample("jni", "-Dos.arch=sparc", "-D" + PATH + "=" + copyLibrary("libstatsfs.so")));
  }

  /** The platforms that were built for, since not every machine has a cross compiler. */
  private static String others() {
    return Stream.of("linux-x86_64", "linux-aarch64")
        .filter(
            p ->
                NativeLibrary.class.getResource("/META-INF/native/" + p + "/libstatsfs.so") != null)
        .collect(Collectors.joining(" and "));
  }

  @Test
  void theAutomaticChoiceFallsBackWithOneLineInTheLog() throws Exception {
    ChildJvm.Result result = sample("auto", "-Dos.arch=sparc");
    assertEquals("reader=nio\nvalue=42.0\nmapped=false\n", result.output());
    List<String> lines =
        result.errors().lines().filter(line -> line.startsWith("WARNING: ")).toList();
    assertEquals(1, lines.size(), result.errors());
    assertTrue(
        lines
            .get(0)
            .startsWith(
                "WARNING: The reader 'jni' cannot be used here, so 'nio' is: The jar has no native"),
        lines.get(0));
    assertTrue(lines.get(0).contains("-D" + PATH), lines.get(0));
    // The other line is java.util.logging's own heading.
    assertEquals(2, result.errors().lines().count(), result.errors());
  }

  @Test
  void theReaderOfThePropertyFailsAsAnExplicitOne() throws Exception {
    assertUnavailable(sample("auto", "-Dio.statsfs.reader=jni", "-Dos.arch=sparc"), "linux-sparc");
  }

  @Test
  void nothingNativeIsTouchedWhenNioIsChosen() throws Exception {
    // It could not be loaded, and nobody notices.
    Path missing = directory.resolve("missing");
    for (ChildJvm.Result result :
        List.of(
            sample("nio"),
            sample("auto", "-Dio.statsfs.reader=nio"),
            sample("nio", "-D" + PATH + "=" + missing),
            sample("nio", "-D" + DIRECTORY + "=" + missing))) {
      assertEquals("reader=nio\nvalue=42.0\nmapped=false\n", result.output());
      assertEquals("", result.errors());
    }
    assertEquals(List.of(), list(temporary));
    // Had a directory been made and removed again, this would fail.
    try (TmpfsMount readOnly = TmpfsMount.create("ro")) {
      ChildJvm.Result result =
          sample("nio", "-Djava.io.tmpdir=" + readOnly.point(), "-verbose:class");
      assertTrue(result.output().contains("value=42.0\n"), result.output());
      assertTrue(result.output().contains("io.statsfs.reader.jni.JniReaderProvider "));
      assertFalse(result.output().contains("io.statsfs.reader.jni.NativeLibrary "));
      assertFalse(result.output().contains("io.statsfs.reader.jni.Native "));
    }
  }

  @Test
  void eachClassLoaderGetsALibraryOfItsOwn() throws Exception {
    ChildJvm.Result result = program().run("loaders", "jni", tree.root().toString());
    assertEquals(
        "reader=jni\nvalue=42.0\nmapped=true\n".repeat(2), result.output(), result.errors());
  }

  @Test
  void theLibraryOfAPathServesOneClassLoaderOnly() throws Exception {
    Path library = copyLibrary("libstatsfs.so");
    ChildJvm.Result result =
        program("-D" + PATH + "=" + library).run("loaders", "jni", tree.root().toString());
    assertEquals(List.of("42.0"), result.lines("value="), result.toString());
    for (String line : List.of(result.line("message="), result.line("cause="))) {
      assertTrue(line.contains("Another class loader has loaded this file."), line);
      assertTrue(line.contains("Leave -D" + PATH + " unset"), line);
      assertTrue(line.contains("put the jar where both share it"), line);
      assertTrue(line.contains(USE_NIO), line);
    }
  }

  @Test
  void twoProcessesDoNotDisturbEachOther() throws Exception {
    String root = tree.root().toString();
    try (ChildJvm first = program().start("hold", "jni", root);
        ChildJvm second = program().start("hold", "jni", root)) {
      for (ChildJvm child : List.of(first, second)) {
        Await.until(
            () -> child.output().contains("value=42.0\n") || !child.handle().isAlive(),
            child::output);
      }
      // Already while they run.
      assertEquals(List.of(), list(temporary));
      tree.stat("sub/a", 43);
      for (ChildJvm child : List.of(first, second)) {
        ChildJvm.Result result = child.result();
        assertEquals(List.of("42.0", "43.0"), result.lines("value="), result.toString());
        assertEquals("", result.errors());
      }
    }
  }

  @Test
  void theExtractedLibraryIsInADirectoryOfMode0700() throws Exception {
    // Seen in the map of the process, which still knows where the file was.
    Path seen;
    try (ChildJvm child = program().start("hold", "jni", tree.root().toString())) {
      Await.until(
          () -> child.output().contains("value=") || !child.handle().isAlive(), child::output);
      String maps = Files.readString(Path.of("/proc", Long.toString(child.handle().pid()), "maps"));
      seen =
          Path.of(
              maps.lines()
                  .filter(line -> line.contains("libstatsfs.so"))
                  .findFirst()
                  .orElseThrow()
                  .replaceFirst("^[^/]*", "")
                  .replace(" (deleted)", ""));
    }
    assertEquals(temporary.toRealPath(), seen.getParent().getParent());
    assertTrue(seen.getParent().getFileName().toString().matches("statsfs-[0-9]{10,}"));
    Path made = PrivateDirectory.create(temporary).path();
    try {
      assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(made)));
    } finally {
      Files.delete(made);
    }
  }

  @Test
  void onTheClassPathNothingIsPrintedForThoseWhoAllowNativeAccess() throws Exception {
    assertSampled(sample("jni"));
  }

  @Test
  void onTheModulePathNothingIsPrintedForThoseWhoAllowNativeAccess() throws Exception {
    ChildJvm.Builder program = modularProgram();
    if (WARNS_OF_NATIVE_ACCESS) {
      program.options("--enable-native-access=io.statsfs.reader.jni");
    }
    assertSampled(program.run("sample", "jni", tree.root().toString()));
  }

  @Test
  void whoDoesNotAllowNativeAccessIsWarnedByJvmsThatAskForIt() throws Exception {
    String root = tree.root().toString();
    assertWarned(plainProgram().run("sample", "jni", root), "--enable-native-access=ALL-UNNAMED");
    assertWarned(
        modularProgram().run("sample", "jni", root),
        "--enable-native-access=io.statsfs.reader.jni");
  }

  private static void assertWarned(ChildJvm.Result result, String option) {
    assertEquals("reader=jni\nvalue=42.0\nmapped=true\n", result.output(), result.errors());
    if (WARNS_OF_NATIVE_ACCESS) {
      assertTrue(result.errors().contains(option), result.errors());
    } else {
      assertEquals("", result.errors());
    }
  }

  @Test
  void whoForbidsNativeAccessIsToldHowToAllowIt() throws Exception {
    String[] arguments = {"sample", "jni", tree.root().toString()};
    if (WARNS_OF_NATIVE_ACCESS) {
      assertUnavailable(
          plainProgram().options("--illegal-native-access=deny").run(arguments),
          "--enable-native-access=ALL-UNNAMED",
          "--enable-native-access=io.statsfs.reader.jni");
    } else {
      assertSampled(plainProgram().run(arguments));
    }
  }
}
