package io.statsfs.spi;

/**
 * A prepared reading of many stats of one {@link Scanner}, for one thread at a time.
 *
 * <p>What a batch reads comes in units: whatever is read as one, and so hangs, is denied or goes as
 * one, such as a file. Units have numbers from 0.
 */
public interface Batch extends AutoCloseable {

  /**
   * How many units there are. Called at any time.
   *
   * @return the number; the same for the life of the batch
   */
  int units();

  /**
   * Where the values of a unit go. Called at any time, but only for a unit that hangs, is denied or
   * is tried again, so that this may allocate.
   *
   * @param unit its number
   * @return indices in the memory, at least one; negative ones are to be passed over. Not to be
   *     changed
   */
  int[] indices(int unit);

  /**
   * By which index the memory leaves a unit out. Called at any time, for all units while one hangs
   * or is denied. Should allocate nothing.
   *
   * @param unit its number
   * @return the first of its {@link #indices} that is not negative
   */
  default int firstIndex(int unit) {
    int[] indices = indices(unit);
    int i = 0;
    while (indices[i] < 0) {
      i++;
    }
    return indices[i];
  }

  /**
   * Reads each unit once and puts a value or a failure for each of its stats, except for units
   * whose first index the memory {@linkplain SampleMemory#isLeftOut leaves out}: these are not
   * touched and their outcomes not changed. Throws nothing else. It may hang; then the batch is
   * left to the thread that hangs, which closes it if it ever returns, and another one is prepared
   * with a memory that leaves the unit out.
   *
   * @throws IllegalStateException if this is closed, another batch has replaced it, or another
   *     thread is in this method
   */
  void sample();

  /**
   * Which unit is being read, so that others see whether the sample makes progress and where it
   * hangs. Called during a sample, by other threads.
   *
   * @return the unit that the sample is at, before it is touched. A negative number while it is at
   *     something that is no unit, and that the next batch does without if this one is {@linkplain
   *     #leftBehind left behind} there. Any number when there is no sample
   * @throws IllegalStateException if this is closed or another batch has replaced it
   */
  int position();

  /**
   * Called by another thread after a sample that hung at a negative {@link #position} was left
   * behind, before the next batch is prepared. The sample may have ended since.
   */
  default void leftBehind() {}

  /**
   * How many files are kept open for the next sample. Not called during a sample.
   *
   * @return the number
   * @throws IllegalStateException if this is closed or another batch has replaced it
   */
  default int keptOpen() {
    return 0;
  }

  /**
   * How many files the last sample opened and closed although they may be kept open. Not called
   * during a sample.
   *
   * @return the number
   * @throws IllegalStateException if this is closed or another batch has replaced it
   */
  default int notKept() {
    return 0;
  }

  /**
   * Frees what the batch holds; during a sample, when that ends. The garbage collector should do
   * the same for a batch that was forgotten. Does nothing the second time.
   */
  @Override
  void close();
}
