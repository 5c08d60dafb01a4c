package io.statsfs.otel;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.statsfs.Catalog;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which instrument and which attributes each stat is recorded with. Works that out when the catalog
 * changes, so that recording need not. For one thread at a time.
 */
final class Series {
  /** The SDK's default, less the point that takes what is beyond it. */
  private static final int SERIES_OF_AN_INSTRUMENT = 1999;

  /** Making them takes time quadratic in their number: 5,000 take seconds. */
  private static final int MAX_INSTRUMENTS = 2000;

  private final StatsFsMetricsBuilder settings;
  private final Meter meter;
  private final Consumer<String> log;
  private final Map<String, StatInstrument> instruments = new HashMap<>();
  private Map<Source, Attributes> attributes = new IdentityHashMap<>();
  private final @Nullable States states;
  private boolean isCardinalityTold;
  private @Nullable Catalog catalog;

  Series(StatsFsMetricsBuilder settings, Meter meter, Consumer<String> log) {
    this.settings = settings;
    this.meter = meter;
    this.log = log;
    states = settings.states ? new States() : null;
  }

  /** Whether the series are those of the list of stats that a sampler has now. */
  boolean isOf(Sampler sampler) {
    return sampler.catalog() == catalog;
  }

  /** Gives each instrument the series of a sampler's last sample; returns those that are new. */
  List<StatInstrument> update(Sampler sampler) {
    int size = sampler.size();
    String[] names = new String[size];
    Map<String, List<Integer>> missing = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      names[i] = name(sampler.stat(i));
      if (!instruments.containsKey(key(names[i]))) {
        missing.computeIfAbsent(key(names[i]), n -> new ArrayList<>()).add(i);
      }
    }
    List<StatInstrument> added = new ArrayList<>(missing.size());
    Map<String, StatInstrument> fresh = new HashMap<>();
    missing.forEach(
        (key, indexes) -> {
          if (instruments.size() + fresh.size() < MAX_INSTRUMENTS) {
            StatInstrument instrument =
                new StatInstrument(
                    meter,
                    names[indexes.get(0)],
                    sampler,
                    indexes,
                    settings.countersBySchema,
                    states);
            fresh.put(key, instrument);
            added.add(instrument);
          } else {
            log.accept(
                "More than "
                    + MAX_INSTRUMENTS
                    + " stat names; the rest gets no instrument. Filter stats out, or set a naming"
                    + " that puts stats together.");
          }
        });
    @Nullable StatInstrument[] instrumentOf = new StatInstrument[size];
    Attributes[] attributesOf = new Attributes[size];
    Map<Source, Attributes> known = new IdentityHashMap<>();
    for (int i = 0; i < size; i++) {
      StatInstrument old = instruments.get(key(names[i]));
      instrumentOf[i] = old != null ? old : fresh.get(key(names[i]));
      attributesOf[i] = known.computeIfAbsent(sampler.stat(i).source(), this::attributes);
    }
    tellApart(sampler, instrumentOf, attributesOf);
    // From here on nothing fails, so that no instrument is known that is not registered.
    instruments.putAll(fresh);
    attributes = known;
    Map<StatInstrument, List<Integer>> indexes = new IdentityHashMap<>();
    for (int i = 0; i < size; i++) {
      if (instrumentOf[i] != null) {
        indexes.computeIfAbsent(instrumentOf[i], k -> new ArrayList<>()).add(i);
      }
    }
    for (StatInstrument instrument : instruments.values()) {
      int[] own = limit(instrument, indexes.getOrDefault(instrument, List.of()), sampler);
      instrument.setSeries(
          own, Arrays.stream(own).mapToObj(i -> attributesOf[i]).toArray(Attributes[]::new));
    }
    if (states != null) {
      states.retain(sampler);
    }
    catalog = sampler.catalog();
    return added;
  }

  /** Leaves out what is beyond the limit. */
  private int[] limit(StatInstrument instrument, List<Integer> indexes, Sampler sampler) {
    int count = indexes.size();
    if (count > settings.seriesLimit) {
      tellOfCardinality(
          instrument.name()
              + " has "
              + count
              + " series, of which the "
              + (count - settings.seriesLimit)
              + " of the deepest sources are left out. Raise the SDK's cardinality limit (property"
              + " otel.java.metrics.cardinality.limit) to twice the number, and with it the limit of"
              + " series that is set in code, or filter stats out.");
      return indexes.stream()
          .sorted(Comparator.comparingInt(i -> depth(sampler.stat(i).source())))
          .limit(settings.seriesLimit)
          .sorted()
          .mapToInt(i -> i)
          .toArray();
    }
    if (count > SERIES_OF_AN_INSTRUMENT && settings.seriesLimit == Integer.MAX_VALUE) {
      tellOfCardinality(
          instrument.name()
              + " has "
              + count
              + " series, and others may follow. By default the SDK takes 1,999 of an instrument"
              + " and folds the rest into one point with otel.metric.overflow=true. Raise its"
              + " cardinality limit (property otel.java.metrics.cardinality.limit) to twice the"
              + " number, or filter stats out.");
    }
    return indexes.stream().mapToInt(i -> i).toArray();
  }

  private void tellOfCardinality(String message) {
    if (!isCardinalityTold) {
      isCardinalityTold = true;
      log.accept(message);
    }
  }

  private static int depth(Source source) {
    String device = source.device();
    return device.isEmpty() ? 0 : 1 + (int) device.chars().filter(c -> c == '/').count();
  }

  /** Equal series would overwrite each other in a gauge, add up in a counter, and fail a scrape. */
  private static void tellApart(
      Sampler sampler, @Nullable StatInstrument[] instrumentOf, Attributes[] attributesOf) {
    Set<Source> sources = Collections.newSetFromMap(new IdentityHashMap<>());
    forCollisions(instrumentOf, attributesOf, i -> sources.add(sampler.stat(i).source()));
    if (sources.isEmpty()) {
      return;
    }
    for (int i = 0; i < attributesOf.length; i++) {
      if (sources.contains(sampler.stat(i).source())) {
        attributesOf[i] = SourceAttributes.withPlace(attributesOf[i], sampler.stat(i).source());
      }
    }
    Set<Integer> indexes = new TreeSet<>();
    forCollisions(instrumentOf, attributesOf, indexes::add);
    for (int i : indexes) {
      attributesOf[i] = SourceAttributes.withStatAndRoot(attributesOf[i], sampler.stat(i));
    }
  }

  private static void forCollisions(
      @Nullable StatInstrument[] instrumentOf,
      Attributes[] attributesOf,
      Consumer<Integer> action) {
    Map<String, Map<Attributes, Integer>> seen = new HashMap<>();
    for (int i = 0; i < instrumentOf.length; i++) {
      if (instrumentOf[i] == null) {
        continue;
      }
      Integer other =
          seen.computeIfAbsent(instrumentOf[i].collisionKey(), k -> new HashMap<>())
              .putIfAbsent(attributesOf[i], i);
      if (other != null) {
        action.accept(other);
        action.accept(i);
      }
    }
  }

  private String name(Stat stat) {
    try {
      String name = settings.naming.name(stat);
      if (InstrumentNames.isValid(name)) {
        return name;
      }
      log.accept("'" + name + "' is no name for an instrument; " + stat + " gets its default name");
    } catch (RuntimeException e) {
      log.accept("No name for " + stat + ", which gets its default name: " + e);
    }
    return InstrumentNames.ofStat(stat);
  }

  /** The SDK compares names without case. */
  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private Attributes attributes(Source source) {
    Attributes known = attributes.get(source);
    if (known != null) {
      return known;
    }
    try {
      return Objects.requireNonNull(settings.attributes.apply(source), "attributes");
    } catch (RuntimeException e) {
      log.accept("No attributes for " + source + ", which gets its default ones: " + e);
      return SourceAttributes.of(source);
    }
  }
}
