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
}
