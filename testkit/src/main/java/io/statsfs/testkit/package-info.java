/** Trees to test against, and a statsfs that is simulated. */
@NullMarked
package io.statsfs.testkit;

import org.jspecify.annotations.NullMarked;
