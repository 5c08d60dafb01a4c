package io.statsfs.testkit;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Names as {@code io.statsfs.Stat#name()} writes them, and the bytes that they stand for. */
final class Names {
  private Names() {}

  /** A path below a root, with bytes that no text can hold as {@code \xHH}. */
  static Path path(Path root, String relative) {
    StringBuilder uri = new StringBuilder(root.toUri().getRawPath());
    if (uri.charAt(uri.length() - 1) != '/') {
      uri.append('/');
    }
    byte[] bytes = relative.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      if (isEscape(bytes, i)) {
        uri.append('%').append((char) bytes[i + 2]).append((char) bytes[i + 3]);
        i += 3;
      } else if (bytes[i] == '/') {
        uri.append('/');
      } else {
        uri.append(String.format("%%%02X", bytes[i]));
      }
    }
    return Path.of(URI.create("file://" + uri));
  }

  /** A byte beyond ASCII, or a backslash; any other backslash stands for itself. */
  static boolean isEscape(byte[] text, int at) {
    if (at + 3 >= text.length || text[at] != '\\' || text[at + 1] != 'x') {
      return false;
    }
    String hex = new String(text, at + 2, 2, StandardCharsets.ISO_8859_1);
    return hex.equals("5c") || hex.matches("[89a-f][0-9a-f]");
  }
}
