package io.statsfs.core.backend;

import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.spi.BackendSettings;
import io.statsfs.spi.LayoutProvider;
import io.statsfs.spi.LayoutProvider.Declared;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Collects the layouts of all providers. */
public final class DeclaredLayouts {
  /** Nothing declares a tree but this library its own. */
  public static final Declared NONE = Declared.of(List.of(), List.of(), List.of());

  private DeclaredLayouts() {}

  /**
   * The layouts of the providers on the class path and module path.
   *
   * @param directories in which users declare layouts
   */
  public static Declared find(List<Path> directories) {
    List<Declared> all = new ArrayList<>();
    for (LayoutProvider provider :
        Services.find("layout provider", LayoutProvider.class, p -> p.getClass().getName())
            .providers()) {
      try {
        all.add(provider.declared(directories));
      } catch (RuntimeException | LinkageError e) {
        String message = "The layouts of " + provider.getClass().getName() + " are left out: " + e;
        Problem problem = Problem.builder(Problem.Kind.INTERNAL_ERROR, message).build();
        all.add(Declared.of(List.of(), List.of(), List.of(problem)));
      }
    }
    return merge(all);
  }

  /** Of layouts with one name the first counts, and one of a user before any that is shipped. */
  static Declared merge(List<Declared> all) {
    Map<String, Layout> own = new LinkedHashMap<>();
    Map<String, Layout> shipped = new LinkedHashMap<>();
    List<Problem> problems = new ArrayList<>();
    for (Declared declared : all) {
      problems.addAll(declared.problems());
      for (Layout layout : declared.own()) {
        if (layout.name().equals(Layout.statsfs().name())) {
          String message = "the layout statsfs cannot be replaced, so another one is left out";
          problems.add(
              Problem.builder(Problem.Kind.LAYOUT_LEFT_OUT, message)
                  .treeName(layout.name())
                  .build());
        } else {
          own.putIfAbsent(layout.name(), layout);
        }
      }
    }
    for (Declared declared : all) {
      for (Layout layout : declared.shipped()) {
        if (!own.containsKey(layout.name())) {
          shipped.putIfAbsent(layout.name(), layout);
        }
      }
    }
    return Declared.of(List.copyOf(shipped.values()), List.copyOf(own.values()), problems);
  }

  /** Those of one backend. */
  public static Declared of(String backend, Declared layouts) {
    return Declared.of(
        of(backend, layouts.shipped()), of(backend, layouts.own()), layouts.problems());
  }

  private static List<Layout> of(String backend, List<Layout> layouts) {
    List<Layout> its = new ArrayList<>(layouts.size());
    for (Layout layout : layouts) {
      if (layout.backend().equals(backend)) {
        its.add(layout);
      }
    }
    return its;
  }

  /** Those of one backend that are asked for: by name, or as they are default and not left out. */
  public static List<Layout> wanted(String backend, BackendSettings settings) {
    Predicate<Layout> isNamed = layout -> settings.trees().contains(layout.name());
    Predicate<Layout> isDetected =
        layout ->
            settings.isDetecting()
                && layout.isDefault()
                && !settings.withoutTrees().contains(layout.name());
    return all(of(backend, settings.layouts())).filter(isNamed.or(isDetected)).toList();
  }

  /** All layouts, those of users first. */
  public static Stream<Layout> all(Declared layouts) {
    return Stream.concat(layouts.own().stream(), layouts.shipped().stream());
  }
}
