package io.statsfs;

import io.statsfs.spi.Backend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * One or more trees of kernel statistics, which it follows while they change.
 *
 * <pre>{@code
 * try (StatsFs fs = StatsFs.open();
 *     Sampler sampler = fs.sampler(StatFilter.subsystem("net"))) {
 *   sampler.sample();
 *   for (int i = 0; i < sampler.size(); i++) {
 *     if (sampler.status(i) == Status.OK) {
 *       System.out.println(sampler.stat(i) + " " + sampler.longValue(i));
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>A daemon thread looks for sources that came or went once per {@linkplain
 * Builder#refreshInterval refresh interval}, and each tenth time for trees that were to be opened
 * and were not there, as a file system may have been mounted or a module loaded since. It replaces
 * the {@linkplain #catalog() catalog} when there are any. Nothing else runs in the background;
 * values are read only when somebody asks.
 *
 * <p>Safe for use by several threads. Obtained instances must be {@linkplain #close() closed}. Only
 * this library implements it; later versions may add methods, with a default.
 */
public interface StatsFs extends AutoCloseable {

  /**
   * Opens what this machine has: the statsfs if one is mounted and readable, else the shipped trees
   * of an ordinary kernel. {@link Catalog#trees()} says which.
   *
   * @return the opened trees
   * @throws TreeUnavailableException if there is neither
   * @throws ReaderUnavailableException if no reader can be used here
   * @throws StatsFsException if {@code statsfs-core} is not on the class path or module path
   */
  static StatsFs open() {
    return builder().build();
  }

  /**
   * Opens one tree at a place.
   *
   * @param root the directory where the tree begins, or a file, see {@link Layout#file}; its layout
   *     is found as {@link Builder#root(Path)} says
   * @return the opened tree
   * @throws TreeUnavailableException if {@code root} does not exist or cannot be read
   * @throws ReaderUnavailableException if no reader can be used here
   * @throws StatsFsException if {@code statsfs-core} is not on the class path or module path
   */
  static StatsFs open(Path root) {
    return builder().root(root).build();
  }

  /**
   * Begins the description of what to open and how.
   *
   * @return a new builder with the defaults that its methods name
   * @throws StatsFsException if {@code statsfs-core} is not on the class path or module path
   */
  static Builder builder() {
    return Implementation.find().builder();
  }

  /**
   * The present picture of the trees. It is immutable; a later call returns another one when the
   * trees have changed and the same object while they have not. Allocates nothing.
   *
   * @return the newest catalog
   */
  Catalog catalog();

  /**
   * Looks at the trees now, in the calling thread, instead of waiting for the refresh interval.
   * Counts as one of the ten times.
   *
   * @return the newest catalog, which is the same object as before if nothing has changed
   * @throws IllegalStateException if this is closed
   */
  Catalog refresh();

  /**
   * Asks to be notified of each new catalog, until the registration is closed, or this is.
   *
   * @param listener called in the thread that refreshed, with the catalog that is then the newest;
   *     it should be quick. What it throws is logged once. If several threads refresh at a time,
   *     the calls may overlap and end in another order; the one with the greater {@link
   *     Catalog#version} is newer
   * @return what ends the notifications. If a listener is added twice, it is called twice, and each
   *     registration ends one
   */
  Registration addListener(Consumer<Catalog> listener);

  /**
   * Prepares the sampling of every stat.
   *
   * @return a new sampler, to be closed by the caller or with this
   * @throws IllegalStateException if this is closed
   */
  default Sampler sampler() {
    return sampler(StatFilter.all());
  }

  /**
   * Prepares the sampling of some stats. The thread that calls {@link Sampler#sample()} does the
   * reading, which costs least, but hangs with a file that hangs.
   *
   * @param filter says which; it is asked once per stat whenever the catalog has changed
   * @return a new sampler, to be closed by the caller or with this
   * @throws IllegalStateException if this is closed
   */
  Sampler sampler(StatFilter filter);

  /**
   * Prepares a sampling that a hanging file cannot block, such as one of a wedged driver, or of a
   * mounted file system whose server does not answer.
   *
   * <p>A daemon thread does the reading. When it stays in one file for longer than the read
   * timeout, it is left behind, another one reads the other files, and the stats of that file are
   * {@link Status#BLOCKED} until the thread returns, or the file is gone or replaced. Samples do
   * not wait for it again meanwhile. If its directory does not answer either, the whole source is
   * left out. While four threads hang in files and directories of one tree, all of it is {@code
   * BLOCKED}; where all directories answer, it is tried again without those files after pauses that
   * grow to a minute. No more than 16 threads are ever left behind in one tree. A file that gets
   * stuck again after it came back is tried after ever longer pauses, of a minute at most.
   *
   * <p>The hand-over to the thread costs 10 to 30 microseconds per sample, more on a busy machine,
   * and no allocation. The thread ends when there was no sample for two minutes.
   *
   * @param filter says which; it is asked once per stat whenever the catalog has changed
   * @param readTimeout how long the reading of one file may take; at least 10 milliseconds. A
   *     sample waits that long, and up to a quarter more, for each file that has newly got stuck,
   *     and for its directory if that does not answer either
   * @return a new sampler, to be closed by the caller or with this
   * @throws IllegalArgumentException if {@code readTimeout} is shorter
   * @throws IllegalStateException if this is closed
   */
  Sampler sampler(StatFilter filter, Duration readTimeout);

  /**
   * Reads one integer now. For many values, or the same again and again, a {@link Sampler} costs
   * far less.
   *
   * @param stat a stat of a catalog of this
   * @return the value; for one above 2<sup>63</sup>-1 its 64 bits, as {@link
   *     Long#toUnsignedString(long)} takes them; a decimal fraction is cut off
   * @throws StatReadException if the value cannot be had; its {@link StatReadException#status()}
   *     says why
   * @throws IllegalStateException if this is closed
   */
  long readLong(Stat stat);

  /**
   * Reads one number now.
   *
   * @param stat a stat of a catalog of this
   * @return the value, rounded to the nearest double where it has more than 53 significant bits
   * @throws StatReadException if the value cannot be had
   * @throws IllegalStateException if this is closed
   */
  double readDouble(Stat stat);

  /**
   * Reads one value as text, which is how enum stats are read.
   *
   * @param stat a stat of a catalog of this
   * @return what the file holds, without the line ends and blanks that surround it; bytes that are
   *     not UTF-8 as {@link Stat#name()} writes them. At most 64 KiB are read. For a line of a file
   *     of many values, the number without its unit; if the line has no single number, all that
   *     follows the name
   * @throws StatReadException if the value cannot be had
   * @throws IllegalStateException if this is closed
   */
  String readText(Stat stat);

  /**
   * Sets a cumulative stat back to zero, by writing {@code 0} to its file: for everybody who reads
   * it on this machine, and for good. An aggregate, which nothing marks, zeroes the stat of its
   * name in every source below. What was counted between the last reading and this is lost.
   *
   * <p>Only where {@link Builder#allowClearing()} was called, and only if all checks pass, since
   * another file can take a {@code 0} for a setting, and a write to a text (enum) stat can hang the
   * kernel. These are checked:
   *
   * <ul>
   *   <li>the stat: an object of the present {@link #catalog()}, with a file of its own, whose
   *       schema or layout calls it neither FLOAT nor GAUGE nor DISCRETE. That nothing describes it
   *       is no hindrance: the original statsfs has no schemas
   *   <li>the file system: statsfs, or {@code kvm} on debugfs; never sysfs, procfs, cgroups or
   *       ordinary files
   *   <li>the directory, which must be the one that the catalog was made of, and in it the file: a
   *       regular one of the same file system, which somebody may write to (0444 is a floating
   *       stat), and which holds an integer when it is read just before.
   * </ul>
   *
   * <p>Then the one byte is written in one call, through the directory that was looked at. The file
   * is neither made, truncated nor followed if it is a symbolic link. An interrupted thread clears
   * as well, and stays interrupted; if the interrupt comes amid the writing, it writes again.
   *
   * @param stat a stat of the present catalog of this
   * @throws StatClearException if it was not cleared; its {@link StatClearException#reason()} says
   *     why
   * @throws IllegalStateException if this is closed
   */
  void clear(Stat stat);

  /**
   * The name of the reader that is in use, such as {@code nio}.
   *
   * @return the name as {@link Builder#reader(String)} takes it
   */
  String readerName();

  /**
   * What this library measures of itself: its scans, its open files, its cache of schemas.
   *
   * @return the counts, always the same object
   */
  Diagnostics diagnostics();

  /**
   * Ends the refreshing and closes all samplers. Waits for a sample that is being taken. Closing
   * again does nothing.
   */
  @Override
  void close();

  /**
   * What to open and how. Each method returns this. Not safe for use by several threads.
   *
   * <p>Which trees are opened:
   *
   * <table>
   * <caption>Trees by what was called</caption>
   * <tr><th>called</th><th>opened</th></tr>
   * <tr><td>nothing, or {@code detect()}</td><td>what this machine has</td></tr>
   * <tr><td>{@code root(..)}, {@code trees(..)}</td><td>what they name, and nothing else</td></tr>
   * <tr><td>{@code detect()} with {@code root(..)} or {@code trees(..)}</td><td>what this machine
   *   has, and what they name</td></tr>
   * <tr><td>{@code withoutTrees(..)}</td><td>what this machine has but these trees</td></tr>
   * </table>
   *
   * <p>A tree has the name of its layout: {@code statsfs}, {@code net}, {@code vmstat}. Which
   * layouts there are {@link io.statsfs.spi.LayoutProvider}s know: that of the artifact {@code
   * statsfs-trees} has those of an ordinary kernel, and those that users declare. Only this library
   * implements this interface; later versions may add methods, with a default.
   */
  interface Builder {

    /**
     * Looks for what this machine has: the statsfs if one is mounted and readable, else the shipped
     * trees of an ordinary kernel, and always the trees that users declare; all as far as they are
     * {@linkplain Layout#isDefault() looked for by default}. The default where no root and no tree
     * is named; with roots and trees, these are opened as well.
     *
     * @return this
     */
    Builder detect();

    /**
     * Looks for trees by their names, also for those that detection leaves out, as it does with
     * {@code net} where there is a statsfs. One that cannot be opened is a {@linkplain
     * Catalog#problems() problem}, and one that this machine does not have is none; if nothing at
     * all can be opened, {@link #build()} fails.
     *
     * <p>A root that is a file at the place of no tree, such as a copy, is read as the tree that is
     * named, if that is one and a file; it is not looked for elsewhere then.
     *
     * @param names of trees
     * @return this
     */
    Builder trees(String... names);

    /**
     * Keeps {@linkplain #detect() detection} from looking for some trees.
     *
     * @param names of trees
     * @return this
     */
    Builder withoutTrees(String... names);

    /**
     * Reads declarations of trees from a directory: all files whose names end in {@code .yaml}, in
     * the form that {@code docs/layouts.md} describes. A tree that is declared so is known by its
     * name as the shipped ones are, and replaces the shipped one of its name. A file that cannot be
     * read is a {@linkplain Catalog#problems() problem} and affects no other. May be called again
     * for more directories; of trees with one name the first counts.
     *
     * @param directory read by {@link #build()}, and not again
     * @return this
     */
    Builder layouts(Path directory);

    /**
     * Reads the trees of a host whose procfs and sysfs are mounted elsewhere, as in a container
     * that watches it: {@link #proc} and {@link #sys} of the directories {@code proc} and {@code
     * sys} in one.
     *
     * @param directory where the host's {@code /proc} and {@code /sys} are, such as {@code /host}
     * @return this
     */
    default Builder host(Path directory) {
      return proc(directory.resolve("proc")).sys(directory.resolve("sys"));
    }

    /**
     * Looks for the trees of procfs in this directory, the procfs of a host, and for those of
     * {@code /proc/net} in {@code 1/net} there, since {@code net} is always that of the process
     * that reads. Trees below {@code /proc/self} stay those of this process; those below {@code
     * /proc/sys/net}, which cannot be had of another network namespace, are a {@linkplain
     * Catalog#problems() problem}.
     *
     * @param directory such as {@code /host/proc}; whatever is there is taken for a procfs
     * @return this
     */
    Builder proc(Path directory);

    /**
     * Looks for the trees of sysfs in this directory, the sysfs of a host, and for those of
     * debugfs, tracefs, statsfs and cgroups where they usually are in a sysfs. The tree of this
     * process's own cgroup stays that of this process.
     *
     * @param directory such as {@code /host/sys}; whatever is there is taken for a sysfs
     * @return this
     */
    Builder sys(Path directory);

    /**
     * Opens a tree at a place. May be called again for more trees.
     *
     * <p>The layout follows from what the root is, however its path is spelled: by the mounts of
     * this process ({@code /proc/self/mountinfo}, proc(5)) it is the declared layout whose home has
     * the same type of file system and the same path inside of it ({@code class/net}); {@link
     * Layout#file(String)} for another file, else {@link Layout#statsfs()}. So a symbolic link to
     * the root, or a mount of it elsewhere, will do. Where no mount fits, as in a chroot whose root
     * is no mount, the type is unknown: then no declared layout is chosen, no file is kept open,
     * and {@link Catalog#problems()} says so.
     *
     * @param root a directory, or a file
     * @return this
     */
    Builder root(Path root);

    /**
     * Opens a tree at a place, with the layout of a tree that this library knows.
     *
     * @param root a directory, or a file if the layout is of that kind
     * @param tree the name of the tree
     * @return this
     */
    Builder root(Path root, String tree);

    /**
     * Opens a tree at a place, with a layout of the caller's.
     *
     * @param root a directory, or a file if {@code layout} is of that kind
     * @param layout how the tree is to be read
     * @return this
     */
    Builder root(Path root, Layout layout);

    /**
     * Opens the trees of a backend instead of those that detection finds: of one that is no
     * service, or of one of two with the same name. May be called again for more.
     *
     * @param backend opened by {@link #build()}
     * @return this
     */
    Builder backend(Backend backend);

    /**
     * Requires a statsfs: {@link #build()} then opens nothing else, and its exception says what is
     * missing. Roots that are named must be on one, of the kernel or in user space; {@link #trees}
     * may name no other tree.
     *
     * @return this
     */
    Builder requireStatsfs();

    /**
     * Chooses the reader. Without this call the system property {@code io.statsfs.reader} decides,
     * and without that the available reader of the highest priority is taken.
     *
     * @param name such as {@code nio} or {@code jni}
     * @return this
     */
    Builder reader(String name);

    /**
     * How often to look for sources that came or went. Default: 5 seconds.
     *
     * @param interval at least a millisecond; or zero for never, when only {@link
     *     StatsFs#refresh()} looks
     * @return this
     * @throws IllegalArgumentException if it is neither
     */
    Builder refreshInterval(Duration interval);

    /**
     * How much to take in of all trees at most. Default: {@link Limits#defaults()}.
     *
     * @param limits the bounds
     * @return this
     */
    Builder limits(Limits limits);

    /**
     * Lets {@link StatsFs#clear} clear stats. Without this call it refuses every one, so that what
     * only reads can never change anything.
     *
     * @return this
     */
    Builder allowClearing();

    /**
     * Detects or takes the trees, chooses the reader, and makes the first catalog.
     *
     * @return the opened trees
     * @throws TreeUnavailableException if a root cannot be opened, no tree at all can be opened, or
     *     there is no tree of a name
     * @throws ReaderUnavailableException if the reader cannot be used
     * @throws StatsFsException if the memory does not suffice for the trees within the limits
     */
    StatsFs build();
  }
}
