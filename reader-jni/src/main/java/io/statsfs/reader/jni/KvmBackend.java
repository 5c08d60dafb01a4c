package io.statsfs.reader.jni;

import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.Tree;
import io.statsfs.TreeUnavailableException;
import io.statsfs.TreeUnavailableException.Reason;
import io.statsfs.spi.Backend;
import io.statsfs.spi.BackendSettings;
import io.statsfs.spi.Scanner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Virtual machines of KVM, by the descriptors of statistics that the processes which run them keep
 * open. Its tree {@code kvm} is described by the declaration of the tree of that name on debugfs,
 * and stands for it where both have a stat.
 */
public final class KvmBackend implements Backend {
  static final String NAME = "kvm";
  static final String HISTOGRAMS = "kvm_histogram";

  private static final String READER = "jni";
  private static final String READER_PROPERTY = "io.statsfs.reader";

  private final Supplier<KvmCalls> calls;
  private final LongSupplier nanoTime;

  /** Called by {@link java.util.ServiceLoader}. */
  public KvmBackend() {
    this(NativeKvm::new, System::nanoTime);
  }

  KvmBackend(Supplier<KvmCalls> calls, LongSupplier nanoTime) {
    this.calls = calls;
    this.nanoTime = nanoTime;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Set<String> treeNames() {
    return Set.of(NAME, HISTOGRAMS);
  }

  /**
   * Opens the trees.
   *
   * @throws TreeUnavailableException if nothing but the histograms is asked for, and they cannot be
   *     opened
   */
  @Override
  public Scanner open(BackendSettings settings) {
    List<Layout> wanted = Stream.of(NAME, HISTOGRAMS).flatMap(n -> wanted(n, settings)).toList();
    KvmHost host =
        new KvmHost(
            settings.proc().orElse(Path.of("/proc")),
            settings.sys().orElse(Path.of("/sys")),
            Path.of("/dev/kvm"));
    String whyNot = wanted.isEmpty() ? null : whyNot(settings, host);
    List<KvmTree> trees = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    if (whyNot == null) {
      wanted.forEach(layout -> trees.add(tree(layout)));
    } else {
      problems.addAll(problems(settings, wanted, whyNot));
    }
    return new KvmScanner(trees, problems, host, calls.get(), nanoTime);
  }

  private static KvmTree tree(Layout layout) {
    return new KvmTree(
        Tree.builder(layout).backend(NAME).origin("the descriptors of KVM").build(),
        layout.name().equals(HISTOGRAMS));
  }

  private static Stream<Layout> wanted(String name, BackendSettings settings) {
    Layout layout =
        Stream.concat(settings.layouts().own().stream(), settings.layouts().shipped().stream())
            .filter(its -> its.name().equals(name))
            .findFirst()
            .orElseGet(
                () -> Layout.builder(name).subsystem(name).byDefault(name.equals(NAME)).build());
    boolean isWanted =
        settings.trees().contains(name)
            || settings.isDetecting()
                && layout.isDefault()
                && !settings.withoutTrees().contains(name);
    return isWanted ? Stream.of(layout) : Stream.empty();
  }

  /** Why nothing can be read here; null if something can. Loads the library at last. */
  private static @Nullable String whyNot(BackendSettings settings, KvmHost host) {
    String reader =
        settings
            .reader()
            .or(() -> Optional.ofNullable(System.getProperty(READER_PROPERTY)))
            .orElse(READER);
    if (!reader.equals(READER)) {
      return "it takes the reader " + READER + ", and not " + reader;
    } else if (!host.hasKvm()) {
      return "this kernel has no KVM: there is neither " + host.places();
    }
    Throwable cause = JniReader.unavailabilityCause();
    return cause == null ? null : "the reader " + READER + " cannot be used: " + cause.getMessage();
  }

  /** Of the tree that is on debugfs, too, the backend of files says what is wrong. */
  private static List<Problem> problems(
      BackendSettings settings, List<Layout> wanted, String whyNot) {
    List<Problem> problems = new ArrayList<>();
    for (Layout layout : wanted) {
      if (!layout.name().equals(NAME)) {
        String message = "the tree " + layout + " is not opened: " + whyNot;
        if (settings.trees().size() == 1 && settings.roots().isEmpty() && !settings.isDetecting()) {
          throw new TreeUnavailableException(Reason.NOT_FOUND, message + ".", null);
        }
        problems.add(
            Problem.builder(Problem.Kind.NOT_OPENED, message)
                .treeName(layout.name())
                .backend(NAME)
                .build());
      }
    }
    return problems;
  }
}
