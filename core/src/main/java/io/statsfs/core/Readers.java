package io.statsfs.core;

import io.statsfs.ReaderUnavailableException;
import io.statsfs.spi.PrintableLog;
import io.statsfs.spi.ReaderProvider;
import io.statsfs.spi.StatReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Chooses a reader among those on the class path and module path. */
final class Readers {
  static final String PROPERTY = "io.statsfs.reader";
  private static final int MAX_FAILURES = 10;

  /** Those of this project, to tell when one was lost; others are found all the same. */
  private static final List<String> READERS = List.of("nio", "jni");

  private static final PrintableLog LOG = new PrintableLog("io.statsfs");

  private Readers() {}

  /** A reader that was opened, and what users call it. */
  record Chosen(String name, StatReader reader) {}

  /** The one of that name; null for the property's, else the best that is available. */
  static Chosen choose(@Nullable String name) {
    return choose(name == null ? System.getProperty(PROPERTY) : name, providers());
  }

  static Chosen choose(@Nullable String name, List<ReaderProvider> providers) {
    if (name != null) {
      ReaderProvider provider =
          providers.stream()
              .filter(p -> p.name().equals(name))
              .findFirst()
              .orElseThrow(() -> unknown(name, providers));
      Throwable cause = unavailabilityCause(provider);
      if (cause != null) {
        throw new ReaderUnavailableException(
            "The reader '" + name + "' cannot be used here: " + reason(cause), cause);
      }
      return new Chosen(name, provider.open());
    }
    List<ReaderProvider> best = new ArrayList<>(providers);
    best.sort(Comparator.comparingInt(ReaderProvider::priority).reversed());
    Map<String, Throwable> causes = new LinkedHashMap<>();
    for (ReaderProvider provider : best) {
      Throwable cause = unavailabilityCause(provider);
      if (cause == null) {
        causes.forEach(
            (other, why) ->
                LOG.warn(
                    "The reader '"
                        + other
                        + "' cannot be used here, so '"
                        + provider.name()
                        + "' is: "
                        + reason(why)));
        return new Chosen(provider.name(), provider.open());
      }
      causes.put(provider.name(), cause);
    }
    if (causes.isEmpty()) {
      throw new ReaderUnavailableException(
          "No reader was found. Add the dependency io.statsfs:statsfs-reader-nio.", null);
    }
    throw new ReaderUnavailableException(
        "No reader can be used here: " + causes, causes.values().iterator().next());
  }

  private static @Nullable Throwable unavailabilityCause(ReaderProvider provider) {
    try {
      return provider.unavailabilityCause();
    } catch (RuntimeException | LinkageError e) {
      return e;
    }
  }

  private static String reason(Throwable cause) {
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  private static ReaderUnavailableException unknown(String name, List<ReaderProvider> providers) {
    return new ReaderUnavailableException(
        "There is no reader '"
            + name
            + "', only "
            + providers.stream().map(ReaderProvider::name).sorted().toList()
            + ". If the name is right, add the dependency io.statsfs:statsfs-reader-"
            + name
            + ".",
        null);
  }

  /** One that cannot even be loaded must not cost the others. */
  private static List<ReaderProvider> providers() {
    Map<String, ReaderProvider> providers = new LinkedHashMap<>();
    ClassLoader own = Readers.class.getClassLoader();
    boolean complete = load(ServiceLoader.load(ReaderProvider.class, own), providers);
    complete &= load(ServiceLoader.load(ReaderProvider.class), providers);
    if (complete) {
      reportLost(providers.keySet(), name -> own.getResource(name) != null);
    }
    return List.copyOf(providers.values());
  }

  /**
   * Reports readers that are there, by a resource of a name of its own, and that no service file
   * names: all artifacts have the same one, of which a jar made of several keeps the first.
   */
  static void reportLost(Set<String> found, Predicate<String> isResource) {
    for (String name : READERS) {
      if (!found.contains(name) && isResource.test("META-INF/io.statsfs/reader-" + name)) {
        LOG.warn(
            "The reader '"
                + name
                + "' is on the class path, but no META-INF/services/"
                + ReaderProvider.class.getName()
                + " names it, so it is not used. Where several jars were put into one, their service"
                + " files have to be merged: with maven-shade-plugin by its"
                + " ServicesResourceTransformer.");
      }
    }
  }

  /** False if one could not be loaded. */
  private static boolean load(
      ServiceLoader<ReaderProvider> loader, Map<String, ReaderProvider> providers) {
    Iterator<ReaderProvider> iterator = loader.iterator();
    // Bounded, for an iterator that fails at each step would never come to an end.
    int failures = 0;
    while (failures < MAX_FAILURES) {
      try {
        if (!iterator.hasNext()) {
          break;
        }
        ReaderProvider provider = iterator.next();
        providers.putIfAbsent(provider.name(), provider);
      } catch (ServiceConfigurationError | LinkageError e) {
        failures++;
        LOG.warn("A reader could not be loaded: " + e.getMessage());
      }
    }
    return failures == 0;
  }
}
