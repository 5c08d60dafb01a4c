package io.statsfs.samples.agent;

import io.statsfs.StatsFs;
import io.statsfs.StatsFsException;
import io.statsfs.prometheus.PrometheusExporter;
import io.statsfs.prometheus.PrometheusServer;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Serves Prometheus alone, without OpenTelemetry's SDK, of which no class is loaded then. Its
 * variables hold all the same.
 */
final class PrometheusExport implements AutoCloseable {
  private final PrometheusExporter exporter;
  private final PrometheusServer server;

  /**
   * Begins to answer.
   *
   * @throws StatsFsException if that is not possible at the address that is configured
   */
  PrometheusExport(StatsFs fs, ExportSettings settings) {
    PrometheusAddress address =
        new PrometheusAddress(
            OtelVariables.get(PrometheusAddress.HOST, PrometheusAddress.DEFAULT_HOST),
            OtelVariables.get(PrometheusAddress.PORT, PrometheusAddress.DEFAULT_PORT));
    PrometheusExporter.Builder builder =
        PrometheusExporter.builder(fs)
            .filter(settings.patterns().filter())
            .naming(settings.naming())
            .aggregates(settings.aggregates())
            .ownMetrics(settings.ownMetrics())
            .targetInfo(resource())
            .seriesLimit(seriesLimit());
    if (settings.counters()) {
      builder.countersBySchema();
    }
    if (settings.states()) {
      builder.states();
    }
    if (settings.scopeLabels()) {
      builder.scopeLabels();
    }
    exporter = builder.build();
    try {
      server = PrometheusServer.start(exporter, address.resolve());
    } catch (IOException e) {
      exporter.close();
      throw address.cannotListen(e);
    }
  }

  private static int seriesLimit() {
    int limit = OtelVariables.get(AgentSdk.CARDINALITY_LIMIT, AgentSdk.SERIES_OF_A_METRIC);
    if (limit < AgentSdk.LEAST_LIMIT) {
      throw new StatsFsException(
          OtelVariables.outOfRange(
              AgentSdk.CARDINALITY_LIMIT, limit, "at least " + AgentSdk.LEAST_LIMIT));
    }
    return limit - 1;
  }

  /**
   * Whether this is all that is asked for.
   *
   * @param exporters those of the command line
   * @param ownMetrics whose metrics are exported beside the stats
   */
  static boolean isAllThatIsWanted(List<String> exporters, StatsFsAgent.OwnMetrics ownMetrics) {
    return (exporters.isEmpty() ? OtelVariables.list("otel.metrics.exporter") : exporters)
            .equals(List.of("prometheus"))
        && ownMetrics != StatsFsAgent.OwnMetrics.ALL
        && !OtelVariables.get("otel.sdk.disabled", "false").equalsIgnoreCase("true");
  }

  /** What the SDK would say of this process where nothing else is set. */
  private static Map<String, String> resource() {
    Map<String, String> resource = new TreeMap<>(Map.of("service.name", "statsfs-agent"));
    for (String attribute : OtelVariables.list("otel.resource.attributes")) {
      int equals = attribute.indexOf('=');
      if (equals <= 0) {
        throw new StatsFsException(
            "OTEL_RESOURCE_ATTRIBUTES is no list of KEY=VALUE: " + attribute);
      }
      resource.put(
          attribute.substring(0, equals).trim(), decoded(attribute.substring(equals + 1).trim()));
    }
    String name = OtelVariables.get("otel.service.name");
    if (name != null) {
      resource.put("service.name", name);
    }
    return resource;
  }

  /** The values are percent-encoded, where a plus is a plus. */
  private static String decoded(String value) {
    try {
      return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return value;
    }
  }

  @Override
  public void close() {
    server.close();
    exporter.close();
  }
}
