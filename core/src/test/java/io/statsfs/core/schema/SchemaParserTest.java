package io.statsfs.core.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Stat.Kind;
import io.statsfs.Stat.Type;
import io.statsfs.core.schema.Schema.Metric;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.StatDeclarations;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaParserTest {
  private static final String EXITS =
      "METRIC\nNAME exits\nFLAG CUMULATIVE\nTYPE INT\nDESC VM exits\n\n";
  private static final String LOAD = "METRIC\nNAME load\nFLAG GAUGE\nTYPE FLOAT\nDESC The load\n\n";
  private static final Metric EXITS_METRIC = new Metric(Kind.COUNTER, Type.INT, "VM exits", "");
  private static final Metric LOAD_METRIC = new Metric(Kind.LEVEL, Type.FLOAT, "The load", "");

  private static Schema parse(String text) {
    return SchemaParser.parse(text, false);
  }

  /** A schema of which nothing was dropped. */
  private static Schema whole(String text) {
    Schema schema = parse(text);
    assertEquals(List.of(), schema.dropped());
    return schema;
  }

  @Test
  void grammarIsRead() {
    Schema schema = whole("LABEL\nvm 1234-11\nvcpu 0\n\n" + EXITS + LOAD);
    assertEquals(Map.of("vm", "1234-11", "vcpu", "0"), schema.labels());
    assertEquals(Map.of("exits", EXITS_METRIC, "load", LOAD_METRIC), schema.metrics());
  }

  @Test
  void emptyTextSaysNothing() {
    for (String text : new String[] {"", "\n", "\n\n\n", " \n"}) {
      assertEquals(Map.of(), whole(text).metrics());
      assertEquals(Map.of(), whole(text).labels());
    }
  }

  @Test
  void labelsMayStandInAnyOrderAndKeepIt() {
    Schema schema = whole("LABEL\nz 1\na 2\nm 3\n\n" + EXITS);
    assertEquals(List.of("z", "a", "m"), List.copyOf(schema.labels().keySet()));
  }

  @Test
  void labelsMayStandAloneOrLast() {
    assertEquals(Map.of("vm", "1"), whole("LABEL\nvm 1\n\n").labels());
    assertEquals(Map.of("vm", "1"), whole("LABEL\nvm 1\n").labels());
    assertEquals(Map.of("vm", "1"), whole("LABEL\nvm 1").labels());
    Schema last = whole(EXITS + "LABEL\nvm 1\n\n");
    assertEquals(Map.of("vm", "1"), last.labels());
    assertEquals(Map.of("exits", EXITS_METRIC), last.metrics());
  }

  @ParameterizedTest
  @ValueSource(strings = {"LABEL\n\n", "LABEL\n", "LABEL \n\n", "LABEL\n\n\n"})
  void labelSectionMayBeEmpty(String section) {
    Schema schema = whole(section + EXITS);
    assertEquals(Map.of(), schema.labels());
    assertEquals(Map.of("exits", EXITS_METRIC), schema.metrics());
  }

  @Test
  void labelsOfParentsMayBeRepeated() {
    Schema schema = whole("LABEL\nvm 1\nvcpu 0\nvm 1\n\nLABEL\nvcpu 0\n\n");
    assertEquals(List.of("vm", "vcpu"), List.copyOf(schema.labels().keySet()));
  }

  @Test
  void secondValueOfALabelIsDroppedAndTold() {
    Schema schema = parse("LABEL\nvm 1\nvm 2\nvcpu 0\n\n");
    assertEquals(Map.of("vm", "1", "vcpu", "0"), schema.labels());
    assertEquals(List.of("line 3: a second value of a label"), schema.dropped());
  }

  @Test
  void labelValuesMayHoldBlanks() {
    assertEquals(Map.of("name", "my first vm"), whole("LABEL\nname my first vm \n\n").labels());
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "key ", " value", "key    "})
  void labelWithoutKeyOrValueIsDroppedAndTold(String line) {
    Schema schema = parse("LABEL\n" + line + "\nvm 1\n\n" + EXITS);
    assertEquals(Map.of("vm", "1"), schema.labels());
    assertEquals(List.of("line 2: a label without a key or a value"), schema.dropped());
    assertEquals(Set.of("exits"), schema.metrics().keySet());
  }

  @Test
  void blanksAtLineEndsDoNotMatter() {
    String text = "LABEL\nvm 1\n\n" + EXITS + LOAD;
    Schema schema = whole(text.replace("\n", " \t \n"));
    assertEquals(whole(text), schema);
    assertEquals(whole(text), whole(text.replace("\n", "\r\n")));
  }

  @Test
  void blankLineAtTheEndMayBeMissing() {
    for (int cut = 1; cut <= 2; cut++) {
      Schema schema = whole(EXITS + LOAD.substring(0, LOAD.length() - cut));
      assertEquals(Map.of("exits", EXITS_METRIC, "load", LOAD_METRIC), schema.metrics());
    }
  }

  @Test
  void blankLinesBetweenMetricsMayBeMissingOrMany() {
    String crowded = EXITS.substring(0, EXITS.length() - 1) + LOAD;
    assertEquals(Set.of("exits", "load"), whole(crowded).metrics().keySet());
    assertEquals(Set.of("exits", "load"), whole(EXITS + "\n\n" + LOAD).metrics().keySet());
    assertEquals(EXITS_METRIC, whole("LABEL\nvm 1\n" + EXITS).find("exits"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"DESC (null)\n", "DESC \n", "DESC\n", ""})
  void descriptionMayBeMissing(String line) {
    Schema schema = whole("METRIC\nNAME n\nFLAG CUMULATIVE\nTYPE INT\n" + line + "\n" + EXITS);
    assertEquals(new Metric(Kind.COUNTER, Type.INT, "", ""), schema.find("n"));
    assertEquals(EXITS_METRIC, schema.find("exits"));
  }

  @Test
  void descriptionMayHoldLineEnds() {
    Schema schema =
        whole(
            "METRIC\nNAME n\nFLAG GAUGE\nTYPE INT\nDESC one\n  two \nTYPE three\nNAME four\n\n"
                + EXITS);
    assertEquals("one two TYPE three NAME four", schema.find("n").description());
    assertEquals(Type.INT, schema.find("n").type());
    assertEquals(Set.of("n", "exits"), schema.metrics().keySet());
  }

  @Test
  void descriptionMayHoldKeyWords() {
    Schema schema = whole("METRIC\nNAME n\nFLAG GAUGE\nTYPE INT\nDESC METRIC and LABEL\n\n");
    assertEquals("METRIC and LABEL", schema.find("n").description());
  }

  @Test
  void descriptionThatIsOnlyAboutNullIsKept() {
    Schema schema = whole("METRIC\nNAME n\nFLAG GAUGE\nTYPE INT\nDESC (null) pointers\n\n");
    assertEquals("(null) pointers", schema.find("n").description());
  }

  @ParameterizedTest
  @ValueSource(strings = {"guest doorbell", "a  b", "METRIC", "x\\xff", "größe", "-"})
  void namesMayHoldBlanksAndAnyCharacter(String name) {
    Schema schema = whole("METRIC\nNAME " + name + "\nFLAG CUMULATIVE\nTYPE INT\nDESC d\n\n");
    assertEquals(Set.of(name), schema.metrics().keySet());
    assertNotNull(schema.find(name));
    assertNull(schema.find(name + "x"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"n ", " n", "  n  ", "n\t"})
  void statWhoseNameHasBlanksAroundIsFound(String name) {
    // Nothing tells these from the blanks at line ends.
    Schema schema = whole("METRIC\nNAME " + name + "\nFLAG CUMULATIVE\nTYPE INT\nDESC d\n\n");
    assertEquals(new Metric(Kind.COUNTER, Type.INT, "d", ""), schema.find(name));
  }

  @Test
  void whatIsNotSaidIsAGaugeOfInt() {
    assertEquals(Metric.UNKNOWN, whole("METRIC\nNAME n\n\n").find("n"));
    assertEquals(new Metric(Kind.LEVEL, Type.INT, "", ""), Metric.UNKNOWN);
    assertNull(whole(EXITS).find("hidden"));
  }

  @Test
  void unitIsTaken() {
    assertEquals("By", whole("METRIC\nNAME n\nUNIT By\nDESC d\n\n").find("n").unit());
  }

  @ParameterizedTest
  @ValueSource(strings = {"FLAG SOMETIMES", "TYPE TEXT", "COLOR red", "FLAG", "junk", "NAME other"})
  void oddLineCostsOnlyItself(String line) {
    Schema schema =
        parse("METRIC\nNAME n\n" + line + "\nFLAG CUMULATIVE\nTYPE FLOAT\nDESC d\n\n" + EXITS);
    assertEquals(new Metric(Kind.COUNTER, Type.FLOAT, "d", ""), schema.find("n"));
    assertEquals(EXITS_METRIC, schema.find("exits"));
    assertEquals(List.of("line 3: a line that a METRIC does not have"), schema.dropped());
  }

  @Test
  void lineOutsideOfSectionsIsDroppedAndTold() {
    Schema schema = parse("hello\n\n" + EXITS + "world\n\n" + LOAD);
    assertEquals(Set.of("exits", "load"), schema.metrics().keySet());
    assertEquals(
        List.of(
            "line 1: a line outside of LABEL and METRIC",
            "line 9: a line outside of LABEL and METRIC"),
        schema.dropped());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "NAME\n", "NAME  \n", "FLAG CUMULATIVE\nTYPE INT\nDESC d\n"})
  void metricWithoutANameIsDroppedAndTold(String fields) {
    Schema schema = parse("METRIC\n" + fields + "\n" + EXITS);
    assertEquals(Set.of("exits"), schema.metrics().keySet());
    assertEquals(EXITS_METRIC, schema.find("exits"));
    assertTrue(schema.dropped().contains("line 1: a METRIC without a NAME"));
  }

  @Test
  void firstOfTwoMetricsOfOneNameCounts() {
    Schema schema = parse(EXITS + LOAD.replace("load", "exits"));
    assertEquals(Map.of("exits", EXITS_METRIC), schema.metrics());
    assertEquals(List.of("line 7: a second METRIC of one NAME"), schema.dropped());
  }

  @Test
  void nothingOfAMetricLeaksIntoTheNext() {
    Schema schema =
        whole("METRIC\nNAME a\nFLAG CUMULATIVE\nTYPE FLOAT\nUNIT s\nDESC d\nMETRIC\nNAME b\n\n");
    assertEquals(Metric.UNKNOWN, schema.find("b"));
  }

  @Test
  void droppedLinesAreBounded() {
    Schema schema = parse("junk\n".repeat(100_000) + EXITS);
    assertEquals(SchemaParser.MAX_DROPPED, schema.dropped().size());
    assertEquals("line 1: a line outside of LABEL and METRIC", schema.dropped().get(0));
    assertEquals(EXITS_METRIC, schema.find("exits"));
  }

  @Test
  void whereverATextIsCutOnlyWholeMetricsAndLabelsCount() {
    String text = "LABEL\nvm 1234-11\nvcpu 10\n\n" + EXITS + LOAD;
    Schema all = whole(text);
    for (int end = 0; end <= text.length(); end++) {
      String part = text.substring(0, end);
      Schema schema = SchemaParser.parse(part, true);
      int complete = (part.contains(EXITS) ? 1 : 0) + (part.contains(LOAD) ? 1 : 0);
      assertEquals(complete, schema.metrics().size(), part);
      schema.metrics().forEach((name, metric) -> assertEquals(all.find(name), metric, part));
      schema.labels().forEach((key, value) -> assertEquals(all.labels().get(key), value, part));
      assertEquals(part.contains("vcpu 10\n"), schema.labels().containsKey("vcpu"), part);
    }
  }

  @Test
  void metricThatWasCutIsTold() {
    Schema schema = SchemaParser.parse(EXITS + LOAD.substring(0, LOAD.length() - 3), true);
    assertEquals(List.of("line 7: a METRIC that the end of the text cuts off"), schema.dropped());
  }

  @Test
  void metricThatWasCutIsToldOnceWhereverThatIs() {
    for (int end = EXITS.length() + 7; end < EXITS.length() + LOAD.length() - 1; end++) {
      Schema schema = SchemaParser.parse((EXITS + LOAD).substring(0, end), true);
      assertEquals(1, schema.dropped().size(), schema.dropped()::toString);
      assertEquals(Set.of("exits"), schema.metrics().keySet());
    }
  }

  private static StatDeclaration declared(String name, String description) {
    return StatDeclaration.of(name, Kind.COUNTER, "", description, "");
  }

  private static DeclaredStats declared(StatDeclaration... stats) {
    return new DeclaredStats(StatDeclarations.of(List.of(stats)), true);
  }

  @Test
  void ofDeclaredPatternsTheFirstCountsAndANameBeforeAny() {
    DeclaredStats stats =
        declared(
            declared("rx_queue_*", "queue"),
            declared("rx_*", "rx"),
            declared("rx_queue_0", "first"));
    assertEquals("rx", stats.find("rx_bytes").description());
    assertEquals("rx", stats.find("rx_").description());
    assertEquals("queue", stats.find("rx_queue_1").description());
    assertEquals("first", stats.find("rx_queue_0").description());
    assertEquals("first", stats.find(" rx_queue_0").description());
    assertNull(stats.find("rx"));
    assertNull(stats.find("tx_rx_"));
    assertEquals("rx_*", stats.patternOf("rx_bytes").toString());
    assertNull(stats.patternOf("rx_queue_0"));
  }

  @Test
  void ofDeclarationsWithOneNameTheFirstCounts() {
    DeclaredStats stats =
        declared(
            StatDeclaration.builder("a", Kind.LEVEL).formerNames(List.of("b", "c")).build(),
            StatDeclaration.builder("b", Kind.COUNTER).formerNames(List.of("a", "d")).build());
    assertEquals(Kind.LEVEL, stats.find("a").kind());
    assertEquals(Kind.LEVEL, stats.find("b").kind());
    assertEquals(Kind.LEVEL, stats.find("c").kind());
    assertEquals(Kind.COUNTER, stats.find("d").kind());
  }

  @Test
  void statsThatSayNothingOfItAreAsTheirTable() {
    StatDeclarations stats =
        StatDeclarations.of(
            List.of(
                declared("a", ""),
                StatDeclaration.builder("b", Kind.LEVEL).byDefault(true).build()));
    assertNull(new DeclaredStats(stats, true).find("a").byDefault());
    assertEquals(false, new DeclaredStats(stats, false).find("a").byDefault());
    assertEquals(true, new DeclaredStats(stats, false).find("b").byDefault());
  }

  @Test
  void starInTheKernelsOwnSchemaIsPartOfTheName() {
    Schema schema = whole("METRIC\nNAME a*\nDESC a\n\n");
    assertEquals("a", schema.find("a*").description());
    assertNull(schema.find("ab"));
  }

  @Test
  void onlyLayoutsSayDiscrete() {
    Schema schema = parse("METRIC\nNAME limit\nFLAG DISCRETE\nTYPE INT\nDESC d\n\n");
    assertEquals(Kind.LEVEL, schema.find("limit").kind());
    assertEquals(List.of("line 3: a line that a METRIC does not have"), schema.dropped());
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void longNamesAreFoundInReasonableTime() {
    DeclaredStats stats = declared(declared("x*y", "a"), declared("*xy", "b"), declared("y*", "c"));
    assertNull(stats.find("x".repeat(4 << 20)));
  }

  static List<String> largeTextsAreParsedInLinearTime() {
    return List.of(
        EXITS,
        "METRIC\n",
        "LABEL\n",
        "\n",
        "x",
        " ",
        "METRIC\nNAME ",
        "LABEL\nk v\n",
        "k v\n",
        "METRIC\nNAME n\nDESC d\nmore",
        "more and more\n",
        "NAME n\n",
        "DESC d\n");
  }

  @ParameterizedTest
  @MethodSource
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void largeTextsAreParsedInLinearTime(String piece) {
    for (String start : new String[] {"", "LABEL\n", "METRIC\nNAME n\nDESC d\n"}) {
      String text = start + piece.repeat((3 << 20) / piece.length());
      assertTrue(SchemaParser.parse(text, false).dropped().size() <= SchemaParser.MAX_DROPPED);
    }
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void manyNamesAndLabelsAreParsedInLinearTime() {
    StringBuilder text = new StringBuilder("LABEL\n");
    for (int i = 0; i < 100_000; i++) {
      text.append("key").append(i).append(" value\n");
    }
    for (int i = 0; i < 100_000; i++) {
      text.append("\nMETRIC\nNAME n").append(i).append("\nDESC d\nmore\n");
    }
    Schema schema = whole(text.toString());
    assertEquals(SchemaParser.MAX_LABELS, schema.labels().size());
    assertEquals(100_000, schema.metrics().size());
    assertEquals("d more", schema.find("n77").description());
  }

  @Test
  void randomTextNeverThrowsAndKeepsWholeMetricsAfterIt() {
    Random random = new Random(5);
    String[] pieces = {
      "METRIC",
      "LABEL",
      "NAME n",
      "NAME",
      "FLAG GAUGE",
      "FLAG",
      "TYPE FLOAT",
      "DESC x",
      "DESC",
      "\n",
      "\n",
      "\n",
      " ",
      "*",
      "\0",
      "\\xff",
      "k v"
    };
    for (int n = 0; n < 20_000; n++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(20); i > 0; i--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      Schema schema = SchemaParser.parse(text + "\n\n" + EXITS, random.nextBoolean());
      assertEquals(EXITS_METRIC, schema.find("exits"), text::toString);
    }
  }

  @Test
  void labelsAreBoundedInNumberAndLength() {
    StringBuilder text = new StringBuilder("LABEL\n");
    text.append("long ").append("v".repeat(1 << 20)).append('\n');
    text.append("k".repeat(1 << 20)).append(" v\n");
    text.append("longest ").append("v".repeat(SchemaParser.MAX_LABEL)).append('\n');
    for (int i = 0; i < 70_000; i++) {
      text.append("key").append(i).append(" v\n");
    }
    // Of those that are there already it is still said if they are there again.
    text.append("key0 other\n\nMETRIC\nNAME a\nDESC d\n\n");
    Schema schema = SchemaParser.parse(text.toString(), false);
    assertEquals(SchemaParser.MAX_LABELS, schema.labels().size());
    assertEquals("longest", schema.labels().keySet().iterator().next());
    assertEquals("v", schema.labels().get("key62"));
    assertEquals("d", schema.find("a").description());
    assertEquals(
        "labels beyond the first 64: 69937, labels longer than 1024 characters: 2",
        schema.beyondLimits());
    assertEquals(List.of("line 70005: a second value of a label"), schema.dropped());
  }

  @Test
  void textsOfMetricsAreBounded() {
    String text =
        "METRIC\nNAME a\nDESC "
            + "d".repeat(1 << 20)
            + "\nmore\n\nMETRIC\nNAME b\nDESC x\n"
            + "y\n".repeat(100_000)
            + "\nMETRIC\nNAME "
            + "n".repeat(1 << 20)
            + "\n\nMETRIC\nNAME c\nUNIT "
            + "u".repeat(64)
            + "\nDESC "
            + "e".repeat(1023)
            + "\ud83d\ude00\n\nMETRIC\nNAME whole\nUNIT "
            + "u".repeat(63)
            + "\nDESC "
            + "f".repeat(1024)
            + "\n\n";
    Schema schema = SchemaParser.parse(text, false);
    assertEquals("d".repeat(1024), schema.find("a").description());
    assertEquals("x" + " y".repeat(511) + " ", schema.find("b").description());
    assertEquals("e".repeat(1023), schema.find("c").description());
    assertEquals("", schema.find("c").unit());
    assertEquals("f".repeat(1024), schema.find("whole").description());
    assertEquals("u".repeat(63), schema.find("whole").unit());
    assertEquals(4, schema.metrics().size());
    assertEquals(
        "metrics whose names are too long for a file: 1, units longer than 63 characters: 1,"
            + " descriptions beyond 1024 characters each: 3",
        schema.beyondLimits());
    assertEquals(List.of(), schema.dropped());
  }
}
