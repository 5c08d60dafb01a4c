package io.statsfs.core.filesystems;

import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.Tree;
import io.statsfs.TreeUnavailableException;
import io.statsfs.core.backend.DeclaredLayouts;
import io.statsfs.core.readers.Readers;
import io.statsfs.spi.Backend;
import io.statsfs.spi.BackendSettings;
import io.statsfs.spi.PathText;
import io.statsfs.spi.Scanner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Mounted file systems: how full they are, by {@code statfs(2)}. */
public final class FileSystemsBackend implements Backend {
  /** What users, and declarations, call it. */
  public static final String NAME = "filesystems";

  private final Path mountinfo;

  /** Called by {@link java.util.ServiceLoader}. */
  public FileSystemsBackend() {
    this(Path.of("/proc/self/mountinfo"));
  }

  FileSystemsBackend(Path mountinfo) {
    this.mountinfo = mountinfo;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Scanner open(BackendSettings settings) {
    List<Layout> wanted = DeclaredLayouts.wanted(NAME, settings);
    MountTables tables =
        new MountTables(
            mountinfo, settings.proc().map(proc -> proc.resolve("1/mountinfo")).orElse(null));
    List<Tree> trees = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    if (!wanted.isEmpty()) {
      try {
        tables.read();
        wanted.forEach(layout -> trees.add(tree(layout, tables)));
      } catch (IOException e) {
        String why =
            "mounted file systems are not looked for: "
                + e.getMessage()
                + (tables.isOfHost() ? ". Mount the host's /proc, all of it" : "");
        if (isAlone(settings)) {
          throw new TreeUnavailableException(
              TreeUnavailableException.Reason.NOT_READABLE, why + ".", e);
        }
        problems.add(Problem.builder(Problem.Kind.NOT_OPENED, why).backend(NAME).build());
      }
    }
    wanted.forEach(layout -> addUnknownLabels(layout, problems));
    return new FileSystemsScanner(
        trees, problems, tables, Readers.choose(settings.reader(), isAlone(settings)));
  }

  private static Tree tree(Layout layout, MountTables tables) {
    String of = tables.isOfHost() ? " of " + PathText.of(tables.ofLabels()) : "";
    return Tree.builder(layout).backend(NAME).origin("the mounted file systems" + of).build();
  }

  /** Whether no tree of files is asked for, so that nobody else says which reader there is. */
  private static boolean isAlone(BackendSettings settings) {
    return !settings.isDetecting()
        && settings.roots().isEmpty()
        && DeclaredLayouts.all(DeclaredLayouts.of(NAME, settings.layouts()))
                .filter(layout -> settings.trees().contains(layout.name()))
                .count()
            == settings.trees().size();
  }

  private static void addUnknownLabels(Layout layout, List<Problem> problems) {
    TreeSet<String> unknown = new TreeSet<>(layout.excludedLabels().keySet());
    unknown.removeAll(FileSystem.LABELS);
    if (!unknown.isEmpty()) {
      problems.add(
          Problem.builder(
                  Problem.Kind.NO_STATS,
                  "the tree "
                      + layout
                      + " excludes nothing by "
                      + String.join(" and ", unknown)
                      + ", as file systems have only "
                      + String.join(", ", FileSystem.LABELS))
              .treeName(layout.name())
              .build());
    }
  }
}
