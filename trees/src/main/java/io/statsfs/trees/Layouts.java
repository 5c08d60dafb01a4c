package io.statsfs.trees;

import io.statsfs.Layout;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.Supplier;

/**
 * The layouts that are shipped, and a reader of further ones.
 *
 * <pre>{@code
 * Layout net = Layouts.shipped("net");
 * Layout mine = Layouts.parse("mine.yaml", Files.readString(Path.of("mine.yaml")));
 * }</pre>
 *
 * <p>Safe for use by several threads.
 */
public final class Layouts {
  private static final String TABLES = "layouts.bin";
  private static final String DESCRIPTIONS = "descriptions.bin";

  private Layouts() {}

  /** The tables that the build made; loaded when they are asked for. */
  private static final class Shipped {
    static final List<Layout> LAYOUTS = CompiledLayouts.read(load(TABLES), new Descriptions());
  }

  /** Read when one is asked for. */
  private static final class Descriptions implements Supplier<byte[]> {
    @Override
    public byte[] get() {
      return load(DESCRIPTIONS);
    }
  }

  private static byte[] load(String file) {
    try (InputStream in = Layouts.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("The jar of statsfs-trees is incomplete: no " + file);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("The jar of statsfs-trees is damaged", e);
    }
  }

  /**
   * The layouts that are shipped, in the order of their names.
   *
   * @return the layouts, always the same objects
   */
  public static List<Layout> shipped() {
    return Shipped.LAYOUTS;
  }

  /**
   * A layout that is shipped.
   *
   * @param tree its name
   * @return the layout
   * @throws IllegalArgumentException if there is none of that name
   */
  public static Layout shipped(String tree) {
    return shipped().stream()
        .filter(layout -> layout.name().equals(tree))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("No tree '" + tree + "' is shipped"));
  }

  /**
   * Reads a declaration.
   *
   * @param file where the text comes from, for messages
   * @param text the declaration in YAML
   * @return the layout
   * @throws DeclarationException if the text is no declaration, or if the YAML parser, the artifact
   *     {@code org.snakeyaml:snakeyaml-engine}, was taken out of the application
   */
  public static Layout parse(String file, String text) throws DeclarationException {
    try {
      return LayoutText.read(file, text);
    } catch (DeclarationException e) {
      throw e.in(file);
    } catch (NoClassDefFoundError e) {
      throw new DeclarationException(
              new YamlNode.Mark(1, 1),
              "declarations are read by org.snakeyaml:snakeyaml-engine, which is not there")
          .in(file);
    }
  }
}
