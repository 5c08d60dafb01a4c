/** Stats in the text formats of Prometheus and OpenMetrics, without OpenTelemetry's SDK. */
@NullMarked
package io.statsfs.prometheus;

import org.jspecify.annotations.NullMarked;
