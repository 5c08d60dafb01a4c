package io.statsfs.core.scan;

import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.Problem;
import io.statsfs.Tree;
import io.statsfs.core.backend.Problems;
import io.statsfs.core.mounts.FileAccess;
import io.statsfs.core.mounts.FilePaths;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.mounts.Inode;
import io.statsfs.core.mounts.Located;
import io.statsfs.core.mounts.ReadEffects;
import io.statsfs.core.schema.DeclaredStats;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.core.thread.FileGuard;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.PathText;
import io.statsfs.spi.ScanRequest;
import io.statsfs.spi.ScanResult;
import io.statsfs.spi.StatReader;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the sources of a tree, and finds them again at the least cost. A scan goes over the tree
 * three times: it brings the {@linkplain Entry entries} up to date, describes what is new, and
 * collects what there is.
 *
 * <p>For one thread at a time. A file that does not answer when it is read affects only its own
 * source; a directory that does not answer makes the scan hang.
 */
public final class Discovery {
  private final Tree tree;
  private final Limits limits;
  private final TreeContext context;
  private final Entry root;
  private final boolean isNamed;
  private boolean isBegun;

  /** Null for a layout that no user wrote. */
  private final @Nullable IdleDeclarations idle;

  /**
   * Begins with nothing.
   *
   * @param atOpening what the root led to just now; null if that is to be found out
   * @param isNamed whether somebody asked for the tree, so that it should have stats
   * @param isOwn whether a user declared the layout, who is then told what of it matches nothing
   * @param isShipped whether the layout comes with this library
   */
  public Discovery(
      Tree tree,
      FileSystems fileSystems,
      Limits limits,
      SchemaCache schemas,
      StatReader reader,
      @Nullable Located atOpening,
      boolean isNamed,
      boolean isOwn,
      boolean isShipped) {
    this.tree = tree;
    idle = isOwn ? new IdleDeclarations(tree.layout()) : null;
    this.limits = limits;
    this.isNamed = isNamed;
    DeclaredStats shipped = new DeclaredStats(tree.layout().stats(), true);
    FileAccess files = new FileAccess(reader);
    FileSystems seen = fileSystems.by(files);
    context =
        new TreeContext(
            tree,
            limits,
            files,
            schemas,
            shipped,
            new TreeMounts(tree, seen, atOpening),
            new FileReads(limits.fileBytes(), files),
            new StatFiles(tree.layout(), shipped),
            new DeclaredFiles(tree.layout()),
            KnownContents.OfLayout.of(tree.layout()),
            isShipped);
    Place place = Place.root(tree);
    Path path = FilePaths.of(tree);
    root =
        tree.layout().isRootFile()
            ? new FileEntry(context, place, path, declaredRoot(tree.layout()))
            : new DirectoryEntry(context, place, path, true);
  }

  private static @Nullable FileDeclaration declaredRoot(Layout layout) {
    return layout.files().isEmpty() ? null : layout.files().get(0);
  }

  /** Forgets all that was found; the next scan finds again what is still there. */
  public void forget() {
    root.forget();
    context.statFiles().forget();
  }

  /**
   * Looks at the tree.
   *
   * @param request how much to take in
   * @param guard has the files of this scan read. A scan that it begins again goes on with what the
   *     one before has found
   */
  public ScanResult scan(ScanRequest request, FileGuard guard) {
    context.reads().readBy(guard);
    if (isBegun) {
      context.mounts().forgetOpening();
    }
    isBegun = true;
    ScanBudget budget = new ScanBudget(request.maxSources(), request.maxStats());
    Scan scan = new Scan(request, context.mounts(), budget);
    context.statFiles().limit(request.maxStats());
    root.justSeen(Inode.ofIdentity(guard.seen()));
    if (!root.scan(scan)) {
      root.forget();
    }
    if (root.outOfReach != null) {
      scan.unreadable(root.path, root.outOfReach, root.inode != null);
    }
    scan.young().settle(scan);
    root.describe(scan);
    Throwable failure = context.files().failure();
    if (failure != null) {
      scan.problem(
          Problem.Kind.INTERNAL_ERROR,
          root.path,
          "reader does not look",
          "the reader failed to list a directory or to look at a file; java.nio did that instead: "
              + failure);
    }
    Findings findings = new Findings(scan);
    root.collect(findings);
    reportLimits(scan);
    reportLinks(scan, findings);
    reportUnopened(scan, findings.unopened());
    if (findings.sources().isEmpty() && !budget.isStatsCut() && !budget.isEntriesCut()) {
      reportEmpty(scan);
    }
    String missing =
        idle == null || findings.sources().isEmpty() ? null : idle.message(findings.sources());
    if (missing != null) {
      report(scan, Problem.Kind.NO_STATS, "declared and not there", missing);
    }
    return ScanResult.of(findings.sources(), scan.problems())
        .cut(budget.entries(), budget.isEntriesCut(), budget.isStatsCut());
  }

  /** Whatever the number of other problems. */
  private void report(Scan scan, Problem.Kind kind, String cause, String message) {
    scan.problems().add(Problems.of(tree, kind, cause, root.path, message));
  }

  private void reportLimits(Scan scan) {
    ScanBudget budget = scan.budget();
    if (budget.isEntriesCut()) {
      reportLimit(scan, "directories and files", "sources", limits.sources(), budget.maxEntries());
    }
    if (budget.isStatsCut()) {
      reportLimit(scan, "stats", "stats", limits.stats(), budget.maxStats());
    }
  }

  /** The share is not in the message, as it changes with what other trees need. */
  private void reportLimit(Scan scan, String what, String limit, int number, int share) {
    report(
        scan,
        Problem.Kind.LIMIT_EXCEEDED,
        "more " + what,
        "more than "
            + (share == number ? "" : "its share of the ")
            + number
            + " "
            + what
            + (share == number ? "" : " of all trees")
            + "; the rest is left out. Raise Limits."
            + limit
            + ", or open a smaller root");
  }

  private void reportLinks(Scan scan, Findings findings) {
    if (findings.links().count() > 0) {
      report(
          scan,
          Problem.Kind.LINK_NOT_FOLLOWED,
          "links",
          findings.links().describe()
              + "layout "
              + tree.layout()
              + " follows none there. "
              + (idle == null
                  ? "To read what they lead to, open that as a root of its own"
                  : "To follow them, declare the directory that they must lead into, relative to"
                      + " that of the tree, such as 'links: ../devices'"));
    }
    if (findings.stray().count() > 0) {
      Path inside = root.path.resolve(tree.layout().links().orElseThrow()).normalize();
      report(
          scan,
          Problem.Kind.LINK_NOT_FOLLOWED,
          "stray links",
          findings.stray().describe()
              + "layout "
              + tree.layout()
              + " follows only what leads to a directory below "
              + PathText.of(inside));
    }
  }

  private void reportUnopened(Scan scan, Omitted unopened) {
    int count = unopened.count();
    if (count > 0) {
      report(
          scan,
          Problem.Kind.UNSAFE_TO_OPEN,
          "not opened",
          (count == 1 ? "1 file below is" : count + " files below are")
              + " not opened, such as "
              + PathText.of(Objects.requireNonNull(unopened.first()))
              + ": "
              + ReadEffects.WHY);
    }
  }

  /** Unless it is known why, or is as it should be. */
  private void reportEmpty(Scan scan) {
    boolean isKnown =
        scan.problems().stream()
            .anyMatch(
                known ->
                    known.cause().startsWith(Scan.UNREADABLE)
                        || tree.layout().isRootFile()
                            && known.path().orElseThrow().equals(root.path));
    if (isKnown || root.hasEmptyFile()) {
      return;
    }
    if (root.inode == null) {
      report(scan, Problem.Kind.GONE, "gone", "does not exist any more");
    } else if (isNamed) {
      report(
          scan,
          Problem.Kind.NO_STATS,
          "no stats",
          "holds no stats: there is no file that layout "
              + tree.layout()
              + " takes for one"
              + lookedFor()
              + ". Check that this is the right root and layout");
    }
  }

  /** Which files the layout has, as far as it says so. */
  private String lookedFor() {
    Layout layout = tree.layout();
    String files =
        layout.files().stream().map(FileDeclaration::path).collect(Collectors.joining(", "));
    String directories =
        layout.levels().stream()
            .flatMap(levels -> levels.stream().map(Object::toString))
            .collect(Collectors.joining("/"));
    return (files.isEmpty() ? "" : ", such as " + files)
        + (directories.isEmpty() ? "" : ", in directories " + directories);
  }
}
