package io.statsfs.reader.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Sampler;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Await;
import io.statsfs.testkit.process.ChildJvm;
import io.statsfs.testkit.process.OpenFiles;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A JVM that checks each use of JNI has nothing to say. */
class CheckedJniTest {

  @Test
  void nothingIsWrongWithTheUseOfJni() throws Exception {
    ChildJvm.Result result =
        ChildJvm.of(CheckedJniTest.class)
            .options(NativeLibraryTest.NATIVE_ACCESS)
            .options("-Xcheck:jni")
            .run();
    String all = result.output() + result.errors();
    assertEquals(0, result.exit(), all);
    assertFalse(all.contains("WARNING") || all.contains("FATAL"), all);
    assertEquals("done\n", all);
  }

  /** Calls each native function, in every way that there is. */
  public static void main(String[] args) throws Exception {
    String decimal = "3." + "14159265358979323846".repeat(5) + "\n";
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      lines.append("name").append(i).append(' ').append(decimal);
    }
    try (TestTree tree = TestTree.inMemory().stat("flat", lines.toString());
        StatsFs fs = open(tree.path("flat"), Path.of("/sys/class/net"), Path.of("/proc/vmstat"))) {
      for (int i = 0; i < 100; i++) {
        tree.stat("tree/sub" + i % 7 + "/dev/stat" + i, i % 2 == 0 ? decimal : "" + i);
      }
      StatFilter filter =
          StatFilter.subsystem("vmstat")
              .or(StatFilter.subsystem("flat"))
              .or(StatFilter.device("lo"));
      for (int i = 0; i < 50; i++) {
        try (StatsFs other = open(tree.path("tree"));
            Sampler sampler = fs.sampler(filter);
            Sampler decimals = other.sampler()) {
          for (int sample = 0; sample < 3; sample++) {
            sampler.sample();
            decimals.sample();
            check(sampler.count(Status.OK) == sampler.size());
            check(decimals.count(Status.OK) == 100);
            check(decimals.isDouble(0) && decimals.doubleValue(0) == 3.141592653589793);
            tree.stat("tree/sub0/dev/stat-" + i + "-" + sample, decimal);
          }
          other.refresh();
          decimals.sample();
          check(decimals.count(Status.OK) == 103);
          for (int sample = 0; sample < 3; sample++) {
            tree.remove("tree/sub0/dev/stat-" + i + "-" + sample);
          }
        }
      }
      check(Native.open(Native.address(java.nio.ByteBuffer.allocateDirect(12)), 11, 0) == -22);
      fs.sampler(filter).sample();
      Path statistics = Path.of("/sys/class/net/lo/statistics").toRealPath();
      Await.collected(() -> OpenFiles.below(statistics).isEmpty(), () -> "not collected");
    }
    System.out.println("done");
  }

  private static StatsFs open(Path... roots) {
    StatsFs.Builder builder = StatsFs.builder().reader("jni").refreshInterval(Duration.ZERO);
    for (Path root : roots) {
      builder.root(root);
    }
    return builder.build();
  }

  private static void check(boolean right) {
    assertTrue(right);
  }
}
