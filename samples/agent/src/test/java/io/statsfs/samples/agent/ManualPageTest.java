package io.statsfs.samples.agent;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Compares the manual page with {@code --help}. */
class ManualPageTest {
  private static final Path PAGE = Path.of("src/dist/share/man/man1/statsfs-agent.1");

  /** Macros of mdoc that print their arguments. */
  private static final Pattern MACRO = Pattern.compile("\\b(Cm|Li|Ar|Ev|Pa)\\b ");

  private final CommandLine agent = new CommandLine(new StatsFsAgent());

  /** The entries of a section's list: what follows .It, and the text below it. */
  private static Map<String, String> entries(String section) throws IOException {
    Map<String, String> entries = new TreeMap<>();
    String present = "";
    String entry = null;
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith(".Sh ")) {
        present = line.substring(".Sh ".length());
        entry = null;
      } else if (!present.equals(section)) {
        continue;
      } else if (line.startsWith(".It ")) {
        entry = text(line.substring(".It ".length()));
        entries.put(entry, "");
      } else if (line.equals(".El")) {
        entry = null;
      } else if (entry != null) {
        String text = line.startsWith(".") ? text(line.substring(1)) : line;
        entries.merge(entry, text, (before, after) -> (before + " " + after).strip());
      }
    }
    return entries;
  }

  private static String text(String macros) {
    return MACRO.matcher(macros).replaceAll("").replace("Fl ", "-").replaceAll(" ([,.;])", "$1");
  }

  @Test
  void optionsAndWhatTheyDoAreThoseOfTheHelp() throws IOException {
    Map<String, String> page = entries("DESCRIPTION");
    List<String> names = new ArrayList<>();
    for (OptionSpec option : agent.getCommandSpec().options()) {
      String name =
          String.join(", ", option.names())
              + (option.arity().max() == 0 ? "" : " " + option.paramLabel());
      names.add(name);
      if (!option.usageHelp() && !option.versionHelp()) {
        String description = String.join(" ", option.description());
        assertTrue(
            String.valueOf(page.get(name)).startsWith(description),
            name + "\n" + description + "\n" + page.get(name));
      }
    }
    assertEquals(new TreeSet<>(names), page.keySet());
  }

  @Test
  void theSynopsisHasAllOptions() throws IOException {
    String page = Files.readString(PAGE);
    String synopsis = page.substring(page.indexOf(".Sh SYNOPSIS"), page.indexOf(".Sh DESCRIPTION"));
    for (OptionSpec option : agent.getCommandSpec().options()) {
      assertTrue(
          synopsis.contains("Fl " + option.longestName().substring(1)), option.longestName());
    }
  }

  @Test
  void variablesAndExitCodesOfTheHelpAreThere() throws IOException {
    String help = agent.getUsageMessage();
    String variables = String.join(" ", entries("ENVIRONMENT").keySet());
    Pattern.compile("(OTEL|STATSFS)_[A-Z_]+[A-Z]\\b(?!_\\*)")
        .matcher(help)
        .results()
        .forEach(
            name -> assertTrue(variables.contains(name.group()), name.group() + ": " + variables));
    String codes = help.substring(help.indexOf("Exit code:"));
    assertEquals(
        Pattern.compile("\\b[0-9]\\b")
            .matcher(codes)
            .results()
            .map(code -> code.group())
            .collect(joining(" ")),
        entries("EXIT STATUS").keySet().stream()
            .filter(code -> code.length() == 1)
            .collect(joining(" ")));
  }
}
