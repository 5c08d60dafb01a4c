/** Every stat as an OpenTelemetry observable gauge: see {@link io.statsfs.otel.StatsFsMetrics}. */
@NullMarked
package io.statsfs.otel;

import org.jspecify.annotations.NullMarked;
