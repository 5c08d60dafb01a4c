package io.statsfs.core.backend;

import io.statsfs.Catalog;
import io.statsfs.Limits;
import io.statsfs.Problem;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatsFsException;
import io.statsfs.Tree;
import io.statsfs.core.thread.FileGuard;
import io.statsfs.core.thread.GuardedCall;
import io.statsfs.core.thread.Look;
import io.statsfs.core.thread.Watchdog;
import io.statsfs.spi.ScanRequest;
import io.statsfs.spi.ScanResult;
import io.statsfs.spi.Scanner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Scans all trees. One whose scan hangs, as on the mount of a server that does not answer, stays as
 * it was seen last and does not keep the others from being scanned.
 */
public final class TreeScans implements AutoCloseable {
  /** Of a single step of a scan, such as looking at one directory. */
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** Of the reading of a file by a scan, and of a look at the root of a tree whose scan hangs. */
  private static final Duration FILE_TIMEOUT = Duration.ofSeconds(1);

  /**
   * How often a step of a scan, or the opening of a tree, is looked at before the timeout of a file
   * begins: theirs is longer, {@link #TIMEOUT}.
   */
  public static final int LOOKS_MORE = 16;

  /** Threads that may be left behind in a tree, in scans and in looks at its root. */
  private static final int MOST_LEFT = 4;

  /** What {@link Catalog} promises, over all trees. */
  private static final Comparator<Source> ORDER = new Order();

  private static final class Order implements Comparator<Source> {
    @Override
    public int compare(Source source, Source other) {
      int order = source.subsystem().compareTo(other.subsystem());
      return order == 0 ? source.device().compareTo(other.device()) : order;
    }
  }

  /** Looking for trees that were not there before takes some hundred looks at files. */
  private static final int SCANS_PER_SEARCH = 10;

  private final Scanners scanners;
  private final Limits limits;
  private final List<TreeScan> scans = new ArrayList<>();
  private Shares entries;
  private Shares stats;
  private StandIns standIns;
  private int scansUntilSearch = SCANS_PER_SEARCH;

  /** Why the last search failed. */
  private List<Problem> searchProblems = List.of();

  private final Watchdog watchdog;
  private final Watchdog looks = new Watchdog("statsfs-look", FILE_TIMEOUT);

  /** What scans trees, and before that opens them. */
  public static Watchdog watchdog() {
    return new Watchdog("statsfs-scan", FILE_TIMEOUT);
  }

  /**
   * Trees that were not scanned yet.
   *
   * @param watchdog which this closes
   */
  public TreeScans(Scanners scanners, Limits limits, Watchdog watchdog) {
    this.scanners = scanners;
    this.limits = limits;
    this.watchdog = watchdog;
    List<Tree> trees = scanners.trees();
    standIns = new StandIns(scanners);
    entries = new Shares(limits.sources(), trees.size());
    stats = new Shares(limits.stats(), trees.size());
    for (Tree tree : trees) {
      scans.add(new TreeScan(tree, scanners.of(tree)));
    }
  }

  /** Now and then has the backends look for more trees, among which the limits are then divided. */
  private void lookForTrees() {
    if (scansUntilSearch-- > 0) {
      return;
    }
    scansUntilSearch = SCANS_PER_SEARCH - 1;
    List<Problem> problems = new ArrayList<>();
    boolean isChanged =
        scanners.lookForTrees(
            (scanner, failure) -> {
              boolean isKnown = failure instanceof StatsFsException;
              String message =
                  "no more trees could be looked for beside "
                      + scanner.trees()
                      + ": "
                      + (isKnown ? failure.getMessage() : failure);
              Problem.Kind kind = isKnown ? Problem.Kind.NOT_OPENED : kind(failure);
              problems.add(Problem.builder(kind, message).build());
            });
    searchProblems = problems;
    if (!isChanged) {
      return;
    }
    Map<Tree, TreeScan> before = new HashMap<>();
    for (TreeScan scan : scans) {
      before.put(scan.tree, scan);
    }
    scans.clear();
    for (Tree tree : scanners.trees()) {
      TreeScan scan = before.get(tree);
      scans.add(scan == null ? new TreeScan(tree, scanners.of(tree)) : scan);
    }
    standIns = new StandIns(scanners);
    entries = new Shares(limits.sources(), scans.size());
    stats = new Shares(limits.stats(), scans.size());
  }

  /** The scan of one tree. What other threads read while it hangs is volatile. */
  static final class TreeScan implements Watchdog.Work, ScanRequest, FileGuard {
    /** In the place of a file whose reading was left behind. */
    private static final Object LEFT_BEHIND = new Object();

    private final Tree tree;
    private final Scanner scanner;
    private final AtomicLong steps = new AtomicLong();
    private final AtomicReference<@Nullable Object> reading = new AtomicReference<>();
    private long stepsSeen;
    private int looksAtStep;
    private volatile ScanResult found = ScanResult.empty();
    private volatile @Nullable Throwable failure;
    private volatile boolean busy;
    private volatile boolean isBegun;

    /** What the tree was when the scan began; null if it did not answer, or was not there. */
    private volatile @Nullable Object seen;

    private int left;
    private int looks;
    private long lookAt;
    private int maxSources;
    private int maxStats;

    TreeScan(Tree tree, Scanner scanner) {
      this.tree = tree;
      this.scanner = scanner;
    }

    void begin(int maxSources, int maxStats) {
      this.maxSources = maxSources;
      this.maxStats = maxStats;
      seen = null;
      lookAt = System.nanoTime();
      isBegun = false;
      busy = true;
    }

    @Override
    public void run() {
      isBegun = true;
      try {
        Look look = new Look(List.of(() -> scanner.look(tree)));
        look.run();
        seen = look.seen();
        found = limited(scanner.scan(this));
        failure = null;
      } catch (RuntimeException | Error e) {
        failed(e);
      } finally {
        busy = false;
      }
    }

    /** Takes in no more than was asked for, whatever a backend found. */
    private ScanResult limited(ScanResult result) {
      List<Source> taken = new ArrayList<>();
      int statsLeft = maxStats;
      for (Source source : result.sources()) {
        statsLeft -= source.stats().size();
        if (statsLeft < 0 || taken.size() == maxSources) {
          List<Problem> problems = new ArrayList<>(result.problems());
          String what = statsLeft < 0 ? "stats" : "sources";
          problems.add(
              Problems.of(
                  tree,
                  Problem.Kind.LIMIT_EXCEEDED,
                  "more " + what,
                  "more " + what + " than Limits allow; the rest is left out"));
          return ScanResult.of(taken, problems).cut(taken.size(), statsLeft >= 0, statsLeft < 0);
        }
        taken.add(source);
      }
      return result;
    }

    /** Adds what was found last, all of one scan even if one that hung ends just now. */
    void addTo(List<Source> sources, List<Problem> problems) {
      // In this order: one that is not busy has stored all else before.
      boolean hangs = busy;
      Throwable thrown = failure;
      ScanResult last = found;
      sources.addAll(last.sources());
      problems.addAll(last.problems());
      if (hangs) {
        problems.add(problem(Problem.Kind.NOT_RESPONDING, "does not answer"));
      } else if (thrown != null) {
        problems.add(problem(kind(thrown), why(thrown)));
      }
    }

    /** What was found before stays. */
    void failed(Throwable e) {
      failure = e;
      busy = false;
    }

    Problem problem(Problem.Kind kind, String what) {
      String asBefore =
          found.sources().isEmpty() ? "" : "; what is below stays as it was seen last";
      return Problems.of(tree, kind, what, what + asBefore);
    }

    @Override
    public Tree tree() {
      return tree;
    }

    @Override
    public int maxSources() {
      return maxSources;
    }

    @Override
    public int maxStats() {
      return maxStats;
    }

    @Override
    public void step() {
      // By the scanning thread alone.
      steps.setOpaque(steps.getPlain() + 1);
    }

    @Override
    public void read(GuardedCall<?> call) {
      step();
      reading.set(call);
      call.run();
      if (!reading.compareAndSet(call, null)) {
        throw new LeftBehind();
      }
    }

    @Override
    public void leaving() {
      Object file = reading.get();
      if (file != null) {
        reading.compareAndSet(file, LEFT_BEHIND);
      }
    }

    @Override
    public boolean isLeftBehind() {
      return reading.get() == LEFT_BEHIND;
    }

    @Override
    public @Nullable Object seen() {
      return seen;
    }

    @Override
    public void notStarted() {
      busy = false;
    }

    @Override
    public long progress() {
      long now = steps.getOpaque();
      if (now != stepsSeen) {
        stepsSeen = now;
        looksAtStep = 0;
      } else if (reading.get() == null && looksAtStep < LOOKS_MORE) {
        looksAtStep++;
      }
      return now * (LOOKS_MORE + 1) + looksAtStep;
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
    Look look = new Look(List.of(() -> scan.scanner.look(scan.tree)));
    // From five seconds to five minutes.
    scan.lookAt = System.nanoTime() + (TIMEOUT.toNanos() << Math.min(scan.looks++, 6));
    if (!looks.run(look)) {
      scan.left++;
      return scan;
    }
    boolean isAnother = look.isGone() || look.seen() != null && !look.seen().equals(scan.seen);
    if (!isAnother) {
      return scan;
    }
    TreeScan next = new TreeScan(scan.tree, scan.scanner);
    next.found = scan.found;
    next.left = scan.left + 1;
    scans.set(tree, next);
    return next;
  }

  /** The sources in order, and the problems of all trees. */
  public record Found(List<Source> sources, List<Problem> problems) {}

  /** Looks at all trees that answer. */
  public Found scan() {
    lookForTrees();
    List<Integer> due = new ArrayList<>();
    for (int i = 0; i < scans.size(); i++) {
      due.add(i);
    }
    scan(due);
    // Each time at least one tree has found its place, unless they change all the while.
    boolean needsScan = true;
    for (int round = 0; needsScan && round < 2 * scans.size(); round++) {
      entries.divide();
      stats.divide();
      due.clear();
      for (int i = 0; i < scans.size(); i++) {
        if (entries.needsScan(i) || stats.needsScan(i)) {
          due.add(i);
        }
      }
      needsScan = scan(due);
    }
    List<Source> sources = new ArrayList<>();
    List<Problem> problems = new ArrayList<>(scanners.problems());
    problems.addAll(searchProblems);
    for (TreeScan scan : scans) {
      scan.addTo(sources, problems);
    }
    sources.sort(ORDER);
    sources = standIns.once(sources);
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

  /** Scans trees, one after the other; whether one of them was scanned. */
  private boolean scan(List<Integer> trees) {
    List<Integer> begun = new ArrayList<>();
    List<TreeScan> due = new ArrayList<>();
    for (int tree : trees) {
      TreeScan scan = of(tree);
      if (!scan.busy) {
        scan.begin(entries.of(tree), stats.of(tree));
        begun.add(tree);
        due.add(scan);
      }
    }
    while (!due.isEmpty()) {
      run(due);
      due.clear();
      for (int tree : begun) {
        if (scans.get(tree).isLeftBehind()) {
          due.add(again(tree));
        }
      }
    }
    boolean isScanned = false;
    for (int tree : begun) {
      TreeScan scan = scans.get(tree);
      ScanResult found = scan.found;
      entries.record(tree, found.entries(), found.isEntriesCut());
      stats.record(tree, found.stats(), found.isStatsCut());
      isScanned |= !scan.busy && scan.failure == null;
    }
    return isScanned;
  }

  private void run(List<TreeScan> due) {
    try {
      watchdog.runAll(due);
    } catch (RuntimeException | Error e) {
      // There was no thread for those that were not begun.
      due.stream().filter(scan -> !scan.isBegun).forEach(scan -> scan.failed(e));
    }
  }

  /** Begins a scan again that was left behind in a file, which is not read this time. */
  private TreeScan again(int tree) {
    TreeScan left = scans.get(tree);
    TreeScan next = new TreeScan(left.tree, left.scanner);
    next.found = left.found;
    next.left = left.left;
    next.begin(left.maxSources, left.maxStats);
    scans.set(tree, next);
    return next;
  }

  /** Stats that an earlier tree has too; the sources are in order. */
  private static List<Problem> duplicates(List<Source> sources) {
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
    List<Problem> problems = new ArrayList<>();
    for (Duplicates duplicates : found.values()) {
      problems.add(duplicates.problem());
    }
    return problems;
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

    Problem problem() {
      Tree tree = first.source().tree();
      boolean isOneFile = owner.origin().equals(tree.origin());
      return Problems.of(
          tree,
          Problem.Kind.DUPLICATE,
          "stats of another tree",
          (count == 1 ? "1 stat is in " : count + " stats are in ")
              + (owner.equals(tree)
                  ? "this tree twice"
                  : (isOneFile ? "tree " + owner.name() : owner.origin()) + " too")
              + ", such as "
              + first
              + (owner.equals(tree)
                  ? tree.layout().files().isEmpty()
                      ? ". Open a directory above or below as the root"
                      : ". Give the files of layout " + tree.layout() + " subsystems of their own"
                  : isOneFile
                      ? ". Read one of these trees alone, or give one a subsystem of its own"
                      : ". Open one of the roots alone, or tell such stats apart by their trees"));
    }
  }

  private static Problem.Kind kind(Throwable failure) {
    return failure instanceof OutOfMemoryError
        ? Problem.Kind.OUT_OF_MEMORY
        : Problem.Kind.INTERNAL_ERROR;
  }

  private static String why(Throwable failure) {
    return failure instanceof OutOfMemoryError
        ? "was not scanned for lack of memory ("
            + failure.getMessage()
            + "); lower Limits, open a smaller root, or give the JVM more (-Xmx)"
        : "was not scanned, which is a fault of this library or of its reader (" + failure + ")";
  }

  /** Does not wait for scans that hang. */
  @Override
  public void close() {
    watchdog.close();
    looks.close();
  }
}
