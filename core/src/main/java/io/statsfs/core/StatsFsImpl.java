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
import io.statsfs.core.backend.Backends;
import io.statsfs.core.backend.Scanners;
import io.statsfs.core.backend.TreeScans;
import io.statsfs.core.sample.Denials;
import io.statsfs.core.sample.Sampled;
import io.statsfs.core.sample.SamplerImpl;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.core.thread.DaemonThread;
import io.statsfs.core.thread.Watchdog;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.Scanner;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Keeps the catalog of some trees up to date. */
public final class StatsFsImpl implements StatsFs, Sampled {
  private static final int EPERM = 1;

  private static final Duration LEAST_TIMEOUT = Duration.ofMillis(10);

  private final TreeScans scans;
  private final Scanners scanners;
  private final Limits limits;
  private final List<Problem> notOpened;
  private final boolean clearingAllowed;
  private final Object scanLock = new Object();
  private final Object samplersLock = new Object();

  /** Never changed, but replaced, with the lock. */
  private volatile List<WeakReference<SamplerImpl>> samplers = List.of();

  private final Diagnostics diagnostics = new DiagnosticsImpl(this);
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final FailureLog log = new FailureLog(System::nanoTime);
  private final Denials denials;
  private final AtomicLong scanCount = new AtomicLong();
  private volatile long lastScanNanos;
  private final Thread refresher;
  private volatile CatalogImpl catalog;
  private volatile boolean closed;

  /**
   * Scans the trees for the first time.
   *
   * @param watchdog has opened them, and scans them
   */
  public StatsFsImpl(
      Backends.Opened opened,
      Limits limits,
      Duration refreshInterval,
      boolean clearingAllowed,
      Watchdog watchdog) {
    scanners = opened.scanners();
    notOpened = opened.problems();
    this.limits = limits;
    this.clearingAllowed = clearingAllowed;
    denials = new Denials(scanners);
    scans = new TreeScans(scanners, limits, watchdog);
    catalog = CatalogImpl.of(0, scanners.trees(), List.of(), List.of());
    for (Problem problem : notOpened) {
      log.failed(problem, problem.toString());
    }
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
      catalog = CatalogImpl.of(0, scanners.trees(), List.of(), List.of());
      scans.close();
      scanners.close();
      throw new StatsFsException(
          "There is not enough memory for "
              + scanners.trees()
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
        log.recovered(this);
      } catch (InterruptedException e) {
        // Closed; or interrupted by code outside of this library.
      } catch (RuntimeException | Error e) {
        refreshFailed(e);
      }
    }
  }

  private void refreshFailed(Throwable failure) {
    try {
      // Closing in between is no failure.
      if (!closed) {
        log.failed(this, "The trees " + scanners.trees() + " could not be refreshed: " + failure);
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
      for (Listener listener : listeners) {
        listener.catalogChanged();
      }
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
      problems.addAll(found.problems());
      log.problems(found.problems());
      CatalogImpl before = catalog;
      List<Tree> trees = scanners.trees();
      if (before.version() > 0
          && trees.equals(before.trees())
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
      if (!listeners.contains(this)) {
        // Closed since the first listener was called.
        return;
      }
      try {
        consumer.accept(catalog);
        log.recovered(this);
      } catch (RuntimeException | Error e) {
        log.failed(this, "A listener of catalogs failed: " + e);
        if (!listeners.contains(this)) {
          // Closed meanwhile, and so perhaps forgotten before it had failed.
          log.forget(this);
        }
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
    if (closed) {
      // Closing may have missed it.
      added.close();
    }
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
  public Scanners scanners() {
    return scanners;
  }

  @Override
  public void failed(Scanner scanner, RuntimeException failure) {
    log.failed(scanner, "What reads " + scanner.trees() + " failed: " + failure);
  }

  @Override
  public Sampler sampler(StatFilter filter) {
    return newSampler(filter, null);
  }

  @Override
  public Sampler sampler(StatFilter filter, Duration timeout) {
    if (timeout.compareTo(LEAST_TIMEOUT) < 0) {
      throw new IllegalArgumentException(
          "The read timeout must be at least " + LEAST_TIMEOUT + ", but is " + timeout);
    }
    return newSampler(filter, timeout);
  }

  private Sampler newSampler(StatFilter filter, @Nullable Duration timeout) {
    Objects.requireNonNull(filter, "filter");
    SamplerImpl sampler = new SamplerImpl(this, filter, timeout);
    // So that closing either finds the sampler or comes before: never is a closed reader asked to
    // prepare one.
    synchronized (samplersLock) {
      requireOpen();
      List<WeakReference<SamplerImpl>> all = new ArrayList<>(samplers);
      all.removeIf(known -> known.get() == null);
      all.add(new WeakReference<>(sampler));
      samplers = List.copyOf(all);
    }
    try {
      // Without the lock, for nobody knows what a filter waits for.
      sampler.begin();
    } catch (RuntimeException | Error e) {
      sampler.close();
      throw e;
    }
    return sampler;
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
    SampleMemory memory = new SampleMemory(1);
    readUnlessDenied(
        stat,
        scanner -> {
          scanner.read(stat, memory);
          return "";
        });
    return memory;
  }

  @Override
  public String readText(Stat stat) {
    return readUnlessDenied(stat, scanner -> scanner.readText(stat));
  }

  private String readUnlessDenied(Stat stat, Function<Scanner, String> reading) {
    requireOpen();
    if (!denials.mayOpen(stat)) {
      throw new StatReadException(
          Status.DENIED,
          stat.origin()
              + " was not opened: a moment ago the kernel denied it, or another one of the same"
              + " mode. It is tried again later",
          null);
    }
    try {
      String text = reading.apply(scanners.of(stat));
      denials.permitted(stat);
      return text;
    } catch (StatReadException e) {
      if (e.getCause() instanceof IOException cause && ReadFailure.errno(cause) == EPERM) {
        denials.denied(stat);
      }
      throw e;
    }
  }

  @Override
  public void clear(Stat stat) {
    requireOpen();
    if (!clearingAllowed) {
      throw refused(
          StatClearException.Reason.NOT_ALLOWED,
          stat,
          "this StatsFs only reads; StatsFs.Builder.allowClearing() lets it clear");
    }
    // By identity, whatever the equals of a stat that somebody else made may say.
    boolean isInCatalog =
        catalog.sources().stream()
            .anyMatch(s -> s == stat.source() && s.stats().stream().anyMatch(its -> its == stat));
    if (!isInCatalog) {
      throw refused(
          StatClearException.Reason.GONE,
          stat,
          "it is not in the present catalog of this StatsFs; take it from there");
    }
    scanners.of(stat).clear(stat);
  }

  private static StatClearException refused(
      StatClearException.Reason reason, Stat stat, String why) {
    return new StatClearException(
        reason, stat + " was not cleared, " + stat.origin() + ": " + why, null);
  }

  @Override
  public String readerName() {
    for (Scanner scanner : scanners.all()) {
      if (!scanner.readerName().isEmpty()) {
        return scanner.readerName();
      }
    }
    return "";
  }

  @Override
  public Diagnostics diagnostics() {
    return diagnostics;
  }

  long lastScanNanos() {
    return lastScanNanos;
  }

  /** Those that are not forgotten. */
  List<WeakReference<SamplerImpl>> samplers() {
    return samplers;
  }

  List<Scanner> scannerList() {
    return scanners.all();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("This StatsFs of " + scanners.trees() + " is closed");
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
    listeners.forEach(Listener::close);
    refresher.interrupt();
    List<WeakReference<SamplerImpl>> all;
    synchronized (samplersLock) {
      // With the lock, since one may be about to be listed that found this open.
      all = samplers;
    }
    for (WeakReference<SamplerImpl> known : all) {
      SamplerImpl sampler = known.get();
      if (sampler != null) {
        sampler.close();
      }
    }
    scanners.close();
    DaemonThread.join(refresher);
  }

  @Override
  public String toString() {
    return "StatsFs "
        + scanners.trees()
        + (readerName().isEmpty() ? "" : " through " + readerName());
  }
}
