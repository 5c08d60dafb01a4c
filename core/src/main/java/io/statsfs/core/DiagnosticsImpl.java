package io.statsfs.core;

import io.statsfs.Diagnostics;
import java.time.Duration;

/** What was counted up to one moment. */
record DiagnosticsImpl(
    long scans,
    Duration lastScanDuration,
    long filesKeptOpen,
    long filesNotKept,
    long schemaCacheSize,
    long schemaCacheHits,
    long schemaCacheLoads,
    long schemaCacheLoadFailures,
    long schemaCacheEvictions)
    implements Diagnostics {}
