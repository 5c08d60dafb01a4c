package io.statsfs.reader.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.statsfs.spi.FileStatus;
import io.statsfs.spi.StatReader.EntryType;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FileLooksTest {
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
      reader
          .list(tree.root(), false)
          .entries()
          .forEach(e -> assertNull(listed.put(e.name(), e.type())));
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
      reader.list(tree.root(), true).entries().forEach(e -> modes.put(e.name(), e.mode()));
      assertEquals(Map.of("control", 0100200, "directory", 0, "readable", 0100444), modes);
      reader.list(tree.root(), false).entries().forEach(e -> assertEquals(0, e.mode(), e.name()));
    }
  }

  @Test
  void aListingSaysWhatWasListed() throws IOException {
    assertNull(JniReader.unavailabilityCause());
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("a/n", 1).directory("a/sub");
      Files.createSymbolicLink(tree.path("link"), tree.path("a"));
      for (String name : List.of("a", "link", "a/sub")) {
        Path path = tree.path(name);
        assertIs(path, reader.list(path, true).directory(), true);
      }
      assertIs(Path.of("/proc/self"), reader.list(Path.of("/proc/self"), false).directory(), true);
    }
  }

  private void assertSeen(Path path, boolean followsLink) throws IOException {
    assertIs(path, reader.look(path, followsLink), followsLink);
  }

  private static void assertIs(Path path, FileStatus its, boolean followsLink) throws IOException {
    LinkOption[] options =
        followsLink ? new LinkOption[0] : new LinkOption[] {LinkOption.NOFOLLOW_LINKS};
    Map<String, Object> expected = Files.readAttributes(path, "unix:*", options);
    assertEquals(expected.get("mode"), its.mode());
    assertEquals(expected.get("dev"), its.device());
    assertEquals(expected.get("ino"), its.inode());
    assertEquals(expected.get("nlink"), its.links());
    assertEquals(expected.get("size"), its.size());
    FileTime modified = (FileTime) expected.get("lastModifiedTime");
    assertEquals(modified.to(TimeUnit.NANOSECONDS), its.modified());
  }

  @Test
  void whatIsAtAPathIsWhatJavaSees() throws IOException {
    assertNull(JniReader.unavailabilityCause());
    try (TestTree tree = TestTree.inMemory()) {
      Path file = tree.stat("file", 1).path("file");
      Files.createLink(tree.path("other"), file);
      Files.createSymbolicLink(tree.path("link"), file);
      tree.stat("n\\xff", 1);
      for (String seconds : List.of("-1", "0", "1700000000.000000001", "-1.5")) {
        long nanos = new BigDecimal(seconds).movePointRight(9).longValueExact();
        Files.setLastModifiedTime(file, FileTime.from(nanos, TimeUnit.NANOSECONDS));
        assertSeen(file, false);
      }
      for (boolean followsLink : new boolean[] {false, true}) {
        assertSeen(tree.root(), followsLink);
        assertSeen(tree.path("link"), followsLink);
        assertSeen(tree.path("n\\xff"), followsLink);
        assertSeen(Path.of("/proc/self/stat"), followsLink);
        assertSeen(Path.of("/proc/net"), followsLink);
        assertSeen(Path.of("/dev/null"), followsLink);
      }
      Files.createSymbolicLink(tree.path("dangling"), tree.path("none"));
      assertSame(FileStatus.ABSENT, reader.look(tree.path("none"), false));
      assertSame(FileStatus.ABSENT, reader.look(tree.path("dangling"), true));
      assertSeen(tree.path("dangling"), false);
      // Why is for the caller to find out.
      assertNull(reader.look(file.resolve("below"), false));
      assertNull(reader.look(Path.of("/" + "x".repeat(5000)), false));
    }
  }

  @Test
  void whatIsInADirectoryIsLookedAtTogether() throws IOException {
    assertNull(JniReader.unavailabilityCause());
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("d/a", 1).stat("d/below/b", 2);
      Files.createSymbolicLink(tree.path("d/link"), tree.path("none"));
      Files.createSymbolicLink(tree.path("way"), tree.path("d"));
      List<String> names = List.of("a", "none", "below/b", "link", "a/x", "below", "a");
      for (String directory : List.of("d", "way")) {
        Path path = tree.path(directory);
        List<FileStatus> all = reader.look(path, names);
        assertEquals(names.size(), all.size());
        for (int i : new int[] {0, 2, 3, 5, 6}) {
          assertIs(path.resolve(names.get(i)), all.get(i), false);
        }
        assertSame(FileStatus.ABSENT, all.get(1));
        // Why is for the caller to find out.
        assertNull(all.get(4));
      }
      assertEquals(List.of(), reader.look(tree.path("d"), List.of()));
      assertNull(reader.look(tree.path("d/a"), names));
      assertNull(reader.look(tree.path("d"), List.of("a", "n\\xff")));
      assertNull(reader.look(tree.path("d"), List.of("x".repeat(40_000))));
      assertIs(tree.path("d/a"), reader.look(tree.path("d"), List.of("a")).get(0), false);
    }
  }

  @Test
  void filesAreReadToTheirEndOrAsFarAsIsWanted() throws IOException {
    assertNull(JniReader.unavailabilityCause());
    try (TestTree tree = TestTree.inMemory()) {
      for (int length : new int[] {0, 1, (32 << 10) - 1, 32 << 10, (32 << 10) + 1, 600_000}) {
        byte[] text = new byte[length];
        new Random(length).nextBytes(text);
        Path file = Files.write(tree.path("file"), text);
        for (int most : new int[] {1, 7, 32 << 10, 200_000, 1 << 20}) {
          ByteBuffer read = reader.read(file, most);
          assertEquals(ByteBuffer.wrap(text, 0, Math.min(length, most)), read);
          assertEquals(read.remaining(), read.array().length);
        }
        assertEquals(0, reader.read(file, 0).remaining());
      }
      Files.createSymbolicLink(tree.path("link"), tree.path("file"));
      assertEquals(0, reader.read(tree.root(), 0).remaining());
      for (String none : List.of("none", "link", "file/below")) {
        assertNull(reader.read(tree.path(none), 9), none);
      }
      assertNull(reader.read(tree.root(), 9));
      assertNull(reader.read(Path.of("/" + "x".repeat(5000)), 9));
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
