package io.statsfs.trees;

import io.statsfs.trees.YamlNode.Entry;
import io.statsfs.trees.YamlNode.Mapping;
import io.statsfs.trees.YamlNode.Mark;
import io.statsfs.trees.YamlNode.Scalar;
import io.statsfs.trees.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlVersionException;

/**
 * Reads YAML 1.2 of one document without anchors, aliases and tags, of which no declaration has any
 * need and with which a small text can stand for a large one.
 *
 * <p>The only class that uses the YAML parser.
 */
final class YamlText {
  private static final int MOST_NODES = 100_000;
  private static final int MOST_LEVELS = 16;

  private final Iterator<Event> events;
  private int nodes;

  private YamlText(Iterator<Event> events) {
    this.events = events;
  }

  /**
   * Reads a text.
   *
   * @throws DeclarationException if it is not such YAML
   */
  static YamlNode read(String text) throws DeclarationException {
    LoadSettings settings =
        LoadSettings.builder()
            .setCodePointLimit(Integer.MAX_VALUE)
            .setParseComments(false)
            .setUseMarks(true)
            .build();
    try {
      return new YamlText(new Parse(settings).parseString(text).iterator()).document();
    } catch (MarkedYamlEngineException e) {
      Mark mark =
          e.getProblemMark().or(e::getContextMark).map(YamlText::mark).orElse(new Mark(1, 1));
      String indentation = e.getProblem().contains("<block end>") ? indentation(text, mark) : null;
      String context = e.getContext() == null ? "" : e.getContext() + ": ";
      throw new DeclarationException(
          mark, "no YAML: " + (indentation == null ? context + e.getProblem() : indentation));
    } catch (YamlVersionException e) {
      throw new DeclarationException(new Mark(1, 1), "no YAML 1.2, as its '%YAML' says");
    } catch (YamlEngineException e) {
      throw new DeclarationException(new Mark(1, 1), "no YAML: " + e.getMessage());
    }
  }

  /** What is wrong with the indentation of a line; null if it fits those above. */
  private static @Nullable String indentation(String text, Mark mark) {
    List<String> lines = text.lines().limit(mark.line()).toList();
    int indentation = blanks(lines.get(lines.size() - 1));
    TreeSet<Integer> above = new TreeSet<>();
    for (int i = lines.size() - 2; i >= 0; i--) {
      String line = lines.get(i).strip();
      int blanks = blanks(lines.get(i));
      boolean isContent = !line.isEmpty() && !line.startsWith("#");
      if (isContent && (above.isEmpty() || blanks < above.first())) {
        above.add(blanks);
      }
    }
    if (above.isEmpty() || above.contains(indentation) || mark.column() != indentation + 1) {
      return null;
    }
    String fitting = above.stream().map(String::valueOf).collect(Collectors.joining(" or "));
    return "the line is indented by " + indentation + ", where the lines above have " + fitting;
  }

  private static int blanks(String line) {
    return line.length() - line.stripLeading().length();
  }

  private YamlNode document() throws DeclarationException {
    Event event = events.next();
    while (event.getEventId() == Event.ID.StreamStart
        || event.getEventId() == Event.ID.DocumentStart) {
      event = events.next();
    }
    if (event.getEventId() == Event.ID.StreamEnd) {
      throw new DeclarationException(new Mark(1, 1), "the file is empty; expected 'tree: NAME'");
    }
    YamlNode root = node(event, 0);
    events.next();
    event = events.next();
    if (event.getEventId() != Event.ID.StreamEnd) {
      throw new DeclarationException(mark(event), "a file declares one tree; expected its end");
    }
    return root;
  }

  private YamlNode node(Event event, int level) throws DeclarationException {
    Mark mark = mark(event);
    if (event.getEventId() == Event.ID.Alias || ((NodeEvent) event).getAnchor().isPresent()) {
      throw new DeclarationException(mark, "anchors (&) and aliases (*) are not read; quote a '*'");
    } else if (hasTag(event)) {
      throw new DeclarationException(mark, "tags (!) are not read; quote a text that begins so");
    } else if (level > MOST_LEVELS) {
      throw new DeclarationException(mark, "more than " + MOST_LEVELS + " levels");
    } else if (++nodes > MOST_NODES) {
      throw new DeclarationException(mark, "more than " + MOST_NODES + " values");
    }
    return switch (event.getEventId()) {
      case Scalar -> new Scalar(mark, ((ScalarEvent) event).getValue());
      case SequenceStart -> sequence(mark, level);
      default -> mapping(mark, level);
    };
  }

  private static boolean hasTag(Event event) {
    return event instanceof ScalarEvent scalar
        ? scalar.getTag().isPresent()
        : event instanceof CollectionStartEvent collection && collection.getTag().isPresent();
  }

  private Sequence sequence(Mark mark, int level) throws DeclarationException {
    List<YamlNode> values = new ArrayList<>();
    Event event = events.next();
    while (event.getEventId() != Event.ID.SequenceEnd) {
      values.add(node(event, level + 1));
      event = events.next();
    }
    return new Sequence(mark, List.copyOf(values));
  }

  private Mapping mapping(Mark mark, int level) throws DeclarationException {
    Map<String, Entry> entries = new LinkedHashMap<>();
    Event event = events.next();
    while (event.getEventId() != Event.ID.MappingEnd) {
      YamlNode key = node(event, level + 1);
      if (!(key instanceof Scalar name)) {
        throw new DeclarationException(key.mark(), "expected a key, not " + key.what());
      }
      YamlNode value = node(events.next(), level + 1);
      Entry before = entries.putIfAbsent(name.text(), new Entry(name, value));
      if (before != null) {
        throw new DeclarationException(
            name.mark(),
            "'" + name.text() + "' is there already, in line " + before.key().mark().line());
      }
      event = events.next();
    }
    return new Mapping(mark, entries);
  }

  private static Mark mark(Event event) {
    Optional<org.snakeyaml.engine.v2.exceptions.Mark> mark = event.getStartMark();
    return mark.map(YamlText::mark).orElse(new Mark(1, 1));
  }

  private static Mark mark(org.snakeyaml.engine.v2.exceptions.Mark mark) {
    return new Mark(mark.getLine() + 1, mark.getColumn() + 1);
  }
}
