package io.statsfs.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.statsfs.Layout;
import io.statsfs.spi.MetricDeclaration.Instrument;
import io.statsfs.spi.MetricDeclaration.Label;
import io.statsfs.spi.MetricDeclaration.Point;
import io.statsfs.spi.MetricDeclaration.Term;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricDeclarationTest {

  @Test
  void aTermIsReadFromAPath() {
    assertEquals(new Term("vmstat", "", "pgfault", false), Term.plus("vmstat/pgfault"));
    assertEquals(new Term("net", "*", "rx_bytes", true), Term.minus("net/*/rx_bytes"));
    assertEquals(new Term("a", "b/c", "d", false), Term.plus("a/b/c/d"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "pgfault", "/pgfault", "vmstat/", "net/*/"})
  void aPathNamesASubsystemAndAStat(String path) {
    assertThrows(IllegalArgumentException.class, () -> Term.plus(path));
  }

  @Test
  void aLabelIsATextOrThatOfTheSource() {
    assertEquals("device", Label.text("k", "{device}").sourceLabel());
    assertNull(Label.text("k", "device").sourceLabel());
    assertNull(Label.text("k", "{}").sourceLabel());
    assertNull(Label.text("k", "{device} 1").sourceLabel());
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
        IllegalArgumentException.class, () -> new Point(List.of(), List.of(plus), plus, true));
    assertThrows(
        IllegalArgumentException.class,
        () -> new MetricDeclaration("n", "m", "1", "", Instrument.GAUGE, List.of()));
  }

  @Test
  void aLayoutHasItsMetrics() {
    MetricDeclaration metric =
        new MetricDeclaration(
            "semconv",
            "system.paging.faults",
            "{fault}",
            "The number of page faults.",
            Instrument.COUNTER,
            List.of(Point.sum(List.of(), Term.plus("vmstat/pgfault"))));
    assertEquals(List.of(), Layout.builder("mine").build().metrics());
    assertEquals(
        List.of(metric), Layout.builder("mine").metrics(List.of(metric)).build().metrics());
  }
}
