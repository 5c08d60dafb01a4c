package io.statsfs.samples.agent;

import io.statsfs.samples.agent.Counterparts.Counterpart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which series of the agent have the value of a series of another program. Read from lines of two
 * columns with a tabulator between; what they mean is said at the top of {@code
 * samples/node_exporter/series.tsv}. The first line that matches counts.
 */
final class Counterparts implements Function<Series, Optional<Counterpart>> {
  private static final Pattern VARIABLE = Pattern.compile("<([a-z][a-z0-9]*)(?::([^>]*))?>");
  private static final Pattern TERM = Pattern.compile("([+-]?)\\s*([^\\s{]+)(\\{[^}]*\\})?\\s*");
  private static final Pattern FACTOR = Pattern.compile("(.*) ([*/]) ([0-9.e-]+)");

  private final List<Line> lines = new ArrayList<>();

  /**
   * A line of the file.
   *
   * @param name what the whole name must match
   * @param labels what the values of these labels must match
   * @param hasOthers whether there may be other labels
   * @param counterpart the second column
   */
  private record Line(
      int number,
      Template name,
      Map<String, Template> labels,
      boolean hasOthers,
      boolean isLookedAtOnly,
      String counterpart) {}

  /** A text with variables in it. */
  private record Template(Pattern pattern, List<String> variables) {
    static Template of(String text, String any) {
      Matcher variable = VARIABLE.matcher(text);
      StringBuilder pattern = new StringBuilder();
      List<String> variables = new ArrayList<>();
      int end = 0;
      while (variable.find()) {
        String what = variable.group(2) == null ? any : variable.group(2);
        pattern.append(Pattern.quote(text.substring(end, variable.start())));
        pattern.append("(?<").append(variable.group(1)).append(">").append(what).append(")");
        variables.add(variable.group(1));
        end = variable.end();
      }
      return new Template(
          Pattern.compile(pattern + Pattern.quote(text.substring(end)), Pattern.DOTALL), variables);
    }

    /** Adds what the variables stand for, if the text matches. */
    boolean matches(String text, Map<String, String> values) {
      Matcher matcher = pattern.matcher(text);
      if (!matcher.matches()) {
        return false;
      }
      variables.forEach(name -> values.put(name, matcher.group(name)));
      return true;
    }
  }

  /**
   * A value that is made up of series of the agent.
   *
   * @param factor what the sum is multiplied by
   */
  record Sum(List<Term> terms, double factor) {
    /** Nothing if a series is missing. */
    Optional<Double> of(Map<String, Map<Series, Double>> byName) {
      double sum = 0;
      for (Term term : terms) {
        List<Map.Entry<Series, Double>> found =
            byName.getOrDefault(term.name, Map.of()).entrySet().stream()
                .filter(series -> series.getKey().has(term.labels))
                .toList();
        if (found.isEmpty()) {
          return Optional.empty();
        }
        if (found.stream().map(Map.Entry::getValue).distinct().count() > 1) {
          throw new AssertionError(term + " is several series: " + found);
        }
        sum += term.sign * found.get(0).getValue();
      }
      return Optional.of(sum * factor);
    }
  }

  /** A series of the agent, which may have other labels, too. */
  record Term(int sign, String name, Map<String, String> labels) {}

  /**
   * What the file says of a series.
   *
   * @param sum how it is computed; nothing if the agent does not have it
   * @param text that in words, or why the agent does not have it
   * @param isLookedAtOnly whether its value depends on who looks
   */
  record Counterpart(Optional<Sum> sum, String text, boolean isLookedAtOnly) {}

  Counterparts(Path file) throws IOException {
    int number = 0;
    for (String text : Files.readAllLines(file)) {
      number++;
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      String[] columns = text.split("\t+");
      if (columns.length != 2) {
        throw new AssertionError(file + ":" + number + ": not two columns: " + text);
      }
      lines.add(line(number, columns[0], columns[1]));
    }
  }

  private static Line line(int number, String series, String counterpart) {
    int brace = series.indexOf('{');
    Map<String, Template> labels = new LinkedHashMap<>();
    boolean hasOthers = false;
    if (brace >= 0) {
      for (String label : series.substring(brace + 1, series.length() - 1).split(",")) {
        if (label.equals("...")) {
          hasOthers = true;
        } else {
          int equals = label.indexOf('=');
          labels.put(label.substring(0, equals), Template.of(label.substring(equals + 1), ".*"));
        }
      }
    }
    String name = brace < 0 ? series : series.substring(0, brace);
    boolean isLookedAtOnly = counterpart.startsWith("~");
    return new Line(
        number,
        Template.of(name, ".+"),
        labels,
        hasOthers,
        isLookedAtOnly,
        isLookedAtOnly ? counterpart.substring(1).strip() : counterpart);
  }

  /** What the first line says that matches; nothing if none does. */
  @Override
  public Optional<Counterpart> apply(Series series) {
    for (Line line : lines) {
      Optional<Map<String, String>> values = match(line, series);
      if (values.isPresent()) {
        return Optional.of(counterpart(line, values.get()));
      }
    }
    return Optional.empty();
  }

  private static Optional<Map<String, String>> match(Line line, Series series) {
    Map<String, String> values = new HashMap<>();
    if (!line.name.matches(series.name(), values)
        || !line.hasOthers && !series.labels().keySet().equals(line.labels.keySet())) {
      return Optional.empty();
    }
    for (Map.Entry<String, Template> label : line.labels.entrySet()) {
      String value = series.labels().get(label.getKey());
      if (value == null || !label.getValue().matches(value, values)) {
        return Optional.empty();
      }
    }
    return Optional.of(values);
  }

  private static Counterpart counterpart(Line line, Map<String, String> values) {
    if (line.counterpart.startsWith("-")) {
      return new Counterpart(Optional.empty(), line.counterpart.substring(1).strip(), false);
    }
    String text = line.counterpart;
    double factor = 1;
    Matcher scaled = FACTOR.matcher(text);
    if (scaled.matches()) {
      text = scaled.group(1);
      double number = Double.parseDouble(scaled.group(3));
      factor = scaled.group(2).equals("*") ? number : 1 / number;
    }
    List<Term> terms = new ArrayList<>();
    Matcher term = TERM.matcher(text);
    int end = 0;
    while (term.find() && term.start() == end) {
      end = term.end();
      terms.add(
          new Term(
              term.group(1).equals("-") ? -1 : 1,
              replaced(term.group(2), values),
              labels(term.group(3), values)));
    }
    if (end != text.length()) {
      throw new AssertionError("line " + line.number + ": " + line.counterpart);
    }
    return new Counterpart(
        Optional.of(new Sum(terms, factor)),
        replaced(line.counterpart, values),
        line.isLookedAtOnly);
  }

  private static SortedMap<String, String> labels(String text, Map<String, String> values) {
    SortedMap<String, String> labels = new TreeMap<>();
    if (text != null) {
      for (String label : text.substring(1, text.length() - 1).split(",")) {
        int equals = label.indexOf('=');
        labels.put(label.substring(0, equals), replaced(label.substring(equals + 1), values));
      }
    }
    return labels;
  }

  private static String replaced(String text, Map<String, String> values) {
    return VARIABLE
        .matcher(text)
        .replaceAll(
            variable -> {
              String value = values.get(variable.group(1));
              if (value == null) {
                throw new AssertionError(text + ": there is no <" + variable.group(1) + ">");
              }
              return Matcher.quoteReplacement(value);
            });
  }
}
