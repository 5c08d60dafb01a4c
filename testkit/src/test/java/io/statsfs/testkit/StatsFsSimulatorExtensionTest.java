package io.statsfs.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(StatsFsSimulatorExtension.class)
class StatsFsSimulatorExtensionTest {
  private static final Set<Path> ROOTS = new HashSet<>();

  private final StatsFsSimulator ofTheConstructor;
  private StatsFsSimulator ofBeforeEach;

  StatsFsSimulatorExtensionTest(StatsFsSimulator simulator) {
    ofTheConstructor = simulator;
  }

  @BeforeEach
  void before(StatsFsSimulator simulator) {
    ofBeforeEach = simulator;
  }

  @RepeatedTest(2)
  void aTestHasOneOfItsOwn(StatsFsSimulator simulator) throws Exception {
    simulator.source("kvm/1-2").stat("kvm/1-2/exits", "u64", "cumulative", "value=5");
    assertEquals("5\n", Files.readString(simulator.path("kvm/1-2/exits")));
    assertSame(ofTheConstructor, simulator);
    assertSame(ofBeforeEach, simulator);
    assertTrue(ROOTS.add(simulator.root()));
  }

  @AfterAll
  static void allAreClosed() {
    assertEquals(2, ROOTS.size());
    for (Path root : ROOTS) {
      assertFalse(Files.exists(root), root.toString());
    }
  }

  @Nested
  class WithOneForAll {
    private static StatsFsSimulator ofAll;

    @BeforeAll
    static void before(StatsFsSimulator simulator) {
      ofAll = simulator;
    }

    WithOneForAll() {}

    @Test
    void allTestsHaveThatOne(StatsFsSimulator simulator) {
      assertSame(ofAll, simulator);
    }
  }
}
