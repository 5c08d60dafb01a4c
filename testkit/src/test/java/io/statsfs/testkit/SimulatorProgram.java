package io.statsfs.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
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
        }
        case "close" -> simulators.forEach(StatsFsSimulator::close);
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
}
