package io.statsfs.core.sample;

import io.statsfs.Catalog;
import io.statsfs.Stat;
import io.statsfs.core.backend.Scanners;
import io.statsfs.spi.Scanner;

/** What samplers need of a {@link io.statsfs.StatsFs}. Safe for use by several threads. */
public interface Sampled {
  /** The stats that there are now. */
  Catalog catalog();

  /** How often the trees were looked at. */
  long scans();

  /** What must not be opened for the time being. */
  Denials denials();

  /** How values are read. */
  Scanners scanners();

  /** The present text of a stat. */
  String readText(Stat stat);

  /** Logs what a backend threw, which it must not. */
  void failed(Scanner scanner, RuntimeException failure);
}
