package io.statsfs.prometheus;

/**
 * Goes through the elements of a header of HTTP that lists preferences (RFC 9110, 12.4): {@code
 * text/plain;version=0.0.4;q=0.5, *;q=0.1}. Whatever breaks that form counts as what it can be
 * taken for. Allocates nothing more.
 */
final class HeaderList {
  private static final int FULL_QUALITY = 1000;

  private final String header;

  /** Of the present element: its beginning, the end of its name, and its end. */
  private int begin;

  private int nameEnd;
  private int end = -1;

  HeaderList(String header) {
    this.header = header;
  }

  /** Goes to the next element. */
  boolean next() {
    if (end >= header.length()) {
      return false;
    }
    begin = end + 1;
    end = indexOf(',', begin, header.length());
    nameEnd = indexOf(';', begin, end);
    return true;
  }

  /** Whether the element has this name. */
  boolean is(String name) {
    return isTrimmed(begin, nameEnd, name);
  }

  /** Whether a parameter of the element begins with this, or is not there. */
  boolean hasNoOther(String parameter, String prefix) {
    int value = valueOf(parameter);
    return value < 0 || header.startsWith(prefix, value);
  }

  /** The weight of the element, in thousandths. */
  int quality() {
    int at = valueOf("q");
    if (at < 0) {
      return FULL_QUALITY;
    }
    int quality = 0;
    int unit = FULL_QUALITY;
    for (; at < end && unit > 0; at++) {
      char c = header.charAt(at);
      if (c >= '0' && c <= '9') {
        quality += (c - '0') * unit;
        unit /= 10;
      } else if (c != '.') {
        break;
      }
    }
    return Math.min(FULL_QUALITY, quality);
  }

  /** Where the value of a parameter begins; negative if there is none. */
  private int valueOf(String parameter) {
    for (int at = nameEnd; at < end; ) {
      int next = indexOf(';', at + 1, end);
      int equals = indexOf('=', at + 1, next);
      if (equals < next && isTrimmed(at + 1, equals, parameter)) {
        int value = equals + 1;
        while (value < next && (isSpace(value) || header.charAt(value) == '"')) {
          value++;
        }
        return value;
      }
      at = next;
    }
    return -1;
  }

  private boolean isTrimmed(int from, int to, String text) {
    while (from < to && isSpace(from)) {
      from++;
    }
    while (from < to && isSpace(to - 1)) {
      to--;
    }
    return to - from == text.length() && header.regionMatches(true, from, text, 0, text.length());
  }

  private boolean isSpace(int at) {
    return header.charAt(at) == ' ' || header.charAt(at) == '\t';
  }

  private int indexOf(char c, int from, int to) {
    int at = header.indexOf(c, from);
    return at < 0 || at > to ? to : at;
  }
}
