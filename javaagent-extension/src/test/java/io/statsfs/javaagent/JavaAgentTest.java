package io.statsfs.javaagent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The jar as an extension of the OpenTelemetry Java agent, in a JVM of its own. */
class JavaAgentTest {
  private static final Map<String, Long> EXITS_OF_8 =
      Map.of("statsfs.kvm.exits{device=8-1, subsystem=kvm}", 7L);

  private final TestTree tree = TestTree.inMemory();
  private final Map<String, String> environment = new HashMap<>();
  private Program program;

  @BeforeEach
  void setUp(@TempDir Path directory) throws IOException {
    program = new Program(directory);
    tree.stat("kvm/7-1/exits", 5).stat("kvm/8-1/exits", 7).settle();
    environment.put("OTEL_METRIC_EXPORT_INTERVAL", "100");
    environment.put("OTEL_TRACES_EXPORTER", "none");
    environment.put("OTEL_LOGS_EXPORTER", "none");
    environment.put("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", program.endpoint());
    environment.put("OTEL_INSTRUMENTATION_STATSFS_ROOTS", tree.root().toString());
    environment.put("OTEL_INSTRUMENTATION_STATSFS_INCLUDE", "kvm/8-1/*");
  }

  @AfterEach
  void cleanUp() {
    program.close();
    tree.close();
  }

  /** The application checks that the log manager is still its own choice. */
  private void runUntil(BooleanSupplier until) throws Exception {
    program.run(
        Application.class,
        environment,
        until,
        "-javaagent:"
            + Program.classPath(entry -> entry.matches(".*/opentelemetry-javaagent-\\d[^/]*")),
        "-Dotel.javaagent.extensions=" + System.getProperty("extension.jar"),
        "-cp",
        Program.classPath(entry -> entry.endsWith("test-classes")));
  }

  private List<String> linesOfStatsfs() {
    return program.log().stream()
        .filter(l -> l.matches(".*(statsfs|kernel statistics).*"))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "jni"})
  void theStatsArriveThroughEachReader(String reader) throws Exception {
    environment.put("OTEL_INSTRUMENTATION_STATSFS_READER", reader);
    runUntil(() -> !program.points().isEmpty());
    assertEquals(EXITS_OF_8, program.points(), "" + program.log());
    assertEquals(List.of(), linesOfStatsfs());
  }

  @Test
  void whatCannotBeHadIsOneLine() throws Exception {
    environment.put("OTEL_INSTRUMENTATION_STATSFS_ROOTS", "/nowhere");
    runUntil(() -> !linesOfStatsfs().isEmpty());
    assertEquals(Map.of(), program.points());
    assertEquals(1, linesOfStatsfs().size(), "" + program.log());
    assertTrue(linesOfStatsfs().get(0).contains("/nowhere"), "" + program.log());
  }

  @Test
  void aConfigurationFileHasTheSameSettings(@TempDir Path directory) throws Exception {
    environment.keySet().removeIf(name -> name.contains("STATSFS"));
    Path file = directory.resolve("otel.yaml");
    Files.writeString(
        file,
        """
        file_format: "1.1"
        meter_provider:
          readers:
            - periodic:
                interval: 100
                exporter:
                  otlp_http:
                    endpoint: %s
        instrumentation/development:
          java:
            statsfs:
              roots: [%s]
              include: ["kvm/8-1/*"]
        """
            .formatted(program.endpoint(), tree.root()));
    environment.put("OTEL_CONFIG_FILE", file.toString());
    runUntil(() -> !program.points().isEmpty());
    assertEquals(EXITS_OF_8, program.points(), "" + program.log());
  }
}
