package io.statsfs;

/** Matches text against a pattern of {@code *} and {@code ?}. */
final class Glob {
  private Glob() {}

  /** Goes back to the last star only, so that no pattern takes exponential time. */
  static boolean matches(String glob, String text) {
    int g = 0;
    int t = 0;
    int star = -1;
    int starText = 0;
    while (t < text.length()) {
      if (g < glob.length() && glob.charAt(g) == '*') {
        star = g++;
        starText = t;
      } else if (g < glob.length() && glob.charAt(g) == '?') {
        g++;
        t += Character.charCount(text.codePointAt(t));
      } else if (g < glob.length() && glob.charAt(g) == text.charAt(t)) {
        g++;
        t++;
      } else if (star >= 0) {
        g = star + 1;
        t = ++starText;
      } else {
        return false;
      }
    }
    while (g < glob.length() && glob.charAt(g) == '*') {
      g++;
    }
    return g == glob.length();
  }
}
