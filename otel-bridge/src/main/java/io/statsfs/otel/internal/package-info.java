/** What the packages of this module share; not for use by others. */
@NullMarked
package io.statsfs.otel.internal;

import org.jspecify.annotations.NullMarked;
