package io.statsfs.core.files;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;

import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.Tree;
import io.statsfs.TreeUnavailableException;
import io.statsfs.TreeUnavailableException.Reason;
import io.statsfs.core.backend.Backends;
import io.statsfs.core.backend.DeclaredLayouts;
import io.statsfs.core.backend.TreeScans;
import io.statsfs.core.mounts.FileSystemPath;
import io.statsfs.core.mounts.FileSystemType;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.mounts.Inode;
import io.statsfs.core.mounts.Located;
import io.statsfs.core.mounts.Mounts;
import io.statsfs.core.mounts.Mounts.Mount;
import io.statsfs.core.mounts.OwnCgroups;
import io.statsfs.core.mounts.ReadEffects;
import io.statsfs.core.mounts.RealPaths;
import io.statsfs.core.mounts.TextFile;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.core.thread.GuardedCall;
import io.statsfs.core.thread.Watchdog;
import io.statsfs.spi.AccessRemedy;
import io.statsfs.spi.BackendSettings;
import io.statsfs.spi.LayoutProvider.Declared;
import io.statsfs.spi.PathText;
import io.statsfs.spi.PrintableText;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the trees of this machine, and checks those that a user names; later, those that were not
 * there then. For one thread at a time.
 */
public final class Trees {
  private static final int ENOTDIR = 20;

  /** Between two attempts to open what cannot be opened. */
  private static final int MOST_LOOKS_PER_ATTEMPT = 8;

  private final FileSystems fileSystems;
  private final Declared layouts;
  private final Watchdog watchdog;

  /** What was looked for when trees were opened; null if nothing was. */
  private @Nullable Sought sought;

  /** What was named, and opened. */
  private List<Tree> roots = List.of();

  /** How often it was looked for what was missing. */
  private int looks;

  /**
   * Trees of these layouts.
   *
   * @param watchdog has each tree looked at, and goes on if one hangs
   */
  public Trees(FileSystems fileSystems, Declared layouts, Watchdog watchdog) {
    this.fileSystems = fileSystems;
    this.layouts = layouts;
    this.watchdog = watchdog;
  }

  /**
   * Trees that were looked for.
   *
   * @param problems why others could not be opened though they seem to be there
   * @param cgroups of trees that begin at the cgroup of this process, which it was then
   * @param unnamed those of the trees that nobody named, which may well be empty
   * @param places what the roots of trees that were looked for led to
   */
  public record Detected(
      List<Tree> trees,
      List<Problem> problems,
      Map<Tree, String> cgroups,
      Set<Tree> unnamed,
      Map<Tree, Located> places) {
    static Detected of(List<Search> searches, List<Layout> named) {
      List<Tree> trees = new ArrayList<>();
      List<Problem> problems = new ArrayList<>();
      Map<Tree, String> cgroups = new HashMap<>();
      Set<Tree> unnamed = new HashSet<>();
      Map<Tree, Located> places = new HashMap<>();
      for (Search search : searches) {
        search.problem().ifPresent(problems::add);
        Opened opened = search.opened;
        if (opened == null) {
          continue;
        }
        Tree tree = opened.tree;
        trees.add(tree);
        places.put(tree, opened.place);
        if (!named.contains(search.layout)) {
          unnamed.add(tree);
        }
        if (search.cgroup != null) {
          cgroups.put(tree, search.cgroup);
        }
      }
      return new Detected(trees, problems, cgroups, unnamed, places);
    }
  }

  /** A tree, and what its root led to when it was opened. */
  private record Opened(Tree tree, Located place) {}

  /**
   * What was looked for, and what came of it so far.
   *
   * @param named those of the layouts that were asked for by name
   */
  private record Sought(
      boolean isDetecting, List<Layout> named, HostMounts host, List<Search> searches) {}

  /** The opening of a tree, which may take as long as a step of a scan. */
  private static final class Opening extends GuardedCall<Opened> {
    private int looks;

    Opening(Task<Opened> task) {
      super(task);
    }

    @Override
    public long progress() {
      return looks < TreeScans.LOOKS_MORE ? ++looks : looks;
    }
  }

  /** Opens the roots that are named, and those that are asked for and can be found. */
  public Detected open(BackendSettings settings) {
    Layout placeless = settings.roots().isEmpty() ? null : placeless(settings.trees());
    List<Tree> opened = new ArrayList<>();
    Set<String> named = new HashSet<>(settings.trees());
    for (BackendSettings.Root root : settings.roots()) {
      Tree tree = open(root, placeless);
      Layout only = placeless == null ? onlyNamed(settings.trees()) : null;
      if (only != null && isUndeclaredFile(root, tree, only)) {
        // It is at the place of no tree, such as a copy: then it is what the name says.
        tree = openRoot(root.path(), only);
        named.remove(only.name());
      }
      opened.add(tree);
    }
    if (settings.isStatsfsRequired()) {
      opened.forEach(Trees::requireStatsfs);
      settings.trees().forEach(Trees::requireStatsfs);
    }
    roots = opened;
    return withRoots(find(settings, named, opened.isEmpty()));
  }

  /** A root that is named twice, or is found, too, is still one. */
  private Detected withRoots(Detected found) {
    if (roots.isEmpty()) {
      return found;
    }
    return new Detected(
        Stream.concat(found.trees.stream(), roots.stream()).distinct().toList(),
        found.problems,
        found.cgroups,
        found.unnamed.stream().filter(t -> !roots.contains(t)).collect(toSet()),
        found.places);
  }

  /**
   * Looks once more for what was not there or could not be opened, as a file system may have been
   * mounted or a module loaded since. What is there and cannot be opened is tried after pauses that
   * grow, as under lockdown each attempt may write to the kernel's log. A statsfs is not looked for
   * again where other trees were opened in its place.
   *
   * @return all that is open now; null if nothing was looked for that is missing
   */
  public @Nullable Detected openMore() {
    if (sought == null) {
      return null;
    }
    looks++;
    boolean isPauseOver =
        looks < MOST_LOOKS_PER_ATTEMPT
            ? Integer.bitCount(looks) == 1
            : looks % MOST_LOOKS_PER_ATTEMPT == 0;
    List<Search> missing = new ArrayList<>();
    for (Search search : sought.searches) {
      boolean isReplaced =
          search.layout.equals(Layout.statsfs()) && !sought.named.contains(search.layout);
      boolean isDue = isPauseOver || search.isAbsent();
      if (search.opened == null && isDue && !search.hangs() && !isReplaced) {
        missing.add(search);
      }
    }
    if (missing.isEmpty()) {
      return null;
    }
    Surroundings here = surroundings(ownCgroups(), sought.host);
    missing.forEach(Search::begin);
    search(missing, here);
    return withRoots(detected(sought));
  }

  private Tree open(BackendSettings.Root root, @Nullable Layout placeless) {
    Layout layout = root.layout().or(() -> root.tree().map(this::layout)).orElse(placeless);
    return openRoot(root.path(), layout);
  }

  /** The only layout that is named; null if there is none, or are several. */
  private @Nullable Layout onlyNamed(Set<String> names) {
    return names.size() == 1 ? layout(names.iterator().next()) : null;
  }

  private static boolean isUndeclaredFile(BackendSettings.Root root, Tree tree, Layout named) {
    Layout layout = tree.layout();
    return root.layout().isEmpty()
        && root.tree().isEmpty()
        && layout.isRootFile()
        && layout.files().isEmpty()
        && named.isRootFile();
  }

  /** The layout without a place that is named, which roots have that name no other. */
  private @Nullable Layout placeless(Set<String> names) {
    List<Layout> layouts =
        known().filter(l -> names.contains(l.name()) && l.homeTypes().isEmpty()).toList();
    if (layouts.size() > 1) {
      throw new TreeUnavailableException(
          Reason.NOT_FOUND,
          "The trees "
              + layouts
              + " have no place, 'at', so a root can be one of them only: name one.",
          null);
    }
    return layouts.isEmpty() ? null : layouts.get(0);
  }

  private Detected find(BackendSettings settings, Set<String> names, boolean isNeeded) {
    // Those without a place are what the roots are.
    List<Layout> named = new ArrayList<>();
    if (!names.isEmpty()) {
      known()
          .filter(l -> names.contains(l.name()))
          .filter(l -> isNeeded || !l.homeTypes().isEmpty())
          .forEach(named::add);
    }
    HostMounts host = new HostMounts(settings);
    requireDirectories(host);
    if (!settings.isDetecting() && named.isEmpty()) {
      return new Detected(List.of(), withoutEffect(host), Map.of(), Set.of(), Map.of());
    } else if (settings.isStatsfsRequired()) {
      return new Detected(List.of(statsfs(host)), List.of(), Map.of(), Set.of(), Map.of());
    }
    Surroundings here = surroundings(ownCgroups(), host);
    List<Search> searches = search(settings.isDetecting(), named, settings.withoutTrees(), here);
    Sought all = new Sought(settings.isDetecting(), named, host, searches);
    sought = all;
    Detected found = detected(all);
    if (found.trees.isEmpty() && isNeeded) {
      throw nothingFound(searches);
    }
    return found;
  }

  private static Detected detected(Sought sought) {
    Detected found = Detected.of(sought.searches, sought.named);
    List<Problem> problems = new ArrayList<>(found.problems);
    // Without lambdas, as most openings have no such directory.
    for (Path directory : sought.host.all()) {
      if (sought.isDetecting && isEmpty(directory, sought.searches)) {
        problems.add(nothingIsIn(directory));
      }
    }
    for (Search search : sought.searches) {
      if (sought.named.contains(search.layout) && search.isAbsent()) {
        String message = "the tree " + search.layout + " is not found: " + search.absence();
        problems.add(
            Problem.builder(Problem.Kind.NOT_OPENED, message)
                .treeName(search.layout.name())
                .build());
      }
    }
    return new Detected(found.trees, problems, found.cgroups, found.unnamed, found.places);
  }

  /** Whether nothing is there of all that was looked for below a directory, not even in part. */
  private static boolean isEmpty(Path directory, List<Search> searches) {
    List<Search> below =
        searches.stream().filter(s -> s.root != null && s.root.startsWith(directory)).toList();
    return !below.isEmpty() && below.stream().allMatch(Search::isAbsent);
  }

  /** As where a host's root is mounted without the mounts below it. */
  private static Problem nothingIsIn(Path directory) {
    return Problem.builder(
            Problem.Kind.NOT_OPENED,
            "no tree of the host is here. Mount that of the host, as with -v /proc:/host/proc:ro -v"
                + " /sys:/host/sys:ro")
        .path(directory)
        .build();
  }

  /** Roots are read where they are. */
  private static List<Problem> withoutEffect(HostMounts host) {
    if (host.all().isEmpty()) {
      return List.of();
    }
    String directories = host.all().stream().map(PathText::of).collect(joining(" and "));
    String message =
        "nothing is looked for in "
            + directories
            + ", as only roots are opened; name trees, or leave out the roots";
    return List.of(Problem.builder(Problem.Kind.NOT_OPENED, message).build());
  }

  /** The layout of a tree that is declared. */
  private Layout layout(String tree) {
    return known()
        .filter(layout -> layout.name().equals(tree))
        .findFirst()
        .orElseThrow(() -> Backends.unknown(tree, known().map(Layout::name).toList(), layouts));
  }

  private Stream<Layout> known() {
    return Stream.concat(Stream.of(Layout.statsfs()), DeclaredLayouts.all(layouts));
  }

  /**
   * Looks for trees.
   *
   * @param detects whether to look for a statsfs, and for what users declare, and for what is
   *     shipped if there is no statsfs
   * @param named what else to look for
   * @param without what detection leaves out
   */
  private List<Search> search(
      boolean detects, List<Layout> named, Set<String> without, Surroundings here) {
    Map<Layout, Search> searches = new LinkedHashMap<>();
    if (detects) {
      List<Layout> wanted = new ArrayList<>(layouts.own());
      Search statsfs = new Search(Layout.statsfs());
      if (!without.contains(statsfs.layout.name())) {
        search(List.of(statsfs), here);
        searches.put(statsfs.layout, statsfs);
      }
      if (statsfs.opened == null) {
        wanted.addAll(layouts.shipped());
      }
      for (Layout layout : wanted) {
        if (layout.isDefault() && !without.contains(layout.name())) {
          searches.putIfAbsent(layout, new Search(layout));
        }
      }
    }
    for (Layout layout : named) {
      searches.putIfAbsent(layout, new Search(layout));
    }
    List<Search> all = List.copyOf(searches.values());
    search(all, here);
    return all;
  }

  /** Why none of these found a tree. */
  TreeUnavailableException nothingFound(List<Search> searches) {
    TreeUnavailableException cause = null;
    Reason reason = Reason.NOT_FOUND;
    StringBuilder message = new StringBuilder();
    List<Layout> others = new ArrayList<>();
    for (Search search : searches) {
      if (search.layout.equals(Layout.statsfs())) {
        cause = unavailable(search);
        reason = cause.reason();
        message.append(cause.getMessage()).append(' ');
      } else {
        others.add(search.layout);
      }
    }
    if (!others.isEmpty()) {
      message.append("None of the trees ").append(others);
      message.append(" can be opened at a mount of this process");
      Map<String, List<Layout>> absent = new LinkedHashMap<>();
      searches.stream()
          .filter(search -> others.contains(search.layout) && search.isAbsent())
          .forEach(
              search ->
                  absent
                      .computeIfAbsent(search.absence(), why -> new ArrayList<>())
                      .add(search.layout));
      String separator = ": ";
      for (Map.Entry<String, List<Layout>> why : absent.entrySet()) {
        message.append(separator).append(why.getKey()).append(" (");
        message.append(why.getValue().stream().map(Layout::name).collect(joining(", ")));
        message.append(')');
        separator = "; ";
      }
      message.append(". Mount what is missing, or name a root. ");
    }
    searches.forEach(
        search ->
            search
                .problem()
                .map(Problem::toString)
                .ifPresent(
                    problem -> message.append(problem).append(problem.endsWith(".") ? " " : ". ")));
    return new TreeUnavailableException(reason, message.toString().strip(), cause);
  }

  /** The statsfs, and nothing else. */
  Tree statsfs(HostMounts host) {
    Search statsfs = new Search(Layout.statsfs());
    search(List.of(statsfs), surroundings(null, host));
    if (statsfs.opened == null) {
      throw unavailable(statsfs);
    }
    Tree tree = statsfs.opened.tree;
    requireStatsfs(tree);
    return tree;
  }

  private TreeUnavailableException unavailable(Search statsfs) {
    if (statsfs.failure != null && statsfs.failure.reason() != Reason.NOT_FOUND) {
      return statsfs.failure;
    }
    String where = statsfs.root == null ? "/sys/kernel/stats" : PathText.of(statsfs.root);
    try {
      return fileSystems.isSupported(Layout.statsfs().homeTypes())
          ? new TreeUnavailableException(
              Reason.NOT_MOUNTED,
              "This kernel has statsfs, but it is not mounted. As root: mount -t statsfs statsfs "
                  + where
                  + ".",
              null)
          : new TreeUnavailableException(
              Reason.NOT_SUPPORTED,
              "This kernel has no statsfs (it is not in "
                  + fileSystems.filesystems()
                  + "): statsfs was never merged into Linux and needs a patched kernel.",
              null);
    } catch (IOException e) {
      return new TreeUnavailableException(
          Reason.NOT_MOUNTED,
          "No statsfs is mounted. Whether this kernel has one is not known, since "
              + fileSystems.filesystems()
              + " cannot be read: "
              + ReadFailure.describe(e)
              + ".",
          e);
    }
  }

  /** What came of looking for a tree: the tree, or what kept it from being opened, or nothing. */
  static final class Search {
    private final Layout layout;
    private @Nullable Opened opened;

    /** Where to look that was not looked at yet; null before the first look. */
    private @Nullable Iterator<Place> places;

    private @Nullable Path root;
    private @Nullable TreeUnavailableException failure;

    /** Whether nothing is at the root, which most often needs no more words. */
    private boolean isNotThere;

    /** The cgroup of this process where the tree begins. */
    private @Nullable String cgroup;

    /** Why it cannot be found on the host that is named. */
    private @Nullable String whyNot;

    /** The opening that did not end in time. */
    private @Nullable Opening leftBehind;

    Search(Layout layout) {
      this.layout = layout;
    }

    /** Forgets what an earlier look has shown. */
    private void begin() {
      places = null;
      root = null;
      failure = null;
      isNotThere = false;
      cgroup = null;
      whyNot = null;
      leftBehind = null;
    }

    /** Whether a thread is still in it, so that another look may cost another one. */
    private boolean hangs() {
      return leftBehind != null && leftBehind.isBusy();
    }

    private void absent(Path place) {
      if (failure == null && !isNotThere) {
        root = place;
        isNotThere = true;
      }
    }

    /** The first place where something is wrong counts, and before any one that is not there. */
    private void failed(Path place, TreeUnavailableException why) {
      boolean isFirst = failure == null && !isNotThere;
      boolean isBefore = failure == null || failure.reason() == Reason.NOT_FOUND;
      if (isFirst || isBefore && why.reason() != Reason.NOT_FOUND) {
        root = place;
        failure = why;
      }
    }

    private void found(Path place, Opened found) {
      root = place;
      opened = found;
      failure = null;
    }

    boolean isAbsent() {
      return opened == null
          && whyNot == null
          && (failure == null || failure.reason() == Reason.NOT_FOUND);
    }

    /** What was looked for. */
    String absence() {
      if (whyNot != null) {
        return whyNot;
      } else if (root != null) {
        return "there is no " + PathText.of(root);
      } else if (layout.homeTypes().isEmpty()) {
        return "the layout has no place, 'at'";
      }
      String types =
          String.join(" or ", layout.homeTypes())
              + layout.controller().map(c -> " with the controller " + c).orElse("");
      return layout.isOwnCgroup() && cgroup != null
          ? "no file system of type "
              + types
              + " is mounted that shows the cgroup of this process, "
              + cgroup
          : "no file system of type " + types + " is mounted";
    }

    /** A tree that is not there is no problem. */
    Optional<Problem> problem() {
      if (whyNot != null) {
        return Optional.of(
            Problem.builder(
                    Problem.Kind.NOT_OPENED, "the tree " + layout + " is left out: " + whyNot)
                .treeName(layout.name())
                .build());
      }
      if (root == null || failure == null || failure.reason() == Reason.NOT_FOUND) {
        return Optional.empty();
      }
      // The problem names the root itself.
      String why =
          failure.getMessage().substring(PrintableText.of(PathText.of(root) + " ").length());
      String message = "the tree " + layout + " is left out: it " + why;
      return Optional.of(
          Problem.builder(Problem.Kind.NOT_OPENED, message)
              .treeName(layout.name())
              .path(root)
              .build());
    }
  }

  private static void requireDirectories(HostMounts host) {
    for (Path directory : host.all()) {
      if (!Files.isDirectory(directory)) {
        throw new TreeUnavailableException(
            Reason.NOT_FOUND,
            PathText.of(directory)
                + " is no directory, and the trees of the host are to be found there. Mount that of"
                + " the host, as with -v /proc:/host/proc:ro.",
            null);
      }
    }
  }

  /**
   * Where all trees of one opening are looked for, read once for all of them.
   *
   * @param cgroups null if they cannot be read, as on a kernel without cgroups
   */
  private record Surroundings(
      Mounts mounts, @Nullable OwnCgroups cgroups, HostMounts host, RealPaths realPaths) {}

  private Surroundings surroundings(@Nullable OwnCgroups cgroups, HostMounts host) {
    return new Surroundings(mounts(), cgroups, host, new RealPaths(fileSystems.files()));
  }

  private @Nullable OwnCgroups ownCgroups() {
    try {
      return fileSystems.ownCgroups();
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * Where a tree may begin.
   *
   * @param home the mount that it was found by, whose type it must have; null on a host's mounts
   */
  private record Place(Path root, @Nullable Mount home) {}

  /**
   * Looks at all places where there may be trees of these layouts, for each of them until one can
   * be opened. The first places of all are looked at before any second one, so that there is one
   * change of thread for all.
   */
  private void search(List<Search> searches, Surroundings here) {
    List<Search> left = new ArrayList<>(searches);
    List<Place> places = new ArrayList<>();
    List<Opening> openings = new ArrayList<>();
    while (!left.isEmpty()) {
      List<Search> looking = left;
      left = new ArrayList<>();
      places.clear();
      openings.clear();
      for (Search search : looking) {
        Place place = nextPlace(search, here);
        if (place != null) {
          left.add(search);
          places.add(place);
          openings.add(new Opening(() -> open(place, search.layout, here)));
        }
      }
      watchdog.runAll(openings);
      for (int i = 0; i < left.size(); i++) {
        Search search = left.get(i);
        Place place = places.get(i);
        Opening opening = openings.get(i);
        if (opening.isBusy()) {
          search.leftBehind = opening;
        }
        try {
          search.found(place.root, opened(opening, place.root, place.home));
        } catch (NoSuchFileException e) {
          search.absent(place.root);
        } catch (TreeUnavailableException e) {
          search.failed(place.root, e);
        }
      }
    }
  }

  /** Where to look next; null if the tree was found, or can be nowhere else. */
  private static @Nullable Place nextPlace(Search search, Surroundings here) {
    if (search.opened != null) {
      return null;
    }
    Iterator<Place> places = search.places;
    if (places == null) {
      places = (here.host.have(search.layout) ? onHost(search, here) : atMounts(search, here));
      search.places = places;
    }
    return places.hasNext() ? places.next() : null;
  }

  private static Iterator<Place> onHost(Search search, Surroundings here) {
    List<Place> places = new ArrayList<>();
    search.whyNot = here.host.whyNot(search.layout);
    if (search.whyNot == null) {
      here.host.places(search.layout).forEach(root -> places.add(new Place(root, null)));
    }
    return places.iterator();
  }

  private static Iterator<Place> atMounts(Search search, Surroundings here) {
    List<Place> places = new ArrayList<>();
    Layout layout = search.layout;
    if (layout.isOwnCgroup() && here.cgroups != null) {
      search.cgroup = here.cgroups.of(layout);
    }
    for (Mount home : homes(layout, here.mounts)) {
      String place = layout.isOwnCgroup() ? OwnCgroups.at(home, search.cgroup) : home.point();
      if (place != null) {
        places.add(new Place(Mounts.path(place).resolve(layout.homePath()), home));
      }
    }
    return places.iterator();
  }

  private Opened open(Place place, Layout layout, Surroundings here) throws IOException {
    if (place.home != null) {
      requireVisible(place.root, layout, place.home, here.mounts);
    }
    return openHere(place.root, layout, place.home, here.mounts, here.realPaths);
  }

  /** The mounts at which a tree of this layout may begin. */
  private static List<Mount> homes(Layout layout, Mounts mounts) {
    // Any user can mount a file system that a process of his serves.
    List<String> types = new ArrayList<>();
    for (String type : layout.homeTypes()) {
      if (!type.startsWith("fuse.")) {
        types.add(type);
      }
    }
    return mounts.of(
        types,
        mount ->
            FileSystemType.of(mount.type()).hasCgroups()
                ? layout.controller().map(mount.controllers()::contains).orElse(true)
                : mount.root().equals("/"));
  }

  private static void requireVisible(Path root, Layout layout, Mount home, Mounts mounts) {
    String path = Mounts.bytes(root);
    Mount mount = mounts.at(path);
    if (mount == null
        || !FileSystemPath.of(mount, path).isHomeOf(layout)
        // Another mount of cgroups leads to others by the same path.
        || FileSystemType.of(mount.type()).hasCgroups() && !mount.equals(home)) {
      String other =
          mount == null ? "another mount" : mount.type() + " at " + Mounts.path(mount.point());
      throw new TreeUnavailableException(
          Reason.NOT_A_TREE,
          PathText.of(root) + " is hidden by " + other + ", which was mounted later.",
          null);
    }
  }

  private static void requireStatsfs(String name) {
    if (!name.equals(Layout.statsfs().name())) {
      throw new TreeUnavailableException(
          Reason.NOT_A_TREE, "The tree " + name + " is named, and statsfs is required.", null);
    }
  }

  private static void requireStatsfs(Tree tree) {
    if (!Layout.statsfs().homeTypes().contains(tree.fileSystemType())) {
      throw new TreeUnavailableException(
          Reason.NOT_A_TREE,
          tree.origin() + " is on " + tree.fileSystemType() + ", and statsfs is required.",
          null);
    }
  }

  /** A root that a user names; with the layout that it seems to have, if none is given. */
  public Tree open(Path root, @Nullable Layout layout) {
    return openRoot(root, layout);
  }

  private Tree openRoot(Path root, @Nullable Layout layout) {
    RealPaths realPaths = new RealPaths(fileSystems.files());
    Opening opening = new Opening(() -> openHere(root, layout, null, null, realPaths));
    watchdog.run(opening);
    try {
      return opened(opening, root, null).tree;
    } catch (NoSuchFileException e) {
      throw unavailable(root, null, "", e);
    }
  }

  /** What came of an opening, which may be that nothing is there. */
  private static Opened opened(Opening opening, Path root, @Nullable Mount home)
      throws NoSuchFileException {
    try {
      if (!opening.isBusy()) {
        return opening.get();
      }
      throw new TreeUnavailableException(
          Reason.NOT_READABLE,
          PathText.of(root)
              + " does not answer. Check the process or host that serves it, if there is one.",
          null);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException e) {
      throw unavailable(root, home, "", e);
    }
  }

  /**
   * Opens a tree, with the layout that the root seems to have if none is given.
   *
   * @param home the mount that the root was found by, whose type it must have
   * @param mounts as they were just now; null if they are to be read
   */
  private Opened openHere(
      Path root,
      @Nullable Layout given,
      @Nullable Mount home,
      @Nullable Mounts mounts,
      RealPaths realPaths)
      throws IOException {
    Located place = fileSystems.locate(root, mounts, realPaths);
    FileSystemPath at = place.at();
    Inode inode = place.inode();
    String type = at.type().name();
    Layout layout = given == null ? guess(root, at) : given;
    if (home != null && !type.equals(home.type())) {
      throw new TreeUnavailableException(
          Reason.NOT_A_TREE,
          PathText.of(root) + " is on " + type + " and not on " + home.type() + ".",
          null);
    } else if (home != null && at.type().userMade() && !at.isHomeOf(layout)) {
      // Links in the kernel's own file systems lead where the kernel wants them to.
      throw new TreeUnavailableException(
          Reason.NOT_A_TREE,
          PathText.of(root)
              + " leads to another place, "
              + PrintableText.of(at.path())
              + " of its file system. To read that, name it as a root.",
          null);
    }
    try {
      if (layout.isRootFile()) {
        if (!inode.isRegularFile()) {
          throw new TreeUnavailableException(
              Reason.NOT_A_TREE,
              PathText.of(root) + " is not a file, which layout " + layout + " needs.",
              null);
        }
        // Readers follow no link at the end of a path; /proc/net/snmp stays that of any process.
        boolean isLink = place.mayBeLink() && !root.equals(place.real()) && isLink(root);
        Path file = isLink ? root.toRealPath() : root.toAbsolutePath();
        if (at.type().hasControls() && !Inode.isReadableByAnyone(inode.mode())) {
          throw new TreeUnavailableException(
              Reason.NOT_A_TREE,
              PathText.of(root)
                  + " is write-only: nobody may read it, and opening it can change something.",
              null);
        }
        if (ReadEffects.has(at.type(), at.path().isEmpty() ? file.toString() : at.path())) {
          throw new TreeUnavailableException(
              Reason.NOT_A_TREE,
              PathText.of(root) + " is not opened: " + ReadEffects.WHY + ".",
              null);
        }
        if (!isMadeByKernel(at.type())) {
          TextFile.read(file, 1);
        } else if (home == null || !Inode.isReadableByAll(inode.mode())) {
          fileSystems.files().open(file);
        }
        return new Opened(tree(file, layout, type), place);
      }
      // Asked first, since listing opens whatever is there, and a FIFO then waits for a writer.
      if (!inode.isDirectory()) {
        throw new NotDirectoryException(root.toString());
      } else if (!isMadeByKernel(at.type())) {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(root)) {
          stream.iterator().hasNext();
        }
      } else if (home == null || !Inode.isReadableByAll(inode.mode())) {
        fileSystems.files().openDirectory(root);
      }
    } catch (DirectoryIteratorException e) {
      throw unavailable(root, home, type, e.getCause());
    } catch (IOException e) {
      throw unavailable(root, home, type, e);
    }
    return new Opened(tree(root, layout, type), place);
  }

  private boolean isLink(Path path) throws IOException {
    return Inode.isLink(fileSystems.files().mode(path));
  }

  /**
   * Whether what can be opened can be read, too, with rare exceptions that the first scan meets.
   * Reading twice takes twice as long, as the kernel makes a whole text for its first byte. Of a
   * tree that was looked for, what the mode lets everybody read is not opened either: what keeps it
   * from being read all the same, the first scan meets, too.
   */
  private static boolean isMadeByKernel(FileSystemType type) {
    return !type.userMade() && !type.staleZeros();
  }

  private static Tree tree(Path root, Layout layout, String type) {
    return Tree.builder(layout).root(root).fileSystemType(type).build();
  }

  private Layout guess(Path root, FileSystemPath at) {
    return DeclaredLayouts.all(layouts)
        .filter(at::isHomeOf)
        // What is mounted of cgroups is all of them, any other is one. Where several trees are at
        // home, one that is read by default is meant.
        .min(Comparator.comparing(Layout::isOwnCgroup).thenComparing(layout -> !layout.isDefault()))
        .orElseGet(
            () ->
                Files.isRegularFile(root)
                    ? Layout.file(PathText.nameOf(root.toAbsolutePath().normalize()))
                    : Layout.statsfs());
  }

  private static TreeUnavailableException unavailable(
      Path root, @Nullable Mount home, String type, IOException e) {
    if (e instanceof NoSuchFileException) {
      return new TreeUnavailableException(
          Reason.NOT_FOUND, PathText.of(root) + " does not exist.", e);
    } else if (ReadFailure.errno(e) == ENOTDIR) {
      return new TreeUnavailableException(
          Reason.NOT_A_TREE, PathText.of(root) + " is not a directory.", e);
    } else if (e instanceof AccessDeniedException) {
      String fix =
          home != null && home.type().equals("debugfs")
              ? AccessRemedy.ofMount(Mounts.path(home.point()))
              : AccessRemedy.ofReading(root, home == null ? type : home.type());
      return new TreeUnavailableException(
          Reason.NOT_READABLE, PathText.of(root) + " cannot be read: permission denied. " + fix, e);
    }
    return new TreeUnavailableException(
        Reason.NOT_READABLE,
        PathText.of(root) + " cannot be read: " + ReadFailure.describe(e) + ".",
        e);
  }

  private Mounts mounts() {
    try {
      return fileSystems.mounts();
    } catch (IOException e) {
      throw new TreeUnavailableException(
          Reason.NOT_READABLE,
          fileSystems.mountinfo()
              + " cannot be read, so no tree can be looked for: "
              + ReadFailure.describe(e)
              + ". Name a root, or mount procfs.",
          e);
    }
  }
}
