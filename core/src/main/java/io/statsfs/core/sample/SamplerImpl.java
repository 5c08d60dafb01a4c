package io.statsfs.core.sample;

import io.statsfs.Catalog;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatReadException;
import io.statsfs.Status;
import io.statsfs.core.thread.Attempt;
import io.statsfs.core.thread.Watchdog;
import io.statsfs.spi.Batch;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.Scanner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A list of stats that follows the catalog. Each scanner that has some of them reads these into one
 * memory, at indices of their own.
 */
public final class SamplerImpl implements Sampler {
  private static final int EPERM = 1;

  /** How long a stat has to fail until it is {@code FAILED} and not merely about to go. */
  private static final long LASTING_NANOS = Duration.ofSeconds(1).toNanos();

  /** When what was denied is tried again though nobody has looked at the trees since. */
  private static final long LONGEST_DENIED_NANOS = Duration.ofMinutes(1).toNanos();

  private final Sampled fs;
  private StatFilter filter;

  /** Held while a sample is taken, so that closing waits for it. */
  private final ReentrantLock lock = new ReentrantLock();

  /** Null if the calling thread reads. */
  private final @Nullable Watchdog watchdog;

  private final StuckUnits stuck;
  private Catalog catalog;
  private Stat[] stats = {};
  private List<Part> parts = List.of();
  private SampleMemory memory = new SampleMemory(0);
  private boolean isPrepared;

  /** By position; 0 where nothing fails. Null until something does. */
  private long @Nullable [] failingSince;

  /** Whether stats are left out since they were denied. */
  private boolean isDenied;

  /** What is read again in this sample after it was denied with EPERM. */
  private final BitSet retried = new BitSet();

  /** Where the next unit is looked for that is tried on behalf of others. */
  private int retryFrom;

  private long scansSeen;
  private int liftedSeen;
  private long retriedAt;
  private volatile long filesKeptOpen;
  private volatile long filesNotKept;

  /** Whether there was a count since the batches were prepared. */
  private boolean isCounted;

  private long sampleEpochMillis;
  private long sampleNanoTime;
  private long sampleDurationNanos;
  private boolean closed;

  /** One that is to {@linkplain #begin begin}. It can be closed before, and be counted. */
  public SamplerImpl(Sampled fs, StatFilter filter, @Nullable Duration timeout) {
    this.fs = fs;
    this.filter = filter;
    watchdog = timeout == null ? null : new Watchdog("statsfs-sampler", timeout);
    stuck = new StuckUnits(fs.scanners(), timeout == null ? Duration.ZERO : timeout);
    catalog = fs.catalog();
  }

  /** Has the first sample prepared, unless this is closed already. */
  public void begin() {
    lock.lock();
    try {
      requireOpen();
      follow(fs.catalog());
    } finally {
      lock.unlock();
    }
  }

  /** If the filter throws, all stays as it was. */
  private void follow(Catalog next) {
    List<Stat> wanted = new ArrayList<>(stats.length);
    for (Stat stat : next.stats()) {
      if (filter.test(stat)) {
        wanted.add(stat);
      }
    }
    // The filter itself may have closed this.
    requireOpen();
    Stat[] before = stats;
    stats = wanted.toArray(Stat[]::new);
    parts = parts(wanted);
    if (failingSince != null || !stuck.isEmpty()) {
      Successors successors = new Successors(fs.scanners(), next.sources());
      stuck.follow(successors);
      failingSince = failingSince(before, successors);
    }
    memory = new SampleMemory(stats.length);
    isDenied = false;
    if (!fs.denials().isEmpty()) {
      for (int i = 0; i < stats.length; i++) {
        if (fs.denials().isDenied(stats[i])) {
          leaveOut(i, EPERM);
        }
      }
    }
    prepare();
    // Last, so that a sample after a filter that threw tries again.
    catalog = next;
  }

  /** The stats of each scanner. Batches of those that have none any more are closed. */
  private List<Part> parts(List<Stat> wanted) {
    Map<Scanner, Part> next = new LinkedHashMap<>();
    Source source = null;
    Part part = null;
    for (int i = 0; i < wanted.size(); i++) {
      Stat stat = wanted.get(i);
      if (stat.source() != source) {
        source = stat.source();
        part = next.computeIfAbsent(fs.scanners().of(stat), Part::new);
      }
      part.add(stat, i);
    }
    for (Part before : parts) {
      Part after = next.get(before.scanner);
      if (after != null) {
        after.reading = before.reading;
      } else if (before.reading != null) {
        before.reading.batch.close();
      }
    }
    return List.copyOf(next.values());
  }

  /** The array for the present stats; null if none fails. */
  private long @Nullable [] failingSince(Stat[] before, Successors successors) {
    Map<Stat, Long> failing = new IdentityHashMap<>();
    for (int i = 0; failingSince != null && i < before.length; i++) {
      Stat stat = failingSince[i] == 0 ? null : successors.of(before[i]);
      if (stat != null) {
        failing.put(stat, failingSince[i]);
      }
    }
    if (failing.isEmpty()) {
      return null;
    }
    long[] since = new long[stats.length];
    for (int i = 0; i < stats.length; i++) {
      since[i] = failing.getOrDefault(stats[i], 0L);
    }
    return since;
  }

  private void leaveOut(int index, int errno) {
    memory.leaveOut(index, Status.DENIED, errno);
    if (!isDenied) {
      isDenied = true;
      retriedAt = System.nanoTime();
    }
  }

  /** Has batches prepared, each of which takes over from the one before if there is one. */
  private void prepare() {
    isPrepared = false;
    isCounted = false;
    for (Part part : parts) {
      part.prepare(memory);
    }
    if (!stuck.isEmpty()) {
      leaveOutStuck();
    }
    isPrepared = true;
  }

  private void leaveOutStuck() {
    for (Part part : parts) {
      stuck.leaveOut(part.batch(), stats, memory);
    }
  }

  /** The same after a batch was left behind, which goes on writing into the memory that it has. */
  private void prepareAnew() {
    SampleMemory before = memory;
    memory = new SampleMemory(stats.length);
    for (int i = 0; i < stats.length; i++) {
      if (before.isLeftOut(i) && before.status(i) == Status.DENIED) {
        leaveOut(i, before.errno(i));
      }
    }
    prepare();
  }

  /** The stats that one scanner reads, and how it does. */
  private static final class Part {
    private final Scanner scanner;
    private final List<Stat> stats = new ArrayList<>();
    private int[] indices = new int[16];
    private @Nullable Reading reading;

    Part(Scanner scanner) {
      this.scanner = scanner;
    }

    void add(Stat stat, int index) {
      if (stats.size() == indices.length) {
        indices = Arrays.copyOf(indices, 2 * indices.length);
      }
      indices[stats.size()] = index;
      stats.add(stat);
    }

    void prepare(SampleMemory memory) {
      indices = Arrays.copyOf(indices, stats.size());
      Batch previous = reading == null ? null : reading.batch;
      reading = null;
      reading = new Reading(scanner.prepare(stats, indices, memory, previous));
    }

    Batch batch() {
      return reading.batch;
    }
  }

  /** A batch that may get stuck, and then goes to the thread that is. */
  private static final class Reading extends Attempt {
    private final Batch batch;
    private int position;
    private @Nullable RuntimeException failure;

    Reading(Batch batch) {
      this.batch = batch;
    }

    @Override
    public void run() {
      failure = null;
      try {
        batch.sample();
      } catch (RuntimeException e) {
        failure = e;
      }
    }

    @Override
    public long progress() {
      position = batch.position();
      return position;
    }

    /** Whether it was at no unit when it was last looked at. */
    boolean isAtNoUnit() {
      return position < 0;
    }

    /** The index of a stat that it was at then. */
    int stuckAt() {
      return batch.firstIndex(Math.min(position, batch.units() - 1));
    }

    @Override
    public void returned() {
      batch.close();
      super.returned();
    }
  }

  @Override
  public void sample() {
    lock.lock();
    try {
      requireOpen();
      long epochMillis = System.currentTimeMillis();
      long began = System.nanoTime();
      boolean mayChange = watchdog != null && !stuck.isEmpty() && stuck.update(watchdog);
      Catalog now = fs.catalog();
      if (now != catalog) {
        follow(now);
      } else if (!isPrepared) {
        prepareAnew();
      } else if (mayChange) {
        leaveOutStuck();
      }
      retryDenied();
      while (!sampleParts()) {
        prepareAnew();
      }
      stuck.sampled();
      review();
      if (!isCounted) {
        // For who asks during a later sample. The first one opens nearly all.
        isCounted = true;
        countFiles();
      }
      sampleDurationNanos = System.nanoTime() - began;
      sampleNanoTime = began;
      sampleEpochMillis = epochMillis;
    } finally {
      lock.unlock();
    }
  }

  /** False if one got stuck, which is rare: then all are read anew into another memory. */
  private boolean sampleParts() {
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      Reading reading = part.reading;
      if (watchdog == null) {
        reading.run();
      } else if (!watchdog.run(reading)) {
        // It belongs to the thread that was left behind.
        part.reading = null;
        isPrepared = false;
        if (reading.isAtNoUnit()) {
          reading.batch.leftBehind();
        } else {
          stuck.add(stats[reading.stuckAt()], reading, watchdog);
        }
        return false;
      }
      if (reading.failure != null) {
        failed(part, reading.failure);
      }
    }
    return true;
  }

  /** A backend that throws affects its own stats only. */
  private void failed(Part part, RuntimeException failure) {
    for (int index : part.indices) {
      if (!memory.isLeftOut(index)) {
        memory.putFailure(index, Status.FAILED, 0);
      }
    }
    fs.failed(part.scanner, failure);
  }

  /** Lets files that were denied be read again when that is due. */
  private void retryDenied() {
    retried.clear();
    if (!isDenied) {
      scansSeen = fs.scans();
      return;
    }
    long now = System.nanoTime();
    boolean isScanned = fs.scans() != scansSeen || now - retriedAt >= LONGEST_DENIED_NANOS;
    boolean isDue = fs.denials().lifted() != liftedSeen || fs.denials().isDue();
    if (!isScanned && !isDue) {
      return;
    }
    scansSeen = fs.scans();
    liftedSeen = fs.denials().lifted();
    retriedAt = isScanned ? now : retriedAt;
    isDenied = false;
    int units = 0;
    for (int i = 0; i < parts.size(); i++) {
      units += parts.get(i).batch().units();
    }
    // Not always from the first on, so that not always the same one is tried for the others.
    int from = Math.min(retryFrom, units);
    for (int k = 0; k < units; k++) {
      int unit = (from + k) % units;
      if (retryDenied(unit, isScanned, isDue)) {
        retryFrom = unit + 1;
      }
    }
  }

  /** Whether a unit, counted over all parts, is tried that the kernel had denied. */
  private boolean retryDenied(int unit, boolean isScanned, boolean isDue) {
    int part = 0;
    int itsUnit = unit;
    while (itsUnit >= parts.get(part).batch().units()) {
      itsUnit -= parts.get(part++).batch().units();
    }
    Batch batch = parts.get(part).batch();
    int first = batch.firstIndex(itsUnit);
    if (!memory.isLeftOut(first) || memory.status(first) != Status.DENIED) {
      return false;
    }
    boolean isOfKernel = memory.errno(first) == EPERM;
    if (!(isOfKernel ? isDue : isScanned)
        || !stuck.isEmpty() && stuck.leavesOut(stats[first])
        || isOfKernel && !fs.denials().mayOpen(stats[first])) {
      isDenied = true;
      return false;
    }
    Units.include(batch.indices(itsUnit), memory);
    if (isOfKernel) {
      retried.set(first);
    }
    return isOfKernel;
  }

  /**
   * Reviews what has no value after a sample: leaves out what was denied, and confirms what failed.
   */
  private void review() {
    if (failingSince != null) {
      forgetFailures();
    }
    boolean isNewlyDenied = false;
    long now = 0;
    for (int i = memory.nextFailure(0); i < stats.length; i = memory.nextFailure(i + 1)) {
      Status status = memory.status(i);
      if (status == Status.FAILED) {
        now = now == 0 ? System.nanoTime() | 1 : now;
        confirmFailure(i, now);
      } else if (status == Status.DENIED && !memory.isLeftOut(i)) {
        int errno = memory.errno(i);
        if (errno == EPERM) {
          fs.denials().denied(stats[i]);
          isNewlyDenied = true;
        }
        leaveOut(i, errno);
      }
    }
    if (isNewlyDenied) {
      for (int i = 0; i < stats.length; i++) {
        if (isReadable(i) && !retried.get(i)) {
          fs.denials().permitted(stats[i]);
        }
      }
    }
    for (int i = retried.nextSetBit(0); i >= 0; i = retried.nextSetBit(i + 1)) {
      if (isReadable(i)) {
        fs.denials().permitted(stats[i]);
      }
    }
  }

  /** Of what fails no more. */
  private void forgetFailures() {
    for (int i = 0; i < stats.length; i++) {
      Status status = memory.status(i);
      if (status != Status.FAILED && status != Status.BLOCKED) {
        failingSince[i] = 0;
      }
    }
  }

  private boolean isReadable(int index) {
    Status status = memory.status(index);
    return status == Status.OK || status == Status.NOT_A_NUMBER || status == Status.NO_VALUE;
  }

  /** A file that goes answers other errors for a moment, so that a failure counts if it lasts. */
  private void confirmFailure(int index, long now) {
    if (failingSince == null) {
      failingSince = new long[stats.length];
    }
    if (failingSince[index] == 0) {
      failingSince[index] = now;
    }
    if (now - failingSince[index] < LASTING_NANOS) {
      memory.putFailure(index, Status.GONE, memory.errno(index));
    }
  }

  @Override
  public String readText(int index) {
    lock.lock();
    try {
      requireOpen();
      Stat stat = stats[index];
      if (watchdog == null) {
        return fs.readText(stat);
      }
      if (memory.status(index) == Status.BLOCKED || stuck.leavesOut(stat)) {
        throw blocked(stat);
      }
      TextReading text = new TextReading(stat);
      if (!watchdog.run(text)) {
        stuck.add(stat, text, watchdog);
        // The numbers stay; texts that would get stuck, too, must not be tried.
        for (int i = 0; i < stats.length; i++) {
          if (memory.status(i) == Status.NOT_A_NUMBER && stuck.leavesOut(stats[i])) {
            memory.leaveOut(i, Status.BLOCKED, 0);
          }
        }
        throw blocked(stat);
      }
      return text.text;
    } finally {
      lock.unlock();
    }
  }

  private StatReadException blocked(Stat stat) {
    String blocker = stuck.blocker(stat);
    String why =
        blocker.equals(stat.origin())
            ? "it does not answer"
            : "it is left out while " + blocker + " does not answer";
    return new StatReadException(Status.BLOCKED, stat.origin() + " cannot be read: " + why, null);
  }

  private final class TextReading extends Attempt {
    private final Stat stat;
    private String text = "";

    TextReading(Stat stat) {
      this.stat = stat;
    }

    @Override
    public void run() {
      text = fs.readText(stat);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("This sampler, or the StatsFs it is from, is closed");
    }
  }

  /** Files that are kept open, see {@link io.statsfs.Diagnostics#filesKeptOpen}. */
  public long filesKeptOpen() {
    countFilesUnlessBusy();
    return filesKeptOpen;
  }

  /** Files that were not kept open, see {@link io.statsfs.Diagnostics#filesNotKept}. */
  public long filesNotKept() {
    countFilesUnlessBusy();
    return filesNotKept;
  }

  /** Does not wait for a sample that is being taken, which may take long. */
  private void countFilesUnlessBusy() {
    if (lock.tryLock()) {
      try {
        countFiles();
      } finally {
        lock.unlock();
      }
    }
  }

  private void countFiles() {
    long keptOpen = 0;
    long notKept = 0;
    for (int i = 0; i < parts.size() && !closed && isPrepared; i++) {
      Part part = parts.get(i);
      try {
        keptOpen += part.batch().keptOpen();
        notKept += part.batch().notKept();
      } catch (RuntimeException e) {
        fs.failed(part.scanner, e);
      }
    }
    filesKeptOpen = keptOpen;
    filesNotKept = notKept;
  }

  @Override
  public long sampleEpochMillis() {
    return sampleEpochMillis;
  }

  @Override
  public long sampleNanoTime() {
    return sampleNanoTime;
  }

  @Override
  public long sampleDurationNanos() {
    return sampleDurationNanos;
  }

  @Override
  public Catalog catalog() {
    return catalog;
  }

  @Override
  public int size() {
    return stats.length;
  }

  @Override
  public Stat stat(int index) {
    return stats[index];
  }

  @Override
  public Status status(int index) {
    return memory.status(index);
  }

  @Override
  public int count(Status status) {
    int count = 0;
    for (int i = 0; i < stats.length; i++) {
      if (memory.status(i) == status) {
        count++;
      }
    }
    return count;
  }

  @Override
  public String blockedBy(int index) {
    return status(index) == Status.BLOCKED ? stuck.blocker(stats[index]) : stats[index].origin();
  }

  @Override
  public int errno(int index) {
    return memory.errno(index);
  }

  @Override
  public long longValue(int index) {
    return memory.longValue(index);
  }

  @Override
  public double doubleValue(int index) {
    return memory.doubleValue(index);
  }

  @Override
  public boolean isUnsigned(int index) {
    return memory.isUnsigned(index);
  }

  @Override
  public boolean isDouble(int index) {
    return memory.isDouble(index);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        // Also for who asks while somebody else does.
        countFiles();
        // A thread that hangs may keep this for ever, but not what belongs to the application.
        filter = StatFilter.all();
        if (watchdog != null) {
          watchdog.close();
        }
        for (Part part : parts) {
          if (part.reading != null) {
            part.reading.batch.close();
          }
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
