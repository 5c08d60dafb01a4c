package io.statsfs.reader.jni;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A descriptor of statistics that a process keeps open. An object stands for one life of it.
 * Immutable.
 */
final class KvmDescriptor {
  private static final Pattern ID = Pattern.compile("kvm-(\\d+)(?:/vcpu-\\d+)?");

  /** Where it was found. */
  final KvmFound found;

  /** Header and descriptions as the kernel gives them, the same object where they are equal. */
  final ByteBuffer kind;

  final KvmDescription description;

  /** What the kernel calls its machine, or vCPU, ended by zeros. */
  private final byte[] id;

  KvmDescriptor(KvmFound found, ByteBuffer kind, KvmDescription description, byte[] id) {
    this.found = found;
    this.kind = kind;
    this.description = description;
    this.id = id.clone();
  }

  /** Whether it is still what it was. */
  boolean isLike(ByteBuffer itsKind, byte[] itsId) {
    return kind.equals(itsKind) && Arrays.equals(id, itsId);
  }

  byte[] id() {
    return id.clone();
  }

  /** The thread that made its machine, in the namespace of the host; empty if that is not said. */
  String thread() {
    Matcher matcher = ID.matcher(KvmDescription.text(id));
    return matcher.matches() ? matcher.group(1) : "";
  }

  @Override
  public String toString() {
    return "descriptor " + found.fd() + " of process " + found.pid();
  }
}
