package io.statsfs.core.backend;

import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.spi.StatDeclaration;
import java.util.ArrayList;
import java.util.List;

/**
 * A stat that is one of the values that its backend knows by name, as the layout of its tree
 * declares it. Its own identity, as all stats have.
 */
public final class DeclaredStat implements Stat {
  private final Source source;
  private final int number;
  private final String name;
  private final StatDeclaration declared;

  private DeclaredStat(Source source, int number, String name, StatDeclaration declared) {
    this.source = source;
    this.number = number;
    this.name = name;
    this.declared = declared;
  }

  /**
   * The stats of a source: of the values with these names, those that its layout declares.
   *
   * @param source whose tree is known
   * @param names of all values
   */
  public static List<Stat> of(Source source, List<String> names) {
    List<Stat> stats = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      // Backends that know their values by name have no patterns.
      StatDeclaration declared = source.tree().layout().stats().named(name);
      if (declared != null) {
        stats.add(new DeclaredStat(source, i, name, declared));
      }
    }
    return List.copyOf(stats);
  }

  /** Which value it is, counted from 0. */
  public int number() {
    return number;
  }

  @Override
  public Source source() {
    return source;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Kind kind() {
    return declared.kind();
  }

  @Override
  public Type type() {
    return declared.type();
  }

  @Override
  public String description() {
    return declared.description();
  }

  @Override
  public String unit() {
    return declared.unit();
  }

  @Override
  public boolean isDefault() {
    return !Boolean.FALSE.equals(declared.byDefault());
  }

  @Override
  public String origin() {
    return source.origin();
  }

  @Override
  public String toString() {
    return source + "/" + name;
  }
}
