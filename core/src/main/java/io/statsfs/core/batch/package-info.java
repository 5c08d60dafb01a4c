/** What the batches of all readers have in common. For readers; applications do not need it. */
@NullMarked
package io.statsfs.core.batch;

import org.jspecify.annotations.NullMarked;
