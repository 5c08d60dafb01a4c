package io.statsfs.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatFileNameTest {

  @ParameterizedTest
  @CsvSource({
    "temp{n}_input, temp1_input, temp_input, temp1, {n=1}",
    "temp{n}_*, temp12_max, temp_max, temp12, {n=12}",
    "hugetlb.{size}.max, hugetlb.2MB.max, hugetlb.max, hugetlb.2MB, {size=2MB}",
    "{zone}_energy_uj, package-0_energy_uj, energy_uj, package-0, {zone=package-0}",
    "stat_{n}, stat_a_b, stat, stat_a_b, {n=a_b}",
    "a_{n}.b, a_1.b, a_.b, a_1, {n=1}",
    "pwm{n}_point{p}_temp, pwm1_point22_temp, pwm_point_temp, pwm1_point22, '{n=1, p=22}'",
    "rx_{a}_{b}, rx_x_y, rx, rx_x_y, '{a=x, b=y}'",
    "in{n}, in0, in, in0, {n=0}",
    "{n}{m}_x, 12_x, x, 12, '{n=1, m=2}'",
    "a_{n}{m}b, a_1_b, a_b, a_1_, '{n=1, m=_}'",
    "x{n=1}y, x1y, xy, x1, {n=1}",
  })
  void labelsAreTakenOutOfTheName(
      String pattern, String file, String stat, String source, String labels) {
    StatFileName name = StatFileName.of(KeyPattern.of(pattern), file);
    assertNotNull(name);
    assertEquals(stat, name.stat());
    assertEquals(source, name.source());
    assertEquals(labels, name.labels().toString());
    assertEquals(
        stat.replace("max", pattern.endsWith("*") ? "*" : "max"),
        StatFileName.statOf(KeyPattern.of(pattern)));
  }

  @Test
  void aNameWithoutLabelsSaysNothing() {
    for (String pattern : List.of("temp{n}_input", "temp1", "temp*", "temp2")) {
      assertNull(StatFileName.of(KeyPattern.of(pattern), "temp1"));
    }
    assertEquals("temp*", StatFileName.statOf(KeyPattern.of("temp*")));
  }
}
