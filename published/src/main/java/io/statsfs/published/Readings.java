package io.statsfs.published;

import io.statsfs.Status;
import io.statsfs.published.SourceView.StatView;
import io.statsfs.spi.SampleMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What a batch reads, for one state of the sources: the inputs, each of which is asked once in a
 * sample however many stats need it, and the aggregates of them.
 *
 * <p>An input that is asked for its own stat is part of the unit of that stat. One that is asked
 * for aggregates alone, since a filter leaves its own stat out, is part of the unit of the nearest
 * aggregate above it. So a unit that is left out says of each input whether it may be asked, and of
 * no aggregate that it takes in an input that hangs and is still asked. For one thread at a time.
 */
final class Readings {
  private static final int NONE = -1;

  private final long version;

  /** By unit, the index in the memory. */
  private final int[] indices;

  private final Simple[] simple;
  private final Aggregated[] aggregated;
  private final Input[] inputs;

  /** By input, the unit that it is part of. */
  private final int[] units;

  private final long[] numbers;

  /** By input; null if it was not asked in this sample. */
  private final @Nullable Status[] outcomes;

  private final Totals totals = new Totals();

  /** A value of a source. Without an input if it is gone. */
  private static final class Simple {
    final int unit;
    final int input;

    Simple(int unit, int input) {
      this.unit = unit;
      this.input = input;
    }
  }

  /** An aggregate over the inputs at {@code bases[i] + offset}. */
  private static final class Aggregated {
    final int unit;
    final StatView stat;
    final int[] bases;
    final int offset;

    Aggregated(int unit, StatView stat, int[] bases) {
      this.unit = unit;
      this.stat = stat;
      this.bases = bases;
      offset = stat.member.index;
    }
  }

  private Readings(long version, int[] indices, Making made) {
    this.version = version;
    this.indices = indices;
    simple = made.simple.toArray(Simple[]::new);
    aggregated = made.aggregated.toArray(Aggregated[]::new);
    inputs = made.inputs.toArray(Input[]::new);
    units = new int[inputs.length];
    Arrays.fill(units, NONE);
    for (Simple it : simple) {
      if (it.input != NONE) {
        units[it.input] = it.unit;
      }
    }
    // The nearest one first.
    Arrays.sort(aggregated, Comparator.comparing(it -> -it.stat.source.depth));
    for (Aggregated it : aggregated) {
      for (int base : it.bases) {
        if (units[base + it.offset] == NONE) {
          units[base + it.offset] = it.unit;
        }
      }
    }
    numbers = new long[inputs.length];
    outcomes = new Status[inputs.length];
  }

  /**
   * Looks at the sources.
   *
   * @param indices of the stats, in the memory
   */
  static Readings of(PublishedStats stats, List<StatView> wanted, int[] indices) {
    // First, so that what changes while this looks is looked at again.
    long version = stats.version();
    Making making = new Making();
    for (int unit = 0; unit < indices.length; unit++) {
      making.add(unit, wanted.get(unit), stats);
    }
    return new Readings(version, indices, making);
  }

  private static final class Making {
    final List<Simple> simple = new ArrayList<>();
    final List<Aggregated> aggregated = new ArrayList<>();
    final List<Input> inputs = new ArrayList<>();
    private final Map<PublishedValues, Integer> bases = new IdentityHashMap<>();
    private final Map<PublishedSource, Map<PublishedGroup, int[]>> below = new IdentityHashMap<>();

    void add(int unit, StatView stat, PublishedStats stats) {
      PublishedSource source = stat.source.published;
      PublishedGroup group = stat.member.group;
      boolean isThere = source.isIn(stats);
      if (stat.member.aggregate == null) {
        PublishedValues values = isThere ? source.valuesOf(group) : null;
        simple.add(new Simple(unit, values == null ? NONE : base(values) + stat.member.index));
      } else if (isThere) {
        int[] all =
            below
                .computeIfAbsent(source, its -> new IdentityHashMap<>())
                .computeIfAbsent(group, its -> bases(source, its));
        aggregated.add(new Aggregated(unit, stat, all));
      } else {
        simple.add(new Simple(unit, NONE));
      }
    }

    private int[] bases(PublishedSource source, PublishedGroup group) {
      return source.allValuesOf(group).stream().mapToInt(this::base).toArray();
    }

    private int base(PublishedValues values) {
      return bases.computeIfAbsent(
          values,
          its -> {
            int base = inputs.size();
            for (int i = 0; i < its.group().values().size(); i++) {
              inputs.add(its.input(i));
            }
            return base;
          });
    }
  }

  /** The version of the statistics that this is of. */
  long version() {
    return version;
  }

  /** Reads all that the memory does not leave out. */
  void sample(SampleMemory memory, AtomicInteger position) {
    Arrays.fill(outcomes, null);
    for (Simple it : simple) {
      int index = indices[it.unit];
      if (!memory.isLeftOut(index)) {
        sample(it, index, memory, position);
      }
    }
    for (Aggregated it : aggregated) {
      int index = indices[it.unit];
      if (!memory.isLeftOut(index)) {
        sample(it, index, memory, position);
      }
    }
  }

  private void sample(Simple it, int index, SampleMemory memory, AtomicInteger position) {
    if (it.input == NONE) {
      memory.putFailure(index, Status.GONE, 0);
      return;
    }
    Status outcome = ask(it.input, it.unit, position);
    if (outcome != Status.OK) {
      memory.putFailure(index, outcome, 0);
    } else if (inputs[it.input].value.type().isSigned()) {
      memory.putLong(index, numbers[it.input]);
    } else {
      memory.putUnsigned(index, numbers[it.input]);
    }
  }

  /** Without a value unless all that it takes in have one: what lacks a part would be wrong. */
  private void sample(Aggregated it, int index, SampleMemory memory, AtomicInteger position) {
    totals.begin(it.stat.member.value.type());
    for (int base : it.bases) {
      int input = base + it.offset;
      Status outcome = outcomes[input];
      if (outcome == null) {
        int unit = units[input];
        int its = indices[unit];
        outcome = memory.isLeftOut(its) ? memory.status(its) : ask(input, unit, position);
      }
      if (outcome != Status.OK) {
        memory.putFailure(index, outcome, 0);
        return;
      }
      totals.add(numbers[input]);
    }
    totals.put(it.stat.member.aggregate, memory, index);
  }

  private Status ask(int input, int unit, AtomicInteger position) {
    Input it = inputs[input];
    if (it.mayHang()) {
      position.setOpaque(unit);
    }
    it.read(numbers, outcomes, input);
    return outcomes[input];
  }
}
