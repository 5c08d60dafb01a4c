package io.statsfs.core.batch;

import io.statsfs.spi.DirectoryPlan;
import io.statsfs.spi.FilePlan;
import io.statsfs.spi.SampleMemory;
import java.lang.ref.Cleaner;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The batches of a reader that are not closed. What a batch holds outside the heap is freed once,
 * by whatever comes first: the batch is closed or replaced, its reader is closed, or the garbage
 * collector finds that the batch was forgotten. A batch that is in a sample then is freed when the
 * sample ends. Safe for use by several threads.
 */
public final class OpenBatches implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  private final Set<Resources> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** None yet. */
  public OpenBatches() {}

  /** What a batch holds outside the heap. It must not refer to the batch. */
  public abstract static class Resources {
    private @Nullable OpenBatches owner;
    private Cleaner.@Nullable Cleanable cleanable;
    private boolean sampling;
    private boolean closed;

    /** Resources that belong to no batch yet. */
    protected Resources() {}

    /** Gives everything back. Called once, and never during a sample. */
    protected abstract void free();

    /**
     * Begins a sample, which {@link #endSample} must end.
     *
     * @throws IllegalStateException if the batch is closed or replaced, or another thread samples
     *     it
     */
    public final synchronized void beginSample() {
      requireOpen();
      requireNoSample();
      sampling = true;
    }

    /** Ends a sample; frees everything if the batch was closed meanwhile. */
    public final synchronized void endSample() {
      sampling = false;
      if (closed) {
        free();
      }
    }

    /**
     * Refuses to go on without resources. What is done with them must hold this object's monitor,
     * or be a sample.
     *
     * @throws IllegalStateException if the batch is closed or replaced
     */
    public final void requireOpen() {
      if (closed) {
        throw new IllegalStateException("This batch is closed, or another one has replaced it");
      }
    }

    /**
     * Whether the batch is closed or replaced.
     *
     * @return true if so
     */
    public final synchronized boolean isClosed() {
      return closed;
    }

    private void requireNoSample() {
      if (sampling) {
        throw new IllegalStateException("Another thread takes a sample of this batch");
      }
    }

    /**
     * Closes the batch, but leaves its resources to the caller, who makes the next one.
     *
     * @throws IllegalStateException if the batch is closed or replaced, or another thread samples
     *     it
     */
    public final void takeOver() {
      synchronized (this) {
        requireOpen();
        requireNoSample();
        closed = true;
      }
      forget();
    }

    /** Closes the batch. Does nothing if that was done before. */
    public final void close() {
      synchronized (this) {
        if (closed) {
          return;
        }
        closed = true;
        if (!sampling) {
          free();
        }
      }
      forget();
    }

    private void forget() {
      if (owner != null) {
        owner.open.remove(this);
      }
      if (cleanable != null) {
        cleanable.clean();
      }
    }
  }

  /**
   * Checks what a batch is to be prepared of, since a reader would write elsewhere in the memory.
   *
   * @param directories what to read
   * @param memory where the results are to go
   * @throws IllegalArgumentException if a plan is for indices that the memory does not have
   * @throws IllegalStateException if the reader is closed
   */
  public void requirePossible(List<DirectoryPlan> directories, SampleMemory memory) {
    requireOpen();
    for (DirectoryPlan directory : directories) {
      for (FilePlan file : directory.files()) {
        for (int slot : file.slots()) {
          if (slot < FilePlan.NOT_WANTED || slot >= memory.size()) {
            throw new IllegalArgumentException(
                "The memory has " + memory.size() + " places, which are none of those of " + file);
          }
        }
      }
      if (directory.maxBytes() < 0) {
        throw new IllegalArgumentException("Nothing can be read of " + directory);
      }
    }
  }

  /**
   * Takes in a batch.
   *
   * @param batch the batch, which the garbage collector watches from now on
   * @param resources what it holds
   * @throws IllegalStateException if the reader is closed; the resources are freed then
   */
  public void add(Object batch, Resources resources) {
    resources.owner = this;
    resources.cleanable = CLEANER.register(batch, resources::close);
    open.add(resources);
    if (closed) {
      resources.close();
    }
    requireOpen();
  }

  /**
   * Refuses to prepare anything more after the end.
   *
   * @throws IllegalStateException if the reader is closed
   */
  public void requireOpen() {
    if (closed) {
      throw new IllegalStateException("This reader is closed");
    }
  }

  /** Closes the batches that are left, and lets no further one in. */
  @Override
  public void close() {
    closed = true;
    open.forEach(Resources::close);
  }
}
