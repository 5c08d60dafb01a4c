package io.statsfs.core.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the contract of readers does not see: how kernels before 6.2 are counted. */
class EntryCountTest {
  @TempDir private Path directory;

  @Test
  void whatIsNoDirectoryHasNoEntries() throws IOException {
    Path file = Files.createFile(directory.resolve("fd"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
    assertEquals(2, EntryCount.of(directory));
    assertThrows(NotDirectoryException.class, () -> EntryCount.of(file));
    assertThrows(NotDirectoryException.class, () -> EntryCount.of(link));
  }

  /** Only of the own descriptors those of the list itself are left out. */
  @Test
  void ownDescriptorsAreCountedByAListAsByTheSize() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    Set<List<Long>> seen = new HashSet<>();
    for (int attempt = 0; attempt < 100; attempt++) {
      String[] names = descriptors.toFile().list();
      List<Long> numbers = List.of(names.length - 1L, EntryCount.list(descriptors, true));
      if (numbers.get(0).equals(numbers.get(1))) {
        return;
      }
      seen.add(numbers);
    }
    throw new AssertionError("They never agree: " + seen);
  }
}
