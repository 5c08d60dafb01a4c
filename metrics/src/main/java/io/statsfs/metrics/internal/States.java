package io.statsfs.metrics.internal;

import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatReadException;
import io.statsfs.spi.PrintableText;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The texts that stats with texts for values were seen to have. For one thread at a time.
 * Allocates.
 */
public final class States {
  private static final int MAX_STATES = 32;
  private static final int MAX_LENGTH = 64;

  private final Map<Stat, Set<String>> seen = new IdentityHashMap<>();

  /** Of stats that were not seen yet. */
  public States() {}

  /**
   * Reads the text of a stat.
   *
   * @param sampler the sampler
   * @param index the position of the stat there
   * @return for each text that the stat was seen to have, in the order in which they were seen,
   *     whether it has it now; empty if it cannot be read
   */
  public Map<String, Boolean> read(Sampler sampler, int index) {
    String present;
    try {
      present = sampler.readText(index);
    } catch (StatReadException e) {
      return Map.of();
    }
    Set<String> states = seen.computeIfAbsent(sampler.stat(index), s -> new LinkedHashSet<>());
    if (isState(present) && states.size() < MAX_STATES) {
      states.add(present);
    }
    if (!states.contains(present)) {
      return Map.of();
    }
    Map<String, Boolean> points = new LinkedHashMap<>();
    states.forEach(state -> points.put(state, state.equals(present)));
    return points;
  }

  private static boolean isState(String text) {
    return !text.isEmpty() && text.length() <= MAX_LENGTH && PrintableText.of(text).equals(text);
  }

  /**
   * Forgets stats that are not there any more.
   *
   * @param sampler has those that are
   */
  public void retain(Sampler sampler) {
    Set<Stat> there = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < sampler.size(); i++) {
      there.add(sampler.stat(i));
    }
    seen.keySet().retainAll(there);
  }
}
