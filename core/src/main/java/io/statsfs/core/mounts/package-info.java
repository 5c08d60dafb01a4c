/**
 * The file systems that this process sees, what can be relied on there, and how their files are
 * looked at.
 */
@NullMarked
package io.statsfs.core.mounts;

import org.jspecify.annotations.NullMarked;
