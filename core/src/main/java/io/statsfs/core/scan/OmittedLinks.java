package io.statsfs.core.scan;

import io.statsfs.spi.PathText;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Objects;

/** Symbolic links that are not followed. */
final class OmittedLinks extends Omitted {
  private String target = "";

  /** Looks where the first leads. */
  void findTarget() {
    try {
      target = first() == null ? "" : Files.readSymbolicLink(first()).toString();
    } catch (IOException e) {
      target = "?";
    }
  }

  @Override
  void addAll(Omitted others) {
    target = first() == null ? ((OmittedLinks) others).target : target;
    super.addAll(others);
  }

  String describe() {
    return (count() == 1 ? "1 symbolic link below is" : count() + " symbolic links below are")
        + " not followed, such as "
        + PathText.of(Objects.requireNonNull(first()))
        + " -> "
        + target
        + ": ";
  }
}
