package io.statsfs;

/**
 * Reads the values of many stats, again and again, at the least cost.
 *
 * <p>{@link #sample()} reads all of them; the getters then give what it read, by position, until
 * the next sample. The list of stats follows the catalog: it changes at the beginning of a sample,
 * and only if the catalog has changed since the last one. {@link #catalog()} is then another
 * object, so whoever keeps something per position compares that.
 *
 * <p>For use by one thread at a time. Only {@link #close()} may be called from any thread at any
 * time: it waits for a sample that is being taken.
 *
 * <p>While the catalog stands still, the getters do not allocate unless they say so, and {@link
 * #sample()} allocates what its reader says.
 *
 * <p>Only this library implements it; later versions may add methods, with a default.
 */
public interface Sampler extends AutoCloseable {

  /**
   * Reads the value of each stat. Never throws because of what it finds: each stat has a {@link
   * #status(int)}.
   *
   * @throws IllegalStateException if this, or the {@link StatsFs} it is from, is closed
   */
  void sample();

  /**
   * When the last sample began, by the wall clock, which may be set back and forth. Each value was
   * read between then and {@link #sampleDurationNanos()} later.
   *
   * @return milliseconds since the beginning of 1970 (UTC); 0 before the first sample
   */
  long sampleEpochMillis();

  /**
   * When the last sample began, by a monotonic clock. Rates are computed with this one: the
   * difference between two samples is the time between them, though the wall clock is set
   * meanwhile.
   *
   * @return nanoseconds as {@link System#nanoTime()} counts them; 0 before the first sample
   */
  long sampleNanoTime();

  /**
   * How long the last sample took.
   *
   * @return nanoseconds; 0 before the first sample
   */
  long sampleDurationNanos();

  /**
   * The catalog that the list of stats was made from.
   *
   * @return the catalog of the last sample; before the first, that of the making of this sampler
   */
  Catalog catalog();

  /**
   * The number of stats.
   *
   * @return the number, zero or more
   */
  int size();

  /**
   * The stat at a position. The stats of a source are side by side.
   *
   * @param index from 0 to {@link #size()} - 1
   * @return the stat
   * @throws IndexOutOfBoundsException if there is no such position
   */
  Stat stat(int index);

  /**
   * The outcome of reading a stat.
   *
   * @param index from 0 to {@link #size()} - 1
   * @return the status; {@link Status#GONE} before the first sample
   * @throws IndexOutOfBoundsException if there is no such position
   */
  Status status(int index);

  /**
   * The number of stats that the last sample left with a status.
   *
   * @param status the status
   * @return the number; those of all statuses add up to {@link #size()}
   */
  int count(Status status);

  /**
   * What did not answer, so that a stat is {@link Status#BLOCKED}. Most often that is its own file.
   * While a directory does not answer, its whole source is left out; while too many files of a tree
   * do not, the whole tree is.
   *
   * @param index from 0 to {@link #size()} - 1
   * @return where that is, a file or directory, written like {@link Stat#origin()}; the origin of
   *     the stat itself if it is not {@code BLOCKED}. Allocates
   * @throws IndexOutOfBoundsException if there is no such position
   */
  String blockedBy(int index);

  /**
   * The error number of a reading that failed, as Linux counts them (13 is EACCES). Also kept with
   * {@link Status#GONE}, while a failure has not lasted for long enough to be {@link
   * Status#FAILED}.
   *
   * @param index from 0 to {@link #size()} - 1
   * @return the number, or 0 where there was no error or the reader does not know it
   * @throws IndexOutOfBoundsException if there is no such position
   */
  int errno(int index);

  /**
   * The value as an integer.
   *
   * @param index from 0 to {@link #size()} - 1
   * @return the value; if it {@linkplain #isUnsigned is unsigned}, its 64 bits; if it {@linkplain
   *     #isDouble is a double}, that cut to an integer; 0 unless the status is {@link Status#OK}
   * @throws IndexOutOfBoundsException if there is no such position
   */
  long longValue(int index);

  /**
   * The value as a double, right for every kind of number.
   *
   * @param index from 0 to {@link #size()} - 1
   * @return the value, rounded to the nearest double where it has more than 53 significant bits; 0
   *     unless the status is {@link Status#OK}
   * @throws IndexOutOfBoundsException if there is no such position
   */
  double doubleValue(int index);

  /**
   * Whether the value is an integer above 2<sup>63</sup>-1, so that {@link #longValue} gives it as
   * {@link Long#toUnsignedString(long)} takes it.
   *
   * @param index from 0 to {@link #size()} - 1
   * @return true if so; false unless the status is {@link Status#OK}
   * @throws IndexOutOfBoundsException if there is no such position
   */
  boolean isUnsigned(int index);

  /**
   * Whether the value is no integer: the stat is a {@link Stat.Type#FLOAT}, or its text has a
   * decimal point.
   *
   * @param index from 0 to {@link #size()} - 1
   * @return true if so; false unless the status is {@link Status#OK}
   * @throws IndexOutOfBoundsException if there is no such position
   */
  boolean isDouble(int index);

  /**
   * Reads the text of a stat now, which is how enum stats are read that the last sample found to be
   * {@link Status#NOT_A_NUMBER}. With a read timeout it takes that long at most, and one that hangs
   * is left behind as by a sample. Opens the file and allocates.
   *
   * @param index from 0 to {@link #size()} - 1
   * @return the text as {@link StatsFs#readText} gives it
   * @throws StatReadException if it cannot be had
   * @throws IndexOutOfBoundsException if there is no such position
   * @throws IllegalStateException if this, or the {@link StatsFs} it is from, is closed
   */
  String readText(int index);

  /** Frees what the reader holds. Closing again does nothing. */
  @Override
  void close();
}
