package io.statsfs.reader.jni;

import io.statsfs.Layout;
import io.statsfs.Tree;
import io.statsfs.reader.jni.KvmDescription.Field;
import io.statsfs.spi.StatDeclaration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A tree that is made of descriptors. For one thread at a time. */
final class KvmTree {
  final Tree tree;

  /** Whether it has the histograms, and nothing else; if not, all else. */
  final boolean ofHistograms;

  /** What is known of stats, whose declarations are many, by their names. */
  private final Map<String, Optional<StatDeclaration>> declared = new HashMap<>();

  /** What the last scan found, by what it made it of. */
  private Map<KvmDescriptor, Made> made = Map.of();

  KvmTree(Tree tree, boolean ofHistograms) {
    this.tree = tree;
    this.ofHistograms = ofHistograms;
  }

  private record Made(String device, Map<String, String> names, List<KvmSource> sources) {}

  /** The sources of one scan. */
  final class Scan {
    private final Map<KvmDescriptor, Made> next = new HashMap<>();

    /** Those of a descriptor, the same as before if they are. */
    List<KvmSource> sources(KvmDescriptor descriptor, String device, Map<String, String> names) {
      Made its = made.get(descriptor);
      if (its == null || !its.device.equals(device) || !its.names.equals(names)) {
        its = new Made(device, names, KvmSource.of(KvmTree.this, descriptor, device, names));
      }
      next.put(descriptor, its);
      return its.sources;
    }

    void end() {
      made = next;
    }
  }

  /** Whether a statistic is one of this tree's. */
  boolean has(Field field) {
    Layout layout = tree.layout();
    return field.type().isHistogram() == ofHistograms
        && !layout.excludes(field.name())
        && (!layout.hasDescribedStatsOnly() || declared(field.name()) != null);
  }

  /** What is known of a stat; null if nothing is. */
  @Nullable StatDeclaration declared(String name) {
    return declared
        .computeIfAbsent(
            name,
            its ->
                tree.layout().stats().all().stream()
                    .filter(declaration -> declaration.describes(its))
                    .findFirst())
        .orElse(null);
  }
}
