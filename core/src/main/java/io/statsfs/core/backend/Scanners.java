package io.statsfs.core.backend;

import io.statsfs.Problem;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.spi.PrintableLog;
import io.statsfs.spi.Scanner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** What the backends have opened. Safe for use by several threads. */
public final class Scanners implements AutoCloseable {
  private static final PrintableLog LOG = new PrintableLog("io.statsfs");

  private final List<Scanner> all;
  private volatile Open open;

  /** Of several scanners with the same tree, the first has it. */
  public Scanners(List<Scanner> all) {
    this.all = List.copyOf(all);
    open = Open.of(all);
  }

  /**
   * What is open at some time.
   *
   * @param problems why other trees are not
   */
  private record Open(List<Tree> trees, Map<Tree, Scanner> byTree, List<Problem> problems) {
    static Open of(List<Scanner> all) {
      List<Tree> trees = new ArrayList<>();
      Map<Tree, Scanner> byTree = new HashMap<>();
      List<Problem> problems = new ArrayList<>();
      for (Scanner scanner : all) {
        problems.addAll(scanner.problems());
        for (Tree tree : scanner.trees()) {
          if (byTree.putIfAbsent(tree, scanner) == null) {
            trees.add(tree);
          }
        }
      }
      return new Open(List.copyOf(trees), byTree, List.copyOf(problems));
    }
  }

  /**
   * Has all look for trees that were not there before.
   *
   * @param failed told of what one of them throws
   * @return whether there are others now
   */
  boolean lookForTrees(BiConsumer<Scanner, Throwable> failed) {
    boolean isChanged = false;
    for (Scanner scanner : all) {
      try {
        isChanged |= scanner.lookForTrees();
      } catch (RuntimeException | Error e) {
        // Such as for lack of memory, or of a thread.
        failed.accept(scanner, e);
      }
    }
    if (isChanged) {
      List<Tree> before = open.trees;
      open = Open.of(all);
      return !open.trees.equals(before);
    }
    return false;
  }

  public List<Scanner> all() {
    return all;
  }

  /** In order of the scanners. */
  public List<Tree> trees() {
    return open.trees;
  }

  /** Why other trees are not open. */
  public List<Problem> problems() {
    return open.problems;
  }

  public Scanner of(Tree tree) {
    Scanner scanner = open.byTree.get(tree);
    if (scanner == null) {
      throw new IllegalArgumentException(tree + " is not among the opened trees " + trees());
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
