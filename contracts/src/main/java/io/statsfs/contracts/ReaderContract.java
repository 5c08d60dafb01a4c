package io.statsfs.contracts;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/**
 * What every reader must do, as tests. A test class that extends this one and names a reader runs
 * them all.
 *
 * <p>The tests use trees of their own in {@code /dev/shm}, and what the machine has: sysfs, procfs,
 * and as root a network interface, a cgroup, virtual machines and a mount of debugfs that they make
 * and remove. What a machine lacks is skipped with a message.
 *
 * <pre>{@code
 * class MyReaderContractTest extends ReaderContract {
 *   @Override
 *   protected String reader() {
 *     return "my";
 *   }
 * }
 * }</pre>
 */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
public abstract class ReaderContract extends VirtualMachineContract {

  /** For the test class that extends this one. */
  protected ReaderContract() {}
}
