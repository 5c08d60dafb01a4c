package io.statsfs.reader.jni;

import io.statsfs.Stat;
import io.statsfs.spi.PathText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Writes which descriptors of statistics are to be sampled in the way in which the library takes
 * it. The constants are those of {@code kvm.h}.
 */
final class KvmMemory {
  static final int KVM_POSITION = MemoryBatch.POSITION;
  static final int KVM_UNITS = 1;
  static final int KVM_PROCESSES = 2;
  static final int KVM_PROC = 3;
  static final int KVM_DESCRIPTORS = 4;
  static final int KVM_BUFFER = 5;
  static final int KVM_SIZE = 6;

  static final int KVM_UNIT_PROCESS = 0;
  static final int KVM_UNIT_DESCRIPTOR = 1;
  static final int KVM_UNIT_WHAT = 2;
  static final int KVM_UNIT_NUMBER = 3;
  static final int KVM_UNIT_KIND = 4;
  static final int KVM_UNIT_ID = 5;
  static final int KVM_UNIT_BYTES = 6;
  static final int KVM_UNIT_RUNS = 7;
  static final int KVM_UNIT_COUNT = 8;
  static final int KVM_UNIT_SIZE = 9;

  static final int KVM_PROCESS_PID = 0;
  static final int KVM_PROCESS_PIDFD = 1;
  static final int KVM_PROCESS_START = 2;
  static final int KVM_PROCESS_SIZE = 4;

  static final int KVM_UNOPENED = -1;
  static final int KVM_ENDED = -2;

  static final int KVM_RUN_OFFSET = 0;
  static final int KVM_RUN_SLOT = 1;
  static final int KVM_RUN_LENGTH = 2;
  static final int KVM_RUN_SIZE = 3;

  private static final int NONE = -1;

  /** Bytes of a line of the cache. */
  private static final int LINE = 64;

  private final List<Unit> units;
  private final byte[] proc;
  private final Map<KvmProcess, Integer> processes = new LinkedHashMap<>();
  private final Map<ByteBuffer, Integer> kinds = new IdentityHashMap<>();
  private final List<ByteBuffer> pieces = new ArrayList<>();
  private int size;

  /**
   * Of some stats.
   *
   * @param indices where the value of each goes
   */
  KvmMemory(Path proc, List<Stat> stats, int[] indices) {
    byte[] path = PathText.encode(proc);
    this.proc = Arrays.copyOf(path, path.length + 1);
    Map<KvmDescriptor, Unit> byDescriptor = new LinkedHashMap<>();
    for (int i = 0; i < stats.size(); i++) {
      KvmDescriptor descriptor = ((KvmSource) stats.get(i).source()).descriptor();
      byDescriptor
          .computeIfAbsent(descriptor, Unit::new)
          .add(KvmSource.offset(stats.get(i)), Objects.checkIndex(indices[i], Integer.MAX_VALUE));
    }
    byDescriptor.values().forEach(Unit::end);
    units = List.copyOf(byDescriptor.values());
  }

  /** For each unit where its values go. */
  List<int[]> slots() {
    return units.stream().map(unit -> unit.slots).toList();
  }

  /** What is read of a descriptor. */
  private static final class Unit {
    final KvmDescriptor descriptor;
    private int[] offsets = new int[16];
    private int[] slots = new int[16];
    private int count;

    Unit(KvmDescriptor descriptor) {
      this.descriptor = descriptor;
    }

    void add(int offset, int slot) {
      if (count == slots.length) {
        offsets = Arrays.copyOf(offsets, 2 * count);
        slots = Arrays.copyOf(slots, 2 * count);
      }
      offsets[count] = offset;
      slots[count++] = slot;
    }

    void end() {
      offsets = Arrays.copyOf(offsets, count);
      slots = Arrays.copyOf(slots, count);
    }

    /** Values that lie one behind the other, and go into places that do, are a run. */
    List<int[]> runs() {
      List<int[]> runs = new ArrayList<>();
      int[] run = null;
      for (int i = 0; i < count; i++) {
        if (run == null
            || offsets[i] != offsets[i - 1] + KvmDescription.VALUE_BYTES
            || slots[i] != slots[i - 1] + 1) {
          run = new int[KVM_RUN_SIZE];
          run[KVM_RUN_OFFSET] = offsets[i];
          run[KVM_RUN_SLOT] = slots[i];
          runs.add(run);
        }
        run[KVM_RUN_LENGTH]++;
      }
      return runs;
    }

    /** From the beginning of the descriptor on. */
    int bytes() {
      int bytes = descriptor.description.end();
      for (int offset : offsets) {
        bytes = Math.max(bytes, offset + KvmDescription.VALUE_BYTES);
      }
      return bytes;
    }
  }

  /** Where a piece goes, which is aligned for any integer. */
  private int place(ByteBuffer piece) {
    int place = size;
    pieces.add(piece);
    size = aligned(Math.addExact(size, piece.remaining()));
    return place;
  }

  private static int aligned(int bytes) {
    return aligned(bytes, Long.BYTES);
  }

  private static int aligned(int bytes, int unit) {
    return Math.addExact(bytes, unit - 1) & -unit;
  }

  private static ByteBuffer integers(int count) {
    return ByteBuffer.allocate(Math.multiplyExact(count, Integer.BYTES))
        .order(ByteOrder.nativeOrder());
  }

  /** Lays the memory out: a direct buffer. */
  ByteBuffer write() {
    for (Unit unit : units) {
      processes.putIfAbsent(unit.descriptor.found.process(), processes.size());
    }
    int fixed = KVM_SIZE + KVM_UNIT_SIZE * units.size() + KVM_PROCESS_SIZE * processes.size();
    ByteBuffer head = integers(fixed);
    size = aligned(head.capacity());
    int[] header = new int[KVM_SIZE];
    header[KVM_UNITS] = units.size();
    header[KVM_PROCESSES] = processes.size();
    header[KVM_PROC] = place(ByteBuffer.wrap(proc));
    header[KVM_DESCRIPTORS] = NONE;
    head.position(KVM_SIZE * Integer.BYTES);
    int longest = 0;
    int descriptions = 0;
    for (Unit unit : units) {
      put(head, unit(unit));
      longest = Math.max(longest, unit.bytes());
      descriptions = unit.descriptor.description.fieldsOffset();
    }
    for (KvmProcess process : processes.keySet()) {
      int[] its = new int[KVM_PROCESS_SIZE];
      its[KVM_PROCESS_PID] = process.pid();
      its[KVM_PROCESS_PIDFD] = KVM_UNOPENED;
      int at = head.position();
      put(head, its);
      head.putLong(at + KVM_PROCESS_START * Integer.BYTES, process.startTime());
    }
    // The kernel copies the descriptions faster to where a line of the cache begins.
    header[KVM_BUFFER] = aligned(Math.addExact(size, descriptions), LINE) - descriptions;
    head.position(0);
    put(head, header);
    ByteBuffer all =
        ByteBuffer.allocateDirect(Math.addExact(header[KVM_BUFFER], longest + 2 * LINE))
            .alignedSlice(LINE)
            .order(ByteOrder.nativeOrder());
    all.put(0, head, 0, head.capacity());
    int at = aligned(head.capacity());
    for (ByteBuffer piece : pieces) {
      all.put(at, piece, piece.position(), piece.remaining());
      at = aligned(at + piece.remaining());
    }
    return all;
  }

  private int[] unit(Unit unit) {
    KvmDescriptor descriptor = unit.descriptor;
    List<int[]> runs = unit.runs();
    int[] its = new int[KVM_UNIT_SIZE];
    its[KVM_UNIT_PROCESS] = processes.get(descriptor.found.process());
    its[KVM_UNIT_DESCRIPTOR] = descriptor.found.fd();
    its[KVM_UNIT_WHAT] = descriptor.found.what();
    its[KVM_UNIT_NUMBER] = descriptor.found.number();
    its[KVM_UNIT_KIND] = kinds.computeIfAbsent(descriptor.kind, this::place);
    its[KVM_UNIT_ID] = place(ByteBuffer.wrap(descriptor.id()));
    its[KVM_UNIT_BYTES] = unit.bytes();
    its[KVM_UNIT_RUNS] = place(runs(runs));
    its[KVM_UNIT_COUNT] = runs.size();
    return its;
  }

  private static ByteBuffer runs(List<int[]> runs) {
    ByteBuffer all = integers(KVM_RUN_SIZE * runs.size());
    runs.forEach(run -> put(all, run));
    return all.flip();
  }

  private static void put(ByteBuffer text, int[] integers) {
    for (int integer : integers) {
      text.putInt(integer);
    }
  }
}
