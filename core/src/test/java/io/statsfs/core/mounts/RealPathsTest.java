package io.statsfs.core.mounts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.statsfs.spi.DirectoryPlan;
import io.statsfs.spi.FileStatus;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.StatReader;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RealPathsTest {
  @AutoClose private final TestTree tree = TestTree.inMemory();
  private final List<Path> looks = new ArrayList<>();
  private final RealPaths paths = new RealPaths(new FileAccess(new Looks()));

  /** Has Java look, and remembers where. */
  private final class Looks implements StatReader {
    @Override
    public Batch prepare(
        List<DirectoryPlan> directories, SampleMemory memory, @Nullable Batch previous) {
      throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable FileStatus look(Path path, boolean followsLink) {
      looks.add(path);
      return null;
    }

    @Override
    public void close() {}
  }

  private Path link(String name, String target) throws IOException {
    return Files.createSymbolicLink(tree.path(name), Path.of(target));
  }

  private void assertFound(Path path) throws IOException {
    assertEquals(path.toRealPath(), paths.ofDirectory(path));
    Path entry = paths.ofEntry(path);
    assertEquals(path.getParent().toRealPath().resolve(path.getFileName()), entry);
    if (Files.isSymbolicLink(path)) {
      assertEquals(path.toRealPath(), paths.ofLink(path));
    }
  }

  @Test
  void pathsAreWhatTheKernelMakesOfThem() throws IOException {
    tree.stat("devices/pci/eth0/n", 1).directory("class/net").directory("other/.hidden");
    link("class/net/eth0", "../../devices/pci/eth0");
    link("class/net/up", "eth0/..");
    link("absolute", tree.path("class").toString());
    link("devices/pci/back", "../../absolute/./net//eth0");
    link("file", "devices/pci/eth0/n");
    link("beyond", "../".repeat(40) + tree.path("other").toString().substring(1));
    for (String name :
        List.of(
            "class",
            "class/net/eth0",
            "class/net/eth0/n",
            "class/net/up",
            "class/net/up/eth0/n",
            "absolute/net/eth0/n",
            "devices/pci/back",
            "devices/pci/back/n",
            "file",
            "beyond",
            "beyond/.hidden")) {
      assertFound(tree.path(name));
    }
    assertFound(Path.of("/proc/self/fd"));
    assertFound(Path.of("/proc/net/dev"));
    assertEquals(Path.of("/"), paths.ofDirectory(Path.of("/")));
    assertEquals(Path.of("/"), paths.ofEntry(Path.of("/")));
  }

  @Test
  void pathsThatAreNotPlainAreFoundAllTheSame() throws IOException {
    tree.stat("a/n", 1).directory("b");
    link("b/a", "../a");
    Path up = tree.path("b/a").resolve("..").resolve("a").resolve("n");
    assertEquals(tree.path("a/n").toRealPath(), paths.ofEntry(up));
    assertEquals(tree.path("a/n").toRealPath(), paths.ofDirectory(up));
    Path here = Path.of("");
    assertEquals(here.toRealPath(), paths.ofDirectory(here));
  }

  @Test
  void linksThatLeadNowhereOrRoundAreNoPaths() throws IOException {
    tree.stat("n", 1);
    link("round", "other");
    link("other", "round");
    link("self", "self/self");
    link("dangling", "none/of/them");
    for (String name : List.of("round", "self", "dangling", "none", "none/n", "n/below")) {
      Path path = tree.path(name);
      assertThrows(IOException.class, () -> paths.ofDirectory(path), name);
      assertThrows(IOException.class, () -> paths.ofEntry(path.resolve("n")), name);
    }
    assertThrows(NoSuchFileException.class, () -> paths.ofLink(tree.path("dangling")));
    assertThrows(NotLinkException.class, () -> paths.ofLink(tree.path("n")));
    // They may be entries.
    assertEquals(tree.path("dangling"), paths.ofEntry(tree.path("dangling")));
  }

  @Test
  void anyWebOfLinksIsFollowed() throws IOException {
    Random random = new Random(1);
    List<String> names = new ArrayList<>(List.of(""));
    for (int i = 0; i < 60; i++) {
      String parent = names.get(random.nextInt(names.size()));
      String name = (parent.isEmpty() ? "" : parent + "/") + "e" + i;
      if (random.nextInt(3) == 0) {
        tree.directory(name);
        names.add(name);
      } else {
        String target = "../".repeat(random.nextInt(3)) + "e" + random.nextInt(60);
        link(name, random.nextBoolean() ? target : tree.path(target).normalize().toString());
      }
    }
    try (var all = Files.walk(tree.root())) {
      for (Path path : (Iterable<Path>) all::iterator) {
        Path real;
        try {
          real = path.toRealPath();
        } catch (IOException e) {
          assertThrows(IOException.class, () -> paths.ofDirectory(path), path::toString);
          continue;
        }
        assertEquals(real, paths.ofDirectory(path));
      }
    }
  }

  @Test
  void eachDirectoryIsLookedAtOnceAndEachLinkIsReadAnew() throws IOException {
    tree.directory("devices/pci/eth0").directory("devices/pci/eth1").directory("class/net");
    Path first = link("class/net/eth0", "../../devices/pci/eth0");
    Path second = link("class/net/eth1", "../../devices/pci/eth1");
    for (int i = 0; i < 3; i++) {
      assertEquals(tree.path("devices/pci/eth0").toRealPath(), paths.ofLink(first));
      assertEquals(tree.path("devices/pci/eth1").toRealPath(), paths.ofLink(second));
    }
    assertEquals(new TreeSet<>(looks).size(), looks.size(), looks::toString);
    Files.delete(first);
    link("class/net/eth0", "../../devices/pci/eth1");
    assertEquals(tree.path("devices/pci/eth1").toRealPath(), paths.ofLink(first));
  }
}
