package io.statsfs.reader.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of machines. */
class QemuCommandLineTest {

  private static Map<String, String> labels(String... arguments) {
    return QemuCommandLine.labels(
        (String.join("\0", arguments) + "\0").getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void asLibvirtStartsIt() {
    assertEquals(
        List.of("name=web 1", "uuid=4dea22b3-1d52-d8f3-2516-782e98ab3fa0"),
        labels(
                "/usr/bin/qemu-system-x86_64",
                "-uuid",
                "4dea22b3-1d52-d8f3-2516-782e98ab3fa0",
                "-name",
                "guest=web 1,debug-threads=on",
                "-S",
                "-machine",
                "pc,accel=kvm")
            .entrySet()
            .stream()
            .map(Object::toString)
            .toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "web | web",
        "web,process=qemu | web",
        "process=qemu,guest=web | web",
        "guest=a,,b,process=c | a,b",
        "a,,b | a,b",
        "guest=a,guest=b | b",
        "debug-threads=on | ",
        "guest= | ",
        "guest=a=b | a=b",
        "guest=ü | ü",
      })
  void theNameIsThatOfTheGuest(String option, String name) {
    assertEquals(
        name == null ? Map.of() : Map.of("name", name), labels("qemu-kvm", "-name", option));
    assertEquals(
        name == null ? Map.of() : Map.of("name", name), labels("/usr/bin/kvm", "--name", option));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/usr/bin/java", "qemu/other", "/opt/qemu-7/firecracker", "kvmtool", ""})
  void onlyQemuHasThem(String program) {
    assertEquals(Map.of(), labels(program, "-name", "x", "-uuid", "y"));
  }

  @Test
  void theLastOneCountsAndOneWithoutAValueIsNone() {
    assertEquals(Map.of("name", "b"), labels("qemu", "-name", "a", "-name", "b", "-uuid"));
    // What is the value of another option is none.
    assertEquals(Map.of("name", "-uuid"), labels("qemu", "-name", "-uuid", "x"));
  }

  @Test
  void bytesThatAreNoTextAreWritten() {
    assertEquals(
        Map.of("name", "\\xff"),
        QemuCommandLine.labels("qemu\0-name\0\u00ff\0".getBytes(StandardCharsets.ISO_8859_1)));
    assertEquals(Map.of(), QemuCommandLine.labels(new byte[0]));
    // A process may write over its arguments, and then not end them.
    assertEquals(
        Map.of(), QemuCommandLine.labels("qemu -name x".getBytes(StandardCharsets.ISO_8859_1)));
  }

  @Test
  void longOnesAreCut() {
    assertEquals("a".repeat(255), labels("qemu", "-name", "a".repeat(300)).get("name"));
  }
}
