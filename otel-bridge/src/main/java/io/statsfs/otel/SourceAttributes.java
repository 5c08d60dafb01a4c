package io.statsfs.otel;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.statsfs.Source;
import io.statsfs.Stat;

/** The attributes that the bridge gives points of its own accord. */
final class SourceAttributes {
  private static final AttributeKey<String> SUBSYSTEM = AttributeKey.stringKey("subsystem");
  private static final AttributeKey<String> DEVICE = AttributeKey.stringKey("device");
  private static final AttributeKey<String> STAT = AttributeKey.stringKey("stat");
  private static final AttributeKey<String> ROOT = AttributeKey.stringKey("root");

  private SourceAttributes() {}

  static Attributes of(Source source) {
    if (source.labels().isEmpty()) {
      return withPlace(Attributes.empty(), source);
    }
    AttributesBuilder attributes = Attributes.builder();
    source.labels().forEach(attributes::put);
    return attributes.build();
  }

  /** Tells apart sources that have the same labels. */
  static Attributes withPlace(Attributes attributes, Source source) {
    AttributesBuilder more = attributes.toBuilder().put(SUBSYSTEM, source.subsystem());
    if (!source.device().isEmpty()) {
      more.put(DEVICE, source.device());
    }
    return more.build();
  }

  /**
   * Tells apart whatever is left: two trees of one shape, or two stats that were given one name.
   */
  static Attributes withStatAndRoot(Attributes attributes, Stat stat) {
    return attributes.toBuilder()
        .put(STAT, stat.name())
        .put(ROOT, stat.source().tree().root().toString())
        .build();
  }
}
