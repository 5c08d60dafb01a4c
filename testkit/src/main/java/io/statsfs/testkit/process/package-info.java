/**
 * This process, what it logs and has open, and others that it starts, and what else tests of
 * several modules share. For the contracts and the tests of this project alone.
 */
@NullMarked
package io.statsfs.testkit.process;

import org.jspecify.annotations.NullMarked;
