package io.statsfs.samples.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.samples.agent.Comparison.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What compares the agent with other programs finds the differences. */
class ComparisonTest {
  @TempDir private Path directory;

  private static SortedMap<Series, Double> series(String... lines) {
    return Series.parse(List.of(lines).stream());
  }

  private Counterparts counterparts(String... lines) throws IOException {
    Path file = directory.resolve("series.tsv");
    Files.write(file, List.of(lines));
    return new Counterparts(file);
  }

  private static void assertFound(Comparison comparison, Map<Outcome, List<String>> expected) {
    for (Outcome outcome : Outcome.values()) {
      assertEquals(expected.getOrDefault(outcome, List.of()), comparison.those(outcome));
    }
  }

  @Test
  void seriesAreTakenApart() {
    assertEquals(
        Map.of("a", "b,c=\"d\\", "e", ""),
        series("x.y{a=\"b,c=\\\"d\\\\\",e=\"\"} 1e3").firstKey().labels());
    assertEquals(List.of(1000.0), List.copyOf(series("x 1e+03", "# HELP x", "").values()));
    assertThrows(AssertionError.class, () -> series("x{a=b} 1"));
    assertThrows(AssertionError.class, () -> series("x 1", "x{} 2"));
  }

  @Test
  void theFirstLineThatMatchesSaysWhereASeriesIs() throws IOException {
    Counterparts counterparts =
        counterparts(
            "# a comment",
            "",
            "n_text{...}\t- a text",
            "n_<x:a|b>_bytes{d=<d>}\tours.<x>{device=<d>,k=v} * 1024",
            "n_<x>{d=<d>}\tours.rest + ours.<x>{device=<d>} - ours.other",
            "n_still\t~ ours.still");
    Comparison comparison = new Comparison(counterparts, 1);
    SortedMap<Series, Double> theirs =
        series(
            "n_text{any=\"t\"} 1",
            "n_a_bytes{d=\"0\"} 2048",
            "n_b_bytes{d=\"0\"} 2048",
            "n_sum{d=\"1\"} 11",
            "n_sum{d=\"1\",e=\"2\"} 11",
            "n_still 5");
    comparison.add(
        theirs,
        series(
            "ours.a{device=\"0\",k=\"v\",other=\"o\"} 2",
            "ours.b{device=\"0\",k=\"w\"} 2",
            "ours.rest 4",
            "ours.sum{device=\"1\"} 10",
            "ours.other 2",
            "ours.still 6"),
        theirs,
        Set.of());
    assertFound(
        comparison,
        Map.of(
            Outcome.LEFT_OUT,
            List.of("n_text{any=t}\ta text"),
            Outcome.EQUAL,
            List.of("n_a_bytes{d=0}\t2048.0, here 2048.0: ours.a{device=0,k=v} * 1024"),
            Outcome.MISSING,
            List.of("n_b_bytes{d=0}\tours.b{device=0,k=v} * 1024"),
            Outcome.WRONG,
            List.of("n_sum{d=1}\t11.0, here 12.0: ours.rest + ours.sum{device=1} - ours.other"),
            Outcome.UNKNOWN,
            List.of("n_sum{d=1, e=2}\t"),
            Outcome.MOVES,
            List.of("n_still{}\t5.0, here 6.0: ours.still")));
  }

  @Test
  void severalSeriesForOneAreAnError() throws IOException {
    Comparison comparison = new Comparison(counterparts("n\tours"), 1);
    SortedMap<Series, Double> theirs = series("n 1");
    assertThrows(
        AssertionError.class,
        () ->
            comparison.add(theirs, series("ours{a=\"1\"} 1", "ours{a=\"2\"} 2"), theirs, Set.of()));
  }

  @Test
  void aLineThatIsNoneIsAnError() {
    for (String line : List.of("n", "n\tours\tmore", "n\tours{a=<x>}")) {
      assertThrows(
          AssertionError.class,
          () ->
              new Comparison(counterparts(line), 1)
                  .add(series("n 1"), series("ours 1"), series("n 1"), Set.of()),
          line);
    }
  }

  @Test
  void whatMovesIsWithinWhatWasThereBeforeAndAfter() throws IOException {
    Comparison comparison = new Comparison(counterparts("<x>\t<x>"), 2);
    for (int round = 0; round < 2; round++) {
      comparison.add(
          series("counter 1", "lost 1", "level 9", "still 3", "late 1", "flaps 1", "gone 1"),
          series("counter 4", "lost 6", "level 2", "still 3", "late 2", "flaps " + round),
          series("counter 5", "lost 5", "level 8", "still 3", "late 1", "flaps 1"),
          Set.of("counter", "lost", "still", "late"));
    }
    assertFound(
        comparison,
        Map.of(
            Outcome.EQUAL,
            List.of("flaps{}\t1.0, here 1.0: flaps", "still{}\t3.0, here 3.0: still"),
            Outcome.MOVES,
            List.of(
                "counter{}\t1.0 to 5.0, here 4.0: counter", "level{}\t9.0 to 8.0, here 2.0: level"),
            Outcome.WRONG,
            List.of("late{}\t1.0, here 2.0: late", "lost{}\t1.0 to 5.0, here 6.0: lost")));
  }

  @Test
  void archivesAreUnpacked() throws IOException {
    Path archive = directory.resolve("sys.ttar");
    Files.writeString(
        archive,
        """
        # Archive created by ttar
        Directory: sys/empty
        Mode: 755
        # ttar
        Path: sys/a/file
        Lines: 3
        Path: this is text
        NULLBYTE\\NULLBYTE\\EOF
        openEOF
        Mode: 644
        # ttar
        Path: sys/link
        SymlinkTo: a/file
        # ttar
        Path: sys/nothing
        Lines: 0
        Mode: 644
        """);
    FixtureArchive.unpack(archive, directory);
    assertTrue(Files.isDirectory(directory.resolve("sys/empty")));
    assertEquals(
        "Path: this is text\n\0NULLBYTEEOF\nopen", Files.readString(directory.resolve("sys/link")));
    assertEquals(0, Files.size(directory.resolve("sys/nothing")));
  }
}
