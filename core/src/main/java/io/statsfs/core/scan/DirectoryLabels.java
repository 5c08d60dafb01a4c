package io.statsfs.core.scan;

import io.statsfs.core.mounts.FilePaths;
import io.statsfs.core.mounts.FileSystemType;
import io.statsfs.core.mounts.Inode;
import io.statsfs.spi.KeyPattern;
import io.statsfs.spi.PathText;
import io.statsfs.spi.PrintableText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The labels that files in or near a directory give its sources. Each file is read once in the life
 * of the directory; one that is not there or cannot be read is looked at again with each listing.
 */
final class DirectoryLabels {
  /** More than the characters of a label can have. */
  private static final int LINE_BYTES = 1024;

  private static final int LONGEST_LABEL = 200;
  private static final Pattern VARIABLE = Pattern.compile("\\{([^}=:]+)[^}]*\\}");

  private final TreeContext context;
  private final Path directory;

  /** What the files say, by their names. */
  private final Map<String, String> values = new HashMap<>();

  /** The reads of files that failed, as one that hangs must not be tried twice. */
  private final Map<String, FileReads.OfFile> failed = new HashMap<>();

  DirectoryLabels(TreeContext context, Path directory) {
    this.context = context;
    this.directory = directory;
  }

  /**
   * The labels of a source, which reads their files.
   *
   * @param file one of its files
   * @param type of the file system
   * @param unreadable is given the file and the failure of what cannot be read
   */
  Map<String, String> of(
      StatFile file, FileSystemType type, BiConsumer<Path, IOException> unreadable) {
    Map<String, String> labels = new LinkedHashMap<>();
    context
        .tree()
        .layout()
        .labelFiles()
        .forEach(
            (label, names) -> {
              String value = first(names, file, type, unreadable);
              if (!value.isEmpty()) {
                labels.put(label, value);
              }
            });
    return labels;
  }

  private String first(
      List<KeyPattern> names,
      StatFile file,
      FileSystemType type,
      BiConsumer<Path, IOException> unreadable) {
    for (KeyPattern pattern : names) {
      String name = name(pattern, file);
      String value = name == null ? "" : read(name, type, unreadable);
      if (!value.isEmpty()) {
        return value;
      }
    }
    return "";
  }

  /** The path of the label's file that belongs to a source; null if none does. */
  private static @Nullable String name(KeyPattern pattern, StatFile file) {
    if (pattern.isLiteral()) {
      return pattern.toString();
    } else if (!file.labels().keySet().containsAll(pattern.labels())) {
      return null;
    }
    String name =
        VARIABLE
            .matcher(pattern.toString())
            .replaceAll(label -> Matcher.quoteReplacement(file.labels().get(label.group(1))));
    return name.startsWith(file.source(), name.lastIndexOf('/') + 1) ? name : null;
  }

  private String read(String name, FileSystemType type, BiConsumer<Path, IOException> unreadable) {
    String known = values.get(name);
    if (known != null) {
      return known;
    }
    Path file = file(name);
    if (file == null) {
      return "";
    }
    try {
      Inode now = context.files().at(file, false);
      if (!now.isRegularFile()
          || !Inode.isReadableByAnyone(now.mode())
          || context.tree().layout().excludes(PathText.nameOf(file))
          || context.mounts().hasReadEffects(type, null, directory, name, file)) {
        return "";
      }
      FileReads.OfFile reads =
          failed.computeIfAbsent(name, key -> context.reads().of(file, LINE_BYTES));
      reads.replacedBy(now);
      String value = firstLine(reads.read(now));
      failed.remove(name);
      values.put(name, value);
      return value;
    } catch (NoSuchFileException | NotDirectoryException e) {
      return "";
    } catch (IOException e) {
      unreadable.accept(file, e);
      return "";
    }
  }

  /** Where a file is; null if that is outside of the tree. */
  private @Nullable Path file(String path) {
    Path file = directory;
    for (String part : path.split("/")) {
      // Not what the kernel takes for the directory above, which is that of a link's target.
      file = part.equals("..") ? file.resolveSibling("") : PathText.resolve(file, part);
      if (!file.startsWith(FilePaths.of(context.tree()))) {
        return null;
      }
    }
    boolean isBeside = path.indexOf('/') < 0;
    return isBeside || context.mounts().isWithin(file.resolveSibling("")) ? file : null;
  }

  private static String firstLine(ByteBuffer text) {
    int end = 0;
    while (end < text.remaining() && text.get(end) != '\n' && text.get(end) != 0) {
      end++;
    }
    String line = PathText.decode(Arrays.copyOf(text.array(), end)).strip();
    String printable = PrintableText.of(line);
    return printable.codePointCount(0, printable.length()) <= LONGEST_LABEL
        ? printable
        : printable.substring(0, printable.offsetByCodePoints(0, LONGEST_LABEL));
  }

  /** Another directory may be here now. */
  void forget() {
    failed.values().forEach(FileReads.OfFile::abandon);
    failed.clear();
    values.clear();
  }
}
