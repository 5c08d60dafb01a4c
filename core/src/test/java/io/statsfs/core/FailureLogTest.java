package io.statsfs.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.Tree;
import io.statsfs.core.backend.Problems;
import io.statsfs.spi.Alarm;
import io.statsfs.testkit.process.LogCapture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a failure is logged, and when it is logged again. */
class FailureLogTest {
  private static final Tree A =
      Tree.builder(Layout.statsfs()).root(Path.of("/a")).fileSystemType("statsfs").build();
  private static final Tree B =
      Tree.builder(Layout.statsfs()).root(Path.of("/b")).fileSystemType("statsfs").build();

  private final LogCapture lines = new LogCapture();
  private Duration now = Duration.ZERO;
  private final FailureLog log = new FailureLog(() -> now.toNanos());

  @AfterEach
  void release() {
    lines.close();
  }

  private static Problem problem(Tree tree, String cause, String name) {
    Path path = tree.root().orElseThrow().resolve(name);
    return Problems.of(tree, Problem.Kind.NOT_READABLE, cause, path, cause);
  }

  private void pass(Duration duration) {
    now = now.plus(duration);
  }

  @Test
  void eachTreeAndCauseIsLoggedOnce() {
    List<Problem> problems =
        new ArrayList<>(
            List.of(
                problem(A, "denied", "x"),
                problem(A, "denied", "y"),
                problem(B, "denied", "x"),
                problem(A, "links", "x")));
    for (int i = 0; i < 3; i++) {
      log.problems(problems);
      pass(Duration.ofHours(1));
    }
    // Others of a cause that is known already.
    problems.add(problem(B, "denied", "y"));
    problems.remove(0);
    log.problems(problems);
    assertEquals(
        List.of(
            "/a/x: denied (and 1 more like it in Catalog.problems())",
            "/b/x: denied",
            "/a/x: links"),
        lines.lines());
  }

  @Test
  void whatComesBackIsLoggedAgainAfterMinutesWithoutIt() {
    List<Problem> problems = List.of(problem(A, "denied", "x"));
    for (int i = 0; i < 3; i++) {
      log.problems(problems);
      log.problems(List.of());
      pass(Alarm.QUIET.minusSeconds(1));
      log.problems(List.of());
      log.problems(problems);
      assertEquals(1, lines.lines().size(), "it was away too short");
    }
    log.problems(List.of());
    pass(Alarm.QUIET);
    log.problems(problems);
    assertEquals(2, lines.lines().size());
    log.problems(List.of());
    for (int i = 0; i < 10; i++) {
      pass(Duration.ofMinutes(1));
      log.problems(List.of());
    }
    log.problems(problems);
    assertEquals(3, lines.lines().size());
  }

  @Test
  void whatIsLookedAtSeldomIsNotTakenForWell() {
    for (int i = 0; i < 3; i++) {
      log.problems(List.of(problem(A, "denied", "x")));
      pass(Duration.ofHours(1));
    }
    assertEquals(1, lines.lines().size());
  }

  @Test
  void otherFailuresAreKnownByWhatFails() {
    Object one = new Object();
    for (int i = 0; i < 3; i++) {
      log.failed(one, "one " + i);
      log.problems(List.of());
      pass(Duration.ofHours(1));
    }
    log.failed("two", "two");
    assertEquals(List.of("one 0", "two"), lines.lines());
    log.recovered(one);
    pass(Duration.ofHours(1));
    log.failed(one, "one again");
    assertEquals("one again", lines.lines().get(2));
  }

  @Test
  void linesAreBounded() {
    for (int i = 0; i < 2000; i++) {
      log.failed(i, "failure " + i);
    }
    assertEquals(501, lines.lines().size());
  }
}
