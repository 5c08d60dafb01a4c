package io.statsfs.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class UnitTest {
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  private static List<String> codes(String text) {
    return CODE.matcher(text).results().map(found -> found.group(1)).toList();
  }

  /** The table of docs/layouts.md has the units that are converted, all of them, and to what. */
  @Test
  void thePageHasTheUnitsThatAreConverted() throws IOException {
    String page = Files.readString(Path.of("../docs/layouts.md"));
    String table = page.substring(page.indexOf("| converted to | from |"));
    Set<String> converted = new HashSet<>();
    for (String row : table.substring(0, table.indexOf("\n\n")).lines().skip(2).toList()) {
      String[] cells = row.split("\\|");
      List<String> bases = codes(cells[1]);
      for (String unit : codes(cells[2])) {
        assertTrue(bases.contains(Unit.of(unit).base()), unit);
        converted.add(unit);
      }
    }
    assertEquals(Unit.converted(), converted);
  }

  /** What KVM describes as a power of 2 or 10 that has no name. */
  @Test
  void aUnitMayHaveAFactorOrADivisor() {
    assertEquals(new Unit("By", 4096, 1), Unit.of("4096.By"));
    assertEquals(new Unit("s", 1, 100_000_000), Unit.of("s/100000000"));
    assertEquals(new Unit("s", 8, 1_000), Unit.of("8.ms"));
    assertEquals(new Unit("{cycle}", 1_000, 1), Unit.of("1000.{cycle}"));
    for (String base : new String[] {"", "1", "1000", "1/2", "By/s", "10*-19.s", "0.By", "s/0"}) {
      assertEquals(new Unit(base, 1, 1), Unit.of(base));
    }
    // More than can be computed with.
    String large = "999999999999999999.TiBy";
    assertEquals(new Unit(large, 1, 1), Unit.of(large));
    assertEquals(new Unit("KiBy", 4096, 1024), Unit.of("4096.By", "KiBy"));
  }
}
