package io.statsfs.metrics.internal;

import io.statsfs.Sampler;
import io.statsfs.Status;
import io.statsfs.Tree;
import io.statsfs.spi.AccessRemedy;
import io.statsfs.spi.Alarm;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Logs stats that cannot be read: one line per tree and cause, as {@link Alarm} decides. For one
 * thread at a time; allocates nothing while the causes stay the same.
 */
final class UnreadableStats {
  private static final int EPERM = 1;

  /** Trees times causes; more than a machine has. */
  private static final int MAX_CAUSES = 100;

  private final Consumer<String> log;
  private final boolean isCounted;
  private final List<Cause> causes = new ArrayList<>();
  private @Nullable Cause last;

  /** Says where the stats are counted if they are. */
  UnreadableStats(Consumer<String> log, boolean isCounted) {
    this.isCounted = isCounted;
    this.log = log;
  }

  private static final class Cause {
    final Tree tree;
    final Status status;
    final int errno;
    final Alarm alarm = new Alarm();

    /** In the present sample. */
    int count;

    /** The position of the first of them. */
    int first;

    Cause(Tree tree, Status status, int errno) {
      this.tree = tree;
      this.status = status;
      this.errno = errno;
    }

    boolean is(Tree tree, Status status, int errno) {
      return this.tree == tree && this.status == status && this.errno == errno;
    }
  }

  /** Logs what has to be of a sample: what a user can do something about. */
  void report(Sampler sampler, long nanoTime) {
    if (sampler.count(Status.DENIED) + sampler.count(Status.FAILED) + sampler.count(Status.BLOCKED)
        > 0) {
      for (int i = 0; i < sampler.size(); i++) {
        Status status = sampler.status(i);
        if (status == Status.DENIED || status == Status.FAILED || status == Status.BLOCKED) {
          add(sampler, i, status);
        }
      }
    }
    endOfSample(sampler, nanoTime);
  }

  private void add(Sampler sampler, int index, Status status) {
    Cause cause = cause(sampler.stat(index).source().tree(), status, sampler.errno(index));
    if (cause != null) {
      if (cause.count == 0) {
        cause.first = index;
      }
      cause.count++;
    }
  }

  private @Nullable Cause cause(Tree tree, Status status, int errno) {
    if (last != null && last.is(tree, status, errno)) {
      return last;
    }
    for (int i = 0; i < causes.size(); i++) {
      if (causes.get(i).is(tree, status, errno)) {
        return last = causes.get(i);
      }
    }
    if (causes.size() == MAX_CAUSES) {
      return null;
    }
    last = new Cause(tree, status, errno);
    causes.add(last);
    return last;
  }

  private void endOfSample(Sampler sampler, long nanoTime) {
    for (int i = 0; i < causes.size(); i++) {
      Cause cause = causes.get(i);
      if (cause.count == 0) {
        cause.alarm.absent(nanoTime);
      } else if (cause.alarm.present(nanoTime)) {
        log.accept(message(sampler, cause));
      }
      cause.count = 0;
    }
  }

  private String message(Sampler sampler, Cause cause) {
    int all = 0;
    for (int i = 0; i < sampler.size(); i++) {
      if (sampler.stat(i).source().tree() == cause.tree) {
        all++;
      }
    }
    String why =
        switch (cause.status) {
          case DENIED ->
              cause.errno == EPERM
                  ? "the kernel does not permit it (under lockdown debugfs shows only files that"
                      + " nobody may write)"
                  : "permission is denied. " + AccessRemedy.ofReading(cause.tree);
          case BLOCKED -> blocker(sampler, cause.first) + " does not answer";
          default -> cause.errno == 0 ? "reading fails" : "reading fails with errno " + cause.errno;
        };
    return cause.count
        + " of "
        + all
        + " stats have no value in "
        + cause.tree.origin()
        + ". The first is "
        + sampler.stat(cause.first).origin()
        + ": "
        + why
        + (why.endsWith(".") ? "" : ".")
        + (isCounted ? " The metric statsfs.stats counts them by status." : "");
  }

  /** Most often the file itself. */
  private static String blocker(Sampler sampler, int index) {
    String blocker = sampler.blockedBy(index);
    return blocker.equals(sampler.stat(index).origin()) ? "it" : blocker;
  }
}
