package io.statsfs.reader.jni;

import io.statsfs.spi.PathText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What the command line of QEMU says of its virtual machine. Pure. */
final class QemuCommandLine {
  private static final Pattern PROGRAM = Pattern.compile("(?:.*/)?(?:qemu[^/]*|kvm)");

  /** Commas within values are doubled. */
  private static final String COMMA = ",,";

  /** Of a value; what is longer is cut. */
  private static final int MOST_CHARACTERS = 255;

  private QemuCommandLine() {}

  /**
   * The labels of the machine.
   *
   * @param bytes arguments, each ended by a zero, as {@code /proc/<pid>/cmdline} has them
   * @return {@code name} and {@code uuid}, as far as they are given; empty for another program
   */
  static Map<String, String> labels(byte[] bytes) {
    List<String> arguments = arguments(bytes);
    Map<String, String> labels = new LinkedHashMap<>();
    if (arguments.isEmpty() || !PROGRAM.matcher(arguments.get(0)).matches()) {
      return labels;
    }
    // As QEMU does, the last one of an option counts.
    for (int i = 1; i + 1 < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.equals("-name") || argument.equals("--name")) {
        put(labels, "name", guest(arguments.get(++i)));
      } else if (argument.equals("-uuid") || argument.equals("--uuid")) {
        put(labels, "uuid", arguments.get(++i));
      }
    }
    Map<String, String> inOrder = new LinkedHashMap<>();
    for (String key : List.of("name", "uuid")) {
      String value = labels.get(key);
      if (value != null) {
        inOrder.put(key, value);
      }
    }
    return inOrder;
  }

  private static void put(Map<String, String> labels, String key, String value) {
    if (!value.isEmpty()) {
      labels.put(
          key, value.length() > MOST_CHARACTERS ? value.substring(0, MOST_CHARACTERS) : value);
    }
  }

  /** Of {@code guest=x,process=y} or {@code x,process=y} the first part. */
  private static String guest(String options) {
    String guest = "";
    boolean isFirst = true;
    for (String option : options.replace(COMMA, "\0").split(",")) {
      int equals = option.indexOf('=');
      if (equals < 0 && isFirst) {
        guest = option;
      } else if (equals >= 0 && option.substring(0, equals).equals("guest")) {
        guest = option.substring(equals + 1);
      }
      isFirst = false;
    }
    return guest.replace('\0', ',');
  }

  private static List<String> arguments(byte[] bytes) {
    List<String> arguments = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == 0) {
        arguments.add(PathText.decode(Arrays.copyOfRange(bytes, from, i)));
        from = i + 1;
      }
    }
    return arguments;
  }
}
