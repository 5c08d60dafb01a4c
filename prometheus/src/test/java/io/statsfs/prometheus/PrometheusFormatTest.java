package io.statsfs.prometheus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What requests ask for. */
class PrometheusFormatTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // Prometheus 2.42, 2.50 and 3.5, VictoriaMetrics, curl, a browser.
        "OPENMETRICS | application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "OPENMETRICS | application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        "OPENMETRICS | application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        "TEXT | text/plain;version=0.0.4;q=1,*/*;q=0.1",
        "TEXT | */*",
        "TEXT | text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        // Weights.
        "TEXT | application/openmetrics-text;q=0.5, text/plain",
        "TEXT | application/openmetrics-text;q=0",
        "OPENMETRICS | application/openmetrics-text;q=0.001",
        "OPENMETRICS | text/plain;q=0.5,application/openmetrics-text;q=0.5",
        "OPENMETRICS | text/plain ; q=0.5 , Application/OpenMetrics-Text ; version = \"1.0.0\" ; Q=0.6",
        // Versions that there may be.
        "TEXT | application/openmetrics-text;version=0.0.1",
        "TEXT | application/openmetrics-text;version=2.0.0",
        "OPENMETRICS | application/openmetrics-text;version=1.0.1",
        // Nonsense.
        "TEXT | ''",
        "TEXT | ,;,=;q=",
        "TEXT | application/openmetrics",
        "OPENMETRICS | application/openmetrics-text;q",
        "TEXT | application/openmetrics-text;q=x",
      })
  void theFormatIsTheOneThatIsPreferred(PrometheusFormat format, String accept) {
    assertEquals(format, PrometheusFormat.ofAccept(accept));
  }

  @Test
  void whoAsksForNothingGetsText() {
    assertEquals(PrometheusFormat.TEXT, PrometheusFormat.ofAccept(null));
    assertEquals(false, PrometheusFormat.isGzip(null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "true | gzip",
        "true | deflate, gzip;q=1.0, *;q=0.5",
        "true | x-gzip",
        "true | br, *",
        "false | gzip;q=0",
        "false | gzip;q=0.000, *",
        "false | identity",
        "false | gzipped",
        "false | *;q=0",
        "false | ''",
      })
  void compressedIfThatIsAccepted(boolean isGzip, String accept) {
    assertEquals(isGzip, PrometheusFormat.isGzip(accept));
  }
}
