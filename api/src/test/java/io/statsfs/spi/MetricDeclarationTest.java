package io.statsfs.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.statsfs.Layout;
import io.statsfs.spi.MetricDeclaration.Instrument;
import io.statsfs.spi.MetricDeclaration.Label;
import io.statsfs.spi.MetricDeclaration.Point;
import io.statsfs.spi.MetricDeclaration.Term;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricDeclarationTest {

  @Test
  void aTermIsReadFromAPath() {
    Term term = Term.minus("net/*/rx_bytes");
    assertEquals(
        List.of("net", "*", "rx_bytes"), List.of(term.subsystem(), term.device(), term.stat()));
    assertEquals("", Term.plus("vmstat/pgfault").device());
    assertEquals("b/c", Term.plus("a/b/c/d").device());
    assertEquals("-net/*/rx_bytes vmstat/pgfault", term + " " + Term.plus("vmstat/pgfault"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "pgfault", "/pgfault", "vmstat/", "net/*/"})
  void aPathNamesASubsystemAndAStat(String path) {
    assertThrows(IllegalArgumentException.class, () -> Term.plus(path));
  }

  @Test
  void aLabelIsATextOrThatOfTheSource() {
    assertEquals("device", Label.text("k", "{device}").sourceLabel().orElseThrow());
    assertEquals(Optional.empty(), Label.text("k", "device").sourceLabel());
    assertEquals(Optional.empty(), Label.text("k", "{}").sourceLabel());
    assertEquals(Optional.empty(), Label.text("k", "{device} 1").sourceLabel());
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    Term plus = Term.plus("a/b");
    Term minus = Term.minus("a/b");
    Label label = Label.text("k", "v");
    assertThrows(IllegalArgumentException.class, () -> Point.sum(List.of()));
    assertThrows(IllegalArgumentException.class, () -> Point.sum(List.of(label, label), plus));
    assertThrows(IllegalArgumentException.class, () -> Point.count(List.of(), minus));
    assertThrows(IllegalArgumentException.class, () -> Point.quotient(List.of(), minus, plus));
    assertThrows(
        IllegalStateException.class,
        () -> MetricDeclaration.builder("n", "m", Instrument.GAUGE).build());
  }

  @Test
  void aLayoutHasItsMetrics() {
    MetricDeclaration metric = faults("The number of page faults.");
    assertEquals(List.of(), Layout.builder("mine").build().metrics());
    assertEquals(
        List.of(metric), Layout.builder("mine").metrics(List.of(metric)).build().metrics());
  }

  private static MetricDeclaration faults(String description) {
    return MetricDeclaration.builder("semconv", "system.paging.faults", Instrument.COUNTER)
        .unit("{fault}")
        .description(description)
        .point(
            Point.sum(
                List.of(Label.text("system.paging.fault.type", "minor")),
                Term.plus("vmstat/pgfault"),
                Term.minus("vmstat/pgmajfault")))
        .build();
  }

  @Test
  void equalIfEverythingIs() {
    assertEquals(faults("a"), faults("a"));
    assertEquals(faults("a").hashCode(), faults("a").hashCode());
    assertNotEquals(faults("a"), faults("b"));
    assertNotEquals(Label.text("k", "1"), Label.integer("k", "1"));
    assertNotEquals(Term.plus("a/b"), Term.minus("a/b"));
    assertNotEquals(
        Point.sum(List.of(), Term.plus("a/b")), Point.count(List.of(), Term.plus("a/b")));
  }
}
