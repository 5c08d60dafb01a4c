package io.statsfs.trees;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.spi.LayoutProvider.Declared;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class OwnLayoutsTest {
  @TempDir Path directory;

  private Declared declared() {
    return new TreesProvider().declared(List.of(directory));
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text);
  }

  private static List<String> names(Declared declared) {
    return declared.own().stream().map(Layout::name).toList();
  }

  private static String only(Declared declared) {
    assertEquals(1, declared.problems().size(), declared.problems().toString());
    return declared.problems().get(0).toString();
  }

  @Test
  void whatIsWrongWithOneChangesNothingAboutTheOthers() throws IOException {
    write("a.yaml", "tree: a");
    write("b.yaml", "tree: b\nstat: x");
    write("c.yml", "tree: c");
    write("d.txt", "no layout");
    write(".e.yaml", "no layout");
    Declared declared = declared();

    assertEquals(List.of("a", "c"), names(declared));
    assertEquals(Layouts.shipped(), declared.shipped());
    assertEquals(
        directory
            + "/b.yaml:2:1: the layout is left out: a tree has no key 'stat'; did you mean"
            + " 'stats'?",
        only(declared));
    assertEquals(Problem.Kind.LAYOUT_LEFT_OUT, declared.problems().get(0).kind());
  }

  @Test
  void ofTwoWithOneNameTheFirstCounts() throws IOException {
    write("a.yaml", "tree: t\nsubsystem: first");
    write("b.yaml", "tree: t\nsubsystem: second");
    Declared declared = declared();

    assertEquals("first", declared.own().get(0).subsystem().orElseThrow());
    assertTrue(
        only(declared)
            .endsWith("the tree 't' is declared already, by " + directory.resolve("a.yaml")));
  }

  @Test
  void thereAreLimits() throws IOException {
    write("0.yaml", "tree: large\n" + "#".repeat(OwnLayouts.MOST_BYTES));
    for (int i = 0; i <= OwnLayouts.MOST_FILES; i++) {
      write("t" + (1000 + i) + ".yaml", "tree: t" + i);
    }
    Declared declared = declared();

    assertEquals(OwnLayouts.MOST_FILES - 1, declared.own().size());
    assertEquals(2, declared.problems().size());
    assertTrue(declared.problems().get(0).toString().contains("more than 262144 bytes"));
    assertEquals(
        directory + ": the layouts are left out from t1199.yaml on: more than 200",
        declared.problems().get(1).toString());
  }

  @Test
  @Timeout(60)
  void whatIsNoTextFileIsAProblem() throws IOException, InterruptedException {
    Files.write(directory.resolve("a.yaml"), new byte[] {'t', (byte) 0xff});
    Files.createDirectory(directory.resolve("b.yaml"));
    Process mkfifo = new ProcessBuilder("mkfifo", directory.resolve("c.yaml").toString()).start();
    assumeTrue(mkfifo.waitFor() == 0, "no FIFO can be made");
    List<Problem> problems = declared().problems();

    assertEquals(3, problems.size(), problems.toString());
    assertTrue(
        problems
            .get(0)
            .toString()
            .endsWith("a.yaml:1:1: the layout is left out: the file is not UTF-8"));
    assertTrue(problems.get(1).toString().endsWith("it is not a regular file"));
    assertTrue(problems.get(2).toString().endsWith("it is not a regular file"));
  }

  @Test
  void aDirectoryThatIsNotThereIsAProblem() {
    Path missing = directory.resolve("missing");

    assertEquals(
        missing + ": the layouts cannot be listed: there is no such directory or file",
        only(new TreesProvider().declared(List.of(missing))));
  }

  @Test
  void aDirectoryWithoutDeclarationsIsAProblem() throws IOException {
    write("a.txt", "tree: a");
    write(".b.yaml", "tree: b");

    assertEquals(
        directory + ": declares nothing: no file in it has a name that ends in .yaml or .yml",
        only(declared()));
  }

  @Test
  void jarsOfTheClassPathDeclareLayouts() throws IOException {
    Path jar = directory.resolve("mine.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      entry(out, "META-INF/statsfs/layouts", "# mine\nmine.yaml\n\nmore/bad.yaml # not yet\n");
      entry(out, "META-INF/statsfs/mine.yaml", "tree: mine");
      entry(out, "META-INF/statsfs/more/bad.yaml", "tree: [");
    }
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      Declared declared = new TreesProvider().declared(List.of());

      assertEquals(List.of("mine"), names(declared));
      assertTrue(
          only(declared)
              .startsWith(
                  "jar:"
                      + jar.toUri().toString().replace("///", "/")
                      + "!/META-INF/statsfs/more/bad.yaml:1:8: the layout is left out: "),
          only(declared));
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static void entry(JarOutputStream out, String name, String text) throws IOException {
    out.putNextEntry(new JarEntry(name));
    out.write(text.getBytes());
    out.closeEntry();
  }
}
