package io.statsfs.core.text;

import io.statsfs.spi.PathText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Turns the bytes of a kernel name into text and back, so that different names are different texts.
 *
 * <p>The text is that of {@link PathText}. Stateless.
 */
public final class NameText {
  private static final String HEX = "0123456789abcdef";

  private NameText() {}

  /**
   * The text of a name.
   *
   * @param name the bytes
   * @return the text
   */
  public static String decode(byte[] name) {
    return PathText.decode(name);
  }

  /**
   * The bytes of a text.
   *
   * @param text what {@link #decode} returned
   * @return the name
   */
  public static byte[] encode(String text) {
    if (text.indexOf('\\') < 0) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    ByteBuffer name = ByteBuffer.allocate(text.length() * 3);
    int from = 0;
    for (int i = text.indexOf('\\'); i >= 0; i = text.indexOf('\\', i + 1)) {
      if (isEscape(text, i)) {
        name.put(text.substring(from, i).getBytes(StandardCharsets.UTF_8));
        name.put((byte) Integer.parseInt(text.substring(i + 2, i + 4), 16));
        from = i + 4;
      }
    }
    name.put(text.substring(from).getBytes(StandardCharsets.UTF_8));
    return Arrays.copyOf(name.array(), name.position());
  }

  /**
   * The text of a path's last name. Does not depend on the locale, which decides what {@link
   * Path#toString()} makes of bytes beyond ASCII.
   *
   * @param path a path with at least one name
   * @return the text of that name
   */
  public static String of(Path path) {
    String name = path.getFileName().toString();
    if (isPlain(name)) {
      return name;
    }
    byte[] bytes = encode(path);
    int start = bytes.length;
    while (bytes[start - 1] != '/') {
      start--;
    }
    return decode(Arrays.copyOfRange(bytes, start, bytes.length));
  }

  /**
   * The bytes of a path, whatever the locale.
   *
   * @param path a path
   * @return what the kernel takes for its absolute form
   */
  public static byte[] encode(Path path) {
    return PathText.encode(path);
  }

  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80 || text.charAt(i) == '\\') {
        return false;
      }
    }
    return true;
  }

  /** Only what {@link #decode} writes: a byte beyond ASCII, or a backslash. */
  private static boolean isEscape(CharSequence text, int at) {
    if (at + 4 > text.length() || text.charAt(at + 1) != 'x') {
      return false;
    }
    int high = HEX.indexOf(text.charAt(at + 2));
    int low = HEX.indexOf(text.charAt(at + 3));
    return high >= 8 && low >= 0 || high == 5 && low == 12;
  }
}
