package io.statsfs.core.scan;

import static io.statsfs.Problem.Kind.MALFORMED;

import io.statsfs.Stat;
import io.statsfs.core.schema.Schema;
import io.statsfs.core.text.FileForm;
import io.statsfs.core.text.FlatKeyedText;
import io.statsfs.spi.PathText;
import io.statsfs.spi.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file that nothing declares: if all its lines are a name and a number, these are stats. */
final class UndeclaredContents implements FileContents {
  private final Place place;
  private final Schema shipped;
  private final TableKeys rows = new TableKeys();
  private final TableKey column = TableKey.of(0);

  /** What was said of lines that give no stat, for as long as the names stay the same. */
  private @Nullable PassedOver passedOver;

  private List<String> names = List.of();

  UndeclaredContents(Place place, Schema shipped) {
    this.place = place;
    this.shipped = shipped;
  }

  @Override
  public Shape shape() {
    return Shape.FLAT_KEYED;
  }

  @Override
  public Found read(byte[] text, int length, boolean isCut, Runnable step) {
    int end = isCut ? FlatKeyedText.wholeLines(text, length) : length;
    FlatKeyedText.Content content =
        FlatKeyedText.read(text, end, name -> metric(name).type() == Stat.Type.FLOAT);
    rows.begin();
    List<CellFound> cells = new ArrayList<>();
    for (FlatKeyedText.Line line : content.lines()) {
      step.run();
      Schema.Metric metric = metric(line.name());
      // What the kernel writes as kB are 1024 bytes.
      boolean needsUnit = metric.unit().isEmpty() && line.unit().equals("kB");
      TableKey row = rows.of(line.name(), () -> TableKey.of(PathText.encode(line.name())));
      cells.add(
          new CellFound(line.name(), needsUnit ? metric.withUnit("KiBy") : metric, row, column));
    }
    List<String> before = names;
    names = cells.stream().map(CellFound::name).toList();
    Finding problem = problem(content, names.equals(before));
    // A line that is something else says that the others may be, too.
    boolean fits = content.passedOver() == 0 && !cells.isEmpty();
    List<Group> groups = fits ? List.of(new Group(place, cells)) : List.of();
    return new Found(rows.all(), List.of(column), groups, problem);
  }

  private Schema.Metric metric(String name) {
    Schema.Metric metric = shipped.find(name);
    return metric == null ? Schema.Metric.UNKNOWN : metric;
  }

  /**
   * The lines that give no stat are one problem. Their number may change with each reading; the
   * problem keeps the one that it began with, or there would be a new catalog each time.
   */
  private @Nullable Finding problem(FlatKeyedText.Content content, boolean isSame) {
    if (content.passedOver() == 0) {
      passedOver = null;
      return content.lines().isEmpty()
          ? new Finding(MALFORMED, "no line", "has no line, so it gives no stat")
          : null;
    }
    if (!isSame || passedOver == null || passedOver.form() != content.form()) {
      int all = content.lines().size() + content.passedOver();
      passedOver = new PassedOver(content.passedOver(), all, content.form());
    }
    return new Finding(MALFORMED, "lines passed over: " + content.form(), passedOver.message());
  }

  /** What of a file gives no stat. */
  private record PassedOver(int lines, int all, FileForm form) {
    String message() {
      return lines
          + " of "
          + all
          + " lines are not 'NAME NUMBER [UNIT]' or repeat a name, so nothing is read of the file; it"
          + " seems to be "
          + form
          + ", which is read only where a layout declares it";
    }
  }
}
