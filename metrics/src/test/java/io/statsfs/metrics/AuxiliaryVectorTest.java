package io.statsfs.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AuxiliaryVectorTest {

  /** As the C library takes it from the same vector. */
  private static long getconf(String name) throws InterruptedException {
    try {
      Process process = new ProcessBuilder("getconf", name).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assumeTrue(process.waitFor() == 0, "getconf knows no " + name);
      return Long.parseLong(text.strip());
    } catch (IOException e) {
      assumeTrue(false, "there is no getconf: " + e);
      return 0;
    }
  }

  @Test
  void itSaysWhatTheLibraryOfTheSystemSays() throws InterruptedException {
    AuxiliaryVector vector = AuxiliaryVector.ofThisProcess();
    assertEquals(OptionalLong.of(getconf("CLK_TCK")), vector.get(AuxiliaryVector.TICKS_PER_SECOND));
    assertEquals(OptionalLong.of(getconf("PAGESIZE")), vector.get(AuxiliaryVector.PAGE_SIZE));
  }

  private static ByteBuffer longs(long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 8).order(ByteOrder.BIG_ENDIAN);
    for (long value : values) {
      bytes.putLong(value);
    }
    return bytes.flip();
  }

  @Test
  void itEndsAtItsEnd() {
    AuxiliaryVector vector = AuxiliaryVector.parse(longs(17, 1024, 0, 0, 6, 4096), 8);
    assertEquals(OptionalLong.of(1024), vector.get(17));
    assertEquals(OptionalLong.empty(), vector.get(6));
    assertEquals(OptionalLong.empty(), AuxiliaryVector.parse(longs(), 8).get(6));
    assertEquals(OptionalLong.empty(), AuxiliaryVector.parse(longs(6), 8).get(6));
    assertEquals(OptionalLong.empty(), AuxiliaryVector.parse(longs(6, 0), 8).get(6));
  }

  @Test
  void wordsMayHaveFourBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(6).putInt(65536).putInt(17).putInt(100).putInt(0).putInt(0).flip();
    AuxiliaryVector vector = AuxiliaryVector.parse(bytes, 4);
    assertEquals(OptionalLong.of(65536), vector.get(6));
    assertEquals(OptionalLong.of(100), vector.get(17));
  }
}
