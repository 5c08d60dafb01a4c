package io.statsfs;

/**
 * The outcome of reading one value. Only {@link #OK} comes with a value. Later versions may add
 * statuses; treat one that is not known like {@link #FAILED}.
 */
public enum Status {
  /** There is a value. */
  OK,
  /**
   * The file, or the line of a file of many values, is not there any more. Also what a sampler
   * reports for the first second of a failure, since files that are about to go answer other errors
   * for a moment: sysfs mostly answers EINVAL while an interface is deleted.
   */
  GONE,
  /**
   * The process may not read it. After EACCES a sampler tries the file again once the trees were
   * looked at, or after a minute. After EPERM, as kernel lockdown answers on debugfs, one file is
   * tried on behalf of all files of its tree with the same mode, after pauses that grow from a
   * second to five minutes, because each attempt writes a line to the kernel log.
   */
  DENIED,
  /**
   * The file, or the line, was read and holds something else than one number; {@link
   * StatsFs#readText} has it. An integer has no leading zeros, or is {@code 0x} and at most 16
   * hexadecimal digits, and fits into 64 bits; a decimal may have a fraction, and an exponent only
   * if a schema says FLOAT.
   */
  NOT_A_NUMBER,
  /**
   * A file took too long to answer: most often its own, see {@link Sampler#blockedBy(int)}. Only
   * from a {@linkplain StatsFs#sampler(StatFilter, java.time.Duration) sampler with a read
   * timeout}.
   */
  BLOCKED,
  /**
   * The reading failed in another way; {@link Sampler#errno(int)} may say more. A sampler reports
   * it when samples that are at least a second apart fail, and none in between had another outcome;
   * {@link StatsFs#readLong} and the like at once.
   */
  FAILED,
  /**
   * There is none now, and the kernel says so by a word or an error that the declaration of the
   * stat names, such as {@code max} where there is no limit, or EINVAL for the speed of a link that
   * is down. That is no failure, and reported nowhere.
   */
  NO_VALUE
}
