package io.statsfs.reader.jni;

import static io.statsfs.reader.jni.KvmFound.MACHINE;
import static io.statsfs.reader.jni.KvmFound.MACHINE_STATS;
import static io.statsfs.reader.jni.KvmFound.VCPU;
import static io.statsfs.reader.jni.KvmFound.VCPU_STATS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which machine a descriptor is of. */
class KvmMachinesTest {
  private final List<KvmFound> found = new ArrayList<>();
  private final List<KvmDescriptor> descriptors = new ArrayList<>();

  private void machine(int pid, long start, int fd) {
    found.add(new KvmFound(pid, start, fd, MACHINE, -1));
  }

  private void stats(int pid, long start, int fd, String id) {
    int vcpu = id.contains("/") ? Integer.parseInt(id.substring(id.lastIndexOf('-') + 1)) : -1;
    KvmFound its = new KvmFound(pid, start, fd, vcpu < 0 ? MACHINE_STATS : VCPU_STATS, vcpu);
    found.add(its);
    add(its, id);
  }

  private void add(KvmFound its, String id) {
    ByteBuffer bytes = new KvmBytes(id).build();
    int size = KvmDescription.size(bytes);
    byte[] idBytes = new byte[bytes.capacity() - size];
    bytes.get(size, idBytes);
    descriptors.add(
        new KvmDescriptor(its, bytes.slice(0, size), KvmDescription.parse(bytes), idBytes));
  }

  /** By pid and descriptor. */
  private Map<String, String> devices() {
    Map<String, String> devices = new TreeMap<>();
    KvmMachines.devices(found, descriptors)
        .forEach((its, device) -> devices.put(its.found.pid() + ":" + its.found.fd(), device));
    return devices;
  }

  @Test
  void theOnlyMachineOfAProcessHasTheNameOfItsDirectory() {
    machine(100, 1, 11);
    stats(100, 1, 20, "kvm-101");
    stats(100, 1, 21, "kvm-101/vcpu-0");
    stats(100, 1, 22, "kvm-101/vcpu-3");
    machine(200, 2, 9);
    stats(200, 2, 15, "kvm-200/vcpu-0");
    assertEquals(
        Map.of(
            "100:20", "101-11",
            "100:21", "101-11/vcpu0",
            "100:22", "101-11/vcpu3",
            "200:15", "200-9/vcpu0"),
        devices());
  }

  @Test
  void machinesOfOneThreadCannotBeToldApart() {
    machine(100, 1, 11);
    machine(100, 1, 12);
    stats(100, 1, 20, "kvm-100");
    stats(100, 1, 21, "kvm-100/vcpu-0");
    stats(100, 1, 22, "kvm-100/vcpu-0");
    assertEquals(
        Map.of(
            "100:20", "100-stats20",
            "100:21", "100-stats21/vcpu0",
            "100:22", "100-stats22/vcpu0"),
        devices());
  }

  @Test
  void theOnlyStatisticsMayBeOfEitherOfTwoMachines() {
    machine(100, 1, 11);
    machine(100, 1, 12);
    stats(100, 1, 20, "kvm-100/vcpu-0");
    assertEquals(Map.of("100:20", "100-stats20/vcpu0"), devices());
  }

  @Test
  void machinesOfSeveralThreadsNeither() {
    machine(100, 1, 11);
    machine(100, 1, 12);
    stats(100, 1, 20, "kvm-100");
    stats(100, 1, 21, "kvm-101");
    assertEquals(Map.of("100:20", "100-stats20", "100:21", "101-stats21"), devices());
  }

  @Test
  void whatIsLeftOfAMachineThatWasClosedTakesNoName() {
    // Of the first, the process has still statistics open.
    machine(100, 1, 11);
    stats(100, 1, 20, "kvm-100");
    stats(100, 1, 21, "kvm-100");
    stats(100, 1, 22, "kvm-100/vcpu-0");
    assertEquals(
        Map.of(
            "100:20", "100-stats20",
            "100:21", "100-stats21",
            "100:22", "100-stats22/vcpu0"),
        devices());
  }

  /** As QEMU does, which holds no statistics of the machine itself. */
  @Test
  void eachVcpuMayBeMadeByAThreadOfItsOwn() {
    machine(100, 1, 11);
    stats(100, 1, 21, "kvm-103/vcpu-0");
    assertEquals(Map.of("100:21", "100-11/vcpu0"), devices());
    stats(100, 1, 22, "kvm-104/vcpu-1");
    assertEquals(Map.of("100:21", "100-11/vcpu0", "100:22", "100-11/vcpu1"), devices());
    stats(100, 1, 20, "kvm-102");
    assertEquals(
        Map.of("100:20", "102-11", "100:21", "102-11/vcpu0", "100:22", "102-11/vcpu1"), devices());
  }

  @Test
  void aProcessThatHasVcpusAloneHasNoMachine() {
    found.add(new KvmFound(100, 1, 12, VCPU, 0));
    stats(100, 1, 21, "kvm-100/vcpu-0");
    assertEquals(Map.of("100:21", "100-stats21/vcpu0"), devices());
  }

  @Test
  void aProcessThatWasForkedDoesNotTakeTheName() {
    machine(300, 9, 11);
    stats(300, 9, 20, "kvm-400");
    machine(400, 5, 11);
    stats(400, 5, 20, "kvm-400");
    assertEquals(Map.of("400:20", "400-11"), devices());
  }

  @Test
  void anIdOfAnotherFormGivesNoName() {
    machine(100, 1, 11);
    stats(100, 1, 20, "vm-100");
    assertEquals(Map.of("100:20", "100-stats20"), devices());
  }

  @Test
  void theOwnMachinesAreKnown() {
    for (int fd : new int[] {11, 12}) {
      KvmFound its = new KvmFound(100, 1, fd, MACHINE, -1);
      found.add(its);
      add(its, "kvm-100");
    }
    KvmFound vcpu = new KvmFound(100, 1, 13, VCPU, 0);
    found.add(vcpu);
    add(vcpu, "kvm-100/vcpu-0");
    assertEquals(
        Map.of("100:11", "100-11", "100:12", "100-12", "100:13", "100-stats13/vcpu0"), devices());
  }
}
