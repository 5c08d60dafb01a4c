package io.statsfs.spi;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The text of names and paths, whose bytes need not be UTF-8, whatever the locale.
 *
 * <p>The text is the name as UTF-8. A byte that does not fit there is written {@code \xHH}, and a
 * backslash that could be taken for the beginning of that is written {@code \x5c}, so that
 * different names are different texts. Other backslashes stay as they are, since real names have
 * them (systemd's units). {@link Path#toString()} depends on the locale instead: in the locale
 * {@code C} all bytes beyond ASCII become the same character.
 *
 * <p>Stateless, and safe for use by several threads.
 */
public final class PathText {
  private static final String HEX = "0123456789abcdef";

  private PathText() {}

  /**
   * The text of a path.
   *
   * @param path a path
   * @return its text; of its absolute form, if that has anything but printable ASCII
   */
  public static String of(Path path) {
    String text = path.toString();
    return isPlain(text) ? text : decode(encode(path));
  }

  /**
   * The text of a name or path.
   *
   * @param name the bytes
   * @return the text
   */
  public static String decode(byte[] name) {
    if (isPlain(name)) {
      return new String(name, StandardCharsets.US_ASCII);
    }
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(name);
    CharBuffer run = CharBuffer.allocate(name.length);
    StringBuilder text = new StringBuilder(name.length + 16);
    while (in.hasRemaining()) {
      CoderResult result = decoder.decode(in, run, true);
      appendRun(text, run.flip());
      run.clear();
      for (int i = result.isError() ? result.length() : 0; i > 0; i--) {
        appendEscape(text, in.get());
      }
    }
    return text.toString();
  }

  /**
   * The text of a path's last name. Does not depend on the locale, which decides what {@link
   * Path#toString()} makes of bytes beyond ASCII.
   *
   * @param path a path with at least one name
   * @return the text of that name
   */
  public static String nameOf(Path path) {
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
   * The bytes of a path.
   *
   * @param path a path
   * @return what the kernel takes for its absolute form
   */
  public static byte[] encode(Path path) {
    Path absolute = path.toAbsolutePath();
    String text = absolute.toString();
    if (isPlain(text)) {
      return text.getBytes(StandardCharsets.US_ASCII);
    }
    // The JDK writes the bytes, percent-encoded, into the URI, and a slash behind a directory's.
    String uri = absolute.toUri().getRawPath();
    int end = uri.endsWith("/") ? uri.length() - 1 : uri.length();
    ByteBuffer bytes = ByteBuffer.allocate(end);
    for (int i = 0; i < end; i++) {
      if (uri.charAt(i) == '%') {
        bytes.put((byte) Integer.parseInt(uri.substring(i + 1, i + 3), 16));
        i += 2;
      } else {
        bytes.put((byte) uri.charAt(i));
      }
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  /**
   * A path of what a directory holds, whatever the locale. Without bytes beyond ASCII in the name
   * this is {@link Path#resolve(String)}.
   *
   * @param directory the directory
   * @param name what {@link #decode} returned for a name, without a slash
   * @return the path
   */
  public static Path resolve(Path directory, String name) {
    if (isPlain(name)) {
      return directory.resolve(name);
    }
    // By way of a URI, since text cannot be made a path of such bytes in every locale.
    StringBuilder uri = new StringBuilder("file:///");
    for (byte b : encode(name)) {
      appendPercent(uri, b);
    }
    Path file = Path.of(URI.create(uri.toString())).getFileName();
    return directory.resolve(file);
  }

  private static void appendPercent(StringBuilder uri, byte b) {
    uri.append('%')
        .append(Character.toUpperCase(HEX.charAt(b >> 4 & 0xf)))
        .append(Character.toUpperCase(HEX.charAt(b & 0xf)));
  }

  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80 || text.charAt(i) == '\\') {
        return false;
      }
    }
    return true;
  }

  private static boolean isPlain(byte[] name) {
    for (byte b : name) {
      if (b < 0 || b == '\\') {
        return false;
      }
    }
    return true;
  }

  private static void appendRun(StringBuilder text, CharBuffer run) {
    for (int i = 0; i < run.length(); i++) {
      if (run.charAt(i) == '\\' && isEscape(run, i)) {
        appendEscape(text, (byte) '\\');
      } else {
        text.append(run.charAt(i));
      }
    }
  }

  private static void appendEscape(StringBuilder text, byte b) {
    text.append("\\x").append(HEX.charAt(b >> 4 & 0xf)).append(HEX.charAt(b & 0xf));
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
