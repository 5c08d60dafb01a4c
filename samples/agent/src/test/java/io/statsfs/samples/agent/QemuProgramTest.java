package io.statsfs.samples.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is read of the vCPUs of a real QEMU is what QEMU itself says of them. */
@Tag("qemu")
class QemuProgramTest {
  private static final String UUID = "4dea22b3-1d52-d8f3-2516-782e98ab3fa0";
  private static final int VCPUS = 2;
  private static final int ROUNDS = 20;

  private static final Pattern CPU = Pattern.compile("\"qom-path\": \"([^\"]+)\"");
  private static final Pattern STAT =
      Pattern.compile("\\{\"name\": \"(\\w+)\", \"value\": (\\[[^]]*]|[^}]*)}");

  private Process qemu;
  private Writer commands;
  private BufferedReader replies;
  private List<String> cpus;

  @BeforeEach
  void start() throws IOException {
    List<String> command = new ArrayList<>(List.of(System.getProperty("qemu")));
    command.addAll(List.of("-machine", "microvm", "-accel", "kvm"));
    command.addAll(List.of("-cpu", "host,arch-capabilities=off", "-smp", "" + VCPUS, "-m", "64"));
    command.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none", "-qmp", "stdio"));
    command.addAll(List.of("-name", "guest=web,debug-threads=on", "-uuid", UUID));
    qemu = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    commands = qemu.outputWriter();
    replies = qemu.inputReader();
    assertTrue(replies.readLine().startsWith("{\"QMP\""));
    ask("{\"execute\": \"qmp_capabilities\"}");
    cpus = new ArrayList<>();
    Matcher cpu = CPU.matcher(ask("{\"execute\": \"query-cpus-fast\"}"));
    while (cpu.find()) {
      cpus.add(cpu.group(1));
    }
    assertEquals(VCPUS, cpus.size());
  }

  @AfterEach
  void end() throws InterruptedException {
    qemu.destroy();
    if (!qemu.waitFor(10, TimeUnit.SECONDS)) {
      qemu.destroyForcibly();
    }
  }

  /** What it returns, on one line; events come in between. */
  private String ask(String command) throws IOException {
    commands.write(command + "\n");
    commands.flush();
    String reply = replies.readLine();
    while (reply != null && reply.contains("\"event\"")) {
      reply = replies.readLine();
    }
    assertTrue(reply != null && reply.startsWith("{\"return\""), () -> "a reply to " + command);
    return reply;
  }

  /** Of all vCPUs, by number, slash and name; of histograms by those of their buckets, too. */
  private Map<String, Long> query() throws IOException {
    Map<String, Long> all = new TreeMap<>();
    for (int number = 0; number < cpus.size(); number++) {
      String arguments = "{\"target\": \"vcpu\", \"vcpus\": [\"" + cpus.get(number) + "\"]}";
      Matcher stat =
          STAT.matcher(ask("{\"execute\": \"query-stats\", \"arguments\": " + arguments + "}"));
      while (stat.find()) {
        String name = "vcpu" + number + "/" + stat.group(1);
        String value = stat.group(2).trim();
        if (!value.startsWith("[")) {
          all.put(name, number(value));
          continue;
        }
        String[] buckets = value.substring(1, value.length() - 1).split(", *");
        for (int i = 0; i < buckets.length; i++) {
          // QEMU has them from the last one on.
          int bucket = buckets.length - 1 - i;
          all.put(name + "/" + (bucket == 0 ? 0 : 1L << bucket - 1), number(buckets[i]));
        }
      }
    }
    return all;
  }

  private static long number(String value) {
    return switch (value) {
      case "true" -> 1;
      case "false" -> 0;
      default -> Long.parseUnsignedLong(value);
    };
  }

  private boolean isIts(Stat stat) {
    return stat.source().origin().endsWith(" of process " + child());
  }

  /** QEMU itself, if it is started by a shell that stays; else that is it. */
  private long child() {
    return qemu.toHandle().children().findFirst().orElse(qemu.toHandle()).pid();
  }

  private static String key(Stat stat) {
    String device = stat.source().device();
    String bucket = stat.source().labels().getOrDefault("bucket", "");
    String vcpu = device.substring(device.indexOf('/') + 1).replaceAll("/.*", "");
    return vcpu + "/" + stat.name() + (bucket.isEmpty() ? "" : "/" + bucket);
  }

  private static Map<String, Long> sample(Sampler sampler) {
    sampler.sample();
    Map<String, Long> values = new TreeMap<>();
    for (int i = 0; i < sampler.size(); i++) {
      assertEquals(Status.OK, sampler.status(i), sampler.stat(i)::toString);
      values.put(key(sampler.stat(i)), sampler.longValue(i));
    }
    return values;
  }

  @Test
  void statsAreThoseThatItSays() throws Exception {
    StatFilter its = this::isIts;
    try (StatsFs fs =
            StatsFs.builder()
                .trees("kvm", "kvm_histogram")
                .reader("jni")
                .refreshInterval(Duration.ZERO)
                .build();
        Sampler sampler = fs.sampler(its)) {
      int[] same = {0};
      for (int round = 0; round < ROUNDS; round++) {
        Map<String, Long> before = query();
        Map<String, Long> ours = sample(sampler);
        Map<String, Long> after = query();
        assertEquals(before.keySet(), ours.keySet());
        before.forEach(
            (stat, value) -> {
              long our = ours.get(stat);
              // A state may come and go in between; these are compared when it is stopped.
              if (isCounter(stat)) {
                assertTrue(value <= our && our <= after.get(stat), stat);
              }
              same[0] += value == our ? 1 : 0;
            });
      }
      assertTrue(same[0] > ROUNDS * sampler.size() / 2, () -> same[0] + " of them stood still");
      ask("{\"execute\": \"stop\"}");
      Map<String, Long> stopped = query();
      assertEquals(stopped, sample(sampler));
      assertTrue(stopped.get("vcpu0/exits") > 0, stopped::toString);
    }
  }

  /** What goes up and down in a vCPU are states of which there are two. */
  private static boolean isCounter(String stat) {
    return !stat.endsWith("/blocking") && !stat.endsWith("/guest_mode");
  }

  @Test
  void vcpusHaveTheNamesOfItsCommandLine() {
    try (StatsFs fs = StatsFs.builder().trees("kvm").reader("jni").build()) {
      Set<String> sources = new TreeSet<>();
      for (Source source : fs.catalog().sources()) {
        if (isIts(source.stats().get(0))) {
          Map<String, String> labels = source.labels();
          assertEquals(source.device(), labels.get("device"));
          String number = source.device().replaceAll("^" + child() + "-[0-9]+/", "");
          sources.add(number + " " + labels.get("name") + " " + labels.get("uuid"));
        }
      }
      assertEquals(Set.of("vcpu0 web " + UUID, "vcpu1 web " + UUID), sources);
    }
  }
}
