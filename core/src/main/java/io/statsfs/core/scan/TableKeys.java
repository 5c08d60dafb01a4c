package io.statsfs.core.scan;

import io.statsfs.spi.PathText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of an axis of a file in the order in which a text has them, each once: numbers without a
 * gap, or names. A key that the text before had is the same object again. For one thread at a time.
 */
final class TableKeys {
  private Map<String, TableKey> before = new HashMap<>();
  private Map<String, TableKey> now = new LinkedHashMap<>();

  /** Names that the text has, and that are no keys. */
  private final Set<String> others = new HashSet<>();

  /** By their numbers, also of the text before. */
  private final List<TableKey> numbered = new ArrayList<>();

  private int numbers;

  /**
   * Begins another text.
   *
   * @param size how many names are expected
   */
  void begin(int size) {
    before = now;
    now = new LinkedHashMap<>(size * 2);
    others.clear();
    numbered.subList(numbers, numbered.size()).clear();
    numbers = 0;
  }

  /** Takes in the keys of a text that was not read here, as those of the last one. */
  void hold(List<TableKey> keys) {
    begin(keys.size());
    for (TableKey key : keys) {
      byte[] bytes = key.bytes();
      if (bytes == null) {
        numbers++;
      } else {
        now.put(PathText.decode(bytes), key);
      }
    }
    if (numbers > 0) {
      numbered.clear();
      numbered.addAll(keys);
    }
  }

  boolean has(String name) {
    return now.containsKey(name);
  }

  /** The key with a number. */
  TableKey of(int number) {
    while (numbered.size() <= number) {
      numbered.add(TableKey.of(numbered.size()));
    }
    numbers = Math.max(numbers, number + 1);
    return numbered.get(number);
  }

  /** The key with a name. */
  TableKey of(String name) {
    TableKey key = known(name);
    return key == null ? add(name, TableKey.of(PathText.encode(name))) : key;
  }

  /** The same, whose bytes these are. */
  TableKey of(String name, byte[] bytes) {
    TableKey key = known(name);
    return key == null ? add(name, TableKey.of(bytes)) : key;
  }

  /** The same; null if the text had that name before. */
  @Nullable TableKey first(String name, byte[] bytes) {
    if (!others.isEmpty() && others.contains(name)) {
      return null;
    }
    TableKey known = before.isEmpty() ? null : before.get(name);
    TableKey key = known == null ? TableKey.of(bytes) : known;
    return now.putIfAbsent(name, key) == null ? key : null;
  }

  /** The name that was the last is no key. */
  void passOver(String name) {
    now.remove(name);
    others.add(name);
  }

  private @Nullable TableKey known(String name) {
    TableKey key = now.get(name);
    if (key == null && !before.isEmpty()) {
      key = before.get(name);
      if (key != null) {
        now.put(name, key);
      }
    }
    return key;
  }

  private TableKey add(String name, TableKey key) {
    now.put(name, key);
    return key;
  }

  List<TableKey> all() {
    return List.copyOf(numbers > 0 ? numbered.subList(0, numbers) : now.values());
  }
}
