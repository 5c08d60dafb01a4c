package io.statsfs.reader.jni;

import io.statsfs.Status;
import io.statsfs.core.text.ReadFailure;
import io.statsfs.spi.PathText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * What everybody may see of virtual machines: whether there can be any, and which processes look as
 * if they had one.
 */
final class KvmHost {
  /**
   * The programs that most often run virtual machines, cut to what the kernel keeps of names, and
   * threads of the kernel that it starts for each.
   */
  private static final Pattern MONITOR =
      Pattern.compile("qemu.*|kvm|kvm-nx-lpage-re|kvm-pit/.*|firecracker|cloud-hyperviso|crosvm");

  private static final Pattern PID = Pattern.compile("[1-9]\\d*");

  private static final int MOST_BYTES = 1 << 20;

  private final Path proc;
  private final Path modules;
  private final Path device;

  KvmHost(Path proc, Path sys, Path device) {
    this.proc = proc;
    this.modules = sys.resolve("module");
    this.device = device;
  }

  Path proc() {
    return proc;
  }

  /** Whether the kernel has KVM, as far as can be seen. */
  boolean hasKvm() {
    return Files.exists(modules.resolve("kvm")) || Files.exists(device);
  }

  /** Where KVM would be seen, for messages. */
  String places() {
    return PathText.of(modules.resolve("kvm")) + " nor " + PathText.of(device);
  }

  /**
   * How many uses KVM has: descriptors of machines, of vCPUs and of the device itself.
   *
   * @return 0 if there is no machine; -1 if that is not known, as KVM is no module
   */
  long uses() {
    long uses = 0;
    try (DirectoryStream<Path> holders =
        Files.newDirectoryStream(modules.resolve("kvm").resolve("holders"))) {
      for (Path holder : holders) {
        Path count = modules.resolve(holder.getFileName()).resolve("refcnt");
        uses += Long.parseLong(Files.readString(count).strip());
      }
      return uses;
    } catch (IOException | RuntimeException e) {
      return -1;
    }
  }

  /** The arguments of a process, each ended by a zero; none if it is gone. */
  byte[] commandLine(int pid) {
    try (InputStream in = Files.newInputStream(process(pid).resolve("cmdline"))) {
      return in.readNBytes(MOST_BYTES);
    } catch (IOException e) {
      return new byte[0];
    }
  }

  private Path process(int pid) {
    return proc.resolve(Integer.toString(pid));
  }

  /** Whether a process has the name of one that has a virtual machine. */
  boolean isMonitor(int pid) {
    return MONITOR.matcher(name(pid)).matches();
  }

  /** The first of these processes, by their order in procfs; 0 if there is none. */
  int firstMonitor() {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc)) {
      for (Path process : processes) {
        String pid = PathText.nameOf(process);
        if (PID.matcher(pid).matches() && isMonitor(Integer.parseInt(pid))) {
          return Integer.parseInt(pid);
        }
      }
    } catch (IOException | RuntimeException e) {
      // Then nothing is known of any.
    }
    return 0;
  }

  /** Empty if the process is gone. */
  String name(int pid) {
    try {
      byte[] name = Files.readAllBytes(process(pid).resolve("comm"));
      return new String(name, StandardCharsets.ISO_8859_1).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** Whether this process may look into the first one, and so into any. */
  boolean seesAll() {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process(1).resolve("fd"))) {
      return descriptors.iterator().hasNext();
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  /**
   * When a process was started, in ticks of the kernel; -1 if it is gone.
   *
   * @throws UncheckedIOException if that cannot be found out
   */
  long startTime(int pid) {
    Path file = process(pid).resolve("stat");
    try {
      String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
      // The name may have blanks and brackets in it.
      return Long.parseLong(text.substring(text.lastIndexOf(')') + 2).split(" ")[19]);
    } catch (IOException e) {
      if (ReadFailure.status(e, file) == Status.GONE) {
        return -1;
      }
      throw new UncheckedIOException(e);
    }
  }
}
