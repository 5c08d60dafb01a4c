package io.statsfs.samples.agent;

import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** The agent, started at the moment when the JVM has begun to end, as a signal can hit it. */
final class EndingProgram {
  private EndingProgram() {}

  /** Ends when the agent would, too. */
  public static void main(String[] args) throws InterruptedException {
    Thread agent = Thread.currentThread();
    CountDownLatch ending = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  ending.countDown();
                  awaitExit(agent);
                }));
    new Thread(() -> System.exit(128 + 15)).start();
    ending.await();
    StatsFsAgent.main(args);
  }

  /** While the JVM ends, {@code System.exit} does not return. */
  private static void awaitExit(Thread thread) {
    try {
      while (Stream.of(thread.getStackTrace()).noneMatch(f -> f.getMethodName().equals("exit"))) {
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
