package io.statsfs.published;

import io.statsfs.Problem;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatClearException;
import io.statsfs.StatReadException;
import io.statsfs.Status;
import io.statsfs.Tree;
import io.statsfs.published.SourceView.Place;
import io.statsfs.published.SourceView.StatView;
import io.statsfs.spi.Batch;
import io.statsfs.spi.PrintableText;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.ScanRequest;
import io.statsfs.spi.ScanResult;
import io.statsfs.spi.Scanner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Published statistics as a tree. */
final class PublishedScanner implements Scanner {
  private final PublishedStats stats;
  private final int maxDepth;
  private final Set<PublishedBatch> open = Collections.newSetFromMap(new WeakHashMap<>());
  private boolean closed;

  /** What the last scan found. */
  private Found found = new Found(-1, Map.of(), List.of(), false);

  PublishedScanner(PublishedStats stats, int maxDepth) {
    this.stats = stats;
    this.maxDepth = maxDepth;
  }

  @Override
  public List<Tree> trees() {
    return List.of(stats.tree());
  }

  private record Visit(PublishedSource source, Place place) {}

  /**
   * What a scan found.
   *
   * @param version of the statistics that it looked at
   * @param views by what they are of
   * @param sources those that have stats
   */
  private record Found(
      long version,
      Map<PublishedSource, SourceView> views,
      List<SourceView> sources,
      boolean isTooDeep) {}

  @Override
  public ScanResult scan(ScanRequest request) {
    if (found.version != stats.version()) {
      found = look(request);
    }
    List<Problem> problems = new ArrayList<>();
    Failures failures = new Failures();
    found.sources.forEach(failures::lookAt);
    failures.addTo(problems, stats.tree());
    if (found.isTooDeep) {
      problems.add(
          Problem.builder(
                  Problem.Kind.LIMIT_EXCEEDED,
                  "sources below more than " + maxDepth + " others are left out, as Limits say")
              .tree(stats.tree())
              .place(stats.tree().origin())
              .build());
    }
    return ScanResult.of(found.sources, problems);
  }

  private Found look(ScanRequest request) {
    // First, so that what changes while this looks is looked at again.
    long version = stats.version();
    Map<PublishedSource, SourceView> views = new IdentityHashMap<>();
    List<SourceView> sources = new ArrayList<>();
    boolean isTooDeep = false;
    Deque<Visit> toVisit = new ArrayDeque<>();
    stats.root().subordinates().forEach(s -> toVisit.add(new Visit(s, Place.of(s))));
    while (!toVisit.isEmpty()) {
      request.step();
      Visit it = toVisit.poll();
      SourceView view = found.views.get(it.source);
      if (view == null || !view.isStill(it.place)) {
        view = SourceView.of(it.source, stats.tree(), it.place);
      }
      if (!view.stats().isEmpty()) {
        sources.add(view);
      }
      views.put(it.source, view);
      for (PublishedSource subordinate : it.source.subordinates()) {
        if (it.place.depth() == maxDepth) {
          isTooDeep = true;
        } else {
          toVisit.add(new Visit(subordinate, it.place.below(subordinate)));
        }
      }
    }
    return new Found(version, views, List.copyOf(sources), isTooDeep);
  }

  /** The suppliers that failed when they were asked last. */
  private static final class Failures {
    private int count;
    private String first = "";

    void lookAt(SourceView source) {
      for (PublishedValues values : source.published.values()) {
        for (int i = 0; i < values.group().values().size(); i++) {
          if (values.input(i) instanceof Input.Supplied supplied) {
            String why = supplied.failure();
            if (why != null && count++ == 0) {
              first = source + "/" + supplied.value.name() + ": " + why;
            }
          }
        }
      }
    }

    void addTo(List<Problem> problems, Tree tree) {
      if (count > 0) {
        String others = count == 1 ? "" : ", and so do " + (count - 1) + " others";
        problems.add(
            Problem.builder(Problem.Kind.NOT_READABLE, "no value for " + first + others)
                .cause("a supplier fails")
                .tree(tree)
                .place(tree.origin())
                .build());
      }
    }
  }

  @Override
  public Batch prepare(
      List<Stat> wanted, int[] indices, SampleMemory memory, @Nullable Batch previous) {
    List<StatView> views = wanted.stream().map(stat -> (StatView) stat).toList();
    synchronized (open) {
      if (closed) {
        throw new IllegalStateException("This scanner of " + stats + " is closed");
      }
      if (previous != null) {
        PublishedBatch before = (PublishedBatch) previous;
        before.replace();
        open.remove(before);
      }
      PublishedBatch batch = new PublishedBatch(stats, views, indices.clone(), memory);
      open.add(batch);
      return batch;
    }
  }

  @Override
  public void read(Stat stat, SampleMemory memory) {
    published(stat).read(((StatView) stat).member, memory);
  }

  @Override
  public String readText(Stat stat) {
    return published(stat).readText(((StatView) stat).member);
  }

  private PublishedSource published(Stat stat) {
    PublishedSource published = ((StatView) stat).source.published;
    if (!published.isIn(stats)) {
      throw new StatReadException(
          Status.GONE, PrintableText.of(stat + " cannot be read: its source was removed"), null);
    }
    return published;
  }

  @Override
  public void clear(Stat stat) {
    StatView view = (StatView) stat;
    if (!view.source.published.isIn(stats)) {
      throw new StatClearException(
          StatClearException.Reason.GONE,
          PrintableText.of(stat + " was not cleared: its source was removed"),
          null);
    }
    view.source.published.clear(view.member);
  }

  @Override
  public boolean isSame(Source before, Source next) {
    return ((SourceView) before).published == ((SourceView) next).published;
  }

  @Override
  public @Nullable Object look(Source source) {
    PublishedSource published = ((SourceView) source).published;
    return published.isIn(stats) ? published : null;
  }

  /** The suppliers that threads are in, so that one which is gone hangs no more. */
  @Override
  public @Nullable Object look(Stat stat) {
    StatView view = (StatView) stat;
    PublishedSource published = view.source.published;
    if (!published.isIn(stats)) {
      return null;
    }
    return published.inputs(view.member).stream()
        .filter(input -> input instanceof Input.Supplied supplied && supplied.isCalled())
        .collect(Collectors.toSet());
  }

  @Override
  public void close() {
    List<PublishedBatch> left;
    synchronized (open) {
      closed = true;
      left = List.copyOf(open);
      open.clear();
    }
    left.forEach(PublishedBatch::close);
  }
}
