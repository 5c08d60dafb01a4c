package io.statsfs.samples.agent;

import io.statsfs.metrics.Aggregates;
import io.statsfs.metrics.Naming;

/**
 * What is exported, whatever way out it takes.
 *
 * @param patterns which stats
 * @param naming how they are named
 * @param aggregates what becomes of stats that sum up others
 * @param counters whether those that count are counters
 * @param states whether enums are exported
 * @param scopeLabels whether series for Prometheus name who made them; through the SDK all do
 * @param ownMetrics whether the library measures itself
 */
record ExportSettings(
    Patterns patterns,
    Naming naming,
    Aggregates aggregates,
    boolean counters,
    boolean states,
    boolean scopeLabels,
    boolean ownMetrics) {}
