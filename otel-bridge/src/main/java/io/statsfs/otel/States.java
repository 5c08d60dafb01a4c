package io.statsfs.otel;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
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

/** The texts that stats with texts for values were seen to have. For one thread at a time. */
final class States {
  private static final AttributeKey<String> STATE = AttributeKey.stringKey("state");
  private static final AttributeKey<String> STAT_STATE = AttributeKey.stringKey("stat.state");
  private static final int MAX_STATES = 32;
  private static final int MAX_LENGTH = 64;

  private final Map<Stat, Set<String>> seen = new IdentityHashMap<>();

  /** Whether a stat is in each of the states that it was seen in; none if it cannot be read. */
  Map<Attributes, Boolean> read(Sampler sampler, int index, Attributes attributes) {
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
    Map<Attributes, Boolean> points = new LinkedHashMap<>();
    states.forEach(state -> points.put(with(attributes, state), state.equals(present)));
    return points;
  }

  private static boolean isState(String text) {
    return !text.isEmpty() && text.length() <= MAX_LENGTH && PrintableText.of(text).equals(text);
  }

  private static Attributes with(Attributes attributes, String text) {
    AttributeKey<String> key = attributes.get(STATE) == null ? STATE : STAT_STATE;
    return attributes.toBuilder().put(key, text).build();
  }

  /** Forgets stats that are not there any more. */
  void retain(Sampler sampler) {
    Set<Stat> there = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < sampler.size(); i++) {
      there.add(sampler.stat(i));
    }
    seen.keySet().retainAll(there);
  }
}
