package io.statsfs.core.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Status;
import io.statsfs.spi.SampleMemory;
import java.math.BigInteger;
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
    NumberText.put(bytes, 2, bytes.length - 2, asDouble, memory, 1);
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
  @CsvSource({"+5, 5", "-0, 0", "+0, 0"})
  void signsAreTaken(String text, String value) {
    assertInteger(value, text);
  }

  /** The kernel prints octal and hexadecimal numbers with them, and identifiers. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "00",
        "007",
        "-01",
        "+00",
        "0022",
        "00.5",
        "-00.0",
        "0000000000000400",
        "08",
        "01e5"
      })
  void numbersHaveNoLeadingZeros(String text) {
    assertNoNumber(text, false);
    assertNoNumber(text + "\n", true);
  }

  @ParameterizedTest
  @CsvSource({
    "0x0, 0",
    "0x1303, 4867",
    "0X1f, 31",
    "0xDeadBeef, 3735928559",
    "0x0000000000000400, 1024",
    "0x7fffffffffffffff, 9223372036854775807",
    "0x8000000000000000, 9223372036854775808",
    "0xffffffffffffffff, 18446744073709551615"
  })
  void hexadecimalIntegersAreWhatTheyDenote(String text, String value) {
    assertInteger(value, text);
    assertInteger(value, " " + text + "\n");
    SampleMemory memory = parse(text, true);
    assertTrue(memory.isDouble(1), text);
    assertEquals(new BigInteger(value).doubleValue(), memory.doubleValue(1), text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0x",
        "0X",
        "x10",
        "-0x1",
        "+0x1",
        "00x1",
        "0xx1",
        "0x-1",
        "0x1g",
        "0x1 2",
        "0x1.8",
        "0x1p3",
        "0x12345678901234567",
        "0x00000000000000001",
        "1x0"
      })
  void whatOnlyBeginsLikeAHexadecimalIntegerIsNoNumber(String text) {
    assertNoNumber(text, false);
    assertNoNumber(text, true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0e12", "1e5", "1E5", "1e+5", "1.25e-3", "-2.5E+10", "0e0"})
  void anExponentNeedsASchemaThatSaysFloat(String text) {
    assertNoNumber(text, false);
    assertDouble(text, true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "12345",
        "-5",
        "+5",
        "0.00",
        ".5",
        "-.5",
        "1/345",
        "000000a1",
        "0x1f",
        "8:0",
        "12%",
        "4kB",
        "deadbeef",
        "ABCDEF01",
        "ffffffff81000000",
        "7f00-7fff",
        "1.2.3.4"
      })
  void wordsThatLookLikeNumbers(String word) {
    byte[] bytes = ("1" + word + "1").getBytes(StandardCharsets.ISO_8859_1);
    assertTrue(NumberText.isLikeANumber(bytes, 1, bytes.length - 1), word);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "+",
        ".",
        "a",
        "kB",
        "x1",
        "-a",
        "--5",
        "cpu0",
        "added",
        "dead",
        "defaced",
        "_1",
        "DirectMap4k",
        "Ip6InReceives",
        "abcdef0g",
        "-deadbeef"
      })
  void wordsThatDoNot(String word) {
    byte[] bytes = ("1" + word + "1").getBytes(StandardCharsets.ISO_8859_1);
    assertFalse(NumberText.isLikeANumber(bytes, 1, bytes.length - 1), word);
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
    assertNoNumber("0".repeat(3999) + "1", true);
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
        "0.00000000000000000000000000000000000001"
      })
  void decimalsAreTheNearestDoubleWhateverTheSchemaSays(String text) {
    assertDouble(text, false);
    assertDouble(text, true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
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
  void exponentsOfFloatStatsAreTheNearestDouble(String text) {
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
      text.append(1 + random.nextInt(9));
      digits(text, random.nextInt(random.nextInt(5) == 0 ? 30 : 9), random);
      text.append('.');
      digits(text, 1 + random.nextInt(random.nextInt(5) == 0 ? 40 : 12), random);
      boolean exponent = random.nextInt(4) == 0;
      if (exponent) {
        text.append(random.nextBoolean() ? 'e' : 'E').append(random.nextInt(540) - 290);
      }
      assertDouble(text.toString(), exponent || random.nextBoolean());
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
    String decimal = "[+-]?(0|[1-9][0-9]*)(\\.[0-9]+)?";
    String number = decimal + "|0x[0-9eE]+";
    String floatNumber = decimal + "([eE][+-]?[0-9]+)?|0x[0-9eE]+";
    int numbers = 0;
    for (int n = 0; n < 300_000; n++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(8); i > 0; i--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String stripped = text.toString().strip();
      boolean isFloat = random.nextBoolean();
      boolean expected =
          stripped.matches(isFloat ? floatNumber : number)
              && (stripped.startsWith("0x") || !Double.isInfinite(Double.parseDouble(stripped)));
      Status status = parse(text.toString(), isFloat).status(1);
      assertEquals(expected, status == Status.OK, () -> "'" + text + "'");
      numbers += expected ? 1 : 0;
    }
    assertTrue(numbers > 10_000);
  }
}
