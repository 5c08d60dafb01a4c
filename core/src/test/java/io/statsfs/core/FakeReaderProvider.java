package io.statsfs.core;

import io.statsfs.spi.ReaderProvider;
import io.statsfs.spi.StatReader;

/** The only reader on the class path of these tests. */
public final class FakeReaderProvider implements ReaderProvider {
  @Override
  public String name() {
    return "fake";
  }

  @Override
  public int priority() {
    return -1;
  }

  @Override
  public Throwable unavailabilityCause() {
    return null;
  }

  @Override
  public StatReader open() {
    return new FakeReader();
  }
}
