/** Finds the backends, has them open trees, and scans these. Knows no kind of backend. */
@NullMarked
package io.statsfs.core.backend;

import org.jspecify.annotations.NullMarked;
