package io.statsfs.core.scan;

import static io.statsfs.Problem.Kind.LIMIT_EXCEEDED;
import static io.statsfs.Problem.Kind.MALFORMED;

import io.statsfs.Stat;
import io.statsfs.core.mounts.FileSystemType;
import io.statsfs.core.mounts.Inode;
import io.statsfs.core.schema.Schema;
import io.statsfs.core.text.FileForm;
import io.statsfs.core.text.FlatKeyedText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A file of {@code name value} lines. It is read anew when it, or what samples find, changes. */
final class FlatFileEntry extends Entry {
  private final FileReads.OfFile reads;
  private final DenialPause denial = new DenialPause();

  /** What was said of lines that give no stat, for as long as the names stay the same. */
  private @Nullable PassedOver passedOver;

  /** A report stays until a reading succeeds, since a sample makes it once. */
  private int reportsRead;

  FlatFileEntry(TreeContext context, Place place, Path path) {
    super(context, place, path);
    reads = context.reads().of(path);
  }

  @Override
  Inode lookUp() throws IOException {
    return Inode.of(path, place.depth() == 0);
  }

  @Override
  boolean scan(Scan scan, Inode now) throws IOException {
    if (!now.isRegularFile()) {
      return false;
    }
    reads.replacedBy(now);
    if (inode == null
        || reportsRead != scan.outdatedReports()
        || inode.modified() != now.modified()
        || inode.size() != now.size()) {
      read(scan.type(path, now.device()), now);
      inode = now;
      reportsRead = scan.outdatedReports();
    }
    count(scan, sources.isEmpty() ? 0 : sources.get(0).stats().size());
    return true;
  }

  @Override
  void forget() {
    super.forget();
    passedOver = null;
    reads.abandon();
  }

  @Override
  void vanished() {
    reads.abandon();
  }

  private void read(FileSystemType type, Inode now) throws IOException {
    ByteBuffer text = denial.open(path, () -> reads.read(now));
    forgetSeen();
    int maxBytes = context.limits().fileBytes();
    if (text.remaining() == maxBytes) {
      seen(
          LIMIT_EXCEEDED,
          path,
          "longer",
          "longer than " + maxBytes + " bytes; only its beginning is read");
      text.limit(FlatKeyedText.wholeLines(text, text.remaining()));
    }
    // Keyed by strings, which a table puts in order where their hashes collide.
    Map<String, Schema.Metric> lines = new LinkedHashMap<>();
    FlatKeyedText.Content content =
        FlatKeyedText.read(text, text.remaining(), name -> metric(name).type() == Stat.Type.FLOAT);
    for (FlatKeyedText.Line line : content.lines()) {
      Schema.Metric metric = metric(line.name());
      // What the kernel writes as kB are 1024 bytes.
      boolean needsUnit = metric.unit().isEmpty() && line.unit().equals("kB");
      lines.put(line.name(), needsUnit ? metric.withUnit("KiBy") : metric);
    }
    SourceImpl source = sources.isEmpty() ? null : sources.get(0);
    boolean isSame = source == null ? lines.isEmpty() : source.hasNames(lines.keySet());
    report(content, isSame);
    if (!isSame || source != null && !source.type().equals(type)) {
      sources = lines.isEmpty() ? List.of() : List.of(SourceImpl.ofFile(place, path, type, lines));
    }
  }

  private Schema.Metric metric(String name) {
    Schema.Metric metric = context.shipped().find(name);
    return metric == null ? Schema.Metric.UNKNOWN : metric;
  }

  /**
   * The lines that give no stat are one problem. Their number may change with each reading; the
   * problem keeps the one that it began with, or there would be a new catalog each time.
   */
  private void report(FlatKeyedText.Content content, boolean isSame) {
    if (content.passedOver() == 0) {
      passedOver = null;
      if (content.lines().isEmpty()) {
        seen(MALFORMED, path, "no line", "has no line, so it gives no stat");
      }
      return;
    }
    if (!isSame || passedOver == null || passedOver.form() != content.form()) {
      int all = content.lines().size() + content.passedOver();
      passedOver = new PassedOver(content.passedOver(), all, content.form());
    }
    seen(MALFORMED, path, "lines passed over: " + content.form(), passedOver.message());
  }

  /** What of a file gives no stat. */
  private record PassedOver(int lines, int all, FileForm form) {
    String message() {
      return "passed over "
          + lines
          + " of "
          + all
          + " lines, which are not 'NAME NUMBER [UNIT]' or repeat a name; it seems to be "
          + form
          + ", which is not read";
    }
  }
}
