package io.statsfs.published;

import io.statsfs.spi.PrintableText;
import java.util.Objects;

/** What sources and values may be called: what a file of statsfs may be. */
final class Names {
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
}
