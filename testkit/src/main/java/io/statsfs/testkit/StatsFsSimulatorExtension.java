package io.statsfs.testkit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link StatsFsSimulator} with an empty tree, as a parameter.
 *
 * <pre>{@code
 * @ExtendWith(StatsFsSimulatorExtension.class)
 * class ExitsTest {
 *   @Test
 *   void areRead(StatsFsSimulator simulator) {
 *     simulator.source("kvm/1-2").stat("kvm/1-2/exits", "u64", "cumulative", "value=5");
 *   }
 * }
 * }</pre>
 *
 * <p>A test, its {@code @BeforeEach} methods and its constructor get the same one, which is closed
 * after the test. Where {@code @BeforeAll} asks for one, that is the one of the whole class. Where
 * nothing can be simulated the tests are skipped, and the message says why.
 */
public final class StatsFsSimulatorExtension implements ExecutionCondition, ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(StatsFsSimulatorExtension.class);

  /** Called by JUnit. */
  public StatsFsSimulatorExtension() {}

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Throwable cause = StatsFsSimulator.unavailabilityCause();
    return cause == null
        ? ConditionEvaluationResult.enabled("statsfs can be simulated here")
        : ConditionEvaluationResult.disabled(cause.getMessage());
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == StatsFsSimulator.class;
  }

  @Override
  public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    // Closed by JUnit, at the end of the context that first asked.
    return context
        .getStore(NAMESPACE)
        .computeIfAbsent(StatsFsSimulator.class, key -> StatsFsSimulator.start());
  }

  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
    return ExtensionContextScope.TEST_METHOD;
  }
}
