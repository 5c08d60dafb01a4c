/** How the patterns of declarations match. Not exported. */
@NullMarked
package io.statsfs.pattern;

import org.jspecify.annotations.NullMarked;
