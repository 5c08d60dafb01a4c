package io.statsfs.otel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.statsfs.metrics.Aggregates;
import io.statsfs.testkit.TestTree;
import io.statsfs.testkit.process.Await;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A web application that brings the bridge, in a server that has OpenTelemetry: when it has closed
 * what it opened, nothing keeps its classes.
 */
class ClassLoaderTest {

  /** What the application does; its own loader loads this class. */
  public static final class WebApplication {
    private WebApplication() {}

    /** Registers a tree, collects, and closes. */
    public static void run(OpenTelemetry openTelemetry, Path root, Runnable collect) {
      try (io.statsfs.StatsFs fs =
              io.statsfs.StatsFs.builder()
                  .root(root, io.statsfs.Layout.statsfs())
                  .refreshInterval(Duration.ofMillis(50))
                  .build();
          StatsFsMetrics metrics =
              StatsFsMetrics.builder(openTelemetry, fs)
                  .aggregates(Aggregates.DROPPED)
                  .states()
                  .countersBySchema()
                  .build()) {
        collect.run();
        fs.refresh();
        collect.run();
      }
    }
  }

  @Test
  void nothingKeepsTheClassesOfAnApplicationThatHasClosedEverything() throws Exception {
    InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (TestTree tree = TestTree.inMemory();
        OpenTelemetrySdk otel =
            OpenTelemetrySdk.builder()
                .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(reader).build())
                .build()) {
      tree.stat("kvm/exits", 5).stat("kvm/1-2/exits", 5).stat("kvm/1-2/mode", "HALTED");
      tree.stat("kvm/1-2/grows", "9223372036854775807").stat("kvm/1-2/text-", "a");
      tree.schema("kvm/1-2", "LABEL\nvm-id 7\nvm_id 7\n\n").settle();
      WeakReference<ClassLoader> loader = run(otel, tree, reader);
      Await.collected(() -> loader.get() == null, () -> "the class loader is still reachable");
    }
  }

  private static WeakReference<ClassLoader> run(
      OpenTelemetry otel, TestTree tree, InMemoryMetricReader reader) throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    try (URLClassLoader loader = new WebApplicationLoader(urls.toArray(URL[]::new))) {
      ClassLoader own = Thread.currentThread().getContextClassLoader();
      Thread.currentThread().setContextClassLoader(loader);
      try {
        int[] points = {0};
        Runnable collect =
            () -> {
              points[0] += CollectedMetrics.ofStats(reader.collectAllMetrics()).size();
              tree.stat("kvm/1-2/grows", "9223372036854775808").stat("kvm/new", 1);
            };
        loader
            .loadClass(WebApplication.class.getName())
            .getMethod("run", OpenTelemetry.class, Path.class, Runnable.class)
            .invoke(null, otel, tree.root(), collect);
        assertEquals(true, points[0] > 4, "" + points[0]);
      } finally {
        Thread.currentThread().setContextClassLoader(own);
      }
      return new WeakReference<>(loader);
    }
  }

  /** Loads this project's own classes itself, and Caffeine; all others come from the parent. */
  private static final class WebApplicationLoader extends URLClassLoader {
    WebApplicationLoader(URL[] urls) {
      super(urls, ClassLoaderTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("io.statsfs.") || name.startsWith("com.github.benmanes.")) {
        synchronized (getClassLoadingLock(name)) {
          Class<?> loaded = findLoadedClass(name);
          return loaded != null ? loaded : findClass(name);
        }
      }
      return super.loadClass(name, resolve);
    }
  }
}
