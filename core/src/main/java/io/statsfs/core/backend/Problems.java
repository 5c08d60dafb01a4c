package io.statsfs.core.backend;

import io.statsfs.Problem;
import io.statsfs.Tree;
import java.nio.file.Path;

/** Makes problems of trees. */
public final class Problems {
  private Problems() {}

  /** Of a tree as a whole. */
  public static Problem of(Tree tree, Problem.Kind kind, String cause, String message) {
    Problem.Builder problem = Problem.builder(kind, message).tree(tree).cause(cause);
    return tree.root().map(problem::path).orElseGet(() -> problem.place(tree.origin())).build();
  }

  /** Of a file or directory. */
  public static Problem of(Tree tree, Problem.Kind kind, String cause, Path path, String message) {
    return Problem.builder(kind, message).tree(tree).cause(cause).path(path).build();
  }
}
