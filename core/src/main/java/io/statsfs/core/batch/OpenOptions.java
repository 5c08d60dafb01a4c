package io.statsfs.core.batch;

import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** How the files of trees are opened: nothing is made or truncated, and no link is followed. */
public final class OpenOptions {
  /** To read. */
  public static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  /** To write. */
  public static final Set<OpenOption> WRITE =
      Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  private OpenOptions() {}
}
