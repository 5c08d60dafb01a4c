package io.statsfs.core;

import io.statsfs.Layout;
import io.statsfs.Stat;
import io.statsfs.Status;
import io.statsfs.Tree;
import io.statsfs.core.text.FlatKeyedText;
import io.statsfs.core.text.NameText;
import io.statsfs.core.text.NumberText;
import io.statsfs.spi.SampleMemory;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names, numbers and files of many values, each held to the plainest way to read it. Run by Jazzer,
 * which calls {@link #fuzzerTestOneInput}, and by {@link FuzzCorpusTest}.
 */
public final class TextFuzz {
  private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MAX = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);

  private static final String BLANK = "[ \\t-\\r]";
  private static final Pattern INTEGER = Pattern.compile(BLANK + "*([-+]?[0-9]+)" + BLANK + "*");
  private static final Pattern DECIMAL =
      Pattern.compile(BLANK + "*([-+]?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?)" + BLANK + "*");
  private static final Pattern LINE =
      Pattern.compile(
          "([^ \\t-\\r]+)[ \\t\\x0b-\\r]+([-+]?[0-9][^ \\t-\\r]*)([ \\t\\x0b-\\r]+([^ \\t-\\r]*).*)?",
          Pattern.DOTALL);

  private TextFuzz() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    String name = NameText.decode(bytes);
    require(Arrays.equals(bytes, NameText.encode(name)), "another name: " + name);
    number(bytes);
    lines(bytes);
  }

  private static void number(byte[] bytes) {
    SampleMemory memory = new SampleMemory(2);
    NumberText.put(ByteBuffer.wrap(bytes), 0, bytes.length, false, memory, 0);
    NumberText.put(ByteBuffer.wrap(bytes), 0, bytes.length, true, memory, 1);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    check(text, false, memory, 0);
    check(text, true, memory, 1);
  }

  private static void check(String text, boolean asDouble, SampleMemory memory, int index) {
    Matcher integer = INTEGER.matcher(text);
    Matcher decimal = DECIMAL.matcher(text);
    boolean found = memory.status(index) == Status.OK;
    if (!asDouble && integer.matches()) {
      BigInteger value = new BigInteger(integer.group(1));
      boolean fits = value.compareTo(MIN) >= 0 && value.compareTo(MAX) <= 0;
      require(found == fits, "an integer: " + text);
      if (fits) {
        require(memory.longValue(index) == value.longValue(), "another integer: " + text);
        require(!memory.isDouble(index), "a double: " + text);
        // Where only the sign tells, it is told.
        require(
            memory.isUnsigned(index) == (value.bitLength() == 64) || value.bitLength() < 64,
            "another sign: " + text);
      }
    } else if (decimal.matches()) {
      double value = Double.parseDouble(decimal.group(1));
      require(found == !Double.isInfinite(value), "a decimal: " + text);
      if (found) {
        require(
            Double.compare(memory.doubleValue(index), value) == 0,
            memory.doubleValue(index) + ", but " + value + ": " + text);
      }
    } else {
      require(memory.status(index) == Status.NOT_A_NUMBER, "no number: " + text);
    }
  }

  private static void lines(byte[] bytes) {
    Map<String, String> units = new LinkedHashMap<>();
    Map<String, String> values = new LinkedHashMap<>();
    for (String line : new String(bytes, StandardCharsets.ISO_8859_1).split("\n")) {
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        continue;
      }
      String name = matcher.group(1);
      name = name.endsWith(":") ? name.substring(0, name.length() - 1) : name;
      if (name.isEmpty()) {
        continue;
      }
      String unit = matcher.group(4) == null ? "" : matcher.group(4);
      if (units.putIfAbsent(decode(name), decode(unit)) == null) {
        values.put(decode(name), matcher.group(2));
      }
    }
    ByteBuffer text = ByteBuffer.wrap(bytes);
    List<FlatKeyedText.Line> expected = new ArrayList<>();
    units.forEach((name, unit) -> expected.add(new FlatKeyedText.Line(name, unit)));
    List<FlatKeyedText.Line> found = FlatKeyedText.lines(text, bytes.length);
    require(found.equals(expected), found + ", but " + expected);

    Map<String, Schema.Metric> metrics = new LinkedHashMap<>();
    units.keySet().forEach(name -> metrics.put(name, Schema.Metric.UNKNOWN));
    List<Stat> stats =
        SourceImpl.ofFile(
                Place.root(new Tree(Path.of("/"), Layout.statsfs(), "")),
                Path.of("/flat"),
                FileSystemType.of("tmpfs"),
                metrics)
            .stats();
    // Each second one first, so that they are not in the order of the text.
    List<Stat> mixed = new ArrayList<>();
    for (int i = 0; i < stats.size(); i++) {
      mixed.add(i % 2 == 0 ? 0 : mixed.size(), stats.get(i));
    }
    SampleMemory memory = new SampleMemory(stats.size());
    FlatKeyedText flat = new FlatKeyedText(mixed);
    flat.put(text, bytes.length, memory, 0);
    require(!flat.isOutdated(), "outdated");
    for (int i = 0; i < mixed.size(); i++) {
      check(values.get(mixed.get(i).name()), false, memory, i);
    }
  }

  private static String decode(String name) {
    return NameText.decode(name.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void require(boolean condition, String broken) {
    if (!condition) {
      throw new AssertionError(broken);
    }
  }
}
