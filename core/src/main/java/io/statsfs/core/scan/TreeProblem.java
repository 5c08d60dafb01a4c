package io.statsfs.core.scan;

import io.statsfs.Catalog;
import io.statsfs.Tree;
import java.nio.file.Path;

/**
 * A problem of a catalog, and what it is a case of.
 *
 * @param cause equal for all problems of a tree that have one cause, whatever file and whatever
 *     numbers are in their messages; one of them is logged
 */
public record TreeProblem(Tree tree, String cause, Catalog.Problem problem) {

  public TreeProblem(Tree tree, String cause, Path path, String message) {
    this(tree, cause, new Catalog.Problem(path, message));
  }
}
