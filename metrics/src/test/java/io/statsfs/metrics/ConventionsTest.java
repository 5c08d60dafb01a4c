package io.statsfs.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.semconv.incubating.ContainerIncubatingMetrics;
import io.opentelemetry.semconv.incubating.CpuIncubatingAttributes;
import io.opentelemetry.semconv.incubating.DiskIncubatingAttributes;
import io.opentelemetry.semconv.incubating.NetworkIncubatingAttributes;
import io.opentelemetry.semconv.incubating.SystemIncubatingAttributes;
import io.opentelemetry.semconv.incubating.SystemIncubatingMetrics;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.spi.MetricDeclaration.Label;
import io.statsfs.trees.Layouts;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares the declarations with what OpenTelemetry publishes. */
class ConventionsTest {
  private static List<MetricDeclaration> shipped() {
    return Layouts.shipped().stream().flatMap(layout -> layout.metrics().stream()).toList();
  }

  private static String constant(String name) {
    Class<?> constants =
        name.startsWith("CONTAINER_")
            ? ContainerIncubatingMetrics.class
            : SystemIncubatingMetrics.class;
    try {
      return (String) constants.getField(name).get(null);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(name + " is not in the conventions", e);
    }
  }

  @Test
  void namesUnitsAndDescriptionsAreThoseOfTheConventions() {
    assertFalse(shipped().isEmpty());
    for (MetricDeclaration metric : shipped()) {
      String constant = metric.name().toUpperCase(Locale.ROOT).replace('.', '_');
      assertEquals(constant(constant + "_NAME"), metric.name());
      assertEquals(constant(constant + "_UNIT"), metric.unit(), metric.name());
      assertEquals(constant(constant + "_DESCRIPTION"), metric.description(), metric.name());
      assertEquals("semconv", metric.naming());
    }
  }

  /** The keys, by what the constants of their values are called. */
  private static Map<String, String> attributes(boolean isDeprecated) throws Exception {
    Map<String, String> attributes = new HashMap<>();
    for (Class<?> type :
        List.of(
            CpuIncubatingAttributes.class,
            DiskIncubatingAttributes.class,
            NetworkIncubatingAttributes.class,
            SystemIncubatingAttributes.class)) {
      for (Field field : type.getFields()) {
        if (field.isAnnotationPresent(Deprecated.class) == isDeprecated) {
          attributes.put(field.get(null).toString(), type.getName() + "$" + camel(field.getName()));
        }
      }
    }
    return attributes;
  }

  private static String camel(String constant) {
    StringBuilder name = new StringBuilder();
    for (String word : constant.split("_")) {
      name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return name + "IncubatingValues";
  }

  @Test
  void labelsAndTheirValuesAreThoseOfTheConventions() throws Exception {
    Map<String, String> attributes = attributes(false);
    for (MetricDeclaration metric : shipped()) {
      for (MetricDeclaration.Point point : metric.points()) {
        for (Label label : point.labels()) {
          String values = attributes.get(label.key());
          assertNotNull(values, metric + " has a label " + label.key());
          if (label.sourceLabel().isEmpty()) {
            TreeSet<Object> known = new TreeSet<>();
            for (Field value : Class.forName(values).getFields()) {
              known.add(value.get(null));
            }
            assertTrue(known.contains(label.value()), label + " is none of " + known);
          }
        }
      }
    }
  }

  /** Of the columns of the resource, which says where they are from. */
  private record Published(String instrument, String unit, List<String> labels) {
    static Published of(String[] columns) {
      return new Published(
          columns[1],
          columns[2],
          Stream.of(columns)
              .skip(3)
              .flatMap(attributes -> Stream.of(attributes.split(" ")))
              .map(attribute -> attribute.replaceFirst("[=(].*", ""))
              .toList());
    }
  }

  @Test
  void eachMetricHasItsInstrumentItsUnitAndItsLabels() throws IOException {
    Map<String, Published> published = new HashMap<>();
    try (InputStream in = ConventionsTest.class.getResourceAsStream("semconv-metrics.tsv")) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t"))
          .forEach(columns -> published.put(columns[0], Published.of(columns)));
    }
    for (MetricDeclaration metric : shipped()) {
      for (MetricDeclaration.Point point : metric.points()) {
        assertEquals(
            published.get(metric.name()),
            new Published(
                metric.instrument().name(),
                metric.unit(),
                point.labels().stream().map(Label::key).sorted().toList()),
            metric.name());
      }
    }
  }
}
