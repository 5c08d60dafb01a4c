/**
 * What implementations provide: {@link io.statsfs.spi.StatsFsProvider} the whole API, {@link
 * io.statsfs.spi.ReaderProvider} another way of reading values. Applications do not need it.
 */
@NullMarked
package io.statsfs.spi;

import org.jspecify.annotations.NullMarked;
