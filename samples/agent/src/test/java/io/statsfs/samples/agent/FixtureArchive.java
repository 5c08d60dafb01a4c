package io.statsfs.samples.agent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Unpacks the trees that node_exporter is tested with: an archive that is a text. An entry is the
 * line {@code Directory: PATH}, or {@code Path: PATH} and then {@code SymlinkTo: TARGET} or {@code
 * Lines: NUMBER} with that many lines. In these, {@code NULLBYTE} stands for that byte, and {@code
 * EOF} at the end says that the text has no line feed there; a backslash before them takes that
 * meaning away. Modes are of no use to whoever is root, and are passed over.
 */
final class FixtureArchive {
  private FixtureArchive() {}

  static void unpack(Path archive, Path directory) throws IOException {
    // A byte is a character, as some of the files hold any bytes.
    Deque<String> lines =
        new ArrayDeque<>(
            List.of(Files.readString(archive, StandardCharsets.ISO_8859_1).split("\n", -1)));
    Path path = directory;
    while (!lines.isEmpty()) {
      String[] line = lines.remove().split(": ", 2);
      switch (line[0]) {
        case "Directory" -> Files.createDirectories(directory.resolve(utf8(line[1])));
        case "Path" -> path = directory.resolve(utf8(line[1]));
        case "SymlinkTo" -> {
          Files.createDirectories(path.getParent());
          Files.createSymbolicLink(path, Path.of(utf8(line[1])));
        }
        case "Lines" -> {
          List<String> text = new ArrayList<>();
          for (int left = Integer.parseInt(line[1]); left > 0; left--) {
            text.add(lines.remove());
          }
          Files.createDirectories(path.getParent());
          Files.write(path, bytes(text));
        }
        default -> {}
      }
    }
  }

  private static String utf8(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(List<String> lines) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String line : lines) {
      boolean isOpen = line.matches("(?s).*[^\\\\]EOF");
      String text = isOpen ? line.substring(0, line.length() - 3) : line + "\n";
      bytes.writeBytes(
          text.replaceAll("(?<!\\\\)NULLBYTE", "\0")
              .replaceAll("\\\\(NULLBYTE|EOF)", "$1")
              .getBytes(StandardCharsets.ISO_8859_1));
    }
    return bytes.toByteArray();
  }
}
