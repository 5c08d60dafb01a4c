package io.statsfs.otel;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CollectionBoundaryTest {
  private final CollectionBoundary boundary = new CollectionBoundary();

  @Test
  void theFirstCallBeginsACollectionInWhateverOrder() {
    int[][] orders = {{0, 1, 2}, {2, 0, 1}, {1, 2, 0}, {1, 2, 0}, {0, 1, 2}};
    for (int[] order : orders) {
      assertTrue(boundary.begins(order[0]));
      assertFalse(boundary.begins(order[1]));
      assertFalse(boundary.begins(order[2]));
    }
  }

  @Test
  void aCallbackThatIsNewJoinsWhatGoesOn() {
    assertTrue(boundary.begins(0));
    assertFalse(boundary.begins(1));
    assertFalse(boundary.begins(40));
    assertTrue(boundary.begins(0));
  }

  @Test
  void aCollectionThatEndedEarlyDoesNotShiftTheNext() {
    assertTrue(boundary.begins(0));
    assertTrue(boundary.begins(0));
    assertFalse(boundary.begins(1));
    assertTrue(boundary.begins(0));
  }

  @Test
  void threadsAreApart() throws InterruptedException {
    assertTrue(boundary.begins(0));
    for (int i = 0; i < 100; i++) {
      Thread other =
          new Thread(
              () -> {
                assertTrue(boundary.begins(1));
                assertFalse(boundary.begins(0));
              });
      Throwable[] failure = new Throwable[1];
      other.setUncaughtExceptionHandler((t, e) -> failure[0] = e);
      other.start();
      other.join();
      assertTrue(failure[0] == null, () -> "" + failure[0]);
      if (i == 0) {
        assertFalse(boundary.begins(1));
      }
    }
  }
}
