package io.statsfs.core.mounts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadEffectsTest {

  @ParameterizedTest
  @CsvSource({
    "proc, /kmsg",
    "proc, kmsg",
    "proc, /acpi/event",
    "proc, /self/net/rpc/auth.unix.ip/channel",
    "proc, /sys/vm/stat_refresh",
    "proc, /kcore",
    "proc, /1/mem",
    "proc, /bus/pci/00/1f.3",
    "proc, /bus/pci/0000:00/1f.3",
    "sysfs, /devices/pci0000:00/0000:00:1f.3/config",
    "sysfs, /devices/pci0000:00/0000:00:1f.3/resource0",
    "sysfs, /devices/pci0000:00/0000:00:1f.3/resource2_wc",
    "sysfs, /devices/pci0000:00/0000:00:1f.3/vpd",
    "sysfs, /class/pci_bus/0000:00/legacy_io",
    "sysfs, /class/zram-control/hot_add",
    "tracefs, /trace_pipe",
    "tracefs, /per_cpu/cpu1/trace_pipe",
    "tracefs, /per_cpu/cpu1/trace_pipe_raw",
    "tracefs, /per_cpu/cpu1/snapshot_raw",
    "tracefs, /instances/x/per_cpu/cpu1/trace_pipe_raw",
    "debugfs, /tracing/trace_pipe",
    "debugfs, /block/sda/trace0",
    "debugfs, /usb/usbmon/0u",
    "debugfs, /hid/0003:046D:C52B.0001/events",
    "debugfs, /ras/daemon_active",
    "debugfs, /dri/0/amdgpu_gpu_recover",
    "debugfs, /dri/0000:03:00.0/amdgpu_evict_vram",
    "debugfs, /dri/0/gt0/force_reset",
    "debugfs, /dri/1/crtc-0/crc/data",
    "debugfs, /ieee80211/phy0/ath9k/spectral_scan0",
    "debugfs, /regmap/1-0040/registers",
    "securityfs, /tomoyo/audit",
    "xenfs, /xenbus",
    "functionfs, /ep1",
    "unknown, /somewhere/proc/kmsg",
    "unknown, /somewhere/trace_pipe",
  })
  void readingThemDoesSomething(String type, String path) {
    assertTrue(ReadEffects.mayBeOn(FileSystemType.of(type)));
    assertTrue(ReadEffects.has(FileSystemType.of(type), path));
    assertTrue(ReadEffects.mayBe(FileSystemType.of(type), path));
    assertTrue(ReadEffects.mayBe(FileSystemType.of(type), path.replaceFirst(".*/", "")));
  }

  @ParameterizedTest
  @CsvSource({
    "proc, /vmstat",
    "proc, /sys/vm/swappiness",
    "proc, /sys/kernel/printk",
    "proc, /1/status",
    "proc, /bus/pci/devices",
    "proc, /net/rpc/nfs",
    "sysfs, /class/net/lo/statistics/rx_bytes",
    "sysfs, /devices/pci0000:00/0000:00:1f.3/vendor",
    "sysfs, /devices/pci0000:00/0000:00:1f.3/config/x",
    "sysfs, /x/config",
    "sysfs, /kernel/kmsg",
    "tracefs, /trace",
    "tracefs, /per_cpu/cpu0/stats",
    "debugfs, /kvm/exits",
    "debugfs, /kvm/12-3/halt_wait_ns",
    "debugfs, /block/sda/state",
    "debugfs, /ras/x",
    "debugfs, /kmsg",
    "tmpfs, /kmsg",
    "tmpfs, /trace_pipe",
    "statsfs, /kvm/trace_pipe",
    "cgroup2, /memory.peak",
    "unknown, /somewhere/config",
  })
  void othersMayBeRead(String type, String path) {
    assertEquals(false, ReadEffects.has(FileSystemType.of(type), path));
  }

  @Test
  void longPathsAreJudgedInReasonableTime() {
    String path = "/a".repeat(100_000) + "/dri/0".repeat(1000);
    Assertions.assertTimeout(
        Duration.ofSeconds(20),
        () -> assertEquals(false, ReadEffects.has(FileSystemType.of("debugfs"), path)));
  }
}
