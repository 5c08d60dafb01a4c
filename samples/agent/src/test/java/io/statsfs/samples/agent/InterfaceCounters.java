package io.statsfs.samples.agent;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The counters of this machine's network interfaces, by the series that they should be, as they are
 * before an agent reads them. Others may make and remove interfaces meanwhile.
 */
final class InterfaceCounters {
  private final Map<String, Long> before;

  private InterfaceCounters(Map<String, Long> before) {
    this.before = before;
  }

  static InterfaceCounters read() throws IOException {
    Map<String, Long> now = now();
    assertTrue(now.size() > 20, "" + now);
    return new InterfaceCounters(now);
  }

  private static Map<String, Long> now() throws IOException {
    Map<String, Long> values = new TreeMap<>();
    try (Stream<Path> devices = Files.list(Path.of("/sys/class/net"))) {
      for (Path device : devices.toList()) {
        try (Stream<Path> files = Files.list(device.resolve("statistics"))) {
          for (Path file : files.toList()) {
            String series =
                "statsfs.net." + file.getFileName() + "{device=\"" + device.getFileName() + "\"}";
            values.put(series, Long.parseLong(Files.readString(file).strip()));
          }
        } catch (IOException e) {
          // Not an interface, or gone.
        }
      }
    }
    return values;
  }

  /** Each of an interface that is still there has a value between that before and that of now. */
  void assertRead(Function<String, String> valueOf) throws IOException {
    Map<String, Long> after = now();
    Map<String, Long> compared = new TreeMap<>(before);
    compared.keySet().retainAll(after.keySet());
    assertTrue(compared.size() > 20, "" + compared);
    compared.forEach(
        (series, value) -> {
          long read = Long.parseLong(valueOf.apply(series));
          assertTrue(
              value <= read && read <= after.get(series),
              series + ": " + value + " <= " + read + " <= " + after.get(series));
        });
  }
}
