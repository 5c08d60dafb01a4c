package io.statsfs.reader.jni;

/** One life of a process. */
record KvmProcess(int pid, long startTime) {

  /** Written out for the reason that {@link io.statsfs.Tree#equals} gives. */
  @Override
  public boolean equals(Object other) {
    return other instanceof KvmProcess process
        && pid == process.pid
        && startTime == process.startTime;
  }

  @Override
  public int hashCode() {
    return pid * 31 + Long.hashCode(startTime);
  }
}
