package io.statsfs.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;

/** Uses the simulator in a process of its own. A request per line of the input. */
final class SimulatorProgram {
  private SimulatorProgram() {}

  public static void main(String[] args) throws IOException {
    List<StatsFsSimulator> simulators = new ArrayList<>();
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.out.println("ready");
    for (String request = requests.readLine(); request != null; request = requests.readLine()) {
      switch (request) {
        case "start" -> {
          StatsFsSimulator simulator =
              StatsFsSimulator.start("source kvm", "stat kvm/exits u64 cumulative value=5");
          simulators.add(simulator);
          System.out.println("root=" + simulator.root());
          System.out.println("value=" + Files.readString(simulator.path("kvm/exits")).strip());
          System.out.println("mounts=" + mounts(simulators));
        }
        case "close" -> {
          simulators.forEach(StatsFsSimulator::close);
          System.out.println("mounts=" + mounts(simulators));
        }
        case "condition" -> {
          ConditionEvaluationResult result =
              new StatsFsSimulatorExtension().evaluateExecutionCondition(null);
          System.out.println("disabled=" + result.isDisabled());
          System.out.println("reason=" + result.getReason().orElseThrow());
        }
        default -> throw new AssertionError(request);
      }
      System.out.println("ready");
    }
  }

  /** How many of them are mounted where this process is, which may not be where it came from. */
  private static long mounts(List<StatsFsSimulator> simulators) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
      return lines
          .filter(line -> simulators.stream().anyMatch(s -> line.contains(" " + s.root() + " ")))
          .count();
    }
  }
}
