package io.statsfs.javaagent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.testkit.TestTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An SDK that is configured by a file, with the bridge and a reader on the class path. */
class DeclarativeConfigurationTest {
  private static final Map<String, Long> EXITS_OF_8 =
      Map.of("statsfs.kvm.exits{device=8-1, subsystem=kvm}", 7L);

  @TempDir private Path directory;
  private final TestTree tree = TestTree.inMemory();
  private Program program;

  @BeforeEach
  void setUp() throws IOException {
    program = new Program(directory);
    tree.stat("kvm/7-1/exits", 5).stat("kvm/7-1/halts", 6).stat("kvm/8-1/exits", 7).settle();
  }

  @AfterEach
  void cleanUp() {
    program.close();
    tree.close();
  }

  private List<String> runWithFile(String settings) throws Exception {
    Path file = directory.resolve("otel.yaml");
    Files.writeString(
        file,
        """
        file_format: "1.1"
        meter_provider:
          readers:
            - periodic:
                exporter:
                  otlp_http:
                    endpoint: %s
        instrumentation/development:
          java:
            statsfs:
        %s
        """
            .formatted(program.endpoint(), settings.indent(6)));
    program.run(
        AutoConfiguredApplication.class,
        Map.of(),
        "-Dotel.config.file=" + file,
        "-cp",
        Program.classPath(entry -> !entry.contains("opentelemetry-javaagent")));
    // Of whatever this machine has mounted.
    return new ArrayList<>(
        program.log().stream()
            .filter(l -> !l.contains("stats have no value") && !l.contains("the tree kvm is left"))
            .toList());
  }

  @Test
  void aConfigurationFileHasTheSameSettings() throws Exception {
    List<String> lines =
        runWithFile(
            """
            enabled: true
            roots: [%s]
            include: ["kvm/*/exits"]
            exclude: ["kvm/7-*"]
            reader: nio
            refresh_interval: 3600000
            read_timeout: 2000
            naming: statsfs
            counters: false
            own_metrics: false
            """
                .formatted(tree.root()));
    assertEquals(List.of(), lines);
    assertEquals(EXITS_OF_8, program.points());
  }

  /** So Spring passes what is in its application.yaml. */
  @Test
  void numbersAndBooleansMayBeTexts() throws Exception {
    List<String> lines =
        runWithFile(
            """
            enabled: "true"
            roots: ["%s"]
            include: ["kvm/*/exits"]
            exclude: ["kvm/7-*"]
            refresh_interval: "3600000"
            read_timeout: "2000"
            series_limit: "100"
            counters: "FALSE"
            own_metrics: "false"
            """
                .formatted(tree.root()));
    // The SDK warns of each, before it is asked for the text.
    lines.removeIf(line -> line.contains("because it is String instead of"));
    assertEquals(List.of(), lines);
    assertEquals(EXITS_OF_8, program.points());
  }

  @Test
  void aConfigurationFileNeedNotNameIt() throws Exception {
    assertEquals(List.of(), runWithFile("{}"));
    assertTrue(program.points().containsKey("statsfs.net.rx_bytes{device=lo}"));
  }

  @Test
  void aConfigurationFileCanDisableIt() throws Exception {
    assertEquals(List.of(), runWithFile("enabled: false"));
    assertEquals(Map.of(), program.points());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "counters: 3          | Invalid setting statsfs.counters. Expected true or false.",
        "refresh_interval: 5s | Invalid setting statsfs.refresh_interval. Expected a number of"
            + " milliseconds.",
        "roots: /sys          | Invalid setting statsfs.roots. Expected a list of texts."
      })
  void inAConfigurationFileTooWhatCannotBeDoneIsTold(String setting, String expected)
      throws Exception {
    List<String> lines = runWithFile(setting);
    String last = lines.get(lines.size() - 1);
    assertEquals("WARNING There will be no kernel statistics: " + expected, last, "" + lines);
    assertEquals(Map.of(), program.points());
  }

  @Test
  void inAConfigurationFileWhatIsNotKnownIsTold() throws Exception {
    List<String> lines = runWithFile("root: /sys\ninclude: [\"net/lo/*\"]");
    assertEquals(List.of("WARNING There is no setting statsfs.root; it is ignored."), lines);
    assertTrue(program.points().containsKey("statsfs.net.rx_bytes{device=lo}"));
  }
}
