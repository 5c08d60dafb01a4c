package io.statsfs.samples.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.statsfs.Sampler;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.testkit.StatsFsSimulator;
import io.statsfs.testkit.StatsFsSimulatorExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(StatsFsSimulatorExtension.class)
class SimulatedHostTest {
  @Test
  void aMachineEnds(StatsFsSimulator simulator) {
    simulator.source("kvm/1874-12").stat("kvm/1874-12/exits", "u64", "cumulative", "value=5");
    try (StatsFs fs = StatsFs.open(simulator.root());
        Sampler sampler = fs.sampler()) {
      sampler.sample();
      assertEquals(5, sampler.longValue(0));

      simulator.fail("kvm/1874-12/exits", "EIO");
      sampler.sample();
      assertEquals(5, sampler.errno(0)); // FAILED once it has lasted for a second

      simulator.remove("kvm/1874-12");
      sampler.sample();
      assertEquals(Status.GONE, sampler.status(0));
    }
  }
}
