/**
 * Turns the stats that a sampler reads into metrics. {@link io.statsfs.metrics.Metrics} is the
 * beginning; OpenTelemetry and other ways out walk what it gives and write numbers.
 */
@NullMarked
package io.statsfs.metrics;

import org.jspecify.annotations.NullMarked;
