package io.statsfs.core.backend;

import io.statsfs.spi.PrintableLog;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.ServiceLoader.Provider;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Finds providers on the class path and module path. One that cannot be loaded affects no other.
 */
public final class Services {
  private static final int MAX_FAILURES = 10;

  private static final PrintableLog LOG = new PrintableLog("io.statsfs");

  /**
   * What the class loader of this library has, complete, by the service. Looking for it goes
   * through all of the class path, for which an opening needs more time than for most trees. Keeps
   * nothing from being unloaded, as whatever such a loader sees lives as long as that.
   */
  private static final Map<Class<?>, List<? extends Provider<?>>> OWN = new ConcurrentHashMap<>();

  private Services() {}

  /**
   * What was found.
   *
   * @param isComplete false if some could not be loaded, which was logged
   */
  public record Found<T>(List<T> providers, boolean isComplete) {}

  /**
   * Finds the providers that this library and the calling thread see; of those with one name the
   * first. Each is made anew.
   *
   * @param what they are, for the log
   */
  public static <T> Found<T> find(String what, Class<T> service, Function<T, String> name) {
    ClassLoader own = Services.class.getClassLoader();
    ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
    Map<String, T> providers = new LinkedHashMap<>();
    boolean isComplete = addOwn(what, service, own, name, providers);
    if (ofThread != own) {
      isComplete &=
          add(what, all(ServiceLoader.load(service, ofThread)), name, providers, new ArrayList<>());
    }
    return new Found<>(List.copyOf(providers.values()), isComplete);
  }

  private static <T> boolean addOwn(
      String what,
      Class<T> service,
      ClassLoader own,
      Function<T, String> name,
      Map<String, T> providers) {
    List<? extends Provider<?>> known = OWN.get(service);
    if (known != null) {
      @SuppressWarnings("unchecked") // By the class.
      List<Provider<T>> its = (List<Provider<T>>) known;
      return add(what, its.iterator(), name, providers, new ArrayList<>());
    }
    List<Provider<T>> found = new ArrayList<>();
    boolean isComplete = add(what, all(ServiceLoader.load(service, own)), name, providers, found);
    if (isComplete) {
      OWN.put(service, found);
    }
    return isComplete;
  }

  private static <T> Iterator<Provider<T>> all(ServiceLoader<T> loader) {
    return loader.stream().iterator();
  }

  /** Whether all could be loaded. */
  private static <T> boolean add(
      String what,
      Iterator<Provider<T>> iterator,
      Function<T, String> name,
      Map<String, T> providers,
      List<Provider<T>> found) {
    // Bounded, for an iterator that fails at each step would never come to an end.
    int failures = 0;
    while (failures < MAX_FAILURES) {
      try {
        if (!iterator.hasNext()) {
          break;
        }
        Provider<T> next = iterator.next();
        T provider = next.get();
        providers.putIfAbsent(name.apply(provider), provider);
        found.add(next);
      } catch (ServiceConfigurationError | LinkageError e) {
        failures++;
        LOG.warn("A " + what + " could not be loaded: " + e.getMessage());
      }
    }
    return failures == 0;
  }
}
