package io.statsfs.core;

import io.statsfs.Catalog;
import io.statsfs.Diagnostics;
import io.statsfs.Limits;
import io.statsfs.Problem;
import io.statsfs.Registration;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatClearException;
import io.statsfs.StatFilter;
import io.statsfs.StatReadException;
import io.statsfs.StatsFs;
import io.statsfs.StatsFsException;
import io.statsfs.Status;
import io.statsfs.Tree;
import io.statsfs.core.batch.SourceDirectory;
import io.statsfs.core.mounts.FilePaths;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.mounts.Inode;
import io.statsfs.core.mounts.TextFile;
import io.statsfs.core.sample.Sampled;
import io.statsfs.core.sample.SamplerImpl;
import io.statsfs.core.scan.Denials;
import io.statsfs.core.scan.SourceImpl;
import io.statsfs.core.scan.TableCells;
import io.statsfs.core.scan.TableFile;
import io.statsfs.core.scan.TreeScans;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.core.text.NumberText;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.core.text.TextCell;
import io.statsfs.core.thread.DaemonThread;
import io.statsfs.spi.PathText;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.StatReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps the catalog of some trees up to date. */
public final class StatsFsImpl implements StatsFs, Sampled {
  /** What is read of a file as text. */
  private static final int MAX_TEXT_BYTES = 64 << 10;

  private static final int MOST_READ_AGAIN = 2;

  private static final int EPERM = 1;

  private static final Duration LEAST_PATIENCE = Duration.ofMillis(10);

  private final TreeScans scans;
  private final SchemaCache schemas;
  private final Readers.Chosen chosen;
  private final Limits limits;
  private final List<Tree> trees;
  private final List<Problem> notOpened;
  private final @Nullable Clearing clearing;
  private final Object scanLock = new Object();
  private final Set<SamplerImpl> samplers =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final FailureLog log = new FailureLog(System::nanoTime);
  private final Denials denials = new Denials();
  private final AtomicLong scanCount = new AtomicLong();
  private volatile long lastScanNanos;
  private final Thread refresher;
  private volatile CatalogImpl catalog;
  private volatile boolean closed;

  /** Without a {@code clearing} nothing can be cleared. */
  StatsFsImpl(
      Trees.Detected found,
      FileSystems fileSystems,
      Limits limits,
      SchemaCache schemas,
      Readers.Chosen chosen,
      Duration refreshInterval,
      @Nullable Clearing clearing) {
    trees = found.trees();
    notOpened = found.problems();
    this.limits = limits;
    this.schemas = schemas;
    this.chosen = chosen;
    this.clearing = clearing;
    scans = new TreeScans(trees, fileSystems, limits, schemas, chosen.reader());
    catalog = CatalogImpl.of(0, trees, List.of(), List.of());
    notOpened.forEach(problem -> log.failed(problem, problem.toString()));
    firstScan();
    refresher = DaemonThread.create("statsfs-refresh", () -> refreshEvery(refreshInterval));
    if (!refreshInterval.isZero()) {
      refresher.start();
    }
  }

  /**
   * Later scans may lack memory as well, and are tried again; an opening must not seem to succeed.
   */
  private void firstScan() {
    OutOfMemoryError lack;
    try {
      refresh();
      lack = scans.lackOfMemory();
    } catch (OutOfMemoryError e) {
      lack = e;
    }
    if (lack != null) {
      catalog = CatalogImpl.of(0, trees, List.of(), List.of());
      scans.close();
      chosen.reader().close();
      throw new StatsFsException(
          "There is not enough memory for "
              + trees
              + " with "
              + limits
              + " ("
              + lack.getMessage()
              + ", the heap may have "
              + (Runtime.getRuntime().maxMemory() >> 20)
              + " MiB). Lower the limits, open a smaller root, or give the JVM more heap (-Xmx).",
          lack);
    }
  }

  private void refreshEvery(Duration interval) {
    while (!closed) {
      try {
        TimeUnit.MILLISECONDS.sleep(TimeUnit.MILLISECONDS.convert(interval));
        refresh();
        log.well(this);
      } catch (InterruptedException e) {
        // Closed; or interrupted by somebody who has no business here.
      } catch (RuntimeException | Error e) {
        refreshFailed(e);
      }
    }
  }

  private void refreshFailed(Throwable failure) {
    try {
      // Closing in between is no failure.
      if (!closed) {
        log.failed(this, "The trees " + trees + " could not be refreshed: " + failure);
      }
    } catch (RuntimeException | Error e) {
      // There may be no memory to log with; there may be again at the next refresh.
    }
  }

  @Override
  public Catalog catalog() {
    return catalog;
  }

  @Override
  public Catalog refresh() {
    if (scan()) {
      // Without the lock, for nobody knows what a listener waits for.
      listeners.forEach(Listener::catalogChanged);
    }
    return catalog;
  }

  /** Whether there is a new catalog. */
  private boolean scan() {
    synchronized (scanLock) {
      requireOpen();
      long began = System.nanoTime();
      TreeScans.Found found = scans.scan();
      lastScanNanos = System.nanoTime() - began;
      scanCount.incrementAndGet();
      List<Problem> problems = new ArrayList<>(notOpened);
      found.problems().forEach(problem -> problems.add(problem.problem()));
      log.problems(found.problems());
      CatalogImpl before = catalog;
      if (before.version() > 0
          && found.sources().equals(before.sources())
          && problems.equals(before.problems())) {
        return false;
      }
      catalog = CatalogImpl.of(before.version() + 1, trees, found.sources(), problems);
      return true;
    }
  }

  private final class Listener implements Registration {
    private final Consumer<Catalog> consumer;

    Listener(Consumer<Catalog> consumer) {
      this.consumer = consumer;
    }

    void catalogChanged() {
      try {
        consumer.accept(catalog);
        log.well(this);
      } catch (RuntimeException | Error e) {
        log.failed(this, "A listener of catalogs failed: " + e);
      }
    }

    @Override
    public void close() {
      listeners.remove(this);
      log.forget(this);
    }
  }

  @Override
  public Registration addListener(Consumer<Catalog> listener) {
    Listener added = new Listener(Objects.requireNonNull(listener, "listener"));
    listeners.add(added);
    return added;
  }

  @Override
  public Denials denials() {
    return denials;
  }

  @Override
  public long scans() {
    return scanCount.get();
  }

  @Override
  public Limits limits() {
    return limits;
  }

  @Override
  public StatReader reader() {
    return chosen.reader();
  }

  @Override
  public Sampler sampler(StatFilter filter) {
    return newSampler(filter, null);
  }

  @Override
  public Sampler sampler(StatFilter filter, Duration patience) {
    if (patience.compareTo(LEAST_PATIENCE) < 0) {
      throw new IllegalArgumentException(
          "The patience must be at least " + LEAST_PATIENCE + ", but is " + patience);
    }
    return newSampler(filter, patience);
  }

  private Sampler newSampler(StatFilter filter, @Nullable Duration patience) {
    Objects.requireNonNull(filter, "filter");
    // So that closing either finds the sampler or comes before its making: never is a closed reader
    // asked to prepare one.
    synchronized (samplers) {
      requireOpen();
      SamplerImpl sampler = new SamplerImpl(this, filter, patience);
      samplers.add(sampler);
      return sampler;
    }
  }

  @Override
  public long readLong(Stat stat) {
    return read(stat).longValue(0);
  }

  @Override
  public double readDouble(Stat stat) {
    return read(stat).doubleValue(0);
  }

  private SampleMemory read(Stat stat) {
    ByteBuffer text = readFile(stat);
    SampleMemory memory = new SampleMemory(1);
    TableFile table = TableFile.of(stat);
    boolean isFloat = stat.type() == Stat.Type.FLOAT;
    if (table == null) {
      NumberText.put(text.array(), 0, text.remaining(), isFloat, memory, 0);
    } else {
      cell(table, stat).put(text.array(), text.remaining(), isCut(text), isFloat, memory);
    }
    if (memory.status(0) != Status.OK) {
      throw unreadable(stat, memory.status(0));
    }
    return memory;
  }

  @Override
  public String readText(Stat stat) {
    ByteBuffer text = readFile(stat);
    TableFile table = TableFile.of(stat);
    if (table != null) {
      return cell(table, stat)
          .text(text.array(), text.remaining(), isCut(text))
          .orElseThrow(() -> unreadable(stat, Status.GONE));
    }
    return PathText.decode(Arrays.copyOf(text.array(), text.remaining())).strip();
  }

  private static TextCell cell(TableFile table, Stat stat) {
    TableCells cells = table.cells();
    int number = SourceImpl.cell(stat, cells);
    if (number < 0) {
      throw unreadable(stat, Status.GONE);
    }
    return new TextCell(table.shape(), cells.rows(), cells.columns(), number);
  }

  private boolean isCut(ByteBuffer text) {
    return text.remaining() == limits.fileBytes();
  }

  private static StatReadException unreadable(Stat stat, Status status) {
    String why =
        status == Status.GONE
            ? "the file does not have it any more"
            : "what it holds is not one number; readText has it";
    return new StatReadException(
        status, stat + " has no value, in " + stat.origin() + ": " + why, null);
  }

  private ByteBuffer readFile(Stat stat) {
    requireOpen();
    if (!denials.mayOpen(stat)) {
      throw new StatReadException(
          Status.DENIED,
          stat.origin()
              + " was not opened: a moment ago the kernel denied this file, or one with the same"
              + " mode. It is tried again later",
          null);
    }
    try {
      if (stat.source() instanceof SourceImpl source && source.type().userMade()) {
        directory(source).require();
        ReadFailure.requireRegularFile(FilePaths.of(stat));
      }
      ByteBuffer text =
          TableFile.of(stat) == null
              ? readOneValue(stat)
              : TextFile.read(FilePaths.of(stat), limits.fileBytes());
      denials.permitted(stat);
      return text;
    } catch (IOException e) {
      if (ReadFailure.errno(e) == EPERM) {
        denials.denied(stat);
      }
      throw new StatReadException(
          ReadFailure.status(e, FilePaths.of(stat)),
          stat.origin() + " cannot be read: " + ReadFailure.describe(e),
          e);
    }
  }

  private static SourceDirectory directory(SourceImpl source) {
    Path root = FilePaths.of(source.tree());
    Path path = FilePaths.of(source);
    if (source.table() != null && !path.equals(root)) {
      path = path.resolveSibling("");
    }
    return new SourceDirectory(root, path, source.tree().layout().links().orElse(null));
  }

  private static ByteBuffer readOneValue(Stat stat) throws IOException {
    ByteBuffer text = TextFile.read(FilePaths.of(stat), MAX_TEXT_BYTES);
    if (stat.source() instanceof SourceImpl source && source.type().staleZeros()) {
      // It may have gone, and another one come, between the opening and the reading.
      Inode before = source.inode();
      for (int again = 0; mayBeOfNothing(text); again++) {
        Inode now = Inode.of(FilePaths.of(source), false);
        if (now.isSame(before)) {
          break;
        } else if (again == MOST_READ_AGAIN) {
          throw new NoSuchFileException(FilePaths.of(source).toString());
        }
        before = now;
        text = TextFile.read(FilePaths.of(stat), MAX_TEXT_BYTES);
      }
    }
    return text;
  }

  private static boolean mayBeOfNothing(ByteBuffer text) {
    SampleMemory memory = new SampleMemory(1);
    NumberText.put(text.array(), 0, text.remaining(), false, memory, 0);
    return NumberText.mayBeOfNothing(memory, 0);
  }

  @Override
  public void clear(Stat stat) {
    requireOpen();
    if (clearing == null) {
      throw Clearing.refused(
          StatClearException.Reason.NOT_ALLOWED,
          stat,
          "this StatsFs only reads; StatsFs.Builder.allowClearing() lets it clear");
    }
    clearing.clear(catalog, stat);
  }

  @Override
  public String readerName() {
    return chosen.name();
  }

  @Override
  public Diagnostics diagnostics() {
    long keptOpen = 0;
    long notKept = 0;
    for (SamplerImpl sampler : samplers.toArray(SamplerImpl[]::new)) {
      SamplerImpl.FileCounts files = sampler.fileCounts();
      keptOpen += files.keptOpen();
      notKept += files.notKept();
    }
    SchemaCache.Counts cache = schemas.counts();
    return new DiagnosticsImpl(
        scanCount.get(),
        Duration.ofNanos(lastScanNanos),
        keptOpen,
        notKept,
        cache.size(),
        cache.hits(),
        cache.loads(),
        cache.loadFailures(),
        cache.evictions());
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("This StatsFs of " + trees + " is closed");
    }
  }

  @Override
  public void close() {
    synchronized (scanLock) {
      if (closed) {
        return;
      }
      closed = true;
      scans.close();
    }
    // What hangs may keep this for ever, but not what belongs to the application.
    listeners.clear();
    refresher.interrupt();
    for (SamplerImpl sampler : samplers.toArray(SamplerImpl[]::new)) {
      sampler.close();
    }
    chosen.reader().close();
    schemas.endIdleThread();
    DaemonThread.join(refresher);
  }

  @Override
  public String toString() {
    return "StatsFs " + trees + " through " + chosen.name();
  }
}
