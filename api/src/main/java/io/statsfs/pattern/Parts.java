package io.statsfs.pattern;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pattern that is a sequence of parts, some of which are labels. The whole of a text must match.
 * Each part takes as much as the others leave, the first part first, as in a greedy regular
 * expression; but it takes time and memory in proportion to the number of parts times the length of
 * the text, whatever these are. Immutable.
 */
public final class Parts {
  /** What each text begins and ends with, so that most that do not match are found out by that. */
  private final String beginning;

  private final String ending;

  /** Between the two. */
  private final List<Part> parts;

  private final boolean[] isLabel;
  private final int labels;

  private Parts(Builder builder) {
    beginning = builder.beginning.toString();
    ending = builder.literal.toString();
    parts = List.copyOf(builder.parts);
    isLabel = new boolean[parts.size()];
    int count = 0;
    for (int i = 0; i < isLabel.length; i++) {
      isLabel[i] = builder.isLabel.get(i);
      count += isLabel[i] ? 1 : 0;
    }
    labels = count;
  }

  /** Begins a pattern. */
  public static Builder builder() {
    return new Builder();
  }

  /** Whether a text matches. */
  public boolean matches(String text) {
    if (!mayMatch(text)) {
      return false;
    }
    BitSet next = ends(text);
    for (int i = parts.size() - 1; i >= 0; i--) {
      next = parts.get(i).places(text, beginning.length(), next);
    }
    return next.get(beginning.length());
  }

  /** The beginning and the end of each label in a text; null if the text does not match. */
  public int @Nullable [] find(String text) {
    if (!mayMatch(text)) {
      return null;
    }
    BitSet[] places = new BitSet[parts.size() + 1];
    places[parts.size()] = ends(text);
    for (int i = parts.size() - 1; i >= 0; i--) {
      places[i] = parts.get(i).places(text, beginning.length(), places[i + 1]);
    }
    int place = beginning.length();
    if (!places[0].get(place)) {
      return null;
    }
    int[] found = new int[2 * labels];
    int label = 0;
    for (int i = 0; i < parts.size(); i++) {
      int end = parts.get(i).end(text, place, places[i + 1]);
      if (isLabel[i]) {
        found[label++] = place;
        found[label++] = end;
      }
      place = end;
    }
    return found;
  }

  private boolean mayMatch(String text) {
    return text.length() >= beginning.length() + ending.length()
        && text.startsWith(beginning)
        && text.endsWith(ending);
  }

  /** Where the last part must end. */
  private BitSet ends(String text) {
    int end = text.length() - ending.length();
    BitSet ends = new BitSet(end + 1);
    ends.set(end);
    return ends;
  }

  /** Makes a pattern, part by part. */
  public static final class Builder {
    private final StringBuilder beginning = new StringBuilder();
    private final List<Part> parts = new ArrayList<>();
    private final List<Boolean> isLabel = new ArrayList<>();

    /** The characters since the last part. */
    private final StringBuilder literal = new StringBuilder();

    private Builder() {}

    /** A character that stands for itself, or half of one that takes two. */
    public Builder character(char c) {
      (parts.isEmpty() ? beginning : literal).append(c);
      return this;
    }

    /** A part that is no label. */
    public Builder part(Part part) {
      return add(part, false);
    }

    /** A part that is a label. */
    public Builder label(Part part) {
      return add(part, true);
    }

    private Builder add(Part part, boolean isItLabel) {
      if (!literal.isEmpty()) {
        parts.add(Part.text(literal.toString()));
        isLabel.add(false);
        literal.setLength(0);
      }
      parts.add(part);
      isLabel.add(isItLabel);
      return this;
    }

    /** Ends the pattern. */
    public Parts build() {
      return new Parts(this);
    }
  }
}
