package io.statsfs.contracts;

import io.statsfs.Layout;
import io.statsfs.Stat;
import io.statsfs.spi.LayoutProvider;
import io.statsfs.spi.StatDeclaration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The declarations that are shipped, and what is recorded of kernels beside them. */
final class ShippedTrees {
  private static final String RECORDED = "/io/statsfs/contracts/trees";

  private ShippedTrees() {}

  /** Those of files. */
  static List<Layout> all() {
    return ServiceLoader.load(LayoutProvider.class).stream()
        .flatMap(provider -> provider.get().declared(List.of()).shipped().stream())
        .filter(layout -> layout.backend().equals("files"))
        .toList();
  }

  /** The text that is recorded under a name. */
  static String recorded(String name) {
    return inDirectory(directory -> Files.readString(directory.resolve(name)));
  }

  /** The texts of kernels, each in a directory with the name of its tree. */
  static List<KernelText> kernelTexts() {
    return inDirectory(
        directory -> {
          List<KernelText> texts = new ArrayList<>();
          try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".txt")).sorted().toList()) {
              Path relative = directory.relativize(file);
              if (relative.getNameCount() == 2) {
                texts.add(
                    KernelText.parse(
                        relative.getName(0).toString(),
                        relative.getName(1).toString().replaceFirst("\\.txt$", ""),
                        Files.readString(file)));
              }
            }
          }
          return texts;
        });
  }

  /**
   * Whether a declaration describes a stat by its name, and not by a pattern. The directory of the
   * source can be part of the name, as in {@code temp{sensor}_input}.
   */
  static boolean isDescribedByName(Stat stat) {
    Layout layout = stat.source().tree().layout();
    if (stat.description().isEmpty()) {
      return false;
    } else if (layout.schemaFile().isPresent()) {
      return true;
    }
    return Stream.concat(
            layout.stats().all().stream(),
            layout.files().stream()
                .flatMap(file -> file.tables().stream())
                .flatMap(table -> table.stats().all().stream()))
        .anyMatch(
            declaration ->
                isName(declaration, stat.name())
                    && declaration.description().equals(stat.description()));
  }

  private static boolean isName(StatDeclaration declaration, String name) {
    String withoutLabels =
        declaration
            .name()
            .toString()
            .replaceAll("([._-])\\{[^}]*\\}\\1", "$1")
            .replaceAll("\\{[^}]*\\}", "");
    return withoutLabels.equals(name) || declaration.formerNames().contains(name);
  }

  private interface Reading<T> {
    T read(Path directory) throws IOException;
  }

  private static <T> T inDirectory(Reading<T> reading) {
    try {
      URI uri = Objects.requireNonNull(ShippedTrees.class.getResource(RECORDED)).toURI();
      if (!uri.getScheme().equals("jar")) {
        return reading.read(Path.of(uri));
      }
      try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
        return reading.read(jar.getPath(RECORDED));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
