package io.statsfs.core.mounts;

import io.statsfs.Layout;
import io.statsfs.spi.AccessRemedy;
import java.nio.file.Path;

/** What a user can do where the kernel denies access to a directory. Stateless. */
public final class AccessAdvice {
  private AccessAdvice() {}

  /**
   * What helps at a path.
   *
   * @param type of the file system that is mounted there; anything else below it
   */
  public static String of(Path path, String type) {
    return Layout.statsfs().homeTypes().contains(type)
        ? ofMount(path)
        : AccessRemedy.ofReading("make it readable");
  }

  /** statsfs and debugfs are mounted with mode 0700 unless the mount says otherwise. */
  public static String ofMount(Path point) {
    return AccessRemedy.ofReading(
        "chmod 755 " + point + " (again after each mount or remount, unless that says mode=755)");
  }
}
