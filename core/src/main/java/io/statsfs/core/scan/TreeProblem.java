package io.statsfs.core.scan;

import io.statsfs.Problem;
import io.statsfs.Tree;
import java.nio.file.Path;

/**
 * A problem of a tree, and what it is a case of.
 *
 * @param cause equal for all problems of a tree that have one cause, whatever file and whatever
 *     numbers are in their messages; one of them is logged
 */
public record TreeProblem(Tree tree, String cause, Problem problem) {

  public TreeProblem(Tree tree, Problem.Kind kind, String cause, Path path, String message) {
    this(tree, cause, Problem.builder(kind, message).tree(tree).path(path).build());
  }
}
