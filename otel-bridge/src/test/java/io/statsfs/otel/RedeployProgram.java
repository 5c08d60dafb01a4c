package io.statsfs.otel;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.statsfs.StatsFs;
import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A server that deploys an application and takes it away again, many times: {@code war ROOT} with
 * this library in each application, {@code shared ROOT} with this library in the server.
 *
 * <p>Prints which threads of the library were there when the last application had been stopped, and
 * how many class loaders of applications are left.
 */
final class RedeployProgram {
  private static final int TIMES = 20;

  private RedeployProgram() {}

  /** What an application consists of; loaded by its own class loader. */
  public static final class Application implements AutoCloseable {
    private final InMemoryMetricReader reader = InMemoryMetricReader.create();
    private final OpenTelemetrySdk otel =
        OpenTelemetrySdk.builder()
            .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(reader).build())
            .build();
    private final StatsFs fs;
    private final StatsFsMetrics metrics;

    /** Called by the server. */
    public Application(String root) {
      fs = StatsFs.builder().root(Path.of(root)).refreshInterval(Duration.ofMillis(20)).build();
      fs.addListener(catalog -> {});
      metrics =
          StatsFsMetrics.builder(otel, fs)
              .readTimeout(Duration.ofMillis(500))
              .filter(stat -> !stat.name().isEmpty())
              .build();
      if (reader.collectAllMetrics().isEmpty()) {
        throw new AssertionError("nothing was collected");
      }
    }

    @Override
    public void close() {
      metrics.close();
      fs.close();
      otel.close();
    }
  }

  /** Loads the application, and with {@code all} everything, by itself. */
  private static final class ApplicationLoader extends URLClassLoader {
    private final boolean all;

    ApplicationLoader(URL[] urls, ClassLoader parent, boolean all) {
      super(urls, parent);
      this.all = all;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!all && !name.startsWith(RedeployProgram.class.getName())) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        if (loaded != null) {
          return loaded;
        }
        try {
          return findClass(name);
        } catch (ClassNotFoundException e) {
          return super.loadClass(name, resolve);
        }
      }
    }
  }

  public static void main(String[] args) throws Exception {
    boolean all = args[0].equals("war");
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    for (int i = 0; i < TIMES; i++) {
      loaders.add(new WeakReference<>(deploy(all, args[1])));
    }
    System.out.println("threads=" + threads());
    for (int i = 0; i < 100 && left(loaders) > 0; i++) {
      System.gc();
      Thread.sleep(20);
    }
    System.out.println("loaders=" + left(loaders));
    System.exit(0); // Whatever hangs.
  }

  private static int left(List<WeakReference<ClassLoader>> loaders) {
    return (int) loaders.stream().filter(loader -> loader.get() != null).count();
  }

  private static ClassLoader deploy(boolean all, String root)
      throws InterruptedException, IOException {
    ApplicationLoader loader =
        new ApplicationLoader(
            urls(),
            all ? ClassLoader.getPlatformClassLoader() : RedeployProgram.class.getClassLoader(),
            all);
    List<Throwable> failures = new ArrayList<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                AutoCloseable application =
                    (AutoCloseable)
                        loader
                            .loadClass(Application.class.getName())
                            .getConstructor(String.class)
                            .newInstance(root);
                application.close();
              } catch (Throwable e) {
                failures.add(e);
              }
            });
    thread.setContextClassLoader(loader);
    thread.start();
    thread.join();
    loader.close();
    if (!failures.isEmpty()) {
      throw new AssertionError(failures.get(0));
    }
    return loader;
  }

  private static URL[] urls() throws MalformedURLException {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    return urls.toArray(URL[]::new);
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("statsfs"))
        .sorted()
        .toList();
  }
}
