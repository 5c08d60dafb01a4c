package io.statsfs;

/**
 * Something that was registered, until it is closed.
 *
 * <p>Only this library implements it; later versions may add methods, with a default. Safe for use
 * by several threads.
 */
public interface Registration extends AutoCloseable {

  /** Ends the registration. A call that has begun goes on. Closing again does nothing. */
  @Override
  void close();
}
