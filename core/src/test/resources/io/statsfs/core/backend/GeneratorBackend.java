package example;

import io.statsfs.Layout;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Status;
import io.statsfs.Tree;
import io.statsfs.spi.Backend;
import io.statsfs.spi.BackendSettings;
import io.statsfs.spi.Batch;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.ScanRequest;
import io.statsfs.spi.ScanResult;
import io.statsfs.spi.Scanner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Numbers of this JVM, each under a device and a name. Whoever has them puts them into a map. */
public final class GeneratorBackend implements Backend {
  /** What a generator throws that the kernel, so to speak, permits to nobody. */
  public static final class Denied extends RuntimeException {}

  /** By {@code device/name}. */
  public static final Map<String, LongSupplier> GENERATORS = new ConcurrentHashMap<>();

  /** Called at the beginning of each scan. */
  public static volatile Runnable onScan = () -> {};

  /** Why this cannot work here; null if it can. */
  public static volatile Throwable unavailabilityCause;

  public static volatile int closed;

  private static final Tree TREE =
      Tree.builder(Layout.builder("generator").build())
          .backend("generator")
          .origin("generators of this JVM")
          .build();

  @Override
  public String name() {
    return "generator";
  }

  @Override
  public Set<String> treeNames() {
    return Set.of("generator");
  }

  @Override
  public Throwable unavailabilityCause() {
    return unavailabilityCause;
  }

  @Override
  public Scanner open(BackendSettings settings) {
    return new GeneratorScanner();
  }

  private static final class Device implements Source {
    final String device;
    final List<Stat> stats = new ArrayList<>();
    final List<LongSupplier> generators = new ArrayList<>();

    Device(String device) {
      this.device = device;
    }

    @Override
    public Tree tree() {
      return TREE;
    }

    @Override
    public String subsystem() {
      return "generator";
    }

    @Override
    public String device() {
      return device;
    }

    @Override
    public Map<String, String> labels() {
      return Map.of("device", device);
    }

    @Override
    public List<Stat> stats() {
      return stats;
    }

    @Override
    public String origin() {
      return "generators of " + device;
    }

    @Override
    public String toString() {
      return "generator/" + device;
    }
  }

  private static final class Generated implements Stat {
    final Device source;
    final String name;
    final LongSupplier generator;

    Generated(Device source, String name, LongSupplier generator) {
      this.source = source;
      this.name = name;
      this.generator = generator;
    }

    String key() {
      return source.device + "/" + name;
    }

    @Override
    public Source source() {
      return source;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Kind kind() {
      return Kind.COUNTER;
    }

    @Override
    public Type type() {
      return Type.INT;
    }

    @Override
    public String description() {
      return "What " + name + " generates";
    }

    @Override
    public String unit() {
      return "{number}";
    }

    @Override
    public String origin() {
      return "generator " + name + " of " + source.device;
    }

    @Override
    public String toString() {
      return source + "/" + name;
    }
  }

  private static final class GeneratorScanner implements Scanner {
    private final Set<GeneratorBatch> open = ConcurrentHashMap.newKeySet();
    private boolean isClosed;
    private Map<String, Device> known = Map.of();

    @Override
    public List<Tree> trees() {
      return List.of(TREE);
    }

    @Override
    public ScanResult scan(ScanRequest request) {
      onScan.run();
      Map<String, Device> found = new LinkedHashMap<>();
      GENERATORS.keySet().stream()
          .sorted()
          .forEach(
              key -> {
                request.step();
                String name = key.substring(key.indexOf('/') + 1);
                Device device =
                    found.computeIfAbsent(key.substring(0, key.indexOf('/')), Device::new);
                LongSupplier generator = GENERATORS.get(key);
                if (generator != null) {
                  device.stats.add(new Generated(device, name, generator));
                  device.generators.add(generator);
                }
              });
      found.values().removeIf(device -> device.stats.isEmpty());
      found.replaceAll(
          (name, device) -> {
            Device before = known.get(name);
            return before != null && before.generators.equals(device.generators) ? before : device;
          });
      known = found;
      return ScanResult.of(List.copyOf(found.values()), List.of());
    }

    @Override
    public Batch prepare(
        List<Stat> stats, int[] indices, SampleMemory memory, Batch previous) {
      if (isClosed) {
        throw new IllegalStateException("closed");
      }
      if (previous != null) {
        ((GeneratorBatch) previous).requireOpen();
        previous.close();
        open.remove(previous);
      }
      GeneratorBatch batch = new GeneratorBatch(stats, indices, memory);
      open.add(batch);
      return batch;
    }

    @Override
    public Object look(Stat stat) {
      Generated it = (Generated) stat;
      return it.generator == GENERATORS.get(it.key()) ? it.generator : null;
    }

    @Override
    public void close() {
      if (!isClosed) {
        closed++;
      }
      isClosed = true;
      open.forEach(Batch::close);
    }
  }

  private static final class GeneratorBatch implements Batch {
    private final int[][] units;
    private final LongSupplier[] generators;
    private final String[] keys;
    private final SampleMemory memory;
    private volatile int position;
    private volatile boolean isClosed;

    GeneratorBatch(List<Stat> stats, int[] indices, SampleMemory memory) {
      this.memory = memory;
      units = new int[indices.length][];
      generators = new LongSupplier[indices.length];
      keys = new String[indices.length];
      for (int i = 0; i < indices.length; i++) {
        units[i] = new int[] {indices[i]};
        generators[i] = ((Generated) stats.get(i)).generator;
        keys[i] = ((Generated) stats.get(i)).key();
      }
    }

    void requireOpen() {
      if (isClosed) {
        throw new IllegalStateException("closed");
      }
    }

    @Override
    public int units() {
      return units.length;
    }

    @Override
    public int[] indices(int unit) {
      return units[unit];
    }

    @Override
    public void sample() {
      requireOpen();
      for (int unit = 0; unit < units.length; unit++) {
        int index = units[unit][0];
        if (memory.isLeftOut(index)) {
          continue;
        }
        position = unit;
        if (GENERATORS.get(keys[unit]) != generators[unit]) {
          memory.putFailure(index, Status.GONE, 0);
          continue;
        }
        try {
          memory.putLong(index, generators[unit].getAsLong());
        } catch (Denied e) {
          memory.putFailure(index, Status.DENIED, 1);
        }
      }
    }

    @Override
    public int position() {
      return position;
    }

    @Override
    public void close() {
      isClosed = true;
    }
  }
}
