package io.statsfs.spi;

import io.statsfs.Problem;
import io.statsfs.Source;
import java.util.List;

/** What a scan of a tree found. Immutable. */
public final class ScanResult {
  private static final ScanResult EMPTY = of(List.of(), List.of());

  private final List<Source> sources;
  private final List<Problem> problems;
  private final int entries;
  private final boolean entriesCut;
  private final boolean statsCut;

  private ScanResult(
      List<Source> sources,
      List<Problem> problems,
      int entries,
      boolean entriesCut,
      boolean statsCut) {
    this.sources = sources;
    this.problems = problems;
    this.entries = entries;
    this.entriesCut = entriesCut;
    this.statsCut = statsCut;
  }

  /**
   * What was found, and all of it.
   *
   * @param sources in any order. One that has not changed is the same object as before, since
   *     another object makes another catalog
   * @param problems what could not be taken in; equal from scan to scan as long as they last
   * @return the result
   */
  public static ScanResult of(List<? extends Source> sources, List<Problem> problems) {
    return new ScanResult(
        List.copyOf(sources), List.copyOf(problems), sources.size(), false, false);
  }

  /**
   * Nothing.
   *
   * @return a result without sources and problems
   */
  public static ScanResult empty() {
    return EMPTY;
  }

  /**
   * The same, with what the request did not allow to take in.
   *
   * @param entries what was taken in of sources and what holds them
   * @param entriesCut whether there are more
   * @param statsCut whether there are more stats
   * @return another result
   */
  public ScanResult cut(int entries, boolean entriesCut, boolean statsCut) {
    return new ScanResult(sources, problems, entries, entriesCut, statsCut);
  }

  /**
   * The sources.
   *
   * @return what was found
   */
  public List<Source> sources() {
    return sources;
  }

  /**
   * What could not be taken in.
   *
   * @return the problems
   */
  public List<Problem> problems() {
    return problems;
  }

  /**
   * How many sources, and what holds them, were taken in.
   *
   * @return the number
   */
  public int entries() {
    return entries;
  }

  /**
   * Whether there are more of these.
   *
   * @return true if some were left out
   */
  public boolean isEntriesCut() {
    return entriesCut;
  }

  /**
   * Whether there are more stats.
   *
   * @return true if some were left out
   */
  public boolean isStatsCut() {
    return statsCut;
  }

  /**
   * How many stats were found.
   *
   * @return the number
   */
  public int stats() {
    return sources.stream().mapToInt(source -> source.stats().size()).sum();
  }
}
