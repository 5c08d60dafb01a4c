package io.statsfs.core;

import io.statsfs.Catalog;
import io.statsfs.Layout;
import io.statsfs.Limits;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.Status;
import io.statsfs.Tree;
import io.statsfs.core.mounts.FilePaths;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.PathText;
import io.statsfs.spi.PrintableText;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.StatFileName;
import io.statsfs.testkit.TestTree;
import io.statsfs.trees.Layouts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Trees that somebody made to do harm, and that change between two looks. Run by Jazzer, which
 * calls {@link #fuzzerTestOneInput}, and by {@link FuzzCorpusTest}.
 *
 * <p>The first bytes choose a layout and limits; each further one is something done to the tree,
 * its operands behind it. A FIFO that was opened, in the tree or outside, would be waited for until
 * the fuzzer's time limit.
 */
public final class TreeFuzz {
  /** Nothing in the tree has this value, or this label. */
  private static final String SECRET = "7393911170220513";

  private static final List<Layout> LAYOUTS =
      List.of(
          Layout.statsfs(),
          Layout.builder("links").schemaFile(".schema").links(".").build(),
          Layout.builder("net")
              .subsystem("net")
              .sources("{device}/statistics")
              .links("devices")
              .stats(Layouts.shipped("net").stats())
              .build(),
          Layout.builder("flat files").schemaFile(".schema").flatKeyedFiles("flat", "a").build(),
          Layout.file("flat"),
          Layout.builder("fixed").subsystem("kvm").exclude("a", ".schema").build(),
          Layout.builder("any depth").subsystem("g").sources("d{x}/{path...}").build(),
          Layout.builder("levels").sources("{a}e{b}/devices/m{n}").links(".").build(),
          Layout.builder("described")
              .subsystem("g")
              .stats(described("m{n}", "e{x}s", "a", "fl{y}", "{z}\nb"))
              .describedStatsOnly()
              .build(),
          Layout.builder("labels")
              .subsystem("g")
              .sources("{a}")
              .label("l", "flat", "{n}b")
              .label("k", "devices")
              .stats(described("m{n}", "a{n}"))
              .build(),
          Layout.builder("files")
              .subsystem("g")
              .sources("{path...}")
              .files(
                  FileDeclaration.flatKeyed("m{n}", List.of()),
                  FileDeclaration.flatKeyed("a", List.of()),
                  FileDeclaration.flatKeyed("devices/fl{n}", List.of()))
              .declaredFilesOnly()
              .build(),
          Layout.builder("few")
              .subsystem("g")
              .sources("{a}")
              .stats(described("a", "flat", "exits"))
              .describedStatsOnly()
              .build());

  private static List<StatDeclaration> described(String... names) {
    return Stream.of(names)
        .map(name -> StatDeclaration.of(name, Stat.Kind.COUNTER, "", name, ""))
        .toList();
  }

  private static final Path TOP = make();
  private static final Path ROOT = TOP.resolve("root");
  private static final Path OUTSIDE = TOP.resolve("outside");
  private static final Path FIFO = OUTSIDE.resolve("fifo");
  private static final Path SOCKET = OUTSIDE.resolve("socket");

  private static final List<Path> NAMES =
      Stream.of(
              "a",
              "b",
              "flat",
              "exits",
              ".schema",
              "devices",
              "statistics",
              "eth0",
              "guest doorbell",
              " ",
              "-",
              "...",
              "*",
              "\\",
              "\\xff",
              "\\x5cxff",
              "a\nb",
              "a\tb",
              "gr\u00f6\u00dfe",
              "\ud83d\udc27",
              "\\xe2\\x86",
              "x".repeat(255))
          .map(name -> new TestTree(OUTSIDE).path(name).getFileName())
          .toList();

  private final ByteBuffer input;
  private final Layout layout;
  private final Limits limits;
  private final List<Path> directories = new ArrayList<>(List.of(ROOT));

  private TreeFuzz(byte[] bytes) {
    input = ByteBuffer.wrap(bytes);
    layout = LAYOUTS.get(next() % LAYOUTS.size());
    limits =
        Limits.builder()
            .depth(1 + next() % 8)
            .sources(1 + next() % 64)
            .stats(1 + next())
            .fileBytes(4096)
            .build();
  }

  public static void fuzzerTestOneInput(byte[] bytes) throws IOException {
    remove(ROOT);
    Files.createDirectory(ROOT);
    new TreeFuzz(bytes).run();
  }

  private void run() throws IOException {
    settle();
    try (Fs fs = open();
        Sampler sampler = fs.fs.sampler()) {
      while (input.hasRemaining()) {
        int action = next();
        try {
          act(action, fs, sampler);
        } catch (IOException e) {
          // What cannot be done to a tree is not done: a name that is taken, a path that is too
          // long.
        }
      }
      settle();
      look(fs, sampler);
      List<String> followed = picture(fs);
      fs.refresh();
      require(picture(fs).equals(followed), "nothing changed since " + followed, fs);
      // What cannot be read stays as it was seen last, and was perhaps never seen by another.
      if (fs.problems().stream()
          .noneMatch(problem -> problem.matches(".*(seen last|as before).*"))) {
        try (Fs fresh = open()) {
          require(picture(fresh).equals(followed), "another followed to " + followed, fresh);
        }
      }
    }
  }

  private Fs open() {
    Path root = layout.isRootFile() ? ROOT.resolve("flat") : ROOT;
    return new Fs(
        List.of(Tree.builder(layout).root(root).fileSystemType("tmpfs").build()),
        limits,
        Duration.ZERO);
  }

  private void act(int action, Fs fs, Sampler sampler) throws IOException {
    switch (action % 14) {
      case 0 -> directory(entry());
      case 1 -> write(entry(), bytes());
      case 2 -> write(any().resolve(".schema"), bytes());
      case 3 -> Files.createSymbolicLink(entry(), target());
      case 4 -> Files.createLink(entry(), next() % 2 == 0 ? FIFO : SOCKET);
      case 5 -> nest(any(), next() % 20);
      case 6 -> many(any(), next() % 2 == 0, next() % 48);
      case 7 -> remove(entry());
      case 8 -> move(entry(), entry());
      case 9 -> {
        Path entry = entry();
        remove(entry);
        act(next() % 5, fs, sampler);
      }
      case 10 -> settle();
      case 11 -> Files.createLink(entry(), entry());
      default -> {
        if (next() % 8 != 7) {
          settle();
        }
        look(fs, sampler);
      }
    }
  }

  private int next() {
    return input.hasRemaining() ? input.get() & 0xff : 0;
  }

  private byte[] bytes() {
    byte[] bytes = new byte[Math.min(next() * (next() % 4 + 1), input.remaining())];
    input.get(bytes);
    return bytes;
  }

  private Path any() throws IOException {
    Path any = directories.get(next() % directories.size());
    // What is done has to stay in the tree, and a link may stand where the directory was.
    return any.toRealPath().equals(any) ? any : ROOT;
  }

  private Path entry() throws IOException {
    return any().resolve(NAMES.get(next() % NAMES.size()));
  }

  private Path target() throws IOException {
    return switch (next() % 10) {
      case 0 -> Path.of(".");
      case 1 -> Path.of("..");
      case 2 -> ROOT;
      case 3 -> OUTSIDE;
      case 4 -> OUTSIDE.resolve("secret");
      case 5 -> FIFO;
      case 6 -> Path.of("/dev/zero");
      case 7 -> Path.of("/proc/self/fd");
      case 8 -> NAMES.get(next() % NAMES.size());
      default -> any();
    };
  }

  private void directory(Path path) throws IOException {
    // So that it can be removed by its path.
    if (path.toString().length() < 2000) {
      Files.createDirectory(path);
      directories.add(path);
    }
  }

  private void nest(Path in, int levels) throws IOException {
    Path name = NAMES.get(next() % NAMES.size());
    Path path = in;
    for (int i = 0; i < levels; i++) {
      path = path.resolve(name);
      directory(path);
    }
  }

  private void many(Path in, boolean directories, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      Path path = in.resolve("m" + i);
      if (directories) {
        directory(path);
      } else {
        write(path, new byte[] {'1'});
      }
    }
  }

  private void move(Path from, Path to) throws IOException {
    if (from.toString().length() + to.toString().length() < 2000) {
      Files.move(from, to, LinkOption.NOFOLLOW_LINKS);
    }
  }

  private static void write(Path path, byte[] bytes) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
            && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
        || new String(bytes, StandardCharsets.ISO_8859_1).contains(SECRET)) {
      return;
    }
    Files.write(
        path,
        bytes,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE,
        LinkOption.NOFOLLOW_LINKS);
    Files.setLastModifiedTime(path, past());
  }

  /** Spares waiting for directories that are young. */
  private static void settle() throws IOException {
    try (Stream<Path> paths = Files.walk(ROOT)) {
      for (Path path : paths.toList()) {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          Files.setLastModifiedTime(path, past());
        }
      }
    }
  }

  private static long times;

  /** Another one each time, as a clock that is exact would tell of changes. */
  private static FileTime past() {
    return FileTime.from(Instant.now().minusSeconds(100_000).plusNanos(times++));
  }

  /** Follows the tree, samples it, and checks what has to hold of any. */
  private void look(Fs fs, Sampler sampler) throws IOException {
    Catalog catalog = fs.refresh();
    int stats = 0;
    for (Source source : catalog.sources()) {
      require(!source.stats().isEmpty(), "a source without stats", fs);
      int depth = ROOT.relativize(FilePaths.of(source)).getNameCount();
      boolean isFile = Files.isRegularFile(FilePaths.of(source));
      require(depth <= limits.depth() + (isFile ? 1 : 0), "too deep", fs);
      require(!source.labels().containsKey(SECRET), "another's schema", fs);
      require(!source.labels().containsValue(SECRET), "another's label", fs);
      for (String label : layout.labelFiles().keySet()) {
        String value = source.labels().getOrDefault(label, "-");
        require(
            !value.isEmpty() && value.length() <= 400 && value.equals(PrintableText.of(value)),
            "label " + value,
            fs);
      }
      for (Stat stat : source.stats()) {
        require(
            Files.isRegularFile(FilePaths.of(stat), LinkOption.NOFOLLOW_LINKS),
            "no file: " + stat,
            fs);
        require(FilePaths.of(stat).toRealPath().startsWith(ROOT), "outside: " + stat, fs);
        String file = PathText.nameOf(FilePaths.of(stat));
        StatDeclaration by = declaration(file);
        StatFileName name = by == null ? null : StatFileName.of(by.name(), file);
        require(isFile || (name == null ? file : name.stat()).equals(stat.name()), "name", fs);
        require(
            name == null || source.labels().entrySet().containsAll(name.labels().entrySet()),
            "labels",
            fs);
        require(!layout.hasDescribedStatsOnly() || by != null, "not described", fs);
      }
      stats += source.stats().size();
    }
    long directories = catalog.sources().stream().map(FilePaths::of).distinct().count();
    require(directories <= limits.sources(), "too many sources", fs);
    require(stats <= limits.stats(), "too many stats", fs);
    require(catalog.problems().size() <= 1010, "too many problems", fs);
    sampler.sample();
    require(sampler.size() == stats, "the sampler has " + sampler.size(), fs);
    for (int i = 0; i < stats; i++) {
      Status status = sampler.status(i);
      require(
          status == Status.OK || status == Status.NOT_A_NUMBER || status == Status.GONE,
          sampler.stat(i) + " is " + status,
          fs);
      require(sampler.longValue(i) != Long.parseLong(SECRET), "another's value", fs);
    }
  }

  private @Nullable StatDeclaration declaration(String file) {
    return layout.stats().all().stream()
        .filter(stat -> stat.describes(file))
        .findFirst()
        .orElse(null);
  }

  /** Without the labels by files: these are read once, whatever becomes of the file. */
  private static List<String> picture(Fs fs) {
    List<String> picture = new ArrayList<>();
    for (Stat stat : fs.catalog().stats()) {
      picture.add(
          String.join(
              " ",
              stat.toString(),
              stat.source().labels().entrySet().stream()
                  .filter(
                      label ->
                          !stat.source().tree().layout().labelFiles().containsKey(label.getKey()))
                  .toList()
                  .toString(),
              stat.kind().toString(),
              stat.type().toString(),
              stat.description()));
    }
    return picture;
  }

  private static void require(boolean condition, String broken, Fs fs) {
    if (!condition) {
      throw new AssertionError(
          broken + ": " + picture(fs) + ", problems " + fs.catalog().problems());
    }
  }

  private static Path make() {
    try {
      Path top = Files.createTempDirectory(Path.of("/dev/shm"), "statsfs-fuzz-").toRealPath();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> removeAtExit(top)));
      TestTree outside = new TestTree(top.resolve("outside"));
      outside.stat("secret", SECRET + "\n").stat("statistics/secret", SECRET + "\n");
      outside.schema("", "LABEL\n" + SECRET + " x\n\n");
      outside.schema("statistics", "LABEL\n" + SECRET + " x\n\n");
      for (String fifo : List.of("fifo", "flat")) {
        String path = outside.path(fifo).toString();
        if (new ProcessBuilder("mkfifo", path).inheritIO().start().waitFor() != 0) {
          throw new IOException(path + " cannot be made");
        }
      }
      try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        socket.bind(UnixDomainSocketAddress.of(outside.path("socket")));
      }
      return top;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void remove(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      Path[] entries;
      try (Stream<Path> stream = Files.list(path)) {
        entries = stream.toArray(Path[]::new);
      }
      for (Path entry : entries) {
        remove(entry);
      }
    }
    Files.deleteIfExists(path);
  }

  private static void removeAtExit(Path top) {
    try {
      remove(top);
    } catch (IOException e) {
      System.err.println(top + " remains: " + e);
    }
  }
}
