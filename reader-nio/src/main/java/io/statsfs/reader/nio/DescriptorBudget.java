package io.statsfs.reader.nio;

import java.io.BufferedReader;
import java.io.FileReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** How many more files may be kept open. Safe for use by several threads. */
final class DescriptorBudget {
  /** The application needs the rest. */
  private static final int SHARE = 4;

  /** Beyond this the heap that channels take would be felt: some 300 bytes each. */
  private static final int MAX = 100_000;

  private static final String LIMIT = "Max open files";

  private final AtomicInteger left;

  DescriptorBudget(int descriptors) {
    left = new AtomicInteger(descriptors);
  }

  /** A quarter of what the process may open (RLIMIT_NOFILE); none if that cannot be found out. */
  static DescriptorBudget ofProcess() {
    // Not by a channel, which an interrupted thread cannot read.
    try (BufferedReader limits =
        new BufferedReader(new FileReader("/proc/self/limits", StandardCharsets.ISO_8859_1))) {
      // "Max open files            1024                 524288               files"
      for (String line = limits.readLine(); line != null; line = limits.readLine()) {
        if (line.startsWith(LIMIT)) {
          String soft = line.substring(LIMIT.length()).strip().split("\\s+")[0];
          long limit = soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
          return new DescriptorBudget((int) Math.min(MAX, limit / SHARE));
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Not a Linux that we know.
    }
    return new DescriptorBudget(0);
  }

  boolean take() {
    if (left.getAndDecrement() > 0) {
      return true;
    }
    left.incrementAndGet();
    return false;
  }

  void giveBack() {
    left.incrementAndGet();
  }

  int left() {
    return left.get();
  }
}
