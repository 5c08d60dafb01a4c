package io.statsfs.otel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.statsfs.testkit.process.ChildJvm;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The SDK visits meters in the order of a hash, which differs from JVM to JVM. */
class OwnMetricsProgramTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void theMetricsOfTheBridgeDescribeTheCollectionThatTheyArePartOf(int hashCode) throws Exception {
    ChildJvm.Result result =
        ChildJvm.of(OwnMetricsProgram.class)
            .options("-XX:+UnlockExperimentalVMOptions", "-XX:hashCode=" + hashCode)
            .run();
    assertEquals(0, result.exit(), "" + result);
    assertEquals(
        List.of(
            "0 points, 0 ok, 0 in words, 0 sources, duration true",
            "0 points, 0 ok, 1 in words, 1 sources, duration true",
            "0 points, 0 ok, 2 in words, 2 sources, duration true",
            "0 points, 0 ok, 3 in words, 3 sources, duration true"),
        result.output().lines().toList());
  }
}
