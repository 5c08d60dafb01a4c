package io.statsfs.reader.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Stat;
import io.statsfs.Tree;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the library is told of the descriptors that it is to read. */
class KvmMemoryTest {
  private static final int DATA = KvmBytes.DATA_OFFSET;

  private final KvmTree tree =
      new KvmTree(
          Tree.builder(Layout.builder("kvm").subsystem("kvm").build())
              .backend("kvm")
              .origin("o")
              .build(),
          false);

  /** Five values with a histogram between the second and the third, and one before them all. */
  private List<Stat> vcpu(int number, int fd) {
    ByteBuffer bytes =
        new KvmBytes("kvm-1/vcpu-" + number)
            .with("first", 0)
            .with("a", 0)
            .with("b", 0)
            .with("waits", 4, KvmBytes.NONE, 10, 0, 3, 0)
            .with("c", 0)
            .with("d", 0)
            .with("e", 0)
            .with("before", 0)
            .at(-8)
            .build();
    int size = KvmDescription.size(bytes);
    byte[] id = new byte[KvmBytes.NAME_SIZE];
    bytes.get(size, id);
    ByteBuffer kind = bytes.slice(0, size).order(bytes.order());
    KvmDescriptor descriptor =
        new KvmDescriptor(
            new KvmFound(100, 1, fd, KvmFound.VCPU_STATS, number),
            kind,
            KvmDescription.parse(kind),
            id);
    return KvmSource.of(tree, descriptor, "1-2/vcpu" + number, Map.of()).get(0).stats();
  }

  private static ByteBuffer write(List<Stat> stats, int... slots) {
    return new KvmMemory(Path.of("/proc"), stats, slots).write();
  }

  private static int unit(ByteBuffer memory, int unit, int field) {
    int first = KvmMemory.KVM_SIZE + unit * KvmMemory.KVM_UNIT_SIZE;
    return memory.getInt((first + field) * Integer.BYTES);
  }

  /** As {@code offset:slot*length}, offsets in the data. */
  private static String runs(ByteBuffer memory, int unit) {
    List<String> runs = new ArrayList<>();
    int at = unit(memory, unit, KvmMemory.KVM_UNIT_RUNS);
    for (int i = 0; i < unit(memory, unit, KvmMemory.KVM_UNIT_COUNT); i++) {
      int run = at + i * KvmMemory.KVM_RUN_SIZE * Integer.BYTES;
      int offset = memory.getInt(run + KvmMemory.KVM_RUN_OFFSET * Integer.BYTES) - DATA;
      int slot = memory.getInt(run + KvmMemory.KVM_RUN_SLOT * Integer.BYTES);
      int length = memory.getInt(run + KvmMemory.KVM_RUN_LENGTH * Integer.BYTES);
      runs.add(offset + ":" + slot + "*" + length);
    }
    return String.join(" ", runs);
  }

  @Test
  void valuesThatLieOneBehindTheOtherAreARun() {
    List<Stat> stats = vcpu(0, 20);
    assertEquals("0:0*3 48:3*3 -8:6*1", runs(write(stats, 0, 1, 2, 3, 4, 5, 6), 0));
    // Their places have gaps, or another order.
    assertEquals(
        "0:3*1 8:5*2 48:7*2 64:10*1 -8:11*1", runs(write(stats, 3, 5, 6, 7, 8, 10, 11), 0));
    assertEquals(
        "0:6*1 8:5*1 16:4*1 48:3*1 56:2*1 64:1*1 -8:0*1",
        runs(write(stats, 6, 5, 4, 3, 2, 1, 0), 0));
    // Some are left out.
    assertEquals("8:0*1 48:1*1 64:2*1", runs(write(only(stats, 1, 3, 5), 0, 1, 2), 0));
  }

  private static List<Stat> only(List<Stat> stats, int... which) {
    List<Stat> some = new ArrayList<>();
    for (int i : which) {
      some.add(stats.get(i));
    }
    return some;
  }

  @Test
  void noRunGoesBeyondItsDescriptor() {
    List<Stat> stats = new ArrayList<>(only(vcpu(0, 20), 0, 1));
    stats.addAll(only(vcpu(1, 21), 2, 3));
    ByteBuffer memory = write(stats, 0, 1, 2, 3);
    assertEquals("0:0*2", runs(memory, 0));
    assertEquals("16:2*1 48:3*1", runs(memory, 1));
    assertEquals(DATA + 56, unit(memory, 1, KvmMemory.KVM_UNIT_BYTES));
  }

  @Test
  void descriptionsAreReadToWhereALineOfTheCacheBegins() {
    for (int processes = 1; processes < 5; processes++) {
      List<Stat> stats = new ArrayList<>();
      for (int i = 0; i < processes; i++) {
        stats.addAll(vcpu(i, 20 + i));
      }
      int[] slots = new int[stats.size()];
      for (int i = 0; i < slots.length; i++) {
        slots[i] = i;
      }
      ByteBuffer memory = write(stats, slots);
      int buffer = memory.getInt(KvmMemory.KVM_BUFFER * Integer.BYTES);
      assertEquals(0, memory.alignmentOffset(buffer + 24 + KvmBytes.NAME_SIZE, 64));
      assertTrue(memory.capacity() >= buffer + unit(memory, 0, KvmMemory.KVM_UNIT_BYTES));
      int runs = unit(memory, processes - 1, KvmMemory.KVM_UNIT_RUNS);
      int end = runs + 3 * KvmMemory.KVM_RUN_SIZE * Integer.BYTES;
      assertTrue(buffer >= end, () -> buffer + " is before " + end);
    }
  }
}
