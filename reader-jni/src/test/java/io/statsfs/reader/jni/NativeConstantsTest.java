package io.statsfs.reader.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.statsfs.Status;
import io.statsfs.spi.FilePlan;
import io.statsfs.spi.SampleMemory;
import io.statsfs.spi.Shape;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What Java and C agree on is the same in both, and nothing is in one of them alone. */
class NativeConstantsTest {
  private static final Pattern CONSTANT =
      Pattern.compile("SFS_([A-Z_]+) = (-?\\d+)(?: << (\\d+))?");

  private static final Set<String> OUTCOMES = Set.of("KIND_SHIFT", "ERRNO_SHIFT");

  /** The constants of a header, without their prefix. */
  private static Map<String, Integer> constants(String header) throws IOException {
    String text = Files.readString(Path.of("src/main/c", header));
    Map<String, Integer> constants = new TreeMap<>();
    Matcher matcher = CONSTANT.matcher(text);
    while (matcher.find()) {
      int shift = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
      constants.put(matcher.group(1), Integer.parseInt(matcher.group(2)) << shift);
    }
    return constants;
  }

  private static void put(Map<String, Integer> constants, String prefix, Enum<?>[] values) {
    for (Enum<?> value : values) {
      constants.put(prefix + value.name(), value.ordinal());
    }
  }

  @Test
  void plans() throws Exception {
    Map<String, Integer> ofJava = new TreeMap<>();
    for (Field field : NativePlan.class.getDeclaredFields()) {
      if (field.getType() == int.class && !field.getName().equals("NONE")) {
        ofJava.put(field.getName(), field.getInt(null));
      }
    }
    ofJava.remove("SLOT_FLOAT");
    ofJava.remove("SLOT_NO_VALUE");
    ofJava.remove("SLOT_SHIFT");
    assertEquals(ofJava, constants("plan.h"));
  }

  @Test
  void mounts() throws Exception {
    Map<String, Integer> ofJava = new TreeMap<>();
    for (Field field : MountsMemory.class.getDeclaredFields()) {
      if (field.getType() == int.class && !field.getName().equals("NONE")) {
        ofJava.put(field.getName(), field.getInt(null));
      }
    }
    assertEquals(ofJava, constants("mounts.h"));
  }

  @Test
  void machines() throws Exception {
    Map<String, Integer> ofJava = new TreeMap<>();
    for (Class<?> holder : List.of(KvmMemory.class, NativeKvm.class, KvmFound.class)) {
      for (Field field : holder.getDeclaredFields()) {
        if (field.getType() == int.class
            && !Modifier.isPrivate(field.getModifiers())
            && Modifier.isStatic(field.getModifiers())) {
          String name = field.getName();
          ofJava.put(name.startsWith("KVM_") ? name : "KVM_" + name, field.getInt(null));
        }
      }
    }
    assertEquals(ofJava, constants("kvm.h"));
  }

  @Test
  void tables() throws Exception {
    Map<String, Integer> ofJava = new TreeMap<>();
    put(ofJava, "", Status.values());
    put(ofJava, "HEADING_", Shape.Heading.values());
    put(ofJava, "HEADER_", Shape.Header.values());
    put(ofJava, "ROW_KEY_", Shape.RowKey.values());
    put(ofJava, "COLUMN_KEY_", Shape.ColumnKey.values());
    ofJava.put("UNFINISHED", JniBatch.UNFINISHED);
    ofJava.put("ANY", Shape.ANY);
    ofJava.put("HEADING_BYTES", Shape.HEADING_BYTES);
    ofJava.put("VALUE_BYTES", FilePlan.VALUE_BYTES);
    ofJava.put("SLOT_FLOAT", NativePlan.SLOT_FLOAT);
    ofJava.put("SLOT_NO_VALUE", NativePlan.SLOT_NO_VALUE);
    ofJava.put("SLOT_SHIFT", NativePlan.SLOT_SHIFT);
    Map<String, Integer> ofC = constants("table.h");
    // What C functions return to each other, and outcomes.
    ofC.keySet().removeIf(name -> name.startsWith("TEXT_") || OUTCOMES.contains(name));
    assertEquals(ofJava, ofC);
  }

  @Test
  void outcomes() throws Exception {
    Map<String, Integer> c = constants("table.h");
    c.putAll(constants("number.h"));
    c.putAll(constants("batch.h"));
    SampleMemory memory = new SampleMemory(1);
    memory.putLong(0, 1);
    assertEquals(c.get("OK") | c.get("SIGNED") << c.get("KIND_SHIFT"), outcome(memory));
    memory.putUnsigned(0, -1);
    assertEquals(c.get("OK") | c.get("UNSIGNED") << c.get("KIND_SHIFT"), outcome(memory));
    memory.putDouble(0, 1);
    assertEquals(c.get("OK") | c.get("DOUBLE") << c.get("KIND_SHIFT"), outcome(memory));
    memory.putFailure(0, Status.DENIED, 13);
    assertEquals(c.get("DENIED") | 13 << c.get("ERRNO_SHIFT"), outcome(memory));
    memory.leaveOut(0, Status.BLOCKED, 0);
    assertEquals(c.get("BLOCKED") | c.get("LEFT_OUT"), outcome(memory));
  }

  private static int outcome(SampleMemory memory) {
    return memory.buffer().getInt(8 * memory.size());
  }
}
