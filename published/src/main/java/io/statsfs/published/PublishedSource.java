package io.statsfs.published;

import io.statsfs.Stat;
import io.statsfs.StatClearException;
import io.statsfs.StatReadException;
import io.statsfs.Status;
import io.statsfs.published.PublishedGroup.Member;
import io.statsfs.spi.PrintableText;
import io.statsfs.spi.SampleMemory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What has published values: a pool of connections, one of its connections. Below it may be other
 * sources, whose values its aggregates take in.
 *
 * <pre>{@code
 * PublishedSource pool = PublishedSource.create("pool", Map.of("pool", "orders"));
 * pool.addAggregates(group);
 * PublishedSource connection = PublishedSource.create("7", Map.of("connection", "7"));
 * connection.add(PublishedValues.of(group));
 * pool.add(connection);
 * stats.add(pool); // Now they are seen.
 * pool.remove(connection);
 * }</pre>
 *
 * <p>A source that is put together before it is added is seen whole, or not at all. It is known to
 * a {@link io.statsfs.StatsFs} after its next scan; aggregates take it in, and leave it out again,
 * at once.
 *
 * <p>Safe for use by several threads. No lock is held while a supplier is asked.
 */
public final class PublishedSource {
  /** Held while sources, values or aggregates are added or removed, and for nothing else. */
  static final Object STRUCTURE = new Object();

  private final String name;
  private final Map<String, String> labels;

  /** Of the root that stands for all of it; null for any other source. */
  private final @Nullable PublishedStats stats;

  private final ConcurrentSkipListMap<String, PublishedSource> subordinates =
      new ConcurrentSkipListMap<>();
  private final List<PublishedValues> values = new CopyOnWriteArrayList<>();
  private final List<PublishedGroup> aggregates = new CopyOnWriteArrayList<>();
  private volatile @Nullable PublishedSource superior;

  private PublishedSource(String name, Map<String, String> labels, @Nullable PublishedStats stats) {
    this.name = name;
    this.labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    this.stats = stats;
    this.labels.forEach(
        (key, value) -> {
          Objects.requireNonNull(key, "the key of a label");
          Objects.requireNonNull(value, "the value of a label");
        });
  }

  /** What all sources of some statistics are below. */
  static PublishedSource root(PublishedStats stats) {
    return new PublishedSource("", Map.of(), stats);
  }

  /**
   * A source without labels of its own, which is below nothing yet.
   *
   * @param name not empty, without {@code /}, and neither {@code .} nor {@code ..}
   * @return the source
   * @throws IllegalArgumentException if that cannot be a name
   */
  public static PublishedSource create(String name) {
    return create(name, Map.of());
  }

  /**
   * A source that is below nothing yet.
   *
   * @param name not empty, without {@code /}, and neither {@code .} nor {@code ..}
   * @param labels what distinguishes its stats from those of others when they are exported. It has
   *     the labels of the sources above it, too, which come first; one of the same key replaces
   *     theirs. Where there are none at all, its place is exported instead
   * @return the source
   * @throws IllegalArgumentException if that cannot be a name
   */
  public static PublishedSource create(String name, Map<String, String> labels) {
    return new PublishedSource(Names.require(name), labels, null);
  }

  /**
   * The name of the source.
   *
   * @return the last part of its path
   */
  public String name() {
    return name;
  }

  /**
   * The source's own labels.
   *
   * @return those that were given, without those of the sources above
   */
  public Map<String, String> labels() {
    return labels;
  }

  /**
   * Makes another source subordinate to this one.
   *
   * @param source is below this from now on, with all that is below it
   * @throws IllegalArgumentException if this has a source or a stat of that name
   * @throws IllegalStateException if that is below a source already, or this is below that
   */
  public void add(PublishedSource source) {
    synchronized (STRUCTURE) {
      if (source.superior != null || source.stats != null) {
        throw new IllegalStateException(
            source + " is below another source already; remove it there first");
      }
      for (PublishedSource above = this; above != null; above = above.superior) {
        if (above == source) {
          throw new IllegalStateException(source + " cannot be below itself");
        }
      }
      requireNew(source.name);
      source.superior = this;
      subordinates.put(source.name, source);
      changed();
    }
  }

  /**
   * Ends that another source is subordinate to this one. Its stats are gone at the next sample. It
   * can be added again, here or elsewhere.
   *
   * @param source is below nothing from now on
   * @return false if it was not right below this one
   */
  public boolean remove(PublishedSource source) {
    synchronized (STRUCTURE) {
      if (source.superior != this) {
        return false;
      }
      subordinates.remove(source.name);
      source.superior = null;
      changed();
      return true;
    }
  }

  /**
   * Looks for a source that is subordinate to this one.
   *
   * @param name its name
   * @return the source, if there is one right below this
   */
  public Optional<PublishedSource> find(String name) {
    return Optional.ofNullable(subordinates.get(name));
  }

  /**
   * Adds numbers for all values of their group.
   *
   * @param added the numbers of this source, and of no other one
   * @throws IllegalArgumentException if this has a source or a stat of the name of one of them
   * @throws IllegalStateException if they were added to a source before
   */
  public void add(PublishedValues added) {
    synchronized (STRUCTURE) {
      added.group().valueMembers().forEach(member -> requireNew(member.name));
      added.setAdded();
      values.add(added);
      changed();
    }
  }

  /**
   * Adds all aggregates of a group, over the values of this group at this source and at all below
   * it, whenever these come.
   *
   * @param group has the aggregates
   * @throws IllegalArgumentException if it has none, or this has a source or a stat of the name of
   *     one of them
   */
  public void addAggregates(PublishedGroup group) {
    if (group.aggregateMembers().isEmpty()) {
      throw new IllegalArgumentException(
          "The " + group + " has no aggregates; PublishedGroup.Builder.aggregate adds some");
    }
    synchronized (STRUCTURE) {
      group.aggregateMembers().forEach(member -> requireNew(member.name));
      aggregates.add(group);
      changed();
    }
  }

  /**
   * Cuts this source off from its numbers: no counter or supplier of it is read or referred to any
   * more once the catalog was scanned and a sample taken, though a sample that is being taken may
   * still ask a supplier once. Its aggregates, and what is below it, stay.
   */
  public void revoke() {
    synchronized (STRUCTURE) {
      values.clear();
      changed();
    }
  }

  private void requireNew(String another) {
    if (subordinates.containsKey(another) || member(another) != null) {
      throw new IllegalArgumentException(
          PrintableText.of("'" + another + "' is there already, at " + this));
    }
  }

  /** After what was changed can be seen by who reads the version. */
  private void changed() {
    for (PublishedSource above = this; above != null; above = above.superior) {
      if (above.stats != null) {
        above.stats.changed();
      }
    }
  }

  /**
   * Reads a stat by its name, whether or not this is part of any statistics.
   *
   * @param stat the name of a value or an aggregate
   * @return its 64 bits; those of an unsigned one above 2<sup>63</sup>-1 are negative
   * @throws NoSuchElementException if this has no stat of that name
   * @throws StatReadException if it cannot be read, since a supplier fails
   */
  public long read(String stat) {
    SampleMemory memory = new SampleMemory(1);
    read(require(stat), memory);
    return memory.longValue(0);
  }

  /**
   * Sets a stat back to zero: a value, or of an aggregate the values that it takes in. What is
   * counted at the same moment may be lost.
   *
   * @param stat the name of a value or an aggregate
   * @throws NoSuchElementException if this has no stat of that name
   * @throws StatClearException if it was not cleared, since the value is no counter, or is given by
   *     a supplier that cannot be cleared; or in part, if that throws
   */
  public void clear(String stat) {
    clear(require(stat));
  }

  private Member require(String stat) {
    Member member = member(stat);
    if (member == null) {
      throw new NoSuchElementException(
          PrintableText.of(
              "There is no stat '" + stat + "' at " + this + ", only " + memberNames()));
    }
    return member;
  }

  private List<String> memberNames() {
    return members().stream().map(member -> member.name).sorted().toList();
  }

  /** What it has stats of. */
  List<Member> members() {
    List<Member> members = new ArrayList<>();
    values.forEach(its -> members.addAll(its.group().valueMembers()));
    aggregates.forEach(group -> members.addAll(group.aggregateMembers()));
    return members;
  }

  private @Nullable Member member(String stat) {
    return members().stream().filter(its -> its.name.equals(stat)).findFirst().orElse(null);
  }

  List<PublishedValues> values() {
    return values;
  }

  List<PublishedGroup> aggregates() {
    return aggregates;
  }

  /** In the order of their names. */
  Collection<PublishedSource> subordinates() {
    return subordinates.values();
  }

  /** Whether this is part of some statistics. */
  boolean isIn(PublishedStats other) {
    PublishedSource above = this;
    while (above.superior != null) {
      above = above.superior;
    }
    return above.stats == other;
  }

  /** Its own numbers of a group; null if it has none. */
  @Nullable PublishedValues valuesOf(PublishedGroup group) {
    for (PublishedValues its : values) {
      if (its.group() == group) {
        return its;
      }
    }
    return null;
  }

  /** The numbers of a group here and at all sources below, in no order. */
  List<PublishedValues> allValuesOf(PublishedGroup group) {
    List<PublishedValues> all = new ArrayList<>();
    Deque<PublishedSource> sources = new ArrayDeque<>(List.of(this));
    while (!sources.isEmpty()) {
      PublishedSource source = sources.pop();
      PublishedValues its = source.valuesOf(group);
      if (its != null) {
        all.add(its);
      }
      sources.addAll(source.subordinates.values());
    }
    return all;
  }

  /** What a value, or an aggregate, is read from. */
  List<Input> inputs(Member member) {
    List<PublishedValues> all;
    if (member.aggregate == null) {
      PublishedValues its = valuesOf(member.group);
      all = its == null ? List.of() : List.of(its);
    } else {
      all = allValuesOf(member.group);
    }
    return all.stream().map(its -> its.input(member.index)).toList();
  }

  /** Puts the value at index 0. */
  void read(Member member, SampleMemory memory) {
    List<Input> inputs = inputs(member);
    if (member.aggregate == null && inputs.isEmpty()) {
      throw new StatReadException(
          Status.GONE, place(member) + " cannot be read: its source was revoked", null);
    }
    Totals totals = new Totals();
    totals.begin(member.value.type());
    long[] numbers = new long[1];
    Status[] outcomes = new Status[1];
    for (Input input : inputs) {
      input.read(numbers, outcomes, 0);
      if (outcomes[0] != Status.OK) {
        String why = input instanceof Input.Supplied supplied ? "" + supplied.failure() : "";
        throw new StatReadException(
            outcomes[0], PrintableText.of(place(member) + " cannot be read: " + why), null);
      }
      totals.add(numbers[0]);
    }
    // The sum of one value is that value.
    totals.put(member.aggregate == null ? Aggregate.SUM : member.aggregate, memory, 0);
  }

  /** The number as text, even one that its type does not have. */
  String readText(Member member) {
    List<Input> inputs = inputs(member);
    if (member.aggregate == null && inputs.size() == 1) {
      long[] numbers = new long[1];
      Status[] outcomes = new Status[1];
      inputs.get(0).read(numbers, outcomes, 0);
      if (outcomes[0] == Status.NOT_A_NUMBER) {
        return Long.toString(numbers[0]);
      }
    }
    SampleMemory memory = new SampleMemory(1);
    read(member, memory);
    return memory.isUnsigned(0)
        ? Long.toUnsignedString(memory.longValue(0))
        : Long.toString(memory.longValue(0));
  }

  void clear(Member member) {
    if (member.value.kind() != Stat.Kind.COUNTER) {
      throw notCleared(
          StatClearException.Reason.NOT_CLEARABLE,
          member,
          "the value is a " + member.value.kind() + ", and only counters can be cleared",
          null);
    }
    List<Input> inputs = inputs(member);
    if (inputs.stream().anyMatch(input -> !input.isClearable())) {
      throw notCleared(
          StatClearException.Reason.NOT_CLEARABLE,
          member,
          "a supplier gives the value, and there is nothing to clear it with;"
              + " PublishedValues.Builder.supplier takes that",
          null);
    }
    Throwable failure = null;
    for (Input input : inputs) {
      try {
        input.clear();
      } catch (Throwable e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw notCleared(
          StatClearException.Reason.FAILED,
          member,
          "what clears a value that a supplier gives throws " + Names.describe(failure),
          failure);
    }
  }

  private StatClearException notCleared(
      StatClearException.Reason reason, Member member, String why, @Nullable Throwable cause) {
    return new StatClearException(
        reason, PrintableText.of(place(member) + " was not cleared: " + why), cause);
  }

  private String place(Member member) {
    return path() + "/" + member.name;
  }

  private String path() {
    String path = name;
    PublishedSource above = superior;
    while (above != null && above.stats == null) {
      path = above.name + "/" + path;
      above = above.superior;
    }
    return path;
  }

  /**
   * The path of the source, for messages.
   *
   * @return such as {@code published source pool/7}; printable
   */
  @Override
  public String toString() {
    return stats == null
        ? PrintableText.of("published source " + path())
        : "the root of published statistics";
  }
}
