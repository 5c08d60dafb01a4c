package io.statsfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathPatternTest {

  @ParameterizedTest
  @CsvSource({
    ".../docker-{c:hex}.scope, docker-0af.scope, {c=0af}",
    ".../docker-{c:hex}.scope, a/b.slice/docker-0af.scope, {c=0af}",
    ".../docker-{c:hex}.scope, a/xdocker-0af.scope, ",
    ".../docker-{c:hex}.scope, a/docker-0af.scope/below, ",
    ".../docker-{c:hex}.scope, a/docker-0ag.scope, ",
    ".../docker-{c:hex}.scope, a/docker-.scope, ",
    "a/{c}, a/b-c.d, {c=b-c.d}",
    "a/{c}, a/b/c, ",
    "a/{c}, x/a/b, ",
    ".../k*/pod{p:uid}, k8s/podab_1-2, {p=ab-1-2}",
    ".../k*/pod{p:uid}, x/k/pod0, {p=0}",
    ".../k*/pod{p:uid}, k/x/pod0, ",
    ".../k*/pod{p:uid}, k/pod_1, ",
    ".../{p}.slice/{c}, .x/a.slice/b, '{p=a, c=b}'"
  })
  void wholePathMatches(String pattern, String path, String labels) {
    Map<String, String> found = PathPattern.of(pattern).match(path);
    if (labels == null) {
      assertNull(found);
    } else {
      assertEquals(labels, String.valueOf(found));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a/b, has no label",
    "a/{b, has half a label",
    "a/b}, has half a label",
    "a/{}, without a name",
    "{a}/{a}, twice",
    "{a:octal}, there are 'hex' and 'uid'",
    "{a:}, there are 'hex' and 'uid'"
  })
  void whatIsWrongIsSaid(String pattern, String message) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> PathPattern.of(pattern));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void firstThatMatchesCounts() {
    Layout layout =
        Layout.builder("x")
            .sources("{path...}")
            .labelsOfPath("a/{first}", ".../{second}", "{third}")
            .build();
    assertEquals(Map.of("first", "b"), layout.labelsOfPath("a/b"));
    assertEquals(Map.of("second", "c"), layout.labelsOfPath("b/c"));
    assertEquals(Map.of("second", "c"), layout.labelsOfPath("c"));
    assertEquals(Map.of(), Layout.statsfs().labelsOfPath("c"));
  }

  @Test
  void onlyPathsOfAnyDepthHaveLabels() {
    Layout.Builder layout = Layout.builder("x").labelsOfPath("{a}");
    assertThrows(IllegalStateException.class, layout::build);
    layout.sources("{path}");
    assertThrows(IllegalStateException.class, layout::build);
    layout.sources("{path...}").build();
  }
}
