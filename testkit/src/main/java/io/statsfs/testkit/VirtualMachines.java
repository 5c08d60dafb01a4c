package io.statsfs.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Virtual machines of KVM that a test makes and ends, for what the kernel shows of them below
 * {@code <debugfs>/kvm}. They are made by a program of their own, {@code statsfs-vm}, which comes
 * in the jar for the architecture that it was built on and needs {@code /dev/kvm}. All end with
 * {@link #close}, and also when this JVM is killed.
 *
 * <p>The system property {@code io.statsfs.vm.path} names another program.
 */
public final class VirtualMachines implements AutoCloseable {
  private static final Path DEVICE = Path.of("/dev/kvm");
  private static final String PATH_PROPERTY = "io.statsfs.vm.path";
  private static final String PROGRAM = "statsfs-vm";
  private static final int ENOSYS = 38;

  private final Process process;
  private final Writer in;
  private final BufferedReader out;

  private VirtualMachines(Process process) {
    this.process = process;
    in = process.outputWriter(StandardCharsets.UTF_8);
    out = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Starts the program, without a machine yet.
   *
   * @return the machines
   * @throws UnsupportedOperationException if no machine can be made here; the message says why
   */
  public static VirtualMachines start() {
    if (!Files.isWritable(DEVICE)) {
      throw new UnsupportedOperationException(
          Files.exists(DEVICE)
              ? "This user may not use " + DEVICE + "; run as root or in the group kvm."
              : "There is no "
                  + DEVICE
                  + ": the processor or the host allows no virtual machines.");
    }
    try {
      Path directory = Files.createTempDirectory("statsfs-vm-");
      try {
        String named = System.getProperty(PATH_PROPERTY);
        Path program =
            named == null
                ? BundledProgram.extract(
                    PROGRAM, directory, "cmake and linux-libc-dev", PATH_PROPERTY)
                : Path.of(named).toAbsolutePath();
        return start(program);
      } finally {
        // A program that runs needs its file no more.
        Files.deleteIfExists(directory.resolve(PROGRAM));
        Files.delete(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static VirtualMachines start(Path program) throws IOException {
    Process process;
    try {
      process =
          BundledProgram.start(
              new ProcessBuilder(program.toString())
                  .redirectError(ProcessBuilder.Redirect.INHERIT));
    } catch (IOException e) {
      throw new UnsupportedOperationException(
          program + " cannot be started: " + e.getMessage() + ".", e);
    }
    VirtualMachines machines = new VirtualMachines(process);
    if (!"ready".equals(machines.out.readLine())) {
      machines.close();
      throw new UnsupportedOperationException(program + " cannot use " + DEVICE + ".");
    }
    return machines;
  }

  /**
   * Makes a machine without vCPUs.
   *
   * @return the name of its directory, {@code <tid>-<fd>}: that of the last one that was ended, if
   *     no other was made since
   */
  public String make() {
    return require("make");
  }

  /**
   * Adds a vCPU to a machine.
   *
   * @param machine the machine's name
   * @param number from 0 to 63; its directory is {@code vcpu<number>}
   */
  public void addVcpu(String machine, int number) {
    require("vcpu " + machine + " " + number);
  }

  /**
   * Has a vCPU exit from its guest once.
   *
   * @param machine the machine's name
   * @param number of the vCPU
   * @return false if there is no guest for this architecture
   */
  public boolean run(String machine, int number) {
    String command = "run " + machine + " " + number;
    String reply = ask(command);
    if (reply.startsWith("error " + ENOSYS + " ")) {
      return false;
    }
    requireOk(command, reply);
    return true;
  }

  /**
   * Opens the statistics of a machine ({@code KVM_GET_STATS_FD}, since Linux 5.14) in the process
   * of the machines, and holds them open until {@link #drop(String)}, as QEMU does.
   *
   * @param machine the machine's name
   * @return the number of the descriptor
   */
  public int hold(String machine) {
    return Integer.parseInt(require("hold " + machine));
  }

  /**
   * Opens the statistics of a vCPU, and holds them open until {@link #drop(String, int)}.
   *
   * @param machine the machine's name
   * @param vcpu the number of the vCPU
   * @return the number of the descriptor
   */
  public int hold(String machine, int vcpu) {
    return Integer.parseInt(require("hold " + machine + " " + vcpu));
  }

  /**
   * Closes the statistics of a machine.
   *
   * @param machine the machine's name
   */
  public void drop(String machine) {
    require("drop " + machine);
  }

  /**
   * Closes the statistics of a vCPU.
   *
   * @param machine the machine's name
   * @param vcpu the number of the vCPU
   */
  public void drop(String machine, int vcpu) {
    require("drop " + machine + " " + vcpu);
  }

  /**
   * Reads the statistics of a machine, in the process of the machines, whether they are held or
   * not.
   *
   * @param machine the machine's name
   * @return the values by the kernel's names, in its order: more than one of a histogram. They are
   *     unsigned
   */
  public Map<String, List<Long>> statistics(String machine) {
    return statisticsOf(machine);
  }

  /**
   * Reads the statistics of a vCPU, as {@link #statistics(String)}.
   *
   * @param machine the machine's name
   * @param vcpu the number of the vCPU
   * @return the values by the kernel's names
   */
  public Map<String, List<Long>> statistics(String machine, int vcpu) {
    return statisticsOf(machine + " " + vcpu);
  }

  private Map<String, List<Long>> statisticsOf(String of) {
    Map<String, List<Long>> statistics = new LinkedHashMap<>();
    for (String stat : require("read " + of).split(" ")) {
      int behindName = stat.indexOf('=');
      List<Long> values = new ArrayList<>();
      for (String value : stat.substring(behindName + 1).split(",")) {
        values.add(Long.parseUnsignedLong(value));
      }
      statistics.put(stat.substring(0, behindName), List.copyOf(values));
    }
    return statistics;
  }

  /**
   * The process that all the machines are of.
   *
   * @return the process; without it the machines are no more
   */
  public ProcessHandle program() {
    return process.toHandle();
  }

  /**
   * Ends a machine. Its directory is gone then, unless somebody reads one of its files just now.
   *
   * @param machine the machine's name
   */
  public void end(String machine) {
    require("end " + machine);
  }

  private String require(String command) {
    return requireOk(command, ask(command));
  }

  private static String requireOk(String command, String reply) {
    if (!reply.equals("ok") && !reply.startsWith("ok ")) {
      throw new IllegalStateException("'" + command + "' failed: " + reply);
    }
    return reply.substring(Math.min(reply.length(), 3));
  }

  private synchronized String ask(String command) {
    try {
      in.write(command + "\n");
      in.flush();
      String reply = out.readLine();
      return reply == null ? "error: the program has ended" : reply;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends all machines. */
  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      // It has ended already.
    }
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      out.close();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
