package io.statsfs.core.schema;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import com.github.benmanes.caffeine.cache.stats.StatsCounter;
import io.statsfs.core.mounts.TextFile;
import io.statsfs.core.thread.GuardedCall;
import io.statsfs.core.thread.Watchdog;
import io.statsfs.spi.PathText;
import io.statsfs.spi.Scanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The directory schemas that were read, so that none is read twice.
 *
 * <p>On statsfs each opening of a {@code .schema} file leaks a reference to its source, and two
 * openings at once corrupt kernel memory. So a schema is read once in the life of its source,
 * nothing ever expires, and one is read at a time in the whole JVM: {@link #SHARED} serves all
 * instances of this copy of the library, and copies that other class loaders have loaded wait for
 * each other. A source that vanished takes its entry with it, some time later.
 *
 * <p>As long as one does not answer, no other is read either, and what it says in the end is taken.
 */
public final class SchemaCache implements Scanner.SchemaCounts {
  /** What all schemas of a large host need several times over: 10 KB each for 3,000 sources. */
  private static final long MAX_BYTES = 32L << 20;

  /** The kernel prints into a buffer of 10,240 bytes, and cuts what does not fit without a word. */
  private static final int KERNEL_LIMIT = 10_239;

  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  /** Longer than a scan takes from looking at a schema to asking for it. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** Readings that came back after all and are kept for whoever asks for them again. */
  private static final int MOST_LEFT = 100;

  public static final SchemaCache SHARED = new SchemaCache(MAX_BYTES);

  /** Interned, so that it is the same for all class loaders that load this class. */
  private static final Object ONE_AT_A_TIME = "io.statsfs: one .schema at a time".intern();

  private final long maxBytes;

  /** Null before the first schema, which most JVMs never see. */
  private volatile @Nullable Cache<CacheKey, Loaded> cache;

  private final Counts counts = new Counts();
  private final Watchdog watchdog;
  private final long graceNanos;
  private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();

  /** Readings that were left behind, the last of which may hang. Guarded by the watchdog. */
  private final Map<CacheKey, Reading> left =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<CacheKey, Reading> eldest) {
          return size() > MOST_LEFT;
        }
      };

  private @Nullable Reading lastLeft;

  public SchemaCache(long maxBytes) {
    this(maxBytes, TIMEOUT, GRACE);
  }

  public SchemaCache(long maxBytes, Duration timeout, Duration grace) {
    // Loaded now, so that where it is missing nothing can be opened; not at the first schema, much
    // later.
    Objects.requireNonNull(Caffeine.class);
    this.maxBytes = maxBytes;
    graceNanos = grace.toNanos();
    watchdog = new Watchdog("statsfs-schema", timeout);
  }

  private synchronized Cache<CacheKey, Loaded> cache() {
    Cache<CacheKey, Loaded> made = cache;
    if (made == null) {
      made =
          Caffeine.newBuilder()
              .maximumWeight(maxBytes)
              .weigher((CacheKey key, Loaded loaded) -> loaded.bytes + 200)
              // In the calling thread: evicting is rare and cheap, and an embedded library should
              // not put work into the application's common pool.
              .executor(Runnable::run)
              .recordStats(() -> counts)
              .build();
      cache = made;
    }
    return made;
  }

  /**
   * Which schema a file holds. A source that was made again has another inode, and a schema that
   * somebody edits, which the kernel never does, another time.
   */
  public record SchemaKey(Path file, Object inode, FileTime modified) {
    /** Wherever it is found: a statsfs that is mounted twice has each schema but once. */
    @Override
    public boolean equals(Object other) {
      return other instanceof SchemaKey key
          && inode.equals(key.inode)
          && modified.equals(key.modified);
    }

    @Override
    public int hashCode() {
      return inode.hashCode() * 31 + modified.hashCode();
    }
  }

  /** What is read of a schema depends on how much may be read. */
  private record CacheKey(SchemaKey schema, int maxBytes) {
    /** Written out for the reason that {@link io.statsfs.Tree#equals} gives. */
    @Override
    public boolean equals(Object other) {
      return other instanceof CacheKey key && maxBytes == key.maxBytes && schema.equals(key.schema);
    }

    @Override
    public int hashCode() {
      return schema.hashCode() * 31 + maxBytes;
    }
  }

  private static final class Loaded {
    final Schema schema;
    final int bytes;

    /** When somebody who saw its source asked for it last. */
    volatile long askedAt = System.nanoTime();

    Loaded(Schema schema, int bytes) {
      this.schema = schema;
      this.bytes = bytes;
    }
  }

  /**
   * Which schema a file holds now.
   *
   * @throws IOException if the file cannot be looked at
   */
  public static SchemaKey key(Path file) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new FileSystemException(file.toString(), null, "it is not a regular file");
    }
    return new SchemaKey(file, attributes.fileKey(), attributes.lastModifiedTime());
  }

  /**
   * The schema, read now if it was not read before.
   *
   * @throws IOException if it cannot be read; the next call tries again
   */
  public Schema get(SchemaKey key, int maxBytes) throws IOException {
    try {
      Loaded loaded = cache().get(new CacheKey(key, maxBytes), this::load);
      loaded.askedAt = System.nanoTime();
      return loaded.schema;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * Drops a schema whose source has ended, but not at once: whoever saw it live a moment ago and
   * missed it here would open what has taken its place, which somebody else opens too. And not if
   * somebody has asked for it since: a source that has another name now, or that is hidden in one
   * place, has not ended.
   */
  public void forget(SchemaKey key, int maxBytes) {
    ended.add(new Ended(new CacheKey(key, maxBytes)));
    for (Ended first = ended.peek(); first != null; first = ended.peek()) {
      if (System.nanoTime() - first.at < graceNanos) {
        break;
      } else if (ended.remove(first)) {
        drop(first);
      }
    }
  }

  private void drop(Ended ended) {
    // By the map, since this is no hit.
    Map<CacheKey, Loaded> map = cache().asMap();
    Loaded known = map.get(ended.key);
    if (known != null && known.askedAt - ended.at < 0) {
      map.remove(ended.key, known);
    }
  }

  private static final class Ended {
    final CacheKey key;
    final long at = System.nanoTime();

    Ended(CacheKey key) {
      this.key = key;
    }
  }

  /** The reading of a schema. Waits first for other copies of this library in the JVM. */
  private static final class Reading extends GuardedCall<ByteBuffer> {
    /** How often the watchdog looks at one that waits before its timeout begins. */
    private static final int LOOKS_WHILE_WAITING = 8;

    final CacheKey key;
    private final AtomicBoolean begun;
    private int looks;

    Reading(CacheKey key) {
      this(key, new AtomicBoolean());
    }

    private Reading(CacheKey key, AtomicBoolean begun) {
      super(
          () -> {
            // By the thread that may hang: then those of other class loaders wait as well.
            synchronized (ONE_AT_A_TIME) {
              begun.set(true);
              if (isOver(key.schema)) {
                // While it waited. Who is there now is opened by those who find it.
                throw replaced(key.schema);
              }
              ByteBuffer text = TextFile.read(key.schema.file, key.maxBytes);
              if (isOver(key.schema)) {
                // What was read may be of the source that began meanwhile.
                throw replaced(key.schema);
              }
              return text;
            }
          });
      this.key = key;
      this.begun = begun;
    }

    /** To wait for another copy that reads its schemas is no failure. */
    @Override
    public long progress() {
      return begun.get() ? -1 : Math.min(++looks, LOOKS_WHILE_WAITING);
    }

    /** Why there is no result yet. */
    String state() {
      return begun.get()
          ? "it does not answer"
          : "it waits for another copy of this library in this JVM, which is reading a" + " schema";
    }
  }

  private Loaded load(CacheKey key) {
    ByteBuffer text;
    synchronized (watchdog) {
      try {
        text = read(key);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    byte[] bytes = new byte[text.remaining()];
    text.get(bytes);
    boolean cut = bytes.length == KERNEL_LIMIT || bytes.length == key.maxBytes;
    Schema schema = SchemaParser.parse(PathText.decode(bytes), cut);
    return new Loaded(schema, bytes.length);
  }

  private static NoSuchFileException replaced(SchemaKey key) {
    return new NoSuchFileException(key.file.toString(), null, "replaced meanwhile");
  }

  /** False if that is not known. */
  private static boolean isOver(SchemaKey key) {
    try {
      return !key(key.file).equals(key);
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private ByteBuffer read(CacheKey key) throws IOException {
    Reading before = lastLeft;
    if (before != null && before.isBusy()) {
      throw new FileSystemException(
          key.schema.file.toString(),
          null,
          before.key.equals(key) || !before.begun.get()
              ? before.state()
              : PathText.of(before.key.schema.file)
                  + " does not answer, and schemas are read one at a time");
    }
    lastLeft = null;
    Reading returned = left.remove(key);
    if (returned != null) {
      return returned.get();
    }
    Reading reading = new Reading(key);
    if (!watchdog.run(reading)) {
      left.put(key, reading);
      lastLeft = reading;
      throw new FileSystemException(key.schema.file.toString(), null, reading.state());
    }
    return reading.get();
  }

  /** Ends the thread that reads, if it does not read; the next reading starts another one. */
  public void endIdleThread() {
    synchronized (watchdog) {
      watchdog.close();
    }
  }

  @Override
  public long size() {
    Cache<CacheKey, Loaded> made = cache;
    return made == null ? 0 : made.estimatedSize();
  }

  @Override
  public long hits() {
    return counts.hits.sum();
  }

  @Override
  public long loads() {
    return counts.loads.sum();
  }

  @Override
  public long loadFailures() {
    return counts.loadFailures.sum();
  }

  @Override
  public long evictions() {
    return counts.evictions.sum();
  }

  /** Caffeine's own makes an object of all counts for whoever wants one of them. */
  private static final class Counts implements StatsCounter {
    final LongAdder hits = new LongAdder();
    final LongAdder loads = new LongAdder();
    final LongAdder loadFailures = new LongAdder();
    final LongAdder evictions = new LongAdder();

    @Override
    public void recordHits(int count) {
      hits.add(count);
    }

    @Override
    public void recordMisses(int count) {}

    @Override
    public void recordLoadSuccess(long nanos) {
      loads.increment();
    }

    @Override
    public void recordLoadFailure(long nanos) {
      loadFailures.increment();
    }

    @Override
    public void recordEviction(int weight, RemovalCause cause) {
      evictions.increment();
    }

    @Override
    public CacheStats snapshot() {
      return CacheStats.empty();
    }
  }
}
