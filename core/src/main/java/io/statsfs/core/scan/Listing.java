package io.statsfs.core.scan;

import java.nio.file.Path;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The entries of a directory that belong to its layout. */
final class Listing {
  /** The files of one value. */
  final TreeMap<String, StatFile> stats = new TreeMap<>();

  /** Directories and files of several values. */
  final TreeMap<String, Entry> children = new TreeMap<>();

  /** What could not be looked at, and why. */
  final TreeMap<Path, String> unseen = new TreeMap<>();

  final OmittedLinks links = new OmittedLinks();

  /** Files that must not be opened. */
  final Omitted withEffects = new Omitted();

  @Nullable Path schemaFile;
  boolean childrenCut;
  boolean statsCut;
  boolean tooDeep;
}
