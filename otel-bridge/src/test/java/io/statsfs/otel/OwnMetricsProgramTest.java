package io.statsfs.otel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The SDK visits meters in the order of a hash, which differs from JVM to JVM. */
class OwnMetricsProgramTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void theMetricsOfTheBridgeDescribeTheCollectionThatTheyArePartOf(int hashCode) throws Exception {
    Process process =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UnlockExperimentalVMOptions",
                "-XX:hashCode=" + hashCode,
                "-cp",
                System.getProperty("java.class.path"),
                OwnMetricsProgram.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> lines = new String(process.getInputStream().readAllBytes()).lines().toList();
    assertEquals(0, process.waitFor());
    assertEquals(
        List.of(
            "0 points, 0 ok, 0 in words, 0 sources, duration true",
            "0 points, 0 ok, 1 in words, 1 sources, duration true",
            "0 points, 0 ok, 2 in words, 2 sources, duration true",
            "0 points, 0 ok, 3 in words, 3 sources, duration true"),
        lines);
  }
}
