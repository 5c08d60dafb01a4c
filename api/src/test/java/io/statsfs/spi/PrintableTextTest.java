package io.statsfs.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.StatsFsException;
import io.statsfs.Tree;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTextTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "eth0",
        "guest doorbell",
        "back\\slash",
        "a\\x2db",
        "\\xff",
        "\\u000a",
        "~",
        "\u00e9t\u00e9",
        "\u65e5\u672c",
        "\ud83d\ude00",
        "\u00a0",
        "\ue000"
      })
  void namesStayAsTheyAreAndTheSameObject(String name) {
    assertSame(name, PrintableText.of(name));
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0, 7, 9, 0xa, 0xd, 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9b, 0x9f, 0xad, 0x61c, 0x180e, 0x200b,
        0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2060, 0x2066, 0x2069, 0xd800, 0xdfff,
        0xfeff, 0xfffb
      })
  void whatControlsATerminalOrCannotBeSeenIsEscaped(int c) {
    String escape = String.format("\\u%04x", c);
    for (String text : new String[] {"%c", "a%cb", "%c%c", "\u00e9%c", "%c\ud83d\ude00"}) {
      String raw = text.replace("%c", "" + (char) c);
      assertEquals(text.replace("%c", escape), PrintableText.of(raw));
      assertEquals(text.replace("%c", escape), PrintableText.distinct(raw));
      assertSame(PrintableText.of(raw).intern(), PrintableText.of(PrintableText.of(raw)).intern());
    }
  }

  @Test
  void everyCharacterIsPrintableAfterwards() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      String text = PrintableText.of(Character.toString(c));
      assertTrue(
          text.codePoints()
              .noneMatch(
                  it ->
                      Character.isISOControl(it)
                          || Character.getType(it) == Character.FORMAT
                          || Character.getType(it) == Character.SURROGATE
                          || it == 0x2028
                          || it == 0x2029),
          () -> text);
      assertSame(text, PrintableText.of(text));
    }
  }

  @Test
  void theHalvesOfInvisibleCharactersAreEscapedTogether() {
    assertEquals("a\\udb40\\udc41b", PrintableText.of("a" + Character.toString(0xe0041) + "b"));
  }

  @ParameterizedTest
  @CsvSource({
    "\\u000a, \\u005cu000a",
    "\\\\u000a, \\\\u005cu000a",
    "\\u00, \\u00",
    "\\u00A0, \\u00A0",
    "\\x2d, \\x2d",
    "\\, \\"
  })
  void differentTextsStayDifferentWhereTheyMust(String text, String distinct) {
    assertEquals(distinct, PrintableText.distinct(text));
    assertNotEquals(PrintableText.distinct("\n"), PrintableText.distinct("\\u000a"));
  }

  @Test
  void whatACharsetDoesNotHaveIsEscapedForIt() {
    var ascii = StandardCharsets.US_ASCII.newEncoder();
    assertEquals("\\u00e9t\\u00e9", PrintableText.of("\u00e9t\u00e9", ascii));
    assertEquals("\\ud83d\\ude00 a\\u000a", PrintableText.of("\ud83d\ude00 a\n", ascii));
    assertEquals(
        "\u00e9\\u65e5",
        PrintableText.of("\u00e9\u65e5", StandardCharsets.ISO_8859_1.newEncoder()));
    assertEquals("\u65e5", PrintableText.of("\u65e5", StandardCharsets.UTF_8.newEncoder()));
    assertSame("eth0", PrintableText.of("eth0", ascii));
  }

  @Test
  void messagesAreMadeOfIt() {
    Path path = Path.of("a\n2026 SEVERE forged\u001b[2J");
    String printed = "a\\u000a2026 SEVERE forged\\u001b[2J";
    assertEquals(
        printed + ": \\u0007",
        Problem.builder(Problem.Kind.NO_STATS, "\u0007").path(path).build().toString());
    assertEquals(
        "\\u0007", Problem.builder(Problem.Kind.NO_STATS, "\u0007").path(path).build().message());
    assertEquals(printed, new StatsFsException(path.toString()).getMessage());
    assertEquals(printed, new StatsFsException(path.toString(), null).getMessage());
    assertEquals(
        printed + " (statsfs on tmpfs)",
        Tree.builder(Layout.statsfs()).root(path).fileSystemType("tmpfs").build().toString());
  }
}
