package io.statsfs.reader.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.testkit.process.ChildJvm;
import org.junit.jupiter.api.Test;

/** Runs {@link StressProgram}, longer if the environment says so. */
class StressTest {

  @Test
  void nothingCrashesNoValueIsWrongAndEverythingIsGivenBack() throws Exception {
    String environment = System.getenv().getOrDefault("STATSFS_STRESS_SECONDS", "10");
    String seconds = System.getProperty("statsfs.stress.seconds", environment);
    // A heap that does not grow, so that what grows is something else's.
    ChildJvm.Result result =
        ChildJvm.of(StressProgram.class)
            .options(NativeLibraryTest.NATIVE_ACCESS)
            .options("-Xcheck:jni", "-Xms96m", "-Xmx96m", "-XX:+AlwaysPreTouch", "-Xss512k")
            .run(seconds);
    assertEquals(0, result.exit(), result.toString());
    assertTrue(result.output().endsWith("passed\n"), result.toString());
    assertEquals("", result.errors());
    System.out.println("stress for " + seconds + " s: " + result.output().replace('\n', ' '));
  }
}
