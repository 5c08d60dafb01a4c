package io.statsfs.core.readers;

import io.statsfs.ReaderUnavailableException;
import io.statsfs.core.backend.Services;
import io.statsfs.spi.PrintableLog;
import io.statsfs.spi.ReaderProvider;
import io.statsfs.spi.StatReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Chooses a reader among those on the class path and module path. */
public final class Readers {
  static final String PROPERTY = "io.statsfs.reader";

  /** Those of this project, so that one that was lost can be reported. Others are found as well. */
  private static final List<String> READERS = List.of("nio", "jni");

  private static final PrintableLog LOG = new PrintableLog("io.statsfs");

  private Readers() {}

  /** A reader that was opened, and what users call it. */
  public record Chosen(String name, StatReader reader) {}

  /**
   * The one of that name; if none is given the property's, else the best that is available.
   *
   * @param warns whether to log why better ones are not; not if another backend of the same {@link
   *     io.statsfs.StatsFs} does
   */
  public static Chosen choose(Optional<String> name, boolean warns) {
    return choose(name.orElseGet(() -> System.getProperty(PROPERTY)), providers(warns), warns);
  }

  static Chosen choose(@Nullable String name, List<ReaderProvider> providers, boolean warns) {
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
        if (warns) {
          causes.forEach((other, why) -> warn(other, provider, why));
        }
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

  private static void warn(String other, ReaderProvider chosen, Throwable why) {
    LOG.warn(
        "The reader '"
            + other
            + "' cannot be used here, so '"
            + chosen.name()
            + "' is: "
            + reason(why));
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

  private static List<ReaderProvider> providers(boolean warns) {
    ClassLoader own = Readers.class.getClassLoader();
    Services.Found<ReaderProvider> found =
        Services.find("reader", ReaderProvider.class, ReaderProvider::name);
    if (warns && found.isComplete()) {
      Set<String> names = new HashSet<>();
      for (ReaderProvider provider : found.providers()) {
        names.add(provider.name());
      }
      reportLost(names, name -> own.getResource(name) != null);
    }
    return found.providers();
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
}
