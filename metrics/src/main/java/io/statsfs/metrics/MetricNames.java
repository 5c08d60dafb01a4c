package io.statsfs.metrics;

import io.statsfs.Stat;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Names that OpenTelemetry takes (specification of the metrics API, instrument names): up to 255
 * letters, digits and {@code _ . - /}, beginning with a letter, and compared without case.
 */
final class MetricNames {
  static final int MAX_LENGTH = 255;
  private static final int HASH_LENGTH = 18;

  private MetricNames() {}

  /** See {@link Naming#statsfs()}. */
  static String ofStat(Stat stat) {
    return join("statsfs.", stat, '.');
  }

  /** See {@link Naming#path()}. */
  static String ofPath(Stat stat) {
    // Names begin with a letter, and only statsfs itself has subsystems that are sure to.
    String subsystem = stat.source().subsystem();
    boolean letter = !subsystem.isEmpty() && isLetter(subsystem.charAt(0));
    return join(letter ? "" : "x/", stat, '/');
  }

  private static String join(String prefix, Stat stat, char separator) {
    StringBuilder name = new StringBuilder(prefix);
    escape(stat.source().subsystem(), name);
    name.append(separator);
    escape(stat.name(), name);
    if (name.length() <= MAX_LENGTH) {
      return name.toString();
    }
    String hash = String.format(Locale.ROOT, "_h%016x", hash(name));
    return name.substring(0, MAX_LENGTH - HASH_LENGTH) + hash;
  }

  private static void escape(String text, StringBuilder name) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      byte b = bytes[i];
      boolean looksEscaped =
          b == '_'
              && i + 3 < bytes.length
              && bytes[i + 1] == 'x'
              && isHex(bytes[i + 2])
              && isHex(bytes[i + 3]);
      if (isWordCharacter(b) && !looksEscaped) {
        name.append((char) b);
      } else {
        name.append("_x");
        name.append(Character.forDigit(b >> 4 & 0xf, 16));
        name.append(Character.forDigit(b & 0xf, 16));
        name.append('_');
      }
    }
  }

  private static boolean isWordCharacter(byte b) {
    return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_';
  }

  private static boolean isHex(byte b) {
    return b >= '0' && b <= '9' || b >= 'a' && b <= 'f';
  }

  /** FNV-1a in 64 bits. */
  private static long hash(CharSequence text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }

  static boolean isValid(String name) {
    if (name.isEmpty() || name.length() > MAX_LENGTH || !isLetter(name.charAt(0))) {
      return false;
    }
    for (int i = 1; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!isLetter(c) && !(c >= '0' && c <= '9') && "_.-/".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetter(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }

  /** What names that differ in case alone have in common. */
  static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
