package io.statsfs.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Stat;
import io.statsfs.Stat.Kind;
import io.statsfs.testkit.TestTree;
import io.statsfs.trees.Layouts;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the layout of KVM says of the files that the architectures have. */
class KvmLayoutTest {
  @AutoClose private final TestTree tree = TestTree.inMemory();

  private void file(String path, String permissions) {
    if (!Files.exists(tree.path(path))) {
      tree.stat(path, 1);
    }
    tree.permissions(path, permissions);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "halt_wait_hist",
        "halt_poll_success_hist",
        "halt_poll_fail_hist",
        "12-3/halt_wait_hist",
        "12-3/mmu_rmaps_stat",
        "12-3/stage2_page_tables",
        "12-3/gstage_page_tables",
        "12-3/stage2_levels",
        "12-3/ipa_range",
        "12-3/gpa_range",
        "12-3/idregs",
        "12-3/vgic-state",
        "12-3/vgic-its-state@8080000",
        "12-3/nested/0x40000000-0x0-s2-0x1",
        "12-3/htab",
        "12-3/radix",
        "12-3/xive",
        "12-3/vcpu0/timings",
        "vm12-lp3/htab",
        "vm12-lp3/vcpu1/timings",
        "vm12_vcpu0_timing"
      })
  void tablesAndHistogramsAreNoStats(String path) {
    file("exits", "rw-r--r--");
    file(path, "r--r--r--");
    try (Fs fs = new Fs(tree.root(), Layouts.shipped("kvm"))) {
      assertEquals(List.of("kvm/exits"), fs.stats());
      assertEquals(1, fs.catalog().sources().size());
      assertEquals(List.of(), fs.catalog().problems());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "exits, COUNTER, {exit}",
    "halt_wait_ns, COUNTER, ns",
    "blocking, LEVEL, {vcpu}",
    "pages_4k, LEVEL, {page}",
    "nx_lpage_splits, LEVEL, {page}",
    "largepages, LEVEL, {page}",
    // Peaks have the mode of counters.
    "max_mmu_rmap_size, LEVEL, {mapping}",
    "max_mmu_page_hash_collisions, LEVEL, {collision}",
    "guest doorbell, COUNTER, {exit}",
    "wfi_exit_stat, COUNTER, {exit}",
    "instruction_sigp_sense, COUNTER, {instruction}",
    "deliver_ckc, COUNTER, {interrupt}",
    "num_2M_pages, LEVEL, {page}",
    "hugepages, LEVEL, {page}",
    "csr_exit_kernel, COUNTER, {exit}",
    "vz_gpsi_exits, COUNTER, {exit}",
    "tsc-offset, DISCRETE, {cycle}",
    "lapic_timer_advance_ns, DISCRETE, ns",
    "pid, DISCRETE, ''",
  })
  void theSchemaSaysWhatStatsAre(String name, Kind kind, String unit) {
    // Whatever the mode says.
    file(name, "rw-r--r--");
    file("12-3/" + name, "r--r--r--");
    try (Fs fs = new Fs(tree.root(), Layouts.shipped("kvm"))) {
      assertEquals(2, fs.catalog().stats().size());
      for (Stat stat : fs.catalog().stats()) {
        assertEquals(kind, stat.kind());
        assertEquals(Stat.Type.INT, stat.type());
        assertEquals(unit, stat.unit());
        assertTrue(stat.description().endsWith("."), stat::description);
      }
    }
  }

  @Test
  void theModeGivesTheKindOfWhatTheSchemaDoesNotHave() {
    file("new_level", "r--r--r--");
    file("new_counter", "rw-r--r--");
    file("12-3/vcpu0/new_level", "r--r--r--");
    file("12-3/vcpu0/new_counter", "rw-r--r--");
    try (Fs fs = new Fs(tree.root(), Layouts.shipped("kvm"))) {
      assertEquals(4, fs.catalog().stats().size());
      for (Stat stat : fs.catalog().stats()) {
        assertEquals(
            stat.name().equals("new_level") ? Kind.LEVEL : Kind.COUNTER,
            stat.kind(),
            stat::toString);
        assertEquals("", stat.unit() + stat.description());
      }
    }
  }

  @Test
  void aModeThatChangesChangesTheKind() {
    file("new", "r--r--r--");
    file("other", "r--r--r--");
    try (Fs fs = new Fs(tree.root(), Layouts.shipped("kvm"))) {
      file("new", "rw-r--r--");
      tree.remove("other");
      fs.refresh();
      assertEquals(Kind.COUNTER, fs.catalog().stats().get(0).kind());
    }
  }

  @Test
  void inAnotherLayoutTheModeSaysNothing() {
    file("kvm/new", "rw-r--r--");
    try (Fs fs = new Fs(tree.root())) {
      assertEquals(Kind.LEVEL, fs.catalog().stats().get(0).kind());
    }
  }
}
