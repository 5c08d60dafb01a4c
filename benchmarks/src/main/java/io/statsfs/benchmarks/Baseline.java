package io.statsfs.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The C program, as a child process that works on command. */
final class Baseline implements AutoCloseable {
  private final Process process;
  private final Writer commands;
  private final BufferedReader answers;

  Baseline(Path program) throws IOException {
    process =
        new ProcessBuilder(program.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    commands = process.outputWriter();
    answers = process.inputReader();
  }

  private String answer(String command) throws IOException {
    commands.write(command + "\n");
    commands.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("The baseline ended at: " + command);
    }
    return answer;
  }

  private long[] ask(String command) throws IOException {
    String[] words = answer(command).split(" ");
    long[] numbers = new long[words.length];
    for (int i = 0; i < words.length; i++) {
      numbers[i] = Long.parseLong(words[i]);
    }
    return numbers;
  }

  /** Has it prepare the reading of files; {@link MeasuredTree#list} makes the lines. */
  int load(List<String> list) throws IOException {
    Path file = Files.createTempFile("statsfs-bench-", ".list");
    try {
      return (int) ask("load " + Files.write(file, list))[0];
    } finally {
      Files.delete(file);
    }
  }

  /**
   * Reads all files of a tree.
   *
   * @param way {@code plain-path}, {@code plain-kept}, {@code openat} or {@code kept}
   * @param stats how many numbers there must be
   */
  Method sample(int tree, String way, int stats) {
    Method method =
        (before, rounds) -> {
          long[] answer = ask("measure " + tree + " " + way + " " + before + " " + rounds);
          if (answer[1] != stats) {
            throw new IOException("The baseline found " + answer[1] + " numbers of " + stats);
          }
          return answer[0];
        };
    return method.renewedBy(() -> ask("renew " + tree));
  }

  /**
   * Has it prepare a sample of the default trees.
   *
   * @param list the lines that {@code defaults.h} describes
   */
  void loadDefaults(List<String> list) throws IOException {
    Path file = Files.createTempFile("statsfs-bench-", ".list");
    try {
      ask("defaults " + Files.write(file, list));
    } finally {
      Files.delete(file);
    }
  }

  /** Samples the default trees. */
  Method sampleDefaults() {
    Method method = (before, rounds) -> ask("measure-defaults " + before + " " + rounds)[0];
    return method.renewedBy(() -> ask("renew-defaults"));
  }

  /** Has it prepare asking mounted file systems. */
  void loadMounts(List<String> points) throws IOException {
    Path file = Files.createTempFile("statsfs-bench-", ".list");
    try {
      ask("mounts " + Files.write(file, points));
    } finally {
      Files.delete(file);
    }
  }

  /** Asks each of these file systems, {@code size} of them. */
  Method sampleMounts(int size) {
    return (before, rounds) -> {
      long[] answer = ask("measure-mounts " + before + " " + rounds);
      if (answer[1] != size) {
        throw new IOException("The baseline asked " + answer[1] + " file systems of " + size);
      }
      return answer[0];
    };
  }

  /**
   * Has it prepare reading the statistics of virtual machines that a process has open.
   *
   * @return how many there are
   */
  int loadMachines(long pid) throws IOException {
    return (int) ask("machines " + pid)[0];
  }

  /** Reads these, {@code stats} of them. */
  Method sampleMachines(int stats) {
    return (before, rounds) -> {
      long[] answer = ask("measure-machines " + before + " " + rounds);
      if (answer[1] != stats) {
        throw new IOException("The baseline read " + answer[1] + " statistics of " + stats);
      }
      return answer[0];
    };
  }

  /** What a sample of the default trees finds now. */
  List<String> values() throws IOException {
    return List.of(answer("values").split(" "));
  }

  /** The CPU time of a process, user and system, over all threads it has or had. */
  long cpuNanos(long pid) throws IOException {
    return ask("cpu " + pid)[0];
  }

  /** Lists directories and reads files, those of {@link Opening#places}. */
  Method visit(Path list) {
    return (before, rounds) -> ask("visit " + before + " " + rounds + " " + list)[0];
  }

  /** Lists all directories of a tree. */
  Method walk(Path root, int stats) {
    return (before, rounds) -> {
      long[] answer = ask("walk " + before + " " + rounds + " " + root);
      if (answer[2] != stats) {
        throw new IOException("The baseline found " + answer[2] + " files of " + stats);
      }
      return answer[0];
    };
  }

  @Override
  public void close() throws IOException {
    commands.close();
    process.destroy();
  }
}
