/** Which reader reads. */
@NullMarked
package io.statsfs.core.readers;

import org.jspecify.annotations.NullMarked;
