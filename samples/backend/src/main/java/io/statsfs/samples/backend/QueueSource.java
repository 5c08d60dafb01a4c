package io.statsfs.samples.backend;

import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Tree;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.function.ToIntFunction;

/** One life of a queue under its name. */
final class QueueSource implements Source {
  final String device;
  final BlockingQueue<?> queue;
  private final List<Stat> stats;

  QueueSource(String device, BlockingQueue<?> queue) {
    this.device = device;
    this.queue = queue;
    stats =
        List.of(
            new QueueStat(this, "free", BlockingQueue::remainingCapacity, "Room that is left."),
            new QueueStat(this, "length", BlockingQueue::size, "Elements in the queue."));
  }

  @Override
  public Tree tree() {
    return QueueBackend.TREE;
  }

  @Override
  public String subsystem() {
    return "queues";
  }

  @Override
  public String device() {
    return device;
  }

  @Override
  public Map<String, String> labels() {
    return Map.of("queue", device);
  }

  @Override
  public List<Stat> stats() {
    return stats;
  }

  @Override
  public String origin() {
    return "the queue " + device;
  }

  @Override
  public String toString() {
    return "queues/" + device;
  }

  /** One number of a queue. */
  static final class QueueStat implements Stat {
    final ToIntFunction<BlockingQueue<?>> number;
    private final QueueSource source;
    private final String name;
    private final String description;

    private QueueStat(
        QueueSource source,
        String name,
        ToIntFunction<BlockingQueue<?>> number,
        String description) {
      this.source = source;
      this.name = name;
      this.number = number;
      this.description = description;
    }

    @Override
    public QueueSource source() {
      return source;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Kind kind() {
      return Kind.LEVEL;
    }

    @Override
    public Type type() {
      return Type.INT;
    }

    @Override
    public String description() {
      return description;
    }

    @Override
    public String unit() {
      return "{element}";
    }

    @Override
    public String origin() {
      return name + " of " + source.origin();
    }

    @Override
    public String toString() {
      return source + "/" + name;
    }
  }
}
