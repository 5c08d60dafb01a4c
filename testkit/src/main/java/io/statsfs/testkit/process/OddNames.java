package io.statsfs.testkit.process;

import io.statsfs.testkit.TestTree;
import java.util.List;

/** Names of stats that become equal, or are something else, in Prometheus. */
public final class OddNames {
  private static final List<String> NAMES =
      List.of(
          // Letters and separators.
          "a.b",
          "a_b",
          "a-b",
          "a__b",
          "a b",
          "A_B",
          "A.b",
          "ü",
          "x_xc3_",
          "_",
          "__",
          "0",
          // Endings.
          "x",
          "X",
          "x_total",
          "x_TOTAL",
          "x_info",
          "x_created",
          "x_bucket",
          "x_info_total",
          "y",
          "y_sum",
          "y_count",
          "_total",
          "total",
          "info",
          "ratio",
          "a_seconds_total");

  private OddNames() {}

  /**
   * Adds a stat of each such name to a source, {@code odd}, and some to others, whose names begin
   * so.
   *
   * @param tree where there is no such source yet
   * @return how many; their values are 1 and so on
   */
  public static int addTo(TestTree tree) {
    int value = 0;
    for (String name : NAMES) {
      tree.stat("odd/" + name, ++value);
    }
    // A part of the name that belongs to the subsystem here and to the stat there.
    tree.stat("odd_y/count", ++value).stat("odd_y_sum/_", ++value);
    // A unit, which goes to the end of the name.
    tree.stat("odd/z", ++value).stat("odd/z_bytes", ++value);
    tree.schema(
        "odd",
        "METRIC\nNAME z\nFLAG GAUGE\nTYPE INT\nUNIT By\nDESC A \\ and \"quotes\".\n\n"
            + "METRIC\nNAME z_bytes\nFLAG GAUGE\nTYPE INT\nUNIT By\n\n"
            + "METRIC\nNAME x\nFLAG CUMULATIVE\nTYPE INT\nUNIT foo\n\n");
    return value;
  }
}
