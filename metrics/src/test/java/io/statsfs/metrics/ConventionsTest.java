package io.statsfs.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.semconv.incubating.ContainerIncubatingMetrics;
import io.opentelemetry.semconv.incubating.CpuIncubatingAttributes;
import io.opentelemetry.semconv.incubating.DiskIncubatingAttributes;
import io.opentelemetry.semconv.incubating.NetworkIncubatingAttributes;
import io.opentelemetry.semconv.incubating.ProcessIncubatingAttributes;
import io.opentelemetry.semconv.incubating.ProcessIncubatingMetrics;
import io.opentelemetry.semconv.incubating.SystemIncubatingAttributes;
import io.opentelemetry.semconv.incubating.SystemIncubatingMetrics;
import io.opentelemetry.semconv.incubating.ThreadIncubatingAttributes;
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
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares the declarations with what OpenTelemetry publishes. */
class ConventionsTest {
  /** Attributes that are recommended there and that nothing knows. */
  private static final Map<String, String> UNKNOWN =
      Map.of("system.network.connection.count", "network.interface.name");

  /** What the kernel counts by, and the conventions do not say of that metric. */
  private static final Map<String, String> FURTHER =
      Map.of("process.context_switches", "thread.id");

  /** Those that no file has, or no sum or quotient of what files have; metric-model.md says why. */
  private static final Set<String> NOT_MADE =
      new TreeSet<>(
          Set.of(
              "container.cpu.usage",
              "container.filesystem.available",
              "container.filesystem.capacity",
              "container.filesystem.usage",
              "container.uptime",
              "process.cpu.utilization",
              "process.disk.operations",
              "process.memory.utilization",
              "process.network.io",
              "process.signals_pending",
              "process.windows.handle.count",
              "system.cpu.utilization",
              "system.filesystem.lock.count"));

  private static List<MetricDeclaration> shipped() {
    return shipped("semconv");
  }

  private static List<MetricDeclaration> shipped(String naming) {
    return Layouts.shipped().stream()
        .flatMap(layout -> layout.metrics().stream())
        .filter(metric -> metric.naming().equals(naming))
        .toList();
  }

  private static String constant(String name) {
    Class<?> constants =
        name.startsWith("CONTAINER_")
            ? ContainerIncubatingMetrics.class
            : name.startsWith("PROCESS_")
                ? ProcessIncubatingMetrics.class
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
            ProcessIncubatingAttributes.class,
            SystemIncubatingAttributes.class,
            ThreadIncubatingAttributes.class)) {
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
    // It is stable, and so deprecated among those that are not.
    attributes.put("network.transport", attributes(true).get("network.transport"));
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

  private static List<String[]> table(String resource) throws IOException {
    try (InputStream in = ConventionsTest.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t"))
          .toList();
    }
  }

  /** Names and descriptions of its metrics, their units, and which values its attributes take. */
  @Test
  void whatTheReceiverSendsHasItsInstrumentItsUnitAndItsLabels() throws IOException {
    Map<String, String[]> sent = new HashMap<>();
    for (String[] columns : table("hostmetrics-metrics.tsv")) {
      if (columns[2].equals("default")) {
        sent.put(columns[1], columns);
      }
    }
    TreeSet<String> missing = new TreeSet<>(sent.keySet());
    for (MetricDeclaration metric : shipped("hostmetrics")) {
      String[] columns = sent.get(metric.name());
      assertNotNull(columns, metric.name());
      missing.remove(metric.name());
      assertEquals(columns[3], metric.instrument().name(), metric.name());
      assertEquals(columns[5], metric.unit(), metric.name());
      Map<String, List<String>> attributes = new HashMap<>();
      for (String attribute : columns.length < 7 ? new String[0] : columns[6].split(" ")) {
        if (!attribute.contains("(off)")) {
          String[] parts = attribute.split("=");
          attributes.put(parts[0], parts.length < 2 ? List.of() : List.of(parts[1].split("\\|")));
        }
      }
      for (MetricDeclaration.Point point : metric.points()) {
        assertEquals(
            attributes.keySet(),
            point.labels().stream().map(Label::key).collect(Collectors.toSet()),
            metric.name());
        for (Label label : point.labels()) {
          List<String> values = attributes.get(label.key());
          assertTrue(
              values.isEmpty()
                  ? label.sourceLabel().isPresent() || label.key().equals("state")
                  : values.contains(label.value()),
              metric + " " + label);
        }
      }
    }
    missing.removeIf(name -> name.startsWith("process."));
    assertEquals(Set.of(), missing);
  }

  @Test
  void eachMetricHasItsInstrumentItsUnitAndItsLabels() throws IOException {
    Map<String, Published> published = new HashMap<>();
    for (String[] columns : table("semconv-metrics.tsv")) {
      published.put(columns[0], Published.of(columns));
    }
    Set<String> missing = new TreeSet<>(published.keySet());
    shipped().forEach(metric -> missing.remove(metric.name()));
    assertEquals(NOT_MADE, missing);
    for (MetricDeclaration metric : shipped()) {
      for (MetricDeclaration.Point point : metric.points()) {
        assertEquals(
            published.get(metric.name()),
            new Published(
                metric.instrument().name(),
                metric.unit(),
                Stream.concat(
                        point.labels().stream()
                            .map(Label::key)
                            .filter(key -> !key.equals(FURTHER.get(metric.name()))),
                        Stream.ofNullable(UNKNOWN.get(metric.name())))
                    .sorted()
                    .toList()),
            metric.name());
      }
    }
  }
}
