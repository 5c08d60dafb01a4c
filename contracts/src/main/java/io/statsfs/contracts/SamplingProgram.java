package io.statsfs.contracts;

import io.statsfs.Sampler;
import io.statsfs.StatsFs;
import io.statsfs.TreeUnavailableException;
import io.statsfs.testkit.process.ChildJvm;
import io.statsfs.testkit.process.LogCapture;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ChildJvm} runs to live through the faults of a tree: {@code <reader> <root>}; a
 * request per line of the input. A tree that cannot be opened is tried again with each.
 */
final class SamplingProgram {
  private final String reader;
  private final Path root;
  private final LogCapture log = new LogCapture();
  private final List<FileInputStream> streams = new ArrayList<>();
  private @Nullable StatsFs fs;
  private @Nullable Sampler sampler;

  private SamplingProgram(String reader, String root) {
    this.reader = reader;
    this.root = Path.of(root);
  }

  public static void main(String[] args) throws IOException {
    SamplingProgram program = new SamplingProgram(args[0], args[1]);
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    program.open();
    System.out.println("ready");
    for (String request = requests.readLine(); request != null; request = requests.readLine()) {
      program.answer(request);
      System.out.println("ready");
    }
  }

  private void answer(String request) throws IOException {
    switch (request) {
      case "log" -> {
        List<String> lines = log.lines();
        for (int i = 0; i < lines.size(); i++) {
          System.out.println(i + "=" + lines.get(i));
        }
      }
      case "exhaust" -> exhaust();
      case "release" -> release();
      case "refresh" -> sample(true);
      case "lasting" -> print(Outcomes.sampleLasting(sampler));
      default -> sample(false);
    }
  }

  /** Says why not. */
  private String open() {
    try {
      fs = StatsFs.builder().reader(reader).root(root).refreshInterval(Duration.ZERO).build();
      sampler = fs.sampler();
      return "";
    } catch (TreeUnavailableException e) {
      return e.getMessage();
    }
  }

  private void sample(boolean refresh) {
    if (fs == null) {
      String whyNot = open();
      if (!whyNot.isEmpty()) {
        System.out.println("unavailable=" + whyNot);
        return;
      }
    } else if (refresh) {
      fs.refresh();
    }
    print(Outcomes.sample(sampler));
  }

  private static void print(Map<String, String> outcomes) {
    outcomes.forEach((path, outcome) -> System.out.println(path + "=" + outcome));
  }

  /** Opens files until no more can be opened. */
  private void exhaust() {
    try {
      while (true) {
        streams.add(new FileInputStream("/dev/null"));
      }
    } catch (IOException e) {
      System.out.println("opened=" + streams.size());
    }
  }

  private void release() throws IOException {
    for (FileInputStream stream : streams) {
      stream.close();
    }
    streams.clear();
  }
}
