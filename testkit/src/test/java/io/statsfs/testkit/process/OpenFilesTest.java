package io.statsfs.testkit.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.statsfs.testkit.TestTree;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenFilesTest {
  @Test
  @SuppressWarnings("try") // Being open is what counts.
  void aFileCountsAsOftenAsItIsOpen() throws IOException {
    try (TestTree tree = TestTree.inMemory().stat("a", 1)) {
      List<String> before = OpenFiles.all();
      Path file = tree.path("a");
      try (InputStream first = new FileInputStream(file.toFile());
          InputStream second = new FileInputStream(file.toFile())) {
        assertEquals(before.size() + 2, OpenFiles.all().size());
        assertEquals(List.of(file.toString(), file.toString()), OpenFiles.below(tree.root()));
      }
      assertEquals(before, OpenFiles.all());
    }
  }

  @Test
  @SuppressWarnings("try") // Being open is what counts.
  void whatTheJvmOpensDoesNotCount() throws IOException {
    try (TestTree tree = TestTree.inMemory().stat("classes.jar", 1)) {
      List<String> before = OpenFiles.all();
      try (InputStream jar = new FileInputStream(tree.path("classes.jar").toFile());
          InputStream jdk = new FileInputStream(System.getProperty("java.home") + "/release");
          InputStream random = new FileInputStream("/dev/random");
          InputStream memory = new FileInputStream("/proc/meminfo");
          ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        assertEquals(before, OpenFiles.all());
        assertEquals(1, OpenFiles.below(tree.root()).size());
      }
    }
  }
}
