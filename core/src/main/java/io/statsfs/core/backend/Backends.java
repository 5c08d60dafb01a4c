package io.statsfs.core.backend;

import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.StatsFsException;
import io.statsfs.TreeUnavailableException;
import io.statsfs.TreeUnavailableException.Reason;
import io.statsfs.spi.Backend;
import io.statsfs.spi.LayoutProvider.Declared;
import io.statsfs.spi.LikelyName;
import io.statsfs.spi.Scanner;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Has the backends open the trees that are asked for. */
public final class Backends {
  private static final String STATSFS = "statsfs";

  /** In one message. */
  private static final int MOST_PROBLEMS = 5;

  private final List<Backend> found;
  private final List<Backend> given;

  /**
   * The backends that there are.
   *
   * @param found by themselves; opened as far as the settings ask for their trees
   * @param given by the user, and opened whatever the settings say
   */
  public Backends(List<Backend> found, List<Backend> given) {
    this.given = List.copyOf(given);
    this.found = found.stream().filter(backend -> !has(given, backend)).toList();
  }

  private static boolean has(List<Backend> backends, Backend other) {
    return backends.stream().anyMatch(backend -> backend.name().equals(other.name()));
  }

  /** Those on the class path and module path. */
  public static List<Backend> find() {
    return Services.find("backend", Backend.class, Backend::name).providers();
  }

  /**
   * What was opened.
   *
   * @param problems why other backends were not, and layouts left out
   */
  public record Opened(Scanners scanners, List<Problem> problems) {}

  /**
   * Opens what the settings ask for. Where they only ask for whatever there is, a backend that
   * cannot be used affects no other.
   *
   * @throws StatsFsException if something cannot be opened that was asked for, or nothing can. If
   *     layouts were left out its message says why, since what is missing may be one of theirs
   */
  public Opened open(Settings settings) {
    try {
      return openAll(settings);
    } catch (TreeUnavailableException e) {
      if (e.reason() == Reason.UNKNOWN_NAME) {
        throw e;
      }
      throw new TreeUnavailableException(
          e.reason(), e.getMessage() + leftOut(settings.layouts().problems()), e);
    }
  }

  /** A tree that is named and unknown, as it is mistyped or its layout was left out. */
  public static TreeUnavailableException unknown(
      String name, Collection<String> known, Declared layouts) {
    List<Problem> problems = layouts.problems();
    String meant = LikelyName.of(name, known).map(n -> "id you mean '" + n + "'?").orElse("");
    String why =
        problems.isEmpty()
            ? meant.isEmpty() ? ", only " + known + "." : "; d" + meant
            : "." + leftOut(problems) + (meant.isEmpty() ? "" : " D" + meant);
    return new TreeUnavailableException(
        Reason.UNKNOWN_NAME, "There is no tree '" + name + "'" + why, null);
  }

  private static String leftOut(List<Problem> problems) {
    String some =
        problems.stream()
            .limit(MOST_PROBLEMS)
            .map(p -> " " + sentence(p.toString()))
            .collect(Collectors.joining());
    int more = problems.size() - MOST_PROBLEMS;
    return more <= 0 ? some : some + " And " + more + " more.";
  }

  private static String sentence(String text) {
    return text.endsWith("?") || text.endsWith(".") ? text : text + ".";
  }

  private Opened openAll(Settings settings) {
    requireKnown(settings.trees(), settings.layouts());
    requireKnown(settings.withoutTrees(), settings.layouts());
    requireBackends(settings);
    Opening opening = new Opening(settings.layouts().problems());
    try {
      for (Backend backend : given) {
        opening.open(backend, settings.detecting(), false);
      }
      for (Backend backend : found) {
        if (isWanted(backend, settings)) {
          boolean isOptional = settings.isDetectionAlone() || isOfOthersToo(backend, settings);
          opening.open(backend, settings, isOptional);
        }
      }
      return opening.opened();
    } catch (Throwable e) {
      new Scanners(opening.scanners).close();
      throw e;
    }
  }

  private static void addNames(List<Layout> layouts, Set<String> names) {
    for (Layout layout : layouts) {
      names.add(layout.name());
    }
  }

  private void requireKnown(Collection<String> names, Declared layouts) {
    if (names.isEmpty()) {
      return;
    }
    Set<String> known = new LinkedHashSet<>();
    Stream.concat(given.stream(), found.stream()).forEach(b -> known.addAll(b.treeNames()));
    addNames(layouts.own(), known);
    addNames(layouts.shipped(), known);
    for (String name : names) {
      if (!known.contains(name)) {
        throw unknown(name, known, layouts);
      }
    }
  }

  /** A tree that is named needs the backend that its layout names. */
  private void requireBackends(Settings settings) {
    if (settings.trees().isEmpty()) {
      return;
    }
    List<Backend> all = Stream.concat(given.stream(), found.stream()).toList();
    DeclaredLayouts.all(settings.layouts())
        .filter(layout -> settings.trees().contains(layout.name()))
        .filter(layout -> all.stream().noneMatch(b -> b.name().equals(layout.backend())))
        .findFirst()
        .ifPresent(
            layout -> {
              throw new StatsFsException(
                  "The tree '"
                      + layout
                      + "' is opened by the backend '"
                      + layout.backend()
                      + "', which is not there, only "
                      + all.stream().map(Backend::name).toList()
                      + ".");
            });
  }

  private static boolean isWanted(Backend backend, Settings settings) {
    if (settings.isStatsfsRequired() && !backend.treeNames().contains(STATSFS)) {
      return false;
    }
    return settings.isDetecting()
        || settings.isStatsfsRequired()
        || backend.opensRoots() && !settings.roots().isEmpty()
        || DeclaredLayouts.all(settings.layouts())
            .filter(layout -> layout.backend().equals(backend.name()))
            .anyMatch(layout -> settings.trees().contains(layout.name()))
        || !Collections.disjoint(backend.treeNames(), settings.trees());
  }

  /** Whether others open all that is asked for, too, so that one of them will do. */
  private boolean isOfOthersToo(Backend backend, Settings settings) {
    return settings.roots().isEmpty()
        && !settings.isStatsfsRequired()
        && !settings.trees().isEmpty()
        && settings.trees().stream()
            .allMatch(
                name ->
                    Stream.concat(given.stream(), found.stream())
                        .anyMatch(other -> other != backend && opens(other, name, settings)));
  }

  private static boolean opens(Backend backend, String name, Settings settings) {
    return backend.treeNames().contains(name)
        || DeclaredLayouts.all(settings.layouts())
            .anyMatch(
                layout -> layout.name().equals(name) && layout.backend().equals(backend.name()));
  }

  private static final class Opening {
    private final List<Scanner> scanners = new ArrayList<>();
    private final List<Problem> problems;
    private @Nullable RuntimeException failure;

    Opening(List<Problem> problems) {
      this.problems = new ArrayList<>(problems);
    }

    void open(Backend backend, Settings settings, boolean isOptional) {
      try {
        Throwable cause = unavailabilityCause(backend);
        if (cause != null) {
          String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
          throw new StatsFsException(
              "The backend '" + backend.name() + "' cannot be used here: " + why, cause);
        }
        Scanner scanner = backend.open(settings);
        scanners.add(scanner);
      } catch (RuntimeException | LinkageError e) {
        if (!isOptional) {
          throw e;
        }
        RuntimeException thrown =
            e instanceof RuntimeException
                ? (RuntimeException) e
                : new StatsFsException("The backend '" + backend.name() + "' fails: " + e, e);
        failure = failure == null ? thrown : failure;
        problems.add(
            Problem.builder(Problem.Kind.NOT_OPENED, String.valueOf(thrown.getMessage()))
                .backend(backend.name())
                .build());
      }
    }

    private static @Nullable Throwable unavailabilityCause(Backend backend) {
      try {
        return backend.unavailabilityCause();
      } catch (RuntimeException | LinkageError e) {
        return e;
      }
    }

    Opened opened() {
      Scanners all = new Scanners(scanners);
      if (!all.trees().isEmpty()) {
        return new Opened(all, problems);
      } else if (failure != null) {
        throw failure;
      }
      throw new StatsFsException(
          scanners.isEmpty()
              ? "No backend was found: where several jars were put into one, their files"
                  + " META-INF/services/"
                  + Backend.class.getName()
                  + " have to be merged."
              : "There is no tree to open.");
    }
  }
}
