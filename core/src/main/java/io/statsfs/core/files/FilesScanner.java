package io.statsfs.core.files;

import io.statsfs.Limits;
import io.statsfs.Problem;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.core.backend.Problems;
import io.statsfs.core.mounts.FileAccess;
import io.statsfs.core.mounts.FilePaths;
import io.statsfs.core.mounts.FileSystems;
import io.statsfs.core.readers.Readers;
import io.statsfs.core.scan.Discovery;
import io.statsfs.core.scan.SourceImpl;
import io.statsfs.core.scan.TableFile;
import io.statsfs.core.schema.SchemaCache;
import io.statsfs.core.thread.FileGuard;
import io.statsfs.spi.Batch;
import io.statsfs.spi.LayoutProvider.Declared;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.ScanRequest;
import io.statsfs.spi.ScanResult;
import io.statsfs.spi.Scanner;
import io.statsfs.spi.StatReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Trees of files. Each is followed by a {@link Discovery}, and read by the reader that was chosen.
 */
public final class FilesScanner implements Scanner {
  private final Trees trees;

  /** Replaced when trees are found later. */
  private volatile Trees.Detected found;

  private final Declared layouts;

  private final FileSystems fileSystems;
  private final Limits limits;
  private final SchemaCache schemas;
  private final Readers.Chosen chosen;
  private final FileAccess files;
  private final FileValues values;
  private final Clearing clearing;

  /** What the opening has seen of trees, for the first look at each, which follows at once. */
  private final Map<Tree, Object> seenAtOpening = new ConcurrentHashMap<>();

  /** Guarded by this. */
  private final Map<Tree, Discovery> discoveries = new HashMap<>();

  /** Those that are scanning, and what for. Guarded by this. */
  private final Map<Discovery, ScanRequest> busy = new HashMap<>();

  /**
   * Trees that are open.
   *
   * @param trees what has opened them, and looks for others
   */
  public FilesScanner(
      Trees trees,
      Trees.Detected found,
      Declared layouts,
      FileSystems fileSystems,
      Limits limits,
      SchemaCache schemas,
      Readers.Chosen chosen,
      Clearing clearing) {
    this.trees = trees;
    this.found = found;
    this.layouts = layouts;
    this.fileSystems = fileSystems;
    this.limits = limits;
    this.schemas = schemas;
    this.chosen = chosen;
    files = new FileAccess(chosen.reader());
    values = new FileValues(limits);
    this.clearing = clearing;
    found.places().forEach((tree, place) -> seenAtOpening.put(tree, place.inode().identity()));
  }

  @Override
  public boolean lookForTrees() {
    Trees.Detected before = found;
    Trees.Detected now = trees.openMore();
    if (now == null
        || now.trees().equals(before.trees()) && now.problems().equals(before.problems())) {
      return false;
    }
    now.places()
        .forEach(
            (tree, place) -> {
              if (!before.places().containsKey(tree)) {
                seenAtOpening.put(tree, place.inode().identity());
              }
            });
    found = now;
    return true;
  }

  @Override
  public List<Tree> trees() {
    return found.trees();
  }

  @Override
  public List<Problem> problems() {
    return found.problems();
  }

  @Override
  public ScanResult scan(ScanRequest request) {
    Scanning scanning = begin(request);
    Discovery discovery = scanning.discovery;
    try {
      Problem moved = scanning.isFirst ? null : movedFrom(request.tree());
      if (moved != null) {
        discovery.forget();
        return ScanResult.of(List.of(), List.of(moved));
      }
      return discovery.scan(request, guard(request));
    } catch (OutOfMemoryError e) {
      discovery.forget();
      throw e;
    } finally {
      end(discovery, request);
    }
  }

  /** What reads the files of a scan. */
  private static FileGuard guard(ScanRequest request) {
    return request instanceof FileGuard guard ? guard : FileGuard.NONE;
  }

  /** Why a tree is not that of this process's cgroup any more; null if it is, or was none. */
  private @Nullable Problem movedFrom(Tree tree) {
    String cgroup = found.cgroups().get(tree);
    if (cgroup == null) {
      return null;
    }
    String now;
    try {
      now = fileSystems.ownCgroups().of(tree.layout());
    } catch (IOException e) {
      // Then nothing says that it was moved.
      return null;
    }
    return cgroup.equals(now)
        ? null
        : Problems.of(
            tree,
            Problem.Kind.GONE,
            "other cgroup",
            "this process was moved from this cgroup to "
                + now
                + ", so nothing is read here; open the trees again, or restart");
  }

  /**
   * A scan of a tree.
   *
   * @param isFirst whether it is part of the opening
   */
  private record Scanning(Discovery discovery, boolean isFirst) {}

  /** Another discovery if the last hangs in what is not there any more. */
  private synchronized Scanning begin(ScanRequest request) {
    Tree tree = request.tree();
    Discovery known = discoveries.get(tree);
    ScanRequest last = known == null ? null : busy.get(known);
    Discovery discovery =
        known == null || last != null && !guard(last).isLeftBehind()
            ? new Discovery(
                tree,
                fileSystems,
                limits,
                schemas,
                chosen.reader(),
                known == null ? found.places().get(tree) : null,
                !found.unnamed().contains(tree),
                layouts.own().contains(tree.layout()),
                layouts.shipped().contains(tree.layout()))
            : known;
    discoveries.put(tree, discovery);
    busy.put(discovery, request);
    return new Scanning(discovery, known == null);
  }

  /** Unless another scan goes on with it. */
  private synchronized void end(Discovery discovery, ScanRequest request) {
    busy.remove(discovery, request);
  }

  @Override
  public Batch prepare(
      List<Stat> stats, int[] indices, SampleMemory memory, @Nullable Batch previous) {
    SampledFiles files = new SampledFiles(stats, indices, limits.fileBytes());
    StatReader.Batch before = previous == null ? null : ((FilesBatch) previous).ofReader();
    StatReader.Batch batch = chosen.reader().prepare(files.directories(), memory, before);
    return new FilesBatch(files, batch, memory);
  }

  @Override
  public void read(Stat stat, SampleMemory memory) {
    values.read(stat, memory);
  }

  @Override
  public String readText(Stat stat) {
    return values.readText(stat);
  }

  @Override
  public void clear(Stat stat) {
    clearing.clear(stat);
  }

  @Override
  public Object unit(Stat stat) {
    return TableFile.fileOf(stat);
  }

  @Override
  public Object denialGroup(Stat stat) {
    return ((SourceImpl) stat.source()).permissions(stat);
  }

  @Override
  public boolean isSame(Source before, Source next) {
    SourceImpl was = (SourceImpl) before;
    SourceImpl is = (SourceImpl) next;
    return was.table() == null
        ? is.table() == null && is.inode().isSame(was.inode())
        : is.table() != null;
  }

  @Override
  public Source without(Source source, Set<String> names) {
    return ((SourceImpl) source).without(names);
  }

  private @Nullable Object look(Path path, boolean followLink) {
    try {
      return files.at(path, followLink).identity();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public @Nullable Object look(Tree tree) {
    Object atOpening = seenAtOpening.remove(tree);
    return atOpening == null ? look(FilePaths.of(tree), true) : atOpening;
  }

  /** The directory of its files, or of its file. */
  @Override
  public @Nullable Object look(Source source) {
    Path path = FilePaths.of(source);
    boolean isFile = ((SourceImpl) source).table() != null;
    return look(isFile ? path.resolveSibling("") : path, true);
  }

  @Override
  public @Nullable Object look(Stat stat) {
    return look(FilePaths.of(stat), false);
  }

  @Override
  public String readerName() {
    return chosen.name();
  }

  @Override
  public SchemaCounts schemaCounts() {
    return schemas;
  }

  @Override
  public void close() {
    chosen.reader().close();
    schemas.endIdleThread();
  }
}
