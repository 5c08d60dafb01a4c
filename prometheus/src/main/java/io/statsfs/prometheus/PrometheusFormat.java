package io.statsfs.prometheus;

import org.jspecify.annotations.Nullable;

/** A format that Prometheus scrapes. */
public enum PrometheusFormat {
  /** Prometheus's text format, version 0.0.4. */
  TEXT("text/plain; version=0.0.4; charset=utf-8"),

  /** OpenMetrics, version 1.0.0. */
  OPENMETRICS("application/openmetrics-text; version=1.0.0; charset=utf-8");

  private final String contentType;

  PrometheusFormat(String contentType) {
    this.contentType = contentType;
  }

  /**
   * What the format is called in HTTP.
   *
   * @return the value of the header {@code Content-Type}
   */
  public String contentType() {
    return contentType;
  }

  /**
   * The format that a client prefers: OpenMetrics if it asks for version 1, or any, at least as
   * much as for text. Who accepts neither gets text, as no scrape should fail for that.
   *
   * @param accept the value of the request's header {@code Accept}; null if there is none
   * @return the format. Allocates nothing
   */
  public static PrometheusFormat ofAccept(@Nullable String accept) {
    if (accept == null) {
      return TEXT;
    }
    int text = -1;
    int openMetrics = -1;
    HeaderList ranges = new HeaderList(accept);
    while (ranges.next()) {
      if (ranges.is("application/openmetrics-text") && ranges.hasNoOther("version", "1.")) {
        openMetrics = Math.max(openMetrics, ranges.quality());
      } else if (ranges.is("text/plain") && ranges.hasNoOther("version", "0.0.4")) {
        text = Math.max(text, ranges.quality());
      }
    }
    return openMetrics > 0 && openMetrics >= text ? OPENMETRICS : TEXT;
  }

  /**
   * Whether a client takes gzip.
   *
   * @param acceptEncoding the value of the request's header {@code Accept-Encoding}; null if there
   *     is none
   * @return true if it names {@code gzip}, or any encoding
   */
  static boolean isGzip(@Nullable String acceptEncoding) {
    if (acceptEncoding == null) {
      return false;
    }
    int any = -1;
    HeaderList encodings = new HeaderList(acceptEncoding);
    while (encodings.next()) {
      if (encodings.is("gzip") || encodings.is("x-gzip")) {
        return encodings.quality() > 0;
      } else if (encodings.is("*")) {
        any = encodings.quality();
      }
    }
    return any > 0;
  }
}
