package io.statsfs.core.scan;

import io.statsfs.core.schema.DeclaredStats;
import io.statsfs.core.text.KnownText;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.Shape;
import io.statsfs.spi.TableDeclaration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A declared form of a file. Its first text is compared with one that is known. If it is like that,
 * it is not read, nor is anything made of what reading takes; otherwise it is read, as is each text
 * that comes later, as {@link DeclaredContents}.
 */
final class DeclaredForm implements FileContents {
  private final Place place;
  private final DeclaredStats shipped;
  private final FileDeclaration file;
  private final PossibleCpus cpus;
  private final KnownContents.OfLayout all;
  private final int number;

  /** What the first text is like; null if it is read. */
  private @Nullable KnownContents known;

  /** Null before a text is read. */
  private @Nullable DeclaredContents read;

  /**
   * For the texts of a file.
   *
   * @param cpus asked only where lines are those of CPUs
   * @param all what is known of texts of the layout's files
   * @param number which form of the file this is
   */
  DeclaredForm(
      Place place,
      DeclaredStats shipped,
      FileDeclaration file,
      PossibleCpus cpus,
      KnownContents.OfLayout all,
      int number) {
    this.place = place;
    this.shipped = shipped;
    this.file = file;
    this.cpus = cpus;
    this.all = all;
    this.number = number;
  }

  private DeclaredContents contents() {
    DeclaredContents its = read;
    if (its == null) {
      its = new DeclaredContents(place, shipped, file, cpus);
      read = its;
      if (known != null) {
        its.hold(known);
      }
    }
    return its;
  }

  @Override
  public Shape shape() {
    return known == null ? contents().shape() : known.shape();
  }

  /** Whether there was a line in the last text, and each that a table has has the shape. */
  boolean fits() {
    return known == null ? contents().fits() : known.fits();
  }

  @Override
  public Found read(byte[] text, int length, boolean isCut, Runnable step) {
    boolean isFirst = known == null && read == null;
    if (!isFirst || isCut || length > KnownText.MOST_BYTES || hasLabelsOfTables()) {
      DeclaredContents contents = contents();
      known = null;
      return contents.read(text, length, isCut, step);
    }
    Found found = foundAsKnown(text, length);
    if (found != null) {
      step.run();
      return found;
    }
    KnownText.Recorder recorder = new KnownText.Recorder();
    found = contents().read(text, length, false, step, recorder);
    KnownContents now =
        found.problem() == null ? contents().known(text, length, found, recorder) : null;
    if (now != null) {
      all.put(file.path(), number, place, now);
    }
    return found;
  }

  /** Whether labels of the place are also those of a table; then they depend on both. */
  private boolean hasLabelsOfTables() {
    if (place.labels().isEmpty()) {
      return false;
    }
    for (TableDeclaration table : file.tables()) {
      if (!Collections.disjoint(place.labels().keySet(), table.labelKeys())) {
        return true;
      }
    }
    return false;
  }

  /** Null if the text is not like that which is known. */
  private @Nullable Found foundAsKnown(byte[] text, int length) {
    KnownContents its = all.find(file.path(), number, place);
    if (its == null
        || DeclaredContents.isTooLong(its.shape(), length)
        || !its.text().isLike(text, length)
        || its.shape().isPerCpu() && cpus.whyUnknown(its.lines()) != null) {
      return null;
    }
    known = its;
    List<Group> groups = new ArrayList<>(its.sources().size());
    Set<List<String>> names = its.sources().size() > 1 ? new HashSet<>() : Set.of();
    for (KnownContents.Source source : its.sources()) {
      Map<String, String> columnLabels = source.columnLabels();
      TableDeclaration table = file.tables().get(source.table());
      Place where = DeclaredContents.source(place, table, source.rowLabels(), columnLabels);
      if (its.sources().size() > 1 && !names.add(List.of(where.subsystem(), where.device()))) {
        // In the place that the other text is of they have different names.
        known = null;
        return null;
      }
      groups.add(new Group(where, source.cells((of, name) -> contents().metric(of, name))));
    }
    return new Found(its.rows(), its.columns(), groups, null);
  }
}
