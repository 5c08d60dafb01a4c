package io.statsfs.trees;

import io.statsfs.Layout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Declarations of any text. Run by Jazzer, which calls {@link #fuzzerTestOneInput}, and by {@link
 * LayoutFuzzTest}.
 *
 * <p>A text is a layout, which can be written and read, or it is refused with a place in the text.
 */
public final class LayoutFuzz {
  private LayoutFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    try {
      Layout layout = Layouts.parse("fuzz.yaml", text);
      LayoutCompiler.Written written = LayoutCompiler.write(List.of(layout));
      LayoutCompiler.Written again =
          LayoutCompiler.write(CompiledLayouts.read(written.tables(), written.descriptions()));
      require(
          Arrays.equals(written.tables(), again.tables())
              && Arrays.equals(written.descriptions(), again.descriptions()),
          "another layout");
    } catch (DeclarationException e) {
      int lines = text.split("\\R|[\\u0085\\u2028\\u2029]", -1).length;
      require(e.line() >= 1 && e.line() <= lines + 1, "no line of the text: " + e.getMessage());
      require(e.column() >= 1, "no column: " + e.getMessage());
    } catch (IOException e) {
      // A text of more than 64 KiB cannot be compiled.
      require(input.length >= 1 << 16, "not written: " + e);
    }
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new AssertionError(message);
    }
  }
}
