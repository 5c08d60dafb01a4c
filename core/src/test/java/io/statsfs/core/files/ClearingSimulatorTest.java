package io.statsfs.core.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Stat;
import io.statsfs.StatClearException;
import io.statsfs.StatClearException.Reason;
import io.statsfs.StatsFs;
import io.statsfs.testkit.StatsFsSimulator;
import io.statsfs.testkit.StatsFsSimulatorExtension;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clearing on what behaves as statsfs does, as an application would. */
@ExtendWith(StatsFsSimulatorExtension.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClearingSimulatorTest {
  private final StatsFsSimulator simulator;

  ClearingSimulatorTest(StatsFsSimulator simulator) {
    this.simulator = simulator;
  }

  private StatsFs open() {
    return StatsFs.builder()
        .root(simulator.root())
        .refreshInterval(Duration.ZERO)
        .allowClearing()
        .build();
  }

  private static Stat stat(StatsFs fs, String device, String name) {
    return fs.catalog().get("kvm", device, name);
  }

  private static StatClearException refused(Reason reason, StatsFs fs, Stat stat) {
    StatClearException e = assertThrows(StatClearException.class, () -> fs.clear(stat));
    assertEquals(reason, e.reason(), e.getMessage());
    return e;
  }

  private String value(String path) {
    return simulator.command("value " + path).replace("\"", "").replace("\\n", "");
  }

  /** How many, and what was written. */
  private String writes(String path) {
    return simulator.command("writes " + path).replace("\"", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"new", "old"})
  void oneZeroIsWrittenWhateverTheParser(String parser) {
    simulator
        .source("kvm/1")
        .stat("kvm/1/exits", "u64", "cumulative", "value=18446744073709551615")
        .stat("kvm/1/other", "s64", "cumulative", "value=-5")
        .command("parser " + parser);
    try (StatsFs fs = open()) {
      fs.clear(stat(fs, "1", "exits"));
      assertEquals("1 0", writes("kvm/1/exits"));
      assertEquals(0, fs.readLong(stat(fs, "1", "exits")));
      assertEquals(-5, fs.readLong(stat(fs, "1", "other")));
      assertEquals("0", writes("kvm/1/other"));
      assertEquals(0, simulator.opens("kvm/1/exits").now());
    }
  }

  @ParameterizedTest
  @CsvSource({"u8, 200", "s8, -100", "s64, -9223372036854775808", "bool, 1"})
  void everyTypeOfIntegerIsCleared(String type, String value) {
    simulator.source("kvm").stat("kvm/a", type, "cumulative", "value=" + value);
    try (StatsFs fs = open()) {
      fs.clear(stat(fs, "", "a"));
      assertEquals("1 0", writes("kvm/a"));
      assertEquals("0", value("kvm/a"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"on", "off"})
  void withSchemasAndWithoutTheKernelsModesAreKept(String schema) {
    simulator.command("schema " + schema);
    simulator
        .source("kvm")
        .stat("kvm/counter", "u64", "cumulative", "value=5")
        .stat("kvm/gauge", "u64", "floating", "value=6")
        .stat("kvm/float", "float", "floating", "value=1.5")
        .stat("kvm/undescribed", "u64", "cumulative", "value=7", "undescribed");
    try (StatsFs fs = open()) {
      fs.clear(stat(fs, "", "counter"));
      fs.clear(stat(fs, "", "undescribed"));
      refused(Reason.NOT_CLEARABLE, fs, stat(fs, "", "gauge"));
      refused(Reason.NOT_CLEARABLE, fs, stat(fs, "", "float"));
      assertEquals("0", value("kvm/counter"));
      assertEquals("0", value("kvm/undescribed"));
      assertEquals("0", writes("kvm/gauge"));
      assertEquals("0", writes("kvm/float"));
    }
  }

  @Test
  void clearingAnAggregateZeroesWhatItSums() {
    simulator
        .source("kvm/1")
        .source("kvm/2")
        .stat("kvm/1/exits", "u64", "cumulative", "value=5")
        .stat("kvm/1/other", "u64", "cumulative", "value=5")
        .stat("kvm/2/exits", "u64", "cumulative", "value=6")
        .stat("kvm/exits", "u64", "cumulative", "aggregate=sum");
    try (StatsFs fs = open()) {
      assertEquals(11, fs.readLong(stat(fs, "", "exits")));
      fs.clear(stat(fs, "", "exits"));
      assertEquals(0, fs.readLong(stat(fs, "", "exits")));
      assertEquals(0, fs.readLong(stat(fs, "1", "exits")));
      assertEquals(0, fs.readLong(stat(fs, "2", "exits")));
      assertEquals(5, fs.readLong(stat(fs, "1", "other")));
    }
  }

  @Test
  void enumIsNeverWrittenToForThatCanHang() {
    simulator.source("kvm").stat("kvm/state", "enum", "cumulative", "texts=RUNNABLE,HALTED");
    try (StatsFs fs = open()) {
      StatClearException e = refused(Reason.NOT_CLEARABLE, fs, stat(fs, "", "state"));
      assertTrue(e.getMessage().contains("can hang the kernel"), e.getMessage());
      assertEquals("0", writes("kvm/state"));
      assertEquals("0", simulator.command("hanging"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "open, EACCES, DENIED, permission denied",
    "read, EIO, FAILED, Input/output error",
    "write, EACCES, DENIED, permission denied",
    "write, EPERM, DENIED, lockdown",
    "write, EROFS, DENIED, mount it read-write",
    "write, EINVAL, FAILED, Invalid argument",
    "write, ENOENT, GONE, does not exist",
    "write, ENODEV, GONE, No such device"
  })
  void errorsOfTheSystemCallsAreTold(String call, String errno, Reason reason, String why) {
    simulator.source("kvm").stat("kvm/a", "u64", "cumulative", "value=5");
    try (StatsFs fs = open()) {
      Stat stat = stat(fs, "", "a");
      simulator.command("fail kvm/a " + call + " " + errno);
      StatClearException e = refused(reason, fs, stat);
      assertTrue(e.getMessage().contains(why), e.getMessage());
      assertTrue(e.getMessage().contains(stat.origin()), e.getMessage());
      assertEquals("5", value("kvm/a"));
    }
  }

  @Test
  void sourceThatVanishedOrCameAgainIsNotCleared() {
    simulator.source("kvm/1").stat("kvm/1/a", "u64", "cumulative", "value=5");
    try (StatsFs fs = open()) {
      Stat stat = stat(fs, "1", "a");
      simulator.remove("kvm/1");
      refused(Reason.GONE, fs, stat);
      simulator.source("kvm/1").stat("kvm/1/a", "u64", "cumulative", "value=6");
      refused(Reason.GONE, fs, stat);
      assertEquals("6", value("kvm/1/a"));
      fs.refresh();
      fs.clear(stat(fs, "1", "a"));
      assertEquals("0", value("kvm/1/a"));
    }
  }

  @Test
  void schemasAreNotOpenedForIt() {
    simulator.source("kvm/1").stat("kvm/1/a", "u64", "cumulative", "value=5");
    try (StatsFs fs = open()) {
      String schemas = simulator.command("schemas");
      fs.clear(stat(fs, "1", "a"));
      assertEquals(schemas, simulator.command("schemas"));
    }
  }
}
