package io.statsfs.core.backend;

import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.spi.PrintableLog;
import io.statsfs.spi.Scanner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the backends have opened. Immutable but for being closed. */
public final class Scanners implements AutoCloseable {
  private static final PrintableLog LOG = new PrintableLog("io.statsfs");

  private final List<Scanner> all;
  private final List<Tree> trees = new ArrayList<>();
  private final Map<Tree, Scanner> byTree = new HashMap<>();

  /** Of several scanners with the same tree, the first has it. */
  public Scanners(List<Scanner> all) {
    this.all = List.copyOf(all);
    for (Scanner scanner : all) {
      for (Tree tree : scanner.trees()) {
        if (byTree.putIfAbsent(tree, scanner) == null) {
          trees.add(tree);
        }
      }
    }
  }

  public List<Scanner> all() {
    return all;
  }

  /** In order of the scanners. */
  public List<Tree> trees() {
    return List.copyOf(trees);
  }

  public Scanner of(Tree tree) {
    Scanner scanner = byTree.get(tree);
    if (scanner == null) {
      throw new IllegalArgumentException(tree + " is not among the opened trees " + trees);
    }
    return scanner;
  }

  public Scanner of(Stat stat) {
    return of(stat.source().tree());
  }

  /** Closes all, whatever one of them throws. */
  @Override
  public void close() {
    for (Scanner scanner : all) {
      try {
        scanner.close();
      } catch (RuntimeException | LinkageError e) {
        LOG.warn("What was opened of " + scanner.trees() + " could not be closed: " + e);
      }
    }
  }
}
