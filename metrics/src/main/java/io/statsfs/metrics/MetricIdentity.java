package io.statsfs.metrics;

import io.statsfs.spi.MetricDeclaration.Instrument;

/**
 * What stays the same of a metric whatever its points are, since exporters cannot change it.
 * Equality is identity.
 */
final class MetricIdentity {
  final String name;
  final String unit;
  final String description;
  final Instrument instrument;

  /** A number that metrics of one name in Prometheus have in common. */
  final int family;

  MetricIdentity(String name, String unit, String description, Instrument instrument, int family) {
    this.name = name;
    this.unit = unit;
    this.description = description;
    this.instrument = instrument;
    this.family = family;
  }
}
