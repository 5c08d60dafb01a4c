package io.statsfs.core.filesystems;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.core.FakeReader;
import io.statsfs.core.readers.Readers;
import io.statsfs.spi.ScanRequest;
import io.statsfs.spi.StatDeclaration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One life of a mount is told from the next one, by lists of mounts. */
class FileSystemsScannerTest {
  private static final String ROOT = "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n";
  private static final String MOUNT = "34 20 0:40 / /home rw shared:20 - nfs4 server:/home rw\n";

  private static final Tree TREE =
      Tree.builder(
              Layout.builder("filesystem")
                  .backend("filesystems")
                  .subsystem("filesystem")
                  .stats(
                      List.of(StatDeclaration.of("size", Stat.Kind.LEVEL, "By", "The size.", "")))
                  .build())
          .backend("filesystems")
          .origin("o")
          .build();

  @TempDir Path directory;

  private FileSystemsScanner scanner;

  private record Whole(Tree tree) implements ScanRequest {
    @Override
    public int maxSources() {
      return 1000;
    }

    @Override
    public int maxStats() {
      return 1000;
    }

    @Override
    public void step() {}
  }

  @BeforeEach
  void open() {
    MountTables tables = new MountTables(directory.resolve("mountinfo"), null);
    Readers.Chosen reader = new Readers.Chosen("fake", new FakeReader());
    scanner = new FileSystemsScanner(List.of(TREE), List.of(), tables, reader);
  }

  private void mounts(String text) throws IOException {
    Files.writeString(directory.resolve("mountinfo"), text);
  }

  /** What is at {@code /home}. */
  private Source scan(String mounts) throws IOException {
    mounts(mounts);
    return scanner.scan(new Whole(TREE)).sources().stream()
        .filter(source -> source.device().equals("/home"))
        .findFirst()
        .orElseThrow();
  }

  private Object look(Source source) {
    return scanner.look(source.stats().get(0));
  }

  @Test
  void aMountIsTheSameWhateverElseBecomesOfIt() throws Exception {
    Source before = scan(ROOT + MOUNT);
    Object seen = look(before);
    assertNotNull(seen);
    assertEquals(seen, look(before));
    for (String next :
        List.of(
            ROOT + MOUNT + "35 20 0:41 / /mnt rw - tmpfs tmpfs rw\n",
            ROOT + MOUNT.replace("/home rw", "/home ro"),
            ROOT + MOUNT.replace("server:", "other:"))) {
      Source after = scan(next);
      assertEquals(seen, look(before), next);
      assertEquals(seen, look(after), next);
      assertTrue(scanner.isSame(before, after), next);
    }
    assertNotSame(before, scan(ROOT + MOUNT.replace("/home rw", "/home ro")));
    mounts(ROOT + MOUNT + MOUNT.replace("34 20 0:40", "35 34 0:41"));
    assertEquals(seen, look(before), "hidden by another one");
  }

  @Test
  void anotherMountIsAnotherOne() throws Exception {
    Source before = scan(ROOT + MOUNT);
    assertNotNull(look(before));
    for (String next :
        List.of(MOUNT.replace("34 20", "35 20"), MOUNT.replace(" 0:40 ", " 0:41 "))) {
      Source after = scan(ROOT + next);
      assertNull(look(before), next);
      assertNotNull(look(after), next);
      assertFalse(scanner.isSame(before, after), next);
    }
    mounts(ROOT);
    assertNull(look(before));
  }

  @Test
  void withoutTheListNothingIsGone() throws Exception {
    Source before = scan(ROOT + MOUNT);
    Files.delete(directory.resolve("mountinfo"));
    assertThrows(UncheckedIOException.class, () -> look(before));
    assertEquals(2, scanner.scan(new Whole(TREE)).sources().size());
  }
}
