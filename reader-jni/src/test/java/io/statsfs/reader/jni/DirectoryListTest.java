package io.statsfs.reader.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.statsfs.spi.StatReader.EntryType;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DirectoryListTest {
  private final JniReader reader = new JniReader();

  @Test
  void allEntriesOfALongDirectoryAreListedWithTheirTypes() throws IOException {
    // Loads the library.
    assertNull(JniReader.unavailabilityCause());
    try (TestTree tree = TestTree.inMemory()) {
      Map<String, EntryType> expected = new TreeMap<>();
      // Far more than one call of the kernel gives.
      for (int i = 0; i < 3000; i++) {
        String name = "a_stat_with_a_name_of_some_length_" + i;
        tree.stat(name, i);
        expected.put(name, EntryType.FILE);
      }
      tree.stat("directory/n", 1);
      expected.put("directory", EntryType.DIRECTORY);
      Files.createSymbolicLink(tree.path("link"), tree.path("directory"));
      expected.put("link", EntryType.LINK);
      Map<String, EntryType> listed = new TreeMap<>();
      reader.list(tree.root(), false).forEach(e -> assertNull(listed.put(e.name(), e.type())));
      assertEquals(expected, listed);
    }
  }

  @Test
  void theModesOfFilesAreGivenIfTheyAreWanted() throws IOException {
    assertNull(JniReader.unavailabilityCause());
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("readable", 1);
      tree.stat("control", 1);
      Files.setPosixFilePermissions(
          tree.path("control"), PosixFilePermissions.fromString("-w-------"));
      Files.setPosixFilePermissions(
          tree.path("readable"), PosixFilePermissions.fromString("r--r--r--"));
      tree.stat("directory/n", 1);
      Map<String, Integer> modes = new TreeMap<>();
      reader.list(tree.root(), true).forEach(e -> modes.put(e.name(), e.mode()));
      assertEquals(Map.of("control", 0100200, "directory", 0, "readable", 0100444), modes);
      reader.list(tree.root(), false).forEach(e -> assertEquals(0, e.mode(), e.name()));
    }
  }

  @Test
  void whatItCannotListIsLeftToTheCaller() {
    assertNull(JniReader.unavailabilityCause());
    try (TestTree tree = TestTree.inMemory()) {
      assertNull(reader.list(tree.path("none"), false));
      tree.stat("file", 1);
      assertNull(reader.list(tree.path("file"), false));
      tree.stat("odd/n\\xff", 1);
      assertNull(reader.list(tree.path("odd"), false));
    }
  }
}
