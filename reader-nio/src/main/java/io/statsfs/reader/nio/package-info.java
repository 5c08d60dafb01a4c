/** The reader {@code nio}. */
@NullMarked
package io.statsfs.reader.nio;

import org.jspecify.annotations.NullMarked;
