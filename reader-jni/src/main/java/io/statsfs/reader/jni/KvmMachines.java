package io.statsfs.reader.jni;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Names machines and vCPUs as debugfs does, where it is certain which machine a descriptor of
 * statistics is of. Its id says only which thread made the machine, or the vCPU. Pure.
 */
final class KvmMachines {
  private KvmMachines() {}

  /**
   * The names of the descriptors' machines or vCPUs.
   *
   * @param found all descriptors of KVM of the processes
   * @param descriptors those of statistics, in the order in which they were found
   * @return {@code <tid>-<fd>} or {@code <tid>-<fd>/vcpu<n>}; with the number of the descriptor of
   *     statistics, {@code <tid>-stats<fd>}, where it could be of several machines. A name is given
   *     once: a process that was just forked has the descriptors of the one that was there before
   */
  static Map<KvmDescriptor, String> devices(List<KvmFound> found, List<KvmDescriptor> descriptors) {
    Map<KvmProcess, List<KvmFound>> machines = new HashMap<>();
    for (KvmFound each : found) {
      if (each.what() == KvmFound.MACHINE) {
        machines.computeIfAbsent(each.process(), process -> new ArrayList<>()).add(each);
      }
    }
    // By their start, so that the first has the name.
    Map<Long, Map<KvmProcess, List<KvmDescriptor>>> byStart = new TreeMap<>();
    for (KvmDescriptor each : descriptors) {
      byStart
          .computeIfAbsent(each.found.startTime(), start -> new LinkedHashMap<>())
          .computeIfAbsent(each.found.process(), process -> new ArrayList<>())
          .add(each);
    }
    Map<KvmDescriptor, String> devices = new LinkedHashMap<>();
    Set<String> taken = new HashSet<>();
    for (Map<KvmProcess, List<KvmDescriptor>> processes : byStart.values()) {
      processes.forEach(
          (process, its) -> {
            KvmFound only = only(machines.getOrDefault(process, List.of()), its);
            String maker = maker(process, its);
            for (KvmDescriptor each : its) {
              String device = device(each, only, maker);
              if (taken.add(device)) {
                devices.put(each, device);
              }
            }
          });
    }
    return devices;
  }

  /** The machine that all descriptors of a process are of; null if they could be of several. */
  private static KvmFound only(List<KvmFound> machines, List<KvmDescriptor> descriptors) {
    Set<Integer> numbers = new HashSet<>();
    boolean isOnce = true;
    for (KvmDescriptor each : descriptors) {
      isOnce &= numbers.add(each.found.isOfVcpu() ? each.found.number() : -1);
    }
    return isOnce && machines.size() == 1 ? machines.get(0) : null;
  }

  /**
   * The thread that made the only machine of a process. The id of a vCPU has the thread that made
   * the vCPU, of which QEMU has one for each; it makes the machine in its first thread.
   */
  private static String maker(KvmProcess process, List<KvmDescriptor> descriptors) {
    return descriptors.stream()
        .filter(each -> !each.found.isOfVcpu())
        .map(KvmDescriptor::thread)
        .findFirst()
        .orElse(Integer.toString(process.pid()));
  }

  private static String device(KvmDescriptor descriptor, KvmFound only, String maker) {
    KvmFound its = descriptor.found;
    String thread = descriptor.thread();
    // Of this process itself, the machine is asked and no descriptor of its statistics.
    KvmFound machine = its.what() == KvmFound.MACHINE ? its : only;
    String name;
    if (machine == null || thread.isEmpty() || maker.isEmpty()) {
      name = (thread.isEmpty() ? Integer.toString(its.pid()) : thread) + "-stats" + its.fd();
    } else {
      name = (machine == its ? thread : maker) + "-" + machine.fd();
    }
    return its.isOfVcpu() ? name + "/vcpu" + its.number() : name;
  }
}
