package io.statsfs;

/** What became of the reading of one value. Only {@link #OK} comes with a value. */
public enum Status {
  /** There is a value. */
  OK,
  /** The file, or the line of a file of many values, is not there any more. */
  GONE,
  /** The process may not read it: EACCES, or EPERM as kernel lockdown answers on debugfs. */
  DENIED,
  /**
   * The file was read and holds something else than one number; {@link StatsFs#readText} has it.
   */
  NOT_A_NUMBER,
  /**
   * The reading took too long and was left behind; only from a {@linkplain
   * StatsFs#sampler(StatFilter, java.time.Duration) sampler with patience}.
   */
  BLOCKED,
  /** The reading failed in another way; {@link Sampler#errno(int)} may say more. */
  FAILED
}
