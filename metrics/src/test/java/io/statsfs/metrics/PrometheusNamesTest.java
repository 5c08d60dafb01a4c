package io.statsfs.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Prometheus makes of names; samples/agent holds it to a real one. */
class PrometheusNamesTest {

  private static String key(String nameAndUnit) {
    String[] parts = nameAndUnit.split(" ");
    return PrometheusNames.ofMetric(parts[0], parts.length == 1 ? "" : parts[1]);
  }

  @ParameterizedTest
  @CsvSource({
    "a.b, a_b",
    "a/b, a-b",
    "a.b, A.B",
    "a__b, a_b",
    "a._b, a.b",
    "a.x_total, a.x",
    "a.x_info, a.x",
    "a.x_created, a.x_bucket",
    "a.x_info_total, a.x",
    "a._total, a.info",
    "a.x By, a.x_bytes By",
    "a.x By, a.x_bytes_total By",
    "a.x_seconds, a.x s",
    "a.x {packet}, a.x",
    "a.x foo, a.x_foo foo",
  })
  void areEqualInPrometheus(String one, String other) {
    assertEquals(key(one), key(other));
  }

  @ParameterizedTest
  @CsvSource({
    "a.x, a.y",
    "a.x_sum, a.x_count",
    "a.x_, a.x",
    "a.totals, a.x",
    "a.x By, a.x",
    "a.x By, a.x s",
    "a.total_x, a.x",
  })
  void areNot(String one, String other) {
    assertNotEquals(key(one), key(other));
  }
}
