package io.statsfs.core.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Status;
import io.statsfs.spi.SampleMemory;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumberTextTest {
  private static final BigInteger MIN = BigInteger.ONE.shiftLeft(63).negate();
  private static final BigInteger MAX = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

  private static SampleMemory parse(String text, boolean asDouble) {
    // Not at the beginning, with digits around that must not be looked at.
    byte[] bytes = ("99" + text + "99").getBytes(StandardCharsets.ISO_8859_1);
    SampleMemory memory = new SampleMemory(3);
    memory.putLong(0, -7);
    memory.putLong(2, -7);
    NumberText.put(ByteBuffer.wrap(bytes), 2, bytes.length - 2, asDouble, memory, 1);
    assertEquals(-7, memory.longValue(0));
    assertEquals(-7, memory.longValue(2));
    return memory;
  }

  private static void assertInteger(String expected, String text) {
    SampleMemory memory = parse(text, false);
    assertEquals(Status.OK, memory.status(1), text);
    assertFalse(memory.isDouble(1), text);
    BigInteger value = new BigInteger(expected);
    assertEquals(value.longValue(), memory.longValue(1), text);
    assertEquals(value.bitLength() > 63 && value.signum() > 0, memory.isUnsigned(1), text);
    assertEquals(value.doubleValue(), memory.doubleValue(1), text);
  }

  private static void assertNoNumber(String text, boolean asDouble) {
    SampleMemory memory = parse(text, asDouble);
    assertEquals(Status.NOT_A_NUMBER, memory.status(1), () -> "'" + text + "'");
    assertEquals(0, memory.longValue(1));
    assertEquals(0, memory.errno(1));
  }

  private static void assertDouble(String text, boolean asDouble) {
    SampleMemory memory = parse(text, asDouble);
    assertEquals(Status.OK, memory.status(1), text);
    assertTrue(memory.isDouble(1), text);
    assertEquals(
        Double.doubleToRawLongBits(Double.parseDouble(text)),
        Double.doubleToRawLongBits(memory.doubleValue(1)),
        text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "1",
        "1084",
        "-128",
        "9223372036854775807",
        "9223372036854775808",
        "9223372036854775809",
        "18446744073709551609",
        "18446744073709551610",
        "18446744073709551614",
        "18446744073709551615",
        "-1",
        "-9223372036854775807",
        "-9223372036854775808"
      })
  void integersComeThroughWithAndWithoutLineEnd(String text) {
    assertInteger(text, text);
    assertInteger(text, text + "\n");
  }

  @ParameterizedTest
  @CsvSource({"+5, 5", "-0, 0", "+0, 0", "007, 7", "00000000000000000000000000012, 12"})
  void signsAndLeadingZerosAreTaken(String text, String value) {
    assertInteger(value, text);
  }

  @Test
  void whiteSpaceAroundIsLeftOut() {
    assertInteger("42", " \t42 \r\n");
    assertInteger("42", "\n\n42\n\n");
    assertInteger("-42", "\f\u000b-42\u000b\f");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "18446744073709551616",
        "18446744073709551620",
        "18446744073709551625",
        "184467440737095516150",
        "36893488147419103232",
        "-9223372036854775809",
        "-18446744073709551615",
        "-18446744073709551616",
        "99999999999999999999",
        "100000000000000000000000000000000000000000"
      })
  void integersBeyond64BitsAreNoNumbers(String text) {
    assertNoNumber(text, false);
    assertNoNumber(text + "\n", false);
  }

  @Test
  void fourThousandDigitsAreNoNumber() {
    assertNoNumber("1".repeat(4000), false);
    assertNoNumber("1".repeat(4000), true);
    assertNoNumber("-" + "9".repeat(4000), true);
    assertInteger("1", "0".repeat(3999) + "1");
    assertDouble("0." + "3".repeat(4000), false);
    assertDouble("0." + "0".repeat(4000) + "3", true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "\n",
        "-",
        "+",
        "- 5",
        "--5",
        "+-5",
        "RUNNABLE",
        "5 6",
        "5\n6",
        "5\n6\n",
        "0x10",
        "10h",
        "5a",
        "a5",
        "5,0",
        "1_000",
        "NaN",
        "Infinity",
        "-Infinity",
        "inf",
        "nan",
        "1f",
        "1d",
        "1L",
        "5-",
        "5+",
        "\u00a05",
        "5\u00a0",
        "٣",
        "5\u0000",
        "1e",
        "1e+",
        "1e-",
        "1.",
        ".5",
        "-.5",
        ".",
        "e5",
        "1.5.2",
        "1.e5",
        "1e5.0",
        "1e5e5",
        "1.5 2",
        "0x1p3",
        "1.5f",
        "1.5d"
      })
  void anythingElseIsNoNumber(String text) {
    assertNoNumber(text, false);
    assertNoNumber(text, true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0",
        "-0.0",
        "1.5",
        "+1.5",
        "-1.5",
        "0.1",
        "98.6",
        "3.14159265358979323846",
        "9007199254740992.0",
        "9007199254740993.0",
        "9007199254740993.5",
        "18446744073709551615.0",
        "18446744073709551616.5",
        "123456789012345678901234567890.5",
        "0.00000000000000000000000000000000000001",
        "1e5",
        "1E5",
        "1e+5",
        "1.25e-3",
        "-2.5E+10",
        "1e308",
        "1.7976931348623157e308",
        "4.9e-324",
        "1e-400",
        "1e0000000000000000000005"
      })
  void decimalsAreTheNearestDoubleWhateverTheSchemaSays(String text) {
    assertDouble(text, false);
    assertDouble(text, true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "5",
        "-5",
        "9007199254740993",
        "-9007199254740993",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775809",
        "123456789012345678901234567890"
      })
  void integersOfFloatStatsAreDoubles(String text) {
    assertDouble(text, true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e309", "-1e309", "1.8e308", "1e2147483648", "1e99999999999999999999"})
  void whatOverflowsToInfinityIsNoNumber(String text) {
    assertNoNumber(text, false);
    assertNoNumber(text, true);
  }

  @Test
  void randomIntegersAgreeWithBigInteger() {
    Random random = new Random(7);
    for (int n = 0; n < 300_000; n++) {
      BigInteger value = new BigInteger(1 + random.nextInt(70), random);
      if (random.nextInt(4) == 0) {
        // Near the edges, where mistakes are.
        value =
            (random.nextBoolean() ? MAX : MIN.negate())
                .add(BigInteger.valueOf(random.nextInt(41) - 20));
      }
      value = random.nextBoolean() ? value.negate() : value;
      String text = value.toString();
      if (value.compareTo(MIN) < 0 || value.compareTo(MAX) > 0) {
        assertNoNumber(text, false);
      } else {
        assertInteger(text, text);
      }
    }
  }

  @Test
  void randomDecimalsAgreeWithParseDoubleBitForBit() {
    Random random = new Random(11);
    for (int n = 0; n < 300_000; n++) {
      StringBuilder text = new StringBuilder(random.nextInt(3) == 0 ? "-" : "");
      digits(text, 1 + random.nextInt(random.nextInt(5) == 0 ? 30 : 9), random);
      text.append('.');
      digits(text, 1 + random.nextInt(random.nextInt(5) == 0 ? 40 : 12), random);
      if (random.nextInt(4) == 0) {
        text.append(random.nextBoolean() ? 'e' : 'E').append(random.nextInt(560) - 280);
      }
      assertDouble(text.toString(), random.nextBoolean());
    }
  }

  private static void digits(StringBuilder text, int count, Random random) {
    for (int i = 0; i < count; i++) {
      text.append((char) ('0' + random.nextInt(10)));
    }
  }

  @Test
  void randomTextAgreesWithAPattern() {
    Random random = new Random(13);
    String alphabet = "0159+-.eE \n\tx";
    String number = "[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?";
    int numbers = 0;
    for (int n = 0; n < 300_000; n++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(8); i > 0; i--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String stripped = text.toString().strip();
      boolean expected =
          stripped.matches(number) && !Double.isInfinite(Double.parseDouble(stripped));
      Status status = parse(text.toString(), random.nextBoolean()).status(1);
      assertEquals(expected, status == Status.OK, () -> "'" + text + "'");
      numbers += expected ? 1 : 0;
    }
    assertTrue(numbers > 10_000);
  }
}
