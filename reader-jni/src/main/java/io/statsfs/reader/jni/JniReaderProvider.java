package io.statsfs.reader.jni;

import io.statsfs.spi.ReaderProvider;
import io.statsfs.spi.StatReader;
import org.jspecify.annotations.Nullable;

/** Offers the reader {@code jni}, before the NIO reader where the library can be loaded. */
public final class JniReaderProvider implements ReaderProvider {

  /** Called by {@link java.util.ServiceLoader}. */
  public JniReaderProvider() {}

  @Override
  public String name() {
    return "jni";
  }

  @Override
  public int priority() {
    return 100;
  }

  @Override
  public @Nullable Throwable unavailabilityCause() {
    return JniReader.unavailabilityCause();
  }

  /**
   * Opens the reader.
   *
   * @throws IllegalStateException if the library cannot be loaded; its cause is why
   */
  @Override
  public StatReader open() {
    Throwable cause = unavailabilityCause();
    if (cause != null) {
      throw new IllegalStateException(
          "The reader 'jni' cannot be used here: " + cause.getMessage(), cause);
    }
    return new JniReader();
  }
}
