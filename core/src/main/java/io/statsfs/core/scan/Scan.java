package io.statsfs.core.scan;

import io.statsfs.Problem;
import io.statsfs.Tree;
import io.statsfs.core.backend.Problems;
import io.statsfs.core.mounts.FilePaths;
import io.statsfs.core.mounts.FileSystemType;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.spi.AccessRemedy;
import io.statsfs.spi.ScanRequest;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One scan of a tree: what it may take in, its progress, and the problems that it finds. */
final class Scan {
  /** Nobody reads more, and a hostile tree must not fill the memory with problems. */
  static final int MAX_PROBLEMS = 1000;

  /** What problems have in common that are logged as one. */
  static final String UNREADABLE = "cannot be read: ";

  private final Tree tree;
  private final TreeMounts mounts;
  private final ScanRequest request;
  private final ScanBudget budget;
  private final List<Problem> problems = new ArrayList<>();
  private final Map<Long, FileSystemType> types;
  private final YoungDirectories young = new YoungDirectories();
  private int listings;

  Scan(ScanRequest request, TreeMounts mounts, ScanBudget budget) {
    this.request = request;
    tree = request.tree();
    this.mounts = mounts;
    this.budget = budget;
    types = mounts.typesAtOpening();
  }

  ScanBudget budget() {
    return budget;
  }

  YoungDirectories young() {
    return young;
  }

  /** Reports progress. Called by the scanning thread only. */
  void step() {
    request.step();
  }

  void countListing() {
    listings++;
  }

  /** Directories that were listed. */
  int listings() {
    return listings;
  }

  List<Problem> problems() {
    return problems;
  }

  void problem(Problem problem) {
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(problem);
    }
  }

  void problem(Problem.Kind kind, Path path, String cause, String message) {
    problem(Problems.of(tree, kind, cause, path, message));
  }

  /**
   * A path that cannot be read.
   *
   * @param wasSeen whether it was, before
   */
  void unreadable(Path path, IOException failure, boolean wasSeen) {
    String cause = UNREADABLE + ReadFailure.describe(failure);
    String message = cause + asBefore(wasSeen) + advice(path, failure);
    problem(Problem.Kind.NOT_READABLE, path, cause, message);
  }

  /** Of the library, or of the reader. It affects only what is at this path and below. */
  void failed(Path path, RuntimeException failure, boolean wasSeen) {
    problem(failure(path, failure, wasSeen));
  }

  private static String asBefore(boolean wasSeen) {
    return wasSeen ? "; it stays as it was seen last" : "";
  }

  Problem failure(Path path, RuntimeException failure, boolean wasSeen) {
    return Problems.of(
        tree,
        Problem.Kind.INTERNAL_ERROR,
        "not scanned: " + failure.getClass(),
        path,
        "was not scanned, which is a fault of this library or of its reader ("
            + failure
            + ")"
            + asBefore(wasSeen));
  }

  /** What to do about a failure, as a sentence of its own, or nothing if that is not known. */
  String advice(Path path, IOException failure) {
    return failure instanceof AccessDeniedException
        ? ". "
            + AccessRemedy.ofReading(
                path, path.equals(FilePaths.of(tree)) ? tree.fileSystemType() : "")
        : "";
  }

  /** The type of the file system with a device, to which a path leads. */
  FileSystemType type(Path path, long device) throws IOException {
    FileSystemType type = types.get(device);
    if (type == null) {
      type = mounts.fileSystems().type(path, device);
      types.put(device, type);
      if (!type.isKnown()) {
        problem(
            Problem.Kind.UNKNOWN_FILE_SYSTEM,
            path,
            "unknown file system",
            "the type of its file system is unknown, since "
                + mounts.fileSystems().mountinfo()
                + " has no mount that fits or cannot be read; files are not kept open, and a"
                + " shipped tree is not recognized unless its layout is named");
      }
    }
    return type;
  }
}
