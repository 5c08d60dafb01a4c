/** A program that exports kernel statistics. */
@NullMarked
package io.statsfs.samples.agent;

import org.jspecify.annotations.NullMarked;
