package io.statsfs.contracts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Limits;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Status;
import io.statsfs.Tree;
import io.statsfs.spi.Backend;
import io.statsfs.spi.BackendSettings;
import io.statsfs.spi.Batch;
import io.statsfs.spi.LayoutProvider;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.ScanRequest;
import io.statsfs.spi.ScanResult;
import io.statsfs.spi.Scanner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Part of {@link BackendContract}: what scanners and batches do when they are called directly. */
@SuppressWarnings("try") // Closing is what is tested.
abstract class ScannerContract {
  private static final int ERRNO = 5;

  /** Only {@link BackendContract} extends this. */
  ScannerContract() {}

  /**
   * The backend under test. It can work here, and opens at least one tree.
   *
   * @return a new one, or always the same
   * @throws Exception if the test is to fail
   */
  protected abstract Backend backend() throws Exception;

  /**
   * Makes one more source, which the next scan finds. It stays as it is until it is removed.
   *
   * @return the values of those of its stats of which they are known, at least one, by {@link
   *     Stat#toString()}
   * @throws Exception if the test is to fail
   */
  protected abstract Map<String, Long> add() throws Exception;

  /**
   * Removes the source that was added last. What a test leaves is for the test class to remove.
   *
   * @throws Exception if the test is to fail
   */
  protected abstract void remove() throws Exception;

  /** Whatever is there, with the layouts that there are. */
  private record Detecting(LayoutProvider.Declared layouts) implements BackendSettings {
    @Override
    public boolean isDetecting() {
      return true;
    }

    @Override
    public Set<String> trees() {
      return Set.of();
    }

    @Override
    public Set<String> withoutTrees() {
      return Set.of();
    }

    @Override
    public List<Root> roots() {
      return List.of();
    }

    @Override
    public Optional<Path> proc() {
      return Optional.empty();
    }

    @Override
    public Optional<Path> sys() {
      return Optional.empty();
    }

    @Override
    public boolean isStatsfsRequired() {
      return false;
    }

    @Override
    public Optional<String> reader() {
      return Optional.empty();
    }

    @Override
    public Limits limits() {
      return Limits.defaults();
    }
  }

  private record Whole(Tree tree) implements ScanRequest {
    @Override
    public int maxSources() {
      return Limits.defaults().sources();
    }

    @Override
    public int maxStats() {
      return Limits.defaults().stats();
    }

    @Override
    public void step() {}
  }

  private Scanner openScanner() throws Exception {
    LayoutProvider.Declared layouts =
        ServiceLoader.load(LayoutProvider.class)
            .findFirst()
            .map(provider -> provider.declared(List.of()))
            .orElse(LayoutProvider.Declared.of(List.of(), List.of(), List.of()));
    return backend().open(new Detecting(layouts));
  }

  private static List<Stat> scan(Scanner scanner) {
    List<Stat> stats = new ArrayList<>();
    for (Tree tree : scanner.trees()) {
      for (Source source : scanner.scan(new Whole(tree)).sources()) {
        stats.addAll(source.stats());
      }
    }
    return stats;
  }

  /** A place for each stat, not in their order, and places in between that are of others. */
  private static int[] scattered(int stats) {
    int[] indices = new int[stats];
    for (int i = 0; i < stats; i++) {
      indices[i] = 3 * (stats - 1 - i) + 1;
    }
    return indices;
  }

  /** All that another batch, and the sampler, would not want changed is marked. */
  private static SampleMemory marked(int stats) {
    SampleMemory memory = new SampleMemory(3 * stats);
    for (int i = 0; i < memory.size(); i++) {
      if (i % 3 != 1) {
        memory.putFailure(i, Status.NO_VALUE, ERRNO);
      }
    }
    return memory;
  }

  private static void assertMarksAreThere(SampleMemory memory) {
    for (int i = 0; i < memory.size(); i++) {
      if (i % 3 != 1) {
        assertEquals(Status.NO_VALUE, memory.status(i), "index " + i + " is of another batch");
        assertEquals(ERRNO, memory.errno(i), "index " + i + " is of another batch");
      }
    }
  }

  private static void assertHas(
      Map<String, Long> values, List<Stat> stats, int[] indices, SampleMemory memory) {
    int found = 0;
    for (int i = 0; i < stats.size(); i++) {
      Long value = values.get(stats.get(i).toString());
      if (value != null) {
        assertEquals(Status.OK, memory.status(indices[i]), "" + stats.get(i));
        assertEquals(value, memory.longValue(indices[i]), "" + stats.get(i));
        found++;
      }
    }
    assertEquals(values.size(), found, () -> values + " are not all among " + stats);
  }

  @Test
  void aScanOfWhatHasNotChangedFindsTheSame() throws Exception {
    add();
    add();
    try (Scanner scanner = openScanner()) {
      assertFalse(scanner.trees().isEmpty());
      List<Tree> trees = scanner.trees();
      assertFalse(scanner.lookForTrees(), "there is nothing else");
      assertEquals(trees, scanner.trees());
      for (Tree tree : scanner.trees()) {
        ScanResult first = scanner.scan(new Whole(tree));
        ScanResult second = scanner.scan(new Whole(tree));
        assertEquals(Set.copyOf(first.sources()), Set.copyOf(second.sources()), "by identity");
        assertEquals(first.problems(), second.problems());
        for (Source source : first.sources()) {
          assertSame(tree, source.tree());
          assertFalse(source.stats().isEmpty(), source::toString);
          source.stats().forEach(stat -> assertSame(source, stat.source()));
        }
      }
    }
  }

  @Test
  void eachStatIsInOneUnitOfABatch() throws Exception {
    add();
    add();
    try (Scanner scanner = openScanner()) {
      List<Stat> stats = scan(scanner);
      int[] indices = scattered(stats.size());
      SampleMemory memory = marked(stats.size());
      try (Batch batch = scanner.prepare(stats, indices, memory, null)) {
        BitSet covered = new BitSet();
        Object[] units = new Object[memory.size()];
        for (int i = 0; i < indices.length; i++) {
          units[indices[i]] = scanner.unit(stats.get(i));
          assertSame(units[indices[i]], scanner.unit(stats.get(i)));
        }
        for (int unit = 0; unit < batch.units(); unit++) {
          int[] its = Arrays.stream(batch.indices(unit)).filter(i -> i >= 0).toArray();
          assertEquals(its[0], batch.firstIndex(unit));
          for (int index : its) {
            assertFalse(covered.get(index), "index " + index + " is in two units");
            assertSame(units[its[0]], units[index], "index " + index);
            covered.set(index);
          }
        }
        assertEquals(stats.size(), covered.cardinality());
        batch.sample();
        int position = batch.position();
        assertTrue(position < batch.units(), "position " + position);
      }
    }
  }

  @Test
  void aBatchWritesWhereItIsToldTo() throws Exception {
    Map<String, Long> added = add();
    try (Scanner scanner = openScanner()) {
      List<Stat> stats = scan(scanner);
      int[] indices = scattered(stats.size());
      SampleMemory memory = marked(stats.size());
      try (Batch batch = scanner.prepare(stats, indices, memory, null)) {
        batch.sample();
        batch.sample();
      }
      assertHas(added, stats, indices, memory);
      assertMarksAreThere(memory);
    }
  }

  @Test
  void aUnitThatIsLeftOutIsNotTouched() throws Exception {
    Map<String, Long> others = add();
    Map<String, Long> added = add();
    try (Scanner scanner = openScanner()) {
      List<Stat> stats = scan(scanner);
      int[] indices = scattered(stats.size());
      SampleMemory memory = marked(stats.size());
      try (Batch batch = scanner.prepare(stats, indices, memory, null)) {
        List<Integer> out = new ArrayList<>();
        for (int unit = 0; unit < batch.units(); unit++) {
          List<Integer> its =
              Arrays.stream(batch.indices(unit)).filter(i -> i >= 0).boxed().toList();
          if (its.stream().anyMatch(i -> isOf(added, stats.get(indexOf(indices, i))))) {
            its.forEach(index -> memory.leaveOut(index, Status.BLOCKED, ERRNO));
            out.addAll(its);
          }
        }
        assertFalse(out.isEmpty());
        batch.sample();
        for (int index : out) {
          assertTrue(memory.isLeftOut(index), "index " + index);
          assertEquals(Status.BLOCKED, memory.status(index));
          assertEquals(ERRNO, memory.errno(index));
        }
        assertHas(others, stats, indices, memory);
        // And is read again once it is not left out any more.
        out.forEach(index -> memory.putFailure(index, Status.GONE, 0));
        batch.sample();
        assertHas(added, stats, indices, memory);
      }
    }
  }

  private static boolean isOf(Map<String, Long> values, Stat stat) {
    return values.containsKey(stat.toString());
  }

  private static int indexOf(int[] indices, int index) {
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] == index) {
        return i;
      }
    }
    throw new AssertionError("index " + index + " is none of the batch's");
  }

  @Test
  void aBatchThatIsClosedOrReplacedIsOfNoUse() throws Exception {
    Map<String, Long> added = add();
    try (Scanner scanner = openScanner()) {
      List<Stat> stats = scan(scanner);
      int[] indices = scattered(stats.size());
      SampleMemory memory = marked(stats.size());
      Batch first = scanner.prepare(stats, indices, memory, null);
      first.sample();
      Batch second = scanner.prepare(stats, indices, memory, first);
      assertThrows(IllegalStateException.class, first::sample);
      assertThrows(
          IllegalStateException.class, () -> scanner.prepare(stats, indices, memory, first));
      second.sample();
      assertHas(added, stats, indices, memory);
      second.close();
      second.close();
      assertThrows(IllegalStateException.class, second::sample);
      assertEquals(second.units(), second.units());
      Batch third = scanner.prepare(stats, indices, memory, null);
      scanner.close();
      scanner.close();
      assertThrows(IllegalStateException.class, third::sample);
      assertThrows(
          IllegalStateException.class, () -> scanner.prepare(stats, indices, memory, null));
    }
  }

  @Test
  void scannersHaveNothingToDoWithEachOther() throws Exception {
    Map<String, Long> added = add();
    try (Scanner other = openScanner();
        Scanner scanner = openScanner()) {
      List<Stat> stats = scan(scanner);
      int[] indices = scattered(stats.size());
      SampleMemory memory = marked(stats.size());
      try (Batch batch = scanner.prepare(stats, indices, memory, null)) {
        batch.sample();
        scan(other);
        other.close();
        batch.sample();
        assertHas(added, stats, indices, memory);
        assertHas(added, scan(scanner), indices, memory);
      }
    }
  }

  @Test
  void aStatIsReadByItselfAsInABatch() throws Exception {
    Map<String, Long> added = add();
    try (Scanner scanner = openScanner()) {
      for (Stat stat : scan(scanner)) {
        Long value = added.get(stat.toString());
        if (value != null) {
          SampleMemory memory = new SampleMemory(1);
          scanner.read(stat, memory);
          assertEquals(Status.OK, memory.status(0));
          assertEquals(value, memory.longValue(0));
          assertEquals("" + value, scanner.readText(stat).strip());
        }
      }
    }
  }

  @Test
  void whatIsThereLooksTheSameFromLookToLook() throws Exception {
    add();
    try (Scanner scanner = openScanner()) {
      List<Stat> stats = scan(scanner);
      for (Tree tree : scanner.trees()) {
        assertNotNull(scanner.look(tree), tree::toString);
        assertEquals(scanner.look(tree), scanner.look(tree));
      }
      for (Stat stat : stats) {
        assertNotNull(scanner.look(stat.source()), stat::toString);
        assertEquals(scanner.look(stat.source()), scanner.look(stat.source()));
        assertNotNull(scanner.look(stat), stat::toString);
        assertEquals(scanner.look(stat), scanner.look(stat));
        assertTrue(scanner.isSame(stat.source(), stat.source()));
        assertEquals(scanner.denialGroup(stat), scanner.denialGroup(stat));
      }
    }
  }
}
