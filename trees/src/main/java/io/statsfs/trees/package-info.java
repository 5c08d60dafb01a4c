/**
 * Declarations of trees as data: where they stand, which files they have, what the stats mean.
 *
 * <p>Those that are shipped are tables that the build made from YAML; what a user writes is read
 * when it is needed, and only then is a YAML parser loaded. The form is described in {@code
 * docs/layouts.md}.
 */
@NullMarked
package io.statsfs.trees;

import org.jspecify.annotations.NullMarked;
