package io.statsfs.core;

import io.statsfs.Catalog;
import io.statsfs.Layout;
import io.statsfs.Tree;
import io.statsfs.TreeUnavailableException;
import io.statsfs.TreeUnavailableException.Reason;
import io.statsfs.core.mounts.AccessAdvice;
import io.statsfs.core.mounts.FileSystemPath;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.mounts.Inode;
import io.statsfs.core.mounts.Mounts;
import io.statsfs.core.mounts.Mounts.Mount;
import io.statsfs.core.mounts.ReadEffects;
import io.statsfs.core.mounts.TextFile;
import io.statsfs.core.scan.TreeScans;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.core.thread.GuardedCall;
import io.statsfs.core.thread.Watchdog;
import io.statsfs.spi.PathText;
import io.statsfs.spi.PrintableText;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the trees of this machine, and checks those that a user names. */
public final class Trees {
  private static final int ENOTDIR = 20;

  private final FileSystems fileSystems;

  public Trees(FileSystems fileSystems) {
    this.fileSystems = fileSystems;
  }

  FileSystems fileSystems() {
    return fileSystems;
  }

  /**
   * Trees that were looked for.
   *
   * @param problems why others could not be opened though they seem to be there
   */
  record Detected(List<Tree> trees, List<Catalog.Problem> problems) {}

  /** A statsfs if there is one that can be read, else the stock trees. */
  Detected detect() {
    Mounts mounts = mounts();
    Search statsfs = search(Layout.statsfs(), mounts);
    if (statsfs.tree != null) {
      return new Detected(List.of(statsfs.tree), List.of());
    }
    List<Tree> trees = new ArrayList<>();
    List<Catalog.Problem> problems = new ArrayList<>();
    statsfs.addProblem(problems);
    for (Layout layout : Layout.stock()) {
      Search stock = search(layout, mounts);
      if (stock.tree != null) {
        trees.add(stock.tree);
      } else {
        stock.addProblem(problems);
      }
    }
    if (trees.isEmpty()) {
      TreeUnavailableException e = unavailable(statsfs);
      StringBuilder message = new StringBuilder(e.getMessage());
      message.append(" None of the stock trees ").append(Layout.stock());
      message.append(" is among this process's mounts: name a root, or mount sysfs and procfs.");
      problems.forEach(problem -> message.append(' ').append(problem).append('.'));
      throw new TreeUnavailableException(e.reason(), message.toString(), e);
    }
    return new Detected(List.copyOf(trees), List.copyOf(problems));
  }

  /** The statsfs, and nothing else. */
  Tree statsfs() {
    Search statsfs = search(Layout.statsfs(), mounts());
    if (statsfs.tree == null) {
      throw unavailable(statsfs);
    }
    return statsfs.tree;
  }

  private TreeUnavailableException unavailable(Search statsfs) {
    if (statsfs.failure != null) {
      return statsfs.failure;
    }
    try {
      return fileSystems.isSupported(Layout.statsfs().homeTypes())
          ? new TreeUnavailableException(
              Reason.NOT_MOUNTED,
              "This kernel has statsfs, but it is not mounted. As root: mount -t statsfs statsfs"
                  + " /sys/kernel/stats.",
              null)
          : new TreeUnavailableException(
              Reason.NOT_SUPPORTED,
              "This kernel has no statsfs (it is not in "
                  + fileSystems.filesystems()
                  + "): statsfs was never merged into Linux and needs a patched kernel.",
              null);
    } catch (IOException e) {
      return new TreeUnavailableException(
          Reason.NOT_MOUNTED,
          "No statsfs is mounted. Whether this kernel has one is not known, since "
              + fileSystems.filesystems()
              + " cannot be read: "
              + ReadFailure.describe(e)
              + ".",
          e);
    }
  }

  /** What came of looking for a tree: the tree, or what kept it from being opened, or nothing. */
  private record Search(
      Layout layout,
      @Nullable Tree tree,
      @Nullable Path root,
      @Nullable TreeUnavailableException failure) {

    /** A tree that is not there is no problem. */
    void addProblem(List<Catalog.Problem> problems) {
      if (root != null && failure != null && failure.reason() != Reason.NOT_FOUND) {
        // The problem names the root itself.
        String why =
            failure.getMessage().substring(PrintableText.of(PathText.of(root) + " ").length());
        problems.add(new Catalog.Problem(root, "the tree " + layout + " is left out: it " + why));
      }
    }
  }

  /** Looks at all mounts that may have a tree of this layout, until one can be opened. */
  private Search search(Layout layout, Mounts mounts) {
    Search best = new Search(layout, null, null, null);
    // Any user can mount a file system that a process of his serves.
    List<String> types = layout.homeTypes().stream().filter(t -> !t.startsWith("fuse.")).toList();
    for (Mount home : mounts.whole(types)) {
      Path root = Mounts.path(home.point()).resolve(layout.homePath());
      try {
        requireVisible(root, layout, mounts);
        return new Search(layout, open(root, layout, home), root, null);
      } catch (TreeUnavailableException e) {
        if (best.failure == null || best.failure.reason() == Reason.NOT_FOUND) {
          best = new Search(layout, null, root, e);
        }
      }
    }
    return best;
  }

  private static void requireVisible(Path root, Layout layout, Mounts mounts) {
    String path = Mounts.bytes(root);
    Mount mount = mounts.at(path);
    if (mount == null || !FileSystemPath.of(mount, path).isHomeOf(layout)) {
      String other =
          mount == null ? "another mount" : mount.type() + " at " + Mounts.path(mount.point());
      throw new TreeUnavailableException(
          Reason.NOT_A_TREE,
          PathText.of(root) + " is hidden by " + other + ", which was mounted later.",
          null);
    }
  }

  static void requireStatsfs(Tree tree) {
    if (!Layout.statsfs().homeTypes().contains(tree.fileSystemType())) {
      throw new TreeUnavailableException(
          Reason.NOT_A_TREE,
          PathText.of(tree.root())
              + " is on "
              + tree.fileSystemType()
              + ", and statsfs is required.",
          null);
    }
  }

  /** A root that a user names, with the layout that it seems to have. */
  public Tree open(Path root) {
    return open(root, null, null);
  }

  /** A root that a user names. */
  public Tree open(Path root, Layout layout) {
    return open(root, layout, null);
  }

  /**
   * With the layout that the root seems to have, if none is given.
   *
   * @param home the mount that the root was found by, whose type it must have
   */
  private Tree open(Path root, @Nullable Layout layout, @Nullable Mount home) {
    GuardedCall<Tree> opening = new GuardedCall<>(() -> openHere(root, layout, home));
    try (Watchdog watchdog = new Watchdog("statsfs-open", TreeScans.PATIENCE)) {
      if (watchdog.run(opening)) {
        return opening.get();
      }
      throw new TreeUnavailableException(
          Reason.NOT_READABLE,
          PathText.of(root)
              + " does not answer. Check the process or host that serves it, if there is one.",
          null);
    } catch (IOException e) {
      throw unavailable(root, home, "", e);
    }
  }

  private Tree openHere(Path root, @Nullable Layout given, @Nullable Mount home)
      throws IOException {
    FileSystemPath at = fileSystems.at(root);
    String type = at.type().name();
    Layout layout = given == null ? guess(root, at) : given;
    if (home != null && !at.isHomeOf(layout)) {
      throw new TreeUnavailableException(
          Reason.NOT_A_TREE,
          PathText.of(root) + " is on " + type + " and not on " + home.type() + ".",
          null);
    }
    try {
      if (layout.isRootFile()) {
        if (!Files.isRegularFile(root)) {
          throw new TreeUnavailableException(
              Reason.NOT_A_TREE,
              PathText.of(root)
                  + " is not a file of 'name value' lines, which layout "
                  + layout
                  + " needs.",
              null);
        }
        // Readers follow no link at the end of a path.
        Path file = root.toRealPath();
        if (at.type().hasControls() && !Inode.isReadableByAnyone(Inode.mode(file))) {
          throw new TreeUnavailableException(
              Reason.NOT_A_TREE,
              PathText.of(root)
                  + " is write-only: nobody may read it, and opening it can change something.",
              null);
        }
        if (ReadEffects.has(at.type(), at.path().isEmpty() ? file.toString() : at.path())) {
          throw new TreeUnavailableException(
              Reason.NOT_A_TREE,
              PathText.of(root) + " is not opened: " + ReadEffects.WHY + ".",
              null);
        }
        TextFile.read(file, 1);
        return new Tree(file, layout, type);
      }
      // Asked first, since listing opens whatever is there, and a FIFO then waits for a writer.
      if (Files.exists(root) && !Files.isDirectory(root)) {
        throw new NotDirectoryException(root.toString());
      }
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(root)) {
        stream.iterator().hasNext();
      }
    } catch (DirectoryIteratorException e) {
      throw unavailable(root, home, type, e.getCause());
    } catch (IOException e) {
      throw unavailable(root, home, type, e);
    }
    return new Tree(root, layout, type);
  }

  private static Layout guess(Path root, FileSystemPath at) {
    for (Layout layout : Layout.stock()) {
      if (at.isHomeOf(layout)) {
        return layout;
      }
    }
    return Files.isRegularFile(root)
        ? Layout.flatKeyed(PathText.nameOf(root.toAbsolutePath().normalize()))
        : Layout.statsfs();
  }

  private static TreeUnavailableException unavailable(
      Path root, @Nullable Mount home, String type, IOException e) {
    if (e instanceof NoSuchFileException) {
      return new TreeUnavailableException(
          Reason.NOT_FOUND, PathText.of(root) + " does not exist.", e);
    } else if (ReadFailure.errno(e) == ENOTDIR) {
      return new TreeUnavailableException(
          Reason.NOT_A_TREE, PathText.of(root) + " is not a directory.", e);
    } else if (e instanceof AccessDeniedException) {
      String fix =
          home != null && home.type().equals("debugfs")
              ? AccessAdvice.ofMount(Mounts.path(home.point()))
              : AccessAdvice.of(root, home == null ? type : home.type());
      return new TreeUnavailableException(
          Reason.NOT_READABLE, PathText.of(root) + " cannot be read: permission denied. " + fix, e);
    }
    return new TreeUnavailableException(
        Reason.NOT_READABLE,
        PathText.of(root) + " cannot be read: " + ReadFailure.describe(e) + ".",
        e);
  }

  private Mounts mounts() {
    try {
      return fileSystems.mounts();
    } catch (IOException e) {
      throw new TreeUnavailableException(
          Reason.NOT_READABLE,
          fileSystems.mountinfo()
              + " cannot be read, so no tree can be looked for: "
              + ReadFailure.describe(e)
              + ". Name a root, or mount procfs.",
          e);
    }
  }
}
