package io.statsfs;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class StatsFsTest {

  @Test
  void withoutAnImplementationTheArtifactIsNamed() {
    for (Executable entry :
        List.<Executable>of(
            StatsFs::builder, StatsFs::open, () -> StatsFs.open(Path.of("/sys/kernel/stats")))) {
      StatsFsException e = assertThrows(StatsFsException.class, entry);
      assertTrue(e.getMessage().contains("io.statsfs:statsfs-reader-nio"), e.getMessage());
      assertTrue(e.getMessage().contains("io.statsfs:statsfs-core"), e.getMessage());
    }
  }
}
