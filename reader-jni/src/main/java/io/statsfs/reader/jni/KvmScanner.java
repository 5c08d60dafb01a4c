package io.statsfs.reader.jni;

import io.statsfs.Problem;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.core.batch.OpenBatches;
import io.statsfs.spi.Batch;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.ScanRequest;
import io.statsfs.spi.ScanResult;
import io.statsfs.spi.Scanner;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Follows the descriptors of statistics that processes have open. All trees are made of one look at
 * them, that of the first tree.
 */
final class KvmScanner implements Scanner {
  /** How many looks the names of processes that may not be looked at are believed. */
  private static final int NAMES_BELIEVED = 10;

  /** What looks for descriptors that take long may take of the time: one part of so many. */
  private static final int SHARE = 50;

  /** What takes no longer is done at each scan. */
  private static final long SHORT_NANOS = Duration.ofMillis(100).toNanos();

  private final List<KvmTree> trees;
  private final List<Problem> problems;
  private final KvmHost host;
  private final KvmCalls calls;
  private final OpenBatches batches = new OpenBatches();

  /** Guarded by this. */
  private Look look = Look.NONE;

  /** Of processes that may not be looked at, whether they seem to have a machine. */
  private final Map<Integer, Boolean> monitors = new HashMap<>();

  private int looks;

  private final LongSupplier nanoTime;

  /** What was found when all processes were looked at last; null if that failed. */
  private @Nullable List<KvmFound> lastFound;

  private long findAt;

  /**
   * Of trees that are open.
   *
   * @param problems why others are not
   */
  KvmScanner(
      List<KvmTree> trees,
      List<Problem> problems,
      KvmHost host,
      KvmCalls calls,
      LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.trees = List.copyOf(trees);
    this.problems = List.copyOf(problems);
    this.host = host;
    this.calls = calls;
  }

  /**
   * What was seen last.
   *
   * @param devices the names of what the descriptors have the statistics of
   * @param names of the machine of a process
   */
  private record Look(
      Map<KvmFound, KvmDescriptor> descriptors,
      Map<KvmDescriptor, String> devices,
      Map<KvmProcess, Map<String, String>> names,
      List<Problem> problems) {
    static final Look NONE = new Look(Map.of(), Map.of(), Map.of(), List.of());
  }

  @Override
  public List<Tree> trees() {
    return trees.stream().map(tree -> tree.tree).toList();
  }

  @Override
  public List<Problem> problems() {
    return problems;
  }

  @Override
  public synchronized ScanResult scan(ScanRequest request) {
    KvmTree first = trees.get(0);
    boolean isFirst = request.tree().equals(first.tree);
    if (isFirst) {
      look = look(request);
    }
    KvmTree tree =
        trees.stream().filter(its -> its.tree.equals(request.tree())).findFirst().orElseThrow();
    KvmTree.Scan scan = tree.new Scan();
    List<KvmSource> sources = new ArrayList<>();
    look.devices.forEach(
        (descriptor, device) -> {
          request.step();
          Map<String, String> names = look.names.getOrDefault(descriptor.found.process(), Map.of());
          sources.addAll(scan.sources(descriptor, device, names));
        });
    scan.end();
    return ScanResult.of(sources, isFirst ? look.problems : List.of());
  }

  private Look look(ScanRequest request) {
    long uses = host.uses();
    if (uses == 0) {
      return Look.NONE;
    }
    request.step();
    List<KvmFound> found;
    try {
      found = find();
    } catch (KvmCalls.Failure e) {
      return new Look(look.descriptors, look.devices, look.names, whyNot(e, uses));
    }
    looks++;
    Found seen = new Found();
    for (KvmFound each : found) {
      request.step();
      seen.add(each);
    }
    Map<KvmDescriptor, String> devices =
        KvmMachines.devices(found, List.copyOf(seen.descriptors.values()));
    return new Look(seen.descriptors, devices, seen.names, seen.problems(uses));
  }

  /** On a host with very many descriptors not at each scan. What is known is looked at anyway. */
  private List<KvmFound> find() throws KvmCalls.Failure {
    long began = nanoTime.getAsLong();
    List<KvmFound> known = lastFound;
    if (known != null && began - findAt < 0) {
      return known;
    }
    lastFound = null;
    List<KvmFound> found = calls.find(host.proc());
    lastFound = found;
    long ended = nanoTime.getAsLong();
    long took = ended - began;
    findAt = took > SHORT_NANOS ? ended + SHARE * took : ended;
    return found;
  }

  private List<Problem> whyNot(KvmCalls.Failure failure, long uses) {
    if (failure.errno() != KvmCalls.Failure.EXDEV) {
      return List.of(
          problem(
              "processes",
              "the descriptors of processes cannot be listed (error "
                  + failure.errno()
                  + "); the virtual machines stay as they were seen last"));
    }
    return uses > 0 || host.firstMonitor() != 0
        ? List.of(
            problem(
                "pid namespace",
                "virtual machines of the host cannot be read, as this process is in another pid"
                    + " namespace. Run it in that of the host, as with --pid=host"))
        : List.of();
  }

  private Problem problem(String cause, String message) {
    Tree tree = trees.get(0).tree;
    return Problem.builder(Problem.Kind.NOT_READABLE, message)
        .tree(tree)
        .place(tree.origin())
        .cause(cause)
        .build();
  }

  /** What one look finds. */
  private final class Found {
    final Map<KvmFound, KvmDescriptor> descriptors = new HashMap<>();
    final Map<KvmProcess, Map<String, String>> names = new HashMap<>();
    private final Map<ByteBuffer, KvmDescriptor> kinds = new HashMap<>();
    private final Set<Integer> unseen = new HashSet<>();
    private boolean isMachineSeen;
    private int denied;
    private int failed;
    private int errno;

    void add(KvmFound found) {
      isMachineSeen |= found.what() == KvmFound.MACHINE;
      switch (found.what()) {
        case KvmFound.DENIED -> unseen.add(found.pid());
        case KvmFound.MACHINE_STATS, KvmFound.VCPU_STATS -> describe(found);
        default -> {
          if (found.pid() == ProcessHandle.current().pid()) {
            describe(found);
          }
        }
      }
    }

    private void describe(KvmFound found) {
      KvmDescriptor before = look.descriptors.get(found);
      try {
        ByteBuffer bytes = calls.describe(host.proc(), found);
        int size = KvmDescription.size(bytes);
        byte[] id = new byte[bytes.capacity() - size];
        bytes.get(size, id);
        ByteBuffer kind = bytes.slice(0, size).order(bytes.order());
        if (before != null && before.isLike(kind, id)) {
          keep(found, before);
          return;
        }
        KvmDescriptor same = kinds.get(kind);
        keep(
            found,
            same == null
                ? new KvmDescriptor(found, kind, KvmDescription.parse(kind), id)
                : new KvmDescriptor(found, same.kind, same.description, id));
      } catch (KvmCalls.Failure e) {
        failed(found, before, e.errno());
      }
    }

    private void keep(KvmFound found, KvmDescriptor descriptor) {
      descriptors.put(found, descriptor);
      kinds.putIfAbsent(descriptor.kind, descriptor);
      KvmProcess process = found.process();
      if (!names.containsKey(process)) {
        Map<String, String> before = look.names.get(process);
        names.put(
            process,
            before == null ? QemuCommandLine.labels(host.commandLine(process.pid())) : before);
      }
    }

    private void failed(KvmFound found, @Nullable KvmDescriptor before, int why) {
      if (why == KvmCalls.Failure.EPERM) {
        denied = denied == 0 ? found.pid() : denied;
      } else if (why != KvmCalls.Failure.ESRCH && why != KvmCalls.Failure.EBADF) {
        failed++;
        errno = why;
        if (before != null) {
          keep(found, before);
        }
      }
    }

    /** One of what this process may not see, where there is evidence of a machine. */
    List<Problem> problems(long uses) {
      List<Problem> problems = new ArrayList<>();
      int monitor = denied == 0 ? monitor() : denied;
      // Processes of others may be hidden altogether.
      if (monitor != 0 || uses > 0 && !isMachineSeen && !host.seesAll()) {
        String such = monitor == 0 ? "" : ", such as that of process " + monitor;
        problems.add(
            problem(
                "rights",
                "virtual machines cannot be read"
                    + such
                    + ". This process needs the capabilities CAP_SYS_PTRACE and, for machines of"
                    + " other users, CAP_DAC_READ_SEARCH, which root has unless a container leaves"
                    + " them out"));
      }
      if (failed > 0) {
        problems.add(
            problem(
                "descriptors",
                failed
                    + (failed == 1 ? " descriptor" : " descriptors")
                    + " of statistics cannot be looked at (error "
                    + errno
                    + ")"));
      }
      return problems;
    }

    /** A process that has the name of one with a machine; 0 if none has that is not seen. */
    private int monitor() {
      if (looks % NAMES_BELIEVED == 1) {
        monitors.clear();
      }
      monitors.keySet().retainAll(unseen);
      int first = 0;
      for (int pid : unseen) {
        if (monitors.computeIfAbsent(pid, host::isMonitor) && (first == 0 || pid < first)) {
          first = pid;
        }
      }
      return first;
    }
  }

  @Override
  public Batch prepare(
      List<Stat> stats, int[] indices, SampleMemory memory, @Nullable Batch previous) {
    if (previous != null) {
      // Refuses if it is closed.
      previous.position();
    }
    KvmMemory machines = new KvmMemory(host.proc(), stats, indices);
    Batch batch =
        new MemoryBatch(
            batches,
            machines.slots(),
            memory,
            machines.write(),
            Native::sampleKvm,
            Native::closeKvm);
    if (previous != null) {
      previous.close();
    }
    return batch;
  }

  private static KvmDescriptor descriptor(Source source) {
    return ((KvmSource) source).descriptor();
  }

  /** All that a descriptor gives is read as one. */
  @Override
  public Object unit(Stat stat) {
    return descriptor(stat.source());
  }

  /** The right to look into a process is had for all of it. */
  @Override
  public Object denialGroup(Stat stat) {
    return descriptor(stat.source()).found.process();
  }

  @Override
  public boolean isSame(Source before, Source next) {
    return descriptor(before) == descriptor(next);
  }

  /** By its process. */
  @Override
  public @Nullable Object look(Stat stat) {
    KvmFound found = descriptor(stat.source()).found;
    return host.startTime(found.pid()) == found.startTime() ? found : null;
  }

  @Override
  public String readerName() {
    return "jni";
  }

  @Override
  public void close() {
    batches.close();
  }
}
