package io.statsfs.otel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Zero-code set-up in a JVM of its own: what a whole program exports, and what it logs. */
class ZeroCodeProgramTest {
  private static final Map<String, String> EXITS_OF_8 =
      Map.of("statsfs.kvm.exits{device=8-1, subsystem=kvm}", "int 7");

  @TempDir private Path directory;
  private final TestTree tree = TestTree.inMemory();
  private OtlpReceiver receiver;

  @BeforeEach
  void setUp() throws IOException {
    receiver = new OtlpReceiver();
    tree.stat("kvm/7-1/exits", 5).stat("kvm/7-1/halts", 6).stat("kvm/8-1/exits", 7).settle();
  }

  @AfterEach
  void cleanUp() {
    receiver.close();
    tree.close();
  }

  /** Runs it to its end; returns the lines of its log. */
  private List<String> run(
      Map<String, String> environment, Predicate<String> classPath, String... options)
      throws Exception {
    ChildJvm.Builder program =
        ChildJvm.of(ZeroCodeProgram.class)
            .options("-Djava.util.logging.SimpleFormatter.format=%4$s %5$s%6$s%n")
            .options(options)
            .classPath(
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                    .filter(classPath)
                    .collect(Collectors.joining(File.pathSeparator)));
    environment.forEach(program::environment);
    ChildJvm.Result result = program.run();
    assertEquals(0, result.exit(), "" + result);
    assertEquals("runs\n", result.output());
    return result.errors().lines().toList();
  }

  private Map<String, String> environment() {
    return Map.of(
        "OTEL_TRACES_EXPORTER", "none",
        "OTEL_LOGS_EXPORTER", "none",
        "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf",
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", receiver.metricsEndpoint(),
        "OTEL_INSTRUMENTATION_STATSFS_ROOTS", tree.root().toString(),
        "OTEL_INSTRUMENTATION_STATSFS_INCLUDE", "kvm/8-1/*",
        "OTEL_INSTRUMENTATION_STATSFS_OWN_METRICS", "false");
  }

  @Test
  void variablesConfigureItAndTheEndOfTheJvmExportsOnceMore() throws Exception {
    assertEquals(List.of(), run(environment(), entry -> true));
    assertEquals(EXITS_OF_8, receiver.points());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"caffeine", "statsfs-core|core/target", "reader-nio", "statsfs-api|/api/target"})
  void anArtifactThatIsMissingIsOneLineAndTheApplicationRuns(String missing) throws Exception {
    Predicate<String> others = entry -> !entry.matches(".*(" + missing + ").*");
    List<String> lines = run(environment(), others);
    assertEquals(1, lines.size(), "" + lines);
    assertTrue(lines.get(0).startsWith("WARNING There will be no kernel statistics"), "" + lines);
    assertEquals(Map.of(), receiver.points());
  }

  @Test
  void theWholeChainOfCausesIsInTheLine() throws Exception {
    // A class that is there and whose initializer fails for a reason of its own.
    Path broken = directory.resolve("broken");
    Path type = broken.resolve("io/statsfs/core/schema/SchemaCache.java");
    Files.createDirectories(type.getParent());
    Files.writeString(
        type,
        """
        package io.statsfs.core.schema;
        public final class SchemaCache {
          public static final SchemaCache SHARED = make();
          private static SchemaCache make() {
            throw new IllegalStateException("first", new java.io.IOException("no\\nspace"));
          }
        }
        """);
    assertEquals(
        0,
        javax.tools.ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", broken.toString(), type.toString()));
    List<String> lines = run(environment(), entry -> true, "-Xbootclasspath/a:" + broken);
    assertEquals(1, lines.size(), "" + lines);
    assertTrue(lines.get(0).contains("IllegalStateException: first"), "" + lines);
    assertTrue(lines.get(0).contains("IOException: no\\u000aspace"), "" + lines);
  }
}
