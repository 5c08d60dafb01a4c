package io.statsfs.published;

import io.statsfs.spi.PrintableText;
import java.util.Objects;

/** What sources and values may be called, as files of statsfs may be, and what failures are. */
final class Names {
  private static final int MOST_CHARACTERS = 300;

  private Names() {}

  static String require(String name) {
    Objects.requireNonNull(name, "name");
    if (name.isEmpty()
        || name.equals(".")
        || name.equals("..")
        || name.indexOf('/') >= 0
        || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          PrintableText.of(
              "'"
                  + name
                  + "' is no name: that of a source or value is not empty, has no '/' and no zero"
                  + " character in it, and is neither '.' nor '..'"));
    }
    return name;
  }

  /** In a text of bounded length. Never throws, whatever the exception of an application does. */
  static String describe(Throwable thrown) {
    String text;
    try {
      text = thrown.toString();
    } catch (Throwable e) {
      text = thrown.getClass().getName();
    }
    return text == null || text.length() <= MOST_CHARACTERS
        ? "" + text
        : text.substring(0, MOST_CHARACTERS) + "...";
  }
}
