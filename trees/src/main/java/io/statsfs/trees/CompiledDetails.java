package io.statsfs.trees;

import io.statsfs.Stat;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.spi.MetricDeclaration.Label;
import io.statsfs.spi.MetricDeclaration.Point;
import io.statsfs.spi.MetricDeclaration.Term;
import io.statsfs.spi.StatDeclaration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Reads what opening trees does without: what is said of stats, and metrics. */
final class CompiledDetails {
  /** In the place of a flag. */
  static final int UNSAID = 2;

  private final CompiledLayouts in;

  private CompiledDetails(CompiledLayouts in) {
    this.in = in;
  }

  /** What several stats have in common, each of which has these very objects. */
  private static final class Common {
    final Stat.Kind kind;
    final Stat.Type type;
    final String unit;
    final Description document;
    final int byDefault;
    final List<String> formerNames;
    final List<String> noValue;

    Common(CompiledLayouts in) {
      kind = Stat.Kind.values()[in.small()];
      type = Stat.Type.values()[in.small()];
      unit = in.text();
      document = new Description(in, in.integer());
      byDefault = in.small();
      formerNames = List.of(in.array());
      noValue = List.of(in.array());
    }
  }

  /**
   * All that is said of a stat.
   *
   * @param name its name
   * @param description the place of its description
   * @param in where all parts are
   * @param number which part it has in common with others
   */
  static StatDeclaration stat(String name, int description, CompiledLayouts in, int number) {
    // Two threads may make one twice.
    Common common = (Common) in.made[number];
    if (common == null) {
      common = new Common(in.part(number));
      in.made[number] = common;
    }
    StatDeclaration.Builder stat =
        StatDeclaration.builder(name, common.kind)
            .type(common.type)
            .unit(common.unit)
            .description(new Description(in, description))
            .document(common.document);
    if (common.byDefault != UNSAID) {
      stat.byDefault(common.byDefault == 1);
    }
    return stat.formerNames(common.formerNames).noValue(common.noValue).build();
  }

  /** A description of a stat, or the document that it is from. */
  private record Description(CompiledLayouts in, int place) implements Supplier<String> {
    @Override
    public String get() {
      return in.description(place);
    }
  }

  static List<MetricDeclaration> metrics(CompiledLayouts in) {
    CompiledDetails reader = new CompiledDetails(in);
    List<MetricDeclaration> metrics = new ArrayList<>();
    for (int i = in.number(); i > 0; i--) {
      metrics.add(reader.metric());
    }
    return metrics;
  }

  private MetricDeclaration metric() {
    MetricDeclaration.Builder metric =
        MetricDeclaration.builder(
                in.text(), in.text(), MetricDeclaration.Instrument.values()[in.small()])
            .unit(in.text())
            .description(in.description(in.integer()));
    for (int i = in.number(); i > 0; i--) {
      metric.point(point());
    }
    return metric.build();
  }

  private Point point() {
    List<Label> labels = new ArrayList<>();
    for (int i = in.number(); i > 0; i--) {
      String key = in.text();
      String value = in.text();
      labels.add(in.flag() ? Label.integer(key, value) : Label.text(key, value));
    }
    boolean isCount = in.flag();
    List<String> by = isCount ? List.of(in.array()) : List.of();
    Term[] divisor = terms();
    Term[] terms = terms();
    if (isCount) {
      return Point.count(labels, terms[0], by);
    }
    return divisor.length == 0
        ? Point.sum(labels, terms)
        : Point.quotient(labels, divisor[0], terms);
  }

  private Term[] terms() {
    Term[] terms = new Term[in.number()];
    for (int i = 0; i < terms.length; i++) {
      String term = in.text();
      terms[i] = term.startsWith("-") ? Term.minus(term.substring(1)) : Term.plus(term);
    }
    return terms;
  }
}
