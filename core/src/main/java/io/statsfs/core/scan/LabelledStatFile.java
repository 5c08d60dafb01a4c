package io.statsfs.core.scan;

import io.statsfs.spi.StatFileName;
import java.nio.file.Path;
import java.util.Map;

/** A file of one value whose name has labels, so that the stat is called otherwise. Immutable. */
final class LabelledStatFile extends StatFile {
  private final StatFileName name;
  private final String fileName;

  LabelledStatFile(StatFileName name, String fileName, Path file, int permissions) {
    super(name.stat(), file, permissions);
    this.name = name;
    this.fileName = fileName;
  }

  @Override
  String fileName() {
    return fileName;
  }

  @Override
  String source() {
    return name.source();
  }

  @Override
  Map<String, String> labels() {
    return name.labels();
  }
}
