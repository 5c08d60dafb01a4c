package io.statsfs.otel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.statsfs.testkit.StatsFsSimulator;
import io.statsfs.testkit.StatsFsSimulatorExtension;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left of this library in a server that deploys an application again and again. */
class RedeployTest {

  private static String run(String how, Path root) throws IOException, InterruptedException {
    // What is softly reachable would go only when the memory is short.
    ChildJvm.Result result =
        ChildJvm.of(RedeployProgram.class)
            .options("-XX:SoftRefLRUPolicyMSPerMB=0")
            .run(how, root.toString());
    assertEquals(0, result.exit(), "" + result);
    return result.output();
  }

  @ParameterizedTest
  @ValueSource(strings = {"war", "shared"})
  void nothingIsLeftOfApplicationsThatWereStopped(String how) throws Exception {
    try (TestTree tree = TestTree.inMemory().stat("kvm/7-1/exits", 5)) {
      tree.schema("kvm/7-1", "METRIC\nNAME exits\nFLAG CUMULATIVE\nTYPE INT\nDESC d\n\n");
      assertEquals("threads=[]\nloaders=0\n", run(how, tree.root()));
    }
  }

  /** With the library in the server, a thread that hangs belongs to the server. */
  @Test
  @Tag("faults")
  @ExtendWith(StatsFsSimulatorExtension.class)
  void aFileThatHangsKeepsNoApplication(StatsFsSimulator simulator) throws Exception {
    simulator.source("kvm").source("kvm/7-1").source("kvm/8-1");
    simulator.stat("kvm/7-1/exits", "u64", "cumulative").stat("kvm/8-1/exits", "u64", "cumulative");
    simulator.hang("kvm/8-1/exits");
    String output = run("shared", simulator.root());
    assertEquals("loaders=0", output.lines().reduce((first, last) -> last).orElseThrow(), output);
  }
}
