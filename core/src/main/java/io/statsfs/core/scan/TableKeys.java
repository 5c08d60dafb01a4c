package io.statsfs.core.scan;

import io.statsfs.spi.PathText;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys of an axis of a file in the order in which a text has them, each once. A key that the
 * text before had is the same object again. For one thread at a time.
 */
final class TableKeys {
  private Map<Object, TableKey> before = new HashMap<>();
  private Map<Object, TableKey> now = new LinkedHashMap<>();

  /**
   * Begins another text.
   *
   * @param size how many keys are expected
   */
  void begin(int size) {
    before = now;
    now = new LinkedHashMap<>(size * 2);
  }

  boolean has(Object name) {
    return now.containsKey(name);
  }

  /** The key with a number. */
  TableKey of(int number) {
    TableKey key = known(number);
    return key == null ? add(number, TableKey.of(number)) : key;
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

  private @Nullable TableKey known(Object name) {
    TableKey key = now.get(name);
    if (key == null && !before.isEmpty()) {
      key = before.get(name);
      if (key != null) {
        now.put(name, key);
      }
    }
    return key;
  }

  private TableKey add(Object name, TableKey key) {
    now.put(name, key);
    return key;
  }

  List<TableKey> all() {
    return List.copyOf(now.values());
  }
}
