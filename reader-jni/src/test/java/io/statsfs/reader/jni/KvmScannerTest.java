package io.statsfs.reader.jni;

import static io.statsfs.reader.jni.KvmFound.DENIED;
import static io.statsfs.reader.jni.KvmFound.MACHINE;
import static io.statsfs.reader.jni.KvmFound.MACHINE_STATS;
import static io.statsfs.reader.jni.KvmFound.VCPU_STATS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Stat.Kind;
import io.statsfs.Tree;
import io.statsfs.spi.ScanRequest;
import io.statsfs.spi.ScanResult;
import io.statsfs.spi.StatDeclaration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of descriptors, which a procfs of the test's and a script give. */
class KvmScannerTest {
  private static final int EMFILE = 24;

  private static final Layout LAYOUT =
      Layout.builder("kvm")
          .subsystem("kvm")
          .exclude("secret*")
          .stats(
              List.of(
                  StatDeclaration.of("exits", Kind.COUNTER, "{exit}", "Exits.", ""),
                  StatDeclaration.of("blocking", Kind.LEVEL, "{vcpu}", "Blocked.", ""),
                  StatDeclaration.of("halt_wait_ns", Kind.COUNTER, "{wrong}", "Waits.", ""),
                  StatDeclaration.of("ratio", Kind.DISCRETE, "", "Ratio.", ""),
                  StatDeclaration.builder("rare", Kind.COUNTER).byDefault(false).build()))
          .build();
  private static final Tree TREE = Tree.builder(LAYOUT).backend("kvm").origin("o").build();
  private static final Tree HISTOGRAMS =
      Tree.builder(
              Layout.builder("kvm_histogram")
                  .backend("kvm")
                  .subsystem("kvm")
                  .excludeLabel("bucket", "4")
                  .stats(List.of(StatDeclaration.of("waits", Kind.COUNTER, "{wait}", "Waits.", "")))
                  .build())
          .backend("kvm")
          .origin("o")
          .build();

  @TempDir Path directory;

  private final Script script = new Script();
  private KvmScanner scanner;

  private static final class Script implements KvmCalls {
    final List<KvmFound> found = new ArrayList<>();
    final Map<Integer, ByteBuffer> described = new HashMap<>();
    final Map<Integer, Integer> errors = new HashMap<>();
    int error;
    int calls;
    long nanoTime;
    long findTakes;

    @Override
    public List<KvmFound> find(Path proc) throws Failure {
      calls++;
      nanoTime += findTakes;
      if (error != 0) {
        throw new Failure(error);
      }
      return List.copyOf(found);
    }

    @Override
    public ByteBuffer describe(Path proc, KvmFound its) throws Failure {
      if (errors.containsKey(its.fd())) {
        throw new Failure(errors.get(its.fd()));
      }
      return described.get(its.fd());
    }

    void machine(int pid, int fd) {
      found.add(new KvmFound(pid, 1, fd, MACHINE, -1));
    }

    void stats(int pid, int fd, KvmBytes bytes) {
      found.add(new KvmFound(pid, 1, fd, MACHINE_STATS, -1));
      described.put(fd, bytes.build());
    }

    void vcpu(int pid, int fd, int number, KvmBytes bytes) {
      found.add(new KvmFound(pid, 1, fd, VCPU_STATS, number));
      described.put(fd, bytes.build());
    }
  }

  private record Whole(Tree tree) implements ScanRequest {
    @Override
    public int maxSources() {
      return 1000;
    }

    @Override
    public int maxStats() {
      return 1000;
    }

    @Override
    public void step() {}
  }

  @BeforeEach
  void open() {
    KvmHost host =
        new KvmHost(
            directory.resolve("proc"), directory.resolve("sys"), directory.resolve("dev/kvm"));
    List<KvmTree> trees = List.of(new KvmTree(TREE, false), new KvmTree(HISTOGRAMS, true));
    scanner = new KvmScanner(trees, List.of(), host, script, () -> script.nanoTime);
  }

  private void write(String path, String text) throws IOException {
    Path file = directory.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static KvmBytes machine(String id) {
    return new KvmBytes(id).with("exits", 0).with("pages_4k", 1);
  }

  private List<String> scan(Tree tree) {
    List<String> sources = new ArrayList<>();
    for (Source source : scanner.scan(new Whole(tree)).sources()) {
      sources.add(source + " " + source.labels());
    }
    return sources.stream().sorted().toList();
  }

  private List<String> problems() {
    return scanner.scan(new Whole(TREE)).problems().stream().map(Problem::message).toList();
  }

  @Test
  void machinesAndVcpusAreSources() throws Exception {
    script.machine(100, 11);
    script.stats(100, 20, machine("kvm-101"));
    script.vcpu(100, 21, 0, machine("kvm-101/vcpu-0"));
    write("proc/100/cmdline", "qemu-system-x86_64\0-name\0guest=web\0-uuid\0u-1\0");
    assertEquals(
        List.of(
            "kvm/101-11 {subsystem=kvm, device=101-11, name=web, uuid=u-1}",
            "kvm/101-11/vcpu0 {subsystem=kvm, device=101-11/vcpu0, name=web, uuid=u-1}"),
        scan(TREE));
    assertEquals(List.of(), scan(HISTOGRAMS));
    assertEquals(1, script.calls, "one look for both trees");
  }

  @Test
  void statsAreWhatTheKernelSaysAndTheDeclarationKnows() {
    script.machine(100, 11);
    script.stats(
        100,
        20,
        new KvmBytes("kvm-101")
            .with("exits", 0)
            .with("blocking", 1, KvmBytes.BOOLEAN, 10, 0, 1, 0)
            .with("halt_wait_ns", 0, KvmBytes.SECONDS, 10, -9, 1, 0)
            .with("max_rmap", 2)
            .with("ratio", 1)
            .with("rare", 0)
            .with("secret_one", 0)
            .with("waits", 4, KvmBytes.SECONDS, 10, -9, 3, 0)
            .with("newer", 11));
    Source source = scanner.scan(new Whole(TREE)).sources().get(0);
    List<String> stats = new ArrayList<>();
    for (Stat stat : source.stats()) {
      stats.add(
          String.join(
              " ",
              stat.name(),
              "" + stat.kind(),
              "" + stat.type(),
              stat.unit(),
              "" + stat.isDefault(),
              stat.description()));
      assertSame(source, stat.source());
      assertEquals("descriptor 20 of process 100", stat.origin());
    }
    assertEquals(
        List.of(
            "exits COUNTER INT {exit} true Exits.",
            "blocking LEVEL INT {vcpu} true Blocked.",
            "halt_wait_ns COUNTER INT ns true Waits.",
            "max_rmap LEVEL INT  true ",
            "ratio DISCRETE INT  true Ratio.",
            "rare COUNTER INT  false ",
            "newer LEVEL INT  true "),
        stats);
  }

  @Test
  void bucketsOfHistogramsAreSources() {
    script.machine(100, 11);
    script.vcpu(
        100,
        21,
        0,
        new KvmBytes("kvm-101/vcpu-0")
            .with("exits", 0)
            .with("waits", 4, KvmBytes.SECONDS, 10, -9, 5, 0)
            .with("sizes", 3, KvmBytes.BYTES, 10, 0, 2, 2));
    assertEquals(1, scan(TREE).size());
    // That of 4 is excluded.
    assertEquals(
        List.of(
            "kvm/100-11/vcpu0/0 {subsystem=kvm, device=100-11/vcpu0, bucket=0}",
            "kvm/100-11/vcpu0/1 {subsystem=kvm, device=100-11/vcpu0, bucket=1}",
            "kvm/100-11/vcpu0/2 {subsystem=kvm, device=100-11/vcpu0, bucket=2}",
            "kvm/100-11/vcpu0/8 {subsystem=kvm, device=100-11/vcpu0, bucket=8}"),
        scan(HISTOGRAMS));
    Source second =
        scanner.scan(new Whole(HISTOGRAMS)).sources().stream()
            .filter(source -> source.device().endsWith("/2"))
            .findFirst()
            .orElseThrow();
    assertEquals(
        List.of("kvm/100-11/vcpu0/2/waits", "kvm/100-11/vcpu0/2/sizes"),
        second.stats().stream().map(Object::toString).toList());
    assertEquals("{wait}", second.stats().get(0).unit());
    assertEquals("", second.stats().get(1).unit());
    assertEquals(Kind.COUNTER, second.stats().get(1).kind());
    assertEquals(4096 + 8 + 2 * 8, KvmSource.offset(second.stats().get(0)));
    assertEquals(4096 + 8 + 5 * 8 + 8, KvmSource.offset(second.stats().get(1)));
    assertSame(
        scanner.unit(second.stats().get(0)),
        scanner.unit(scanner.scan(new Whole(TREE)).sources().get(0).stats().get(0)));
  }

  @Test
  void whatStaysIsTheSameAndWhatIsAnotherIsNot() {
    script.machine(100, 11);
    script.stats(100, 20, machine("kvm-101"));
    ScanResult first = scanner.scan(new Whole(TREE));
    assertSame(first.sources().get(0), scanner.scan(new Whole(TREE)).sources().get(0));
    // Another descriptor has its number.
    script.described.put(20, machine("kvm-102").build());
    Source next = scanner.scan(new Whole(TREE)).sources().get(0);
    assertEquals("102-11", next.device());
    assertFalse(scanner.isSame(first.sources().get(0), next));
    // Another process has its pid.
    script.found.replaceAll(its -> new KvmFound(its.pid(), 2, its.fd(), its.what(), its.number()));
    assertNotSame(next, scanner.scan(new Whole(TREE)).sources().get(0));
    script.found.clear();
    assertEquals(List.of(), scan(TREE));
  }

  @Test
  void kindsAreShared() {
    script.machine(100, 11);
    script.vcpu(100, 20, 0, machine("kvm-100/vcpu-0"));
    script.vcpu(100, 21, 1, machine("kvm-100/vcpu-1"));
    List<Source> sources = scanner.scan(new Whole(TREE)).sources();
    assertSame(
        ((KvmSource) sources.get(0)).descriptor().kind,
        ((KvmSource) sources.get(1)).descriptor().kind);
  }

  @Test
  void aDescriptorThatIsGoneIsNoProblem() {
    script.machine(100, 11);
    script.stats(100, 20, machine("kvm-101"));
    for (int error : new int[] {KvmCalls.Failure.ESRCH, KvmCalls.Failure.EBADF}) {
      script.errors.put(20, error);
      assertEquals(List.of(), scan(TREE));
      assertEquals(List.of(), problems());
    }
  }

  @Test
  void anyOtherFailureKeepsWhatIsKnown() {
    script.machine(100, 11);
    script.stats(100, 20, machine("kvm-101"));
    Source known = scanner.scan(new Whole(TREE)).sources().get(0);
    script.errors.put(20, EMFILE);
    ScanResult result = scanner.scan(new Whole(TREE));
    assertEquals(List.of(known), result.sources());
    assertEquals(List.of("1 descriptor of statistics cannot be looked at (error 24)"), problems());
    script.error = EMFILE;
    assertEquals(List.of(known), scanner.scan(new Whole(TREE)).sources());
    assertTrue(problems().get(0).contains("(error 24)"), () -> "" + problems());
  }

  @Test
  void whoMayNotLookIsToldWhichRightItTakes() throws Exception {
    script.machine(100, 11);
    script.stats(100, 20, machine("kvm-101"));
    script.errors.put(20, KvmCalls.Failure.EPERM);
    assertEquals(List.of(), scan(TREE));
    assertEquals(
        List.of(
            "virtual machines cannot be read, such as that of process 100. This process needs the"
                + " capabilities CAP_SYS_PTRACE and, for machines of other users,"
                + " CAP_DAC_READ_SEARCH, which root has unless a container leaves them out"),
        problems());
  }

  @Test
  void whoMayNotListIsToldOnlyWhereThereIsAMachine() throws Exception {
    script.found.add(new KvmFound(300, 0, -1, DENIED, -1));
    script.found.add(new KvmFound(301, 0, -1, DENIED, -1));
    write("proc/300/comm", "systemd\n");
    write("proc/301/comm", "sshd\n");
    assertEquals(List.of(), problems());
    // No sign of a machine, but of a queue of the kernel.
    write("proc/300/comm", "kvm-irqfd-clean\n");
    open();
    assertEquals(List.of(), problems());
    write("proc/301/comm", "qemu-system-x86\n");
    open();
    assertEquals(1, problems().size());
    assertTrue(problems().get(0).contains("process 301"), () -> "" + problems());
    Files.delete(directory.resolve("proc/301/comm"));
    open();
    assertEquals(List.of(), problems());
    // The module says that there is one.
    Files.createDirectories(directory.resolve("sys/module/kvm/holders/kvm_intel"));
    write("sys/module/kvm_intel/refcnt", "3\n");
    assertEquals(1, problems().size());
    assertFalse(problems().get(0).contains("such as"), () -> "" + problems());
  }

  @Test
  void withoutAMachineNothingIsLookedAt() throws Exception {
    Files.createDirectories(directory.resolve("sys/module/kvm/holders/kvm_amd"));
    write("sys/module/kvm_amd/refcnt", "0\n");
    script.machine(100, 11);
    script.stats(100, 20, machine("kvm-101"));
    assertEquals(List.of(), scan(TREE));
    assertEquals(0, script.calls);
    write("sys/module/kvm_amd/refcnt", "4\n");
    assertEquals(1, scan(TREE).size());
    write("sys/module/kvm_amd/refcnt", "0\n");
    assertEquals(List.of(), scan(TREE));
  }

  @Test
  void whatTakesLongIsRepeatedRarely() {
    script.machine(100, 11);
    script.stats(100, 20, machine("kvm-101"));
    script.findTakes = 100_000_000;
    assertEquals(1, scan(TREE).size());
    assertEquals(1, scan(TREE).size());
    assertEquals(2, script.calls, "not long");
    script.findTakes = 200_000_000;
    scan(TREE);
    script.vcpu(100, 21, 0, machine("kvm-101/vcpu-0"));
    script.nanoTime += 50 * 200_000_000L - 1;
    assertEquals(1, scan(TREE).size());
    assertEquals(3, script.calls);
    // What is known is looked at.
    script.errors.put(20, KvmCalls.Failure.EBADF);
    assertEquals(0, scan(TREE).size());
    script.nanoTime++;
    assertEquals(List.of("kvm/100-11/vcpu0 {subsystem=kvm, device=100-11/vcpu0}"), scan(TREE));
    assertEquals(4, script.calls);
  }

  @Test
  void anotherPidNamespaceIsReportedWhereThereIsAMachine() throws Exception {
    script.error = KvmCalls.Failure.EXDEV;
    write("proc/301/comm", "sshd\n");
    assertEquals(List.of(), problems());
    write("proc/302/comm", "firecracker\n");
    assertEquals(
        List.of(
            "virtual machines of the host cannot be read, as this process is in another pid"
                + " namespace. Run it in that of the host, as with --pid=host"),
        problems());
  }

  @Test
  void aStatIsLookedForByItsProcess() throws Exception {
    script.machine(100, 11);
    script.stats(100, 20, machine("kvm-101"));
    Stat stat = scanner.scan(new Whole(TREE)).sources().get(0).stats().get(0);
    assertEquals(null, scanner.look(stat));
    String before = "100 (a) b) S 1 100 100 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 ";
    write("proc/100/stat", before + "1 0 0\n");
    assertEquals(scanner.look(stat), scanner.look(stat));
    assertTrue(scanner.look(stat) != null);
    write("proc/100/stat", before + "2 0 0\n");
    assertEquals(null, scanner.look(stat));
    // What cannot be looked at is not gone.
    Files.delete(directory.resolve("proc/100/stat"));
    Files.createDirectory(directory.resolve("proc/100/stat"));
    assertThrows(UncheckedIOException.class, () -> scanner.look(stat));
  }

  @Test
  void aMachineThatHasAnotherNameIsTheSame() throws Exception {
    script.machine(100, 11);
    script.stats(100, 20, machine("kvm-101"));
    Source first = scanner.scan(new Whole(TREE)).sources().get(0);
    // Its second machine: the names of both are made otherwise.
    script.machine(100, 12);
    script.stats(100, 21, machine("kvm-101"));
    List<Source> next = scanner.scan(new Whole(TREE)).sources();
    assertEquals(List.of("101-stats20", "101-stats21"), next.stream().map(Source::device).toList());
    assertTrue(scanner.isSame(first, next.get(0)));
    assertFalse(scanner.isSame(first, next.get(1)));
  }
}
