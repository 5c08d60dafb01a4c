package io.statsfs.testkit;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;

/** The simulator behaves as statsfs was seen to behave; each test is one thing that was seen. */
@ExtendWith(StatsFsSimulatorExtension.class)
class SimulatorBehaviourTest {
  private static final int SCHEMA_SIZE = 10_239;

  private final StatsFsSimulator simulator;

  SimulatorBehaviourTest(StatsFsSimulator simulator) {
    this.simulator = simulator;
  }

  private String read(String path) throws IOException {
    return Files.readString(simulator.path(path));
  }

  private FileChannel open(String path, OpenOption... options) throws IOException {
    return FileChannel.open(
        simulator.path(path), options.length == 0 ? new OpenOption[] {READ} : options);
  }

  /** What one read gives; empty at end of file. */
  private static String read(FileChannel channel, int size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size);
    channel.read(buffer);
    return new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1);
  }

  private void write(String path, String text) throws IOException {
    try (FileChannel channel = open(path, WRITE)) {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
    }
  }

  private List<String> list(String path) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(simulator.path(path))) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    }
    return names;
  }

  private Object attribute(String path, String name) throws IOException {
    return Files.getAttribute(simulator.path(path), "unix:" + name);
  }

  private String mode(String path) throws IOException {
    return Integer.toOctalString((int) attribute(path, "mode") & 07777);
  }

  private static void assertErrno(String text, Executable action) {
    IOException e = assertThrows(IOException.class, action);
    assertTrue(
        String.valueOf(e.getMessage()).contains(text),
        () -> "expected '" + text + "' but it is: " + e);
  }

  @Nested
  class Mounts {
    Mounts() {}

    @Test
    void mountinfoNamesStatsfs() throws IOException {
      String line =
          Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
              .filter(mount -> mount.contains(" " + simulator.root() + " "))
              .findFirst()
              .orElseThrow();
      assertTrue(line.contains(" - fuse.statsfs statsfs "), line);
    }

    @Test
    void rootIs0700AndDirectoriesAre0755() throws IOException {
      simulator.source("kvm/1-2");
      assertEquals("700", mode(""));
      assertEquals("755", mode("kvm"));
      assertEquals("755", mode("kvm/1-2"));
    }

    @Test
    void filesAre0644AndFloatingOnes0444() throws IOException {
      simulator
          .source("kvm")
          .stat("kvm/exits", "u64", "cumulative")
          .stat("kvm/pages", "u64", "floating");
      assertEquals("644", mode("kvm/exits"));
      assertEquals("444", mode("kvm/pages"));
      assertEquals("644", mode("kvm/.schema"));
    }

    @Test
    void allBelongsToTheOneWhoMounted() throws IOException {
      simulator.source("kvm").stat("kvm/exits", "u64", "cumulative");
      Object own = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      for (String path : List.of("", "kvm", "kvm/exits", "kvm/.schema")) {
        assertEquals(own, attribute(path, "uid"), path);
      }
    }

    @Test
    void rootFallsBackTo0700WhenTheFirstSourceIsRegistered() throws IOException {
      simulator.command("mode / 0755");
      assertEquals("755", mode(""));
      simulator.source("kvm");
      assertEquals("700", mode(""));
      simulator.command("mode / 0755");
      simulator.source("net");
      assertEquals("755", mode(""));
    }

    @Test
    void rootCanBeOpenedByChmod() throws IOException {
      simulator.source("kvm");
      Command.run("chmod", "755", simulator.root().toString());
      assertEquals("755", mode(""));
    }

    @Test
    void filesHaveSizeZeroAndOneLink() throws IOException {
      simulator.source("kvm").stat("kvm/exits", "u64", "cumulative", "value=1084");
      for (String path : List.of("kvm/exits", "kvm/.schema")) {
        assertEquals(0L, attribute(path, "size"), path);
        assertEquals(1, attribute(path, "nlink"), path);
        assertEquals(true, attribute(path, "isRegularFile"), path);
      }
    }

    @Test
    void readdirGivesTheNewestFirst() throws IOException {
      simulator.source("kvm");
      for (String name : List.of("b", "c", "a")) {
        simulator.stat("kvm/" + name, "u64", "cumulative");
      }
      List<String> names = list("kvm");
      names.remove(".schema");
      assertEquals(List.of("a", "c", "b"), names);
    }
  }

  @Nested
  class Reading {
    Reading() {}

    @Test
    void valuesAreDecimalsWithALineEnd() throws IOException {
      simulator
          .source("kvm")
          .stat("kvm/a", "u64", "cumulative", "value=1084")
          .stat("kvm/b", "s64", "floating", "value=-128")
          .stat("kvm/c", "u64", "cumulative", "value=18446744073709551615")
          .stat("kvm/d", "s64", "floating", "value=-9223372036854775808")
          .stat("kvm/e", "bool", "floating", "value=1")
          .stat("kvm/f", "float", "floating", "value=0.5");
      assertEquals("1084\n", read("kvm/a"));
      assertEquals("-128\n", read("kvm/b"));
      assertEquals("18446744073709551615\n", read("kvm/c"));
      assertEquals("-9223372036854775808\n", read("kvm/d"));
      assertEquals("1\n", read("kvm/e"));
      assertEquals(0.5, Double.parseDouble(read("kvm/f").strip()));
      assertTrue(read("kvm/f").endsWith("\n"));
    }

    @Test
    void anEnumIsATextWithoutALineEnd() throws IOException {
      simulator
          .source("kvm")
          .stat("kvm/state", "enum", "floating", "texts=HALTED,RUNNABLE", "value=RUNNABLE");
      assertEquals("RUNNABLE", read("kvm/state"));
    }

    @Test
    void readAgainOnTheSameDescriptorIsEndOfFileForEver() throws IOException {
      simulator.source("kvm").stat("kvm/exits", "u64", "cumulative", "value=1084");
      try (FileChannel channel = open("kvm/exits")) {
        assertEquals("1084\n", read(channel, 100));
        assertEquals("", read(channel, 100));
        simulator.set("kvm/exits", 1085);
        assertEquals("", read(channel, 100));
      }
    }

    @Test
    void lseekAndPreadAreEspipe() throws IOException {
      simulator.source("kvm").stat("kvm/exits", "u64", "cumulative", "value=1084");
      for (String path : List.of("kvm/exits", "kvm/.schema")) {
        try (FileChannel channel = open(path)) {
          assertErrno("Illegal seek", () -> channel.position(0));
          assertErrno("Illegal seek", () -> channel.read(ByteBuffer.allocate(10), 0));
        }
      }
    }

    @Test
    void severalShortReadsAreOneSnapshotOfTheFirst() throws IOException {
      simulator.source("kvm").stat("kvm/exits", "u64", "cumulative", "value=1084");
      try (FileChannel channel = open("kvm/exits")) {
        simulator.set("kvm/exits", 2095);
        assertEquals("20", read(channel, 2));
        simulator.set("kvm/exits", 3106);
        assertEquals("95", read(channel, 2));
        assertEquals("\n", read(channel, 2));
        assertEquals("", read(channel, 2));
      }
    }

    @Test
    void aDirectoryReadAfterItsSourceIsGoneIsEmptyAndOpenInItIsEnoent() throws IOException {
      simulator.source("kvm/1-2").stat("kvm/1-2/exits", "u64", "cumulative", "value=5");
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(simulator.path("kvm/1-2"));
          SecureDirectoryStream<Path> directory = (SecureDirectoryStream<Path>) entries) {
        simulator.remove("kvm/1-2");
        assertFalse(directory.iterator().hasNext());
        assertThrows(
            NoSuchFileException.class,
            () -> directory.newByteChannel(Path.of("exits"), Set.of(READ)));
      }
    }

    @Test
    void aDescriptorOpenedBeforeItsSourceWentGivesZero() throws IOException {
      simulator.source("kvm/1-2").stat("kvm/1-2/exits", "u64", "cumulative", "value=5");
      try (FileChannel channel = open("kvm/1-2/exits")) {
        simulator.remove("kvm/1-2");
        assertEquals("0\n", read(channel, 100));
      }
    }

    @Test
    void aDescriptorOfAMinimumOpenedBeforeItsSourceWentGivesTheLargestNumber() throws IOException {
      simulator
          .source("kvm/1-2/vcpu0")
          .stat("kvm/1-2/vcpu0/exits", "u64", "cumulative", "value=5")
          .stat("kvm/1-2/exits", "u64", "cumulative", "aggregate=min");
      assertEquals("5\n", read("kvm/1-2/exits"));
      try (FileChannel channel = open("kvm/1-2/exits")) {
        simulator.remove("kvm/1-2");
        assertEquals("18446744073709551615\n", read(channel, 100));
      }
    }

    @Test
    void ofNothingASignedMinimumIsTheLargestNumberAndASignedMaximumTheSmallest()
        throws IOException {
      Map<String, String> expected =
          Map.of(
              "sum", "0\n",
              "min", "9223372036854775807\n",
              "max", "-9223372036854775808\n",
              "avg", "0\n",
              "count_zero", "0\n");
      for (String type : List.of("s8", "s16", "s32", "s64")) {
        simulator.source("kvm/1-2/vcpu0");
        for (String kind : expected.keySet()) {
          simulator.stat("kvm/1-2/" + kind, type, "cumulative", "aggregate=" + kind);
          assertEquals(expected.get(kind), read("kvm/1-2/" + kind), type + " " + kind);
          simulator.stat("kvm/1-2/vcpu0/" + kind, type, "cumulative", "value=-5");
          String alive = kind.equals("count_zero") ? "0\n" : "-5\n";
          assertEquals(alive, read("kvm/1-2/" + kind), type + " " + kind);
        }
        Map<String, FileChannel> open = new HashMap<>();
        for (String kind : expected.keySet()) {
          open.put(kind, open("kvm/1-2/" + kind));
        }
        simulator.remove("kvm/1-2");
        for (Map.Entry<String, FileChannel> each : open.entrySet()) {
          try (FileChannel channel = each.getValue()) {
            assertEquals(expected.get(each.getKey()), read(channel, 100), type + each.getKey());
          }
        }
      }
    }

    @Test
    void aggregatesAreOfTheSourcesBelow() throws IOException {
      simulator.source("kvm/a").source("kvm/b").source("kvm/c");
      List<String> kinds = List.of("sum", "min", "max", "avg", "count_zero");
      for (String kind : kinds) {
        simulator.stat("kvm/" + kind, "u64", "cumulative", "aggregate=" + kind);
      }
      assertEquals(
          List.of("0\n", "18446744073709551615\n", "0\n", "0\n", "0\n"),
          kinds.stream().map(this::aggregate).toList());
      for (String kind : kinds) {
        simulator
            .stat("kvm/a/" + kind, "u64", "cumulative", "value=4")
            .stat("kvm/b/" + kind, "u64", "cumulative", "value=7")
            .stat("kvm/c/" + kind, "u64", "cumulative", "value=0");
      }
      assertEquals(
          List.of("11\n", "0\n", "7\n", "3\n", "1\n"),
          kinds.stream().map(this::aggregate).toList());
    }

    private String aggregate(String kind) {
      try {
        return read("kvm/" + kind);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Nested
  class Clearing {
    Clearing() {}

    @Test
    void zeroInOneWriteClears() throws IOException {
      simulator.source("kvm").stat("kvm/exits", "u64", "cumulative", "value=5");
      write("kvm/exits", "0");
      assertEquals("0\n", read("kvm/exits"));
      simulator.set("kvm/exits", 6);
      write("kvm/exits", "0\n");
      assertEquals("0\n", read("kvm/exits"));
    }

    @Test
    void theNewParserAnswersEinvalOrErange() throws IOException {
      simulator.source("kvm").stat("kvm/exits", "u64", "cumulative", "value=5");
      for (String text : List.of("abc", "0.5", " ", "1")) {
        assertErrno("Invalid argument", () -> write("kvm/exits", text));
      }
      assertErrno("out of range", () -> write("kvm/exits", "18446744073709551616"));
      assertEquals("5\n", read("kvm/exits"));
    }

    @Test
    void theOldParserTakesWhatItDoesNotUnderstandAsZero() throws IOException {
      simulator.command("parser old");
      simulator.source("kvm").stat("kvm/exits", "u64", "cumulative");
      for (String text : List.of(" ", "abc", "0.5", "18446744073709551616")) {
        simulator.set("kvm/exits", 5);
        write("kvm/exits", text);
        assertEquals("0\n", read("kvm/exits"), text);
      }
    }

    @Test
    void a0444FileOpensForRootAndTheWriteIsEacces() throws IOException {
      try (TestTree tree = TestTree.inMemory().stat("a", 1).permissions("a", "r--r--r--")) {
        assumeTrue(Files.isWritable(tree.path("a")), "modes of files count here, as not for root");
      }
      simulator.source("kvm").stat("kvm/pages", "u64", "floating", "value=5");
      try (FileChannel channel = open("kvm/pages", WRITE)) {
        assertErrno(
            "Permission denied", () -> channel.write(ByteBuffer.wrap(new byte[] {'0', '\n'})));
      }
      assertEquals("5\n", read("kvm/pages"));
    }

    @Test
    void clearingAnAggregateZeroesThatStatInEverySourceBelow() throws IOException {
      simulator
          .source("kvm/1-2/vcpu0")
          .stat("kvm/1-2/vcpu0/exits", "u64", "cumulative", "value=5")
          .stat("kvm/1-2/vcpu0/halts", "u64", "cumulative", "value=6")
          .stat("kvm/1-2/exits", "u64", "cumulative", "value=7")
          .stat("kvm/exits", "u64", "cumulative", "aggregate=sum");
      assertEquals("12\n", read("kvm/exits"));
      write("kvm/exits", "0");
      assertEquals("0\n", read("kvm/exits"));
      assertEquals("0\n", read("kvm/1-2/exits"));
      assertEquals("0\n", read("kvm/1-2/vcpu0/exits"));
      assertEquals("6\n", read("kvm/1-2/vcpu0/halts"));
    }

    @Test
    void writingToAnEnumHangs() throws Exception {
      simulator
          .source("kvm")
          .stat("kvm/state", "enum", "cumulative", "texts=HALTED,RUNNABLE", "value=RUNNABLE");
      CompletableFuture<Void> written =
          CompletableFuture.runAsync(
              () -> {
                try {
                  write("kvm/state", "0");
                } catch (IOException e) {
                  // It hung, which is all that counts.
                }
              },
              task -> new Thread(task).start());
      Await.until(() -> simulator.command("hanging").equals("1"));
      assertFalse(written.isDone());
      assertTrue(simulator.command("writes kvm/state").startsWith("1 "));
      simulator.heal("kvm/state");
      written.get();
    }

    @Test
    void truncateIsAcceptedAndChangesTheReportedSize() throws IOException {
      simulator.source("kvm").stat("kvm/exits", "u64", "cumulative", "value=5");
      Command.run("truncate", "--size=3", simulator.path("kvm/exits").toString());
      assertEquals(3L, attribute("kvm/exits", "size"));
      assertEquals("5\n", read("kvm/exits"));
    }
  }

  @Nested
  class Sources {
    Sources() {}

    @Test
    void aNewDirectoryIsVisibleBeforeItsFiles() throws Exception {
      simulator.source("kvm");
      List<String> stats = new ArrayList<>();
      simulator.source("kvm/1-2", "fills", "400");
      for (int i = 0; i < 20; i++) {
        stats.add("s" + i);
        simulator.stat("kvm/1-2/s" + i, "u64", "cumulative");
      }
      assertTrue(list("kvm").contains("1-2"));
      Set<Integer> sizes = new HashSet<>();
      Await.until(
          () -> {
            try {
              List<String> names = list("kvm/1-2");
              sizes.add(names.size());
              return names.containsAll(stats);
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      assertTrue(sizes.size() > 1, () -> "never seen half-made, only with " + sizes);
    }

    @Test
    void nlinkCountsSubdirectories() throws IOException {
      simulator.source("kvm");
      assertEquals(2, attribute("kvm", "nlink"));
      simulator.source("kvm/1-2").source("kvm/3-4");
      assertEquals(4, attribute("kvm", "nlink"));
      simulator.remove("kvm/1-2");
      assertEquals(3, attribute("kvm", "nlink"));
      simulator.stat("kvm/exits", "u64", "cumulative");
      assertEquals(3, attribute("kvm", "nlink"));
    }

    @Test
    void mtimeChangesOnlyWhenASubdirectoryGoes() throws Exception {
      simulator.source("kvm/1-2");
      Object made = attribute("kvm", "lastModifiedTime");
      simulator.source("kvm/3-4").stat("kvm/exits", "u64", "cumulative");
      assertEquals(made, attribute("kvm", "lastModifiedTime"));
      Thread.sleep(20);
      simulator.remove("kvm/1-2");
      assertNotEquals(made, attribute("kvm", "lastModifiedTime"));
    }

    @Test
    void aRecreatedSourceHasANewInode() throws IOException {
      Set<Object> inodes = new HashSet<>();
      for (int i = 0; i < 10; i++) {
        simulator.source("kvm/1-2").stat("kvm/1-2/exits", "u64", "cumulative");
        assertTrue(inodes.add(attribute("kvm/1-2", "ino")));
        assertTrue(inodes.add(attribute("kvm/1-2/exits", "ino")));
        simulator.remove("kvm/1-2");
      }
    }

    @Test
    void statsAddedLaterChangeNothingAboutTheDirectory() throws IOException {
      simulator.source("kvm/1-2");
      List<Object> before = facts("kvm/1-2");
      simulator.stat("kvm/1-2/exits", "u64", "cumulative");
      assertEquals(before, facts("kvm/1-2"));
    }

    private List<Object> facts(String path) throws IOException {
      return List.of(
          attribute(path, "ino"),
          attribute(path, "nlink"),
          attribute(path, "lastModifiedTime"),
          attribute(path, "ctime"));
    }
  }

  @Nested
  class Schemas {
    Schemas() {}

    @Test
    void aSchemaDescribesItsSource() throws IOException {
      simulator
          .source("kvm/1-2", "label", "vm", "web")
          .stat("kvm/1-2/exits", "u64", "cumulative", "desc=VM exits");
      String schema = read("kvm/1-2/.schema");
      assertTrue(schema.startsWith("LABEL\n"), schema);
      assertTrue(schema.contains("vm web\n"), schema);
      assertTrue(
          schema.contains("METRIC\nNAME exits\nFLAG CUMULATIVE\nTYPE INT\nDESC VM exits\n\n"),
          schema);
    }

    @Test
    void aFloatingStatIsAGauge() throws IOException {
      simulator.source("kvm").stat("kvm/pages", "s32", "floating", "desc=x");
      assertTrue(read("kvm/.schema").contains("NAME pages\nFLAG GAUGE\nTYPE INT\n"));
    }

    @Test
    void theTypeOfAnEnumIsInt() throws IOException {
      simulator.source("kvm").stat("kvm/state", "enum", "floating", "texts=A,B");
      assertTrue(read("kvm/.schema").contains("NAME state\nFLAG GAUGE\nTYPE INT\n"));
    }

    @Test
    void aMissingDescriptionPrintsNullAndAnEmptyOneABlank() throws IOException {
      simulator
          .source("kvm")
          .stat("kvm/a", "u64", "cumulative")
          .stat("kvm/b", "u64", "cumulative", "desc=");
      String schema = read("kvm/.schema");
      assertTrue(schema.contains("NAME a\nFLAG CUMULATIVE\nTYPE INT\nDESC (null)\n\n"), schema);
      assertTrue(schema.contains("NAME b\nFLAG CUMULATIVE\nTYPE INT\nDESC \n\n"), schema);
    }

    @Test
    void labelsOfTheParentsAreRepeated() throws IOException {
      simulator
          .source("kvm/1-2", "label", "vm", "web")
          .source("kvm/1-2/vcpu0", "label", "vcpu", "0");
      String schema = read("kvm/1-2/vcpu0/.schema");
      assertTrue(schema.contains("vm web\n") && schema.contains("vcpu 0\n"), schema);
      assertFalse(schema.contains("METRIC"), schema);
    }

    @Test
    void theTextIsMadeAtOpen() throws IOException {
      simulator.source("kvm").stat("kvm/a", "u64", "cumulative");
      try (FileChannel channel = open("kvm/.schema")) {
        simulator.stat("kvm/b", "u64", "cumulative");
        assertFalse(read(channel, 20_000).contains("NAME b\n"));
        assertEquals("", read(channel, 20_000));
      }
      assertTrue(read("kvm/.schema").contains("NAME b\n"));
    }

    @Test
    void theTextIsCutAt10239Bytes() throws IOException {
      simulator.source("kvm");
      for (int i = 0; i < 300; i++) {
        simulator.stat("kvm/stat" + i, "u64", "cumulative", "desc=a description");
      }
      String schema = read("kvm/.schema");
      assertEquals(SCHEMA_SIZE, schema.length());
      assertFalse(schema.endsWith("\n\n"), "must end within a record");
      assertEquals(301, list("kvm").size());
    }

    @Test
    void aHiddenStatHasNoFileAndAnUndescribedOneNoRecord() throws IOException {
      simulator
          .source("kvm")
          .stat("kvm/a", "u64", "cumulative", "hidden")
          .stat("kvm/b", "u64", "cumulative", "undescribed");
      List<String> names = list("kvm");
      Collections.sort(names);
      assertEquals(List.of(".schema", "b"), names);
      String schema = read("kvm/.schema");
      assertTrue(schema.contains("NAME a\n"), schema);
      assertFalse(schema.contains("NAME b\n"), schema);
    }

    @Test
    void theOriginalSeriesHasNoSchema() throws IOException {
      simulator.command("schema off");
      simulator.source("kvm").stat("kvm/exits", "u64", "cumulative");
      assertEquals(List.of("exits"), list("kvm"));
      assertThrows(NoSuchFileException.class, () -> read("kvm/.schema"));
    }

    @Test
    void opensOfSchemasAreCounted() throws IOException {
      simulator.source("kvm").source("net");
      assertEquals("2 0 0 0", simulator.command("schemas"));
      read("kvm/.schema");
      try (FileChannel one = open("kvm/.schema");
          FileChannel other = open("net/.schema")) {
        assertEquals("2 2 2 1", simulator.command("schemas"));
      }
    }
  }
}
