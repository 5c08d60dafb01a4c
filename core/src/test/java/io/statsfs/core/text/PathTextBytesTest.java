package io.statsfs.core.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.statsfs.spi.PathText;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.ChildJvm;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathTextBytesTest {
  /** What makes names hard: escapes and their parts, lead and trail bytes, other bytes. */
  private static final byte[][] PIECES = {
    bytes(0x5c),
    bytes(0x78),
    bytes(0x35, 0x63),
    bytes(0x38),
    bytes(0x66, 0x66),
    bytes(0x61),
    bytes(0x5c, 0x78, 0x66, 0x66),
    bytes(0x5c, 0x78, 0x35, 0x63),
    bytes(0x5c, 0x78, 0x32, 0x64),
    bytes(0xff),
    bytes(0x80),
    bytes(0xc3),
    bytes(0xc3, 0xa4),
    bytes(0xe2, 0x82),
    bytes(0xe2, 0x82, 0xac),
    bytes(0xf0, 0x9f, 0x98, 0x80),
    bytes(0xed, 0xa0, 0x80),
    bytes(0xc0, 0xaf),
    bytes(0xf4, 0x90, 0x80, 0x80),
    bytes(0x20),
    bytes(0x0a),
    bytes(0x46, 0x46)
  };

  /** Names, and how {@link TestTree} takes them where that differs. */
  private static final Map<String, String> ODD =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("plain", "plain"),
              Map.entry("guest doorbell", "guest doorbell"),
              Map.entry("dev-disk-by\\x2duuid", "dev-disk-by\\x5cx2duuid"),
              Map.entry("\\xff", "\\xff"),
              Map.entry("\\x5cxff", "\\x5cxff"),
              Map.entry("\\x5cx5c", "\\x5cx5c"),
              Map.entry("\\xFF", "\\x5cxFF"),
              Map.entry("a\\", "a\\x5c"),
              Map.entry("50%", "50%"),
              Map.entry("%41", "%41"),
              Map.entry("ä€😀", "ä€😀"),
              Map.entry("\\xe2\\x82", "\\xe2\\x82"),
              Map.entry("line\nend", "line\nend"),
              Map.entry("tab\t", "tab\t"),
              Map.entry(" ", " ")));

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  @Test
  void randomNamesComeBackAndStayApart() {
    Random random = new Random(42);
    Map<String, ByteBuffer> seen = new HashMap<>();
    for (int n = 0; n < 150_000; n++) {
      ByteBuffer buffer = ByteBuffer.allocate(64);
      for (int i = random.nextInt(6); i >= 0; i--) {
        buffer.put(
            random.nextInt(4) == 0
                ? bytes(random.nextInt(256))
                : PIECES[random.nextInt(PIECES.length)]);
      }
      byte[] name = new byte[buffer.position()];
      buffer.flip().get(name);
      String text = PathText.decode(name);
      assertArrayEquals(name, PathText.encode(text), () -> "name written as " + text);
      ByteBuffer other = seen.put(text, ByteBuffer.wrap(name));
      if (other != null) {
        assertEquals(other, ByteBuffer.wrap(name), "two names are written " + text);
      }
    }
  }

  @Test
  void everyNameOfOneOrTwoBytesComesBack() {
    Set<String> texts = new TreeSet<>();
    for (int i = 0; i < 1 << 16; i++) {
      byte[] name = i < 256 ? bytes(i) : bytes(i >> 8, i & 0xff);
      String text = PathText.decode(name);
      assertArrayEquals(name, PathText.encode(text));
      texts.add(text);
    }
    assertEquals(1 << 16, texts.size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "exits",
        "guest doorbell",
        "ä",
        "€",
        "😀",
        "dev-disk-by\\x2duuid",
        "\\",
        "\\xFF"
      })
  void validTextThatIsNoEscapeStaysAsItIs(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    assertEquals(name, PathText.decode(bytes));
    assertArrayEquals(bytes, PathText.encode(name));
  }

  @ParameterizedTest
  @CsvSource({
    "\\xff, \\x5cxff",
    "\\x80, \\x5cx80",
    "\\x5c, \\x5cx5c",
    "\\xff\\xff, \\x5cxff\\x5cxff",
    "\\\\xff, \\\\x5cxff",
    "ä\\xff, ä\\x5cxff"
  })
  void backslashThatCouldBeAnEscapeIsEscaped(String name, String text) {
    assertEquals(text, PathText.decode(name.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void bytesThatAreNotUtf8AreEscapedOneByOne() {
    assertEquals("a\\xffb", PathText.decode(bytes('a', 0xff, 'b')));
    assertEquals("\\xe2\\x82", PathText.decode(bytes(0xe2, 0x82)));
    assertEquals("\\xc0\\xaf", PathText.decode(bytes(0xc0, 0xaf)));
    assertEquals("\\xed\\xa0\\x80", PathText.decode(bytes(0xed, 0xa0, 0x80)));
    assertEquals("\\xf0\\x9f\\x98", PathText.decode(bytes(0xf0, 0x9f, 0x98)));
  }

  @Test
  void namesOfRealFilesComeOutByteForByte() throws Exception {
    try (TestTree tree = oddFiles()) {
      assertEquals(ODD.keySet(), listing(tree.root()));
      ODD.forEach((name, path) -> assertEquals(name, PathText.nameOf(tree.path(path))));
    }
  }

  @Test
  void nameOfDirectoryHasNoSlash() throws Exception {
    try (TestTree tree = TestTree.inMemory()) {
      tree.stat("\\xff/a", 1).stat("ü/a", 1);
      assertEquals(Set.of("\\xff", "ü"), listing(tree.root()));
    }
  }

  @Test
  void nameOfRelativePathIsItsLastName() {
    assertEquals("b\\x2dc", PathText.nameOf(Path.of("a/b\\x2dc")));
    assertEquals("b", PathText.nameOf(Path.of("b")));
  }

  @Test
  void localeDoesNotMatter() throws Exception {
    try (TestTree tree = oddFiles()) {
      ChildJvm.Result result =
          ChildJvm.of(PathTextBytesTest.class)
              .environment("LC_ALL", "C")
              .environment("LANG", null)
              .run(tree.root().toString());
      assertEquals(0, result.exit(), result.toString());
      assertEquals("ANSI_X3.4-1968\n" + String.join("|", ODD.keySet()), result.output().strip());
    }
  }

  /** The program of the child: prints what it sees, in UTF-8. */
  public static void main(String[] args) throws Exception {
    Path root = Path.of(args[0]);
    Set<String> names = listing(root);
    String text = System.getProperty("sun.jnu.encoding") + "\n" + String.join("|", names) + "\n";
    System.out.write(text.getBytes(StandardCharsets.UTF_8));
    System.out.flush();
  }

  private static TestTree oddFiles() {
    TestTree tree = TestTree.inMemory();
    ODD.values().forEach(path -> tree.stat(path, 1));
    return tree;
  }

  private static Set<String> listing(Path directory) throws Exception {
    Set<String> names = new TreeSet<>();
    list(directory).forEach(path -> names.add(PathText.nameOf(path)));
    return names;
  }

  private static List<Path> list(Path directory) throws Exception {
    List<Path> paths = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(paths::add);
    }
    return paths;
  }
}
