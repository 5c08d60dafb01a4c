package io.statsfs.core.walks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is counted, by files as the kernel has them. */
class WalkTest {
  private static final String SOCKETS =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout"
          + " inode\n";

  private final TestTree proc = TestTree.inMemory();

  @AfterEach
  void remove() {
    proc.close();
  }

  /** Those that are counted at all; null if there is something else. */
  private static Map<String, Long> count(Walk walk, int bytes) throws IOException {
    long[] counts = new long[walk.states().size()];
    if (!walk.count(ByteBuffer.allocateDirect(bytes), counts)) {
      return Map.of("another form", 1L);
    }
    Map<String, Long> counted = new TreeMap<>();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        counted.put(walk.states().get(i), counts[i]);
      }
    }
    return counted;
  }

  private Map<String, Long> processes() throws IOException {
    return count(new ProcessWalk(proc.path("")), 1 << 16);
  }

  private void process(int number, String program, String state) {
    proc.stat(number + "/stat", number + " (" + program + ") " + state + " 0 1 1 0 -1 4194560\n");
  }

  @Test
  void processesAreCountedByTheirState() throws IOException {
    String[] states = {"S", "R", "D", "I", "T", "t", "Z", "X", "P", "S"};
    for (int i = 0; i < states.length; i++) {
      process(i + 1, "program" + i, states[i]);
    }
    proc.stat("sys/stat", "1 (no process) S 0\n").stat("stat", "cpu 1\n").stat("self/x", "1\n");
    proc.path("11").toFile().mkdir();
    assertEquals(
        Map.of(
            "sleeping",
            2L,
            "running",
            1L,
            "disk_sleep",
            1L,
            "idle",
            1L,
            "stopped",
            1L,
            "tracing_stop",
            1L,
            "zombie",
            1L,
            "other",
            2L),
        processes());
  }

  @Test
  void namesOfProgramsMayHoldAnything() throws IOException {
    process(1, "a) R (b", "S");
    process(2, ") Z", "S");
    process(3, "\n) D 1\n", "S");
    process(4, "", "S");
    assertEquals(Map.of("sleeping", 4L), processes());
  }

  @Test
  void whatIsNoProcessGivesNoCount() throws IOException {
    process(1, "init", "S");
    for (String text : new String[] {"2 init S 0 1\n", "2 (init)", "2 (init)S", "x\n", "7\n"}) {
      proc.stat("2/stat", text);
      assertEquals(Map.of("another form", 1L), processes(), text);
    }
  }

  /** A procfs that shows a user their own processes alone has no process 1. */
  @Test
  void hiddenProcessesGiveNoCount() {
    process(2, "own", "S");
    process(11, "own", "S");
    assertThrows(AccessDeniedException.class, this::processes);
  }

  @Test
  void withoutAProcfsThereIsNothing() {
    Walk walk = new ProcessWalk(proc.path("none"));
    assertThrows(NoSuchFileException.class, () -> count(walk, 100));
    Walk sockets = new SocketWalk(proc.path("none"));
    assertThrows(NoSuchFileException.class, () -> count(sockets, 100));
  }

  private static String socket(int number, String state) {
    return String.format(
        "%4d: 0100007F:1F90 0100007F:%04X %s 00000000:00000000 00:00000000 00000000     0        0"
            + " 15%n",
        number, number, state);
  }

  @Test
  void socketsAreCountedByTheirState() throws IOException {
    StringBuilder tcp = new StringBuilder(SOCKETS);
    StringBuilder tcp6 = new StringBuilder(SOCKETS);
    for (int state = 1; state <= 11; state++) {
      for (int i = 0; i < state; i++) {
        (i == 0 ? tcp6 : tcp).append(socket(i * 100, String.format("%02X", state)));
      }
    }
    proc.stat("net/tcp", tcp.toString()).stat("net/tcp6", tcp6.toString());
    Map<String, Long> expected = new TreeMap<>();
    Walk walk = new SocketWalk(proc.path("net"));
    for (int state = 1; state <= 11; state++) {
      expected.put(walk.states().get(state - 1), (long) state);
    }
    assertEquals(11, expected.size());
    // Lines and words that lie in two reads are whole all the same.
    for (int bytes : new int[] {1, 7, 64, 100_000}) {
      assertEquals(expected, count(walk, bytes));
    }
  }

  @Test
  void aKernelWithoutOneProtocolHasTheOther() throws IOException {
    proc.stat("net/tcp", SOCKETS + socket(1, "0A"));
    Walk walk = new SocketWalk(proc.path("net"));
    assertEquals(Map.of("listen", 1L), count(walk, 1000));
    proc.stat("net/tcp6", SOCKETS);
    assertEquals(Map.of("listen", 1L), count(walk, 1000));
  }

  @Test
  void whatIsNoSocketGivesNoCount() throws IOException {
    Walk walk = new SocketWalk(proc.path("net"));
    for (String line :
        new String[] {
          socket(1, "0C"),
          socket(1, "00"),
          socket(1, "FFFFFFFFFFFFFFFFF1"),
          socket(1, "x1"),
          "1: 2 3\n",
          socket(1, "-1")
        }) {
      proc.stat("net/tcp", SOCKETS + socket(0, "01") + line);
      assertEquals(Map.of("another form", 1L), count(walk, 1000), line);
    }
  }

  /** Of this machine: the listening sockets that a test opens are among them. */
  @Test
  void ofThisMachineThereIsThisProcess() throws IOException {
    Map<String, Long> processes = count(new ProcessWalk(Path.of("/proc")), 1 << 16);
    assertTrue(processes.values().stream().mapToLong(n -> n).sum() > 1, processes::toString);
    Walk walk = new SocketWalk(Path.of("/proc/self/net"));
    long before = count(walk, 1 << 16).getOrDefault("listen", 0L);
    java.net.ServerSocket[] opened = new java.net.ServerSocket[20];
    try {
      for (int i = 0; i < opened.length; i++) {
        opened[i] = new java.net.ServerSocket(0);
      }
      long after = count(walk, 1 << 16).getOrDefault("listen", 0L);
      // Other tests may end meanwhile.
      assertTrue(after > before + opened.length / 2, before + " then " + after);
    } finally {
      for (java.net.ServerSocket socket : opened) {
        if (socket != null) {
          socket.close();
        }
      }
    }
  }
}
