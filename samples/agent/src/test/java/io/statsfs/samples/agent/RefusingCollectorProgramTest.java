package io.statsfs.samples.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent and servers that do not take what it sends. */
@Tag("collector")
class RefusingCollectorProgramTest {

  @ParameterizedTest
  @ValueSource(ints = {400, 503, OtlpReceiver.NEVER_ANSWERS})
  void theAgentGoesOnSaysSoOnceAndEndsWhenTold(int answer) throws IOException {
    try (OtlpReceiver receiver = new OtlpReceiver(answer);
        AgentProgram agent =
            AgentProgram.start(
                Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint()),
                "--interval",
                "100ms",
                "--include",
                "net/lo/*")) {
      // Two tries at least; where the answer is final, many collections.
      agent.await("requests", () -> receiver.requests() >= (answer == 400 ? 50 : 2));
      long told = System.nanoTime();
      agent.terminate();
      assertEquals(4, agent.exitCode(), agent.toString());
      assertTrue(Duration.ofNanos(System.nanoTime() - told).toSeconds() < 30, "the end is bounded");
      // What is read, three lines of the SDK's about what failed, and that not all arrived.
      assertTrue(agent.err().size() <= 5, agent.toString());
      if (answer == 400) {
        assertTrue(agent.err().get(1).contains("400"), agent.toString());
      }
    }
  }
}
