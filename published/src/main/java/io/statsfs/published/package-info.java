/**
 * An application's own statistics, published as the kernel's code publishes its in statsfs: {@link
 * io.statsfs.published.PublishedStats} holds sources, sources hold the values of groups and
 * aggregates of them.
 */
@NullMarked
package io.statsfs.published;

import org.jspecify.annotations.NullMarked;
