package io.statsfs.core.scan;

import io.statsfs.Layout;
import io.statsfs.core.schema.Schema;
import io.statsfs.core.text.KnownText;
import io.statsfs.spi.Shape;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a text of a declared file holds, for the texts that differ from it in numbers alone: those
 * of the same file when it is opened again, and of files like it in other directories. Safe for use
 * by several threads.
 *
 * @param text the text
 * @param shape how it is divided
 * @param lines how many it has
 * @param fits whether each of them has the shape
 */
record KnownContents(
    KnownText text,
    Shape shape,
    int lines,
    boolean fits,
    List<TableKey> rows,
    List<TableKey> columns,
    List<Source> sources) {

  /** What is declared of a stat of a table. */
  interface Metrics {
    Schema.Metric of(int table, String name);
  }

  /**
   * The stats of one source. What is declared of them is remembered only as long as somebody else
   * does, or it would keep the declarations, and with them perhaps a class loader.
   */
  static final class Source {
    private final List<Integer> tables;
    private final Map<String, String> rowLabels;
    private final Map<String, String> columnLabels;
    private final String[] names;
    private final TableKey[] rows;
    private final TableKey[] columns;
    private volatile WeakReference<List<FileContents.CellFound>> cells;

    /**
     * One of which there is at least one stat.
     *
     * @param tables which table each of the stats is of
     */
    Source(
        List<Integer> tables,
        Map<String, String> rowLabels,
        Map<String, String> columnLabels,
        List<FileContents.CellFound> cells) {
      this.tables = List.copyOf(tables);
      this.rowLabels = rowLabels;
      this.columnLabels = columnLabels;
      this.cells = new WeakReference<>(cells);
      names = new String[cells.size()];
      rows = new TableKey[names.length];
      columns = new TableKey[names.length];
      for (int i = 0; i < names.length; i++) {
        names[i] = cells.get(i).name();
        rows[i] = cells.get(i).row();
        columns[i] = cells.get(i).column();
      }
    }

    /** The number of the table that the first stat is of; the others have the same subsystem. */
    int table() {
      return tables.get(0);
    }

    /** What the key of each of its rows gives, or of its columns. */
    Map<String, String> rowLabels() {
      return rowLabels;
    }

    Map<String, String> columnLabels() {
      return columnLabels;
    }

    /**
     * The stats.
     *
     * @param metrics what is declared of them
     */
    List<FileContents.CellFound> cells(Metrics metrics) {
      List<FileContents.CellFound> known = cells.get();
      if (known == null) {
        known = new ArrayList<>(names.length);
        for (int i = 0; i < names.length; i++) {
          Schema.Metric metric = metrics.of(tables.get(i), names[i]);
          known.add(new FileContents.CellFound(names[i], metric, rows[i], columns[i]));
        }
        known = Collections.unmodifiableList(known);
        cells = new WeakReference<>(known);
      }
      return known;
    }
  }

  /** Those of a layout's files, a few of each. Safe for use by several threads. */
  static final class OfLayout {
    /** How many texts of files in different places are known of one declaration. */
    private static final int PLACES = 8;

    /** Each for as long as there is its layout, which a shipped one is always. */
    private static final Map<Layout, OfLayout> ALL =
        Collections.synchronizedMap(new WeakHashMap<>());

    private final Map<Key, KnownContents> known = new ConcurrentHashMap<>();

    /** Which form of which file, in one of so many places. */
    private record Key(String path, int form, int place) {}

    private OfLayout() {}

    static OfLayout of(Layout layout) {
      return ALL.computeIfAbsent(layout, l -> new OfLayout());
    }

    private static Key key(String path, int form, Place place) {
      return new Key(path, form, Math.floorMod(place.device().hashCode(), PLACES));
    }

    @Nullable KnownContents find(String path, int form, Place place) {
      return known.get(key(path, form, place));
    }

    void put(String path, int form, Place place, KnownContents contents) {
      known.put(key(path, form, place), contents);
    }
  }
}
