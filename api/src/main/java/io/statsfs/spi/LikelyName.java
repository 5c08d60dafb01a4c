package io.statsfs.spi;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds the name that was likely meant where an unknown one is written, for messages.
 *
 * <p>Stateless, and safe for use by several threads.
 */
public final class LikelyName {
  private static final int MOST_TYPOS = 2;

  private LikelyName() {}

  /**
   * The known name that is most like an unknown one: its beginning or continuation, or what differs
   * from it by at most two characters and half of them.
   *
   * @param name the unknown name
   * @param known the names that there are
   * @return the one that was likely meant; empty if none is like it
   */
  public static Optional<String> of(String name, Collection<String> known) {
    String plain = plain(name);
    return known.stream()
        .filter(candidate -> isLike(plain, plain(candidate)))
        .min(Comparator.comparing(candidate -> distance(plain, plain(candidate))));
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace(' ', '-').replace('_', '-');
  }

  private static boolean isLike(String name, String meant) {
    if (name.length() < 2 || name.length() > 2 * meant.length()) {
      return false;
    }
    int distance = distance(name, meant);
    return name.startsWith(meant)
        || meant.startsWith(name)
        || distance <= MOST_TYPOS && 2 * distance <= name.length();
  }

  /** How many characters must be put in, taken out or replaced to make one of the other. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, i -> i);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
