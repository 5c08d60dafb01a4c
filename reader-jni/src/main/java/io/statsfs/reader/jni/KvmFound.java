package io.statsfs.reader.jni;

/**
 * A descriptor of KVM that a process has open.
 *
 * @param startTime of the process, which distinguishes it from others that have its pid later
 * @param fd its number there
 * @param what it is: one of the constants
 * @param number of the vCPU, or -1
 */
record KvmFound(int pid, long startTime, int fd, int what, int number) {
  static final int MACHINE = 0;
  static final int VCPU = 1;
  static final int MACHINE_STATS = 2;
  static final int VCPU_STATS = 3;

  /** In the place of all descriptors of a process: this one may not list them. */
  static final int DENIED = 4;

  boolean isOfVcpu() {
    return what == VCPU || what == VCPU_STATS;
  }

  KvmProcess process() {
    return new KvmProcess(pid, startTime);
  }

  /** Written out for the reason that {@link io.statsfs.Tree#equals} gives. */
  @Override
  public boolean equals(Object other) {
    return other instanceof KvmFound found
        && pid == found.pid
        && startTime == found.startTime
        && fd == found.fd
        && what == found.what
        && number == found.number;
  }

  @Override
  public int hashCode() {
    return (pid * 31 + fd) * 31 + Long.hashCode(startTime);
  }
}
