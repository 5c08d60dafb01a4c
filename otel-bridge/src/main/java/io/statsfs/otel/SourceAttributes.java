package io.statsfs.otel;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.spi.PrintableText;

/**
 * Attributes that the bridge can give the points of a source. Names and labels are made {@linkplain
 * PrintableText#distinct printable}, since attributes end on terminals, too.
 */
public final class SourceAttributes {
  private static final AttributeKey<String> SUBSYSTEM = AttributeKey.stringKey("subsystem");
  private static final AttributeKey<String> DEVICE = AttributeKey.stringKey("device");
  private static final AttributeKey<String> STAT = AttributeKey.stringKey("stat");
  private static final AttributeKey<String> ROOT = AttributeKey.stringKey("root");

  private SourceAttributes() {}

  /**
   * The labels of the source, or, if it has none, {@code subsystem} and, where there is one, {@code
   * device}. This is the default.
   *
   * @param source the source
   * @return its attributes
   */
  public static Attributes of(Source source) {
    if (source.labels().isEmpty()) {
      return withPlace(Attributes.empty(), source);
    }
    AttributesBuilder attributes = Attributes.builder();
    source
        .labels()
        .forEach(
            (key, value) -> attributes.put(PrintableText.of(key), PrintableText.distinct(value)));
    return attributes.build();
  }

  /**
   * {@code device}, and nothing else: the path of the source below its subsystem, such as {@code
   * 1234-11/vcpu0}. None for the subsystem's own stats.
   *
   * @param source the source
   * @return its attributes
   */
  public static Attributes byDevice(Source source) {
    return source.device().isEmpty()
        ? Attributes.empty()
        : Attributes.of(DEVICE, PrintableText.distinct(source.device()));
  }

  /** Tells apart sources that have the same labels. */
  static Attributes withPlace(Attributes attributes, Source source) {
    AttributesBuilder more =
        attributes.toBuilder().put(SUBSYSTEM, PrintableText.distinct(source.subsystem()));
    if (!source.device().isEmpty()) {
      more.put(DEVICE, PrintableText.distinct(source.device()));
    }
    return more.build();
  }

  /**
   * Tells apart whatever is left: two trees of one shape, or two stats that were given one name.
   */
  static Attributes withStatAndRoot(Attributes attributes, Stat stat) {
    return attributes.toBuilder()
        .put(STAT, PrintableText.distinct(stat.name()))
        .put(ROOT, PrintableText.distinct(stat.source().tree().origin()))
        .build();
  }
}
