package io.statsfs.samples.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Problem;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.testkit.DebugfsMount;
import io.statsfs.testkit.VirtualMachines;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/**
 * A virtual machine of KVM whose process keeps its statistics open and looks like QEMU, in all that
 * the agent exports.
 */
class KvmProgramTest {
  private static final String PATH_PROPERTY = "io.statsfs.vm.path";
  private static final String UUID = "4dea22b3-1d52-d8f3-2516-782e98ab3fa0";

  @TempDir private Path directory;
  private VirtualMachines machines;
  private String name;

  @BeforeEach
  void start() throws IOException {
    Path program = directory.resolve("qemu-system-x86_64");
    String resource = "/META-INF/native/linux-" + architecture() + "/statsfs-vm";
    try (InputStream in = VirtualMachines.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new TestAbortedException("no " + resource);
      }
      Files.copy(in, program);
    }
    Path script = directory.resolve("start");
    Files.writeString(
        script,
        "#!/bin/sh\nexec "
            + program
            + " -uuid "
            + UUID
            + " -name guest=web,debug-threads=on -machine accel=kvm\n");
    for (Path each : List.of(program, script)) {
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    System.setProperty(PATH_PROPERTY, script.toString());
    try {
      machines = VirtualMachines.start();
      name = machines.make();
      machines.addVcpu(name, 0);
      machines.hold(name);
      machines.hold(name, 0);
    } catch (UnsupportedOperationException e) {
      throw new TestAbortedException(e.getMessage());
    } finally {
      System.clearProperty(PATH_PROPERTY);
    }
  }

  private static String architecture() {
    String architecture = System.getProperty("os.arch");
    return architecture.equals("amd64") ? "x86_64" : architecture;
  }

  @AfterEach
  void end() {
    if (machines != null) {
      machines.close();
    }
  }

  @Test
  void theMachineIsInOtlp() throws Exception {
    machines.run(name, 0);
    try (OtlpReceiver receiver = new OtlpReceiver();
        AgentProgram agent =
            AgentProgram.start(
                Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint()),
                "--once",
                "--counters",
                "--tree",
                "kvm",
                "--tree",
                "kvm_histogram",
                "--include",
                "kvm*/" + name + "/**")) {
      assertEquals(0, agent.exitCode(), agent::toString);
      Map<String, String> points = receiver.collections().lastEntry().getValue();
      long exits = machines.statistics(name, 0).get("exits").get(0);
      assertTrue(exits > 0);
      assertEquals("sum int " + exits, points.get("statsfs.kvm.exits" + labels("/vcpu0", "")));
      assertEquals("counter {exit}", receiver.metrics().get("statsfs.kvm.exits"));
      assertEquals("counter s", receiver.metrics().get("statsfs.kvm.halt_wait_ns"));
      assertEquals("gauge {vcpu}", receiver.metrics().get("statsfs.kvm.blocking"));
      assertEquals(
          "sum int " + machines.statistics(name, 0).get("halt_wait_hist").get(11),
          points.get(
              "statsfs.kvm_histogram.halt_wait_hist"
                  + labels("/vcpu0", "bucket=\"1024\",").replace("\"kvm\"", "\"kvm_histogram\"")));
      assertEquals(List.of(), receiver.twice());
    }
  }

  private String labels(String below, String bucket) {
    return "{"
        + bucket
        + "device=\""
        + name
        + below
        + "\",name=\"web\",subsystem=\"kvm\",uuid=\""
        + UUID
        + "\"}";
  }

  @Test
  void theMachineIsInPrometheus() throws Exception {
    int port = ServerProgram.freePort();
    try (AgentProgram agent =
        AgentProgram.start(
            Map.of("OTEL_EXPORTER_PROMETHEUS_PORT", "" + port),
            "--exporter",
            "prometheus",
            "--counters",
            "--tree",
            "kvm")) {
      URI uri = URI.create("http://127.0.0.1:" + port + "/metrics");
      agent.await("an answer", () -> isThere(uri));
      machines.run(name, 0);
      long exits = machines.statistics(name, 0).get("exits").get(0);
      Set<String> series = new TreeSet<>();
      ServerProgram.get(uri)
          .body()
          .lines()
          .filter(line -> line.contains("statsfs_kvm_exits") && line.contains(name + "/vcpu0"))
          .forEach(series::add);
      assertEquals(1, series.size(), series::toString);
      String line = series.iterator().next();
      assertTrue(line.contains("name=\"web\"") && line.contains(UUID), line);
      assertTrue(line.endsWith(" " + exits), line + " and not " + exits);
      machines.end(name);
      assertTrue(!ServerProgram.get(uri).body().contains("\"" + name));
    }
  }

  private static boolean isThere(URI uri) {
    try {
      return ServerProgram.get(uri).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void eachStatIsThereOnceBesideDebugfs() throws Exception {
    try (DebugfsMount mount = DebugfsMount.create();
        StatsFs fs = StatsFs.builder().trees("kvm").refreshInterval(Duration.ZERO).build();
        Sampler sampler = fs.sampler()) {
      assertTrue(Files.isDirectory(mount.root().resolve("kvm").resolve(name)));
      Map<String, Stat> stats = new TreeMap<>();
      for (Stat stat : fs.catalog().stats()) {
        assertEquals(null, stats.put(stat.toString(), stat), stat::toString);
      }
      assertEquals(
          List.of(),
          fs.catalog().problems().stream()
              .filter(problem -> problem.kind() == Problem.Kind.DUPLICATE)
              .toList());
      // Of both; of debugfs alone, as it is a sum; of the descriptor alone.
      String machine = "kvm/" + name + "/";
      assertEquals("kvm", backend(stats.get(machine + "remote_tlb_flush")));
      assertEquals("files", backend(stats.get(machine + "exits")));
      assertEquals("kvm", backend(stats.get(machine + "vcpu0/exits")));
      assertEquals("files", backend(stats.get(machine + "vcpu0/pid")));
      sampler.sample();
      Map<String, Status> statuses = new HashMap<>();
      for (int i = 0; i < sampler.size(); i++) {
        statuses.put(sampler.stat(i).toString(), sampler.status(i));
      }
      // Lockdown or not.
      assertEquals(Status.OK, statuses.get(machine + "remote_tlb_flush"));
      assertEquals(Status.OK, statuses.get(machine + "vcpu0/exits"));
      // It comes and goes, and debugfs has it still.
      machines.drop(name);
      fs.refresh();
      assertEquals("files", backend(fs.catalog().get("kvm", name, "remote_tlb_flush")));
      machines.hold(name);
      fs.refresh();
      assertEquals("kvm", backend(fs.catalog().get("kvm", name, "remote_tlb_flush")));
      machines.end(name);
      fs.refresh();
      assertTrue(
          fs.catalog().sources().stream().noneMatch(s -> s.device().startsWith(name)),
          () -> "" + fs.catalog().sources());
    }
  }

  private static String backend(Stat stat) {
    return stat.source().tree().backend();
  }

  @Test
  void whoMayNotLookIsToldWhy() throws Exception {
    List<String> command =
        List.of(
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            System.getProperty("agent.script"),
            "--list",
            "--tree",
            "kvm",
            "--tree",
            "uptime");
    AgentProgram agent = AgentProgram.runCommand(Map.of(), command);
    List<String> lines =
        agent.err().stream().filter(line -> line.contains("CAP_SYS_PTRACE")).toList();
    assertEquals(1, lines.size(), agent::toString);
    assertTrue(lines.get(0).contains("process " + machines.program().pid()), lines.get(0));
    assertTrue(agent.out().stream().noneMatch(line -> line.startsWith("kvm/" + name + "/vcpu")));
  }
}
