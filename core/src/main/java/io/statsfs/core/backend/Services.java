package io.statsfs.core.backend;

import io.statsfs.spi.PrintableLog;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Function;

/**
 * Finds providers on the class path and module path. One that cannot be loaded affects no other.
 */
public final class Services {
  private static final int MAX_FAILURES = 10;

  private static final PrintableLog LOG = new PrintableLog("io.statsfs");

  private Services() {}

  /**
   * What was found.
   *
   * @param isComplete false if some could not be loaded, which was logged
   */
  public record Found<T>(List<T> providers, boolean isComplete) {}

  /**
   * Finds the providers that this library and the calling thread see; of those with one name the
   * first.
   *
   * @param what they are, for the log
   */
  public static <T> Found<T> find(String what, Class<T> service, Function<T, String> name) {
    ClassLoader own = Services.class.getClassLoader();
    ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
    Map<String, T> providers = new LinkedHashMap<>();
    boolean isComplete = load(what, ServiceLoader.load(service, own), name, providers);
    if (ofThread != own) {
      isComplete &= load(what, ServiceLoader.load(service, ofThread), name, providers);
    }
    return new Found<>(List.copyOf(providers.values()), isComplete);
  }

  private static <T> boolean load(
      String what, ServiceLoader<T> loader, Function<T, String> name, Map<String, T> providers) {
    Iterator<T> iterator = loader.iterator();
    // Bounded, for an iterator that fails at each step would never come to an end.
    int failures = 0;
    while (failures < MAX_FAILURES) {
      try {
        if (!iterator.hasNext()) {
          break;
        }
        T provider = iterator.next();
        providers.putIfAbsent(name.apply(provider), provider);
      } catch (ServiceConfigurationError | LinkageError e) {
        failures++;
        LOG.warn("A " + what + " could not be loaded: " + e.getMessage());
      }
    }
    return failures == 0;
  }
}
