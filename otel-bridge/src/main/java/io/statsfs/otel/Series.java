package io.statsfs.otel;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.statsfs.Catalog;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.spi.Alarm;
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
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Which instrument and which attributes each stat is recorded with. Works that out when the catalog
 * changes, so that recording need not. For one thread at a time.
 */
final class Series {
  /** The SDK's default, less the point that takes what is beyond it. */
  private static final int SERIES_OF_AN_INSTRUMENT = 1999;

  /** That have series at present: more are not exported in reasonable time. */
  private static final int MAX_LIVE_INSTRUMENTS = 2_000;

  /** Ever made: the SDK keeps them, and making them takes time quadratic in their number. */
  private static final int MAX_INSTRUMENTS = 10_000;

  private final StatsFsMetricsBuilder settings;
  private final Meter meter;
  private final Consumer<String> log;
  private final Consumer<String> alarmLog;
  private final TakenNames names;
  private final Map<String, StatInstrument> instruments = new HashMap<>();
  private Map<Source, SourceSeries> sources = new IdentityHashMap<>();
  private @Nullable StatInstrument[] instrumentOf = {};
  private final @Nullable States states;
  private final Alarm manyInstruments = new Alarm();
  private final Alarm manySeries = new Alarm();
  private @Nullable Catalog catalog;
  private int withoutInstrument;
  private int beyondSeriesLimit;

  /** Logs a remark once at most; alarms each time. */
  Series(
      StatsFsMetricsBuilder settings,
      Meter meter,
      TakenNames names,
      Consumer<String> log,
      Consumer<String> alarmLog) {
    this.settings = settings;
    this.meter = meter;
    this.names = names;
    this.log = log;
    this.alarmLog = alarmLog;
    states = settings.states ? new States() : null;
  }

  /** Whether the series are those of the list of stats that a sampler has now. */
  boolean isOf(Sampler sampler) {
    return sampler.catalog() == catalog;
  }

  /** The instrument of the stat at a position; null if it has none. */
  @Nullable StatInstrument instrument(int index) {
    return instrumentOf[index];
  }

  /** Stats that have no series since there are too many instruments. */
  int withoutInstrument() {
    return withoutInstrument;
  }

  /** Stats that have no series since their instrument has too many. */
  int beyondSeriesLimit() {
    return beyondSeriesLimit;
  }

  /** Gives each instrument the series of a sampler's last sample; returns those that are new. */
  List<StatInstrument> update(Sampler sampler) {
    int size = sampler.size();
    String[] namesOf = new String[size];
    Map<String, List<Integer>> byName = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      namesOf[i] = name(sampler.stat(i));
      byName.computeIfAbsent(key(namesOf[i]), n -> new ArrayList<>()).add(i);
    }
    Map<String, StatInstrument> live = new LinkedHashMap<>();
    Map<String, StatInstrument> fresh = new LinkedHashMap<>();
    // Those that have series keep them.
    for (String key : byName.keySet()) {
      StatInstrument instrument = instruments.get(key);
      if (instrument != null && instrument.hasSeries()) {
        live.put(key, instrument);
      }
    }
    int left = 0;
    for (Map.Entry<String, List<Integer>> entry : byName.entrySet()) {
      String key = entry.getKey();
      if (live.containsKey(key)) {
        continue;
      }
      StatInstrument known = instruments.get(key);
      if (live.size() == MAX_LIVE_INSTRUMENTS
          || known == null && instruments.size() + fresh.size() == MAX_INSTRUMENTS) {
        left += entry.getValue().size();
      } else if (known != null) {
        live.put(key, known);
      } else {
        StatInstrument instrument =
            new StatInstrument(
                meter,
                names,
                namesOf[entry.getValue().get(0)],
                sampler,
                entry.getValue(),
                settings.countersBySchema,
                states);
        fresh.put(key, instrument);
        live.put(key, instrument);
      }
    }
    @Nullable StatInstrument[] instrumentOf = new StatInstrument[size];
    live.forEach((key, instrument) -> byName.get(key).forEach(i -> instrumentOf[i] = instrument));
    Map<Source, SourceSeries> sources = new IdentityHashMap<>();
    for (int i = 0; i < size; i++) {
      sources.computeIfAbsent(sampler.stat(i).source(), this::series);
    }
    Attributes[] attributesOf = attributes(sampler, instrumentOf, sources);
    // From here on nothing fails, so that no instrument is known that is not registered.
    instruments.putAll(fresh);
    this.sources = sources;
    this.instrumentOf = instrumentOf;
    withoutInstrument = left;
    report(manyInstruments, tooManyInstruments());
    Map<StatInstrument, List<Integer>> indexes = new IdentityHashMap<>();
    live.forEach((key, instrument) -> indexes.put(instrument, byName.get(key)));
    beyondSeriesLimit = 0;
    String tooMany = null;
    for (StatInstrument instrument : instruments.values()) {
      List<Integer> all = indexes.getOrDefault(instrument, List.of());
      if (tooMany == null) {
        tooMany = tooManySeries(instrument.name(), all.size());
      }
      beyondSeriesLimit += Math.max(0, all.size() - settings.seriesLimit);
      int[] own = limit(all, sampler);
      instrument.setSeries(
          own, Arrays.stream(own).mapToObj(i -> attributesOf[i]).toArray(Attributes[]::new));
    }
    report(manySeries, tooMany);
    if (states != null) {
      states.retain(sampler);
    }
    catalog = sampler.catalog();
    return List.copyOf(fresh.values());
  }

  private @Nullable String tooManyInstruments() {
    return withoutInstrument == 0
        ? null
        : "More than "
            + MAX_LIVE_INSTRUMENTS
            + " stat names at a time, or "
            + MAX_INSTRUMENTS
            + " since the bridge was created: "
            + withoutInstrument
            + " stats are not exported. Filter stats out, or set a naming"
            + " that gives several stats one name.";
  }

  private @Nullable String tooManySeries(String name, int count) {
    if (count > settings.seriesLimit) {
      return name
          + " has "
          + count
          + " series, of which the "
          + (count - settings.seriesLimit)
          + " of the deepest sources are left out. Raise the SDK's cardinality limit (property"
          + " otel.java.metrics.cardinality.limit) to twice the number, and with it the limit of"
          + " series that is set in code, or filter stats out.";
    }
    if (count > SERIES_OF_AN_INSTRUMENT && settings.seriesLimit == Integer.MAX_VALUE) {
      return name
          + " has "
          + count
          + " series, and others may follow. By default the SDK takes 1,999 of an instrument"
          + " and folds the rest into one point with otel.metric.overflow=true. Raise its"
          + " cardinality limit (property otel.java.metrics.cardinality.limit) to twice the"
          + " number, or filter stats out.";
    }
    return null;
  }

  private void report(Alarm alarm, @Nullable String message) {
    if (message == null) {
      alarm.absent(System.nanoTime());
    } else if (alarm.present(System.nanoTime())) {
      alarmLog.accept(message);
    }
  }

  /** Leaves out what is beyond the limit. */
  private int[] limit(List<Integer> indexes, Sampler sampler) {
    if (indexes.size() <= settings.seriesLimit) {
      return indexes.stream().mapToInt(i -> i).toArray();
    }
    return indexes.stream()
        .sorted(Comparator.comparingInt(i -> depth(sampler.stat(i).source())))
        .limit(settings.seriesLimit)
        .sorted()
        .mapToInt(i -> i)
        .toArray();
  }

  private static int depth(Source source) {
    String device = source.device();
    return device.isEmpty() ? 0 : 1 + (int) device.chars().filter(c -> c == '/').count();
  }

  /**
   * The attributes of each stat. Equal series would overwrite each other in a gauge, add up in a
   * counter, and fail a scrape; so what is equal in Prometheus gets more attributes.
   */
  private static Attributes[] attributes(
      Sampler sampler, @Nullable StatInstrument[] instrumentOf, Map<Source, SourceSeries> sources) {
    int size = sampler.size();
    SourceSeries[] of = new SourceSeries[size];
    Attributes[] attributes = new Attributes[size];
    Attributes[] labels = new Attributes[size];
    for (int i = 0; i < size; i++) {
      of[i] = sources.get(sampler.stat(i).source());
      attributes[i] = of[i].attributes();
      labels[i] = of[i].labels();
    }
    Set<SourceSeries> colliding = Collections.newSetFromMap(new IdentityHashMap<>());
    forCollisions(instrumentOf, labels, i -> colliding.add(of[i]));
    if (colliding.isEmpty()) {
      return attributes;
    }
    for (int i = 0; i < size; i++) {
      if (colliding.contains(of[i])) {
        attributes[i] = of[i].placed();
        labels[i] = of[i].placedLabels();
      }
    }
    forCollisions(instrumentOf, labels, i -> attributes[i] = of[i].ofStat(sampler.stat(i)));
    return attributes;
  }

  /** Takes time in proportion to the stats and to the labels of the sources, not their product. */
  private static void forCollisions(
      @Nullable StatInstrument[] instrumentOf, Attributes[] labels, IntConsumer action) {
    Map<Attributes, Integer> numbers = new HashMap<>();
    Map<Long, Integer> seen = new HashMap<>();
    Attributes last = null;
    int number = 0;
    for (int i = 0; i < labels.length; i++) {
      StatInstrument instrument = instrumentOf[i];
      if (instrument == null) {
        continue;
      }
      if (labels[i] != last) {
        last = labels[i];
        number = numbers.computeIfAbsent(last, k -> numbers.size());
      }
      Integer other = seen.putIfAbsent((long) instrument.family() << 32 | number, i);
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

  private SourceSeries series(Source source) {
    SourceSeries known = sources.get(source);
    return known != null ? known : new SourceSeries(source, wanted(source), log);
  }

  private Attributes wanted(Source source) {
    try {
      return Objects.requireNonNull(settings.attributes.apply(source), "attributes");
    } catch (RuntimeException e) {
      log.accept("No attributes for " + source + ", which gets its default ones: " + e);
      return SourceAttributes.of(source);
    }
  }
}
