package io.statsfs.reader.nio;

import io.statsfs.spi.ReaderProvider;
import io.statsfs.spi.StatReader;
import org.jspecify.annotations.Nullable;

/** Offers the reader {@code nio}, which works wherever Java does. */
public final class NioReaderProvider implements ReaderProvider {

  /** Called by {@link java.util.ServiceLoader}. */
  public NioReaderProvider() {}

  @Override
  public String name() {
    return "nio";
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public @Nullable Throwable unavailabilityCause() {
    return null;
  }

  /** One for all readers, and not made before the first of them. */
  private static final class Budget {
    static final DescriptorBudget OF_PROCESS = DescriptorBudget.ofProcess();
  }

  @Override
  public StatReader open() {
    return new NioReader(Budget.OF_PROCESS);
  }
}
