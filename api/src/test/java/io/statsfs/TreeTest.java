package io.statsfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a tree and a problem say of themselves, be they of files or not. */
class TreeTest {
  private static final Layout LAYOUT = Layout.builder("guests").build();
  private static final Path ROOT = Path.of("/a");

  @Test
  void aTreeOfFilesComesFromItsRoot() {
    Tree tree = Tree.builder(LAYOUT).root(ROOT).fileSystemType("tmpfs").build();
    assertEquals("guests", tree.name());
    assertEquals("files", tree.backend());
    assertEquals("/a", tree.origin());
    assertEquals("/a (guests on tmpfs)", tree.toString());
    assertEquals(tree, Tree.builder(LAYOUT).root(ROOT).fileSystemType("tmpfs").build());
    assertNotEquals(tree, Tree.builder(LAYOUT).root(ROOT).fileSystemType("proc").build());
  }

  @Test
  void aTreeOfAnotherBackendHasNoRoot() {
    Tree tree = Tree.builder(LAYOUT).backend("ioctl").origin("/dev/kvm").build();
    assertEquals(Optional.empty(), tree.root());
    assertEquals("ioctl", tree.backend());
    assertEquals("/dev/kvm (guests)", tree.toString());
    assertEquals("guests", Tree.builder(LAYOUT).backend("ioctl").build().origin());
  }

  @Test
  void aProblemIsOfItsTree() {
    Tree tree = Tree.builder(LAYOUT).backend("ioctl").origin("/dev/kvm").build();
    Problem problem =
        Problem.builder(Problem.Kind.NOT_READABLE, "why").tree(tree).place("guest 7").build();
    assertEquals(Optional.of(tree), problem.tree());
    assertEquals("guests", problem.treeName());
    assertEquals("ioctl", problem.backend());
    assertEquals("guest 7: why", problem.toString());
    assertEquals(
        problem,
        Problem.builder(Problem.Kind.NOT_READABLE, "why").tree(tree).place("guest 7").build());
    assertNotEquals(
        problem, Problem.builder(Problem.Kind.GONE, "why").tree(tree).place("guest 7").build());
  }

  @Test
  void aProblemMayBeOfNoTreeAndNoPlace() {
    Problem problem = Problem.builder(Problem.Kind.NOT_OPENED, "why\u0007").build();
    assertEquals("why\\u0007", problem.toString());
    assertEquals("", problem.treeName());
    assertEquals(Optional.empty(), problem.path());
  }
}
