package io.statsfs.reader.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.statsfs.spi.StatReader.EntryType;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.file.Files;
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
      reader.list(tree.root()).forEach(e -> assertNull(listed.put(e.name(), e.type())));
      assertEquals(expected, listed);
    }
  }

  @Test
  void whatItCannotListIsLeftToTheCaller() {
    assertNull(JniReader.unavailabilityCause());
    try (TestTree tree = TestTree.inMemory()) {
      assertNull(reader.list(tree.path("none")));
      tree.stat("file", 1);
      assertNull(reader.list(tree.path("file")));
      tree.stat("odd/n\\xff", 1);
      assertNull(reader.list(tree.path("odd")));
    }
  }
}
