package io.statsfs.pattern;

import java.util.BitSet;
import java.util.function.IntPredicate;

/** A part of a pattern: what it can be in a text. Immutable. */
public abstract class Part {
  private Part() {}

  /**
   * Finds where this can begin.
   *
   * @param from the first place that counts
   * @param next where what follows can begin, the end of the text being its last
   * @return the places at which this can begin so that it ends at one of {@code next}
   */
  abstract BitSet places(String text, int from, BitSet next);

  /** The last of {@code next} at which this can end if it begins at a place. */
  abstract int end(String text, int place, BitSet next);

  /** Just these characters. */
  public static Part text(String literal) {
    return new Literal(literal);
  }

  /** One character. */
  public static Part one(IntPredicate characters) {
    return new Run(characters, 1, 1);
  }

  /** As many characters as there are, and at least so many, which is 0 or 1. */
  public static Part run(IntPredicate characters, int least) {
    return new Run(characters, least, Integer.MAX_VALUE);
  }

  /** Runs of some ASCII characters, with one of others between each two. */
  public static Part joined(String characters, String separators) {
    return new Joined(characters, separators);
  }

  /** Nothing, or all up to any {@code /}. */
  public static Part levels() {
    return new Levels();
  }

  private static final class Literal extends Part {
    private final String literal;

    Literal(String literal) {
      this.literal = literal;
    }

    @Override
    BitSet places(String text, int from, BitSet next) {
      BitSet places = new BitSet(text.length() + 1);
      int end = next.nextSetBit(from + literal.length());
      while (end >= 0) {
        int place = end - literal.length();
        if (text.startsWith(literal, place)) {
          places.set(place);
        }
        end = next.nextSetBit(end + 1);
      }
      return places;
    }

    @Override
    int end(String text, int place, BitSet next) {
      return place + literal.length();
    }
  }

  /** A character is a code point, so that none of those that take two chars is cut in half. */
  private static final class Run extends Part {
    private final IntPredicate characters;
    private final int least;
    private final int most;

    Run(IntPredicate characters, int least, int most) {
      this.characters = characters;
      this.least = least;
      this.most = most;
    }

    @Override
    BitSet places(String text, int from, BitSet next) {
      BitSet places = new BitSet(text.length() + 1);
      int place = next.length() - 1;
      // Whether what begins at this place with one of the characters can go on to one of the ends.
      boolean isRun = false;
      while (place >= from) {
        boolean isEnd = next.get(place);
        if (isRun || isEnd && least == 0) {
          places.set(place);
        }
        if (place == from) {
          break;
        }
        int before = text.codePointBefore(place);
        isRun = (isEnd || isRun && most > 1) && characters.test(before);
        place -= Character.charCount(before);
      }
      return places;
    }

    @Override
    int end(String text, int place, BitSet next) {
      int end = least == 0 && next.get(place) ? place : -1;
      int length = next.length() - 1;
      int taken = 0;
      for (int i = place; i < length && taken < most; taken++) {
        int character = text.codePointAt(i);
        if (!characters.test(character)) {
          break;
        }
        i += Character.charCount(character);
        end = next.get(i) ? i : end;
      }
      return end;
    }
  }

  private static final class Joined extends Part {
    private final String characters;
    private final String separators;

    Joined(String characters, String separators) {
      this.characters = characters;
      this.separators = separators;
    }

    private boolean isRun(String text, int place) {
      return place < text.length() && characters.indexOf(text.charAt(place)) >= 0;
    }

    private boolean isSeparator(String text, int place) {
      return place < text.length() && separators.indexOf(text.charAt(place)) >= 0;
    }

    @Override
    BitSet places(String text, int from, BitSet next) {
      BitSet places = new BitSet(text.length() + 1);
      for (int place = next.length() - 2; place >= from; place--) {
        if (isRun(text, place)
            && (next.get(place + 1)
                || places.get(place + 1)
                || isSeparator(text, place + 1) && places.get(place + 2))) {
          places.set(place);
        }
      }
      return places;
    }

    @Override
    int end(String text, int place, BitSet next) {
      int end = -1;
      int i = place;
      while (isRun(text, i)) {
        i++;
        end = next.get(i) ? i : end;
        i += isSeparator(text, i) ? 1 : 0;
      }
      return end;
    }
  }

  private static final class Levels extends Part {
    @Override
    BitSet places(String text, int from, BitSet next) {
      BitSet places = (BitSet) next.clone();
      int place = lastEnd(text, from, next);
      while (place > from) {
        place -= Character.charCount(text.codePointBefore(place));
        places.set(place);
      }
      return places;
    }

    @Override
    int end(String text, int place, BitSet next) {
      int end = lastEnd(text, place, next);
      return end < 0 ? place : end;
    }

    /** The last place behind a slash; -1 if there is none. */
    private static int lastEnd(String text, int from, BitSet next) {
      int end = next.length() - 1;
      while (end > from && !(text.charAt(end - 1) == '/' && next.get(end))) {
        end = next.previousSetBit(end - 1);
      }
      return end > from ? end : -1;
    }
  }
}
