package io.statsfs.core.scan;

import static io.statsfs.Problem.Kind.LIMIT_EXCEEDED;
import static io.statsfs.Problem.Kind.MALFORMED;
import static io.statsfs.Problem.Kind.NOT_READABLE;

import io.statsfs.Problem;
import io.statsfs.core.backend.Problems;
import io.statsfs.core.mounts.FileSystemType;
import io.statsfs.core.mounts.FileSystemType.ChangeDetection;
import io.statsfs.core.mounts.Inode;
import io.statsfs.core.schema.Schema;
import io.statsfs.core.text.ReadFailure;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A directory, remembered with its inode. It is listed again only if that has changed, if the file
 * system does not detect changes, or if the directory is so young that its listing may have been
 * half-made.
 */
final class DirectoryEntry extends Entry {
  /**
   * Stats can be added to a living source without any sign of it. Every so many scans a directory
   * is listed for that alone.
   */
  private static final int SCANS_UNTIL_LISTED_ANYWAY = 10;

  private static final int NEVER_CUT = Integer.MAX_VALUE;

  private final boolean link;
  private final DirectorySchema schema;
  private final @Nullable DirectoryLabels labels;
  private TreeMap<String, StatFile> stats = new TreeMap<>();
  private TreeMap<String, Entry> children = new TreeMap<>();
  private FileSystemType type = FileSystemType.of("");
  private OmittedLinks unfollowed = new OmittedLinks();
  private Omitted withEffects = new Omitted();
  private boolean settled;

  /** Whether it was listed since it was described. */
  private boolean listed;

  private int scansSinceListed;

  /** The children that are counted in this scan. */
  private int countedChildren;

  /** How many children, or stats, there was room for when some were left out; or none were. */
  private int cutAtChildren = NEVER_CUT;

  private int cutAtStats = NEVER_CUT;

  /** Why this could not be described in this scan; null if it could. */
  private @Nullable Problem undescribed;

  DirectoryEntry(TreeContext context, Place place, Path path, boolean link) {
    super(context, place, path);
    this.link = link;
    schema = new DirectorySchema(context);
    boolean hasLabels = place.isSource() && !place.tree().layout().labelFiles().isEmpty();
    labels = hasLabels ? new DirectoryLabels(context, path) : null;
  }

  Map<String, StatFile> stats() {
    return stats;
  }

  Map<String, Entry> children() {
    return children;
  }

  @Override
  void forget() {
    super.forget();
    stats = new TreeMap<>();
    children.clear();
    schema.forget();
    if (labels != null) {
      labels.forget();
    }
    unfollowed = new OmittedLinks();
    withEffects = new Omitted();
    cutAtChildren = NEVER_CUT;
    cutAtStats = NEVER_CUT;
    settled = false;
  }

  @Override
  void vanished() {
    schema.vanished();
    if (labels != null) {
      labels.forget();
    }
    children.values().forEach(Entry::vanished);
  }

  @Override
  boolean isThere() {
    if (!link || place.depth() == 0) {
      return super.isThere();
    }
    Inode target = context.mounts().insideOf(path);
    return target != null && (inode == null || inode.isSame(target));
  }

  @Override
  boolean isLike(Entry other) {
    return other instanceof DirectoryEntry directory && link == directory.link;
  }

  @Override
  Inode lookUp() throws IOException {
    return context.files().at(path, link);
  }

  @Override
  boolean scan(Scan scan, Inode now) throws IOException {
    if (!now.isDirectory()) {
      return false;
    }
    countedChildren = 0;
    boolean isNew = inode == null;
    boolean isDue = isNew || isListingDue(scan.budget(), now);
    if (isDue) {
      list(scan, now);
    } else {
      countChildren(scan.budget());
      count(scan, stats.size());
    }
    if (cutAtChildren != NEVER_CUT) {
      scan.budget().cutEntries();
    }
    if (cutAtStats != NEVER_CUT) {
      scan.budget().cutStats();
    }
    if (isNew && !settled) {
      scan.young().add(this);
    }
    int listingsBefore = scan.listings();
    boolean isDropped = scanChildren(scan);
    if (isDropped && !isDue) {
      // One went without a sign of it, so others may have come.
      list(scan, now);
      isDropped = scanChildren(scan);
    }
    if (isDropped) {
      // What was listed, and then not to be found by its name, may be found again without a sign of
      // it.
      settled = false;
    }
    for (Entry child : children.values()) {
      if (child.outOfReach != null) {
        // The first is enough.
        scan.unreadable(path, child.outOfReach, child.inode != null);
        break;
      }
    }
    if (scan.listings() != listingsBefore && !isThere()) {
      // What was listed below may be that of what took the place of this.
      throw new NoSuchFileException(path.toString(), null, "replaced while it was scanned");
    }
    return true;
  }

  private boolean isListingDue(ScanBudget budget, Inode now) {
    ChangeDetection detected = mayChangeUnseen() ? ChangeDetection.NONE : type.changeDetection();
    return !settled
        || detected == ChangeDetection.NONE
        // One that went while it was listed looks empty, and may be back without a sign of it.
        || stats.isEmpty() && children.isEmpty()
        || inode == null
        || inode.modified() != now.modified()
        || inode.links() != now.links()
        || cutAtChildren < budget.entriesLeft()
        || cutAtStats < budget.maxStats()
        || detected == ChangeDetection.DIRECTORIES
            && place.isSource()
            && ++scansSinceListed >= SCANS_UNTIL_LISTED_ANYWAY;
  }

  /**
   * Whether what belongs to the layout can come without a change of the inode: links, which no
   * inode of sysfs shows, and files in directories below.
   */
  private boolean mayChangeUnseen() {
    if (place.isSource()
        && place.tree().layout().files().stream().anyMatch(f -> !f.directory().isEmpty())) {
      return true;
    }
    String only = place.onlyChild();
    boolean isThere =
        only != null && children.get(only) instanceof DirectoryEntry child && !child.link;
    return place.mayFollowLinks() && !isThere;
  }

  /** Lets go of those that there is no room for. */
  private void countChildren(ScanBudget budget) {
    int room = budget.entriesLeft() + countedChildren;
    if (children.size() > room) {
      cutAtChildren = room;
      while (children.size() > room) {
        children.pollLastEntry();
      }
    }
    budget.countEntries(countedChildren, children.size());
    countedChildren = children.size();
  }

  /** Whether a child was dropped. */
  private boolean scanChildren(Scan scan) {
    boolean isDropped = false;
    for (Iterator<Entry> left = children.values().iterator(); left.hasNext(); ) {
      Entry child = left.next();
      if (!child.scan(scan)) {
        child.vanished();
        left.remove();
        isDropped = true;
      }
    }
    return isDropped;
  }

  /** Lists a directory that is being waited for; whether it has to be waited for further. */
  boolean listAgain(Scan scan) {
    try {
      Inode now = lookUp();
      if (inode == null || !inode.isSame(now) || !list(scan, now)) {
        return false;
      }
      if (children.values().removeIf(child -> child.inode == null && !child.scan(scan))) {
        settled = false;
      }
      return true;
    } catch (IOException | RuntimeException e) {
      // Gone, or not ours to see: the next scan finds out which.
      return false;
    }
  }

  /** Takes in the entries; whether they are others than before. */
  private boolean list(Scan scan, Inode now) throws IOException {
    type = scan.type(path, now.device());
    if (place.depth() == 0 && inode == null) {
      context.mounts().look(now);
    }
    long began = System.currentTimeMillis();
    int room = scan.budget().entriesLeft() + countedChildren;
    Listing listing = DirectoryLister.list(context, scan, this, type, now, room);
    report(listing);
    cutAtChildren = listing.childrenCut ? room : NEVER_CUT;
    cutAtStats = listing.statsCut ? scan.budget().maxStats() : NEVER_CUT;
    boolean changed =
        !listing.stats.keySet().equals(stats.keySet())
            || !listing.children.keySet().equals(children.keySet());
    stats = listing.stats;
    unfollowed = listing.links;
    unfollowed.findTarget();
    withEffects = listing.withEffects;
    schema.found(listing.schemaFile);
    take(listing);
    countChildren(scan.budget());
    count(scan, stats.size());
    scan.countListing();
    inode = now;
    listed = true;
    scansSinceListed = 0;
    settled = YoungDirectories.isSettled(began, now.modified());
    return changed;
  }

  private void report(Listing listing) {
    forgetSeen();
    for (Map.Entry<Path, String> entry : listing.unseen.entrySet()) {
      String cause = "cannot be looked at";
      seen(NOT_READABLE, entry.getKey(), cause, cause + ": " + entry.getValue());
    }
    if (listing.statsCut) {
      seen(
          LIMIT_EXCEEDED,
          path,
          "more entries",
          "more entries than Limits allow; the last in order are left out");
    }
    if (listing.tooDeep) {
      int depth = context.limits().depth();
      seen(
          LIMIT_EXCEEDED,
          path,
          "too deep",
          "more than " + depth + " levels deep; what is below is left out");
    }
  }

  /** Goes on with the children that are known. */
  private void take(Listing listing) {
    for (Map.Entry<String, Entry> entry : listing.children.entrySet()) {
      Entry known = children.get(entry.getKey());
      if (known != null && known.isLike(entry.getValue())) {
        entry.setValue(known);
      }
    }
    if (!listing.childrenCut) {
      for (Map.Entry<String, Entry> entry : children.entrySet()) {
        Entry known = entry.getValue();
        if (listing.children.get(entry.getKey()) != known && !known.isThere()) {
          known.vanished();
        }
      }
    }
    children = listing.children;
  }

  @Override
  void describe(Scan scan) {
    undescribed = null;
    if (listed) {
      try {
        describeListed(scan);
      } catch (RuntimeException e) {
        undescribed = scan.failure(path, e, !sources.isEmpty());
      }
    }
    for (Entry child : children.values()) {
      child.describe(scan);
    }
  }

  /** Makes the source after a listing, unless it is what it was. */
  private void describeListed(Scan scan) {
    scan.step();
    Schema schemaBefore = schema.schema();
    try {
      schema.read(!stats.isEmpty());
    } catch (NoSuchFileException e) {
      settled = false;
    } catch (IOException e) {
      settled = false;
      String why = ReadFailure.describe(e);
      undescribed =
          Problems.of(
              context.tree(),
              NOT_READABLE,
              "schema cannot be read: " + why,
              schema.file(),
              "cannot be read, so the stats beside it are described as before, if at all: "
                  + why
                  + scan.advice(schema.file(), e));
    }
    Schema now = schema.schema();
    if (now != schemaBefore && !isThere()) {
      // It may be the schema of what took the place of this.
      sources = List.of();
      return;
    }
    for (String dropped : now.dropped()) {
      seen(MALFORMED, schema.file(), "lines of a schema", dropped + " was left out");
    }
    if (!now.beyondLimits().isEmpty()) {
      seen(LIMIT_EXCEEDED, schema.file(), "large schema", "left out: " + now.beyondLimits());
    }
    makeSources(scan, now, now == schemaBefore);
    listed = false;
  }

  /** Makes the sources, and goes on with those that have not changed. */
  private void makeSources(Scan scan, Schema now, boolean isAsBefore) {
    Map<String, SourceImpl> before = new HashMap<>();
    if (isAsBefore) {
      for (SourceImpl source : sources) {
        before.put(source.device(), source);
      }
    }
    List<SourceImpl> next = new ArrayList<>();
    for (Collection<StatFile> files : filesBySource()) {
      StatFile first = files.iterator().next();
      Place its = place.inSubsystem(path).source(first).with(labelsOfFiles(scan, first));
      SourceImpl known = before.get(its.device());
      boolean isSame =
          known != null && known.type().equals(type) && known.isAt(its) && known.hasFiles(files);
      next.add(
          isSame
              ? known
              : SourceImpl.ofDirectory(its, path, type, inode, now, context.shipped(), files));
    }
    sources = List.copyOf(next);
  }

  /** The labels of the source of a file that files beside it give. */
  private Map<String, String> labelsOfFiles(Scan scan, StatFile file) {
    if (labels == null) {
      return Map.of();
    }
    scan.step();
    return labels.of(
        file,
        type,
        (unreadable, e) ->
            seen(
                NOT_READABLE,
                unreadable,
                "label cannot be read: " + ReadFailure.describe(e),
                "cannot be read, so that the sources beside it are without its label: "
                    + ReadFailure.describe(e)
                    + scan.advice(unreadable, e)));
  }

  private Collection<Collection<StatFile>> filesBySource() {
    if (!context.statFiles().haveLabels()) {
      return stats.isEmpty() ? List.of() : List.of(stats.values());
    }
    Map<String, Collection<StatFile>> files = new LinkedHashMap<>();
    for (StatFile file : stats.values()) {
      files.computeIfAbsent(file.source(), source -> new ArrayList<>()).add(file);
    }
    return files.values();
  }

  @Override
  boolean hasEmptyFile() {
    return children.values().stream().anyMatch(Entry::hasEmptyFile);
  }

  @Override
  void collect(Findings findings) {
    if (undescribed != null) {
      findings.problems(List.of(undescribed));
    }
    (place.mayFollowLinks() ? findings.stray() : findings.links()).addAll(unfollowed);
    findings.unopened().addAll(withEffects);
    super.collect(findings);
    for (Entry child : children.values()) {
      child.collect(findings);
    }
  }
}
