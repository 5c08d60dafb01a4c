package io.statsfs.core.scan;

import io.statsfs.Stat;
import io.statsfs.core.mounts.FileSystemType;
import io.statsfs.spi.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One life of a file of several values. Several sources may share it, and stay the same when rows
 * and columns of others come and go. Safe for use by several threads; equality is identity.
 */
public final class TableFile {
  private final Path path;
  private final FileSystemType type;
  private final Shape shape;
  private final Optional<String> form;
  private final AtomicInteger reports = new AtomicInteger();
  private volatile TableCells cells;

  TableFile(Path path, FileSystemType type, Shape shape, Optional<String> form) {
    this.path = path;
    this.type = type;
    this.shape = shape;
    this.form = form;
    cells = new TableCells(shape, List.of(), List.of());
  }

  /** Where the file is. */
  public Path path() {
    return path;
  }

  /** Of the file's file system. */
  public FileSystemType type() {
    return type;
  }

  /** How its text is divided. */
  public Shape shape() {
    return shape;
  }

  /** What its text was recognized as; empty if that is declared. */
  public Optional<String> form() {
    return form;
  }

  /** What it held when it was looked at last. */
  public TableCells cells() {
    return cells;
  }

  void hold(TableCells now) {
    cells = now;
  }

  /** Makes the next scan look at the file again. */
  public void reportOutdated() {
    reports.incrementAndGet();
  }

  /** How often samples found other rows or columns in the file. */
  int reports() {
    return reports.get();
  }

  /** The file of a stat that is a cell; null for one that has a file of its own. */
  public static @Nullable TableFile of(Stat stat) {
    return stat.source() instanceof SourceImpl source ? source.table() : null;
  }

  /** Identifies the file of a stat: the same object for all stats that it holds. */
  public static Object fileOf(Stat stat) {
    TableFile table = of(stat);
    return table == null ? stat : table;
  }
}
