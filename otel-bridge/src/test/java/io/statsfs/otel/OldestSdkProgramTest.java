package io.statsfs.otel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.statsfs.testkit.process.ChildJvm;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The oldest SDK that is supported, whose jars the build puts into a directory. */
class OldestSdkProgramTest {

  @Test
  void theOldestSdkThatIsSupportedWorks() throws Exception {
    String classPath =
        Stream.concat(
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                    .filter(entry -> !entry.contains("io/opentelemetry/")),
                jars())
            .collect(Collectors.joining(File.pathSeparator));
    ChildJvm.Result result =
        ChildJvm.of(OldestSdkProgram.class)
            .options("-Djava.util.logging.SimpleFormatter.format=%4$s %5$s%6$s%n")
            .classPath(classPath)
            .run();
    assertEquals(0, result.exit(), "" + result);
    // With reusable data it may lose some, which docs/zero-code.md says.
    assertEquals(
        List.of("exits: 5", "ok: 1", "exits: 9.223372036854776E18", "lost, immutable data: 0"),
        result.output().lines().limit(4).toList(),
        "" + result);
  }

  private static Stream<String> jars() throws Exception {
    try (Stream<Path> jars = Files.list(Path.of(System.getProperty("oldest.sdk")))) {
      return jars.map(Path::toString).toList().stream();
    }
  }
}
