package io.statsfs.trees;

import java.util.List;
import java.util.Map;

/** A part of a YAML text, with the place where it begins. Scalars are text, whatever they say. */
sealed interface YamlNode {
  /** Where the node begins, counted from 1. */
  record Mark(int line, int column) {}

  /** Where the node begins. */
  Mark mark();

  /** What the node is, for messages. */
  String what();

  /** A single value. */
  record Scalar(Mark mark, String text) implements YamlNode {
    @Override
    public String what() {
      return text.isEmpty() ? "nothing" : "'" + text + "'";
    }
  }

  /** Values one after the other. */
  record Sequence(Mark mark, List<YamlNode> values) implements YamlNode {
    @Override
    public String what() {
      return "a list";
    }
  }

  /** Values by key, in the order of the text. */
  record Mapping(Mark mark, Map<String, Entry> entries) implements YamlNode {
    @Override
    public String what() {
      return "a mapping";
    }
  }

  /** A value of a mapping. */
  record Entry(Scalar key, YamlNode value) {}
}
