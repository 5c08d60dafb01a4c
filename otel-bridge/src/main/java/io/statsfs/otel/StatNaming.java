package io.statsfs.otel;

import io.statsfs.Stat;

/**
 * Says which instrument a stat belongs to. Stats of one name share an instrument and must be told
 * apart by their attributes; where they are not, the bridge adds some.
 *
 * <p>OpenTelemetry takes names of up to 255 letters, digits and {@code _ . - /} that begin with a
 * letter, and compares them without case. A stat whose name is none of these gets its default name.
 */
@FunctionalInterface
public interface StatNaming {

  /**
   * Names the instrument of a stat. Called when the catalog has changed, not for each collection.
   *
   * @param stat the stat
   * @return the name
   */
  String name(Stat stat);

  /**
   * {@code statsfs.<subsystem>.<stat>}, which is the default.
   *
   * <p>A byte of either part that is no ASCII letter, digit or {@code _} becomes {@code _xHH_}, and
   * so does a {@code _} that would look like the beginning of one, so that different stats keep
   * different names and the name can be turned back: {@code guest doorbell} is {@code
   * guest_x20_doorbell}. A name that would be longer than 255 characters is cut, and ends in {@code
   * _h} and the 16 hexadecimal digits of a hash of the whole.
   *
   * @return the naming
   */
  static StatNaming bySubsystemAndStat() {
    return InstrumentNames::ofStat;
  }

  /**
   * {@code <subsystem>/<stat>}, with the same escapes: {@code kvm/exits}. A subsystem that does not
   * begin with a letter has {@code x/} before it. Goes with {@link SourceAttributes#byDevice}.
   *
   * @return the naming
   */
  static StatNaming byPath() {
    return InstrumentNames::ofPath;
  }
}
