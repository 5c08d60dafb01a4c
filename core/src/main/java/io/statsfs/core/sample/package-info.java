/** Samples stats, and leaves out those that hang or are denied. */
@NullMarked
package io.statsfs.core.sample;

import org.jspecify.annotations.NullMarked;
