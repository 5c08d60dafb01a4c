package io.statsfs.samples.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the tar of {@code ./dist}, which runs this as root. */
@Tag("dist")
class DistributionProgramTest {
  /**
   * Calls the program by a link, as nobody, in a directory with a blank in its name, where neither
   * that nor the directory for temporary files can be written to. All mounts are gone with the
   * process.
   */
  private static final String AS_NOBODY_IN_A_READ_ONLY_PLACE =
      """
      set -e
      unpacked=$1
      shift
      mount -t tmpfs -o mode=755 tmpfs /mnt
      mkdir "/mnt/read only" /mnt/bin
      mount --bind "$unpacked" "/mnt/read only"
      mount -o remount,bind,ro "/mnt/read only"
      ln -s "../read only/bin/statsfs-agent" /mnt/bin/statsfs-agent
      mount -t tmpfs -o ro,noexec tmpfs /tmp
      cd /
      exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all \\
        --no-new-privs /mnt/bin/statsfs-agent "$@"
      """;

  private static Path unpacked;

  @BeforeAll
  static void unpack(@TempDir Path directory) throws IOException, InterruptedException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertEquals(
        0,
        new ProcessBuilder(
                "tar", "-C", directory.toString(), "-xzf", System.getProperty("agent.tar"))
            .inheritIO()
            .start()
            .waitFor());
    try (Stream<Path> top = Files.list(directory)) {
      List<Path> all = top.toList();
      assertEquals(1, all.size(), "" + all);
      unpacked = all.get(0);
    }
  }

  private static AgentProgram asNobody(Map<String, String> environment, String... args) {
    List<String> command = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c"));
    command.addAll(List.of(AS_NOBODY_IN_A_READ_ONLY_PLACE, "sh", unpacked.toString()));
    command.addAll(List.of(args));
    return AgentProgram.runCommand(environment, command);
  }

  @Test
  void listsWithoutAnyComplaint() {
    AgentProgram agent = asNobody(Map.of(), "--list", "--include", "net/lo/*");
    assertEquals(0, agent.exitCode(), agent.toString());
    assertTrue(
        agent.out().stream().anyMatch(line -> line.startsWith("net/lo/rx_bytes ")),
        agent.toString());
    assertEquals(List.of(), complaints(agent));
  }

  @Test
  void printsOnceWithTheReaderJni() {
    AgentProgram agent =
        asNobody(Map.of(), "--once", "--exporter", "console", "--reader", "jni", "--counters");
    assertEquals(0, agent.exitCode(), agent.toString());
    for (String series :
        List.of(
            "statsfs.net.rx_bytes{device=\"lo\"} ",
            "statsfs.vmstat.pgfault{subsystem=\"vmstat\"} ")) {
      assertTrue(agent.out().stream().anyMatch(line -> line.startsWith(series)), agent.toString());
    }
    assertEquals(List.of(), complaints(agent));
  }

  /** Where debugfs is mounted, nobody is told that KVM's stats are root's. */
  private static List<String> complaints(AgentProgram agent) {
    return agent.err().stream().filter(l -> !l.contains("the tree kvm is left out")).toList();
  }

  @Test
  void exportsToReceiver() throws IOException {
    try (OtlpReceiver receiver = new OtlpReceiver()) {
      AgentProgram agent =
          asNobody(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint()), "--once");
      assertEquals(0, agent.exitCode(), agent.toString());
      Set<String> series = receiver.collections().firstEntry().getValue().keySet();
      assertTrue(series.contains("statsfs.net.rx_bytes{device=\"lo\"}"), "" + series);
      assertEquals(List.of(), receiver.twice());
    }
  }

  @Test
  void itsVersionIsThatOfTheDirectory() {
    AgentProgram agent = asNobody(Map.of(), "--version");
    assertEquals(
        List.of(unpacked.getFileName().toString()),
        agent.out().stream().map(line -> line.replace(' ', '-')).toList());
  }

  @Test
  void withoutJavaOneLineSaysSo(@TempDir Path path) throws IOException {
    for (String tool : List.of("readlink", "sed", "uname")) {
      Files.createSymbolicLink(path.resolve(tool), Path.of("/usr/bin", tool));
    }
    assertOneLine("no Java: install a JRE", Map.of("JAVA_HOME", "", "PATH", path.toString()));
    assertOneLine("no Java in JAVA_HOME: " + path, Map.of("JAVA_HOME", path.toString()));
  }

  @Test
  void ofTooOldJavaOneLineSaysSo(@TempDir Path home) throws IOException {
    Path java = Files.createDirectory(home.resolve("bin")).resolve("java");
    for (String[] version : new String[][] {{"1.8.0_392", "8"}, {"11.0.2", "11"}, {"16", "16"}}) {
      Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"" + version[0] + "\"' >&2\n");
      Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
      Path release = home.resolve("release");
      Files.deleteIfExists(release);
      String line = "Java " + version[1] + " is too old, 17 or later is needed: " + java;
      assertOneLine(line, Map.of("JAVA_HOME", home.toString()));
      Files.writeString(release, "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version[0] + "\"\n");
      Files.writeString(java, "#!/bin/sh\n");
      assertOneLine(line, Map.of("JAVA_HOME", home.toString()));
    }
  }

  private static void assertOneLine(String line, Map<String, String> environment) {
    AgentProgram agent =
        AgentProgram.runCommand(
            environment, List.of(unpacked.resolve("bin/statsfs-agent").toString(), "--list"));
    assertEquals(1, agent.exitCode(), agent.toString());
    assertEquals(1, agent.err().size(), agent.toString());
    assertTrue(agent.err().get(0).startsWith("statsfs-agent: " + line), agent.toString());
  }

  @Test
  void bothLibrariesAreThereAndThoseOfTheJar() throws IOException {
    Path jar = only(jars().filter(file -> file.toString().contains("-reader-jni-")).toList());
    try (JarFile reader = new JarFile(jar.toFile())) {
      for (Map.Entry<String, Integer> machine : Map.of("x86_64", 62, "aarch64", 183).entrySet()) {
        String name = "linux-" + machine.getKey() + "/libstatsfs.so";
        byte[] library = Files.readAllBytes(unpacked.resolve("lib").resolve(name));
        assertEquals(machine.getValue(), library[18] & 0xff, name);
        try (InputStream in =
            reader.getInputStream(reader.getJarEntry("META-INF/native/" + name))) {
          assertArrayEquals(in.readAllBytes(), library, name);
        }
      }
    }
  }

  private static Stream<Path> jars() throws IOException {
    try (Stream<Path> lib = Files.list(unpacked.resolve("lib"))) {
      return lib.filter(file -> file.toString().endsWith(".jar")).toList().stream();
    }
  }

  private static Path only(List<Path> files) {
    assertEquals(1, files.size(), "" + files);
    return files.get(0);
  }

  @Test
  void eachJarOfOthersHasItsLicence() throws IOException {
    Path licenses = unpacked.resolve("licenses");
    String list = Files.readString(licenses.resolve("THIRD-PARTY.txt"));
    Set<String> listed = new TreeSet<>();
    Pattern.compile("(?m)^(\\S+\\.jar)\n  \\S+:(\\S+):\\S+\n  (\\S+)\n  https?://\\S+$")
        .matcher(list)
        .results()
        .forEach(
            entry -> {
              listed.add(entry.group(1));
              assertTrue(
                  entry.group(3).equals("Apache-2.0")
                      || Files.exists(licenses.resolve(entry.group(2) + "/LICENSE")),
                  entry.group());
            });
    assertEquals(
        jars()
            .map(jar -> jar.getFileName().toString())
            .filter(name -> !name.startsWith("statsfs-"))
            .collect(Collectors.toCollection(TreeSet::new)),
        listed);
    assertTrue(Files.readString(unpacked.resolve("LICENSE")).contains("Apache License"));
  }

  @Test
  void textsThatJarsBringAreThere() throws IOException {
    Pattern text = Pattern.compile("(META-INF/)?(LICENSE|NOTICE|COPYING)[^/]*");
    int found = 0;
    for (Path file : jars().toList()) {
      String artifact = file.getFileName().toString().replaceFirst("-[0-9].*", "");
      try (JarFile jar = new JarFile(file.toFile())) {
        for (Enumeration<JarEntry> all = jar.entries(); all.hasMoreElements(); ) {
          JarEntry entry = all.nextElement();
          if (text.matcher(entry.getName()).matches()) {
            Path copy =
                unpacked
                    .resolve("licenses")
                    .resolve(artifact)
                    .resolve(entry.getName().replace("META-INF/", ""));
            try (InputStream in = jar.getInputStream(entry)) {
              assertArrayEquals(in.readAllBytes(), Files.readAllBytes(copy), copy.toString());
            }
            found++;
          }
        }
      }
    }
    assertTrue(found > 0);
  }

  @Test
  void readmeAndUnitNameWhatIsThere() throws IOException {
    assertTrue(
        Files.readString(unpacked.resolve("README.md"))
            .contains("cp -r " + unpacked.getFileName() + " /opt/"));
    assertTrue(
        Files.readString(unpacked.resolve("systemd/statsfs-agent.service"))
            .contains("ExecStart=/opt/statsfs-agent/bin/statsfs-agent"));
    assertTrue(Files.exists(unpacked.resolve("share/man/man1/statsfs-agent.1")));
    assertTrue(Files.exists(unpacked.resolve("share/layout.schema.json")));
  }
}
