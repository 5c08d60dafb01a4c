/** What the batches of several readers have in common. Applications do not need it. */
@NullMarked
package io.statsfs.core.batch;

import org.jspecify.annotations.NullMarked;
