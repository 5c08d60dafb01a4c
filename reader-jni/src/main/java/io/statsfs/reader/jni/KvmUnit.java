package io.statsfs.reader.jni;

import java.util.Map;

/**
 * The unit of a statistic of KVM: a code of the kernel, times a power of 10 or 2.
 *
 * @param code the kernel's number of the unit
 * @param base 10 or 2
 */
record KvmUnit(int code, int base, int exponent) {
  private static final int BYTES = 1;
  private static final int SECONDS = 2;
  private static final int CYCLES = 3;

  private static final int MOST_OF_10 = 18;
  private static final int MOST_OF_2 = 62;

  private static final Map<Integer, String> BINARY =
      Map.of(10, "KiBy", 20, "MiBy", 30, "GiBy", 40, "TiBy");
  private static final Map<Integer, String> DECIMAL =
      Map.of(3, "kBy", 6, "MBy", 9, "GBy", 12, "TBy");
  private static final Map<Integer, String> TIMES = Map.of(-3, "ms", -6, "us", -9, "ns");

  /** Whether it says more than that something is counted, or true or false. */
  boolean isKnown() {
    return exponent != 0 || !name().isEmpty();
  }

  private String name() {
    return switch (code) {
      case BYTES -> "By";
      case SECONDS -> "s";
      case CYCLES -> "{cycle}";
      default -> "";
    };
  }

  /**
   * The unit in UCUM, exactly: where it has no name of its own, with a factor, as {@code 4096.By}
   * or {@code s/100000000}.
   */
  String ucum() {
    String name = name();
    if (exponent == 0) {
      return name;
    }
    Map<Integer, String> prefixed =
        code == BYTES
            ? base == 2 ? BINARY : DECIMAL
            : code == SECONDS && base == 10 ? TIMES : Map.of();
    String known = prefixed.get(exponent);
    if (known != null) {
      return known;
    }
    int power = Math.abs(exponent);
    if (power > (base == 2 ? MOST_OF_2 : MOST_OF_10)) {
      // UCUM has no powers but those of ten.
      return base == 2 ? "" : "10*" + exponent + (name.isEmpty() ? "" : "." + name);
    }
    long factor = 1;
    for (int i = 0; i < power; i++) {
      factor *= base;
    }
    if (exponent < 0) {
      return (name.isEmpty() ? "1" : name) + "/" + factor;
    }
    return factor + (name.isEmpty() ? "" : "." + name);
  }
}
