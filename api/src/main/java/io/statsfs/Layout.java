package io.statsfs;

import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.KeyPattern;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.StatDeclarations;
import io.statsfs.spi.StatFileName;
import io.statsfs.spi.TableDeclaration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A declaration of how a tree is to be read: which directories are sources, what their names mean,
 * and what the kernel does not say about the stats.
 *
 * <p>For statsfs itself {@link #statsfs()} is enough. Other trees of the same shape are declared
 * with a {@linkplain #builder builder}:
 *
 * <pre>{@code
 * Layout net = Layout.builder("net")
 *     .home("class/net", "sysfs")             // where it stands
 *     .subsystem("net")
 *     .sources("{device}/statistics")         // a source per interface, with the label "device"
 *     .links("../../devices")                 // interfaces are symbolic links into here
 *     .stats(stats)                           // what the files mean
 *     .build();
 * }</pre>
 *
 * <p>Immutable.
 */
public final class Layout {

  /** The backend of trees of files. */
  private static final String FILES = "files";

  private static final Layout STATSFS =
      builder("statsfs")
          .home("", "statsfs", "stats_fs", "fuse.statsfs")
          .schemaFile(".schema")
          .build();

  private final String name;
  private final String backend;
  private final String homePath;
  private final Set<String> homeTypes;
  private final @Nullable String controller;
  private final boolean ownCgroup;
  private final boolean isDefault;

  /** Null until it is asked for, where the builder left it for later. */
  private volatile @Nullable Rest rest;

  private final @Nullable Consumer<Builder> later;

  private Layout(Builder builder) {
    name = builder.name;
    backend = builder.backend;
    homePath = builder.homePath;
    homeTypes = builder.homeTypes;
    controller = builder.controller;
    ownCgroup = builder.ownCgroup;
    isDefault = builder.isDefault;
    later = builder.later;
    rest = later == null ? new Rest(builder) : null;
  }

  /** All that is not needed to find a tree. */
  private static final class Rest {
    final @Nullable String subsystem;
    final @Nullable List<Level> levels;
    final List<PathPattern> labelsOfPath;
    final @Nullable Path links;
    final @Nullable String schemaFile;
    final Map<String, List<KeyPattern>> labelFiles;
    final Set<String> flatKeyedFiles;
    final List<FileDeclaration> files;
    final boolean declaredFilesOnly;
    final boolean describedStatsOnly;
    final List<String> excludes;
    final Map<String, List<String>> excludedLabels;
    final boolean kindsByMode;
    final boolean rootFile;
    final StatDeclarations stats;
    final @Nullable Supplier<List<MetricDeclaration>> metricsLater;

    /** Null until they are asked for. */
    volatile @Nullable List<MetricDeclaration> metrics;

    Rest(Builder builder) {
      subsystem = builder.subsystem;
      levels = builder.levels;
      labelsOfPath = builder.labelsOfPath;
      links = builder.links;
      schemaFile = builder.schemaFile;
      labelFiles = builder.labelFiles;
      flatKeyedFiles = builder.flatKeyedFiles;
      files = builder.files;
      declaredFilesOnly = builder.declaredFilesOnly;
      describedStatsOnly = builder.describedStatsOnly;
      excludes = builder.excludes;
      excludedLabels = builder.excludedLabels;
      kindsByMode = builder.kindsByMode;
      rootFile = builder.rootFile;
      stats = builder.stats;
      metricsLater = builder.metrics;
    }
  }

  private Rest rest() {
    Rest known = rest;
    return known == null ? makeRest() : known;
  }

  private synchronized Rest makeRest() {
    Rest made = rest;
    if (made == null) {
      Builder builder = builder(name);
      builder.backend = backend;
      builder.homePath = homePath;
      builder.homeTypes = homeTypes;
      builder.controller = controller;
      builder.ownCgroup = ownCgroup;
      Objects.requireNonNull(later).accept(builder);
      builder.check();
      made = new Rest(builder);
      rest = made;
    }
    return made;
  }

  /**
   * The layout of statsfs: {@code <root>/<subsystem>[/<device>...]/<stat>} at any depth, described
   * by {@code .schema} files where there are any. Home: a file system of type {@code statsfs} or
   * {@code stats_fs}. One of {@code fuse.statsfs}, as the simulator of the test kit is, counts as
   * one where it is named, but is never looked for, since any user can mount one. Stats right in
   * the root, which statsfs itself never has, get the name of the root directory for a subsystem.
   *
   * @return the layout
   */
  public static Layout statsfs() {
    return STATSFS;
  }

  /**
   * A file that nothing declares. Its values are stats if the whole of its text is of one of these
   * forms; {@link Source#form} says which:
   *
   * <ul>
   *   <li>lines of a name and a number, as in {@code /proc/vmstat} and {@code /proc/meminfo}. A
   *       colon at the end of the name is dropped, and at most one more word is the unit;
   *   <li>header and value lines in pairs, {@code Tcp: InSegs OutSegs} and {@code Tcp: 12 13};
   *   <li>{@code KEY SUB=VALUE SUB=VALUE} lines, as in {@code /proc/pressure/cpu};
   *   <li>{@code KEY: SUB VALUE SUB VALUE} lines, as in {@code /proc/net/sockstat};
   *   <li>a kstat of ZFS: below a line {@code name type data} lines of these three;
   *   <li>a single number, whose stat is called {@code value}.
   * </ul>
   *
   * <p>The first word of a line, where it is not the name of a stat, is the value of the label
   * {@code row}. Names do not look like numbers: they do not begin like one, and are not eight
   * hexadecimal digits or more; nor does a unit. Each name is there once. If one line is something
   * else, nothing of the file is read, and a problem of the catalog says what it seems to be. So
   * tables need a declaration: their text does not say which of their keys are names.
   *
   * @param subsystem the name that the file's stats go under
   * @return the layout
   */
  public static Layout file(String subsystem) {
    return builder(subsystem).subsystem(subsystem).rootFile().build();
  }

  /**
   * Begins a declaration. By default the first level of directories below the root are subsystems,
   * every directory below is a source if it holds regular files, each file holds one value, nothing
   * is described and no symbolic link is followed.
   *
   * @param name what the layout is called in messages
   * @return a builder
   */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /**
   * What the layout is called.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * The {@linkplain io.statsfs.spi.Backend#name() backend} that opens such a tree.
   *
   * @return its name, {@code files} for a tree of files
   */
  public String backend() {
    return backend;
  }

  /**
   * Where below a mount the tree begins.
   *
   * @return a relative path; empty for the mount itself
   */
  public String homePath() {
    return homePath;
  }

  /**
   * The types of file system that the tree is found on, the first being looked for first.
   *
   * @return the types as {@code /proc/mounts} names them; empty if the tree is never looked for
   */
  public Set<String> homeTypes() {
    return homeTypes;
  }

  /**
   * The controller of cgroup v1 whose hierarchy the tree is in.
   *
   * @return its name, see {@link Builder#controller}; empty if the tree is not in cgroup v1
   */
  public Optional<String> controller() {
    return Optional.ofNullable(controller);
  }

  /**
   * Whether the tree begins at the cgroup of this process.
   *
   * @return true if so, see {@link Builder#ownCgroup}
   */
  public boolean isOwnCgroup() {
    return ownCgroup;
  }

  /**
   * The subsystem of all sources.
   *
   * @return the name; empty if the first level of directories gives it
   */
  public Optional<String> subsystem() {
    return Optional.ofNullable(rest().subsystem);
  }

  /**
   * The levels of directories between the root, or the subsystem, and a source.
   *
   * @return the levels; empty if directories at any depth are sources
   */
  public Optional<List<Level>> levels() {
    return Optional.ofNullable(rest().levels);
  }

  /**
   * The patterns by which the path of a source gives it further labels.
   *
   * @return the patterns, see {@link Builder#labelsOfPath}
   */
  public List<String> labelsOfPath() {
    return rest().labelsOfPath.stream().map(PathPattern::toString).toList();
  }

  /**
   * The labels that the path of a source gives it, besides the path itself.
   *
   * @param path the value of the label <code>{label...}</code>
   * @return the values by label, of the first of {@link #labelsOfPath()} that matches; empty if
   *     none does
   */
  public Map<String, String> labelsOfPath(String path) {
    for (PathPattern pattern : rest().labelsOfPath) {
      Map<String, String> labels = pattern.match(path);
      if (labels != null) {
        return labels;
      }
    }
    return Map.of();
  }

  /**
   * Where symbolic links in the place of directories must lead.
   *
   * @return a path relative to the root; empty if links are not followed
   */
  public Optional<Path> links() {
    return Optional.ofNullable(rest().links);
  }

  /**
   * The name of the file that describes the stats beside it.
   *
   * @return the name; empty if there is none
   */
  public Optional<String> schemaFile() {
    return Optional.ofNullable(rest().schemaFile);
  }

  /**
   * The files that give labels to the sources beside them.
   *
   * @return by label the names of its files, the first that is there coming first; see {@link
   *     Builder#label}
   */
  public Map<String, List<KeyPattern>> labelFiles() {
    return rest().labelFiles;
  }

  /**
   * The names of files that hold many {@code name value} lines.
   *
   * @return the names; empty if every file holds one value
   */
  public Set<String> flatKeyedFiles() {
    return rest().flatKeyedFiles;
  }

  /**
   * The files of several values whose shape is declared.
   *
   * @return the files; if the root itself is one, that alone
   */
  public List<FileDeclaration> files() {
    return rest().files;
  }

  /**
   * Whether only the declared files hold stats.
   *
   * @return true if so, see {@link Builder#declaredFilesOnly}
   */
  public boolean hasDeclaredFilesOnly() {
    return rest().declaredFilesOnly;
  }

  /**
   * Whether a file of one value is a stat only if {@link #stats()} describes it.
   *
   * @return true if so, see {@link Builder#describedStatsOnly}
   */
  public boolean hasDescribedStatsOnly() {
    return rest().describedStatsOnly;
  }

  /**
   * What is left out.
   *
   * @return the patterns of {@link Builder#exclude}
   */
  public List<String> excludes() {
    return rest().excludes;
  }

  /**
   * Whether a file of that name is no stat, and a directory of that name no source.
   *
   * @param name the name, as {@link Stat#name()} writes it
   * @return true if a pattern of {@link Builder#exclude} matches
   */
  public boolean excludes(String name) {
    for (String pattern : rest().excludes) {
      if (Glob.matches(pattern, name)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The sources that are left out by their labels.
   *
   * @return by the key of a label the patterns of {@link Builder#excludeLabel}
   */
  public Map<String, List<String>> excludedLabels() {
    return rest().excludedLabels;
  }

  /**
   * Whether a source with that label is left out.
   *
   * @param key of the label
   * @param value of the label
   * @return true if a pattern of {@link Builder#excludeLabel} matches
   */
  public boolean excludesLabel(String key, String value) {
    for (String pattern : rest().excludedLabels.getOrDefault(key, List.of())) {
      if (Glob.matches(pattern, value)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether the mode of a file gives the kind of a stat that nothing describes.
   *
   * @return true if so, see {@link Builder#kindsByMode}
   */
  public boolean hasKindsByMode() {
    return rest().kindsByMode;
  }

  /**
   * Whether the root is no directory but a file, whose form is recognized ({@link #file}) unless
   * {@link #files} declares it.
   *
   * @return true for a file
   */
  public boolean isRootFile() {
    return rest().rootFile;
  }

  /**
   * What is known about the stats beforehand.
   *
   * @return the declarations
   */
  public StatDeclarations stats() {
    return rest().stats;
  }

  /**
   * Whether the tree is looked for when nobody names it.
   *
   * @return true unless {@link Builder#byDefault} says otherwise
   */
  public boolean isDefault() {
    return isDefault;
  }

  /**
   * The conventional metrics that the stats make up.
   *
   * @return the metrics of all namings; empty if the stats have no other names than their own
   */
  public List<MetricDeclaration> metrics() {
    Rest from = rest();
    List<MetricDeclaration> made = from.metrics;
    if (made == null) {
      made = from.metricsLater == null ? List.of() : List.copyOf(from.metricsLater.get());
      from.metrics = made;
    }
    return made;
  }

  @Override
  public String toString() {
    return name;
  }

  /**
   * One level of directories: those of one name, those whose names have a pattern with labels, or
   * directories at any depth. Immutable.
   */
  public static final class Level {
    private static final String ANY_DEPTH = "...}";

    private final KeyPattern names;
    private final boolean hasAnyDepth;
    private final boolean isAnyName;

    private Level(String text) {
      hasAnyDepth = text.startsWith("{") && text.endsWith(ANY_DEPTH);
      names =
          KeyPattern.of(
              hasAnyDepth ? text.substring(0, text.length() - ANY_DEPTH.length()) + "}" : text);
      isAnyName = names.labels().size() == 1 && ("{" + names.labels().get(0) + "}").equals(text);
      if (names.hasWildcards()) {
        throw new IllegalArgumentException(
            "In '" + text + "' only a {label} can stand for several names");
      }
      for (String label : names.labels()) {
        if (!hasAnyDepth && label.endsWith("...")) {
          throw new IllegalArgumentException(
              "'" + text + "' has a label of any depth, which must be all of its level");
        }
      }
    }

    /**
     * The keys of the labels that a name gives.
     *
     * @return the keys, in the order of the text; empty if only a directory of one name matches
     */
    public List<String> labels() {
      return names.labels();
    }

    /**
     * Whether only a directory of one name matches, {@link #toString()}.
     *
     * @return true if there is no label
     */
    public boolean isLiteral() {
      return names.isLiteral();
    }

    /**
     * Whether this stands for directories at any depth: the one above it, with no value of the
     * label, and all below that, with their path for its value.
     *
     * @return true for <code>{key...}</code>
     */
    public boolean hasAnyDepth() {
      return hasAnyDepth;
    }

    /**
     * Whether a directory belongs to the level.
     *
     * @param name its name, as {@link Stat#name()} writes names
     * @return true if it matches
     */
    public boolean matches(String name) {
      return isAnyName && !name.isEmpty() || names.matches(name);
    }

    /**
     * What the name of a directory has for the labels.
     *
     * @param name its name
     * @return the values by label, in the order of the text; null if the directory does not belong
     *     to the level
     */
    public @Nullable Map<String, String> match(String name) {
      return names.match(name);
    }

    /**
     * The level as {@link Builder#sources} takes it.
     *
     * @return the text
     */
    @Override
    public String toString() {
      String text = names.toString();
      return hasAnyDepth ? text.substring(0, text.length() - 1) + ANY_DEPTH : text;
    }
  }

  /** Declares a layout. Each method returns this. Not safe for use by several threads. */
  public static final class Builder {
    private final String name;
    private String backend = FILES;
    private String homePath = "";
    private Set<String> homeTypes = Set.of();
    private @Nullable String controller;
    private boolean ownCgroup;
    private @Nullable String subsystem;
    private @Nullable List<Level> levels;
    private List<PathPattern> labelsOfPath = List.of();
    private @Nullable Path links;
    private @Nullable String schemaFile;
    private Map<String, List<KeyPattern>> labelFiles = Map.of();
    private Set<String> flatKeyedFiles = Set.of();
    private List<FileDeclaration> files = List.of();
    private boolean declaredFilesOnly;
    private boolean describedStatsOnly;
    private List<String> excludes = List.of();
    private Map<String, List<String>> excludedLabels = Map.of();
    private boolean kindsByMode;
    private boolean rootFile;
    private StatDeclarations stats = StatDeclarations.of(List.of());
    private @Nullable Supplier<List<MetricDeclaration>> metrics;
    private boolean isDefault = true;
    private boolean isUnchecked;
    private @Nullable Consumer<Builder> later;

    private Builder(String name) {
      this.name = Objects.requireNonNull(name, "name");
    }

    /**
     * Says which backend opens such a tree. Default: {@code files}. Of a tree that is not of files
     * a layout has the subsystem, the stats, the metrics, what is excluded by labels and whether it
     * is looked for by default; all else the backend knows by itself.
     *
     * @param name of the backend
     * @return this
     */
    public Builder backend(String name) {
      backend = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Where such a tree stands. A layout that is declared in a file, or by a {@link
     * io.statsfs.spi.LayoutProvider}, is looked for there; a tree with any other is opened by
     * {@link StatsFs.Builder#root(java.nio.file.Path, Layout)}.
     *
     * @param path relative to a mount; empty for the mount itself
     * @param fileSystemTypes as {@code /proc/mounts} names them, the first to be looked for first
     * @return this
     */
    public Builder home(String path, String... fileSystemTypes) {
      homePath = Objects.requireNonNull(path, "path");
      homeTypes = unmodifiable(fileSystemTypes);
      return this;
    }

    /**
     * Says which hierarchy of cgroup v1 the home is in. File systems of type {@code cgroup} have
     * different controllers, and which are mounted together differs from machine to machine.
     *
     * @param name of the controller, as {@code /proc/cgroups} has it, such as {@code memory};
     *     {@code name=} and a name for a hierarchy without one
     * @return this
     */
    public Builder controller(String name) {
      controller = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Says that the home is in the cgroup of this process, as {@code /proc/self/cgroup} has it, in
     * place of the root of a mount. The tree is left out while the process is in another cgroup
     * than at its opening.
     *
     * @return this
     */
    public Builder ownCgroup() {
      ownCgroup = true;
      return this;
    }

    /**
     * Gives all sources one subsystem, so that the first level of directories does not name it.
     *
     * @param name the subsystem
     * @return this
     */
    public Builder subsystem(String name) {
      subsystem = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Says which directories below the root (below the subsystem, where the first level names it)
     * are sources. The names of the directories of all levels with labels together are the source's
     * device.
     *
     * @param pattern the levels with {@code /} between them. Each is the name of a directory, in
     *     which <code>{key}</code> stands for one or more characters, which are the value of that
     *     label: <code>{device}/statistics</code>, <code>node{node}</code>. A directory that does
     *     not match is passed over. The last level, or the only one, may be <code>{key...}</code>,
     *     for any number of directories: their path is the value of the label, which the directory
     *     above them does not have
     * @return this
     * @throws IllegalArgumentException if the pattern has an empty level, a label without a key or
     *     one that is there twice, a label of any depth before the last level, or {@code *}, {@code
     *     ?} or {@code [}
     */
    public Builder sources(String pattern) {
      List<Level> parsed = new ArrayList<>();
      Set<String> labels = new HashSet<>();
      for (String part : pattern.split("/", -1)) {
        if (part.isEmpty() || part.contains("{}") || part.contains("{...}")) {
          throw new IllegalArgumentException(
              "'" + pattern + "' has an empty level, or a label without a key");
        } else if (!parsed.isEmpty() && parsed.get(parsed.size() - 1).hasAnyDepth()) {
          throw new IllegalArgumentException(
              "'" + pattern + "' has a level below one of any depth");
        }
        Level level = new Level(part);
        for (String label : level.labels()) {
          if (!labels.add(label)) {
            throw new IllegalArgumentException("'" + pattern + "' has a label twice");
          }
        }
        parsed.add(level);
      }
      levels = List.copyOf(parsed);
      return this;
    }

    /**
     * Takes further labels from the path of a source, where {@link #sources} ends in <code>
     * {label...}</code>. The first pattern that matches all of the path counts: {@code ...} at its
     * beginning stands for any levels or none, {@code *} for any characters but {@code /}, and
     * <code>{label}</code> for one or more of these. With <code>{label:hex}</code> these are
     * hexadecimal digits, with <code>{label:uid}</code> such with {@code -} or {@code _} between
     * them, where the value has {@code -}, as the identifiers of pods.
     *
     * @param patterns such as <code>.../docker-{container:hex}.scope</code>
     * @return this
     * @throws IllegalArgumentException if one is no such pattern, or has no label
     */
    public Builder labelsOfPath(String... patterns) {
      List<PathPattern> parsed = new ArrayList<>(patterns.length);
      for (String pattern : patterns) {
        parsed.add(PathPattern.of(pattern));
      }
      labelsOfPath = List.copyOf(parsed);
      return this;
    }

    /**
     * Lets the levels of {@link #sources} be symbolic links, if they lead to somewhere below a
     * directory.
     *
     * @param target the directory, relative to the root
     * @return this
     */
    public Builder links(String target) {
      links = Path.of(target);
      return this;
    }

    /**
     * Says that sources may be described by a file of their own.
     *
     * @param fileName its name
     * @return this
     */
    public Builder schemaFile(String fileName) {
      schemaFile = Objects.requireNonNull(fileName, "fileName");
      return this;
    }

    /**
     * Gives sources a label by a file in their directory: its first line, without blanks around it,
     * escaped as {@link io.statsfs.spi.PrintableText} does, and at most 200 characters of that. A
     * source has no such label if there is no such file or nothing in it. The file is read when the
     * source is found, and is no stat. Sources keep their devices.
     *
     * <p>In the name of the file <code>{label}</code> stands for a label that the names of the
     * source's own files have: {@code chip} by {@code name} is a label of all sources of the
     * directory, {@code label} by <code>temp{sensor}_label</code> one of those whose files begin
     * so, as {@code temp1_input} does.
     *
     * @param key of the label
     * @param files names, of which the first counts that is there and has something in it. Each may
     *     be a path from the directory, which may begin with {@code ../} but not leave the tree
     * @return this
     * @throws IllegalArgumentException if a path is none, has a label in another than its last
     *     part, or has {@code *}, {@code ?} or {@code [}
     */
    public Builder label(String key, String... files) {
      List<KeyPattern> names = new ArrayList<>();
      for (String file : files) {
        KeyPattern name = KeyPattern.of(file);
        String directory = file.substring(0, Math.max(0, file.lastIndexOf('/')));
        if (!isPath(file) || name.hasWildcards() || !KeyPattern.of(directory).isLiteral()) {
          throw new IllegalArgumentException("'" + file + "' is no path of one file");
        }
        names.add(name);
      }
      labelFiles = with(labelFiles, key, List.copyOf(names));
      return this;
    }

    /** Whether it may lead up first, and then names something. */
    private static boolean isPath(String file) {
      boolean hasName = false;
      for (String part : file.split("/", -1)) {
        if (part.isEmpty() || part.equals(".") || part.equals("..") && hasName) {
          return false;
        }
        hasName |= !part.equals("..");
      }
      return hasName;
    }

    /**
     * Names files that hold many {@code name value} lines. Each is a source of its own, whose
     * device ends in the file's name.
     *
     * @param fileNames their names
     * @return this
     */
    public Builder flatKeyedFiles(String... fileNames) {
      flatKeyedFiles = unmodifiable(fileNames);
      return this;
    }

    /**
     * Declares files of several values. One whose path is empty is the root itself.
     *
     * @param declarations of the files
     * @return this
     * @throws IllegalArgumentException if the root is declared beside other files, or one path
     *     twice
     */
    public Builder files(FileDeclaration... declarations) {
      files = List.of(declarations);
      if (files.size() == 1) {
        rootFile |= declarations[0].path().isEmpty();
      } else if (!isUnchecked) {
        checkPaths();
      }
      return this;
    }

    private void checkPaths() {
      Set<String> paths = new HashSet<>();
      for (FileDeclaration file : files) {
        if (!paths.add(file.path())) {
          throw new IllegalArgumentException("'" + file.path() + "' is declared twice");
        }
      }
      if (paths.contains("")) {
        throw new IllegalArgumentException("A root that is a file has no other file below it");
      }
    }

    /**
     * Says that only the declared files hold stats. Directories of sources are then not listed, so
     * that the root can be that of a large file system; without {@link #sources} the root is the
     * only directory that is looked at. The path of a file may lead below its directory.
     *
     * @return this
     */
    public Builder declaredFilesOnly() {
      declaredFilesOnly = true;
      return this;
    }

    /**
     * Says that a file of one value is a stat only if {@link #stats(List)} describes it, by its
     * name or by a pattern. No other is opened, except for {@link #files}. Where there are few
     * names and no pattern, directories of sources are not listed.
     *
     * @return this
     */
    public Builder describedStatsOnly() {
      describedStatsOnly = true;
      return this;
    }

    /**
     * Leaves out files that are no stats, which are then never opened, and directories with all
     * that is below them.
     *
     * @param patterns of their names; {@code *} stands for any characters, {@code ?} for one
     * @return this
     * @throws IllegalArgumentException if a pattern has a {@code /}, which no name has
     */
    public Builder exclude(String... patterns) {
      excludes = List.of(patterns);
      for (String pattern : excludes) {
        if (pattern.indexOf('/') >= 0) {
          throw new IllegalArgumentException(
              "'" + pattern + "' matches no name; exclude a directory by its name alone");
        }
      }
      return this;
    }

    /**
     * Leaves out sources of a tree that is not of files. Which keys have an effect is for the
     * backend to say.
     *
     * @param key of a label
     * @param patterns of its values; {@code *} stands for any characters, {@code ?} for one
     * @return this
     */
    public Builder excludeLabel(String key, String... patterns) {
      excludedLabels = with(excludedLabels, key, List.of(patterns));
      return this;
    }

    /**
     * Says that the mode of a file gives the kind of a stat that nothing describes: where nobody
     * may write, as with mode 0444, it is a {@linkplain Stat.Kind#LEVEL level}, otherwise it
     * {@linkplain Stat.Kind#COUNTER counts}.
     *
     * @return this
     */
    public Builder kindsByMode() {
      kindsByMode = true;
      return this;
    }

    /**
     * Says that the root is itself a file, of one of the forms of {@link #file}.
     *
     * @return this
     */
    public Builder rootFile() {
      rootFile = true;
      return this;
    }

    /**
     * Describes the stats of all sources. What the kernel says in a {@code .schema} file wins, and
     * so does what a table says of its own stats.
     *
     * <p>A file of one value can have labels in its name. <code>temp{sensor}_input</code> is the
     * stat {@code temp_input}, without the label, of a source that has the label beside those of
     * its directory. Files whose names are alike up to the end of the last label, {@code
     * temp1_input} and {@code temp1_max}, are stats of one source, whose device ends in that,
     * {@code temp1}. Of two equal characters that the label stood between, neither letters nor
     * digits, one is left, and none where the label was first or last: <code>hugetlb.{size}.max
     * </code> is {@code hugetlb.max}, <code>{zone}_energy</code> is {@code energy}.
     *
     * @param declarations of which the first that describes a stat counts; one by its exact name
     *     comes before any pattern
     * @return this
     */
    public Builder stats(List<StatDeclaration> declarations) {
      return stats(StatDeclarations.of(declarations));
    }

    /**
     * The same, of declarations that may be made when they are found.
     *
     * @param declarations of the stats of all sources
     * @return this
     */
    public Builder stats(StatDeclarations declarations) {
      stats = Objects.requireNonNull(declarations, "declarations");
      return this;
    }

    /**
     * Says whether the tree is looked for when nobody names it. Default: it is.
     *
     * @param isDefault false for a tree that must be named
     * @return this
     */
    public Builder byDefault(boolean isDefault) {
      this.isDefault = isDefault;
      return this;
    }

    /**
     * Says which conventional metrics the stats make up.
     *
     * @param metrics the metrics of all namings
     * @return this
     */
    public Builder metrics(List<MetricDeclaration> metrics) {
      List<MetricDeclaration> copy = List.copyOf(metrics);
      this.metrics = () -> copy;
      return this;
    }

    /**
     * Says which conventional metrics the stats make up, when that is first asked for: nobody asks
     * where stats have no other names than their own.
     *
     * @param metrics gives the metrics of all namings; if several threads ask at a time, several
     *     times
     * @return this
     */
    public Builder metrics(Supplier<List<MetricDeclaration>> metrics) {
      this.metrics = Objects.requireNonNull(metrics, "metrics");
      return this;
    }

    /**
     * Leaves out the checks of {@link #files} and {@link #build}, whatever was declared before: for
     * declarations that were compiled from checked ones. What does not go together is then not
     * noticed, and what is read of such a tree can be wrong. Patterns are parsed as ever. What is
     * left for {@link #later} is checked unless this is said there.
     *
     * @return this
     */
    public Builder unchecked() {
      isUnchecked = true;
      return this;
    }

    /**
     * Leaves all but the name, the backend, the home, the cgroup and {@link #byDefault} to when it
     * is first asked for, so that the declaration of a tree that is not there takes nothing.
     *
     * @param rest declares all else, once, on a builder that has these; what it throws, and what
     *     {@link #build} would, comes out of what asks
     * @return this
     */
    public Builder later(Consumer<Builder> rest) {
      later = Objects.requireNonNull(rest, "rest");
      return this;
    }

    /**
     * Ends the declaration.
     *
     * @return the layout
     * @throws IllegalStateException if the root is a file, or there are declared files alone, and
     *     there is no subsystem to put them under; if links may be followed at any depth of {@link
     *     #sources}, where they could lead in circles; if a controller is given for another type of
     *     file system than {@code cgroup}, or the own cgroup is asked for without the type {@code
     *     cgroup2}, or {@code cgroup} and a controller; if labels are taken from a path without
     *     sources at any depth; if {@link #describedStatsOnly} is together with {@link
     *     #declaredFilesOnly} or {@link #schemaFile}; if a label of a file, a table or a path is
     *     also one of a directory, or a stat's name is nothing but labels; if a {@link #label} by a
     *     file is also one of names or of a path, its file has a label that no stat has, or there
     *     are files of several values; if a tree of another backend than {@code files} has a place,
     *     or anything that is of files, or a tree of files excludes sources by labels
     */
    public Layout build() {
      if (later == null) {
        check();
      }
      return new Layout(this);
    }

    private void check() {
      if (isUnchecked) {
        return;
      }
      boolean isOfFiles = backend.equals(FILES);
      if (isOfFiles && !excludedLabels.isEmpty()) {
        throw new IllegalStateException("Sources of files are not excluded by labels");
      } else if (!isOfFiles && (subsystem == null || !stats.patterns().isEmpty())) {
        throw new IllegalStateException(
            "A layout for the backend "
                + backend
                + " needs a subsystem, and stats without patterns");
      } else if (!isOfFiles && hasFiles()) {
        throw new IllegalStateException(
            "A layout for the backend "
                + backend
                + " has no place, and nothing of directories and files");
      }
      if (!labelsOfPath.isEmpty()
          && (levels == null || !levels.get(levels.size() - 1).hasAnyDepth())) {
        throw new IllegalStateException(
            "Labels of a path need sources at any depth, such as {path...}");
      }
      if (controller != null && !homeTypes.equals(Set.of("cgroup"))) {
        throw new IllegalStateException(
            "Only file systems of type cgroup, that is v1, have a controller");
      } else if (ownCgroup && controller == null && !homeTypes.equals(Set.of("cgroup2"))) {
        throw new IllegalStateException(
            "An own cgroup needs the type cgroup2, or the type cgroup and a controller");
      }
      if (rootFile && subsystem == null) {
        throw new IllegalStateException("A layout whose root is a file needs a subsystem");
      } else if (declaredFilesOnly && subsystem == null) {
        throw new IllegalStateException("A layout of declared files alone needs a subsystem");
      } else if (links != null && levels != null && levels.get(levels.size() - 1).hasAnyDepth()) {
        throw new IllegalStateException("Links are not followed at any depth");
      } else if (describedStatsOnly && (declaredFilesOnly || schemaFile != null)) {
        throw new IllegalStateException(
            "Described stats alone and "
                + (declaredFilesOnly ? "declared files alone" : "a schema file")
                + " exclude each other");
      }
      // Without lambdas, as this is part of opening in a JVM that has just begun.
      Set<String> ofDirectories = new HashSet<>();
      if (levels != null) {
        for (Level level : levels) {
          ofDirectories.addAll(level.labels());
        }
      }
      for (PathPattern pattern : labelsOfPath) {
        // Those of several patterns may be the same, as only one of these matches.
        requireOtherLabels(pattern, pattern.labels(), ofDirectories);
      }
      for (PathPattern pattern : labelsOfPath) {
        ofDirectories.addAll(pattern.labels());
      }
      for (StatDeclaration stat : stats.patterns()) {
        requireOtherLabels(stat, stat.name().labels(), ofDirectories);
        if (StatFileName.statOf(stat.name()).isEmpty()) {
          throw new IllegalStateException("'" + stat + "' leaves no name for the stat");
        }
      }
      if (stats.named("") != null) {
        throw new IllegalStateException("'' leaves no name for the stat");
      }
      if (!ofDirectories.isEmpty()) {
        for (FileDeclaration file : files) {
          requireOtherLabels(file.name(), file.name().labels(), ofDirectories);
          for (FileDeclaration form : file.forms()) {
            for (TableDeclaration table : form.tables()) {
              requireOtherLabels(file.path(), table.labelKeys(), ofDirectories);
            }
          }
        }
      }
      // By their keys, as the entries of a map that cannot be changed are of three classes more.
      for (String label : labelFiles.keySet()) {
        requireNewLabel(label, labelFiles.getOrDefault(label, List.of()), ofDirectories);
      }
    }

    private boolean hasFiles() {
      return !homeTypes.isEmpty()
          || levels != null
          || links != null
          || schemaFile != null
          || rootFile
          || kindsByMode
          || declaredFilesOnly
          || describedStatsOnly
          || !labelFiles.isEmpty()
          || !flatKeyedFiles.isEmpty()
          || !files.isEmpty()
          || !excludes.isEmpty();
    }

    private static void requireOtherLabels(
        Object what, List<String> labels, Set<String> ofDirectories) {
      for (String label : labels) {
        if (ofDirectories.contains(label)) {
          throw new IllegalStateException(
              "'" + what + "' has the label '" + label + "', which directories give already");
        }
      }
    }

    private void requireNewLabel(String label, List<KeyPattern> names, Set<String> ofDirectories) {
      if (!files.isEmpty() || rootFile || !flatKeyedFiles.isEmpty()) {
        throw new IllegalStateException("Only sources of files of one value have labels by files");
      }
      Set<String> known = new HashSet<>();
      for (StatDeclaration stat : stats.patterns()) {
        known.addAll(stat.name().labels());
      }
      for (KeyPattern name : names) {
        if (!known.containsAll(name.labels())) {
          throw new IllegalStateException("'" + name + "' has a label that no stat has");
        }
      }
      if (known.contains(label) || ofDirectories.contains(label)) {
        throw new IllegalStateException("The label '" + label + "' is one of names already");
      }
    }

    /** A copy with one entry more, since most layouts have none. */
    private static <T> Map<String, T> with(Map<String, T> map, String key, T value) {
      Map<String, T> more = new LinkedHashMap<>(map);
      more.put(Objects.requireNonNull(key, "key"), value);
      return Collections.unmodifiableMap(more);
    }

    private static Set<String> unmodifiable(String... names) {
      return names.length == 1
          ? Set.of(names)
          : Collections.unmodifiableSet(new LinkedHashSet<>(Arrays.asList(names)));
    }
  }
}
