package io.statsfs.spi;

import org.jspecify.annotations.Nullable;

/**
 * Offers a way of reading values; found with {@link java.util.ServiceLoader}. Its constructor, its
 * name and its priority must touch nothing that may be missing: they are asked of readers that are
 * not used.
 *
 * <p>For readers to implement; later versions may add methods, with a default.
 */
public interface ReaderProvider {

  /**
   * What users call the reader.
   *
   * @return a short name in lower case
   */
  String name();

  /**
   * Decides between available readers when the user does not.
   *
   * @return the priority; the highest wins. The NIO reader has 0
   */
  int priority();

  /**
   * Tries whether the reader can work here. Called only if the reader would be used.
   *
   * @return null if it can; else the cause, whose message names what to do about it
   */
  @Nullable Throwable unavailabilityCause();

  /**
   * Makes a reader.
   *
   * @return a new reader, for one {@link io.statsfs.StatsFs}
   */
  StatReader open();
}
