package io.statsfs.core.sample;

import io.statsfs.Catalog;
import io.statsfs.Limits;
import io.statsfs.Stat;
import io.statsfs.core.scan.Denials;
import io.statsfs.spi.StatReader;

/** What samplers take their stats from, as they see it. Safe for use by several threads. */
public interface Sampled {
  /** The stats that there are now. */
  Catalog catalog();

  /** How often the trees were looked at. */
  long scans();

  /** What must not be opened for the time being. */
  Denials denials();

  /** How much is read. */
  Limits limits();

  /** How values are read. */
  StatReader reader();

  /** The present text of a stat. */
  String readText(Stat stat);
}
