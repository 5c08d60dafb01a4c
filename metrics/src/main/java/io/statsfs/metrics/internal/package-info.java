/**
 * What the ways out have in common beside the metrics: the sample of a collection, its log, what is
 * exported of it, counters that fall, and enums. Open to them alone.
 */
@NullMarked
package io.statsfs.metrics.internal;

import org.jspecify.annotations.NullMarked;
