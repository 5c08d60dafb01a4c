/** An application that is packaged as one jar: docs/packaging.md. */
@NullMarked
package io.statsfs.samples.uberjar;

import org.jspecify.annotations.NullMarked;
