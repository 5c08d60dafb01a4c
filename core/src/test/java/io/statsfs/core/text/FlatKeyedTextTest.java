package io.statsfs.core.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.statsfs.Status;
import io.statsfs.core.text.FlatKeyedText.Content;
import io.statsfs.core.text.FlatKeyedText.Line;
import io.statsfs.spi.FilePlan;
import io.statsfs.spi.Keys;
import io.statsfs.spi.PathText;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.Shape;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlatKeyedTextTest {
  private static final String VMSTAT =
      "nr_free_pages 100\nnr_zone 0\npgpgin 18446744073709551615\n";
  private static final String MEMINFO =
      "MemTotal:       49368184 kB\n"
          + "Active(anon):      84 kB\n"
          + "HugePages_Total:       0\n"
          + "Hugepagesize:       2048 kB\n";

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<Line> lines(String text) {
    return read(text).stats();
  }

  private static Content read(String text) {
    return FlatKeyedText.read(bytes(text), bytes(text).length, name -> false);
  }

  /** The text of one stat, and what it is as a number, which must not contradict each other. */
  private static String one(String text, String name) {
    TextCell cell = new TextCell(Shape.FLAT_KEYED, keys(List.of(name)), Keys.ONE, 0);
    SampleMemory memory = new SampleMemory(1);
    cell.put(bytes(text), bytes(text).length, false, false, false, memory);
    return cell.text(bytes(text), bytes(text).length, false).orElse("-")
        + ", "
        + (memory.status(0) == Status.OK ? memory.longValue(0) : memory.status(0));
  }

  private static Keys keys(List<String> names) {
    return Keys.of(names.stream().map(PathText::encode).toList());
  }

  private static List<String> names(String text) {
    return lines(text).stream().map(Line::name).toList();
  }

  /** A file, and its values without those at the ends of the memory. */
  private static final class Sampled {
    final FileCells text;
    final SampleMemory memory;

    Sampled(String... names) {
      this(List.of(names), List.of(names));
    }

    Sampled(List<String> all, List<String> wanted) {
      int[] slots = new int[all.size()];
      Arrays.setAll(slots, i -> wanted.indexOf(all.get(i)));
      Arrays.setAll(slots, i -> slots[i] < 0 ? FilePlan.NOT_WANTED : slots[i] + 1);
      boolean[] floats = new boolean[slots.length];
      text =
          new FileCells(
              new FilePlan("f", Shape.FLAT_KEYED, keys(all), Keys.ONE, slots, floats),
              new FileCells.Shared());
      memory = new SampleMemory(wanted.size() + 2);
      memory.putLong(0, -1);
      memory.putLong(wanted.size() + 1, -1);
    }

    Sampled put(String content) {
      text.put(bytes(content), bytes(content).length, false, memory);
      assertEquals(-1, memory.longValue(0));
      assertEquals(-1, memory.longValue(memory.size() - 1));
      return this;
    }

    /** What stands for each stat: its value, or why there is none. */
    String values() {
      List<String> values = new ArrayList<>();
      for (int i = 1; i < memory.size() - 1; i++) {
        values.add(
            memory.status(i) != Status.OK
                ? memory.status(i).toString()
                : memory.isDouble(i)
                    ? Double.toString(memory.doubleValue(i))
                    : memory.isUnsigned(i)
                        ? Long.toUnsignedString(memory.longValue(i))
                        : Long.toString(memory.longValue(i)));
      }
      return String.join(" ", values);
    }
  }

  @Test
  void vmstatIsNamesAndNumbers() {
    assertEquals(
        List.of(new Line("nr_free_pages", ""), new Line("nr_zone", ""), new Line("pgpgin", "")),
        lines(VMSTAT));
    Sampled sampled = new Sampled("nr_free_pages", "nr_zone", "pgpgin").put(VMSTAT);
    assertEquals("100 0 18446744073709551615", sampled.values());
    assertFalse(sampled.text.isOutdated());
  }

  @Test
  void meminfoLosesItsColonsAndTellsItsUnits() {
    assertEquals(
        List.of(
            new Line("MemTotal", "kB"),
            new Line("Active(anon)", "kB"),
            new Line("HugePages_Total", ""),
            new Line("Hugepagesize", "kB")),
        lines(MEMINFO));
    Sampled sampled =
        new Sampled("MemTotal", "Active(anon)", "HugePages_Total", "Hugepagesize").put(MEMINFO);
    assertEquals("49368184 84 0 2048", sampled.values());
    assertFalse(sampled.text.isOutdated());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proc/vmstat", "/proc/meminfo"})
  void realFilesAreReadLineByLine(String file) throws IOException {
    String content = Files.readString(Path.of(file));
    List<String> names = names(content);
    assertEquals(content.lines().count(), names.size());
    assertEquals(0, read(content).unfit());
    Sampled sampled = new Sampled(names.toArray(String[]::new)).put(content);
    assertFalse(sampled.text.isOutdated());
    assertEquals(
        content.lines().map(line -> line.split(":?\\s+")[1]).toList(),
        List.of(sampled.values().split(" ")));
  }

  @Test
  void lastLineNeedsNoLineEnd() {
    assertEquals(List.of("a", "b"), names("a 1\nb 2"));
    assertEquals("1 2", new Sampled("a", "b").put("a 1\nb 2").values());
  }

  @Test
  void orderMayChange() {
    Sampled sampled = new Sampled("a", "b", "c", "d");
    assertEquals("1 2 3 4", sampled.put("d 4\nb 2\nc 3\na 1\n").values());
    assertFalse(sampled.text.isOutdated());
    assertEquals("5 6 7 8", sampled.put("a 5\nb 6\nc 7\nd 8\n").values());
    assertFalse(sampled.text.isOutdated());
  }

  @Test
  void missingLineIsGoneAndMakesTheSourceOutdated() {
    Sampled sampled = new Sampled("a", "b", "c").put("a 1\nb 2\nc 3\n");
    assertEquals("1 GONE 3", sampled.put("a 1\nc 3\n").values());
    assertTrue(sampled.text.isOutdated());
    assertEquals("1 2 3", sampled.put("a 1\nb 2\nc 3\n").values());
    assertFalse(sampled.text.isOutdated());
  }

  @Test
  void emptyTextMakesEverythingGone() {
    Sampled sampled = new Sampled("a", "b").put("a 1\nb 2\n").put("");
    assertEquals("GONE GONE", sampled.values());
    assertTrue(sampled.text.isOutdated());
  }

  @Test
  void newLineMakesTheSourceOutdated() {
    Sampled sampled = new Sampled("a", "b").put("a 1\nx 9\nb 2\n");
    assertEquals("1 2", sampled.values());
    assertTrue(sampled.text.isOutdated());
  }

  @Test
  void lineThatTookTheNameOfAnotherMakesTheSourceOutdated() {
    Sampled sampled = new Sampled("a", "b").put("a 1\nx 2\n");
    assertEquals("1 GONE", sampled.values());
    assertTrue(sampled.text.isOutdated());
  }

  @Test
  void someStatsOfASourceMayBeWanted() {
    Sampled sampled =
        new Sampled(List.of("a", "b", "c", "d"), List.of("b", "d")).put("a 1\nb 2\nc 3\nd 4\n");
    assertEquals("2 4", sampled.values());
    assertFalse(sampled.text.isOutdated());
    assertTrue(sampled.put("a 1\nb 2\nc 3\nd 4\ne 5\n").text.isOutdated());
    assertTrue(sampled.put("b 2\nc 3\nd 4\n").text.isOutdated());
    assertFalse(sampled.put("d 4\nc 3\nb 2\na 1\n").text.isOutdated());
    assertEquals("2 4", sampled.values());
  }

  @Test
  void noStatMayBeWanted() {
    assertEquals("", new Sampled().put(VMSTAT).values());
  }

  @Test
  void oneLineOfAnotherFormLeavesNothing() {
    String text =
        "\n \nalone\n blank before 1\na 1\nenum TEXT\nsign -\nb +2\ncpu  : 3\n\t4\n5\n-6\nc\t-7\tx y\n";
    assertEquals(new Content(List.of(), 11, 9, FileForm.FREE_TEXT), read(text));
    List<String> fit = List.of("a 1", "b +2");
    for (String line : text.lines().filter(line -> !line.isBlank()).toList()) {
      assertEquals(fit.contains(line), names("x 1\n" + line + "\ny 2\n").size() == 3, line);
    }
    assertEquals(List.of("a", "b"), names(String.join("\n\n", fit)));
    Sampled sampled = new Sampled("a", "b").put(text);
    assertEquals("1 2", sampled.values());
    // Two lines could be stats, and are none.
    assertTrue(sampled.text.isOutdated());
    assertFalse(sampled.put(text).text.isOutdated());
  }

  @Test
  void lineWithoutANameIsPassedOver() {
    String text = ": 5\na: 1\n:b: 2\n:: 3\n";
    assertEquals(List.of(), names(text));
    assertEquals(List.of("a", ":b", ":"), names(text.substring(4)));
    Sampled sampled = new Sampled("a", ":b", ":").put(text);
    assertEquals("1 2 3", sampled.values());
    assertFalse(sampled.text.isOutdated());
  }

  @Test
  void valueThatOnlyBeginsLikeANumberIsNotANumber() {
    assertEquals(2, read("a 5x\nb 18446744073709551616\nc 1.5\n").unfit());
    Sampled sampled = new Sampled("a", "b", "c").put("a 5x\nb 18446744073709551616\nc 1.5\n");
    assertEquals("NOT_A_NUMBER NOT_A_NUMBER 1.5", sampled.values());
    assertFalse(sampled.text.isOutdated());
  }

  @Test
  void firstOfLinesOfOneNameCounts() {
    String text = "a 1\nb 2\na 3\nb 4x\n";
    assertEquals(new Content(List.of(), 4, 2, FileForm.FREE_TEXT), read(text));
    Sampled sampled = new Sampled("a", "b").put(text);
    assertEquals("1 2", sampled.values());
    assertEquals("1, 1", one(text, "a"));
    assertEquals("2, 2", one(text, "b"));
  }

  /** As below a header: what the second line says is no value of that name. */
  @Test
  void firstOfLinesOfOneNameCountsThoughItDoesNotFit() {
    String text = "IcmpMsg: InType3\nIcmpMsg: 34\nb 2\n";
    assertEquals(new Content(List.of(), 3, 2, FileForm.HEADER_AND_VALUE_LINES), read(text));
    assertEquals("InType3, NOT_A_NUMBER", one(text, "IcmpMsg"));
    assertEquals("NOT_A_NUMBER 2", new Sampled("IcmpMsg", "b").put(text).values());
  }

  @Test
  void namesThatSeveralSectionsHaveLeaveNothing() {
    assertEquals(2, read("a: 1\nb: 2\n\na: 3\nb: 4\nc: 5\n").unfit());
    assertEquals(List.of(), names("a: 1\nb: 2\n\na: 3\nb: 4\nc: 5\n"));
  }

  @Test
  void repeatedNamesDoNotMakeTheSourceOutdatedForEver() {
    String text = "a 1\nb 2\na 3\na 4\nb 5x\n";
    assertFalse(new Sampled("a", "b").put(text).text.isOutdated());
    List<String> all = List.of("a", "b");
    for (String wanted : all) {
      assertFalse(new Sampled(all, List.of(wanted)).put(text).text.isOutdated());
    }
    assertTrue(new Sampled(all, List.of("b")).put("b 2\nc 3\n").text.isOutdated());
    assertTrue(new Sampled(all, List.of("b")).put("b 2\nb 3\n").text.isOutdated());
  }

  /** They would be found again and again, and are no stats for a reason. */
  @Test
  void namesThatAreNoStatsMakeTheSourceOutdatedWhenTheyChange() {
    Sampled sampled = new Sampled("b");
    assertTrue(sampled.put("a x\na 5\nb 1\n").text.isOutdated());
    assertFalse(sampled.put("a x\na 5\nb 1\n").text.isOutdated());
    assertTrue(sampled.put("a x\na 5\nb 1\nc 2").text.isOutdated());
    assertFalse(sampled.put("a x\na 5\nb 1\nc 2").text.isOutdated());
  }

  @Test
  void aValueThatBecomesTextIsNotANumberAndTheNameIsStillThere() {
    Sampled sampled =
        new Sampled("a", "b", "c", "d", "e", "f").put("a 1\nb 2\nc 3\nd 4\ne 5\nf 6\n");
    assertEquals("1 2 3 4 5 6", sampled.values());
    sampled.put("a max\nb 2 3\nc 3 kB now\nd\ne: 0022\n");
    assertEquals(
        "NOT_A_NUMBER NOT_A_NUMBER NOT_A_NUMBER NOT_A_NUMBER NOT_A_NUMBER GONE", sampled.values());
    assertTrue(sampled.text.isOutdated());
    sampled.put("a max\nb 2 3\nc 3 kB now\nd\ne: 0022\nf 6");
    assertFalse(sampled.text.isOutdated(), "the names are the same");
  }

  @Test
  void valuesMayBeReadAsText() {
    String text = "state RUNNABLE and more \nempty\nn: 5 kB\nm 5 6\n  last word";
    assertEquals("RUNNABLE and more, NOT_A_NUMBER", one(text, "state"));
    assertEquals(", NOT_A_NUMBER", one(text, "empty"));
    assertEquals("5, 5", one(text, "n"));
    assertEquals("5 6, NOT_A_NUMBER", one(text, "m"));
    assertEquals("word, NOT_A_NUMBER", one(text, "last"));
    assertEquals("-, GONE", one(text, "las"));
    assertEquals("-, GONE", one(text.substring(0, text.length() - 9), "last"));
  }

  @Test
  void blanksBeforeANameDoNotMatter() {
    assertEquals(List.of("a", "b", "c"), names("  a 1\n\tb 2\r\n \f\u000bc\t3 "));
    assertEquals(
        "1 2 3", new Sampled("a", "b", "c").put("  a 1\n\tb 2\r\n \f\u000bc\t3 ").values());
  }

  @Test
  void exponentsFitWhereASchemaSaysFloat() {
    String text = "a 1\nb 1e5\n";
    assertEquals(
        List.of(new Line("a", ""), new Line("b", "")),
        FlatKeyedText.read(bytes(text), text.length(), "b"::equals).stats());
    assertEquals(1, FlatKeyedText.read(bytes(text), text.length(), "a"::equals).unfit());
  }

  @Test
  void namesAreBytes() {
    byte[] text = {'a', (byte) 0xff, ' ', '1', '\n', '\\', 'x', 'f', 'f', ' ', '2', '\n'};
    List<Line> lines = FlatKeyedText.read(text, text.length, name -> false).stats();
    assertEquals(List.of(new Line("a\\xff", ""), new Line("\\x5cxff", "")), lines);
    Sampled sampled = new Sampled("a\\xff", "\\x5cxff");
    sampled.text.put(text, text.length, false, sampled.memory);
    assertEquals("1 2", sampled.values());
  }

  @Test
  void onlyTheGivenLengthIsLookedAt() {
    Sampled sampled = new Sampled("a", "b");
    sampled.text.put(bytes("a 12\nb 2\n"), 3, false, sampled.memory);
    assertEquals("1 GONE", sampled.values());
    assertEquals(1, FlatKeyedText.read(bytes("a 12\nb 2\n"), 5, name -> false).stats().size());
  }

  @Test
  void cutTextIsWholeLinesUpToItsLastLineEnd() {
    assertEquals(4, FlatKeyedText.wholeLines(bytes("a 1\nb 12"), 8));
    assertEquals(4, FlatKeyedText.wholeLines(bytes("a 1\n"), 4));
    assertEquals(0, FlatKeyedText.wholeLines(bytes("a 1"), 3));
    assertEquals(0, FlatKeyedText.wholeLines(bytes(""), 0));
  }

  @Test
  void randomFilesAgreeWithAMap() {
    Random random = new Random(3);
    for (int n = 0; n < 300; n++) {
      List<String> names = new ArrayList<>();
      for (int i = random.nextInt(300); i >= 0; i--) {
        String name = "_" + Integer.toString(random.nextInt(5000), 4 + random.nextInt(20));
        if (!names.contains(name)) {
          names.add(name);
        }
      }
      List<String> wanted = names.stream().filter(s -> random.nextInt(3) > 0).toList();
      Sampled sampled = new Sampled(List.copyOf(names), wanted);
      Collections.shuffle(names, random);
      Map<String, String> values = new HashMap<>();
      StringBuilder text = new StringBuilder();
      for (String name : names) {
        values.put(name, Long.toString(random.nextLong()));
        text.append(name).append(random.nextBoolean() ? ": " : " ").append(values.get(name));
        text.append('\n');
      }
      assertEquals(
          wanted.stream().map(values::get).toList(),
          wanted.isEmpty() ? List.of() : List.of(sampled.put(text.toString()).values().split(" ")));
      assertFalse(sampled.text.isOutdated());
    }
  }

  @Test
  void puttingAllocatesNothing() throws IOException {
    byte[] content = Files.readAllBytes(Path.of("/proc/vmstat"));
    List<String> names =
        FlatKeyedText.read(content, content.length, name -> false).stats().stream()
            .map(Line::name)
            .toList();
    // Half of the lines are found in the table, the others by their order.
    List<String> shuffled = new ArrayList<>(names);
    Collections.shuffle(shuffled.subList(0, names.size() / 2), new Random(1));
    Sampled sampled = new Sampled(shuffled.toArray(String[]::new));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    for (int attempt = 0; attempt < 10 && allocated != 0; attempt++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 2000; i++) {
        sampled.text.put(content, content.length, false, sampled.memory);
      }
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    assertEquals(0, allocated);
    assertEquals(Status.OK, sampled.memory.status(names.size()));
  }
}
