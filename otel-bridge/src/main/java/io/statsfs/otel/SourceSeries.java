package io.statsfs.otel;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.statsfs.Source;
import io.statsfs.Stat;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of the points of a source, each kind made once in the life of the source. For one
 * thread at a time.
 */
final class SourceSeries {
  private final Source source;
  private final Attributes attributes;
  private final Attributes labels;
  private @Nullable Attributes placed;
  private @Nullable Attributes placedLabels;
  private final Map<Stat, Attributes> ofStats = new IdentityHashMap<>(0);

  /** With the attributes that the user, or the default, gives the source. */
  SourceSeries(Source source, Attributes wanted, Consumer<String> log) {
    this.source = source;
    attributes = distinct(source, wanted, log);
    labels = inPrometheus(attributes);
  }

  Attributes attributes() {
    return attributes;
  }

  /** The attributes as labels of Prometheus: what distinguishes series there. */
  Attributes labels() {
    return labels;
  }

  /** With {@code subsystem} and {@code device} too. */
  Attributes placed() {
    if (placed == null) {
      placed = SourceAttributes.withPlace(attributes, source);
      placedLabels = inPrometheus(placed);
    }
    return placed;
  }

  /** The same as labels of Prometheus. */
  Attributes placedLabels() {
    placed();
    return placedLabels;
  }

  /** With {@code stat} and {@code root} as well. */
  Attributes ofStat(Stat stat) {
    return ofStats.computeIfAbsent(stat, s -> SourceAttributes.withStatAndRoot(placed(), s));
  }

  /**
   * Gives keys that become equal in Prometheus, of which one would be lost, different names; and so
   * those of which nothing is left there, for which the exporter drops the whole metric.
   */
  private static Attributes distinct(Source source, Attributes wanted, Consumer<String> log) {
    Set<String> labels = new HashSet<>();
    boolean isDistinct = true;
    for (AttributeKey<?> key : wanted.asMap().keySet()) {
      String label = InstrumentNames.labelInPrometheus(key.getKey());
      isDistinct &= label != null && labels.add(label);
    }
    if (isDistinct) {
      return wanted;
    }
    labels.clear();
    // Those that stay as they are in Prometheus keep their names.
    wanted.asMap().keySet().stream()
        .map(AttributeKey::getKey)
        .filter(key -> key.equals(InstrumentNames.labelInPrometheus(key)))
        .forEach(labels::add);
    AttributesBuilder distinct = Attributes.builder();
    wanted.forEach(
        (key, value) -> {
          String name = key.getKey();
          String label = InstrumentNames.labelInPrometheus(name);
          String stem = label == null ? "label" : name;
          boolean keeps = name.equals(label);
          for (int i = 2; !keeps && (label == null || !labels.add(label)); i++) {
            name = stem + "_" + i;
            label = InstrumentNames.labelInPrometheus(name);
          }
          if (!name.equals(key.getKey())) {
            log.accept(
                "The label '"
                    + key.getKey()
                    + "' of "
                    + source
                    + " would be lost in Prometheus and is exported as '"
                    + name
                    + "'.");
          }
          put(distinct, key, name, value);
        });
    return distinct.build();
  }

  @SuppressWarnings("unchecked")
  private static <T> void put(
      AttributesBuilder builder, AttributeKey<T> key, String name, Object value) {
    if (name.equals(key.getKey())) {
      builder.put(key, (T) value);
    } else {
      builder.put(name, value.toString());
    }
  }

  /** The same object if Prometheus changes nothing. A label that is empty is none there. */
  private static Attributes inPrometheus(Attributes attributes) {
    boolean[] changes = {false};
    AttributesBuilder labels = Attributes.builder();
    attributes.forEach(
        (key, value) -> {
          String label = String.valueOf(InstrumentNames.labelInPrometheus(key.getKey()));
          String text = value.toString();
          changes[0] |= !label.equals(key.getKey()) || !(value instanceof String) || text.isEmpty();
          if (!text.isEmpty()) {
            labels.put(label, text);
          }
        });
    return changes[0] ? labels.build() : attributes;
  }
}
