package io.statsfs.otel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.StatsFs;
import io.statsfs.metrics.internal.SampledMetrics;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The bridge is given a {@link StatsFs} that may be able to clear, and must never do so. */
class NoClearingTest {
  private static final String OF_STATSFS = "io/statsfs/StatsFs.";

  @Test
  void theBridgeOnlyReads() throws IOException, URISyntaxException {
    List<String> clearing = new ArrayList<>();
    Set<String> used = new TreeSet<>();
    for (Class<?> part : List.of(StatsFsMetrics.class, SampledMetrics.class)) {
      look(part, used, clearing);
    }
    assertTrue(used.contains(OF_STATSFS + "sampler"), "what the bridge does use: " + used);
    assertEquals(List.of(), clearing);
  }

  /** At all classes that stand where one does, in a directory or a jar. */
  private static void look(Class<?> one, Set<String> used, List<String> clearing)
      throws IOException, URISyntaxException {
    Path classes = Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (FileSystem jar = Files.isDirectory(classes) ? null : FileSystems.newFileSystem(classes);
        Stream<Path> files = Files.walk(jar == null ? classes : jar.getPath("/"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        for (String method : methods(Files.readAllBytes(file))) {
          if (method.startsWith(OF_STATSFS)) {
            used.add(method);
          }
          if (method.matches("io/statsfs/StatsFs(\\$Builder)?\\.(clear|allowClearing)")) {
            clearing.add(file.getFileName() + " uses " + method);
          }
        }
      }
    }
  }

  /** The methods that a class refers to (JVMS 4.4, the constant pool). */
  private static List<String> methods(byte[] classFile) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile));
    in.skipBytes(8);
    int count = in.readUnsignedShort();
    String[] texts = new String[count];
    int[] first = new int[count];
    int[] second = new int[count];
    List<Integer> methods = new ArrayList<>();
    for (int i = 1; i < count; i++) {
      int tag = in.readUnsignedByte();
      switch (tag) {
        case 1 -> texts[i] = in.readUTF();
        case 3, 4 -> in.skipBytes(4);
        case 5, 6 -> {
          in.skipBytes(8);
          // These take two places.
          i++;
        }
        case 7, 8, 16, 19, 20 -> first[i] = in.readUnsignedShort();
        case 9, 10, 11, 12, 17, 18 -> {
          first[i] = in.readUnsignedShort();
          second[i] = in.readUnsignedShort();
          if (tag == 10 || tag == 11) {
            methods.add(i);
          }
        }
        case 15 -> in.skipBytes(3);
        default -> throw new AssertionError("a constant of kind " + tag);
      }
    }
    return methods.stream()
        .map(i -> texts[first[first[i]]] + "." + texts[first[second[i]]])
        .toList();
  }
}
