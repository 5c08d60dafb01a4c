package io.statsfs.prometheus;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A text of either format, taken apart. What breaks the format is an error. */
record Scrape(
    Map<String, Double> samples,
    Map<String, String> types,
    Map<String, String> units,
    Map<String, String> helps) {
  private static final String NAME = "([a-zA-Z_:][a-zA-Z0-9_:]*)";
  private static final Pattern META = Pattern.compile("# (TYPE|UNIT|HELP) " + NAME + " (.*)");
  private static final Pattern SAMPLE =
      Pattern.compile(
          NAME + "(?:\\{([^\"]*+(?:\"(?:[^\"\\\\]++|\\\\.)*+\"[^\"}]*+)*+)\\})? (\\S+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\[\\\\\"n])*)\"(,|$)");

  static Scrape of(String text, PrometheusFormat format) {
    Scrape scrape = new Scrape(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    if (!text.isEmpty() && !text.endsWith("\n")) {
      throw new AssertionError("no line end: " + text);
    }
    boolean isEnded = false;
    for (String line : text.lines().toList()) {
      if (isEnded) {
        throw new AssertionError("after the end: " + line);
      } else if (line.equals("# EOF")) {
        isEnded = true;
      } else if (line.startsWith("#")) {
        scrape.addMeta(line);
      } else {
        scrape.addSample(line);
      }
    }
    if (isEnded != (format == PrometheusFormat.OPENMETRICS)) {
      throw new AssertionError("ends wrongly: " + text);
    }
    return scrape;
  }

  private void addMeta(String line) {
    Matcher matcher = META.matcher(line);
    if (!matcher.matches()) {
      throw new AssertionError("no line of metadata: " + line);
    }
    Map<String, String> to =
        switch (matcher.group(1)) {
          case "TYPE" -> types;
          case "UNIT" -> units;
          default -> helps;
        };
    if (to.put(matcher.group(2), matcher.group(3)) != null) {
      throw new AssertionError("twice: " + line);
    }
  }

  private void addSample(String line) {
    Matcher matcher = SAMPLE.matcher(line);
    if (!matcher.matches()) {
      throw new AssertionError("no sample: " + line);
    }
    Map<String, String> labels = new TreeMap<>();
    String text = matcher.group(2) == null ? "" : matcher.group(2);
    Matcher label = LABEL.matcher(text);
    int end = 0;
    while (label.find() && label.start() == end) {
      if (labels.put(label.group(1), label.group(2)) != null) {
        throw new AssertionError("a label twice: " + line);
      }
      end = label.end();
    }
    if (end != text.length()) {
      throw new AssertionError("no labels: " + line);
    }
    if (samples.put(matcher.group(1) + labels, number(matcher.group(3))) != null) {
      throw new AssertionError("twice: " + line);
    }
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  static HttpResponse<String> get(URI uri, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Without what the exporters say of themselves. */
  Scrape ofStats() {
    String own = "(target(_info)?|statsfs_(stats|sources|files|collection|schema_cache)[^.]*)";
    samples.keySet().removeIf(key -> key.matches(own + "\\{.*"));
    for (Map<String, String> meta : java.util.List.of(types, units, helps)) {
      meta.keySet().removeIf(key -> key.matches(own));
    }
    return this;
  }
}
