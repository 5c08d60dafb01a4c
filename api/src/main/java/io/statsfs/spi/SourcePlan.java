package io.statsfs.spi;

import io.statsfs.Source;
import io.statsfs.Stat;
import java.util.List;

/**
 * What a batch is to read of one source.
 *
 * @param source the source
 * @param stats the stats to read, some or all of the source's
 * @param firstIndex the position of the first stat in the {@link SampleMemory}; the others follow
 * @param keepOpen whether files may be kept open and read again at their beginning. True only on
 *     file systems that then answer with the present value, and with an error when the object is
 *     gone (sysfs, procfs, cgroup v2). Elsewhere each sample must open each file anew: on statsfs
 *     and debugfs a second read finds the end of the file and {@code pread} is refused, and on an
 *     ordinary file system a kept descriptor goes on answering for a file that was replaced
 * @param doubtful whether a source that goes while it is read answers the aggregate of nothing, and
 *     no error, for a file that was opened before, as statsfs does: 0; for a minimum
 *     2<sup>63</sup>-1 if it is signed, else 2<sup>64</sup>-1; for a maximum -2<sup>63</sup> if it
 *     is signed. Such a value then counts only if the source is still there when it has been read
 * @param userMade whether entries of the file system are made by its users, so that a FIFO, a
 *     device or a symbolic link can take the place of a file or directory. What is there is then
 *     looked at before it is opened: opening a device may act, and opening a FIFO may hang
 * @param fileBytes how much to read of a file of many values at most. If that is not all, what
 *     follows the last line end must be left out: a number that is cut is another number
 */
public record SourcePlan(
    Source source,
    List<Stat> stats,
    int firstIndex,
    boolean keepOpen,
    boolean doubtful,
    boolean userMade,
    int fileBytes) {}
