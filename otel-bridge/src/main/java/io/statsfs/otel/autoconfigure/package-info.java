/**
 * Zero-code set-up: what the auto-configuration of OpenTelemetry's SDK finds and calls.
 *
 * <p>The classes here need artifacts that are optional for the rest of the bridge, which never
 * names them.
 */
@NullMarked
package io.statsfs.otel.autoconfigure;

import org.jspecify.annotations.NullMarked;
