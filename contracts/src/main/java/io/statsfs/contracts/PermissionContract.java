package io.statsfs.contracts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.ChildJvm;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Part of {@link ReaderContract}: what the process may not read. */
abstract class PermissionContract extends BatchContract {

  @Test
  void filesThatTheProcessMayNotReadAreDeniedAndTheOthersRead() throws Exception {
    try (TestTree tree = TestTree.inMemory().permissions("", "rwxr-xr-x")) {
      Map<String, String> expected = distinctValues(tree, 3, 6);
      expected.put("sub/dev1/part1/stat0", "DENIED 13");
      expected.put("sub/dev1/part1/stat3", "DENIED 13");
      expected.put("sub/dev2/part2/stat5", "DENIED 13");
      expected.forEach(
          (path, outcome) ->
              tree.permissions(path, outcome.equals("DENIED 13") ? "-w-------" : "r--r--r--"));
      try (ChildJvm process = unprivileged(tree.root())) {
        assertEquals(expected, process.answer("sample"));
        tree.permissions("sub/dev1/part1/stat3", "r--r--r--");
        expected.put("sub/dev1/part1/stat3", "10");
        assertEquals(expected, process.answer("refresh"));
        tree.permissions("sub/dev1/part1/stat3", "---------");
        expected.put("sub/dev1/part1/stat3", "DENIED 13");
        assertEquals(expected, process.answer("sample"));
        assertEquals(expected, process.answer("refresh"));
      }
    }
  }

  @Test
  void directoriesThatAreClosedWhileSamplingMakeTheirStatsDeniedUntilTheyAreOpenAgain()
      throws Exception {
    try (TestTree tree = TestTree.inMemory().permissions("", "rwxr-xr-x")) {
      Map<String, String> expected = distinctValues(tree, 3, 2);
      try (ChildJvm process = unprivileged(tree.root())) {
        assertEquals(expected, process.answer("sample"));
        Map<String, String> denied = new TreeMap<>(expected);
        denied.replaceAll((path, value) -> path.contains("part1") ? "DENIED 13" : value);
        tree.permissions("sub/dev1/part1", "---------");
        assertEquals(denied, process.answer("sample"));
        // Nobody can see what became of them.
        assertEquals(denied, process.answer("refresh"));
        // A reader that holds a directory may go on below it, and must not lose its stats.
        tree.permissions("", "---------");
        for (Map<String, String> outcomes :
            List.of(process.answer("sample"), process.answer("refresh"))) {
          assertEquals(expected.keySet(), outcomes.keySet());
          outcomes.forEach(
              (path, outcome) ->
                  assertTrue(
                      outcome.equals("DENIED 13") || outcome.equals(denied.get(path)),
                      path + " " + outcome));
        }
        tree.permissions("", "rwxr-xr-x").permissions("sub/dev1/part1", "rwxr-xr-x");
        assertEquals(expected, process.answer("refresh"));
        assertEquals(expected, process.answer("sample"));
      }
    }
  }
}
