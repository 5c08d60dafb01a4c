package io.statsfs.spi;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * What a batch is to ask of one mounted file system.
 *
 * <p>Immutable; equality is identity.
 */
public final class MountPlan {
  /** In the place of an index: the value is not wanted. */
  public static final int NOT_WANTED = -1;

  private final Path point;
  private final int[] slots;
  private final int mountId;
  private final long device;
  private final boolean onAutofs;
  private final boolean readOnly;
  private final boolean readOnlyAsked;

  /** The values of a file system, in the order of the slots. What it does not have is NO_VALUE. */
  public enum Value {
    /** How many bytes it holds. */
    SIZE,
    /** How many bytes are free. */
    FREE,
    /** How many bytes are free for those who are not root. */
    AVAILABLE,
    /** How many files it can hold. */
    FILES,
    /** How many further files it can hold. */
    FILES_FREE,
    /** 1 if nothing can be written, else 0. */
    READ_ONLY
  }

  private MountPlan(Builder builder) {
    point = builder.point;
    slots = builder.slots;
    mountId = builder.mountId;
    device = builder.device;
    onAutofs = builder.onAutofs;
    readOnly = builder.readOnly;
    readOnlyAsked = builder.readOnlyAsked;
  }

  /**
   * Begins a plan.
   *
   * @param point see {@link #point()}
   * @param slots see {@link #slots()}
   * @return a builder
   * @throws IllegalArgumentException if there are not as many slots as values, or none is wanted
   */
  public static Builder builder(Path point, int[] slots) {
    return new Builder(point, slots);
  }

  /**
   * Where it is mounted.
   *
   * @return an absolute path
   */
  public Path point() {
    return point;
  }

  /**
   * Where the values go.
   *
   * @return for each {@link Value} an index in the memory, or {@link #NOT_WANTED}. Not to be
   *     changed
   */
  public int[] slots() {
    return slots;
  }

  /**
   * The id of the mount. When the path leads to another mount this one is {@link
   * io.statsfs.Status#GONE}.
   *
   * @return the id, as {@code /proc/self/mountinfo} (proc(5)) has it
   */
  public int mountId() {
    return mountId;
  }

  /**
   * The device of the file system, by which a mount is recognized where its id cannot be asked for.
   *
   * @return what {@code stat(2)} says of the mount point; -1 if files have devices of their own
   */
  public long device() {
    return device;
  }

  /**
   * Whether the path leads over an autofs. If nothing is mounted there any more the mount is {@link
   * io.statsfs.Status#GONE}, and nothing may be mounted because somebody asks.
   *
   * @return true if so
   */
  public boolean onAutofs() {
    return onAutofs;
  }

  /**
   * Whether nothing can be written, as the list of mounts has it.
   *
   * @return true if so
   */
  public boolean isReadOnly() {
    return readOnly;
  }

  /**
   * Whether what the file system itself says of that counts, where it can be asked. Not if the
   * mount that is read can be written to by others than those who see it here.
   *
   * @return true if so
   */
  public boolean isReadOnlyAsked() {
    return readOnlyAsked;
  }

  /** The mount point, for people. */
  @Override
  public String toString() {
    return PathText.of(point);
  }

  /**
   * Makes a plan. By default the path does not lead over an autofs, the device is not known, and
   * the mount can be written to unless the file system says something else. Each method returns
   * this. Not safe for use by several threads.
   */
  public static final class Builder {
    private final Path point;
    private final int[] slots;
    private int mountId;
    private long device = -1;
    private boolean onAutofs;
    private boolean readOnly;
    private boolean readOnlyAsked = true;

    private Builder(Path point, int[] slots) {
      this.point = Objects.requireNonNull(point, "point");
      this.slots = slots.clone();
      if (slots.length != Value.values().length
          || Arrays.stream(slots).allMatch(slot -> slot == NOT_WANTED)) {
        throw new IllegalArgumentException("No slots of a mount: " + Arrays.toString(slots));
      }
    }

    /**
     * Says which mount it is.
     *
     * @param id see {@link MountPlan#mountId()}
     * @return this
     */
    public Builder mountId(int id) {
      mountId = id;
      return this;
    }

    /**
     * Says which device it is.
     *
     * @param device see {@link MountPlan#device()}
     * @return this
     */
    public Builder device(long device) {
      this.device = device;
      return this;
    }

    /**
     * Says whether the path leads over an autofs.
     *
     * @param is true if so
     * @return this
     */
    public Builder onAutofs(boolean is) {
      onAutofs = is;
      return this;
    }

    /**
     * Says whether nothing can be written.
     *
     * @param is see {@link MountPlan#isReadOnly()}
     * @param isAsked see {@link MountPlan#isReadOnlyAsked()}
     * @return this
     */
    public Builder readOnly(boolean is, boolean isAsked) {
      readOnly = is;
      readOnlyAsked = isAsked;
      return this;
    }

    /**
     * Ends the plan.
     *
     * @return the plan
     */
    public MountPlan build() {
      return new MountPlan(this);
    }
  }
}
