/** What the page on backends shows. */
@NullMarked
package io.statsfs.samples.backend;

import org.jspecify.annotations.NullMarked;
