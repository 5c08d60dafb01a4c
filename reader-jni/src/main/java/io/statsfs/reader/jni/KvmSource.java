package io.statsfs.reader.jni;

import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import io.statsfs.reader.jni.KvmDescription.Field;
import io.statsfs.spi.StatDeclaration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A machine or vCPU, or a bucket of its histograms, in one life of the descriptor. */
final class KvmSource implements Source {
  private final Tree tree;
  private final KvmDescriptor descriptor;
  private final String device;
  private final Map<String, String> labels;
  private final List<Stat> stats = new ArrayList<>();

  private KvmSource(
      Tree tree, KvmDescriptor descriptor, String device, Map<String, String> labels) {
    this.tree = tree;
    this.descriptor = descriptor;
    this.device = device;
    this.labels = Collections.unmodifiableMap(labels);
  }

  /**
   * What a descriptor has for a tree: of that of the histograms each bucket is a source.
   *
   * @param device of the machine or vCPU
   * @param names of the machine
   */
  static List<KvmSource> of(
      KvmTree tree, KvmDescriptor descriptor, String device, Map<String, String> names) {
    Map<String, KvmSource> sources = new LinkedHashMap<>();
    for (Field field : descriptor.description.fields()) {
      for (int i = 0; tree.has(field) && i < field.values(); i++) {
        String bucket = tree.ofHistograms ? field.bucket(i) : "";
        KvmSource source =
            sources.computeIfAbsent(
                bucket, its -> new KvmSource(tree.tree, descriptor, device, names, its));
        int offset = descriptor.description.offset(field, i);
        source.stats.add(new Value(source, field, tree.declared(field.name()), offset));
      }
    }
    return sources.values().stream().filter(source -> !source.isExcluded()).toList();
  }

  /** The labels are those that debugfs leads to, where the path alone says what a source is. */
  private KvmSource(
      Tree tree,
      KvmDescriptor descriptor,
      String device,
      Map<String, String> names,
      String bucket) {
    this(
        tree,
        descriptor,
        bucket.isEmpty() ? device : device + "/" + bucket,
        labels(tree, device, bucket, names));
  }

  private static Map<String, String> labels(
      Tree tree, String device, String bucket, Map<String, String> names) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("subsystem", subsystem(tree));
    labels.put("device", device);
    if (!bucket.isEmpty()) {
      labels.put("bucket", bucket);
    }
    labels.putAll(names);
    return labels;
  }

  private static String subsystem(Tree tree) {
    return tree.layout().subsystem().orElse(tree.name());
  }

  private boolean isExcluded() {
    for (Map.Entry<String, String> label : labels.entrySet()) {
      if (tree.layout().excludesLabel(label.getKey(), label.getValue())) {
        return true;
      }
    }
    return false;
  }

  KvmDescriptor descriptor() {
    return descriptor;
  }

  /** Where in the file of its descriptor the value of a stat is. */
  static int offset(Stat stat) {
    return ((Value) stat).offset;
  }

  @Override
  public Tree tree() {
    return tree;
  }

  @Override
  public String subsystem() {
    return subsystem(tree);
  }

  @Override
  public String device() {
    return device;
  }

  @Override
  public Map<String, String> labels() {
    return labels;
  }

  @Override
  public List<Stat> stats() {
    return Collections.unmodifiableList(stats);
  }

  @Override
  public String origin() {
    return descriptor.toString();
  }

  @Override
  public String toString() {
    return subsystem() + "/" + device;
  }

  private static final class Value implements Stat {
    private final KvmSource source;
    private final Field field;
    private final @Nullable StatDeclaration declared;
    private final int offset;

    Value(KvmSource source, Field field, @Nullable StatDeclaration declared, int offset) {
      this.source = source;
      this.field = field;
      this.declared = declared;
      this.offset = offset;
    }

    @Override
    public Source source() {
      return source;
    }

    @Override
    public String name() {
      return field.name();
    }

    /** As the kernel says; a declaration only knows which levels are none that can be added up. */
    @Override
    public Kind kind() {
      if (field.type() == KvmDescription.Type.CUMULATIVE || field.type().isHistogram()) {
        return Kind.COUNTER;
      }
      return declared != null && declared.kind() == Kind.DISCRETE ? Kind.DISCRETE : Kind.LEVEL;
    }

    @Override
    public Type type() {
      return Type.INT;
    }

    @Override
    public String description() {
      return declared == null ? "" : declared.description();
    }

    /** The kernel's, which does not say of what there are so many; nor of what a bucket has. */
    @Override
    public String unit() {
      if (field.unit().isKnown() && !field.type().isHistogram()) {
        return field.unit().ucum();
      }
      return declared == null ? "" : declared.unit();
    }

    @Override
    public boolean isDefault() {
      return declared == null || !Boolean.FALSE.equals(declared.byDefault());
    }

    @Override
    public String origin() {
      return source.origin();
    }

    @Override
    public String toString() {
      return source + "/" + name();
    }
  }
}
