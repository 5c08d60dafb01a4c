package io.statsfs.core.scan;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The keys of an axis of a file in the order in which a text has them, each once. A key that the
 * text before had is the same object again. For one thread at a time.
 */
final class TableKeys {
  private Map<Object, TableKey> before = new HashMap<>();
  private Map<Object, TableKey> now = new LinkedHashMap<>();

  /** Begins another text. */
  void begin() {
    before = now;
    now = new LinkedHashMap<>();
  }

  boolean has(Object name) {
    return now.containsKey(name);
  }

  /** The key with a name, or a number. */
  TableKey of(Object name, Supplier<TableKey> fresh) {
    TableKey key = now.get(name);
    if (key == null) {
      key = before.get(name);
      key = key == null ? fresh.get() : key;
      now.put(name, key);
    }
    return key;
  }

  List<TableKey> all() {
    return List.copyOf(now.values());
  }
}
