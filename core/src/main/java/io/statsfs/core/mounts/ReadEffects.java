package io.statsfs.core.mounts;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Knows the files whose opening or reading has an effect, so that they must not be opened only to
 * look at them: what they hold is then missing for its real reader, or the kernel or a device acts.
 *
 * <p>By type of file system, since the names alone would say too little. The facts are those of the
 * kernel's documentation and of its sources, up to Linux 6.18.
 */
public final class ReadEffects {
  /** What to say of such a file. */
  public static final String WHY =
      "opening or reading it has an effect, such as taking data from the program that needs it";

  /** What the tracer's buffers hold is taken out of them; {@code trace} itself only looks. */
  private static final String TRACER = "trace_pipe[^/]*|snapshot_raw";

  private static final Pattern PROC =
      endings(
          // Messages and events for one reader, as syslog(2) and acpid are.
          "kmsg|acpi/event",
          // Requests of the kernel to a daemon of NFS.
          "net/rpc/[^/]+/channel",
          // Has all CPUs bring their counters together (admin-guide/sysctl/vm.rst).
          "sys/vm/stat_refresh",
          // The memory of the machine, whose layout is worked out anew, and of processes.
          "kcore|([0-9]+|self|thread-self)/mem",
          // Registers of PCI devices, some of which stop working when these are read.
          "bus/pci/[0-9a-f:]+/[0-9a-f]+\\.[0-7]");

  private static final Pattern SYSFS =
      endings(
          "[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]/(config|vpd|rom|resource[0-9][^/]*)",
          "pci_bus/[^/]+/legacy_(io|mem)",
          // Makes another block device each time (admin-guide/blockdev/zram.rst).
          "zram-control/hot_add");

  private static final Pattern TRACEFS = endings(TRACER);

  private static final Pattern DEBUGFS =
      endings(
          TRACER,
          // Files of relay(9): what one reads is not there for the next one.
          "block/[^/]+/trace[0-9]+",
          "(spectral_scan|cfr_capture|guc_log_relay|fwlog_data|atpdata)[0-9]*",
          // Start to record what they show, for as long as they are open.
          "usbmon/[^/]+|hid/[^/]+/events|crc/data|dri/[^/]+/(rd|hangrd)",
          // Reports that there is a daemon, which keeps errors out of the kernel log.
          "ras/daemon_active",
          // Reset a graphics processor, empty its memory, keep it awake or test it.
          "amdgpu_(gpu_recover|evict_vram|evict_gtt|test_ib|benchmark)",
          "radeon_gpu_reset|gt[0-9]+/force_reset(_sync)?",
          "i915_forcewake_user|forcewake_(all|user)",
          // Registers of devices.
          "amdgpu_regs[^/]*|regmap/[^/]+/registers");

  /** For files on a file system of unknown type, judged by their names alone. */
  private static final Pattern ANY = Pattern.compile(PROC + "|" + DEBUGFS, Pattern.DOTALL);

  private static final Pattern EVERY_FILE = endings(".*");

  private ReadEffects() {}

  private static Pattern endings(String... endings) {
    return Pattern.compile("(?:.*/)?(?:" + String.join("|", endings) + ")", Pattern.DOTALL);
  }

  private static @Nullable Pattern on(FileSystemType type) {
    return switch (type.name()) {
      case "proc" -> PROC;
      case "sysfs" -> SYSFS;
      case "tracefs" -> TRACEFS;
      case "debugfs" -> DEBUGFS;
      case "securityfs" -> endings("tomoyo/(audit|query)");
      case "xenfs" -> endings("xenbus|privcmd");
      case "oprofilefs" -> endings("buffer");
      case "spufs" -> endings("mbox|ibox");
      // Data for a device; locks, which opening takes.
      case "functionfs", "gadgetfs", "ocfs2_dlmfs" -> EVERY_FILE;
      default -> type.isKnown() ? null : ANY;
    };
  }

  /**
   * Whether a file of that name may be one, wherever it is: a quick look that most files pass.
   *
   * @param name of the file, or a path that ends in it
   */
  public static boolean mayBe(FileSystemType type, String name) {
    if (type.name().equals("proc") || type.name().equals("sysfs")) {
      // The ends of PROC and SYSFS.
      String last = name.substring(name.lastIndexOf('/') + 1);
      return switch (last) {
        case "kmsg", "event", "channel", "stat_refresh", "kcore", "mem" -> true;
        case "config", "vpd", "rom", "legacy_io", "legacy_mem", "hot_add" -> true;
        default ->
            last.startsWith("resource")
                || last.length() > 2 && last.charAt(last.length() - 2) == '.';
      };
    }
    return mayBeOn(type);
  }

  /** Whether there may be such files. */
  public static boolean mayBeOn(FileSystemType type) {
    return on(type) != null;
  }

  /**
   * Whether a file must not be opened.
   *
   * @param path of the file, inside the file system if that is known; what counts is its end
   */
  public static boolean has(FileSystemType type, String path) {
    Pattern pattern = on(type);
    return pattern != null && pattern.matcher(path).matches();
  }
}
