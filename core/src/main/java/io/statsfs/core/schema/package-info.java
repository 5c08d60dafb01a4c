/** What describes the stats of a source. */
@NullMarked
package io.statsfs.core.schema;

import org.jspecify.annotations.NullMarked;
