/** Finds the sources of trees, and finds them again. */
@NullMarked
package io.statsfs.core.scan;

import org.jspecify.annotations.NullMarked;
