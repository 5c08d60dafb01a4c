package io.statsfs.core.scan;

import io.statsfs.Problem;
import io.statsfs.core.schema.Schema;
import io.statsfs.spi.Shape;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the stats in the text of a file of several values. Touches no file; remembers the last
 * text.
 */
interface FileContents {

  /** How the text of the file is divided into cells. */
  Shape shape();

  /** The form that the last text was recognized as; empty if it was declared, or none was. */
  default Optional<String> form() {
    return Optional.empty();
  }

  /**
   * Finds the rows, columns and stats of a text.
   *
   * @param text the bytes
   * @param length how many of them, from the beginning
   * @param isCut whether the file may have more
   * @param step called for each line or stat, as a long text is slow and does not hang
   */
  Found read(byte[] text, int length, boolean isCut, Runnable step);

  /**
   * What a text has.
   *
   * @param rows all that samples need to know, in the order of the text
   * @param groups the stats, one group for each source
   * @param problem what gives no stat, and why; null if there is nothing to say
   */
  record Found(
      List<TableKey> rows, List<TableKey> columns, List<Group> groups, @Nullable Finding problem) {}

  /** The stats of one source. */
  record Group(Place place, List<CellFound> cells) {}

  /** A cell that is a stat. */
  record CellFound(String name, Schema.Metric metric, TableKey row, TableKey column) {}

  /**
   * A problem of the file.
   *
   * @param cause what problems have in common that are logged as one
   */
  record Finding(Problem.Kind kind, String cause, String message) {}
}
