package io.statsfs.samples.agent;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The counters of this machine's network interfaces, by the series that they should be, as they are
 * before an agent reads them. Others may make and remove interfaces meanwhile.
 */
final class InterfaceCounters {
  private final Map<Counter, Long> before;

  private InterfaceCounters(Map<Counter, Long> before) {
    this.before = before;
  }

  /** An interface that was removed and made again under its name has another index. */
  private record Counter(String series, String index) {}

  static InterfaceCounters read() throws IOException {
    Map<Counter, Long> now = now();
    assertTrue(now.size() > 20, "" + now);
    return new InterfaceCounters(now);
  }

  private static Map<Counter, Long> now() throws IOException {
    Map<Counter, Long> values = new HashMap<>();
    try (Stream<Path> devices = Files.list(Path.of("/sys/class/net"))) {
      for (Path device : devices.toList()) {
        try (Stream<Path> files = Files.list(device.resolve("statistics"))) {
          String index = Files.readString(device.resolve("ifindex"));
          for (Path file : files.toList()) {
            String series =
                "statsfs.net." + file.getFileName() + "{device=\"" + device.getFileName() + "\"}";
            long value = Long.parseLong(Files.readString(file).strip());
            values.put(new Counter(series, index), value);
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
    Map<Counter, Long> after = now();
    Map<Counter, Long> compared = new HashMap<>(before);
    compared.keySet().retainAll(after.keySet());
    assertTrue(compared.size() > 20, "" + compared);
    compared.forEach(
        (counter, value) -> {
          String read = valueOf.apply(counter.series);
          assertTrue(read.matches("\\d+"), counter + ": " + read);
          long number = Long.parseLong(read);
          assertTrue(
              value <= number && number <= after.get(counter),
              counter + ": " + value + " <= " + read + " <= " + after.get(counter));
        });
  }
}
