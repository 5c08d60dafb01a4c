package io.statsfs.reader.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.contracts.Allocation;
import io.statsfs.contracts.Outcomes;
import io.statsfs.contracts.Plans;
import io.statsfs.core.batch.OpenBatches;
import io.statsfs.spi.SampleMemory;
import io.statsfs.testkit.process.ChildJvm;
import io.statsfs.testkit.process.Command;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The counters of interfaces by netlink, as users have them: the same stats with the same values as
 * from files, without open files. {@code interfaces_test.c} has what is rarer.
 */
class InterfacesTest {
  private static final Path NET = Path.of("/sys/class/net");

  /** Runs a program of this class in a network namespace of its own. */
  private static void inNamespace(boolean ownSysfs, String program) throws Exception {
    inNamespace(ownSysfs ? "mount -t sysfs sysfs /sys && exec" : "exec", program);
  }

  private static void inNamespace(String start, String program) throws Exception {
    String[] namespace = {"unshare", "--net", "--mount", "sh", "-c", start + " \"$@\"", "sh"};
    Command.tryTo(
        "make a network namespace",
        "unshare",
        "--net",
        "--mount",
        "sh",
        "-c",
        "mount -t sysfs sysfs /sys && ip link add e1 type veth peer name e2");
    ChildJvm.Result result =
        ChildJvm.of(InterfacesTest.class)
            .within(namespace)
            .options(NativeLibraryTest.NATIVE_ACCESS)
            .run(program);
    assertEquals(0, result.exit(), result.output() + result.errors());
    assertEquals("done\n", result.output());
  }

  /** The programs. */
  public static void main(String[] args) throws Exception {
    Command.run("ip", "link", "set", "lo", "up");
    switch (args[0]) {
      case "own" -> own();
      case "foreign" -> foreign();
      case "hanging" -> hanging();
      case "unprivileged" -> unprivileged();
      default -> throw new AssertionError(args[0]);
    }
    System.out.println("done");
  }

  private static StatsFs open(String reader) {
    return StatsFs.builder().reader(reader).root(NET).refreshInterval(Duration.ZERO).build();
  }

  /** Increases counters of the loopback interface. */
  private static void send(int packets) throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < packets; i++) {
        socket.send(new DatagramPacket(new byte[100], 100, socket.getLocalSocketAddress()));
      }
    }
  }

  private static void veth(String a, String b) {
    Command.run("ip", "link", "add", a, "type", "veth", "peer", "name", b);
  }

  @Test
  void ownInterfacesComeByNetlinkAsTheyComeFromFiles() throws Exception {
    inNamespace(true, "own");
  }

  private static void own() throws Exception {
    veth("e1", "e2");
    try (StatsFs jni = open("jni");
        StatsFs nio = open("nio");
        Sampler byNetlink = jni.sampler();
        Sampler withTimeout = jni.sampler(StatFilter.all(), Duration.ofMinutes(1));
        Sampler fromFiles = nio.sampler()) {
      for (int i = 1; i <= 3; i++) {
        send(i);
        Map<String, String> values = Outcomes.sample(fromFiles);
        assertEquals(3 * 24, values.size());
        assertEquals(values, Outcomes.sample(byNetlink));
        assertEquals(values, Outcomes.sample(withTimeout));
        assertTrue(Integer.parseInt(values.get("net/lo/tx_bytes")) > 100 * i, "" + values);
        assertEquals(0, jni.diagnostics().filesKeptOpen());
      }
      assertEquals(0, Allocation.ofSamples(byNetlink, 200));

      // Until the catalog changes, a new interface is not there, and one that went is gone.
      veth("e3", "e4");
      Command.run("ip", "link", "delete", "e1");
      assertEquals(3 * 24, Outcomes.sample(byNetlink).size());
      assertEquals(24, byNetlink.count(Status.OK));
      assertEquals(48, byNetlink.count(Status.GONE));
      Command.run("ip", "link", "set", "e4", "name", "e5");
      jni.refresh();
      nio.refresh();
      send(1);
      Map<String, String> values = Outcomes.sample(fromFiles);
      assertEquals(values, Outcomes.sample(byNetlink));
      assertEquals(values, Outcomes.sample(withTimeout));
      assertEquals(3 * 24, byNetlink.count(Status.OK));
      assertTrue(values.containsKey("net/e5/rx_bytes"), "" + values);
      assertEquals(0, jni.diagnostics().filesKeptOpen());
    }
  }

  @Test
  void filesHaveTheirTurnWhileABatchHangs() throws Exception {
    inNamespace(true, "hanging");
  }

  private static void hanging() throws Exception {
    NetlinkUse use = new NetlinkUse(Duration.ZERO);
    try (StatsFs fs = open("jni");
        OpenBatches batches = new OpenBatches()) {
      Source lo = fs.catalog().sources().get(0);
      SampleMemory memory = new SampleMemory(24);
      JniBatch hanging = new JniBatch(batches, Plans.of(lo, 0), memory, use, null);
      JniBatch batch = new JniBatch(batches, Plans.of(lo, 0), memory, use, null);
      batch.sample();
      assertEquals(0, batch.keptOpen());
      assertEquals(-1, batch.position());
      hanging.leftBehind();
      batch.sample();
      assertEquals(24, batch.keptOpen());
      assertEquals(23, batch.position());
      hanging.close();
      batch.sample();
      assertEquals(0, batch.keptOpen());
      // It may have returned before others hear that it hung.
      hanging.leftBehind();
      batch.sample();
      assertEquals(0, batch.keptOpen());
      for (int i = 0; i < 24; i++) {
        assertEquals(Status.OK, memory.status(i));
      }
    }
  }

  /** Who may not mount a sysfs has to see that netlink says the same, while something happens. */
  @Test
  void withoutTheRightToMountTheyComeByNetlinkOnceTheyHaveMoved() throws Exception {
    inNamespace(
        "mount -t sysfs sysfs /sys && exec setpriv --bounding-set=-sys_admin"
            + " --inh-caps=-sys_admin",
        "unprivileged");
  }

  private static void unprivileged() throws Exception {
    send(10_000);
    try (StatsFs jni = open("jni");
        StatsFs nio = open("nio");
        Sampler byNetlink = jni.sampler();
        Sampler fromFiles = nio.sampler()) {
      assertEquals(Outcomes.sample(fromFiles), Outcomes.sample(byNetlink));
      assertEquals(24, jni.diagnostics().filesKeptOpen());
      for (long kept = 24; kept > 0; kept = jni.diagnostics().filesKeptOpen()) {
        Thread.sleep(100);
        send(20);
        assertEquals(Outcomes.sample(fromFiles), Outcomes.sample(byNetlink));
      }
      send(20);
      assertEquals(Outcomes.sample(fromFiles), Outcomes.sample(byNetlink));
      assertEquals(0, Allocation.ofSamples(byNetlink, 200));
    }
  }

  @Test
  void interfacesOfAnotherNamespaceComeFromTheirFiles() throws Exception {
    inNamespace(false, "foreign");
  }

  /** As in a container that has the host's sysfs. */
  private static void foreign() throws Exception {
    send(1);
    try (StatsFs jni = open("jni");
        StatsFs nio = open("nio");
        Sampler sampler = jni.sampler(StatFilter.device("lo"));
        Sampler fromFiles = nio.sampler(StatFilter.device("lo"))) {
      // The machine's own traffic goes on.
      long before = value(fromFiles);
      long own = value(sampler);
      long after = value(fromFiles);
      assertTrue(before <= own && own <= after, before + " " + own + " " + after);
      assertEquals(24, sampler.count(Status.OK));
      assertEquals(24, jni.diagnostics().filesKeptOpen());
    }
  }

  private static long value(Sampler sampler) {
    return Long.parseLong(Outcomes.sample(sampler).get("net/lo/tx_bytes"));
  }
}
