package io.statsfs.core;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** The mounts of this process, as {@code /proc/self/mountinfo} (proc(5)) lists them. */
record Mounts(List<Mount> mounts) {
  private static final int MAX_BYTES = 16 << 20;

  /**
   * A whole file system at a place.
   *
   * @param point where it is mounted
   * @param type as {@code /proc/filesystems} has it
   */
  record Mount(Path point, String type) {}

  static Mounts read(Path mountinfo) throws IOException {
    ByteBuffer text = TextFile.read(mountinfo, MAX_BYTES);
    // One char per byte, so that mount points of any encoding come through.
    return parse(StandardCharsets.ISO_8859_1.decode(text).toString());
  }

  /**
   * Mounts of a part of a file system are left out: what is looked for is not where it should be.
   */
  static Mounts parse(String mountinfo) {
    List<Mount> mounts = new ArrayList<>();
    for (String line : mountinfo.split("\n")) {
      String[] fields = line.split(" ");
      int separator = 6;
      while (separator < fields.length && !fields[separator].equals("-")) {
        separator++;
      }
      if (separator + 1 < fields.length && fields[3].equals("/")) {
        mounts.add(new Mount(path(fields[4]), fields[separator + 1]));
      }
    }
    return new Mounts(List.copyOf(mounts));
  }

  /** In the order of the types: the kernel's own statsfs comes before one in user space. */
  List<Path> ofTypes(Collection<String> types) {
    return types.stream()
        .flatMap(type -> mounts.stream().filter(m -> m.type.equals(type)))
        .map(Mount::point)
        .toList();
  }

  /** Blanks, tabs, line ends and backslashes stand as three octal digits. */
  private static Path path(String escaped) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(escaped.length());
    for (int i = 0; i < escaped.length(); i++) {
      if (escaped.charAt(i) == '\\' && i + 3 < escaped.length()) {
        bytes.write(Integer.parseInt(escaped.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        bytes.write(escaped.charAt(i));
      }
    }
    return path(bytes.toByteArray());
  }

  /** By way of a URI, since a path of bytes beyond ASCII cannot be made of text in every locale. */
  private static Path path(byte[] bytes) {
    StringBuilder uri = new StringBuilder("file://");
    for (byte b : bytes) {
      boolean plain =
          b == '/' || b == '-' || b == '.' || b == '_' || b >= 0 && Character.isLetterOrDigit(b);
      uri.append(plain ? "" + (char) b : String.format(Locale.ROOT, "%%%02X", b));
    }
    return Path.of(URI.create(uri.toString()));
  }
}
