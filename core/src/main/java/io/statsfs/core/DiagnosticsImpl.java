package io.statsfs.core;

import io.statsfs.Diagnostics;
import io.statsfs.core.sample.SamplerImpl;
import io.statsfs.spi.Scanner;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Asks for each count when it is asked for it. */
final class DiagnosticsImpl implements Diagnostics {
  private final StatsFsImpl fs;

  DiagnosticsImpl(StatsFsImpl fs) {
    this.fs = fs;
  }

  @Override
  public long scans() {
    return fs.scans();
  }

  @Override
  public Duration lastScanDuration() {
    return Duration.ofNanos(fs.lastScanNanos());
  }

  @Override
  public long filesKeptOpen() {
    return sumOfSamplers(SamplerImpl::filesKeptOpen);
  }

  @Override
  public long filesNotKept() {
    return sumOfSamplers(SamplerImpl::filesNotKept);
  }

  @Override
  public long schemaCacheSize() {
    return sumOfSchemas(Scanner.SchemaCounts::size);
  }

  @Override
  public long schemaCacheHits() {
    return sumOfSchemas(Scanner.SchemaCounts::hits);
  }

  @Override
  public long schemaCacheLoads() {
    return sumOfSchemas(Scanner.SchemaCounts::loads);
  }

  @Override
  public long schemaCacheLoadFailures() {
    return sumOfSchemas(Scanner.SchemaCounts::loadFailures);
  }

  @Override
  public long schemaCacheEvictions() {
    return sumOfSchemas(Scanner.SchemaCounts::evictions);
  }

  // By index, as an iterator would be allocated; functions without a context are not.

  private long sumOfSamplers(ToLongFunction<SamplerImpl> count) {
    List<WeakReference<SamplerImpl>> samplers = fs.samplers();
    long sum = 0;
    for (int i = 0; i < samplers.size(); i++) {
      @Nullable SamplerImpl sampler = samplers.get(i).get();
      sum += sampler == null ? 0 : count.applyAsLong(sampler);
    }
    return sum;
  }

  private long sumOfSchemas(ToLongFunction<Scanner.SchemaCounts> count) {
    List<Scanner> scanners = fs.scannerList();
    long sum = 0;
    for (int i = 0; i < scanners.size(); i++) {
      sum += count.applyAsLong(scanners.get(i).schemaCounts());
    }
    return sum;
  }
}
