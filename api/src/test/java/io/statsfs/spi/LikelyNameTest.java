package io.statsfs.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LikelyNameTest {
  @ParameterizedTest
  @CsvSource({
    "key-users, key_users",
    "Key Users, key_users",
    "nett, net",
    "vmsat, vmstat",
    "vms, vmstat",
    "vmstatt, vmstat",
    "foo, ",
    "x1, ",
    "n, ",
    "network_statistics, ",
    "'', ",
  })
  void whatIsLikeANameIsMeant(String name, String meant) {
    List<String> known = List.of("fs", "zfs", "net", "netstat", "key_users", "vmstat");
    assertEquals(meant, LikelyName.of(name, known).orElse(null));
  }
}
