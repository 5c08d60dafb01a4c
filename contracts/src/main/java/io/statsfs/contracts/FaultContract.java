package io.statsfs.contracts;

import io.statsfs.testkit.StatsFsSimulator;

/**
 * What every reader must do on statsfs itself, with all that can happen there: the behaviour of
 * that file system, errors, texts that are no numbers, files that hang, and sources that come and
 * go hundreds of times a second. A test class that extends this one and names a reader runs it all;
 * the tests have the tag {@code faults}.
 *
 * <p>Needs a machine that can {@linkplain StatsFsSimulator simulate}, and some of it root. Where
 * that is missing the tests are skipped with a message.
 */
public abstract class FaultContract extends ChurnContract {

  /** For the test class that extends this one. */
  protected FaultContract() {}
}
