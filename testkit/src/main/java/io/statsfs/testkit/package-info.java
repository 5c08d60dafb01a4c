/** Trees to test against, and the contract suite that every reader passes. */
@NullMarked
package io.statsfs.testkit;

import org.jspecify.annotations.NullMarked;
