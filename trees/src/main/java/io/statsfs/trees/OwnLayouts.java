package io.statsfs.trees;

import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.spi.PathText;
import io.statsfs.trees.YamlNode.Mark;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what users declare, from directories and from the class path. What is wrong with one file
 * is a problem, and changes nothing about the others.
 */
final class OwnLayouts {
  /** Names the declarations of a jar, one a line, relative to itself. */
  static final String INDEX = "META-INF/statsfs/layouts";

  static final int MOST_BYTES = 1 << 18;
  static final int MOST_FILES = 200;

  /**
   * Where the class path of this library has them; null before that was gone through, which takes
   * long. They are read anew each time.
   */
  private static volatile @Nullable List<URL> ownIndexes;

  private final Map<String, Layout> layouts = new LinkedHashMap<>();
  private final Map<String, String> files = new LinkedHashMap<>();
  private final List<Problem> problems = new ArrayList<>();
  private int read;

  Collection<Layout> layouts() {
    return layouts.values();
  }

  List<Problem> problems() {
    return problems;
  }

  /** Reads all files of a directory whose names end in {@code .yaml} or {@code .yml}. */
  void addDirectory(Path directory) {
    List<Path> all = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        // A volume of Kubernetes keeps former versions under names that begin with a dot.
        if ((name.endsWith(".yaml") || name.endsWith(".yml")) && !name.startsWith(".")) {
          all.add(entry);
        }
      }
    } catch (IOException e) {
      add(directory, "the layouts cannot be listed: " + why(e));
      return;
    } catch (DirectoryIteratorException e) {
      add(directory, "the layouts cannot be listed: " + why(e.getCause()));
      return;
    }
    if (all.isEmpty()) {
      add(directory, "declares nothing: no file in it has a name that ends in .yaml or .yml");
    }
    Collections.sort(all);
    for (Path file : all) {
      if (read == MOST_FILES) {
        add(
            directory,
            "the layouts are left out from " + file.getFileName() + " on: more than " + MOST_FILES);
        return;
      }
      read++;
      addFile(file);
    }
  }

  private void addFile(Path file) {
    // Opening a FIFO waits for a writer.
    if (!Files.isRegularFile(file)) {
      add(file, "the layout is left out: it is not a regular file");
      return;
    }
    try (InputStream in = Files.newInputStream(file)) {
      add(PathText.of(file), in);
    } catch (IOException e) {
      add(file, "the layout cannot be read: " + why(e));
    } catch (DeclarationException e) {
      problems.add(
          builder("the layout is left out: " + e.fault())
              .path(file)
              .place(place(PathText.of(file), e))
              .build());
    }
  }

  /** Reads the declarations that the jars of a class path name in {@link #INDEX}. */
  void addClassPath(ClassLoader loader) {
    List<URL> indexes;
    try {
      indexes = indexes(loader);
    } catch (IOException e) {
      add(INDEX, "the layouts cannot be looked for: " + why(e));
      return;
    }
    for (URL index : indexes) {
      addIndex(index);
    }
  }

  private static List<URL> indexes(ClassLoader loader) throws IOException {
    boolean isOwn = loader == OwnLayouts.class.getClassLoader();
    List<URL> known = isOwn ? ownIndexes : null;
    if (known == null) {
      known = List.copyOf(Collections.list(loader.getResources(INDEX)));
      ownIndexes = isOwn ? known : ownIndexes;
    }
    return known;
  }

  private void addIndex(URL index) {
    List<String> names = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(open(index), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String name = line.replaceFirst("#.*", "").strip();
        if (!name.isEmpty()) {
          names.add(name);
        }
      }
    } catch (IOException e) {
      add(index.toString(), "the layouts cannot be listed: " + why(e));
      return;
    }
    for (String name : names) {
      String place = index.toString().substring(0, index.toString().lastIndexOf('/') + 1) + name;
      if (read == MOST_FILES) {
        add(place, "the layout is left out: more than " + MOST_FILES);
        return;
      }
      read++;
      try (InputStream in = open(new URL(index, name))) {
        add(place, in);
      } catch (IOException e) {
        add(place, "the layout cannot be read: " + why(e));
      } catch (DeclarationException e) {
        add(place(place, e), "the layout is left out: " + e.fault());
      }
    }
  }

  private static InputStream open(URL resource) throws IOException {
    URLConnection connection = resource.openConnection();
    // Else the jar would stay open, and its old content be served after it was replaced.
    connection.setUseCaches(false);
    return connection.getInputStream();
  }

  private void add(String file, InputStream in) throws IOException, DeclarationException {
    byte[] bytes = in.readNBytes(MOST_BYTES + 1);
    if (bytes.length > MOST_BYTES) {
      throw new DeclarationException(
          new Mark(1, 1), "the file has more than " + MOST_BYTES + " bytes");
    }
    Layout layout = Layouts.parse(file, text(bytes));
    String before = files.putIfAbsent(layout.name(), file);
    if (before != null) {
      throw new DeclarationException(
          new Mark(1, 1), "the tree '" + layout.name() + "' is declared already, by " + before);
    }
    layouts.put(layout.name(), layout);
  }

  private static String text(byte[] bytes) throws DeclarationException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new DeclarationException(new Mark(1, 1), "the file is not UTF-8");
    }
  }

  /** As editors and terminals know how to open it. */
  private static String place(String file, DeclarationException e) {
    return file + ":" + e.line() + ":" + e.column();
  }

  private void add(Path path, String message) {
    problems.add(builder(message).path(path).build());
  }

  private void add(String place, String message) {
    problems.add(builder(message).place(place).build());
  }

  private static Problem.Builder builder(String message) {
    return Problem.builder(Problem.Kind.LAYOUT_LEFT_OUT, message);
  }

  private static String why(IOException e) {
    return e instanceof NoSuchFileException
        ? "there is no such directory or file"
        : e instanceof NotDirectoryException
            ? "it is not a directory"
            : e.getClass().getSimpleName() + ": " + e.getMessage();
  }
}
