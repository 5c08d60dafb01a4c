package io.statsfs.published;

import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.published.PublishedGroup.Member;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A published source as a scan found it, for catalogs. Immutable; refers to no number. */
final class SourceView implements Source {
  final PublishedSource published;

  /** How many sources it is below. */
  final int depth;

  private final Tree tree;
  private final String subsystem;
  private final String device;
  private final Map<String, String> labels;
  private final List<Stat> stats;

  /** What it has stats of, in the order in which that was added. */
  private final List<Member> members;

  private SourceView(PublishedSource published, Tree tree, Place place, List<Member> members) {
    this.published = published;
    this.tree = tree;
    this.members = members;
    subsystem = place.subsystem;
    device = place.device;
    labels = place.labels;
    depth = place.depth;
    stats =
        members.stream()
            .map(member -> (Stat) new StatView(this, member))
            .sorted(Comparator.comparing(Stat::name))
            .toList();
  }

  static SourceView of(PublishedSource published, Tree tree, Place place) {
    return new SourceView(published, tree, place, published.members());
  }

  /** Whether a scan would find the same now. */
  boolean isStill(Place place) {
    return subsystem.equals(place.subsystem)
        && device.equals(place.device)
        && labels.equals(place.labels)
        && members.equals(published.members());
  }

  /** Where a source is, and the labels that this gives it. */
  static final class Place {
    private final String subsystem;
    private final String device;
    private final Map<String, String> labels;
    private final int depth;

    private Place(String subsystem, String device, Map<String, String> labels, int depth) {
      this.subsystem = subsystem;
      this.device = device;
      this.labels = labels;
      this.depth = depth;
    }

    static Place of(PublishedSource subsystem) {
      return new Place(subsystem.name(), "", subsystem.labels(), 1);
    }

    Place below(PublishedSource subordinate) {
      Map<String, String> more = new LinkedHashMap<>(labels);
      more.putAll(subordinate.labels());
      more = Collections.unmodifiableMap(more);
      String name = subordinate.name();
      return new Place(subsystem, device.isEmpty() ? name : device + "/" + name, more, depth + 1);
    }

    int depth() {
      return depth;
    }

    @Override
    public String toString() {
      return device.isEmpty() ? subsystem : subsystem + "/" + device;
    }
  }

  @Override
  public Tree tree() {
    return tree;
  }

  @Override
  public String subsystem() {
    return subsystem;
  }

  @Override
  public String device() {
    return device;
  }

  @Override
  public Map<String, String> labels() {
    return labels;
  }

  @Override
  public List<Stat> stats() {
    return stats;
  }

  @Override
  public String origin() {
    return "published " + this;
  }

  @Override
  public String toString() {
    return device.isEmpty() ? subsystem : subsystem + "/" + device;
  }

  /** A value of the source, or an aggregate. */
  static final class StatView implements Stat {
    final SourceView source;
    final Member member;

    private StatView(SourceView source, Member member) {
      this.source = source;
      this.member = member;
    }

    @Override
    public Source source() {
      return source;
    }

    @Override
    public String name() {
      return member.name;
    }

    @Override
    public Kind kind() {
      return member.aggregate == null
          ? member.value.kind()
          : member.aggregate.kind(member.value.kind());
    }

    @Override
    public Type type() {
      return Type.INT;
    }

    @Override
    public String description() {
      boolean isAsTheValue = member.aggregate == null || member.name.equals(member.value.name());
      return isAsTheValue ? member.value.description() : member.aggregate.description(member.value);
    }

    @Override
    public String unit() {
      return member.aggregate == null ? member.value.unit() : member.aggregate.unit(member.value);
    }

    @Override
    public String origin() {
      return source.origin() + "/" + member.name;
    }

    @Override
    public String toString() {
      return source + "/" + member.name;
    }
  }
}
