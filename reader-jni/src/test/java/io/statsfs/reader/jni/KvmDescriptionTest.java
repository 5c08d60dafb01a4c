package io.statsfs.reader.jni;

import static io.statsfs.reader.jni.KvmBytes.BYTES;
import static io.statsfs.reader.jni.KvmBytes.NONE;
import static io.statsfs.reader.jni.KvmBytes.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.statsfs.reader.jni.KvmDescription.Field;
import io.statsfs.reader.jni.KvmDescription.Type;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the bytes of the kernel say. */
class KvmDescriptionTest {

  @Test
  void eachFieldIsTaken() {
    ByteBuffer bytes =
        new KvmBytes("kvm-7")
            .with("exits", 0)
            .with("pages_4k", 1)
            .with("max_rmap", 2)
            .with("sizes", 3, BYTES, 2, 10, 20, 4096)
            .with("times", 4, SECONDS, 10, -9, 32, 0)
            .with("newer", 9)
            .at(512)
            .build();
    KvmDescription description = KvmDescription.parse(bytes);
    assertEquals(
        List.of(
            new Field("exits", Type.CUMULATIVE, new KvmUnit(NONE, 10, 0), 1, 0, 0),
            new Field("pages_4k", Type.INSTANT, new KvmUnit(NONE, 10, 0), 1, 8, 0),
            new Field("max_rmap", Type.PEAK, new KvmUnit(NONE, 10, 0), 1, 16, 0),
            new Field("sizes", Type.LINEAR_HISTOGRAM, new KvmUnit(BYTES, 2, 10), 20, 24, 4096),
            new Field(
                "times", Type.LOGARITHMIC_HISTOGRAM, new KvmUnit(SECONDS, 10, -9), 32, 184, 0),
            new Field("newer", Type.UNKNOWN, new KvmUnit(NONE, 10, 0), 1, 512, 0)),
        description.fields());
    assertEquals(24 + 6 * 64, KvmDescription.size(bytes));
    assertEquals(24 + 48 + 6 * 64, description.end());
    // By its offset, and not by its place among the descriptions.
    assertEquals(4096 + 512, description.offset(description.fields().get(5), 0));
    assertEquals(4096 + 184 + 31 * 8, description.offset(description.fields().get(4), 31));
  }

  @Test
  void whatHasNoNameOrNoPlaceIsPassedOver() {
    KvmDescription description =
        KvmDescription.parse(
            new KvmBytes("kvm-7")
                .with("", 0)
                .with("exits", 0)
                .with("exits", 1)
                .with("none", 0, NONE, 10, 0, 0, 0)
                .with("two", 0, NONE, 10, 0, 2, 0)
                .with("empty", 4, NONE, 10, 0, 0, 0)
                .build());
    assertEquals(List.of("exits"), description.fields().stream().map(Field::name).toList());
    assertEquals(Type.CUMULATIVE, description.fields().get(0).type());
  }

  @Test
  void namesAreBytes() {
    KvmDescription description =
        KvmDescription.parse(new KvmBytes("kvm-7").with("guest \u00ff", 0).build());
    assertEquals("guest \\xff", description.fields().get(0).name());
  }

  @ParameterizedTest
  @CsvSource({
    "3, 4096, 0, 0",
    "3, 4096, 2, 8192",
    "3, 4294967295, 65534, 281466386710530",
    "4, 0, 0, 0",
    "4, 0, 1, 1",
    "4, 0, 2, 2",
    "4, 0, 5, 16",
    "4, 0, 31, 1073741824",
    "4, 0, 64, 9223372036854775808",
    "4, 0, 65, 2^64",
  })
  void aBucketHasItsLeastValue(int type, long size, int number, String least) {
    Field field = new Field("f", Type.values()[type], new KvmUnit(NONE, 10, 0), 65_535, 0, size);
    assertEquals(least, field.bucket(number));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 10, 0, ''",
    "4, 10, 0, ''",
    "9, 10, 0, ''",
    "1, 10, 0, By",
    "1, 2, 0, By",
    "1, 2, 10, KiBy",
    "1, 2, 20, MiBy",
    "1, 2, 30, GiBy",
    "1, 2, 40, TiBy",
    "1, 2, 12, 4096.By",
    "1, 10, 3, kBy",
    "1, 10, 6, MBy",
    "1, 10, 9, GBy",
    "1, 10, 12, TBy",
    "1, 10, 1, 10.By",
    "1, 2, 3, 8.By",
    "2, 10, 0, s",
    "2, 10, -3, ms",
    "2, 10, -6, us",
    "2, 10, -9, ns",
    "2, 10, -8, s/100000000",
    "2, 2, -9, s/512",
    "2, 10, 3, 1000.s",
    "2, 10, -19, 10*-19.s",
    "2, 2, 63, ''",
    "3, 10, 0, {cycle}",
    "3, 10, 3, 1000.{cycle}",
    "0, 10, 3, 1000",
    "0, 2, -1, 1/2",
  })
  void unitsAreThoseOfUcum(int code, int base, int exponent, String ucum) {
    KvmUnit unit = new KvmUnit(code, base, exponent);
    assertEquals(ucum, unit.ucum());
    assertEquals(exponent != 0 || !ucum.isEmpty(), unit.isKnown());
  }
}
