package io.statsfs.reader.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.testkit.DebugfsMount;
import io.statsfs.testkit.NetworkInterface;
import io.statsfs.testkit.TestTree;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Reads the same trees through both readers, which must answer the same. */
class DifferentialTest {
  /** Told when a test fails, so that it can be had again. */
  private static final long SEED = Long.getLong("statsfs.seed", 20261123);

  /** The same stats through both readers. */
  private static final class Both implements AutoCloseable {
    final StatsFs nioFs;
    final StatsFs jniFs;
    final Sampler nio;
    final Sampler jni;

    Both(UnaryOperator<StatsFs.Builder> roots, StatFilter filter) {
      StatsFs.Builder builder = roots.apply(StatsFs.builder().refreshInterval(Duration.ZERO));
      nioFs = builder.reader("nio").build();
      jniFs = builder.reader("jni").build();
      nio = nioFs.sampler(filter);
      jni = jniFs.sampler(filter);
    }

    void refresh() {
      nioFs.refresh();
      jniFs.refresh();
    }

    void sampleAndCompare() {
      nio.sample();
      jni.sample();
      assertEquals(nio.size(), jni.size());
      for (int i = 0; i < nio.size(); i++) {
        assertEquals(nio.stat(i).toString(), jni.stat(i).toString());
        String ofNio = outcome(nio, i);
        String ofJni = outcome(jni, i);
        if (!ofNio.equals(ofJni)) {
          throw new AssertionError(difference(i, ofNio, ofJni));
        }
        // Java has not always been told the number.
        if (nio.errno(i) != 0 && nio.errno(i) != jni.errno(i)) {
          throw new AssertionError(difference(i, "errno " + nio.errno(i), "errno " + jni.errno(i)));
        }
      }
    }

    private String difference(int i, String ofNio, String ofJni) {
      String text;
      try {
        text = nioFs.readText(nio.stat(i));
      } catch (RuntimeException e) {
        text = e.toString();
      }
      return nio.stat(i)
          + ": nio "
          + ofNio
          + ", jni "
          + ofJni
          + ", text '"
          + text
          + "', seed "
          + SEED;
    }

    /**
     * Of values that move: what comes between two equal answers of one must be the other's. A value
     * may have gone and come back in between, but not each time.
     *
     * @return how many stood still
     */
    int sampleAndCompareWhatStandsStill() {
      Map<String, String> differing = new TreeMap<>();
      int compared = sampleAndFindWhatDiffers(differing);
      for (int i = 0; i < 5 && !differing.isEmpty(); i++) {
        Map<String, String> again = new TreeMap<>();
        sampleAndFindWhatDiffers(again);
        differing.keySet().retainAll(again.keySet());
      }
      assertEquals(Map.of(), differing);
      return compared;
    }

    private int sampleAndFindWhatDiffers(Map<String, String> differing) {
      nio.sample();
      String[] before = new String[nio.size()];
      for (int i = 0; i < before.length; i++) {
        before[i] = outcome(nio, i);
      }
      jni.sample();
      nio.sample();
      assertEquals(nio.size(), jni.size());
      int compared = 0;
      for (int i = 0; i < before.length; i++) {
        assertEquals(nio.stat(i).toString(), jni.stat(i).toString());
        assertEquals(nio.status(i), jni.status(i), nio.stat(i).toString());
        if (outcome(nio, i).equals(before[i])) {
          compared++;
          if (!outcome(jni, i).equals(before[i])) {
            differing.put(nio.stat(i).toString(), before[i] + ", but jni " + outcome(jni, i));
          }
        }
      }
      return compared;
    }

    @Override
    public void close() {
      nioFs.close();
      jniFs.close();
    }
  }

  private static String outcome(Sampler sampler, int i) {
    return sampler.status(i)
        + " "
        + sampler.longValue(i)
        + (sampler.isUnsigned(i) ? " unsigned" : "")
        + (sampler.isDouble(i) ? " double " : " ")
        + Long.toHexString(Double.doubleToRawLongBits(sampler.doubleValue(i)));
  }

  @Test
  void sysfs() {
    try (NetworkInterface made = NetworkInterface.create();
        Both both =
            new Both(
                b -> b.root(Path.of("/sys/class/net")),
                StatFilter.device("lo").or(StatFilter.device(made.name())))) {
      for (int round = 0; round < 20; round++) {
        assertTrue(both.sampleAndCompareWhatStandsStill() > 20);
      }
      assertEquals(both.jni.size(), both.jni.count(Status.OK));
      made.delete();
      both.sampleAndCompareWhatStandsStill();
      assertTrue(both.jni.count(Status.GONE) > 20);
      made.createAgain();
      both.sampleAndCompareWhatStandsStill();
      assertEquals(both.jni.size(), both.jni.count(Status.OK));
    }
  }

  /** All of sysfs that holds one thing per file: numbers, texts, and what refuses to be read. */
  @Test
  void everythingOfAnInterfaceAndOfTheMemory() throws Exception {
    List<Path> roots =
        Stream.of("/sys/kernel/mm", "/sys/class/net/lo", "/sys/module/kernel/parameters")
            .map(Path::of)
            .filter(Files::isDirectory)
            .toList();
    try (Both both = new Both(b -> withRoots(b, roots), StatFilter.all())) {
      int compared = 0;
      for (int round = 0; round < 5; round++) {
        compared = Math.max(compared, both.sampleAndCompareWhatStandsStill());
      }
      assertTrue(compared > 50, compared + " of " + both.jni.size());
      assertTrue(both.jni.count(Status.OK) > 30);
    }
  }

  @Test
  void procfs() {
    List<Path> roots = List.of(Path.of("/proc/vmstat"), Path.of("/proc/meminfo"));
    try (Both both = new Both(b -> withRoots(b, roots), StatFilter.all())) {
      for (int round = 0; round < 20; round++) {
        assertTrue(both.sampleAndCompareWhatStandsStill() > 50);
        assertEquals(both.jni.size(), both.jni.count(Status.OK));
      }
    }
  }

  @Test
  void debugfs() {
    try (DebugfsMount mount = DebugfsMount.create()) {
      List<Path> roots =
          Stream.of("kvm", "bdi", "block", "clk", "extfrag", "slab", "x86", "xfs")
              .map(mount.root()::resolve)
              .filter(Files::isDirectory)
              .toList();
      try (Both both = new Both(b -> withRoots(b, roots), StatFilter.all())) {
        int compared = 0;
        for (int round = 0; round < 5; round++) {
          compared = Math.max(compared, both.sampleAndCompareWhatStandsStill());
        }
        assertTrue(compared > 20, compared + " of " + both.jni.size());
        assertTrue(both.jni.count(Status.OK) > 10);
      }
    }
  }

  private static StatsFs.Builder withRoots(StatsFs.Builder builder, List<Path> roots) {
    roots.forEach(builder::root);
    return builder;
  }

  @Test
  void filesOfOddNamesAndContents() {
    Random random = new Random(SEED);
    try (TestTree tree = TestTree.inMemory()) {
      List<String> files = new ArrayList<>();
      List<String> sources = new ArrayList<>();
      for (int s = 0; s < 60; s++) {
        String source = "sub" + s % 5 + "/" + oddName(random) + s;
        sources.add(source);
        StringBuilder schema = new StringBuilder();
        for (int f = 0; f < 80; f++) {
          String name = oddName(random) + f;
          files.add(source + "/" + name);
          tree.file(source + "/" + name, OddText.value(random));
          if (f % 4 == 0) {
            schema.append("METRIC\nNAME ").append(name).append("\nFLAG GAUGE\nTYPE ");
            schema.append(f % 8 == 0 ? "FLOAT" : "INT").append("\nDESC what\n\n");
          }
        }
        if (s % 2 == 0) {
          tree.schema(source, schema.toString());
        }
      }
      tree.settle();
      try (Both both = new Both(b -> b.root(tree.root()), StatFilter.all())) {
        both.sampleAndCompare();
        assertEquals(files.size(), both.jni.size());
        for (Status status : List.of(Status.OK, Status.NOT_A_NUMBER)) {
          assertTrue(both.jni.count(status) > files.size() / 5, status.toString());
        }
        for (int round = 0; round < 5; round++) {
          // In place, so that the catalog does not change.
          for (String file : files) {
            tree.file(file, OddText.value(random));
          }
          both.sampleAndCompare();
        }
        for (int i = 0; i < files.size(); i += 10) {
          replace(tree, files.get(i), i / 10 % 5);
        }
        tree.remove(sources.get(7)).move(sources.get(8), sources.get(7));
        both.sampleAndCompare();
        assertTrue(both.jni.count(Status.GONE) > 80);
        both.refresh();
        both.sampleAndCompare();
      }
    }
  }

  /** What a file may find itself replaced by. */
  private static void replace(TestTree tree, String file, int how) {
    byte[] bytes = "17\n".getBytes(StandardCharsets.UTF_8);
    tree.remove(file);
    switch (how) {
      case 0 -> tree.directory(file);
      case 1 -> tree.link(file, Path.of("/proc/self/stat"));
      case 2 -> tree.link(file, Path.of("nowhere"));
      case 3 -> tree.file(file, bytes);
      default -> {
        // Stays away.
      }
    }
  }

  /** Declared, since an undeclared file with odd lines gives nothing at all. */
  private static StatsFs.Builder withFlatKeyed(StatsFs.Builder builder, List<Path> roots) {
    for (Path root : roots) {
      String name = root.getFileName().toString();
      builder.root(
          root,
          Layout.builder(name)
              .subsystem(name)
              .files(FileDeclaration.flatKeyed("", List.of()))
              .build());
    }
    return builder;
  }

  @Test
  void filesOfOddLines() {
    Random random = new Random(SEED);
    try (TestTree tree = TestTree.inMemory()) {
      List<Path> roots = new ArrayList<>();
      for (int f = 0; f < 300; f++) {
        tree.file("flat" + f, OddText.lines(random));
        roots.add(tree.path("flat" + f));
      }
      Limits few = Limits.builder().depth(1).sources(1000).stats(100_000).fileBytes(4096).build();
      for (Limits limits : List.of(Limits.defaults(), few)) {
        StatFilter filter = limits == few ? StatFilter.name("name1*") : StatFilter.all();
        try (Both both = new Both(b -> withFlatKeyed(b, roots).limits(limits), filter)) {
          both.sampleAndCompare();
          assertTrue(both.jni.size() > 200, "" + both.jni.size());
          for (int round = 0; round < 5; round++) {
            for (int f = 0; f < 300; f++) {
              tree.file("flat" + f, OddText.lines(random));
            }
            both.sampleAndCompare();
            int read = both.jni.count(Status.OK);
            int gone = both.jni.count(Status.GONE);
            assertTrue(read > 20 && gone > 100, read + " read, " + gone + " gone");
            if (round % 2 == 1) {
              both.refresh();
              both.sampleAndCompare();
            }
          }
          both.refresh();
          tree.remove("flat7").remove("flat8").directory("flat8");
          both.sampleAndCompare();
        }
        tree.remove("flat8")
            .file("flat7", OddText.lines(random))
            .file("flat8", OddText.lines(random));
      }
    }
  }

  private static String oddName(Random random) {
    String[] parts = {
      "a",
      "guest doorbell",
      " ",
      "\\xff",
      "\\x80\\xfe",
      "ü",
      "名前",
      "\t",
      "\n",
      "*",
      "?",
      "[x]",
      "'",
      "\"",
      "\\",
      "\\x5cxff",
      "a:b",
      "-",
      "..",
      "%00",
      "$HOME",
      "x".repeat(60),
      "9",
      "😀"
    };
    StringBuilder name = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      name.append(parts[random.nextInt(parts.length)]);
    }
    // A name that begins with a dot may mean something else.
    return "n" + name;
  }

  /** Texts as files of statistics hold them, and as they might. */
  private static final class OddText {
    private static final String[] WHOLE = {
      "",
      "\n",
      " ",
      "\n\n",
      "0",
      "-0",
      "+0",
      "+5",
      "00012",
      "-",
      "+",
      "--5",
      "+-5",
      "0x1f",
      "0X1303\n",
      "0xffffffffffffffff",
      "0x10000000000000000",
      "-0x1f",
      "0x",
      "0xg",
      "0000000000000400",
      "0022",
      "-01",
      "00.5",
      "0e12",
      "1 2",
      "1\n2\n",
      "1\n\n",
      "\n5\n",
      "5\0",
      "\0",
      "NaN",
      "inf",
      "-inf",
      "Infinity",
      "nan(1)",
      "1e5",
      "1E-5",
      "1e400",
      "-1e400",
      "1e-400",
      "4.9e-324",
      "2.4703282292062328e-324",
      ".5",
      "5.",
      "-.5",
      "1.5e",
      "1.5e+",
      "1.5e+3",
      "1..5",
      "1.5.5",
      "1,5",
      "1.5f",
      "0d",
      "5d",
      "0x1p3",
      "RUNNABLE",
      "9223372036854775807",
      "9223372036854775808",
      "-9223372036854775808",
      "-9223372036854775809",
      "18446744073709551615",
      "18446744073709551616",
      "-18446744073709551615",
      "99999999999999999999999999",
      "9007199254740993.0",
      "9007199254740992.5",
      "0.1",
      "-0.0",
      "1.7976931348623157e308",
      "1.7976931348623159e308",
      "179769313486231580793.7e288",
      "5\u00a0",
      "٣",
      "\ufeff5",
      "5\u000b",
      "\f5\r\n",
      "2.2250738585072011e-308",
      "1e0000000000000000001",
      "0e99999999999999999999",
      "1e99999999999999999999",
      "0.000000000000000000000000000001"
    };

    static byte[] value(Random random) {
      switch (random.nextInt(10)) {
        case 0:
          return bytes(WHOLE[random.nextInt(WHOLE.length)]);
        case 1:
          return bytes(random.nextLong() + "\n");
        case 2:
          return bytes(Long.toUnsignedString(random.nextLong()) + "\n");
        case 3:
          return bytes(blanks(random, 3) + random.nextInt() + blanks(random, 3));
        case 4:
          return bytes(decimal(random) + "\n");
        case 5:
          return aroundTheLimit(random);
        case 6:
          byte[] mutated = bytes(WHOLE[random.nextInt(WHOLE.length)] + decimal(random));
          mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
          return mutated;
        case 7:
          byte[] any = new byte[random.nextInt(30)];
          random.nextBytes(any);
          return any;
        default:
          return bytes(Integer.toString(random.nextInt(1000)));
      }
    }

    /** Of as many digits as it likes. */
    static String decimal(Random random) {
      StringBuilder text = new StringBuilder(random.nextBoolean() ? "" : "-");
      digits(random, text, 1 + random.nextInt(random.nextInt(4) == 0 ? 400 : 20));
      if (random.nextInt(5) > 0) {
        text.append('.');
        digits(random, text, 1 + random.nextInt(random.nextInt(4) == 0 ? 800 : 20));
      }
      if (random.nextInt(3) == 0) {
        text.append(random.nextBoolean() ? 'e' : 'E').append(random.nextInt(700) - 350);
      }
      return text.toString();
    }

    private static void digits(Random random, StringBuilder text, int count) {
      for (int i = 0; i < count; i++) {
        text.append((char) ('0' + random.nextInt(10)));
      }
    }

    /** The most that a file of one value may hold is 4,095 bytes. */
    private static byte[] aroundTheLimit(Random random) {
      int length = 4093 + random.nextInt(6);
      byte[] text = new byte[length];
      String fillings = " 0\n";
      Arrays.fill(text, (byte) fillings.charAt(random.nextInt(fillings.length())));
      byte[] number = bytes(random.nextBoolean() ? "1234" : "12.5");
      int at = new int[] {0, length / 2, length - number.length}[random.nextInt(3)];
      System.arraycopy(number, 0, text, at, number.length);
      return text;
    }

    static String blanks(Random random, int most) {
      String blanks = " \t\n\u000b\f\r";
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(most + 1); i > 0; i--) {
        text.append(blanks.charAt(random.nextInt(blanks.length())));
      }
      return text.toString();
    }

    /** Lines of {@code name value}, and of everything else. */
    static byte[] lines(Random random) {
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      int count = random.nextInt(random.nextInt(10) == 0 ? 1000 : 40);
      // Where as many lines are odd, or repeat a name, nothing is read.
      for (int i = 0; i < count; i++) {
        text.writeBytes(bytes("name" + (1000 + i) + " " + random.nextInt() + "\n"));
      }
      for (int i = 0; i < count; i++) {
        text.writeBytes(line(random, "name" + random.nextInt(60)));
        if (i < count - 1 || random.nextBoolean()) {
          text.write('\n');
        }
      }
      return text.toByteArray();
    }

    private static byte[] line(Random random, String name) {
      switch (random.nextInt(18)) {
        case 0:
          return bytes(name + ": " + random.nextInt() + " kB");
        case 1:
          return bytes(name + "\t" + Long.toUnsignedString(random.nextLong()));
        case 2:
          return bytes(blanks(random, 2) + name + blanks(random, 2) + random.nextInt());
        case 3:
          return bytes(name);
        case 4:
          return bytes(name + " " + random.nextInt() + " " + random.nextInt());
        case 5:
          return bytes(name + " " + decimal(random));
        case 6:
          ByteArrayOutputStream text = new ByteArrayOutputStream();
          text.writeBytes(bytes(name + " "));
          text.writeBytes(value(random));
          return text.toByteArray();
        case 7:
          return bytes(name + ":" + random.nextInt(3));
        case 8:
          byte[] any = new byte[random.nextInt(40)];
          random.nextBytes(any);
          return any;
        case 9:
          return bytes(": 5");
        case 10:
          return bytes("\u00e4" + name + "\0 " + random.nextInt() + "\r");
        case 11:
          return bytes(name + " -");
        case 12:
          String[] numbers = {"0.00", "1/345", "000000a1", "deadbeef", "0x1303", "-5", "8:0", "7:"};
          return bytes(numbers[random.nextInt(numbers.length)] + " " + random.nextInt(3));
        case 13:
          return bytes(name + " 0x" + Long.toHexString(random.nextLong()) + blanks(random, 2));
        case 14:
          return bytes("\t" + name + ": 5 " + WHOLE[random.nextInt(WHOLE.length)]);
        case 15:
          return bytes(name + " 5 kB" + blanks(random, 2) + (random.nextBoolean() ? "" : "x"));
        default:
          return bytes(name + " " + random.nextInt(1000));
      }
    }

    private static byte[] bytes(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }
}
