package io.statsfs.contracts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Layout;
import io.statsfs.Sampler;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.spi.Axis;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.spi.Shape;
import io.statsfs.spi.StatDeclaration;
import io.statsfs.spi.TableDeclaration;
import io.statsfs.testkit.process.OpenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Part of {@link ReaderContract}: cgroups that come and go, in real hierarchies. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class CgroupContract extends ShippedTreeContract {
  private static final int MADE = 3000;
  private static final int NAMES = 64;

  /** No cgroup reaches it, and no limit is one that cgroups have when they are made. */
  private static final int FIRST = 1000 * NAMES;

  private static final int ALIVE = 40;
  private static final String LIMIT = "cgroup.max.descendants";
  private static final String LIMIT_OF_VERSION_1 = "cpu.shares";

  /** Each cgroup below has a limit by which it is known. */
  private static Layout layout(String file) {
    FileDeclaration limit =
        FileDeclaration.of(
            file,
            Shape.VALUE,
            List.of(
                TableDeclaration.of(
                    null,
                    Axis.single(),
                    Axis.single(),
                    List.of(StatDeclaration.of("limit", Stat.Kind.DISCRETE, "", "A limit.", "")))));
    return Layout.builder("all")
        .subsystem("all")
        .sources("{cgroup...}")
        .declaredFilesOnly()
        .files(limit)
        .build();
  }

  /** The number of the cgroup that was made is its limit; its name comes again with the 64th. */
  private static void comeAndGo(Path parent, String limit) {
    try {
      for (int i = FIRST; i < FIRST + MADE + ALIVE; i++) {
        if (i < FIRST + MADE) {
          Path made = Files.createDirectory(parent.resolve("c" + i % NAMES));
          Files.writeString(made.resolve(limit), Integer.toString(i));
          Files.createDirectory(made.resolve("below"));
          Files.writeString(made.resolve("below").resolve(limit), Integer.toString(i));
        }
        if (i >= FIRST + ALIVE) {
          Path old = parent.resolve("c" + (i - ALIVE) % NAMES);
          Files.delete(old.resolve("below"));
          Files.delete(old);
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void cgroupsThatComeAndGoAreFollowedAndHaveNoValueOfAnother() throws IOException {
    try (Cgroup parent = Cgroup.create()) {
      follow(parent, LIMIT);
    }
  }

  @Test
  void cgroupsOfVersion1ThatComeAndGoAreFollowedAndHaveNoValueOfAnother() throws IOException {
    try (Cgroup parent = Cgroup.ofVersion1("cpu")) {
      follow(parent, LIMIT_OF_VERSION_1);
    }
  }

  @Test
  void theProcessesOfACgroupOfVersion1AreThoseOfNow() throws IOException, InterruptedException {
    try (Cgroup cgroup = Cgroup.ofVersion1("pids")) {
      Process first = new ProcessBuilder("sleep", "60").start();
      Process second = new ProcessBuilder("sleep", "60").start();
      try {
        for (String file : List.of("cgroup.procs", "tasks")) {
          requirePresent(cgroup.path(), file, List.of(first.pid(), second.pid(), first.pid()));
        }
      } finally {
        first.destroyForcibly().waitFor();
        second.destroyForcibly().waitFor();
      }
    }
  }

  /** Has one process after the other alone in a cgroup. */
  private void requirePresent(Path cgroup, String file, List<Long> processes) throws IOException {
    Layout layout = Layout.builder("cgroup").subsystem("cgroup").build();
    try (StatsFs fs = open(cgroup, layout);
        Sampler sampler = fs.sampler(StatFilter.name(file))) {
      for (long process : processes) {
        Files.writeString(cgroup.resolve("cgroup.procs"), Long.toString(process));
        for (int twice = 0; twice < 2; twice++) {
          sampler.sample();
          assertEquals(process, sampler.longValue(0), file);
        }
        Files.writeString(cgroup.resolveSibling("cgroup.procs"), Long.toString(process));
      }
    }
  }

  private void follow(Cgroup parent, String limit) throws IOException {
    Files.writeString(parent.path().resolve(limit), Integer.toString(10 * MADE));
    int scans = 0;
    long values = 0;
    CompletableFuture<Void> churn;
    try (StatsFs fs = open(parent.path(), layout(limit));
        Sampler sampler = fs.sampler()) {
      churn = CompletableFuture.runAsync(() -> comeAndGo(parent.path(), limit));
      while (!churn.isDone()) {
        fs.refresh();
        scans++;
        for (int twice = 0; twice < 2; twice++) {
          sampler.sample();
          values += check(sampler);
        }
      }
      churn.join();
      assertTrue(values > 0 && scans > 1, values + " values in " + scans + " scans");
      fs.refresh();
      sampler.sample();
      assertEquals(
          List.of("all/limit"), fs.catalog().stats().stream().map(Stat::toString).toList());
      List<String> open = OpenFiles.below(parent.path().toRealPath());
      assertTrue(open.size() <= 2, "left open: " + open);
    }
    assertEquals(List.of(), OpenFiles.below(parent.path().toRealPath()));
    System.out.println(
        reader()
            + ": "
            + 2 * MADE
            + " cgroups came and went in "
            + scans
            + " scans, "
            + values
            + " values were right");
  }

  /** How many values there are, none of which may be that of a cgroup of another name. */
  private static long check(Sampler sampler) {
    long values = 0;
    for (int i = 0; i < sampler.size(); i++) {
      String cgroup = sampler.stat(i).source().labels().get("cgroup");
      boolean hasLimit = sampler.status(i) == Status.OK && sampler.longValue(i) >= FIRST;
      if (cgroup != null && hasLimit) {
        values++;
        assertEquals(
            cgroup.split("/")[0],
            "c" + sampler.longValue(i) % NAMES,
            cgroup + " has that of another");
      }
    }
    return values;
  }
}
