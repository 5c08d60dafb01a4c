package io.statsfs.core;

import io.statsfs.Layout;
import io.statsfs.Tree;
import io.statsfs.TreeUnavailableException;
import io.statsfs.TreeUnavailableException.Reason;
import io.statsfs.core.text.NameText;
import io.statsfs.core.text.ReadFailure;
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
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the trees of this machine, and checks those that a user names. */
final class Trees {
  private static final Log LOG = new Log();

  private static final int ENOTDIR = 20;

  private final SystemFiles system;

  Trees(SystemFiles system) {
    this.system = system;
  }

  SystemFiles system() {
    return system;
  }

  /** A statsfs if there is one that can be read, else the stock trees. */
  List<Tree> detect() {
    try {
      return List.of(statsfs());
    } catch (TreeUnavailableException e) {
      if (e.reason() == Reason.NOT_READABLE) {
        LOG.warn(e.getMessage());
      }
      List<Tree> stock = new ArrayList<>();
      for (Layout layout : Layout.stock()) {
        for (Path root : homes(layout)) {
          try {
            stock.add(open(root, layout));
            break;
          } catch (TreeUnavailableException notHere) {
            // Another mount of this file system may be readable, and another tree may be there.
          }
        }
      }
      if (stock.isEmpty()) {
        throw new TreeUnavailableException(
            e.reason(),
            e.getMessage()
                + " Nor is there any of the stock trees "
                + Layout.stock()
                + " among the mounts of this process; name a root, or mount sysfs and procfs.",
            e);
      }
      return List.copyOf(stock);
    }
  }

  /** The statsfs, and nothing else. */
  Tree statsfs() {
    List<Path> homes = homes(Layout.statsfs());
    TreeUnavailableException failure = null;
    for (Path root : homes) {
      try {
        return open(root, Layout.statsfs());
      } catch (TreeUnavailableException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    } else if (isSupported()) {
      throw new TreeUnavailableException(
          Reason.NOT_MOUNTED,
          "This kernel has statsfs, but it is not mounted. As root: mount -t statsfs statsfs"
              + " /sys/kernel/stats",
          null);
    }
    throw new TreeUnavailableException(
        Reason.NOT_SUPPORTED,
        "This kernel has no statsfs (it is not in "
            + system.filesystems()
            + "): statsfs was never merged into Linux and needs a patched kernel.",
        null);
  }

  static void requireStatsfs(Tree tree) {
    if (!Layout.statsfs().homeTypes().contains(tree.fileSystemType())) {
      throw new TreeUnavailableException(
          Reason.NOT_A_TREE,
          tree.root() + " is on " + tree.fileSystemType() + ", and statsfs is required.",
          null);
    }
  }

  /** A root that a user names, with the layout that it seems to have. */
  Tree open(Path root) {
    return open(root, null);
  }

  /** With the layout that the root seems to have, if none is given. */
  Tree open(Path root, @Nullable Layout layout) {
    Errand<Tree> opening = new Errand<>(() -> openHere(root, layout));
    try (Guard guard = new Guard("statsfs-open", TreeScans.PATIENCE)) {
      if (guard.run(opening)) {
        return opening.get();
      }
      throw new TreeUnavailableException(
          Reason.NOT_READABLE,
          root + " does not answer. If it is served by a process or another host, see to that.",
          null);
    } catch (IOException e) {
      throw unavailable(root, "", e);
    }
  }

  private static Tree openHere(Path root, @Nullable Layout given) throws IOException {
    FileSystemType type = FileSystemType.at(root);
    Layout layout = given == null ? guess(root, type.name()) : given;
    try {
      if (layout.isRootFile()) {
        if (!Files.isRegularFile(root)) {
          throw new TreeUnavailableException(
              Reason.NOT_A_TREE,
              root + " is not a file of 'name value' lines, which layout " + layout + " needs.",
              null);
        }
        // Readers follow no link at the end of a path.
        Path file = root.toRealPath();
        if (type.hasControls() && !Inode.isReadableByAnyone(Inode.mode(file))) {
          throw new TreeUnavailableException(
              Reason.NOT_A_TREE,
              root + " is write-only: nobody may read it, and opening it can change something.",
              null);
        }
        TextFile.read(file, 1);
        return new Tree(file, layout, type.name());
      }
      // Asked first, since listing opens whatever is there, and a FIFO then waits for a writer.
      if (Files.exists(root) && !Files.isDirectory(root)) {
        throw new NotDirectoryException(root.toString());
      }
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(root)) {
        stream.iterator().hasNext();
      }
    } catch (DirectoryIteratorException e) {
      throw unavailable(root, type.name(), e.getCause());
    } catch (IOException e) {
      throw unavailable(root, type.name(), e);
    }
    return new Tree(root, layout, type.name());
  }

  private static Layout guess(Path root, String type) {
    Path absolute = root.toAbsolutePath().normalize();
    Optional<Layout> stock =
        Layout.stock().stream()
            .filter(l -> l.homeTypes().contains(type) && absolute.endsWith(l.homePath()))
            .findFirst();
    if (stock.isPresent()) {
      return stock.get();
    }
    return Files.isRegularFile(root) ? Layout.flatKeyed(NameText.of(absolute)) : Layout.statsfs();
  }

  private static TreeUnavailableException unavailable(Path root, String type, IOException e) {
    if (e instanceof NoSuchFileException) {
      return new TreeUnavailableException(Reason.NOT_FOUND, root + " does not exist.", e);
    } else if (ReadFailure.errno(e) == ENOTDIR) {
      return new TreeUnavailableException(Reason.NOT_A_TREE, root + " is not a directory.", e);
    } else if (e instanceof AccessDeniedException) {
      return new TreeUnavailableException(
          Reason.NOT_READABLE, root + " cannot be read: permission denied. " + fix(root, type), e);
    }
    return new TreeUnavailableException(
        Reason.NOT_READABLE, root + " cannot be read: " + ReadFailure.describe(e) + ".", e);
  }

  /** Both file systems are mounted with mode 0700 unless the mount says otherwise. */
  static String fix(Path root, String type) {
    String forRoot = "Run as root, or let root ";
    return Layout.statsfs().homeTypes().contains(type)
        ? forRoot
            + "chmod 755 "
            + root
            + " (again after each mount or remount, unless that says mode=755)."
        : forRoot + "make it readable.";
  }

  private List<Path> homes(Layout layout) {
    try {
      // Any user can mount a file system that a process of his serves.
      List<String> types = layout.homeTypes().stream().filter(t -> !t.startsWith("fuse.")).toList();
      return Mounts.read(system.mountinfo()).ofTypes(types).stream()
          .map(point -> point.resolve(layout.homePath()))
          .toList();
    } catch (IOException e) {
      LOG.warn(
          system.mountinfo() + " cannot be read, so no tree is found: " + ReadFailure.describe(e));
      return List.of();
    }
  }

  private boolean isSupported() {
    try {
      return Files.readAllLines(system.filesystems()).stream()
          .map(line -> line.substring(line.indexOf('\t') + 1))
          .anyMatch(Layout.statsfs().homeTypes()::contains);
    } catch (IOException e) {
      return false;
    }
  }
}
