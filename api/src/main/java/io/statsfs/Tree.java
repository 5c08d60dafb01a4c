package io.statsfs;

import io.statsfs.spi.PathText;
import io.statsfs.spi.PrintableText;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A tree that was opened: where it stands, and the way to read it. Backends make trees, {@link
 * Catalog#trees()} has them.
 *
 * <p>Immutable. Two objects that agree in all that the getters give are equal.
 */
public final class Tree {
  private final Layout layout;
  private final String backend;
  private final @Nullable Path root;
  private final String fileSystemType;
  private final String origin;

  private Tree(Builder builder) {
    layout = builder.layout;
    backend = builder.backend;
    root = builder.root;
    fileSystemType = builder.fileSystemType;
    origin =
        builder.origin != null ? builder.origin : root != null ? PathText.of(root) : layout.name();
  }

  /**
   * Begins the description of a tree.
   *
   * @param layout how it is read
   * @return a new builder
   */
  public static Builder builder(Layout layout) {
    return new Builder(layout);
  }

  /**
   * What the tree is called: the name of its layout, such as {@code net}. Two roots may be trees of
   * one name.
   *
   * @return the name
   */
  public String name() {
    return layout.name();
  }

  /**
   * How the tree is read.
   *
   * @return the layout
   */
  public Layout layout() {
    return layout;
  }

  /**
   * The name of the backend that reads the tree.
   *
   * @return {@code files} for a tree of files
   */
  public String backend() {
    return backend;
  }

  /**
   * The directory, or the file, where the tree begins.
   *
   * @return the path; empty if the tree does not come from files
   */
  public Optional<Path> root() {
    return Optional.ofNullable(root);
  }

  /**
   * The type of the file system at the root.
   *
   * @return the type as {@code /proc/mounts} names it, such as {@code statsfs} or {@code sysfs};
   *     {@code unknown} if no mount of this process fits; empty if the tree does not come from
   *     files
   */
  public String fileSystemType() {
    return fileSystemType;
  }

  /**
   * Where the tree comes from, for messages, and to distinguish trees of one name.
   *
   * @return the root, as {@link PathText} writes it, or what a backend calls the place
   */
  public String origin() {
    return origin;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tree tree
        && layout.equals(tree.layout)
        && backend.equals(tree.backend)
        && Objects.equals(root, tree.root)
        && fileSystemType.equals(tree.fileSystemType)
        && origin.equals(tree.origin);
  }

  @Override
  public int hashCode() {
    return origin.hashCode() * 31 + layout.hashCode();
  }

  /**
   * The origin, the layout and the type of file system, for messages.
   *
   * @return printable text
   */
  @Override
  public String toString() {
    return PrintableText.of(
        origin
            + " ("
            + layout.name()
            + (fileSystemType.isEmpty() ? "" : " on " + fileSystemType)
            + ")");
  }

  /** Describes a tree. Each method returns this. Not safe for use by several threads. */
  public static final class Builder {
    private final Layout layout;
    private String backend = "files";
    private @Nullable Path root;
    private String fileSystemType = "";
    private @Nullable String origin;

    private Builder(Layout layout) {
      this.layout = Objects.requireNonNull(layout, "layout");
    }

    /**
     * Names the backend. Default: {@code files}.
     *
     * <p>A tree of another backend than {@linkplain Layout#backend() that of its layout} stands for
     * the tree which the latter opens with that layout: a stat of the same subsystem, device and
     * name is taken from it alone.
     *
     * @param name the name of the backend
     * @return this
     */
    public Builder backend(String name) {
      backend = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Says where the tree begins.
     *
     * @param root a directory or file
     * @return this
     */
    public Builder root(Path root) {
      this.root = Objects.requireNonNull(root, "root");
      return this;
    }

    /**
     * Says what type of file system the root is on.
     *
     * @param type as {@code /proc/mounts} names it, or {@code unknown}
     * @return this
     */
    public Builder fileSystemType(String type) {
      fileSystemType = Objects.requireNonNull(type, "type");
      return this;
    }

    /**
     * Says where the tree comes from. Default: the root; without one, the name of the layout.
     *
     * @param origin a text for messages
     * @return this
     */
    public Builder origin(String origin) {
      this.origin = Objects.requireNonNull(origin, "origin");
      return this;
    }

    /**
     * Ends the description.
     *
     * @return the tree
     */
    public Tree build() {
      return new Tree(this);
    }
  }
}
