package io.statsfs.core.scan;

import io.statsfs.Problem;
import io.statsfs.Source;
import io.statsfs.core.backend.Problems;
import io.statsfs.core.mounts.FileSystemType;
import io.statsfs.core.mounts.Inode;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A directory, or a file of several values, that is followed from scan to scan. What cannot be
 * looked at for lack of permission stays as it was.
 */
abstract class Entry {
  final TreeContext context;
  final Place place;
  final Path path;

  /** When it was looked at last; null before the first time. */
  @Nullable Inode inode;

  /** What was here a moment ago; null if that is not known, or was taken note of. */
  private @Nullable Inode justSeen;

  /** In order. */
  List<SourceImpl> sources = List.of();

  /** The stats of this that are counted in this scan. */
  private int counted;

  /** Why this could not even be looked at, if so: its directory may not be entered. */
  @Nullable AccessDeniedException outOfReach;

  /** The problems that the last reading of this found; they stay as long as that reading counts. */
  private final List<Problem> seen = new ArrayList<>();

  Entry(TreeContext context, Place place, Path path) {
    this.context = context;
    this.place = place;
    this.path = path;
  }

  /** Just before a scan: what is here. */
  final void justSeen(@Nullable Inode now) {
    justSeen = now;
  }

  /** Brings this up to date; false if it is not there any more. */
  final boolean scan(Scan scan) {
    scan.step();
    counted = 0;
    if (scan.budget().isSpent()) {
      outOfReach = null;
      forget();
      return true;
    }
    // What went may have been replaced.
    return scanOnce(scan) || scanOnce(scan);
  }

  private boolean scanOnce(Scan scan) {
    outOfReach = null;
    try {
      Inode now = lookAt();
      if (now == null) {
        return true;
      }
      if (inode != null && !inode.isSame(now)) {
        // Another root may be mounted over the one before, which is still there.
        if (place.depth() > 0) {
          vanished();
        }
        forget();
      }
      if (place.depth() == 0 && !isOnItsFileSystem(scan, now)) {
        forget();
        return true;
      }
      return scan(scan, now);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return false;
    } catch (IOException e) {
      scan.unreadable(path, e, inode != null);
      return true;
    } catch (RuntimeException e) {
      scan.failed(path, e, inode != null);
      return true;
    }
  }

  /** Null if it is out of reach, which is a problem of its directory. */
  private @Nullable Inode lookAt() throws IOException {
    Inode seen = justSeen;
    justSeen = null;
    try {
      return seen == null ? lookUp() : seen;
    } catch (AccessDeniedException e) {
      outOfReach = e;
      return null;
    }
  }

  /** Whether the root is where its layout was chosen for. */
  private boolean isOnItsFileSystem(Scan scan, Inode now) throws IOException {
    context.mounts().rootIsOn(now.device());
    FileSystemType type = scan.type(path, now.device());
    if (context.mounts().mayBeOn(type)) {
      return true;
    }
    scan.problem(
        Problem.Kind.MOUNTED_OVER,
        path,
        Scan.UNREADABLE + "other file system",
        "is on "
            + type.name()
            + " now, and was opened on "
            + context.tree().fileSystemType()
            + "; nothing is read there until that is mounted again, on top");
    return false;
  }

  /** What is at the path now. */
  abstract Inode lookUp() throws IOException;

  /** Brings this up to date; false if what is there now is something else. */
  abstract boolean scan(Scan scan, Inode now) throws IOException;

  /** Describes the sources that the scan found, which may have to read schemas. */
  void describe(Scan scan) {}

  /** Adds what the scan found. Touches no file. */
  void collect(Findings findings) {
    findings.problems(seen);
    for (Source source : sources) {
      findings.source(source);
    }
  }

  /** Counts the stats that this holds now, by which what comes later is left out. */
  final void count(Scan scan, int stats) {
    scan.budget().countStats(counted, stats);
    counted = stats;
  }

  /** Lets go of what is kept for the time that this, or something below it, may be found again. */
  void vanished() {}

  /** Whether this is still there, as far as is known: a listing amid changes can miss it. */
  boolean isThere() {
    try {
      return inode == null || inode.isSame(lookUp());
    } catch (NoSuchFileException | NotDirectoryException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** Whether this may go on where the other was found. */
  boolean isLike(Entry other) {
    return getClass() == other.getClass();
  }

  /** Another one may be here now. */
  void forget() {
    inode = null;
    justSeen = null;
    sources = List.of();
    seen.clear();
  }

  /** Whether there is a file that was read, and has nothing now that the layout declares. */
  boolean hasEmptyFile() {
    return false;
  }

  /** Whether the last reading found sources or problems. */
  final boolean foundAnything() {
    return !sources.isEmpty() || !seen.isEmpty();
  }

  /** Before this is read anew. */
  final void forgetSeen() {
    seen.clear();
  }

  final void seen(Problem.Kind kind, Path path, String cause, String message) {
    if (seen.size() < Scan.MAX_PROBLEMS) {
      seen.add(Problems.of(context.tree(), kind, cause, path, message));
    }
  }
}
