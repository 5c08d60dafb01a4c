package io.statsfs.core.scan;

import io.statsfs.Limits;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.core.batch.SourceDirectory;
import io.statsfs.core.mounts.AccessAdvice;
import io.statsfs.core.mounts.FileSystemType;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.mounts.Inode;
import io.statsfs.core.mounts.Mounts;
import io.statsfs.core.mounts.ReadEffects;
import io.statsfs.core.mounts.TextFile;
import io.statsfs.core.schema.Schema;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.core.schema.SchemaParser;
import io.statsfs.core.text.FileForm;
import io.statsfs.core.text.FlatKeyedText;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.core.thread.GuardedCall;
import io.statsfs.core.thread.Watchdog;
import io.statsfs.spi.PathText;
import io.statsfs.spi.StatReader;
import io.statsfs.spi.StatReader.EntryType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Finds the sources of a tree, and finds them again at the least cost.
 *
 * <p>Each directory is remembered with its inode. A later scan looks at the inode, and lists the
 * directory again only if that has changed, if the file system does not tell changes, or if the
 * directory is so young that its listing may have been half-made. What cannot be looked at for lack
 * of permission stays as it was; what is not there any more is dropped.
 *
 * <p>For one thread at a time. A file that does not answer when it is read costs its own source; a
 * directory that does not costs the scan.
 */
final class Discovery implements AutoCloseable {
  /** After this time without a change a listing is taken to be complete. */
  private static final long SETTLING_MILLIS = 1000;

  /** How often, and how long, a young directory is waited for within a scan. */
  private static final int SETTLING_ROUNDS = 10;

  private static final long SETTLING_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /**
   * Stats can be added to a living source without any sign of it. Every so many scans a directory
   * is listed for that alone.
   */
  private static final int SCANS_UNTIL_LISTED_ANYWAY = 10;

  /** What problems have in common that are logged as one. */
  private static final String UNREADABLE = "cannot be read: ";

  private static final String SCHEMA_LINES = "lines of a schema";

  /** Nobody reads more, and a hostile tree must not fill the memory with complaints. */
  private static final int MAX_PROBLEMS = 1000;

  /** Beyond this the shared names are forgotten, so that names that come and go do not pile up. */
  private static final int MAX_NAMES = 100_000;

  /** How long the reading of a file of many values may take. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final int NEVER_CUT = Integer.MAX_VALUE;

  /** Threads that may hang in files of many values. */
  private static final int MOST_HANGING = 4;

  /** Threads that may hang in files of many values altogether, also in those that are gone. */
  private static final int MOST_LEFT = 16;

  private static final int EPERM = 1;

  private final Tree tree;
  private final FileSystems fileSystems;
  private final Limits limits;
  private final SchemaCache schemas;
  private final StatReader reader;
  private final Entry root;
  private final Schema shipped;
  private final Watchdog files = new Watchdog("statsfs-file", PATIENCE);
  private final AtomicLong steps = new AtomicLong();

  /** By their texts, which are different where the bytes are. */
  private final Map<String, SourceImpl.Name> names = new HashMap<>();

  private final Map<Long, FileSystemType> types = new HashMap<>();

  private List<TreeProblem> problems = new ArrayList<>();
  private List<Directory> young = new ArrayList<>();
  private final List<GuardedCall<ByteBuffer>> hanging = new ArrayList<>();
  private final List<GuardedCall<ByteBuffer>> left = new ArrayList<>();
  private long rootDevice;

  /** Of the directories and files of many values, and of the stats, that may be taken in. */
  private int maxEntries;

  private int maxStats;
  private int maxNames;
  private int entriesLeft;
  private int statsLeft;
  private boolean entriesCut;
  private boolean statsCut;

  /** Where the layout follows none. */
  private Links links = new Links();

  /** Those that lead to another place than the layout names. */
  private Links stray = new Links();

  /** Files that {@link ReadEffects} forbids to open. */
  private LeftOut unopened = new LeftOut();

  /** Where the root is inside its file system, or as it is spelled where that is unknown. */
  private String inside = "";

  /** What was mounted below the root when that was first listed, by the path relative to it. */
  private Map<String, Mounts.Mount> mountsBelow = Map.of();

  /** Directories that were listed. */
  private int listings;

  private int outdatedReports;

  /** Why the reader did not list the last directory. */
  private @Nullable Throwable readerFailure;

  Discovery(
      Tree tree, FileSystems fileSystems, Limits limits, SchemaCache schemas, StatReader reader) {
    this.tree = tree;
    this.fileSystems = fileSystems;
    this.limits = limits;
    this.schemas = schemas;
    this.reader = reader;
    Place place = Place.root(tree);
    root =
        tree.layout().isRootFile()
            ? new FlatFile(place, tree.root())
            : new Directory(place, tree.root(), true);
    shipped = SchemaParser.parseShipped(tree.layout().schema());
  }

  /**
   * What a scan found.
   *
   * @param entries the directories and files of many values, sources or not
   * @param entriesCut whether there are more of them than may be taken in
   * @param statsCut whether there are more stats than may be taken in
   */
  record Found(
      List<Source> sources,
      List<TreeProblem> problems,
      int entries,
      boolean entriesCut,
      boolean statsCut) {
    static final Found NOTHING = new Found(List.of(), List.of(), 0, false, false);

    int stats() {
      return sources.stream().mapToInt(source -> source.stats().size()).sum();
    }
  }

  /** Lets go of all that was found, of which the next scan finds what is still there. */
  void forget() {
    root.forget();
    young = new ArrayList<>();
    names.clear();
  }

  /** What changes while a scan gets on; other threads may ask. */
  long steps() {
    return steps.getOpaque();
  }

  /** Called by the scanning thread only. */
  private void step() {
    steps.setOpaque(steps.getPlain() + 1);
  }

  /**
   * Looks at the tree.
   *
   * @param outdatedReports how often samples found other names in a file of many values; such files
   *     that were read for fewer are read again
   * @param maxEntries the directories and files of many values that may be taken in
   * @param maxStats the stats that may be taken in
   */
  Found scan(int outdatedReports, int maxEntries, int maxStats) {
    this.outdatedReports = outdatedReports;
    problems = new ArrayList<>();
    young = new ArrayList<>();
    links = new Links();
    stray = new Links();
    unopened = new LeftOut();
    this.maxEntries = maxEntries;
    this.maxStats = maxStats;
    // The root is one.
    entriesLeft = maxEntries - 1;
    statsLeft = maxStats;
    entriesCut = entriesLeft < 0;
    statsCut = false;
    types.clear();
    maxNames = Math.min(MAX_NAMES, maxStats);
    if (names.size() >= maxNames) {
      names.clear();
    }
    if (!root.scan()) {
      root.forget();
    }
    if (root.outOfReach != null) {
      unreadable(root.path, root.outOfReach);
    }
    settle();
    if (readerFailure != null) {
      problem(
          root.path,
          "reader does not list",
          "the reader failed to list a directory; java.nio listed it instead: " + readerFailure);
    }
    List<Source> sources = new ArrayList<>();
    Budget budget = new Budget(maxStats);
    root.collect(sources, budget);
    statsCut |= budget.exceeded;
    if (entriesCut) {
      problems.add(tooMany("directories and files", "sources", limits.sources(), maxEntries));
    }
    if (statsCut) {
      problems.add(tooMany("stats", "stats", limits.stats(), maxStats));
    }
    reportLinks();
    reportUnopened();
    if (sources.isEmpty() && !statsCut && !entriesCut) {
      reportEmpty();
    }
    return new Found(
        sources, problems, maxEntries - Math.max(0, entriesLeft), entriesCut, statsCut);
  }

  private void reportLinks() {
    if (links.count > 0) {
      String why =
          "layout "
              + tree.layout()
              + " follows none there. To read what they lead to, open that as a root of its own";
      problems.add(new TreeProblem(tree, "links", tree.root(), links.describe() + why));
    }
    if (stray.count > 0) {
      Path inside = tree.root().resolve(tree.layout().links().orElseThrow()).normalize();
      String why =
          "layout "
              + tree.layout()
              + " follows only what leads to a directory below "
              + PathText.of(inside);
      problems.add(new TreeProblem(tree, "stray links", tree.root(), stray.describe() + why));
    }
  }

  private void reportUnopened() {
    if (unopened.count > 0) {
      String message =
          (unopened.count == 1 ? "1 file below is" : unopened.count + " files below are")
              + " not opened, such as "
              + PathText.of(Objects.requireNonNull(unopened.first))
              + ": "
              + ReadEffects.WHY;
      problems.add(new TreeProblem(tree, "not opened", tree.root(), message));
    }
  }

  /** Unless it is known why. */
  private void reportEmpty() {
    boolean isKnown =
        problems.stream()
            .anyMatch(
                known ->
                    known.problem().path().equals(root.path)
                        && (tree.layout().isRootFile() || known.cause().startsWith(UNREADABLE)));
    if (isKnown) {
      return;
    }
    problems.add(
        root.inode == null
            ? new TreeProblem(tree, "gone", tree.root(), "does not exist any more")
            : new TreeProblem(
                tree,
                "no stats",
                tree.root(),
                "holds no stats: there is no file that layout "
                    + tree.layout()
                    + " takes for one. Check that this is the right root and layout"));
  }

  /** The share is not in the message, as it changes with what other trees need. */
  private TreeProblem tooMany(String what, String limit, int number, int share) {
    return new TreeProblem(
        tree,
        "more " + what,
        tree.root(),
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

  /**
   * The kernel makes a directory first and its files then. New directories are listed until two
   * listings agree, before their schemas are read: once, and with all that they will say.
   */
  private void settle() {
    for (int round = 0; round < SETTLING_ROUNDS && !young.isEmpty(); round++) {
      LockSupport.parkNanos(SETTLING_PAUSE_NANOS);
      List<Directory> before = young;
      young = new ArrayList<>();
      for (Directory directory : before) {
        if (directory.listAgain()) {
          young.add(directory);
        }
      }
    }
  }

  private void problem(Path path, String cause, String message) {
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(new TreeProblem(tree, cause, path, message));
    }
  }

  private void unreadable(Path path, IOException failure) {
    String cause = UNREADABLE + ReadFailure.describe(failure);
    problem(path, cause, cause + "; it stays as it was seen last" + advice(path, failure));
  }

  /** Of the library, or of the reader. It affects only what is at this path and below. */
  private void failed(Path path, RuntimeException failure) {
    problem(
        path,
        "not scanned: " + failure.getClass(),
        "was not scanned, which is a fault of this library or of its reader ("
            + failure
            + "); it stays as it was seen last");
  }

  /** What to do about a failure, as a sentence of its own, or nothing if that is not known. */
  private String advice(Path path, IOException failure) {
    return failure instanceof AccessDeniedException
        ? ". " + AccessAdvice.of(path, path.equals(tree.root()) ? tree.fileSystemType() : "")
        : "";
  }

  /** Once, as reading the mounts takes long where there are many. */
  private void lookAtMounts() throws IOException {
    String known = fileSystems.at(root.path).path();
    inside = known.isEmpty() ? root.path.toString() : known;
    String above = Mounts.bytes(root.path.toRealPath());
    mountsBelow = new HashMap<>();
    try {
      for (Mounts.Mount mount : fileSystems.mounts().mounts()) {
        if (mount.point().startsWith(above.equals("/") ? above : above + "/")) {
          mountsBelow.put(mount.point().substring(above.equals("/") ? 0 : above.length()), mount);
        }
      }
    } catch (IOException e) {
      // Without a list of mounts, as in a chroot, nothing is known to be mounted.
    }
  }

  private FileSystemType type(Path path, long device) throws IOException {
    FileSystemType type = types.get(device);
    if (type == null) {
      type = fileSystems.type(path, device);
      types.put(device, type);
      if (!type.isKnown()) {
        problem(
            path,
            "unknown file system",
            "the type of its file system is unknown, since "
                + fileSystems.mountinfo()
                + " has no mount that fits or cannot be read; files are not kept open, and a stock"
                + " tree is not recognized unless its layout is named");
      }
    }
    return type;
  }

  /** Whether the root was opened on a type of file system that its layout is for. */
  private boolean isAtHome() {
    return tree.layout().homeTypes().contains(tree.fileSystemType());
  }

  /** Whether the root is where its layout was chosen for, or on a file system that is as good. */
  private boolean isOnItsFileSystem(Inode now) throws IOException {
    rootDevice = now.device();
    FileSystemType type = type(root.path, rootDevice);
    if (!type.isKnown() || !isAtHome() || tree.layout().homeTypes().contains(type.name())) {
      return true;
    }
    problem(
        root.path,
        UNREADABLE + "other file system",
        "is on "
            + type.name()
            + " now, and was opened on "
            + tree.fileSystemType()
            + "; nothing is read there until that is mounted again, on top");
    return false;
  }

  /** Entries that are no stats for one reason. */
  private static class LeftOut {
    int count;
    @Nullable Path first;

    /** So that which is the first does not depend on the listing's order. */
    void add(Path entry) {
      count++;
      first = first == null || entry.compareTo(first) < 0 ? entry : first;
    }

    void addAll(LeftOut others) {
      count += others.count;
      first = first == null ? others.first : first;
    }
  }

  /** Symbolic links that are not followed. */
  private static final class Links extends LeftOut {
    private String target = "";

    void findTarget() {
      try {
        target = first == null ? "" : Files.readSymbolicLink(first).toString();
      } catch (IOException e) {
        target = "?";
      }
    }

    @Override
    void addAll(LeftOut others) {
      target = first == null ? ((Links) others).target : target;
      super.addAll(others);
    }

    String describe() {
      return (count == 1 ? "1 symbolic link below is" : count + " symbolic links below are")
          + " not followed, such as "
          + PathText.of(Objects.requireNonNull(first))
          + " -> "
          + target
          + ": ";
    }
  }

  /** How many stats may still be taken in. */
  private static final class Budget {
    private int left;
    private boolean exceeded;

    Budget(int left) {
      this.left = left;
    }

    boolean take(Source source) {
      exceeded |= source.stats().size() > left;
      left -= exceeded ? left : source.stats().size();
      return !exceeded;
    }
  }

  /** A directory, or a file of many values. */
  private abstract class Entry {
    final Place place;
    final Path path;
    @Nullable Inode inode;
    @Nullable SourceImpl source;

    /** The stats of this that are counted in this scan. */
    private int counted;

    private int timesDenied;
    private long deniedUntil;

    /** Why this could not even be looked at, if so: its directory may not be entered. */
    @Nullable AccessDeniedException outOfReach;

    /** What the last reading of this came upon; tells as long as that reading counts. */
    final List<TreeProblem> seen = new ArrayList<>();

    Entry(Place place, Path path) {
      this.place = place;
      this.path = path;
    }

    /** Brings this up to date; false if it is not there any more. */
    final boolean scan() {
      step();
      counted = 0;
      if (statsLeft < 0 || entriesLeft < 0) {
        // What is in order before this has it all.
        outOfReach = null;
        forget();
        return true;
      }
      // What went may have been replaced.
      return scanOnce() || scanOnce();
    }

    private boolean scanOnce() {
      outOfReach = null;
      try {
        Inode now = lookAt();
        if (now == null) {
          return true;
        }
        if (inode != null && !inode.isSame(now)) {
          // Another root may be mounted over the one before, which is still there.
          if (place.depth() > 0) {
            vanished();
          }
          forget();
        }
        if (place.depth() == 0 && !isOnItsFileSystem(now)) {
          forget();
          return true;
        }
        return scan(now);
      } catch (NoSuchFileException | NotDirectoryException e) {
        return false;
      } catch (IOException e) {
        unreadable(path, e);
        return true;
      } catch (RuntimeException e) {
        failed(path, e);
        return true;
      }
    }

    /** Null if it is out of reach, which is not for this to tell, but for its directory. */
    private @Nullable Inode lookAt() throws IOException {
      try {
        return inode();
      } catch (AccessDeniedException e) {
        outOfReach = e;
        return null;
      }
    }

    abstract Inode inode() throws IOException;

    abstract boolean scan(Inode now) throws IOException;

    /** Counts the stats that this holds now, by which what comes later is left out. */
    final void count(int stats) {
      statsLeft += counted - stats;
      counted = stats;
      statsCut |= statsLeft < 0;
    }

    void collect(List<Source> sources, Budget budget) {
      problems.addAll(seen.subList(0, Math.min(seen.size(), MAX_PROBLEMS - problems.size())));
      if (source != null && budget.take(source)) {
        sources.add(source);
      }
    }

    /**
     * Lets go of what is kept for the time that this, or something below it, may be found again.
     */
    void vanished() {}

    /** Whether this is still there, as far as can be told: a listing amid changes can miss it. */
    boolean isThere() {
      try {
        return inode == null || inode.isSame(inode());
      } catch (NoSuchFileException | NotDirectoryException e) {
        return false;
      } catch (IOException e) {
        return true;
      }
    }

    /** Whether this may go on where the other was found. */
    boolean isLike(Entry other) {
      return getClass() == other.getClass();
    }

    /** Opens a file for a source, but not at each scan if it answers EPERM. */
    final <T> T unlessDenied(Path file, GuardedCall.Task<T> opening) throws IOException {
      if (timesDenied > 0 && System.nanoTime() - deniedUntil < 0) {
        throw new FileSystemException(file.toString(), null, "Operation not permitted");
      }
      try {
        T opened = opening.run();
        timesDenied = 0;
        return opened;
      } catch (IOException e) {
        if (ReadFailure.errno(e) == EPERM) {
          deniedUntil = System.nanoTime() + Denials.pause(timesDenied++);
        }
        throw e;
      }
    }

    /** Another one may be here now. */
    void forget() {
      inode = null;
      source = null;
      seen.clear();
    }

    void seen(Path path, String cause, String message) {
      if (seen.size() < MAX_PROBLEMS) {
        seen.add(new TreeProblem(tree, cause, path, message));
      }
    }
  }

  private final class FlatFile extends Entry {
    /** The reading of this; it may hang. */
    private @Nullable GuardedCall<ByteBuffer> own;

    /** What this was when the reading began. */
    private @Nullable Inode ownInode;

    /** What was said of lines that give no stat, for as long as the names stay the same. */
    private @Nullable PassedOver passedOver;

    /** A report stays until a reading succeeds, since a sample makes it once. */
    private int reportsRead;

    FlatFile(Place place, Path path) {
      super(place, path);
    }

    @Override
    Inode inode() throws IOException {
      return Inode.of(path, place.depth() == 0);
    }

    @Override
    boolean scan(Inode now) throws IOException {
      if (!now.isRegularFile()) {
        return false;
      }
      if (ownInode != null && !ownInode.isSame(now)) {
        abandon();
      }
      if (inode == null
          || reportsRead != outdatedReports
          || inode.modified() != now.modified()
          || inode.size() != now.size()) {
        read(type(path, now.device()), now);
        inode = now;
        reportsRead = outdatedReports;
      }
      count(source == null ? 0 : source.stats().size());
      return true;
    }

    @Override
    void forget() {
      super.forget();
      passedOver = null;
      abandon();
    }

    @Override
    void vanished() {
      abandon();
    }

    /** A thread that hangs in what is not there any more does not keep others from being read. */
    private void abandon() {
      hanging.remove(own);
      own = null;
      ownInode = null;
    }

    private ByteBuffer text(Inode now) throws IOException {
      hanging.removeIf(call -> !call.isBusy());
      left.removeIf(call -> !call.isBusy());
      if (own == null || !own.isBusy()) {
        if (hanging.size() >= MOST_HANGING || left.size() >= MOST_LEFT) {
          throw new FileSystemException(
              path.toString(), null, "not tried, since others here do not answer");
        }
        own = new GuardedCall<>(() -> TextFile.read(path, limits.fileBytes()));
        ownInode = now;
        if (files.run(own)) {
          return own.get();
        }
        hanging.add(own);
        left.add(own);
      }
      throw new FileSystemException(path.toString(), null, "it does not answer");
    }

    private void read(FileSystemType type, Inode now) throws IOException {
      ByteBuffer text = unlessDenied(path, () -> text(now));
      seen.clear();
      if (text.remaining() == limits.fileBytes()) {
        seen(
            path,
            "longer",
            "longer than " + limits.fileBytes() + " bytes; only its beginning is read");
        text.limit(FlatKeyedText.wholeLines(text, text.remaining()));
      }
      // Keyed by strings, which a table puts in order where their hashes collide.
      Map<String, Schema.Metric> lines = new LinkedHashMap<>();
      FlatKeyedText.Content content =
          FlatKeyedText.read(
              text, text.remaining(), name -> metric(name).type() == Stat.Type.FLOAT);
      for (FlatKeyedText.Line line : content.lines()) {
        Schema.Metric metric = metric(line.name());
        // What the kernel writes as kB are 1024 bytes.
        boolean needsUnit = metric.unit().isEmpty() && line.unit().equals("kB");
        lines.put(line.name(), needsUnit ? metric.withUnit("KiBy") : metric);
      }
      boolean isSame = source == null ? lines.isEmpty() : source.hasNames(lines.keySet());
      report(content, isSame);
      if (!isSame || source != null && !source.type().equals(type)) {
        source = lines.isEmpty() ? null : SourceImpl.ofFile(place, path, type, lines);
      }
    }

    private Schema.Metric metric(String name) {
      Schema.Metric metric = shipped.find(name);
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
          seen(path, "no line", "has no line, so it gives no stat");
        }
        return;
      }
      if (!isSame || passedOver == null || passedOver.form() != content.form()) {
        int all = content.lines().size() + content.passedOver();
        passedOver = new PassedOver(content.passedOver(), all, content.form());
      }
      seen(path, "lines passed over: " + content.form(), passedOver.message());
    }
  }

  /** What of a file of many values gives no stat. */
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

  private final class Directory extends Entry {
    private final boolean link;
    private TreeMap<String, SourceImpl.Name> stats = new TreeMap<>();
    private TreeMap<String, Entry> children = new TreeMap<>();
    private FileSystemType type = FileSystemType.of("");
    private @Nullable Path schemaFile;
    private SchemaCache.@Nullable SchemaKey schemaKey;
    private Schema schema = Schema.EMPTY;
    private Links unfollowed = new Links();
    private LeftOut withEffects = new LeftOut();
    private boolean settled;
    private boolean listed;
    private int scansSinceListed;

    /** The children that are counted in this scan. */
    private int countedChildren;

    /** How many children, or stats, there was room for when some were left out; or none were. */
    private int cutAtChildren = NEVER_CUT;

    private int cutAtStats = NEVER_CUT;

    Directory(Place place, Path path, boolean link) {
      super(place, path);
      this.link = link;
    }

    @Override
    void forget() {
      super.forget();
      stats = new TreeMap<>();
      children.clear();
      schemaFile = null;
      schemaKey = null;
      schema = Schema.EMPTY;
      unfollowed = new Links();
      withEffects = new LeftOut();
      cutAtChildren = NEVER_CUT;
      cutAtStats = NEVER_CUT;
      settled = false;
    }

    @Override
    void vanished() {
      if (schemaKey != null) {
        schemas.forget(schemaKey, limits.fileBytes());
      }
      children.values().forEach(Entry::vanished);
    }

    @Override
    boolean isThere() {
      return super.isThere() && (!link || place.depth() == 0 || leadsInside(path));
    }

    @Override
    boolean isLike(Entry other) {
      return other instanceof Directory directory && link == directory.link;
    }

    @Override
    Inode inode() throws IOException {
      return Inode.of(path, link);
    }

    @Override
    boolean scan(Inode now) throws IOException {
      if (!now.isDirectory()) {
        return false;
      }
      countedChildren = 0;
      boolean isNew = inode == null;
      boolean isDue = isNew || isListingDue(now);
      if (isDue) {
        list(now);
      } else {
        countChildren();
        count(stats.size());
      }
      entriesCut |= cutAtChildren != NEVER_CUT;
      statsCut |= cutAtStats != NEVER_CUT;
      if (isNew && !settled) {
        young.add(this);
      }
      int listingsBefore = listings;
      if (scanChildren() && !isDue) {
        // One went without a sign of it, so others may have come.
        list(now);
        scanChildren();
      }
      for (Entry child : children.values()) {
        if (child.outOfReach != null) {
          // The first is enough.
          unreadable(path, child.outOfReach);
          break;
        }
      }
      if (listings != listingsBefore && !isThere()) {
        // What was listed below may be that of what took the place of this.
        throw new NoSuchFileException(path.toString(), null, "replaced while it was scanned");
      }
      return true;
    }

    private boolean isListingDue(Inode now) {
      FileSystemType.ChangeDetection told =
          place.mayFollowLinks() ? FileSystemType.ChangeDetection.NONE : type.changeDetection();
      return !settled
          || told == FileSystemType.ChangeDetection.NONE
          || inode == null
          || inode.modified() != now.modified()
          || inode.links() != now.links()
          || cutAtChildren < entriesLeft
          || cutAtStats < maxStats
          || told == FileSystemType.ChangeDetection.DIRECTORIES
              && place.isSource()
              && ++scansSinceListed >= SCANS_UNTIL_LISTED_ANYWAY;
    }

    /** Lets go of those that there is no room for. */
    private void countChildren() {
      entriesLeft += countedChildren;
      if (children.size() > entriesLeft) {
        cutAtChildren = entriesLeft;
        while (children.size() > entriesLeft) {
          children.pollLastEntry();
        }
      }
      countedChildren = children.size();
      entriesLeft -= countedChildren;
    }

    /** Whether a child was dropped. */
    private boolean scanChildren() {
      return children
          .values()
          .removeIf(
              child -> {
                boolean gone = !child.scan();
                if (gone) {
                  child.vanished();
                }
                return gone;
              });
    }

    /** Lists a directory that is being waited for; whether it has to be waited for further. */
    boolean listAgain() {
      try {
        Inode now = inode();
        if (inode == null || !inode.isSame(now) || !list(now)) {
          return false;
        }
        children.values().removeIf(child -> child.inode == null && !child.scan());
        return true;
      } catch (IOException | RuntimeException e) {
        // Gone, or not ours to see: the next scan finds out which.
        return false;
      }
    }

    /** Takes in the entries; whether they are others than before. */
    private boolean list(Inode now) throws IOException {
      type = type(path, now.device());
      // Without subdirectories, and on such a file system, everything is a regular file.
      boolean onlyFiles = type.filesOnly() && now.links() == 2 && !place.mayFollowLinks();
      if (place.depth() == 0 && inode == null) {
        lookAtMounts();
      }
      long began = System.currentTimeMillis();
      int room = entriesLeft + countedChildren;
      Listing listing = listEntries(now, onlyFiles);
      seen.clear();
      listing.unseen.forEach(
          (entry, why) -> seen(entry, "cannot be looked at", "cannot be looked at: " + why));
      cutAtChildren = listing.childrenCut ? room : NEVER_CUT;
      cutAtStats = listing.statsCut ? maxStats : NEVER_CUT;
      if (listing.statsCut) {
        seen(
            path, "more entries", "more entries than Limits allow; the last in order are left out");
      }
      if (listing.tooDeep) {
        seen(
            path,
            "too deep",
            "more than " + limits.depth() + " levels deep; what is below is left out");
      }
      boolean changed =
          !listing.stats.keySet().equals(stats.keySet())
              || !listing.children.keySet().equals(children.keySet());
      stats = listing.stats;
      unfollowed = listing.links;
      unfollowed.findTarget();
      withEffects = listing.withEffects;
      schemaFile = listing.schemaFile;
      listing.children.replaceAll(
          (name, fresh) -> {
            Entry known = children.get(name);
            return known != null && known.isLike(fresh) ? known : fresh;
          });
      if (!listing.childrenCut) {
        children.forEach(
            (name, known) -> {
              if (listing.children.get(name) != known && !known.isThere()) {
                known.vanished();
              }
            });
      }
      children = listing.children;
      countChildren();
      count(stats.size());
      listings++;
      inode = now;
      listed = true;
      scansSinceListed = 0;
      settled = began - TimeUnit.NANOSECONDS.toMillis(now.modified()) >= SETTLING_MILLIS;
      return changed;
    }

    private Listing listEntries(Inode before, boolean onlyFiles) throws IOException {
      Listing listing = listEntries(onlyFiles);
      Inode after = inode();
      if (onlyFiles && after.links() != 2) {
        // A subdirectory came in between, and was taken for a file.
        listing = listEntries(false);
        after = inode();
      }
      if (!after.isSame(before)) {
        throw new NoSuchFileException(path.toString(), null, "replaced while it was listed");
      }
      return listing;
    }

    private Listing listEntries(boolean onlyFiles) throws IOException {
      Listing listing = new Listing();
      List<StatReader.Entry> entries = listByReader();
      if (entries == null) {
        listFiles(listing, onlyFiles);
        return listing;
      }
      for (StatReader.Entry entry : entries) {
        if (isWanted(entry.name())) {
          add(listing, entry.name(), null, entry.type());
        }
      }
      return listing;
    }

    private @Nullable List<StatReader.Entry> listByReader() {
      try {
        List<StatReader.Entry> entries = reader.list(path);
        readerFailure = null;
        return entries;
      } catch (RuntimeException | LinkageError e) {
        readerFailure = e;
        return null;
      }
    }

    /**
     * As {@link StatReader#list} does, with one more call per entry where its type is not known.
     */
    private void listFiles(Listing listing, boolean onlyFiles) throws IOException {
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(path)) {
        for (Path file : stream) {
          String name = PathText.nameOf(file);
          if (isWanted(name)) {
            add(listing, name, file, onlyFiles ? EntryType.FILE : EntryType.UNKNOWN);
          }
        }
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }

    private boolean isWanted(String name) {
      return !place.tree().layout().excludes(name)
          && (place.isSource() || place.hasChild(name) || place.isSchema(name));
    }

    /** Takes in an entry; its path is made from its name if it is not given. */
    private void add(Listing listing, String name, @Nullable Path given, EntryType told) {
      Path entry = given;
      if (entry == null && (told != EntryType.FILE || place.isSchema(name))) {
        entry = path.resolve(name);
      }
      if (place.isSchema(name)) {
        listing.schemaFile = entry;
        return;
      }
      step();
      EntryType is = told;
      int permissions = 0;
      Mounts.Mount mount = mountsBelow.isEmpty() ? null : mountsBelow.get(inTree(name, given));
      FileSystemType its = mount == null ? type : FileSystemType.of(mount.type());
      boolean needsMode = its.hasControls() || place.tree().layout().hasKindsByMode();
      if (is == EntryType.FILE && needsMode && place.isSource()) {
        // Only the mode says if, and which kind of stat it is.
        is = EntryType.UNKNOWN;
        entry = entry == null ? path.resolve(name) : entry;
      }
      if (is == EntryType.UNKNOWN) {
        try {
          if (needsMode) {
            int mode = Inode.mode(entry);
            is = typeOf(mode);
            permissions = Inode.permissions(mode);
            if (is == EntryType.FILE && !Inode.isReadableByAnyone(mode)) {
              // A control: write-only, so that it holds no statistic.
              return;
            }
          } else {
            is = typeOf(entry);
          }
        } catch (NoSuchFileException e) {
          return;
        } catch (IOException e) {
          if (!isKept(name, listing)) {
            listing.unseen.put(entry, ReadFailure.describe(e));
          }
          return;
        }
      }
      boolean isLink = is == EntryType.LINK && place.mayFollowLinks() && leadsInside(entry);
      if (is == EntryType.LINK && !isLink) {
        if (!place.mayFollowLinks() || Files.exists(entry, LinkOption.NOFOLLOW_LINKS)) {
          listing.links.add(entry);
        }
        return;
      }
      if (is == EntryType.FILE
          && ReadEffects.mayBeOn(its)
          && ReadEffects.has(its, mount == null ? inside + inTree(name, given) : mount.root())) {
        if (place.isSource()) {
          listing.withEffects.add(given == null ? path.resolve(name) : given);
        }
        return;
      }
      if (isLink || is == EntryType.DIRECTORY) {
        if (!place.hasChild(name)) {
          return;
        } else if (place.depth() >= limits.depth()) {
          listing.tooDeep = true;
        } else {
          listing.children.put(name, new Directory(place.child(name), entry, isLink));
        }
      } else if (place.isSource() && is == EntryType.FILE) {
        if (place.tree().layout().flatKeyedFiles().contains(name)) {
          listing.children.put(
              name,
              new FlatFile(inSubsystem().child(name), given == null ? path.resolve(name) : given));
        } else {
          if (listing.stats.size() >= maxStats
              && (maxStats == 0 || name.compareTo(listing.stats.lastKey()) > 0)) {
            listing.statsCut = true;
            return;
          }
          SourceImpl.Name known = names.get(name);
          if (known == null || known.permissions() != permissions) {
            Path file = given == null ? Path.of(name) : given.getFileName();
            known = new SourceImpl.Name(name, file, permissions);
            if (names.size() < maxNames) {
              names.put(name, known);
            }
          }
          listing.stats.put(name, known);
        }
      }
      // The last in order go, so that what is left does not depend on the listing's order.
      if (listing.stats.size() > maxStats) {
        listing.stats.pollLastEntry();
        listing.statsCut = true;
      }
      if (listing.children.size() > entriesLeft + countedChildren) {
        listing.children.pollLastEntry();
        listing.childrenCut = true;
      }
    }

    /** Takes in again what was seen before and cannot be looked at now. */
    private boolean isKept(String name, Listing listing) {
      Entry child = children.get(name);
      SourceImpl.Name stat = stats.get(name);
      if (child != null) {
        listing.children.put(name, child); // Which tells of it when it is scanned.
      } else if (stat != null) {
        listing.stats.put(name, stat); // Whose sampling tells.
      }
      return child != null || stat != null;
    }

    /** The path of an entry from the root on, one char per byte. */
    private String inTree(String name, @Nullable Path given) {
      Path entry = given == null ? path.resolve(name) : given;
      return Mounts.bytes(Path.of("/").resolve(root.path.relativize(entry)));
    }

    private static EntryType typeOf(int mode) {
      if (Inode.isRegularFile(mode)) {
        return EntryType.FILE;
      } else if (Inode.isDirectory(mode)) {
        return EntryType.DIRECTORY;
      }
      return Inode.isLink(mode) ? EntryType.LINK : EntryType.OTHER;
    }

    private static EntryType typeOf(Path entry) throws IOException {
      BasicFileAttributes attributes =
          Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (attributes.isRegularFile()) {
        return EntryType.FILE;
      } else if (attributes.isDirectory()) {
        return EntryType.DIRECTORY;
      }
      return attributes.isSymbolicLink() ? EntryType.LINK : EntryType.OTHER;
    }

    private boolean leadsInside(Path link) {
      try {
        Inode target = Inode.of(link, true);
        // Of a part of sysfs that is mounted elsewhere, links lead out of the file system.
        return (target.device() == rootDevice || !isAtHome())
            && target.isDirectory()
            && SourceDirectory.isWithin(tree, link);
      } catch (IOException e) {
        return false;
      }
    }

    /** Stats above the level that names the subsystem go under the root's own name. */
    private Place inSubsystem() {
      Path absolute = path.toAbsolutePath().normalize();
      return place.subsystem().isEmpty()
          ? place.in(absolute.getFileName() == null ? "root" : PathText.nameOf(absolute))
          : place;
    }

    @Override
    void collect(List<Source> sources, Budget budget) {
      if (listed) {
        try {
          describe();
        } catch (RuntimeException e) {
          failed(path, e);
        }
      }
      (place.mayFollowLinks() ? stray : links).addAll(unfollowed);
      unopened.addAll(withEffects);
      super.collect(sources, budget);
      for (Entry child : children.values()) {
        child.collect(sources, budget);
      }
    }

    /** Makes the source after a listing, unless it is what it was. */
    private void describe() {
      step();
      Schema before = schema;
      try {
        // For nothing it is not opened, as each opening costs the kernel something.
        SchemaCache.SchemaKey key =
            schemaFile == null || stats.isEmpty() ? null : SchemaCache.key(schemaFile);
        if (key == null) {
          schema = Schema.EMPTY;
        } else if (!key.equals(schemaKey)) {
          schema = unlessDenied(schemaFile, () -> schemas.get(key, limits.fileBytes()));
        }
        schemaKey = key;
      } catch (NoSuchFileException e) {
        // It has gone since it was listed, most likely with its source.
        settled = false;
      } catch (IOException e) {
        settled = false;
        problem(
            schemaFile,
            "schema cannot be read: " + ReadFailure.describe(e),
            "cannot be read, so the stats beside it are described as before, if at all: "
                + ReadFailure.describe(e)
                + advice(schemaFile, e));
      }
      if (schema != before && !isThere()) {
        // It may be the schema of what took the place of this.
        source = null;
        return;
      }
      for (String dropped : schema.dropped()) {
        seen(schemaFile, SCHEMA_LINES, dropped + " was left out");
      }
      if (!schema.beyondLimits().isEmpty()) {
        seen(schemaFile, "large schema", "left out: " + schema.beyondLimits());
      }
      if (source == null
          || schema != before
          || !source.type().equals(type)
          || !source.hasFiles(stats.values())) {
        source =
            stats.isEmpty()
                ? null
                : SourceImpl.ofDirectory(
                    inSubsystem(), path, type, inode, schema, shipped, stats.values());
      }
      listed = false;
    }
  }

  /** The entries of a directory that belong to its layout. */
  private static final class Listing {
    final TreeMap<String, SourceImpl.Name> stats = new TreeMap<>();
    final TreeMap<String, Entry> children = new TreeMap<>();
    final TreeMap<Path, String> unseen = new TreeMap<>();
    final Links links = new Links();
    final LeftOut withEffects = new LeftOut();
    @Nullable Path schemaFile;
    boolean childrenCut;
    boolean statsCut;
    boolean tooDeep;
  }

  @Override
  public void close() {
    files.close();
  }
}
