package io.statsfs;

/**
 * What the cache of directory schemas did since the JVM started.
 *
 * @param size schemas that it holds now
 * @param hits schemas that were asked for and were there
 * @param loads {@code .schema} files that were opened and read
 * @param loadFailures {@code .schema} files that could not be opened or read
 * @param evictions schemas that were dropped to keep within the bound
 */
public record SchemaCacheStats(
    long size, long hits, long loads, long loadFailures, long evictions) {}
