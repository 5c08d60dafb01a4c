package io.statsfs;

import io.statsfs.spi.PathText;
import io.statsfs.spi.PrintableText;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Something that could not be taken in, or is not as it should be. Backends report problems, {@link
 * Catalog#problems()} has them.
 *
 * <p>Immutable. Two objects that agree in all that the getters give are equal.
 */
public final class Problem {
  private final Kind kind;
  private final String message;
  private final String cause;
  private final @Nullable Tree tree;
  private final String treeName;
  private final String backend;
  private final @Nullable Path path;
  private final String place;

  /** What kind of problem it is. Later versions may add kinds. */
  public enum Kind {
    /**
     * A tree is left out: it seems to be there but cannot be opened, or was named and is not there.
     * Or a directory in which trees were to be looked for is not used.
     */
    NOT_OPENED,
    /**
     * A directory, a file or a schema cannot be listed or read, for lack of permission, say. What
     * was known of it stays as it was.
     */
    NOT_READABLE,
    /** The scan of a tree hangs. What is in the tree stays as it was seen last. */
    NOT_RESPONDING,
    /** The root of a tree does not exist any more, or is no longer the cgroup of this process. */
    GONE,
    /** Another file system was mounted over the root of a tree. Nothing is read there. */
    MOUNTED_OVER,
    /** The type of a file system is not known. Its files are not kept open. */
    UNKNOWN_FILE_SYSTEM,
    /**
     * A tree holds no stats, or none of those that a user declares by name: most likely root and
     * layout do not fit, or a name is mistyped.
     */
    NO_STATS,
    /**
     * A layout that a user declares is wrong, or cannot be read, and is left out; or a directory of
     * layouts has none.
     */
    LAYOUT_LEFT_OUT,
    /**
     * Lines of a file or of a schema make no sense, or repeat a key, and were passed over; or the
     * whole of a file is of no form that is read.
     */
    MALFORMED,
    /** There is more than the {@link Limits} allow; the rest is left out. */
    LIMIT_EXCEEDED,
    /** Symbolic links are not followed. */
    LINK_NOT_FOLLOWED,
    /** Files are not opened, as opening or reading them has an effect. */
    UNSAFE_TO_OPEN,
    /** Stats are in another tree, too, or in one tree twice. */
    DUPLICATE,
    /** The memory does not suffice. What is concerned stays as it was seen last. */
    OUT_OF_MEMORY,
    /** A fault of this library, of a reader or of a backend. */
    INTERNAL_ERROR
  }

  private Problem(Builder builder) {
    kind = builder.kind;
    message = PrintableText.of(builder.message);
    cause = builder.cause == null ? builder.message : builder.cause;
    tree = builder.tree;
    treeName = builder.treeName;
    backend = builder.backend;
    path = builder.path;
    place = builder.place;
  }

  /**
   * Begins the description of a problem.
   *
   * @param kind what kind of problem it is
   * @param message what happened, why, and where something can be done about it, what. It is made
   *     {@linkplain PrintableText printable}
   * @return a new builder
   */
  public static Builder builder(Kind kind, String message) {
    return new Builder(kind, message);
  }

  /**
   * What kind of problem it is.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * What happened, why, and where something can be done about it, what.
   *
   * @return printable text, without the place
   */
  public String message() {
    return message;
  }

  /**
   * What the problem is a case of: one problem of each tree and cause is logged.
   *
   * @return a text without what changes from file to file, or from scan to scan
   */
  public String cause() {
    return cause;
  }

  /**
   * The tree that the problem is about.
   *
   * @return the tree; empty if it was not opened, or the problem is about none
   */
  public Optional<Tree> tree() {
    return Optional.ofNullable(tree);
  }

  /**
   * The name of the tree that the problem is about, also of one that was not opened.
   *
   * @return the name; empty if the problem is about no tree
   */
  public String treeName() {
    return treeName;
  }

  /**
   * The name of the backend that reports the problem.
   *
   * @return {@code files} for a tree of files
   */
  public String backend() {
    return backend;
  }

  /**
   * The file or directory that the problem is about.
   *
   * @return the path; empty if the problem is not about files
   */
  public Optional<Path> path() {
    return Optional.ofNullable(path);
  }

  /**
   * Where the problem is, for messages.
   *
   * @return the path, as {@link PathText} writes it, or what a backend calls the place; empty if
   *     there is none
   */
  public String place() {
    return place;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Problem problem
        && kind == problem.kind
        && message.equals(problem.message)
        && cause.equals(problem.cause)
        && Objects.equals(tree, problem.tree)
        && treeName.equals(problem.treeName)
        && backend.equals(problem.backend)
        && Objects.equals(path, problem.path)
        && place.equals(problem.place);
  }

  @Override
  public int hashCode() {
    return place.hashCode() * 31 + message.hashCode();
  }

  /**
   * The place and the message, for logs.
   *
   * @return printable text
   */
  @Override
  public String toString() {
    return place.isEmpty() ? message : PrintableText.of(place) + ": " + message;
  }

  /** Describes a problem. Each method returns this. Not safe for use by several threads. */
  public static final class Builder {
    private final Kind kind;
    private final String message;
    private @Nullable String cause;
    private @Nullable Tree tree;
    private String treeName = "";
    private String backend = "files";
    private @Nullable Path path;
    private String place = "";

    private Builder(Kind kind, String message) {
      this.kind = Objects.requireNonNull(kind, "kind");
      this.message = Objects.requireNonNull(message, "message");
    }

    /**
     * Says what it is a case of, so that many of them are logged as one. Default: the message.
     *
     * @param cause a text that is the same for all of them
     * @return this
     */
    public Builder cause(String cause) {
      this.cause = Objects.requireNonNull(cause, "cause");
      return this;
    }

    /**
     * Says which tree it is about, and so the name of the tree and its backend.
     *
     * @param tree a tree that was opened
     * @return this
     */
    public Builder tree(Tree tree) {
      this.tree = Objects.requireNonNull(tree, "tree");
      treeName = tree.name();
      backend = tree.backend();
      return this;
    }

    /**
     * Names the tree that it is about, for one that was not opened.
     *
     * @param name the name of the tree
     * @return this
     */
    public Builder treeName(String name) {
      treeName = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Names the backend that reports it. Default: that of the tree, else {@code files}.
     *
     * @param name the name of the backend
     * @return this
     */
    public Builder backend(String name) {
      backend = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Says which file or directory it is about, and so the place.
     *
     * @param path a file or directory
     * @return this
     */
    public Builder path(Path path) {
      this.path = Objects.requireNonNull(path, "path");
      place = PathText.of(path);
      return this;
    }

    /**
     * Says where it is, if that is no file.
     *
     * @param place a text for messages
     * @return this
     */
    public Builder place(String place) {
      this.place = Objects.requireNonNull(place, "place");
      return this;
    }

    /**
     * Ends the description.
     *
     * @return the problem
     */
    public Problem build() {
      return new Problem(this);
    }
  }
}
