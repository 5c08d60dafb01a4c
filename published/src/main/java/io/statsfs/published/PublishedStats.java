package io.statsfs.published;

import io.statsfs.Layout;
import io.statsfs.Tree;
import io.statsfs.spi.Backend;
import io.statsfs.spi.BackendSettings;
import io.statsfs.spi.Scanner;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The published statistics of an application or a library, as a backend: what the kernel's code
 * does with statsfs, in this process. Its sources are handed on by whatever reads the trees of the
 * kernel.
 *
 * <pre>{@code
 * PublishedValue served = PublishedValue.counter("served", ValueType.U64).unit("{request}").build();
 * PublishedGroup group = PublishedGroup.of(served);
 *
 * PublishedStats stats = PublishedStats.create();
 * PublishedSource shop = PublishedSource.create("shop");
 * PublishedValues values = PublishedValues.of(group);
 * LongAdder count = values.counter(served);
 * shop.add(values);
 * stats.add(shop);
 *
 * StatsFs fs = StatsFs.builder().backend(stats).detect().build();
 * count.increment(); // The stat shop/served is 1.
 * }</pre>
 *
 * <p>A source that is added here is a subsystem. Any number of {@link io.statsfs.StatsFs} may read
 * the same statistics. Safe for use by several threads.
 */
public final class PublishedStats implements Backend {
  static final String NAME = "published";

  /** Trees are distinguished by their origin. */
  private static final AtomicInteger CREATED = new AtomicInteger();

  private final Tree tree;
  private final PublishedSource root = PublishedSource.root(this);
  private final AtomicLong version = new AtomicLong();

  private PublishedStats(int number) {
    tree =
        Tree.builder(Layout.builder(NAME).build())
            .backend(NAME)
            .origin("published statistics" + (number == 1 ? "" : " " + number))
            .build();
  }

  /**
   * Statistics without any source.
   *
   * @return new ones, to be given to {@link io.statsfs.StatsFs.Builder#backend}
   */
  public static PublishedStats create() {
    return new PublishedStats(CREATED.incrementAndGet());
  }

  /**
   * Adds a source as a subsystem.
   *
   * @param subsystem is part of these statistics from now on, with all that is below it
   * @throws IllegalArgumentException if there is one of that name
   * @throws IllegalStateException if it is below a source, or part of other statistics
   */
  public void add(PublishedSource subsystem) {
    root.add(subsystem);
  }

  /**
   * Removes a subsystem. Its stats are gone at the next sample. It can be added again, here or
   * elsewhere.
   *
   * @param subsystem is no part of these statistics any more
   * @return false if it was none of the subsystems
   */
  public boolean remove(PublishedSource subsystem) {
    return root.remove(subsystem);
  }

  /**
   * Looks for a subsystem.
   *
   * @param name its name
   * @return the source, if there is one
   */
  public Optional<PublishedSource> find(String name) {
    return root.find(name);
  }

  /** What all subsystems are below. */
  PublishedSource root() {
    return root;
  }

  Tree tree() {
    return tree;
  }

  /** Another one after sources, values or aggregates were added or removed. */
  long version() {
    return version.get();
  }

  void changed() {
    version.incrementAndGet();
  }

  /**
   * {@inheritDoc}
   *
   * @return {@code published}
   */
  @Override
  public String name() {
    return NAME;
  }

  /**
   * {@inheritDoc}
   *
   * @return {@code published}
   */
  @Override
  public Set<String> treeNames() {
    return Set.of(NAME);
  }

  /**
   * {@inheritDoc}
   *
   * @return a scanner of one tree, whatever the settings are
   */
  @Override
  public Scanner open(BackendSettings settings) {
    return new PublishedScanner(this, settings.limits().depth());
  }

  /**
   * Where the tree comes from, for messages.
   *
   * @return such as {@code published statistics}
   */
  @Override
  public String toString() {
    return tree.origin();
  }
}
