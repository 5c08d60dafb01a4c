package io.statsfs.core.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Status;
import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadFailureTest {
  private static final Set<OpenOption> OPTIONS =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  @AutoClose private final TestTree tree = TestTree.inMemory().stat("kvm/exits", 1);

  private static IOException failure(Path path) {
    return assertThrows(
        IOException.class,
        () -> {
          try (FileChannel channel = FileChannel.open(path, OPTIONS)) {
            channel.read(ByteBuffer.allocate(10));
          }
        });
  }

  @Test
  void missingFileIsGone() {
    Path path = tree.path("kvm/no");
    IOException failure = failure(path);
    assertEquals(Status.GONE, ReadFailure.status(failure, path));
    assertEquals(2, ReadFailure.errno(failure));
    assertEquals("it does not exist", ReadFailure.describe(failure));
  }

  @Test
  void fileBelowAFileIsGone() {
    Path path = tree.path("kvm/exits/below");
    IOException failure = failure(path);
    assertEquals(Status.GONE, ReadFailure.status(failure, path), failure.toString());
    assertEquals(20, ReadFailure.errno(failure));
    assertEquals("it is not a directory", ReadFailure.describe(failure));
  }

  @Test
  void directoryIsAFailure() {
    Path path = tree.path("kvm");
    IOException failure = failure(path);
    assertEquals(Status.FAILED, ReadFailure.status(failure, path));
    assertEquals(21, ReadFailure.errno(failure));
  }

  @Test
  void symbolicLinkIsAFailure() throws IOException {
    Path path = Files.createSymbolicLink(tree.path("kvm/link"), tree.path("kvm/exits"));
    IOException failure = failure(path);
    assertEquals(Status.FAILED, ReadFailure.status(failure, path));
    assertEquals(40, ReadFailure.errno(failure));
  }

  @Test
  void permissionDeniedIsDenied() {
    Path path = tree.path("kvm/exits");
    IOException failure = new AccessDeniedException(path.toString());
    assertEquals(Status.DENIED, ReadFailure.status(failure, path));
    assertEquals(13, ReadFailure.errno(failure));
    assertEquals("permission denied", ReadFailure.describe(failure));
  }

  @ParameterizedTest
  @CsvSource({
    "No such device, GONE, 19",
    "No such file or directory, GONE, 2",
    "No such process, GONE, 3",
    "No such device or address, GONE, 6",
    "Stale file handle, GONE, 116",
    "Operation not permitted, DENIED, 1",
    "Permission denied, DENIED, 13",
    "Input/output error, FAILED, 5",
    "Illegal seek, FAILED, 29",
    "Numerical argument out of domain, FAILED, 33",
    "Domain error, FAILED, 33",
    "Result not representable, FAILED, 34",
    "Function not implemented, FAILED, 38",
    "No data available, FAILED, 61",
    "Bad message, FAILED, 74",
    "Value too large for defined data type, FAILED, 75",
    "Operation not supported, FAILED, 95",
    "Not supported, FAILED, 95",
    "Network is down, FAILED, 100",
    "Socket not connected, FAILED, 107",
    "Cannot send after transport endpoint shutdown, FAILED, 108",
    "Operation timed out, FAILED, 110",
    "Remote I/O error, FAILED, 121",
    "Something new, FAILED, 0"
  })
  void textOfAnErrorTellsItsNumber(String text, Status status, int errno) {
    Path path = tree.path("kvm/exits");
    for (IOException failure :
        new IOException[] {
          new IOException(text), new FileSystemException(path.toString(), null, text)
        }) {
      assertEquals(status, ReadFailure.status(failure, path));
      assertEquals(errno, ReadFailure.errno(failure));
    }
  }

  @Test
  void lockdownIsNamed() {
    assertTrue(
        ReadFailure.describe(new IOException("Operation not permitted")).contains("lockdown"));
  }

  @Test
  void inputOutputErrorOfAFileThatWentIsGone() {
    assertEquals(
        Status.GONE,
        ReadFailure.status(new IOException("Input/output error"), tree.path("kvm/no")));
  }

  @Test
  void exceptionWithoutTextIsDescribedByItsClass() {
    assertEquals(
        "ClosedByInterruptException", ReadFailure.describe(new ClosedByInterruptException()));
  }
}
