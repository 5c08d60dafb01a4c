/**
 * Turns the stats that a sampler reads into metrics. {@link io.statsfs.metrics.Metrics} is the
 * entry; the bridge to OpenTelemetry and other exporters go through its metrics and write numbers.
 */
@NullMarked
package io.statsfs.metrics;

import org.jspecify.annotations.NullMarked;
