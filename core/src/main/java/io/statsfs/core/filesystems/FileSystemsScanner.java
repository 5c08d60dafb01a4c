package io.statsfs.core.filesystems;

import io.statsfs.Problem;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.core.backend.Problems;
import io.statsfs.core.batch.OpenBatches;
import io.statsfs.core.mounts.Mounts;
import io.statsfs.core.mounts.Mounts.Mount;
import io.statsfs.core.readers.Readers;
import io.statsfs.spi.Batch;
import io.statsfs.spi.MountPlan;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.ScanRequest;
import io.statsfs.spi.ScanResult;
import io.statsfs.spi.Scanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Follows the mounts by their lists alone, and has the reader ask the file systems, or {@code
 * java.nio} where that cannot.
 */
final class FileSystemsScanner implements Scanner {
  private final List<Tree> trees;
  private final List<Problem> problems;
  private final MountTables tables;
  private final Readers.Chosen chosen;
  private final boolean isNative;
  private final OpenBatches fileStores = new OpenBatches();

  /** Guarded by this. */
  private final Map<Tree, Found> found = new HashMap<>();

  FileSystemsScanner(
      List<Tree> trees, List<Problem> problems, MountTables tables, Readers.Chosen chosen) {
    this.trees = List.copyOf(trees);
    this.problems = List.copyOf(problems);
    this.tables = tables;
    this.chosen = chosen;
    Batch none = chosen.reader().prepareMounts(List.of(), new SampleMemory(0));
    isNative = none != null;
    if (none != null) {
      none.close();
    }
  }

  /** What the last scan of a tree found, and what it found it in. */
  private record Found(
      MountTables.Texts texts, ScanResult result, Map<FileSystem, FileSystemSource> sources) {}

  @Override
  public List<Tree> trees() {
    return trees;
  }

  @Override
  public List<Problem> problems() {
    return problems;
  }

  @Override
  public ScanResult scan(ScanRequest request) {
    Tree tree = request.tree();
    request.step();
    MountTables.Texts texts;
    try {
      texts = tables.read();
    } catch (IOException e) {
      Found last = last(tree);
      return ScanResult.of(
          last == null ? List.of() : last.result.sources(),
          List.of(
              Problems.of(
                  tree,
                  Problem.Kind.NOT_READABLE,
                  "mountinfo",
                  e.getMessage() + "; the file systems stay as they were seen last")));
    }
    Found last = last(tree);
    if (last == null || !last.texts.equals(texts)) {
      last = find(tree, texts, last == null ? Map.of() : last.sources);
      synchronized (this) {
        found.put(tree, last);
      }
    }
    return last.result;
  }

  private synchronized @Nullable Found last(Tree tree) {
    return found.get(tree);
  }

  private Found find(Tree tree, MountTables.Texts texts, Map<FileSystem, FileSystemSource> before) {
    Mounts host = texts.host() == null ? null : Mounts.parse(texts.host());
    Selection selection = Selection.of(Mounts.parse(texts.own()), host, tree.layout());
    List<Problem> seen = new ArrayList<>();
    List<FileSystem> untouched = new ArrayList<>();
    Map<FileSystem, FileSystemSource> sources = new HashMap<>();
    for (FileSystem system : selection.found()) {
      if (system.onAutofs() && !isNative) {
        untouched.add(system);
        continue;
      }
      FileSystemSource source = before.get(system);
      sources.put(system, source == null ? new FileSystemSource(tree, system) : source);
    }
    if (!untouched.isEmpty()) {
      seen.add(
          Problems.of(
              tree,
              Problem.Kind.UNSAFE_TO_OPEN,
              "autofs",
              some(untouched.stream().map(FileSystem::mount).toList())
                  + " on an autofs, which java.nio could make mount something. Use the reader jni"));
    }
    if (!selection.unreached().isEmpty()) {
      seen.add(
          Problems.of(
              tree,
              Problem.Kind.NOT_READABLE,
              "not mounted here",
              some(selection.unreached())
                  + " of the host not mounted for this process. Mount the host's root, as with"
                  + " -v /:/host/root:ro,rslave"));
    }
    List<FileSystemSource> all =
        sources.values().stream().filter(source -> !source.stats().isEmpty()).toList();
    return new Found(texts, ScanResult.of(all, seen), sources);
  }

  private static String some(List<Mount> mounts) {
    String first = FileSystem.label("mountpoint", mounts.get(0));
    return mounts.size() == 1
        ? "the file system at " + first + " is left out, as it is"
        : mounts.size() + " file systems are left out, such as that at " + first + ", as they are";
  }

  @Override
  public Batch prepare(
      List<Stat> stats, int[] indices, SampleMemory memory, @Nullable Batch previous) {
    if (previous != null) {
      // Refuses if it is closed.
      previous.position();
    }
    List<MountPlan> plans = new ArrayList<>();
    FileSystemSource source = null;
    int[] slots = new int[MountPlan.Value.values().length];
    for (int i = 0; i < stats.size(); i++) {
      Stat stat = stats.get(i);
      if (stat.source() != source) {
        if (source != null) {
          plans.add(source.system().plan(slots));
        }
        source = (FileSystemSource) stat.source();
        Arrays.fill(slots, MountPlan.NOT_WANTED);
      }
      slots[FileSystemSource.value(stat).ordinal()] = indices[i];
    }
    if (source != null) {
      plans.add(source.system().plan(slots));
    }
    Batch batch = chosen.reader().prepareMounts(plans, memory);
    if (batch == null) {
      batch = new FileStoreBatch(fileStores, plans, memory);
    }
    if (previous != null) {
      previous.close();
    }
    return batch;
  }

  @Override
  public Object unit(Stat stat) {
    return stat.source();
  }

  @Override
  public Object hangGroup(Source source) {
    return ((FileSystemSource) source).hangGroup();
  }

  /** What is equal in one life of a mount, however it is mounted anew in that. */
  private static List<Number> life(Mount mount) {
    return List.of(mount.id(), mount.device());
  }

  private static List<Number> life(Source source) {
    return life(((FileSystemSource) source).system().reached());
  }

  @Override
  public boolean isSame(Source before, Source next) {
    return life(before).equals(life(next));
  }

  /** By the list of mounts, which does not hang. */
  @Override
  public @Nullable Object look(Stat stat) {
    List<Number> wanted = life(stat.source());
    try {
      return Mounts.parse(tables.read().own()).mounts().stream()
          .map(FileSystemsScanner::life)
          .filter(wanted::equals)
          .findFirst()
          .orElse(null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String readerName() {
    return chosen.name();
  }

  @Override
  public void close() {
    fileStores.close();
    chosen.reader().close();
  }
}
