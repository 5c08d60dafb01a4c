/** Implements the API. Nothing here is for applications. */
@NullMarked
package io.statsfs.core;

import org.jspecify.annotations.NullMarked;
