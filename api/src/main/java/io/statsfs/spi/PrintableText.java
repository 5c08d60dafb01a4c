package io.statsfs.spi;

import java.nio.charset.CharsetEncoder;
import org.jspecify.annotations.Nullable;

/**
 * Makes text safe to show to a person, in a log or on a terminal.
 *
 * <p>Kernel names, labels and descriptions may hold any character: a line end forges a line of a
 * log, an escape sequence controls a terminal, and an override of the writing direction shows a
 * name as another one. These characters are written as their code in UTF-16, {@code &#92;uHHHH}:
 *
 * <ul>
 *   <li>controls (Unicode category Cc: U+0000 to U+001F, U+007F to U+009F), line ends, tabs and
 *       escape among them,
 *   <li>format characters, which are invisible (Cf: U+00AD, U+200B to U+200F, U+202A to U+202E,
 *       U+2060 to U+206F, U+FEFF and others),
 *   <li>separators of lines and paragraphs (Zl and Zp: U+2028, U+2029),
 *   <li>surrogates without their other half (Cs).
 * </ul>
 *
 * <p>All else stays as it is, so that nearly every name does. Bytes of a name that are not UTF-8
 * are escaped already, as {@link io.statsfs.Stat#name()} says.
 *
 * <p>Pure, and safe for use by several threads.
 */
public final class PrintableText {
  private static final String HEX = "0123456789abcdef";

  private PrintableText() {}

  /**
   * Escapes what must not reach a log or a terminal. Applying this again changes nothing.
   *
   * @param text any text
   * @return the text itself, without any allocation, if it has nothing to escape; else a copy
   */
  public static String of(String text) {
    return of(text, null, false);
  }

  /**
   * Escapes what must not reach a terminal, and what it cannot show: in the locale {@code C} that
   * is everything beyond ASCII, which would come out as question marks.
   *
   * @param text any text
   * @param encoder of the charset that the text will be written in. Not safe for use by several
   *     threads, so that this is not either
   * @return the text itself, if it has nothing to escape; else a copy
   */
  public static String of(String text, CharsetEncoder encoder) {
    return of(text, encoder, false);
  }

  /**
   * Escapes what {@link #of(String)} does, so that different texts stay different: a backslash that
   * could be taken for the beginning of an escape is written {@code &#92;u005c}. Not to be applied
   * twice.
   *
   * @param text a name that identifies something, such as the value of a label
   * @return the text itself, without any allocation, if it has nothing to escape; else a copy
   */
  public static String distinct(String text) {
    return of(text, null, true);
  }

  private static String of(String text, @Nullable CharsetEncoder encoder, boolean distinct) {
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      if (isEscaped(text, i, encoder, distinct)) {
        return escape(text, i, encoder, distinct);
      }
    }
    return text;
  }

  private static String escape(
      String text, int from, @Nullable CharsetEncoder encoder, boolean distinct) {
    StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, from);
    for (int i = from; i < text.length(); ) {
      int end = i + Character.charCount(text.codePointAt(i));
      if (isEscaped(text, i, encoder, distinct)) {
        for (; i < end; i++) {
          char c = text.charAt(i);
          escaped.append("\\u");
          for (int shift = 12; shift >= 0; shift -= 4) {
            escaped.append(HEX.charAt(c >> shift & 0xf));
          }
        }
      } else {
        escaped.append(text, i, end);
        i = end;
      }
    }
    return escaped.toString();
  }

  private static boolean isEscaped(
      String text, int at, @Nullable CharsetEncoder encoder, boolean distinct) {
    int codePoint = text.codePointAt(at);
    if (codePoint >= ' ' && codePoint <= '~') {
      return distinct && codePoint == '\\' && isEscape(text, at);
    }
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> encoder != null && !encoder.canEncode(Character.toString(codePoint));
    };
  }

  private static boolean isEscape(String text, int at) {
    if (at + 6 > text.length() || text.charAt(at + 1) != 'u') {
      return false;
    }
    for (int i = at + 2; i < at + 6; i++) {
      if (HEX.indexOf(text.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }
}
