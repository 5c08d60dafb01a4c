package io.statsfs;

/**
 * What the reader of a {@link StatsFs} holds, for all its samplers together.
 *
 * @param keptOpen files that are kept open between samples
 * @param notKept files that the last samples opened and closed, although they may be kept open,
 *     since a quarter of the descriptors that the process may have (RLIMIT_NOFILE) was in use
 */
public record ReaderStats(long keptOpen, long notKept) {}
