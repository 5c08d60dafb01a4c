package io.statsfs.trees;

import io.statsfs.Layout;
import java.util.List;

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
  private Layouts() {}

  /**
   * The layouts that are shipped, in the order of their names.
   *
   * @return the layouts, always the same objects
   */
  public static List<Layout> shipped() {
    return CompiledLayouts.shipped();
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
