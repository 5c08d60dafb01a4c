/**
 * The API: open trees of kernel statistics, look at what they hold, sample it.
 *
 * <p>The words are statsfs's own. A <em>tree</em> is a root directory and the {@link
 * io.statsfs.Layout} that says how to read it. It holds <em>sources</em> (directories, or files of
 * many values), each below a <em>subsystem</em> and at a <em>device</em> path; a source holds
 * <em>stats</em>.
 *
 * <p>Start at {@link io.statsfs.StatsFs}.
 */
@NullMarked
package io.statsfs;

import org.jspecify.annotations.NullMarked;
