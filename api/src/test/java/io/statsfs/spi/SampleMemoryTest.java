package io.statsfs.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Status;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SampleMemoryTest {

  @Test
  void beginsWithEverythingGone() {
    SampleMemory memory = new SampleMemory(3);
    assertEquals(3, memory.size());
    for (int i = 0; i < 3; i++) {
      assertEquals(Status.GONE, memory.status(i));
      assertEquals(0, memory.longValue(i));
      assertEquals(0, memory.errno(i));
    }
  }

  @Test
  void mayBeEmpty() {
    assertEquals(0, new SampleMemory(0).size());
  }

  @Test
  void valuesDoNotTouchTheirNeighbours() {
    SampleMemory memory = new SampleMemory(4);
    memory.putLong(0, Long.MIN_VALUE);
    memory.putUnsigned(1, -1);
    memory.putDouble(2, -1.5);
    memory.putFailure(3, Status.FAILED, 0xffff);

    assertEquals(Status.OK, memory.status(0));
    assertEquals(Long.MIN_VALUE, memory.longValue(0));
    assertEquals(-0x1p63, memory.doubleValue(0));
    assertFalse(memory.isUnsigned(0) || memory.isDouble(0));

    assertEquals(Status.OK, memory.status(1));
    assertEquals(-1, memory.longValue(1));
    assertEquals(0x1p64, memory.doubleValue(1));
    assertTrue(memory.isUnsigned(1) && !memory.isDouble(1));

    assertEquals(Status.OK, memory.status(2));
    assertEquals(-1, memory.longValue(2));
    assertEquals(-1.5, memory.doubleValue(2));
    assertTrue(!memory.isUnsigned(2) && memory.isDouble(2));

    assertEquals(Status.FAILED, memory.status(3));
    assertEquals(0xffff, memory.errno(3));
    assertEquals(0, memory.longValue(3));
    assertEquals(0, memory.doubleValue(3));
    assertFalse(memory.isUnsigned(3) || memory.isDouble(3));
    for (int i = 0; i < 3; i++) {
      assertEquals(0, memory.errno(i));
    }
  }

  @Test
  void aStatIsLeftOutUntilSomethingElseIsStored() {
    SampleMemory memory = new SampleMemory(2);
    memory.putLong(0, 7);
    memory.leaveOut(0, Status.DENIED, 0xffff);
    assertTrue(memory.isLeftOut(0) && !memory.isLeftOut(1));
    assertEquals(Status.DENIED, memory.status(0));
    assertEquals(0xffff, memory.errno(0));
    assertEquals(0, memory.longValue(0));
    assertFalse(memory.isUnsigned(0) || memory.isDouble(0));
    memory.putFailure(0, Status.GONE, 0);
    assertFalse(memory.isLeftOut(0));
    memory.leaveOut(0, Status.BLOCKED, 0);
    memory.putLong(0, 8);
    assertFalse(memory.isLeftOut(0));
    assertThrows(IndexOutOfBoundsException.class, () -> memory.isLeftOut(2));
  }

  @Test
  void eachStatusAndErrnoComesBack() {
    SampleMemory memory = new SampleMemory(1);
    for (Status status : Status.values()) {
      for (int errno : new int[] {0, 2, 13, 19, 116, 65535}) {
        memory.putDouble(0, 7);
        memory.putFailure(0, status, errno);
        assertEquals(status, memory.status(0));
        assertEquals(errno, memory.errno(0));
        assertEquals(0, memory.longValue(0));
        assertFalse(memory.isDouble(0));
      }
    }
  }

  @Test
  void unsignedIsSaidOnlyOfWhatALongDoesNotHold() {
    SampleMemory memory = new SampleMemory(1);
    memory.putUnsigned(0, Long.MAX_VALUE);
    assertFalse(memory.isUnsigned(0));
    memory.putUnsigned(0, Long.MIN_VALUE);
    assertTrue(memory.isUnsigned(0));
    assertEquals(0x1p63, memory.doubleValue(0));
    memory.putUnsigned(0, 0);
    assertFalse(memory.isUnsigned(0));
  }

  @Test
  void doublesOfIntegersAreTheNearest() {
    Random random = new Random(19);
    SampleMemory memory = new SampleMemory(1);
    for (int n = 0; n < 1_000_000; n++) {
      long bits = random.nextLong() | (random.nextBoolean() ? Long.MIN_VALUE : 0);
      if (random.nextBoolean()) {
        // Near a tie: the bits below the 53 that a double has are one half, or next to it.
        bits = bits & -1L << 11 | (1 << 10) + random.nextInt(3) - 1;
      }
      memory.putUnsigned(0, bits);
      BigInteger unsigned = new BigInteger(Long.toUnsignedString(bits));
      assertEquals(new BigDecimal(unsigned).doubleValue(), memory.doubleValue(0));
      memory.putLong(0, bits);
      assertEquals(new BigDecimal(bits).doubleValue(), memory.doubleValue(0));
    }
  }

  @Test
  void extremesOfDoublesComeBack() {
    SampleMemory memory = new SampleMemory(1);
    for (double value :
        new double[] {
          0,
          -0.0,
          Double.MIN_VALUE,
          Double.MAX_VALUE,
          -Double.MAX_VALUE,
          Double.NaN,
          Double.POSITIVE_INFINITY,
          0x1p53,
          0x1p63,
          0x1p64
        }) {
      memory.putDouble(0, value);
      assertEquals(
          Double.doubleToRawLongBits(value), Double.doubleToRawLongBits(memory.doubleValue(0)));
      assertEquals((long) value, memory.longValue(0));
    }
  }

  /** Native readers write here, so that the layout is part of the contract. */
  @Test
  void layoutIsAsDocumented() {
    SampleMemory memory = new SampleMemory(2);
    ByteBuffer buffer = memory.buffer();
    assertTrue(buffer.isDirect());
    assertEquals(24, buffer.capacity());
    assertEquals(ByteOrder.nativeOrder(), buffer.order());
    memory.putUnsigned(0, -2);
    memory.putFailure(1, Status.DENIED, 13);
    assertEquals(-2, buffer.getLong(0));
    assertEquals(0, buffer.getLong(8));
    assertEquals(Status.OK.ordinal() | 1 << 8, buffer.getInt(16));
    assertEquals(Status.DENIED.ordinal() | 13 << 16, buffer.getInt(20));
    buffer.putLong(8, Double.doubleToLongBits(2.5)).putInt(20, 2 << 8);
    assertTrue(memory.isDouble(1));
    assertEquals(2.5, memory.doubleValue(1));
    assertEquals(0, Status.OK.ordinal());
  }

  @Test
  void positionsOutsideAreRefused() {
    SampleMemory memory = new SampleMemory(2);
    for (int index : new int[] {-1, 2, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      assertThrows(IndexOutOfBoundsException.class, () -> memory.status(index));
      assertThrows(IndexOutOfBoundsException.class, () -> memory.errno(index));
      assertThrows(IndexOutOfBoundsException.class, () -> memory.isUnsigned(index));
      assertThrows(IndexOutOfBoundsException.class, () -> memory.isDouble(index));
      assertThrows(IndexOutOfBoundsException.class, () -> memory.longValue(index));
      assertThrows(IndexOutOfBoundsException.class, () -> memory.doubleValue(index));
    }
    assertThrows(ArithmeticException.class, () -> new SampleMemory(178_956_971));
  }

  @Test
  void theNextFailureIsFoundWhereverItIs() {
    for (int size = 0; size < 27; size++) {
      SampleMemory memory = new SampleMemory(size);
      for (int i = 0; i < size; i++) {
        memory.putUnsigned(i, i % 3 - 1);
      }
      for (int from = 0; from <= size; from++) {
        assertEquals(size, memory.nextFailure(from));
      }
      for (int failure = 0; failure < size; failure++) {
        for (Status status : Status.values()) {
          if (status == Status.OK) {
            continue;
          }
          memory.leaveOut(failure, status, 1);
          for (int from = 0; from <= size; from++) {
            assertEquals(from <= failure ? failure : size, memory.nextFailure(from));
          }
        }
        memory.putDouble(failure, 1.5);
      }
    }
  }

  @Test
  void failuresAreFoundOneAfterTheOther() {
    Random random = new Random(1);
    for (int round = 0; round < 1000; round++) {
      SampleMemory memory = new SampleMemory(random.nextInt(70));
      for (int i = 0; i < memory.size(); i++) {
        if (random.nextInt(5) > 0) {
          memory.putLong(i, -1);
        }
      }
      int next = memory.nextFailure(0);
      for (int i = 0; i < memory.size(); i++) {
        if (memory.status(i) != Status.OK) {
          assertEquals(i, next);
          next = memory.nextFailure(next + 1);
        }
      }
      assertEquals(memory.size(), next);
    }
  }

  @Test
  void failuresAreLookedForAmongTheStatsAlone() {
    SampleMemory memory = new SampleMemory(3);
    assertThrows(IndexOutOfBoundsException.class, () -> memory.nextFailure(-1));
    assertThrows(IndexOutOfBoundsException.class, () -> memory.nextFailure(4));
  }
}
