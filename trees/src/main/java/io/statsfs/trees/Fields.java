package io.statsfs.trees;

import io.statsfs.spi.LikelyName;
import io.statsfs.trees.YamlNode.Entry;
import io.statsfs.trees.YamlNode.Mapping;
import io.statsfs.trees.YamlNode.Mark;
import io.statsfs.trees.YamlNode.Scalar;
import io.statsfs.trees.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The values of a mapping of which the keys are known, and what single values can be. */
final class Fields {
  private final Mapping mapping;

  /**
   * The fields of a mapping.
   *
   * @param what the mapping describes, for messages
   * @param known all keys that it may have
   * @throws DeclarationException if it is no mapping, or has a key that is not known
   */
  Fields(YamlNode node, String what, String... known) throws DeclarationException {
    mapping = mapping(node, what + ": a mapping of " + String.join(", ", known));
    for (Entry entry : mapping.entries().values()) {
      String key = entry.key().text();
      if (!Arrays.asList(known).contains(key)) {
        throw new DeclarationException(
            entry.key().mark(), unknown(what, "key", key, Arrays.asList(known)));
      }
    }
  }

  Mark mark() {
    return mapping.mark();
  }

  boolean has(String key) {
    return mapping.entries().containsKey(key);
  }

  /** Where a key is; where the mapping begins if it has no such key. */
  Mark mark(String key) {
    Entry entry = mapping.entries().get(key);
    return entry == null ? mapping.mark() : entry.key().mark();
  }

  @Nullable YamlNode find(String key) {
    Entry entry = mapping.entries().get(key);
    return entry == null ? null : entry.value();
  }

  YamlNode get(String key, String what) throws DeclarationException {
    YamlNode value = find(key);
    if (value == null) {
      throw new DeclarationException(mapping.mark(), "expected '" + key + "': " + what);
    }
    return value;
  }

  String text(String key, String otherwise) throws DeclarationException {
    YamlNode value = find(key);
    return value == null ? otherwise : text(value, "a text");
  }

  boolean isTrue(String key, boolean otherwise) throws DeclarationException {
    YamlNode value = find(key);
    if (value == null) {
      return otherwise;
    }
    return switch (text(value, "true or false")) {
      case "true" -> true;
      case "false" -> false;
      default -> throw expected(value, "true or false");
    };
  }

  /** A number from 0 to a thousand. */
  int number(String key, int otherwise) throws DeclarationException {
    YamlNode value = find(key);
    return value == null ? otherwise : number(value, text(value, "a number"));
  }

  static int number(YamlNode at, String text) throws DeclarationException {
    if (text.matches("[0-9]{1,3}")) {
      return Integer.parseInt(text);
    }
    throw expected(at, "a number from 0 to 999");
  }

  /** A list of texts, or one alone. */
  List<Scalar> texts(String key) throws DeclarationException {
    YamlNode value = find(key);
    return value == null ? List.of() : texts(value);
  }

  static List<Scalar> texts(YamlNode node) throws DeclarationException {
    List<YamlNode> values = node instanceof Sequence list ? list.values() : List.of(node);
    List<Scalar> texts = new ArrayList<>();
    for (YamlNode value : values) {
      text(value, "a text, or a list of texts");
      texts.add((Scalar) value);
    }
    return texts;
  }

  static String text(YamlNode node, String expected) throws DeclarationException {
    if (!(node instanceof Scalar scalar) || scalar.text().isEmpty()) {
      throw node instanceof Scalar
          ? expected(node, expected)
          : expected(node, expected, "; quote a text that begins with { or [");
    }
    return scalar.text();
  }

  static Mapping mapping(YamlNode node, String expected) throws DeclarationException {
    if (!(node instanceof Mapping mapping)) {
      throw expected(node, expected);
    }
    return mapping;
  }

  /** One of some words, such as the constants of an enum in lower case with hyphens. */
  static <T> T word(YamlNode node, String what, Collection<T> values, Function<T, String> name)
      throws DeclarationException {
    Map<String, T> words = new LinkedHashMap<>();
    values.forEach(value -> words.put(name.apply(value), value));
    String text = text(node, "one of " + String.join(", ", words.keySet()));
    T value = words.get(text);
    if (value == null) {
      throw new DeclarationException(
          node.mark(), unknown(what, "value", text, List.copyOf(words.keySet())));
    }
    return value;
  }

  static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static DeclarationException expected(YamlNode node, String expected) {
    return expected(node, expected, "");
  }

  private static DeclarationException expected(YamlNode node, String expected, String advice) {
    return new DeclarationException(
        node.mark(), "expected " + expected + ", but there is " + node.what() + advice);
  }

  /** Makes something that refuses by an exception what does not fit together. */
  static <T> T at(Mark mark, Supplier<T> made) throws DeclarationException {
    try {
      return made.get();
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new DeclarationException(mark, String.valueOf(e.getMessage()));
    }
  }

  private static String unknown(String what, String kind, String word, List<String> known) {
    String message = what + " has no " + kind + " '" + word + "'; ";
    return LikelyName.of(word, known)
        .map(candidate -> message + "did you mean '" + candidate + "'?")
        .orElse(message + "expected one of " + String.join(", ", known));
  }
}
