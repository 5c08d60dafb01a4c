package io.statsfs.reader.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.testkit.process.LogCapture;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When netlink is asked, and when files have their turn. */
class NetlinkUseTest {

  @Test
  void theFilesHaveTheirTurnWhileABatchHangsAndForAWhileAfterThat() {
    try (LogCapture log = new LogCapture()) {
      NetlinkUse use = new NetlinkUse(Duration.ofDays(1));
      assertTrue(use.isAllowed());
      use.returned("a batch that never hung");
      assertTrue(use.isAllowed());
      use.hangs("one");
      use.hangs("other");
      assertFalse(use.isAllowed());
      use.returned("one");
      use.returned("other");
      assertFalse(use.isAllowed());
      assertEquals(1, log.lines().size(), "" + log.lines());
    }
  }

  @Test
  void itIsAskedAgainWhenThatIsOver() {
    NetlinkUse use = new NetlinkUse(Duration.ZERO);
    use.hangs("one");
    use.hangs("other");
    assertFalse(use.isAllowed());
    use.returned("one");
    assertFalse(use.isAllowed());
    use.returned("other");
    assertTrue(use.isAllowed());
    use.hangs("one");
    assertFalse(use.isAllowed());
  }

  @Test
  void whoeverSaysSoHasFilesReadAlways() {
    System.setProperty(NetlinkUse.PROPERTY, "false");
    try {
      assertFalse(new NetlinkUse(Duration.ZERO).isAllowed());
    } finally {
      System.clearProperty(NetlinkUse.PROPERTY);
    }
  }
}
