package io.statsfs;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitsTest {

  private static Limits limits(int depth, int sources, int stats, int fileBytes) {
    return Limits.builder().depth(depth).sources(sources).stats(stats).fileBytes(fileBytes).build();
  }

  @Test
  void smallestLimitsAreTaken() {
    assertDoesNotThrow(() -> limits(1, 1, 1, 4096));
  }

  @ParameterizedTest
  @CsvSource({"0,1,1,4096", "1,0,1,4096", "1,1,0,4096", "1,1,1,4095", "-1,1,1,4096"})
  void smallerOnesAreRefusedWithTheirValues(int depth, int sources, int stats, int fileBytes) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> limits(depth, sources, stats, fileBytes));
    String values = depth + ", " + sources + ", " + stats + " and " + fileBytes;
    assertTrue(e.getMessage().contains(values), e.getMessage());
  }

  @Test
  void whatIsNotSetStays() {
    assertEquals(Limits.defaults(), Limits.builder().build());
    Limits limits = limits(1, 2, 3, 4096);
    assertEquals(limits(1, 2, 7, 4096), limits.toBuilder().stats(7).build());
    assertEquals("Limits[depth=1, sources=2, stats=3, fileBytes=4096]", limits.toString());
  }

  @Test
  void defaultsAreAsDocumented() {
    Limits whole = limits(16, 100_000, 1_000_000, 1 << 20);
    assertEquals(whole, Limits.forHeap(2L << 30));
    // As a JVM without a limit says.
    assertEquals(whole, Limits.forHeap(Long.MAX_VALUE));
    assertEquals(Limits.forHeap(Runtime.getRuntime().maxMemory()), Limits.defaults());
    assertEquals(limits(16, 65_536, 131_072, 1 << 20), Limits.forHeap(256 << 20));
    assertEquals(limits(16, 1000, 1000, 1 << 20), Limits.forHeap(1 << 20));
  }
}
