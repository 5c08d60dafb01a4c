package io.statsfs.samples.agent;

import io.opentelemetry.exporter.internal.FailedExportException.GrpcExportException;
import io.opentelemetry.exporter.internal.FailedExportException.HttpExportException;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Where an exporter sends what it exports.
 *
 * @param protocol how
 * @param name the exporter and the address, for messages
 */
record Destination(Protocol protocol, String name) {

  /** What an exporter speaks. */
  enum Protocol {
    CONSOLE,
    OTLP_HTTP,
    OTLP_GRPC,
    OTHER
  }

  /** Of an exporter that was made from this configuration. */
  static Destination of(MetricExporter exporter, ConfigProperties config) {
    String type = exporter.getClass().getSimpleName();
    if (exporter instanceof ConsoleMetricExporter) {
      return new Destination(Protocol.CONSOLE, "the standard output");
    } else if (type.startsWith("OtlpHttp")) {
      return new Destination(
          Protocol.OTLP_HTTP,
          "OTLP over HTTP to " + endpoint(config, "http://localhost:4318", "v1/metrics"));
    } else if (type.startsWith("OtlpGrpc")) {
      return new Destination(
          Protocol.OTLP_GRPC, "OTLP over gRPC to " + endpoint(config, "http://localhost:4317", ""));
    }
    return new Destination(Protocol.OTHER, type);
  }

  /** As the specification of OTLP exporters says: the path is added to the general one alone. */
  private static String endpoint(ConfigProperties config, String byDefault, String path) {
    String own = config.getString("otel.exporter.otlp.metrics.endpoint");
    if (own != null) {
      return own;
    }
    String general = config.getString("otel.exporter.otlp.endpoint", byDefault);
    return path.isEmpty() ? general : general + (general.endsWith("/") ? "" : "/") + path;
  }

  /** What failed, why, and what to do. */
  String failure(@Nullable Throwable e) {
    return name + ": " + (isOtlp() ? reasonAndAdvice(e) : reason(e));
  }

  private boolean isOtlp() {
    return protocol == Protocol.OTLP_HTTP || protocol == Protocol.OTLP_GRPC;
  }

  /** Of an exporter that has not answered yet. */
  String noAnswer() {
    return failure(new InterruptedIOException());
  }

  private String reasonAndAdvice(@Nullable Throwable e) {
    if (e instanceof HttpExportException http && http.getResponse() != null) {
      int status = http.getResponse().getStatusCode();
      String text = ("HTTP status " + status + " " + http.getResponse().getStatusMessage()).strip();
      return switch (status) {
        case 401, 403, 407 -> text + "; OTEL_EXPORTER_OTLP_HEADERS takes credentials";
        case 404, 405 -> text + "; does OTEL_EXPORTER_OTLP_ENDPOINT name a collector?";
        default -> text;
      };
    } else if (e instanceof GrpcExportException grpc && grpc.getResponse() != null) {
      String description = grpc.getResponse().getStatusDescription();
      String text = "gRPC status " + grpc.getResponse().getStatusCode();
      return switch (grpc.getResponse().getStatusCode()) {
        case UNAUTHENTICATED, PERMISSION_DENIED ->
            text + " " + description + "; OTEL_EXPORTER_OTLP_HEADERS takes credentials";
        case UNIMPLEMENTED, UNKNOWN -> text + " " + description + "; " + wrongProtocol();
        default -> text + " " + description;
      };
    }
    Throwable cause = rootCause(e);
    if (cause instanceof ConnectException
        || cause instanceof UnknownHostException
        || cause instanceof NoRouteToHostException
        || cause instanceof InterruptedIOException) {
      return reason(e) + "; OTEL_EXPORTER_OTLP_ENDPOINT says where the collector is";
    } else if (isOfTls(e)) {
      return "TLS failed: " + reason(e) + "; OTEL_EXPORTER_OTLP_CERTIFICATE names what to trust";
    }
    if (cause instanceof NullPointerException) {
      // The client takes it for granted that the address is one.
      return "this is no valid address; see OTEL_EXPORTER_OTLP_ENDPOINT";
    }
    return cause instanceof IOException ? reason(e) + "; " + wrongProtocol() : reason(e);
  }

  private String wrongProtocol() {
    return protocol == Protocol.OTLP_GRPC
        ? "does the server speak gRPC? OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf speaks HTTP, to port"
            + " 4318 as a rule"
        : "does the server speak HTTP? OTEL_EXPORTER_OTLP_PROTOCOL=grpc speaks gRPC, to port 4317 as"
            + " a rule";
  }

  private static boolean isOfTls(@Nullable Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable Throwable rootCause(@Nullable Throwable e) {
    Throwable cause = e;
    // Beyond a timeout there is only how the attempt was ended.
    while (cause != null
        && cause.getCause() != null
        && !(cause instanceof InterruptedIOException)) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static String reason(@Nullable Throwable e) {
    Throwable cause = rootCause(e);
    if (cause == null) {
      return "the exporter does not say why";
    } else if (cause instanceof InterruptedIOException) {
      return "no answer in time";
    } else if (cause instanceof UnknownHostException) {
      return "unknown host " + cause.getMessage();
    }
    return cause instanceof IOException && cause.getMessage() != null
        ? cause.getMessage()
        : cause.toString();
  }
}
