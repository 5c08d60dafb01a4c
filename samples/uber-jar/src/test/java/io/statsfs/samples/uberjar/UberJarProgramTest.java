package io.statsfs.samples.uberjar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The jars that docs/packaging.md tells how to make. */
class UberJarProgramTest {

  private static List<String> run(String jar, String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.add("-Dotel.instrumentation.statsfs.roots=/proc/vmstat");
    command.addAll(List.of(options));
    command.add("-jar");
    command.add(Path.of(System.getProperty("jars"), jar).toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines = new String(process.getInputStream().readAllBytes()).lines().toList();
    assertEquals(0, process.waitFor(), "" + lines);
    return lines;
  }

  @ParameterizedTest
  @ValueSource(strings = {"merged.jar", "minimized.jar"})
  void oneJarHasBothReadersAndExports(String jar) throws Exception {
    assertEquals(
        List.of("runs", "kernel statistics"),
        run(jar, "-Dotel.instrumentation.statsfs.reader=nio"),
        jar);
  }

  @Test
  void aReaderThatWasLostIsReported() throws Exception {
    List<String> lines = run("unmerged.jar");
    assertTrue(lines.contains("kernel statistics"), "" + lines);
    assertTrue(
        lines.stream().anyMatch(line -> line.contains("ServicesResourceTransformer")), "" + lines);
  }
}
