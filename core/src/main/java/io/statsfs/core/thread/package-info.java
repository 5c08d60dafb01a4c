/** Threads that may hang in the kernel, and how they are left behind. */
@NullMarked
package io.statsfs.core.thread;

import org.jspecify.annotations.NullMarked;
