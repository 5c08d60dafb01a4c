package io.statsfs.prometheus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers are read again as what they were, and have no digit too many. */
class NumbersTest {
  private static final int RANDOM = 200_000;

  private final byte[] bytes = new byte[Numbers.MAX_LENGTH];

  private String text(double value) {
    return new String(bytes, 0, Numbers.write(value, bytes, 0), StandardCharsets.US_ASCII);
  }

  private String text(long value) {
    return new String(bytes, 0, Numbers.write(value, bytes, 0), StandardCharsets.US_ASCII);
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        1,
        -1,
        9,
        10,
        99,
        100,
        -100,
        1234567890,
        1L << 53,
        Long.MAX_VALUE,
        Long.MIN_VALUE
      })
  void integersAreWhole(long value) {
    assertEquals(Long.toString(value), text(value));
  }

  @Test
  void soAreAllPowersOfTenAndTheirNeighbours() {
    for (long power = 1; power > 0 && power < Long.MAX_VALUE / 10; power *= 10) {
      for (long value = power - 2; value <= power + 2; value++) {
        assertEquals(Long.toString(value), text(value));
        assertEquals(Long.toString(-value), text(-value));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0.0, 0",
    "1, 1",
    "-3, -3",
    "0.5, 0.5",
    "-0.25, -0.25",
    "0.1, 0.1",
    "0.01, 0.01",
    "0.00001, 0.00001",
    "0.000001, 1e-6",
    "0.00000123, 1.23e-6",
    "0.3, 0.3",
    "0.30000000000000004, 0.30000000000000004",
    "12.34, 12.34",
    "1234567.891, 1234567.891",
    "9007199254740992, 9007199254740992",
    "9007199254740994, 9007199254740994",
    "18446744073709551615, 1.8446744073709552e19",
    "100000000000000000, 1e17",
    "12345678901234567000, 1.2345678901234567e19",
    "1e23, 1e23",
    "4.9e-324, 5e-324",
    "2.2250738585072014e-308, 2.2250738585072014e-308",
    "1.7976931348623157e308, 1.7976931348623157e308",
    "2e-323, 2e-323",
    "Infinity, +Inf",
    "-Infinity, -Inf",
    "NaN, NaN",
  })
  void decimalsAreShort(double value, String text) {
    assertEquals(text, text(value));
  }

  private void isShortest(double value) {
    String text = text(value);
    assertEquals(value, Double.parseDouble(text), text);
    int digits = new BigDecimal(text).stripTrailingZeros().precision();
    int theirs = new BigDecimal(Double.toString(value)).stripTrailingZeros().precision();
    assertTrue(digits <= Math.max(2, theirs), text + " has more digits than " + value);
    assertTrue(text.length() <= Numbers.MAX_LENGTH, text);
  }

  @Test
  void anyDoubleIsReadAgainAsItWas() {
    Random random = new Random(1);
    for (int i = 0; i < RANDOM; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        isShortest(value);
      }
      // What there is: quotients of integers.
      isShortest((double) (random.nextLong() >>> random.nextInt(64)) / 1_000_000_000);
      isShortest((double) random.nextInt() / (1 + random.nextInt(1000)));
    }
  }

  @Test
  void soArePowersOfTwoAndTheirNeighbours() {
    for (int e = Double.MIN_EXPONENT - 52; e <= Double.MAX_EXPONENT; e++) {
      double power = Math.scalb(1.0, e);
      isShortest(power);
      isShortest(Math.nextUp(power) < Double.POSITIVE_INFINITY ? Math.nextUp(power) : power);
      isShortest(Math.nextDown(power));
    }
    for (int e = -323; e <= 308; e++) {
      isShortest(Double.parseDouble("1e" + e));
    }
  }
}
