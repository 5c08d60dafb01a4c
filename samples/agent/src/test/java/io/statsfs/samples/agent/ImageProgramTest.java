package io.statsfs.samples.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The container image, run by podman as strictly as can be: another user than the image's own, no
 * capability, nothing that can be written, the default seccomp filter.
 */
@Tag("image")
class ImageProgramTest {
  private static final String IMAGE = System.getProperty("image");
  private static final List<String> RUN =
      List.of(
          // Debian's crun refuses mixed cgroups; without limits podman asks for the highest.
          ("podman --runtime runc run --rm --ulimit nofile=1024 --ulimit nproc=4096 --read-only"
                  + " --read-only-tmpfs=false --cap-drop all --user 65534")
              .split(" "));
  private static final String[] NONE = {"--network", "none"};
  private static final String[] HOST = {"--network", "host"};

  private final String name = "statsfs-test-" + ProcessHandle.current().pid();

  @AfterEach
  void remove() throws IOException, InterruptedException {
    podman("rm", "--force", "--ignore", name);
  }

  private AgentProgram start(String[] options, String... args) {
    List<String> command = new ArrayList<>(RUN);
    command.addAll(List.of("--name", name));
    command.addAll(List.of(options));
    command.add(IMAGE);
    command.addAll(List.of(args));
    return AgentProgram.startCommand(Map.of(), command);
  }

  private AgentProgram run(String[] options, String... args) {
    AgentProgram agent = start(options, args);
    agent.exitCode();
    return agent;
  }

  private static String[] and(String[] some, String... more) {
    return Stream.of(some, more).flatMap(Stream::of).toArray(String[]::new);
  }

  private static List<String> podman(String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("podman"));
    command.addAll(List.of(args));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines = process.inputReader().lines().toList();
    assertEquals(0, process.waitFor(), command + ": " + lines);
    return lines;
  }

  @Test
  void theImageIsThatOfAnOrdinaryUserAndSaysWhatItIs() throws IOException, InterruptedException {
    assertEquals(
        List.of("65532:65532", "statsfs-agent " + IMAGE.split(":")[1]),
        podman(
            "image",
            "inspect",
            "--format",
            "{{.User}}\n{{index .Labels \"org.opencontainers.image.title\"}}"
                + " {{index .Labels \"org.opencontainers.image.version\"}}",
            IMAGE));
  }

  @Test
  void theNativeLibraryReadsTheContainersInterfacesAndTheHostsMemory() {
    AgentProgram agent = run(NONE, "--list", "--reader", "jni");
    assertEquals(0, agent.exitCode(), agent.toString());
    List<String> interfaces =
        agent.out().stream()
            .filter(line -> line.startsWith("net/"))
            .map(line -> line.split("/")[1])
            .distinct()
            .toList();
    assertEquals(List.of("lo"), interfaces);
    assertTrue(agent.out().stream().anyMatch(line -> line.startsWith("vmstat/pgfault ")));
    assertEquals(List.of(), agent.err());
  }

  @Test
  void theHostsInterfacesAreReadBelowItsSysfs() throws IOException {
    AgentProgram agent =
        run(
            and(NONE, "--volume", "/sys:/host/sys:ro"),
            "--once",
            "--exporter",
            "console",
            "--root",
            "/host/sys/class/net",
            "--root",
            "/proc/vmstat");
    assertEquals(0, agent.exitCode(), agent.toString());
    // Others may make and remove interfaces meanwhile; the first ones are there from the start.
    for (String index : List.of("1", "2")) {
      try (Stream<Path> interfaces = Files.list(Path.of("/sys/class/net"))) {
        for (Path path : interfaces.toList()) {
          if (Files.exists(path.resolve("ifindex"))
              && Files.readString(path.resolve("ifindex")).strip().equals(index)) {
            String series = "statsfs.net.rx_bytes{device=\"" + path.getFileName() + "\"} ";
            assertTrue(agent.out().stream().anyMatch(l -> l.startsWith(series)), series);
          }
        }
      }
    }
  }

  @Test
  void theHostsNetworkIsReadByOneOption() throws IOException {
    long before = segmentsOfTheHost();
    AgentProgram agent =
        run(
            and(NONE, "--volume", "/proc:/host/proc:ro", "--volume", "/sys:/host/sys:ro"),
            "--host",
            "/host",
            "--list",
            "--include",
            "snmp/Tcp/InSegs");
    long after = segmentsOfTheHost();
    assertEquals(0, agent.exitCode(), agent.toString());
    assertEquals(1, agent.out().size(), agent.toString());
    assertTrue(agent.out().get(0).startsWith("snmp/Tcp/InSegs "), agent.toString());
    long value = Long.parseLong(agent.out().get(0).split(" +")[3]);
    assertTrue(before <= value && value <= after, before + " <= " + value + " <= " + after);
  }

  private static long segmentsOfTheHost() throws IOException {
    List<List<String>> tcp =
        Files.readAllLines(Path.of("/proc/1/net/snmp")).stream()
            .filter(line -> line.startsWith("Tcp: "))
            .map(line -> List.of(line.split(" ")))
            .toList();
    return Long.parseLong(tcp.get(1).get(tcp.get(0).indexOf("InSegs")));
  }

  @Test
  void namesBeyondAsciiAreReadAndPrinted(@TempDir Path directory) throws IOException {
    Path source = Files.createDirectories(directory.resolve("kvm/größe-日本"));
    Files.writeString(source.resolve("exits"), "7\n");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    AgentProgram agent =
        run(and(NONE, "--volume", directory + ":/tree:ro"), "--list", "--root", "/tree");
    assertEquals(0, agent.exitCode(), agent.toString());
    assertEquals(1, agent.out().size(), agent.toString());
    assertTrue(agent.out().get(0).startsWith("kvm/größe-日本/exits "), agent.toString());
  }

  @Test
  void theOptionsOfTheJvmAreThoseOfTheStartScriptUnlessOthersAreGiven() {
    String print = "-XX:+PrintCommandLineFlags";
    String script = flags(AgentProgram.start(Map.of("JDK_JAVA_OPTIONS", print), "--version"));
    assertTrue(script.contains("-XX:MaxHeapSize="), script);
    assertEquals(script, flags(run(and(NONE, "--env", "JDK_JAVA_OPTIONS=" + print), "--version")));
    String other = flags(run(and(NONE, "--env", "JDK_JAVA_OPTIONS=-Xmx64m " + print), "--version"));
    assertTrue(other.contains("-XX:MaxHeapSize=67108864 "), other);
  }

  private static String flags(AgentProgram agent) {
    assertEquals(0, agent.exitCode(), agent.toString());
    return agent.err().stream().filter(line -> line.startsWith("-XX:")).findFirst().orElseThrow();
  }

  @Test
  void whatIsSentASignalAsTheFirstProcessExportsOnceMoreAndEnds() throws IOException {
    try (OtlpReceiver receiver = new OtlpReceiver();
        AgentProgram agent =
            start(
                and(HOST, "--env", "OTEL_EXPORTER_OTLP_ENDPOINT=" + receiver.endpoint()),
                "--interval",
                "1h",
                "--include",
                "net/lo/*")) {
      agent.await("the first collection", () -> receiver.sizes().size() == 1);
      assertTrue(
          receiver.collections().firstEntry().getValue().keySet().stream()
              .anyMatch(series -> series.equals("statsfs.net.rx_bytes{device=\"lo\"}")));
      agent.terminate();
      assertEquals(0, agent.exitCode(), agent.toString());
      assertEquals(2, receiver.sizes().size());
    }
  }

  @Test
  void whatArrivesNowhereIsAFailure() throws IOException {
    try (OtlpReceiver refusing = new OtlpReceiver(400)) {
      AgentProgram agent =
          run(and(HOST, "--env", "OTEL_EXPORTER_OTLP_ENDPOINT=" + refusing.endpoint()), "--once");
      assertEquals(1, agent.exitCode(), agent.toString());
    }
  }

  @Test
  void grpcFindsAllThatItNeeds() throws IOException {
    int nobody;
    try (ServerSocket socket = new ServerSocket(0)) {
      nobody = socket.getLocalPort();
    }
    AgentProgram agent =
        run(
            and(
                HOST,
                "--env",
                "OTEL_EXPORTER_OTLP_PROTOCOL=grpc",
                "--env",
                "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:" + nobody),
            "--once");
    assertEquals(1, agent.exitCode(), agent.toString());
    assertTrue(agent.toString().contains("Connection refused"), agent.toString());
  }

  @Test
  void aCollectorIsTrustedByItsCertificate(@TempDir Path directory)
      throws IOException, InterruptedException {
    try (OtlpReceiver receiver = OtlpReceiver.withTls(directory)) {
      String[] endpoint = and(HOST, "--env", "OTEL_EXPORTER_OTLP_ENDPOINT=" + receiver.endpoint());
      AgentProgram untrusted = run(endpoint, "--once", "--include", "net/lo/*");
      assertEquals(1, untrusted.exitCode(), untrusted.toString());
      // Of an empty store it would say that it has no trust anchors.
      assertTrue(
          untrusted.toString().contains("unable to find valid certification path"),
          untrusted.toString());
      String[] trusting = {
        "--volume",
        directory.resolve("receiver.pem") + ":/collector.pem:ro",
        "--env",
        "OTEL_EXPORTER_OTLP_CERTIFICATE=/collector.pem"
      };
      AgentProgram agent = run(and(endpoint, trusting), "--once", "--include", "net/lo/*");
      assertEquals(0, agent.exitCode(), agent.toString());
      assertEquals(1, receiver.sizes().size());
    }
  }

  @Test
  void prometheusCanScrapeIt() throws IOException, InterruptedException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    try (AgentProgram agent =
        start(
            and(HOST, "--env", "OTEL_EXPORTER_PROMETHEUS_PORT=" + port),
            "--exporter",
            "prometheus",
            "--include",
            "net/lo/*")) {
      // Said when the endpoint is open.
      agent.await(
          "what is exported", () -> agent.err().stream().anyMatch(l -> l.contains("read by")));
      String metrics =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                      .build(),
                  BodyHandlers.ofString())
              .body();
      assertTrue(metrics.contains("statsfs_net_rx_bytes{device=\"lo\""), metrics);
      agent.terminate();
      assertEquals(0, agent.exitCode(), agent.toString());
    }
  }
}
