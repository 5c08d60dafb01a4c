package io.statsfs.trees;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.harrel.jsonschema.Validator;
import dev.harrel.jsonschema.ValidatorFactory;
import dev.harrel.jsonschema.providers.JacksonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The JSON schema, which editors use, and the reader agree. */
class LayoutSchemaTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern EXAMPLE = Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL);

  /** What the schema says against a text; empty if nothing. */
  private static String against(String yaml) throws IOException {
    Object value = new Load(LoadSettings.builder().build()).loadFromString(yaml);
    Validator validator =
        new ValidatorFactory().withJsonNodeFactory(new JacksonNode.Factory()).createValidator();
    URI schema =
        validator.registerSchema(
            Files.readString(CompiledLayoutsTest.SHIPPED.resolve("layout.schema.json")));
    Validator.Result result = validator.validate(schema, JSON.writeValueAsString(value));
    return result.isValid() ? "" : result.getErrors().toString();
  }

  static List<Path> shipped() throws IOException {
    return CompiledLayoutsTest.shippedFiles();
  }

  @ParameterizedTest
  @MethodSource
  void shipped(Path file) throws IOException {
    assertEquals("", against(Files.readString(file)));
  }

  static List<String> examples() throws IOException {
    Matcher matcher = EXAMPLE.matcher(Files.readString(Path.of("../docs/layouts.md")));
    List<String> examples = new ArrayList<>();
    while (matcher.find()) {
      examples.add(matcher.group(1));
    }
    return examples;
  }

  /** The examples of the page are whole declarations. */
  @ParameterizedTest
  @MethodSource
  void examples(String example) throws IOException, DeclarationException {
    assertEquals("", against(example));
    Layouts.parse("docs/layouts.md", example);
  }

  @Test
  void thePageHasExamples() throws IOException {
    assertTrue(examples().size() >= 8, "examples: " + examples().size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tre: t",
        "at: {type: proc}",
        "tree: t\nat: {path: x}",
        "tree: t\nat: {type: proc, path: /x}",
        "tree: t\nfile: flat",
        "tree: t\nfile: flat-keyed\nfiles: {a: flat-keyed}",
        "tree: t\nfile: {rows: a}",
        "tree: t\nfile: {shape: {row: word}}",
        "tree: t\nfile: {shape: {row: word 0}, tables: [], rows: a}",
        "tree: t\nstats: {a: {unit: By}}",
        "tree: t\nstats: {a: {kind: gauge}}",
        "tree: t\nmetrics: {semconv: {m: {instrument: gauge, points: []}}}",
        "tree: t\nmetrics: {semconv: {m: {instrument: gauge, points: [{sum: a/b, count: a/b}]}}}"
      })
  void bothRefuse(String yaml) throws IOException {
    assertFalse(against(yaml).isEmpty());
    boolean isRefused;
    try {
      Layouts.parse("x.yaml", yaml);
      isRefused = false;
    } catch (DeclarationException e) {
      isRefused = true;
    }
    assertTrue(isRefused);
  }
}
