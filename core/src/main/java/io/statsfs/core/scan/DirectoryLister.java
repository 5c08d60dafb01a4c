package io.statsfs.core.scan;

import io.statsfs.Layout;
import io.statsfs.core.mounts.FileAccess;
import io.statsfs.core.mounts.FileSystemType;
import io.statsfs.core.mounts.Inode;
import io.statsfs.core.mounts.Mounts;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.FileStatus;
import io.statsfs.spi.PathText;
import io.statsfs.spi.StatReader;
import io.statsfs.spi.StatReader.EntryType;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lists one directory, and decides what its entries are by the layout. For one listing. */
final class DirectoryLister {
  /** One alone is looked at by its path. */
  private static final int FEWEST_LOOKS = 2;

  private final TreeContext context;
  private final Scan scan;
  private final Place place;
  private final boolean isSource;
  private final Path path;
  private final FileSystemType type;
  private final boolean trustsNames;

  /** What the listing before found, for entries that cannot be looked at now. */
  private final Map<String, Entry> knownChildren;

  private final Map<String, StatFile> knownStats;

  /** How many children may be taken in. */
  private final int room;

  private final Listing listing = new Listing();

  /** Whether a file of the name at hand belongs to a source. */
  private boolean mayBeFile;

  /** What was looked at together, by its path below the directory. */
  private Map<String, FileStatus> looked = Map.of();

  /** Whether nothing was listed, as all names are known. */
  private boolean isLookedFor;

  /** What the reader has listed; null before that, and if it does not know. */
  private @Nullable FileStatus listed;

  private DirectoryLister(
      TreeContext context, Scan scan, DirectoryEntry directory, FileSystemType type, int room) {
    this.context = context;
    this.scan = scan;
    place = directory.place;
    isSource = place.isSource();
    path = directory.path;
    this.type = type;
    trustsNames = trustsNames(context, type);
    knownChildren = directory.children();
    knownStats = directory.stats();
    this.room = room;
  }

  /**
   * Lists a directory.
   *
   * @param type of its file system
   * @param room how many children may be taken in
   * @throws NoSuchFileException if it was replaced meanwhile
   */
  static Listing list(
      TreeContext context,
      Scan scan,
      DirectoryEntry directory,
      FileSystemType type,
      Inode before,
      int room)
      throws IOException {
    // Without subdirectories, and on such a file system, everything is a regular file.
    boolean filesOnly =
        type.filesOnly() && before.links() == 2 && !directory.place.mayFollowLinks();
    DirectoryLister lister = new DirectoryLister(context, scan, directory, type, room);
    Listing listing = lister.list(filesOnly);
    Inode after = lister.after(directory, before);
    if (filesOnly && after.links() != 2) {
      // A subdirectory came in between, and was taken for a file.
      lister = new DirectoryLister(context, scan, directory, type, room);
      listing = lister.list(false);
      after = lister.after(directory, before);
    }
    if (!after.isSame(before)) {
      throw new NoSuchFileException(
          directory.path.toString(), null, "replaced while it was listed");
    }
    return listing;
  }

  /**
   * Which directory the entries are from. Where they were looked for one by one, each of them was
   * looked at as it is, and only what users make is moved about.
   */
  private Inode after(DirectoryEntry directory, Inode before) throws IOException {
    if (listed != null) {
      return Inode.of(listed);
    }
    return isLookedFor && !type.userMade() && !type.staleZeros() ? before : directory.lookUp();
  }

  private Listing list(boolean filesOnly) throws IOException {
    boolean isListed = isListed();
    Collection<String> names = isListed ? onlyNames() : null;
    look(isListed, names);
    if (isSource) {
      for (FileDeclaration declared : layout().files()) {
        if (!isListed || !declared.directory().isEmpty() || declared.shape().isEntries()) {
          addDeclared(declared);
        }
      }
    }
    if (!isListed) {
      isLookedFor = true;
      return listing;
    }
    if (names != null) {
      isLookedFor = true;
      for (String name : names) {
        offer(name, null, EntryType.UNKNOWN, 0);
      }
      return listing;
    }
    StatReader.Listing entries =
        context.files().list(path, isSource && needsMode(type) && !trustsNames);
    if (entries == null) {
      listByNio(filesOnly);
      return listing;
    }
    listed = entries.directory();
    for (StatReader.Entry entry : entries.entries()) {
      offer(entry.name(), null, entry.type(), entry.mode());
    }
    return listing;
  }

  /** Looks at all that has to be looked at in any case. */
  private void look(boolean isListed, @Nullable Collection<String> only) {
    List<String> paths = new ArrayList<>();
    if (only != null) {
      paths.addAll(only);
    }
    if (isSource && !isListed) {
      paths.addAll(context.declaredFiles().paths());
    }
    if (paths.size() >= FEWEST_LOOKS) {
      looked = context.files().look(path, paths);
    }
  }

  private Inode lookAt(String below, Path file) throws IOException {
    FileStatus its = looked.get(below);
    return its == null ? context.files().at(file, false) : FileAccess.seen(file, its);
  }

  private Layout layout() {
    return place.tree().layout();
  }

  /** Whether more belongs to the layout than files whose paths are known. */
  private boolean isListed() {
    return !layout().hasDeclaredFilesOnly()
        || place.hasChildren()
        || isSource && context.declaredFiles().havePatterns();
  }

  /** The names that entries of the layout can have; null if they are known only from a list. */
  private @Nullable Collection<String> onlyNames() {
    String only = place.onlyChild();
    if (only != null) {
      return List.of(only);
    }
    return isSource && !place.hasChildren() ? context.statFiles().fewNames() : null;
  }

  /** As {@link StatReader#list} does, with one more call per entry where its type is not known. */
  private void listByNio(boolean filesOnly) throws IOException {
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(path)) {
      for (Path file : stream) {
        offer(PathText.nameOf(file), file, filesOnly ? EntryType.FILE : EntryType.UNKNOWN, 0);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private void offer(String name, @Nullable Path given, EntryType type, int mode) {
    scan.step();
    if (layout().excludes(name)) {
      return;
    }
    mayBeFile = isSource && mayBeFile(name);
    if (mayBeFile || place.hasChild(name) || place.isSchema(name)) {
      add(name, given, type, mode);
    }
  }

  /** Only the mode says if a file is a stat, and which kind of one. */
  private boolean needsMode(FileSystemType its) {
    return its.hasControls() || layout().hasKindsByMode();
  }

  /**
   * Whether what a shipped layout declares by its very name needs no look at its mode: on its own
   * file system, where nobody else makes files, it is no control. Lockdown, which goes by modes,
   * has no say there.
   */
  private static boolean trustsNames(TreeContext context, FileSystemType type) {
    Layout layout = context.tree().layout();
    return context.isShipped()
        && type.keepsOpen()
        && !layout.hasKindsByMode()
        && layout.homeTypes().contains(type.name());
  }

  private boolean isTrusted(String name) {
    return trustsNames && isSource && (context.statFiles().isNamed(name) || declaresByName(name));
  }

  private boolean declaresByName(String name) {
    FileDeclaration declared = context.declaredFiles().find(name);
    return declared != null && declared.name().isLiteral();
  }

  /** Whether a directory of that name is one whose entries are counted. */
  private boolean isCounted(String name) {
    FileDeclaration declared = isSource ? context.declaredFiles().find(name) : null;
    return declared != null && declared.shape().isEntries();
  }

  /** Whether a file of that name belongs to a source. */
  private boolean mayBeFile(String name) {
    return !layout().hasDeclaredFilesOnly()
            && (context.statFiles().mayBeStat(name) || layout().flatKeyedFiles().contains(name))
        || context.declaredFiles().find(name) != null;
  }

  /** The declaration of a file: the one that has its very name, else the first that matches. */
  private @Nullable FileDeclaration declared(String directory, String name) {
    FileDeclaration first = null;
    for (FileDeclaration declared : layout().files()) {
      if (declared.directory().equals(directory) && declared.name().matches(name)) {
        if (declared.name().isLiteral()) {
          return declared;
        }
        first = first == null ? declared : first;
      }
    }
    return first;
  }

  /**
   * Takes in an entry; its path is made from its name if it is not given.
   *
   * @param mode of a file; 0 if it is not known yet
   */
  private void add(String name, @Nullable Path given, EntryType listed, int mode) {
    Path entry = given;
    if (entry == null && (listed != EntryType.FILE || place.isSchema(name))) {
      entry = path.resolve(name);
    }
    if (place.isSchema(name)) {
      listing.schemaFile = entry;
      return;
    }
    if (listed == EntryType.FILE && isSource && !mayBeFile) {
      // The name is one that a directory can have.
      return;
    }
    EntryType is = listed;
    Inode seen = null;
    int permissions = 0;
    Mounts.Mount mount = context.mounts().mountedAt(path, name, given);
    FileSystemType fileSystem = mount == null ? type : FileSystemType.of(mount.type());
    boolean needsMode = needsMode(fileSystem);
    boolean isTrusted = needsMode && mount == null && isTrusted(name);
    if (is == EntryType.FILE && needsMode && !isTrusted && isSource) {
      is = EntryType.UNKNOWN;
      entry = entry == null && mode == 0 ? path.resolve(name) : entry;
    }
    if (is == EntryType.UNKNOWN) {
      try {
        if (needsMode) {
          seen = mode == 0 ? lookAt(name, entry) : null;
          int its = seen == null ? mode : seen.mode();
          is = typeOf(its);
          permissions = isTrusted ? 0 : Inode.permissions(its);
          if (is == EntryType.FILE && !isTrusted && !Inode.isReadableByAnyone(its)) {
            // A control: write-only, so that it holds no statistic.
            return;
          }
        } else {
          is = typeOf(entry);
        }
      } catch (NoSuchFileException e) {
        return;
      } catch (IOException e) {
        if (!isKept(name)) {
          listing.unseen.put(entry, ReadFailure.describe(e));
        }
        return;
      }
    }
    if (is == EntryType.LINK && place.mayFollowLinks()) {
      seen = context.mounts().insideOf(entry);
    }
    boolean isLink = is == EntryType.LINK && place.mayFollowLinks() && seen != null;
    if (is == EntryType.LINK && !isLink) {
      if (!place.mayFollowLinks() || Files.exists(entry, LinkOption.NOFOLLOW_LINKS)) {
        listing.links.add(entry);
      }
    } else if (is == EntryType.FILE
        && context.mounts().hasReadEffects(fileSystem, mount, path, name, given)) {
      if (isSource) {
        listing.withEffects.add(given == null ? path.resolve(name) : given);
      }
    } else if (is == EntryType.DIRECTORY && isCounted(name)) {
      // It was taken in already.
      return;
    } else if (isLink || is == EntryType.DIRECTORY) {
      addDirectory(name, entry, isLink, seen);
    } else if (is == EntryType.FILE && isSource) {
      addFile(name, given, permissions, seen);
    }
  }

  /** Looks for the files of a declaration, whose directory may be one below this. */
  private void addDeclared(FileDeclaration declared) {
    Path directory = path.resolve(declared.directory());
    if (!declared.directory().isEmpty()
        && type.userMade()
        && !context.mounts().isWithin(directory)) {
      return;
    } else if (declared.name().isLiteral()) {
      addDeclared(declared, declared.name().toString());
      return;
    }
    try {
      for (String name : names(directory)) {
        scan.step();
        if (declared.equals(declared(declared.directory(), name))
            && isFile(directory, name, declared.shape().isEntries())) {
          addDeclared(declared, name);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      // There are none.
    } catch (IOException e) {
      listing.unseen.put(directory, ReadFailure.describe(e));
    }
  }

  private List<String> names(Path directory) throws IOException {
    StatReader.Listing entries = context.files().list(directory, false);
    if (entries != null) {
      return entries.entries().stream().map(StatReader.Entry::name).toList();
    }
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(file -> names.add(PathText.nameOf(file)));
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  /** Whether there is a file that is no control. */
  private boolean isFile(Path directory, String name, boolean isEntries) {
    try {
      int mode = context.files().mode(directory.resolve(name));
      return (isEntries ? Inode.isDirectory(mode) : Inode.isRegularFile(mode))
          && Inode.isReadableByAnyone(mode);
    } catch (IOException e) {
      return false;
    }
  }

  /** A file is there or not; why it cannot be looked at, if so, is said when it is scanned. */
  private void addDeclared(FileDeclaration declared, String name) {
    scan.step();
    String below = declared.directory().isEmpty() ? name : declared.directory() + "/" + name;
    if (looked.get(below) == FileStatus.ABSENT) {
      return;
    }
    Path file = path.resolve(below);
    Inode seen;
    try {
      seen = lookAt(below, file);
    } catch (IOException e) {
      return;
    }
    if (!context.mounts().hasReadEffects(type, null, path, below, file)) {
      addChild(below, entry(declared, name, file, seen));
    }
  }

  private FileEntry entry(FileDeclaration declared, String name, Path file, @Nullable Inode seen) {
    Place its = place.inSubsystem(path).file(declared, name);
    FileEntry entry = new FileEntry(context, its, file, declared);
    entry.justSeen(seen);
    return entry;
  }

  private void addDirectory(String name, Path entry, boolean isLink, @Nullable Inode seen) {
    if (!place.hasChild(name)) {
      return;
    } else if (place.depth() >= context.limits().depth()) {
      listing.tooDeep = true;
    } else {
      DirectoryEntry directory = new DirectoryEntry(context, place.child(name), entry, isLink);
      directory.justSeen(seen);
      addChild(name, directory);
    }
  }

  private void addFile(String name, @Nullable Path given, int permissions, @Nullable Inode seen) {
    FileDeclaration declared = context.declaredFiles().find(name);
    if (declared != null) {
      addChild(name, entry(declared, name, given == null ? path.resolve(name) : given, seen));
      return;
    } else if (!mayBeFile) {
      return;
    } else if (layout().flatKeyedFiles().contains(name)) {
      Path file = given == null ? path.resolve(name) : given;
      addChild(name, new FileEntry(context, place.inSubsystem(path).child(name), file, null));
      return;
    }
    int maxStats = scan.budget().maxStats();
    if (listing.stats.size() >= maxStats
        && (maxStats == 0 || name.compareTo(listing.stats.lastKey()) > 0)) {
      listing.statsCut = true;
      return;
    }
    addStat(name, context.statFiles().of(name, given, permissions));
  }

  /** The last in order go, so that what is left does not depend on the listing's order. */
  private void addChild(String name, Entry child) {
    listing.children.put(name, child);
    if (listing.children.size() > room) {
      listing.children.pollLastEntry();
      listing.childrenCut = true;
    }
  }

  private void addStat(String name, StatFile stat) {
    listing.stats.put(name, stat);
    if (listing.stats.size() > scan.budget().maxStats()) {
      listing.stats.pollLastEntry();
      listing.statsCut = true;
    }
  }

  /** Takes in again what was seen before and cannot be looked at now. */
  private boolean isKept(String name) {
    Entry child = knownChildren.get(name);
    StatFile stat = knownStats.get(name);
    if (child != null) {
      listing.children.put(name, child); // Which reports it when it is scanned.
    } else if (stat != null) {
      listing.stats.put(name, stat); // Whose sampling reports it.
    }
    return child != null || stat != null;
  }

  private static EntryType typeOf(int mode) {
    if (Inode.isRegularFile(mode)) {
      return EntryType.FILE;
    } else if (Inode.isDirectory(mode)) {
      return EntryType.DIRECTORY;
    }
    return Inode.isLink(mode) ? EntryType.LINK : EntryType.OTHER;
  }

  private static EntryType typeOf(Path entry) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (attributes.isRegularFile()) {
      return EntryType.FILE;
    } else if (attributes.isDirectory()) {
      return EntryType.DIRECTORY;
    }
    return attributes.isSymbolicLink() ? EntryType.LINK : EntryType.OTHER;
  }
}
