package io.statsfs.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatsFs;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.spi.MetricDeclaration.Instrument;
import io.statsfs.spi.MetricDeclaration.Point;
import io.statsfs.spi.MetricDeclaration.Term;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.testkit.TestTree;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValueTest {
  private static final String MOST = "18446744073709551615";
  private static final String ABSENT = "absent";

  @AutoClose private final TestTree tree = TestTree.inMemory();

  private static MetricDeclaration metric(String unit, Point point) {
    return MetricDeclaration.builder("semconv", "m", Instrument.GAUGE)
        .unit(unit)
        .point(point)
        .build();
  }

  private static Layout layout(MetricDeclaration metric, StatDeclaration... stats) {
    return Layout.builder("mine")
        .schemaFile(".schema")
        .stats(List.of(stats))
        .metrics(List.of(metric))
        .build();
  }

  private static StatDeclaration unit(String stat, String unit) {
    return StatDeclaration.of(stat, Stat.Kind.LEVEL, unit, "x", "");
  }

  /** The value of the only point of the metric m, as it is in the tree now. */
  private String value(MetricDeclaration metric, StatDeclaration... stats) {
    try (StatsFs fs =
            StatsFs.builder()
                .root(tree.settle().root(), layout(metric, stats))
                .refreshInterval(Duration.ZERO)
                .build();
        Sampler sampler = fs.sampler()) {
      Metrics metrics = Metrics.builder(Naming.semconv()).build();
      sampler.sample();
      metrics.update(sampler);
      return value(metrics, sampler);
    }
  }

  private static String value(Metrics metrics, Sampler sampler) {
    Metric metric =
        metrics.list().stream().filter(m -> m.name().equals("m")).findFirst().orElseThrow();
    assertEquals(1, metric.points().size());
    Value value = new Value();
    return !value.read(metric.points().get(0), sampler)
        ? ABSENT
        : value.isLong() ? "" + value.longValue() : "" + value.doubleValue();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-9223372036854775808, -9223372036854775808",
    "9223372036854775807, 9223372036854775807",
    "9223372036854775808, 9.223372036854775808E18",
    "18446744073709551615, 1.8446744073709552E19",
    "0.25, 0.25",
    "text, absent",
  })
  void aStatAloneIsItsValue(String text, String expected) {
    tree.stat("a/x", text);
    String value = value(metric("", Point.sum(List.of(), Term.plus("a/x"))));
    assertEquals(expected.equals(ABSENT) ? ABSENT : normal(expected), value);
  }

  private static String normal(String number) {
    return number.matches("-?\\d+") ? number : "" + Double.parseDouble(number);
  }

  @ParameterizedTest
  @CsvSource({
    // Beyond 2^53 a double would lose the last digits.
    "9007199254740993, 1, 9007199254740994, 9007199254740992",
    "9223372036854775807, 1, 9.223372036854775808E18, 9223372036854775806",
    "-9223372036854775808, 1, -9223372036854775807, -9.223372036854775809E18",
    "18446744073709551615, 18446744073709551615, 3.689348814741910323E19, 0",
    "18446744073709551615, 9223372036854775808, 2.7670116110564327423E19, 9223372036854775807",
    "1, 18446744073709551615, 18446744073709551616, -1.8446744073709551614E19",
    "0.5, 0.25, 0.75, 0.25",
    "1, 0.25, 1.25, 0.75",
  })
  void sumsAndDifferencesNeverWrapAround(String x, String y, String sum, String difference) {
    tree.stat("a/x", x).stat("a/y", y);
    assertEquals(
        List.of(sum.equals("18446744073709551616") ? "" + 0x1p64 : normal(sum), normal(difference)),
        List.of(
            value(metric("", Point.sum(List.of(), Term.plus("a/x"), Term.plus("a/y")))),
            value(metric("", Point.sum(List.of(), Term.plus("a/x"), Term.minus("a/y"))))));
  }

  @ParameterizedTest
  @CsvSource({
    "KiBy, By, 3, 3072",
    "KiBy, By, 18014398509481983, 1.8446744073709550592E19",
    "KiBy, By, -9007199254740992, -9223372036854775808",
    "{sector}, By, 7, 3584",
    "ms, s, 1500, 1.5",
    "ns, s, 18446744073709551615, 1.8446744073709551615E10",
    "us, s, -1, -1.0E-6",
    "mCel, Cel, 48500, 48.5",
    "'%', 1, 7, 0.07",
    "'%', 1, 0.29, 0.0029",
    "s, ms, 2, 2000",
    "kHz, Hz, 2400000, 2400000000",
    "{page}, {operation}, 5, 5",
    "furlong, By, 5, 5",
  })
  void unitsAreConvertedExactly(String from, String to, String text, String expected) {
    tree.stat("a/x", text);
    assertEquals(
        normal(expected),
        value(metric(to, Point.sum(List.of(), Term.plus("a/x"))), unit("x", from)));
  }

  @Test
  void aQuotientRoundsOnceAndByZeroIsAbsent() {
    MetricDeclaration used =
        metric(
            "1", Point.quotient(List.of(), Term.plus("a/t"), Term.plus("a/t"), Term.minus("a/f")));
    tree.stat("a/t", 3).stat("a/f", 1);
    assertEquals("" + 2.0 / 3, value(used));
    tree.stat("a/f", 4);
    assertEquals("" + -1.0 / 3, value(used));
    // Units other than that of the divisor are converted.
    assertEquals("" + -4093.0 / 3, value(used, unit("f", "KiBy"), unit("t", "By")));
    tree.stat("a/t", 0);
    assertEquals(ABSENT, value(used));
    tree.stat("a/t", MOST).stat("a/f", 1);
    assertEquals("1.0", value(used));
    tree.stat("a/t", "0.5").stat("a/f", "0.125");
    assertEquals("0.75", value(used));
  }

  @Test
  void thereIsAValueOnlyIfAllStatsHaveOne() {
    tree.stat("a/x", 1).stat("a/y", 2).stat("a/z", 3);
    MetricDeclaration metric =
        metric(
            "1", Point.quotient(List.of(), Term.plus("a/z"), Term.plus("a/x"), Term.plus("a/y")));
    try (StatsFs fs =
            StatsFs.builder()
                .root(tree.settle().root(), layout(metric))
                .refreshInterval(Duration.ZERO)
                .build();
        Sampler sampler = fs.sampler()) {
      Metrics metrics = Metrics.builder(Naming.semconv()).build();
      sampler.sample();
      metrics.update(sampler);
      assertEquals("1.0", value(metrics, sampler));
      for (String stat : List.of("x", "y", "z")) {
        tree.stat("a/" + stat, "text");
        sampler.sample();
        assertEquals(ABSENT, value(metrics, sampler), stat);
        tree.stat("a/" + stat, 1);
      }
    }
  }

  @Test
  void aCountIsTheNumberOfRowsThatAreThere() {
    tree.stat("cpu/0/user", 1).stat("cpu/1/user", 2).stat("cpu/2/user", "text").stat("a/b", 1);
    MetricDeclaration metric = metric("{cpu}", Point.count(List.of(), Term.plus("cpu/*/user")));
    try (StatsFs fs =
            StatsFs.builder()
                .root(tree.settle().root(), layout(metric))
                .refreshInterval(Duration.ZERO)
                .build();
        Sampler sampler = fs.sampler()) {
      Metrics metrics = Metrics.builder(Naming.semconv()).build();
      sampler.sample();
      metrics.update(sampler);
      assertEquals("3", value(metrics, sampler));
      tree.remove("cpu/1");
      sampler.sample();
      assertEquals("2", value(metrics, sampler));
      tree.remove("cpu/0").remove("cpu/2");
      sampler.sample();
      assertEquals(ABSENT, value(metrics, sampler));
    }
  }

  @Test
  void quotientsAreTheNearestDoubles() {
    Random random = new Random(7);
    for (int i = 0; i < 200_000; i++) {
      BigInteger dividend = new BigInteger(random.nextInt(127), random);
      BigInteger divisor = new BigInteger(1 + random.nextInt(126), random).add(BigInteger.ONE);
      if (random.nextInt(4) == 0) {
        // Half-way between two doubles, or nearly.
        dividend =
            divisor
                .multiply(BigInteger.valueOf((1L << 54) + 2L * random.nextInt(1 << 20) + 1))
                .add(BigInteger.valueOf(random.nextInt(3) - 1));
      }
      if (dividend.bitLength() > 127 || dividend.signum() < 0 || divisor.bitLength() > 126) {
        continue;
      }
      assertEquals(
          nearest(dividend, divisor),
          Value.quotient(
              dividend.shiftRight(64).longValue(),
              dividend.longValue(),
              divisor.shiftRight(64).longValue(),
              divisor.longValue()),
          dividend + " / " + divisor);
    }
  }

  /** By so many digits that rounding twice is rounding once. */
  private static double nearest(BigInteger dividend, BigInteger divisor) {
    return new BigDecimal(dividend)
        .divide(new BigDecimal(divisor), new MathContext(150))
        .doubleValue();
  }

  @Test
  void whatMightNotFitInto128BitsIsRefused() {
    long[] multipliers = {1L << 60, 1L << 60, 1};
    boolean isRefused = false;
    try {
      io.statsfs.metrics.Point.Formula.sum(new int[] {0, 1, 2}, multipliers, 1, -1);
    } catch (ArithmeticException e) {
      isRefused = true;
    }
    assertTrue(isRefused);
    assertFalse(io.statsfs.metrics.Point.Formula.times(1, 3).isInteger());
  }
}
