package io.statsfs.core.scan;

import io.statsfs.Limits;
import io.statsfs.Problem;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.core.mounts.FilePaths;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.mounts.Inode;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.core.thread.Watchdog;
import io.statsfs.spi.StatReader;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Scans all trees. One whose scan hangs, as on the mount of a server that does not answer, stays as
 * it was seen last and does not keep the others from being scanned.
 */
public final class TreeScans implements AutoCloseable {
  /** Of a single step of a scan, such as looking at one directory. */
  public static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Of a look at the root of a tree whose scan hangs. */
  private static final Duration PATIENCE_OF_LOOKS = Duration.ofSeconds(1);

  /** Threads that may be left behind in a tree, in scans and in looks at its root. */
  private static final int MOST_LEFT = 4;

  /** What {@link Catalog} promises, over all trees. */
  private static final Comparator<Source> ORDER =
      Comparator.comparing(Source::subsystem).thenComparing(Source::device);

  private final Shares entries;
  private final Shares stats;
  private final List<TreeScan> scans = new ArrayList<>();
  private final Function<Tree, Discovery> discoveries;
  private final Watchdog watchdog = new Watchdog("statsfs-scan", PATIENCE);
  private final Watchdog looks = new Watchdog("statsfs-look", PATIENCE_OF_LOOKS);

  public TreeScans(
      List<Tree> trees,
      FileSystems fileSystems,
      Limits limits,
      SchemaCache schemas,
      StatReader reader) {
    entries = new Shares(limits.sources(), trees.size());
    stats = new Shares(limits.stats(), trees.size());
    discoveries = tree -> new Discovery(tree, fileSystems, limits, schemas, reader);
    for (Tree tree : trees) {
      scans.add(new TreeScan(tree, discoveries.apply(tree)));
    }
  }

  private static final class TreeScan implements Watchdog.Work {
    final Tree tree;
    private final Discovery discovery;
    private volatile Discovery.Found found = Discovery.Found.NOTHING;
    private volatile @Nullable Throwable failure;
    private volatile boolean busy;

    /** Of the root when the scan began; null if it did not answer, or was not there. */
    private volatile @Nullable Inode root;

    /** Another scan has taken the place of this one, which hangs. */
    private volatile boolean replaced;

    private int left;
    private int looks;
    private long lookAt;
    private int maxSources;
    private int maxStats;

    TreeScan(Tree tree, Discovery discovery) {
      this.tree = tree;
      this.discovery = discovery;
    }

    void begin(int maxSources, int maxStats) {
      this.maxSources = maxSources;
      this.maxStats = maxStats;
      root = null;
      lookAt = System.nanoTime();
      busy = true;
    }

    @Override
    public void run() {
      try {
        root = inodeOf(FilePaths.of(tree));
        found = discovery.scan(maxSources, maxStats);
        failure = null;
      } catch (RuntimeException | Error e) {
        failed(e);
      } finally {
        busy = false;
        if (replaced) {
          discovery.close();
        }
      }
    }

    private static @Nullable Inode inodeOf(Path root) {
      try {
        return Inode.of(root, true);
      } catch (IOException e) {
        return null; // The scan says why.
      }
    }

    /** What was found before stays. */
    void failed(Throwable e) {
      failure = e;
      busy = false;
      if (e instanceof OutOfMemoryError) {
        discovery.forget();
      }
    }

    TreeProblem problem(Problem.Kind kind, String what) {
      String message = what + "; what is below stays as it was seen last";
      return new TreeProblem(tree, kind, what, FilePaths.of(tree), message);
    }

    @Override
    public void notStarted() {
      busy = false;
    }

    @Override
    public long progress() {
      return discovery.steps();
    }
  }

  /** Looks at a root, which may hang, too. */
  private static final class Look implements Watchdog.Work {
    private final Path root;
    private @Nullable Inode inode;
    private boolean isGone;

    Look(Path root) {
      this.root = root;
    }

    @Override
    public void run() {
      try {
        inode = Inode.of(root, true);
      } catch (NoSuchFileException e) {
        isGone = true;
      } catch (IOException e) {
        // It is as dead as the scan.
      }
    }

    boolean isAnother(@Nullable Inode before) {
      return isGone || inode != null && (before == null || !inode.isSame(before));
    }
  }

  /**
   * The scan of a tree; another one if the last hangs in what is not there any more, as on a mount
   * that was given up, and over which there may be another one now. It is looked for after pauses
   * that grow, and not for ever, since each look may cost a thread.
   */
  private TreeScan of(int tree) {
    TreeScan scan = scans.get(tree);
    if (!scan.busy || scan.left >= MOST_LEFT || System.nanoTime() - scan.lookAt < 0) {
      return scan;
    }
    Look look = new Look(FilePaths.of(scan.tree));
    // From five seconds to five minutes.
    scan.lookAt = System.nanoTime() + (PATIENCE.toNanos() << Math.min(scan.looks++, 6));
    if (!looks.run(look)) {
      scan.left++;
      return scan;
    }
    if (!look.isAnother(scan.root)) {
      return scan;
    }
    TreeScan next = new TreeScan(scan.tree, discoveries.apply(scan.tree));
    next.found = scan.found;
    next.left = scan.left + 1;
    scan.replaced = true;
    scans.set(tree, next);
    return next;
  }

  /** The sources in order, and the problems of all trees. */
  public record Found(List<Source> sources, List<TreeProblem> problems) {}

  /** Looks at all trees that answer. */
  public Found scan() {
    for (int i = 0; i < scans.size(); i++) {
      scan(i);
    }
    // Each time at least one tree has found its place, unless they change all the while.
    boolean isOff = true;
    for (int round = 0; isOff && round < 2 * scans.size(); round++) {
      entries.divide();
      stats.divide();
      isOff = false;
      for (int i = 0; i < scans.size(); i++) {
        if (entries.isOff(i) || stats.isOff(i)) {
          isOff |= scan(i);
        }
      }
    }
    List<Source> sources = new ArrayList<>();
    List<TreeProblem> problems = new ArrayList<>();
    for (TreeScan scan : scans) {
      sources.addAll(scan.found.sources());
      problems.addAll(scan.found.problems());
      if (scan.busy) {
        problems.add(scan.problem(Problem.Kind.NOT_RESPONDING, "does not answer"));
      } else if (scan.failure != null) {
        Problem.Kind kind =
            scan.failure instanceof OutOfMemoryError
                ? Problem.Kind.OUT_OF_MEMORY
                : Problem.Kind.INTERNAL_ERROR;
        problems.add(scan.problem(kind, why(scan.failure)));
      }
    }
    sources.sort(ORDER);
    problems.addAll(duplicates(sources));
    return new Found(sources, problems);
  }

  /** What the last scan of a tree failed with, if that was for lack of memory. */
  public @Nullable OutOfMemoryError lackOfMemory() {
    for (TreeScan scan : scans) {
      if (scan.failure instanceof OutOfMemoryError lack) {
        return lack;
      }
    }
    return null;
  }

  /** Whether the tree was scanned. */
  private boolean scan(int tree) {
    TreeScan scan = of(tree);
    if (scan.busy) {
      return false;
    }
    scan.begin(entries.of(tree), stats.of(tree));
    try {
      watchdog.run(scan);
    } catch (RuntimeException | Error e) {
      // There was no thread for it.
      scan.failed(e);
    }
    Discovery.Found found = scan.found;
    entries.took(tree, found.entries(), found.entriesCut());
    stats.took(tree, found.stats(), found.statsCut());
    return !scan.busy && scan.failure == null;
  }

  /** Stats that an earlier tree has too; the sources are in order. */
  private static List<TreeProblem> duplicates(List<Source> sources) {
    Map<Tree, Duplicates> found = new LinkedHashMap<>();
    for (int first = 0, next = 1; first < sources.size(); first = next++) {
      while (next < sources.size() && ORDER.compare(sources.get(first), sources.get(next)) == 0) {
        next++;
      }
      if (next == first + 1) {
        continue;
      }
      Map<String, Tree> owners = new HashMap<>();
      for (Source source : sources.subList(first, next)) {
        for (Stat stat : source.stats()) {
          Tree owner = owners.putIfAbsent(stat.name(), source.tree());
          if (owner != null) {
            found.computeIfAbsent(source.tree(), t -> new Duplicates(owner, stat)).count++;
          }
        }
      }
    }
    return found.values().stream().map(Duplicates::problem).toList();
  }

  /** The stats of a tree that are in another one, or twice in the same. */
  private static final class Duplicates {
    private final Tree owner;
    private final Stat first;
    int count;

    Duplicates(Tree owner, Stat first) {
      this.owner = owner;
      this.first = first;
    }

    TreeProblem problem() {
      Tree tree = first.source().tree();
      return new TreeProblem(
          tree,
          Problem.Kind.DUPLICATE,
          "stats of another tree",
          FilePaths.of(tree),
          (count == 1 ? "1 stat is in " : count + " stats are in ")
              + (owner.equals(tree) ? "this tree twice" : owner.origin() + " too")
              + ", such as "
              + first
              + (owner.equals(tree)
                  ? ". Open a directory above or below as the root"
                  : ". Open one of the roots alone, or tell such stats apart by their trees"));
    }
  }

  private static String why(Throwable failure) {
    return failure instanceof OutOfMemoryError
        ? "was not scanned for lack of memory ("
            + failure.getMessage()
            + "); lower Limits, open a smaller root, or give the JVM more (-Xmx)"
        : "was not scanned, which is a fault of this library or of its reader (" + failure + ")";
  }

  @Override
  public void close() {
    watchdog.close();
    looks.close();
    for (TreeScan scan : scans) {
      if (!scan.busy) {
        scan.discovery.close();
      }
    }
  }
}
