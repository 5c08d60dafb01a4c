package io.statsfs.core.scan;

import static io.statsfs.Problem.Kind.LIMIT_EXCEEDED;

import io.statsfs.core.mounts.FileSystemType;
import io.statsfs.core.mounts.Inode;
import io.statsfs.spi.FileDeclaration;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file of several values. It is read anew when it, or what samples find, changes. One that had
 * nothing is in no sample, and few file systems show that it changed, so it is read again now and
 * then: with each scan at first, and every tenth time after a hundred readings.
 */
final class FileEntry extends Entry {
  private static final int MOST_SCANS_PER_READING = 10;

  private final @Nullable FileDeclaration declaration;
  private final boolean isEntries;
  private final FileReads.OfFile reads;
  private final DenialPause denial = new DenialPause();

  private FileContents contents;
  private @Nullable TableFile table;

  /** A report stays until a reading succeeds, since a sample makes it once. */
  private int reportsRead;

  /** How many readings in a row found nothing, and how many scans there were since the last. */
  private int emptyReadings;

  private int scansSinceRead;

  /**
   * A file that was not read yet.
   *
   * @param declaration without one its values are stats if all of it is of a form that is
   *     recognized
   */
  FileEntry(TreeContext context, Place place, Path path, @Nullable FileDeclaration declaration) {
    super(context, place, path);
    this.declaration = declaration;
    isEntries = declaration != null && declaration.shape().isEntries();
    reads = isEntries ? context.reads().ofEntries(path) : context.reads().of(path);
    contents = contents();
  }

  private FileContents contents() {
    if (declaration == null) {
      return new UndeclaredContents(place, context.shipped());
    }
    PossibleCpus cpus = new PossibleCpus(context, path);
    List<FileDeclaration> declared = declaration.forms();
    if (declared.size() == 1) {
      return form(declared.get(0), 0, cpus);
    }
    List<DeclaredForm> forms = new ArrayList<>(declared.size());
    for (FileDeclaration form : declared) {
      forms.add(form(form, forms.size(), cpus));
    }
    return new ContentsOfForms(forms);
  }

  private DeclaredForm form(FileDeclaration declared, int number, PossibleCpus cpus) {
    return new DeclaredForm(place, context.shipped(), declared, cpus, context.known(), number);
  }

  @Override
  Inode lookUp() throws IOException {
    return context.files().at(path, place.depth() == 0);
  }

  @Override
  boolean scan(Scan scan, Inode now) throws IOException {
    if (isEntries ? !now.isDirectory() : !now.isRegularFile()) {
      return false;
    }
    reads.replacedBy(now);
    int reports = table == null ? 0 : table.reports();
    scansSinceRead++;
    if (inode == null
        || sources.isEmpty() && scansSinceRead >= scansPerReading()
        || reportsRead != reports
        || inode.modified() != now.modified()
        || inode.size() != now.size()) {
      read(scan, now);
      inode = now;
      reportsRead = reports;
    }
    int stats = 0;
    for (SourceImpl source : sources) {
      stats += source.stats().size();
    }
    count(scan, stats);
    return true;
  }

  private int scansPerReading() {
    return Math.min(MOST_SCANS_PER_READING, 1 + emptyReadings / MOST_SCANS_PER_READING);
  }

  @Override
  boolean hasEmptyFile() {
    return inode != null && !foundAnything();
  }

  @Override
  void forget() {
    super.forget();
    contents = contents();
    table = null;
    reportsRead = 0;
    reads.abandon();
  }

  @Override
  void vanished() {
    reads.abandon();
  }

  private void read(Scan scan, Inode now) throws IOException {
    FileSystemType type = scan.type(path, now.device());
    ByteBuffer text = denial.open(path, () -> reads.read(now));
    forgetSeen();
    int maxBytes = context.limits().fileBytes();
    boolean isCut = text.remaining() == maxBytes;
    if (isCut) {
      seen(
          LIMIT_EXCEEDED,
          path,
          "longer",
          "longer than " + maxBytes + " bytes; only its beginning is read");
    }
    FileContents.Found found = contents.read(text.array(), text.remaining(), isCut, scan::step);
    if (found.problem() != null) {
      seen(found.problem().kind(), path, found.problem().cause(), found.problem().message());
    }
    if (table == null
        || !table.type().equals(type)
        || !table.shape().equals(contents.shape())
        || !table.form().equals(contents.form())) {
      table = new TableFile(path, type, contents.shape(), contents.form());
      sources = List.of();
      reportsRead = 0;
    }
    table.hold(new TableCells(contents.shape(), found.rows(), found.columns()));
    take(found.groups(), scan);
    scansSinceRead = 0;
    emptyReadings = sources.isEmpty() ? emptyReadings + 1 : 0;
  }

  /** Goes on with the sources that have not changed. */
  private void take(List<FileContents.Group> groups, Scan scan) {
    Map<String, SourceImpl> before = sources.isEmpty() ? Map.of() : new HashMap<>();
    for (SourceImpl source : sources) {
      before.put(source.toString(), source);
    }
    List<SourceImpl> next = new ArrayList<>();
    for (FileContents.Group group : groups) {
      scan.step();
      SourceImpl fresh =
          SourceImpl.ofTable(group.place(), Objects.requireNonNull(table), group.cells());
      SourceImpl known = before.isEmpty() ? null : before.get(fresh.toString());
      next.add(known != null && known.isLike(fresh) ? known : fresh);
    }
    sources = List.copyOf(next);
  }
}
