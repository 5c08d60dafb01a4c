package io.statsfs.trees;

import io.statsfs.Layout;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.KeyPattern;
import io.statsfs.spi.MetricDeclaration;
import io.statsfs.spi.MetricDeclaration.Label;
import io.statsfs.spi.MetricDeclaration.Point;
import io.statsfs.spi.MetricDeclaration.Term;
import io.statsfs.spi.Shape;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.StatDeclarations;
import io.statsfs.spi.TableDeclaration;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes declarations in the form of {@link CompiledLayouts}; run by the build. */
final class LayoutCompiler {
  private LayoutCompiler() {}

  /**
   * Compiles the declarations of a directory; run by the build.
   *
   * @param arguments the directory, and the files to write: tables, and descriptions
   */
  public static void main(String... arguments) throws IOException, DeclarationException {
    List<Layout> layouts = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        layouts.add(Layouts.parse(file.toString(), Files.readString(file)));
      }
    }
    Written written = write(layouts);
    Files.write(Path.of(arguments[1]), written.tables);
    Files.write(Path.of(arguments[2]), written.descriptions);
  }

  /** The contents of the two files. */
  record Written(byte[] tables, byte[] descriptions) {}

  static Written write(List<Layout> layouts) throws IOException {
    Texts texts = new Texts();
    Texts descriptions = new Texts();
    Map<ByteBuffer, Integer> parts = new LinkedHashMap<>();
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    ByteArrayOutputStream index = new ByteArrayOutputStream();
    Writer restWriter = new Writer(rest, texts, descriptions, parts);
    Writer indexWriter = new Writer(index, texts, descriptions, parts);
    indexWriter.out.writeShort(layouts.size());
    for (Layout layout : layouts) {
      indexWriter.home(layout);
      indexWriter.out.writeInt(rest.size());
      restWriter.rest(layout);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    texts.write(out);
    out.writeInt(index.size());
    out.writeInt(rest.size());
    out.writeInt(parts.size());
    index.writeTo(out);
    rest.writeTo(out);
    int begin = parts.size() * Integer.BYTES;
    for (ByteBuffer part : parts.keySet()) {
      out.writeInt(begin);
      begin += part.capacity();
    }
    for (ByteBuffer part : parts.keySet()) {
      out.write(part.array());
    }
    ByteArrayOutputStream described = new ByteArrayOutputStream();
    DataOutputStream describedOut = new DataOutputStream(described);
    descriptions.write(describedOut);
    // There are no layouts, and nothing of them.
    describedOut.write(new byte[3 * Integer.BYTES]);
    return new Written(bytes.toByteArray(), described.toByteArray());
  }

  /** Texts, each once, in the order in which they are first written. */
  private static final class Texts {
    private final Map<String, Integer> places = new LinkedHashMap<>();
    private int end;

    int place(String text) throws IOException {
      Integer known = places.get(text);
      if (known != null) {
        return known;
      }
      if (text.length() >= 1 << CompiledLayouts.LENGTH) {
        throw new IOException("A text has " + text.length() + " characters: " + begin(text));
      } else if (end >= 1 << Integer.SIZE - CompiledLayouts.LENGTH) {
        throw new IOException("All texts before this one have " + end + ": " + begin(text));
      }
      int place = end << CompiledLayouts.LENGTH | text.length();
      places.put(text, place);
      end += text.length();
      return place;
    }

    private static String begin(String text) {
      return text.substring(0, Math.min(text.length(), 80));
    }

    /** As {@link CompiledLayouts} reads them. */
    void write(DataOutputStream out) throws IOException {
      String all = String.join("", places.keySet());
      boolean isLatin = StandardCharsets.ISO_8859_1.newEncoder().canEncode(all);
      byte[] bytes = all.getBytes(CompiledLayouts.charset(isLatin));
      out.writeBoolean(isLatin);
      out.writeInt(bytes.length);
      out.write(bytes);
    }
  }

  /** What a part is written by. */
  private interface Step<T> {
    void write(Writer writer, T part) throws IOException;
  }

  private static final class Writer {
    final DataOutputStream out;
    private final Texts texts;
    private final Texts descriptions;
    private final Map<ByteBuffer, Integer> parts;

    Writer(OutputStream out, Texts texts, Texts descriptions, Map<ByteBuffer, Integer> parts) {
      this.out = new DataOutputStream(out);
      this.texts = texts;
      this.descriptions = descriptions;
      this.parts = parts;
    }

    /** Writes the number of a part that is most often one of several that are equal. */
    private <T> void shared(char kind, T part, Step<T> step) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      // Else a shape could have the bytes of an axis.
      bytes.write(kind);
      step.write(new Writer(bytes, texts, descriptions, parts), part);
      Integer known = parts.putIfAbsent(ByteBuffer.wrap(bytes.toByteArray()), parts.size());
      out.writeShort(known == null ? parts.size() - 1 : known);
    }

    <T> void list(Iterable<T> parts, Step<T> step) throws IOException {
      int size = 0;
      for (T ignored : parts) {
        size++;
      }
      out.writeShort(size);
      for (T part : parts) {
        step.write(this, part);
      }
    }

    void text(String text) throws IOException {
      out.writeInt(texts.place(text));
    }

    void description(String text) throws IOException {
      out.writeInt(descriptions.place(text));
    }

    void texts(Collection<String> all) throws IOException {
      if (all.size() > 0xff) {
        throw new IOException(all.size() + " names or patterns are too many: " + all);
      }
      out.writeByte(all.size());
      for (String text : all) {
        text(text);
      }
    }

    void optional(@Nullable String text) throws IOException {
      out.writeBoolean(text != null);
      if (text != null) {
        text(text);
      }
    }

    void word(Enum<?> constant) throws IOException {
      out.writeByte(constant.ordinal());
    }

    void home(Layout layout) throws IOException {
      text(layout.name());
      out.writeBoolean(layout.isDefault());
      optional(layout.backend().equals("files") ? null : layout.backend());
      text(layout.homePath());
      texts(layout.homeTypes());
      optional(layout.controller().orElse(null));
      out.writeBoolean(layout.isOwnCgroup());
    }

    void rest(Layout layout) throws IOException {
      boolean isDeclared = layout.files().stream().anyMatch(file -> file.path().isEmpty());
      if (!layout.flatKeyedFiles().isEmpty() || layout.isRootFile() != isDeclared) {
        throw new IOException("The files of " + layout + " have no declarations");
      }
      optional(layout.subsystem().orElse(null));
      optional(
          layout
              .levels()
              .map(levels -> String.join("/", levels.stream().map(Layout.Level::toString).toList()))
              .orElse(null));
      texts(layout.labelsOfPath());
      optional(layout.links().map(Path::toString).orElse(null));
      texts(layout.excludes());
      list(layout.excludedLabels().entrySet(), Writer::excluded);
      out.writeBoolean(layout.hasKindsByMode());
      optional(layout.schemaFile().orElse(null));
      list(layout.labelFiles().entrySet(), Writer::label);
      list(layout.files(), Writer::file);
      out.writeBoolean(layout.hasDeclaredFilesOnly());
      out.writeBoolean(layout.hasDescribedStatsOnly());
      stats(layout.stats());
      list(layout.metrics(), Writer::metric);
    }

    void label(Map.Entry<String, List<KeyPattern>> label) throws IOException {
      text(label.getKey());
      texts(label.getValue().stream().map(KeyPattern::toString).toList());
    }

    void excluded(Map.Entry<String, List<String>> label) throws IOException {
      text(label.getKey());
      texts(label.getValue());
    }

    void file(FileDeclaration file) throws IOException {
      text(file.path());
      shared('f', file, Writer::whole);
    }

    void whole(FileDeclaration file) throws IOException {
      text(file.path());
      list(file.forms(), Writer::form);
    }

    void form(FileDeclaration form) throws IOException {
      shared('s', form.shape(), Writer::shape);
      list(form.tables(), Writer::table);
    }

    void shape(Shape shape) throws IOException {
      out.writeBoolean(shape.isEntries());
      if (shape.isEntries()) {
        return;
      }
      out.writeShort(shape.skipLines());
      word(shape.heading());
      word(shape.header());
      out.writeShort(shape.headerWords());
      word(shape.rowKey());
      out.writeShort(shape.rowKeyWord());
      out.writeShort(shape.secondRowKeyWord());
      out.writeShort(shape.prefixWords());
      word(shape.columnKey());
      text(shape.separators());
      out.writeByte(shape.radix());
      out.writeShort(shape.leastColumns());
      out.writeByte(shape.trailingWords());
      out.writeByte(shape.skipThrough());
      out.writeBoolean(shape.isUniform());
      out.writeBoolean(shape.isPerCpu());
    }

    void table(TableDeclaration table) throws IOException {
      optional(table.subsystem());
      Axis sections = table.sections();
      out.writeBoolean(!sections.isKeyless());
      if (!sections.isKeyless()) {
        shared('a', sections, Writer::axis);
      }
      shared('a', table.rows(), Writer::axis);
      shared('a', table.columns(), Writer::axis);
      stats(table.stats());
      out.writeBoolean(table.isDefault());
    }

    void axis(Axis axis) throws IOException {
      word(axis.meaning());
      texts(axis.names());
      texts(axis.patterns().stream().map(KeyPattern::toString).toList());
      texts(axis.excluded().stream().map(KeyPattern::toString).toList());
      out.writeByte(axis.radix());
    }

    void stats(StatDeclarations stats) throws IOException {
      List<StatDeclaration> all = stats.all();
      out.writeShort(all.size());
      if (all.isEmpty()) {
        return;
      }
      out.writeShort(stats.patterns().size());
      for (StatDeclaration pattern : stats.patterns()) {
        out.writeShort(all.indexOf(pattern));
      }
      texts(stats.noValueWords());
      for (StatDeclaration stat : all) {
        text(stat.name().toString());
        description(stat.description());
        shared('e', stat, Writer::common);
      }
      Map<String, Integer> formers = new TreeMap<>();
      Map<String, Integer> numbers = new TreeMap<>();
      for (String name : new TreeSet<>(stats.names())) {
        int number = all.indexOf(stats.named(name));
        if (!all.get(number).name().toString().equals(name)) {
          formers.put(name, number);
          number = all.size() + formers.size() - 1;
        }
        numbers.put(name, number);
      }
      int places = Integer.highestOneBit(Math.max(1, 2 * numbers.size() - 1)) * 2;
      if (places > CompiledStats.NONE) {
        throw new IOException("There are too many stats of one table");
      }
      out.writeShort(formers.size());
      out.writeShort(places);
      for (Map.Entry<String, Integer> former : formers.entrySet()) {
        text(former.getKey());
        out.writeShort(former.getValue());
      }
      int[] hashes = new int[places];
      Arrays.fill(hashes, CompiledStats.NONE);
      for (Map.Entry<String, Integer> name : numbers.entrySet()) {
        int place = CompiledStats.place(name.getKey(), places);
        while (hashes[place] != CompiledStats.NONE) {
          place = place + 1 & places - 1;
        }
        hashes[place] = name.getValue();
      }
      for (int number : hashes) {
        out.writeShort(number);
      }
    }

    /** All of a stat but its name and description. */
    void common(StatDeclaration stat) throws IOException {
      word(stat.kind());
      word(stat.type());
      text(stat.unit());
      description(stat.document());
      Boolean byDefault = stat.byDefault();
      out.writeByte(byDefault == null ? CompiledDetails.UNSAID : byDefault ? 1 : 0);
      texts(stat.formerNames());
      texts(stat.noValue());
    }

    void metric(MetricDeclaration metric) throws IOException {
      text(metric.naming());
      text(metric.name());
      word(metric.instrument());
      text(metric.unit());
      description(metric.description());
      list(metric.points(), Writer::point);
    }

    void point(Point point) throws IOException {
      list(point.labels(), Writer::label);
      out.writeBoolean(point.isCount());
      if (point.isCount()) {
        texts(point.countedBy());
      }
      list(point.divisor().stream().toList(), Writer::term);
      list(point.terms(), Writer::term);
    }

    void label(Label label) throws IOException {
      text(label.key());
      text(label.value());
      out.writeBoolean(label.isInteger());
    }

    void term(Term term) throws IOException {
      text(term.toString());
    }
  }
}
