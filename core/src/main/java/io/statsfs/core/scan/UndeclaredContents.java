package io.statsfs.core.scan;

import static io.statsfs.Problem.Kind.MALFORMED;

import io.statsfs.Stat;
import io.statsfs.core.schema.DeclaredStats;
import io.statsfs.core.schema.Schema;
import io.statsfs.core.text.FileForm;
import io.statsfs.core.text.FlatKeyedText;
import io.statsfs.spi.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file that nothing declares: its values are stats if the whole of its text is of one of the
 * forms that are recognized.
 */
final class UndeclaredContents implements FileContents {
  private final Place place;
  private final DeclaredStats shipped;
  private final TableKeys rows = new TableKeys();
  private final TableKey column = TableKey.of(0);

  /** What was said of lines that do not fit, for as long as they seem to be of one form. */
  private @Nullable Finding unfit;

  /** The form that the last text had as a whole; null if it had none. */
  private @Nullable FileForm form;

  private @Nullable DeclaredContents ofForm;

  UndeclaredContents(Place place, DeclaredStats shipped) {
    this.place = place;
    this.shipped = shipped;
  }

  @Override
  public Shape shape() {
    return ofForm == null ? Shape.FLAT_KEYED : ofForm.shape();
  }

  @Override
  public Optional<String> form() {
    return Optional.ofNullable(form).map(FileForm::toString);
  }

  @Override
  public Found read(byte[] text, int length, boolean isCut, Runnable step) {
    int end = isCut ? FlatKeyedText.wholeLines(text, length) : length;
    FlatKeyedText.Content content =
        FlatKeyedText.read(text, end, name -> metric(name).type() == Stat.Type.FLOAT);
    rows.begin(16);
    List<CellFound> cells = new ArrayList<>();
    for (FlatKeyedText.Line line : content.stats()) {
      step.run();
      Schema.Metric metric = metric(line.name());
      // What the kernel writes as kB are 1024 bytes.
      boolean needsUnit = line.unit().equals("kB") && metric.unit().isEmpty();
      TableKey row = rows.of(line.name());
      cells.add(
          new CellFound(line.name(), needsUnit ? metric.withUnit("KiBy") : metric, row, column));
    }
    boolean fits = !cells.isEmpty();
    Finding problem = problem(content);
    // Others than the root are declared to have names and numbers.
    if (!fits && !isCut && place.depth() == 0) {
      Found found = readAsWhole(text, length, step);
      if (found != null) {
        return found;
      }
    }
    become(fits ? FileForm.NAMES_AND_NUMBERS : null);
    List<Group> groups = fits ? List.of(new Group(place, cells)) : List.of();
    return new Found(rows.all(), List.of(column), groups, problem);
  }

  /** Null if the text is of no other form. */
  private @Nullable Found readAsWhole(byte[] text, int length, Runnable step) {
    FileForm now = FileForm.ofWhole(text, length, step).orElse(null);
    if (now == null) {
      return null;
    } else if (now != form) {
      become(now);
      ofForm = new DeclaredContents(place, shipped, now.declaration(), null);
    }
    Found found = Objects.requireNonNull(ofForm).read(text, length, false, step);
    return found.problem() == null
        ? found
        : new Found(found.rows(), found.columns(), List.of(), found.problem());
  }

  private void become(@Nullable FileForm now) {
    form = now;
    ofForm = null;
  }

  private Schema.Metric metric(String name) {
    Schema.Metric metric = shipped.find(name);
    return metric == null ? Schema.Metric.UNKNOWN : metric;
  }

  /**
   * The lines that do not fit are one problem. Their number may change with each reading; the
   * problem keeps the one that it began with, or there would be a new catalog each time.
   */
  private @Nullable Finding problem(FlatKeyedText.Content content) {
    FileForm seeming = content.form();
    if (seeming == null) {
      unfit = null;
      return content.lines() == 0
          ? new Finding(MALFORMED, "no line", "has no line, so it gives no stat")
          : null;
    }
    String cause = "undeclared: " + seeming;
    if (unfit == null || !unfit.cause().equals(cause)) {
      String message =
          content.unfit()
              + " of "
              + content.lines()
              + " lines are not 'NAME NUMBER [UNIT]' or repeat a name, so nothing is read of the"
              + " file; it seems to be "
              + seeming
              + ", which is read "
              + (seeming.isRecognized() ? "if all of the file is, or " : "only ")
              + "where a layout declares it";
      unfit = new Finding(MALFORMED, cause, message);
    }
    return unfit;
  }
}
