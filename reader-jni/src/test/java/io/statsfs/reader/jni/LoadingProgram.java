package io.statsfs.reader.jni;

import io.statsfs.ReaderUnavailableException;
import io.statsfs.Sampler;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Opens a tree, samples it, and prints what became of that. */
public final class LoadingProgram {
  private LoadingProgram() {}

  /** {@code sample|hold|loaders} {@code READER|auto} {@code ROOT}. */
  public static void main(String[] args) throws Exception {
    if (args[0].equals("loaders")) {
      for (int i = 0; i < 2; i++) {
        inNewClassLoader("sample", args[1], args[2]);
      }
      return;
    }
    StatsFs.Builder builder =
        StatsFs.builder().root(Path.of(args[2])).refreshInterval(Duration.ZERO);
    if (!args[1].equals("auto")) {
      builder.reader(args[1]);
    }
    try (StatsFs fs = builder.build();
        Sampler sampler = fs.sampler()) {
      System.out.println("reader=" + fs.readerName());
      print(sampler);
      if (args[0].equals("hold")) {
        System.in.read();
        print(sampler);
      }
    } catch (ReaderUnavailableException e) {
      System.out.println("message=" + oneLine(e.getMessage()));
      System.out.println("cause=" + oneLine(String.valueOf(e.getCause())));
    }
    System.out.println(
        "mapped=" + Files.readString(Path.of("/proc/self/maps")).contains("statsfs."));
  }

  private static void print(Sampler sampler) {
    sampler.sample();
    for (int i = 0; i < sampler.size(); i++) {
      boolean ok = sampler.status(i) == Status.OK;
      System.out.println(
          "value=" + (ok ? String.valueOf(sampler.doubleValue(i)) : sampler.status(i).name()));
    }
  }

  private static String oneLine(String text) {
    return text.replace('\n', ' ');
  }

  private static void inNewClassLoader(String... args) throws Exception {
    URLClassLoader loader = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader());
    Thread.currentThread().setContextClassLoader(loader);
    loader
        .loadClass(LoadingProgram.class.getName())
        .getMethod("main", String[].class)
        .invoke(null, (Object) args);
  }

  private static URL[] classPath() throws IOException {
    List<URL> urls = new ArrayList<>();
    for (String entry :
        Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator))) {
      try {
        urls.add(Path.of(entry).toUri().toURL());
      } catch (MalformedURLException e) {
        throw new IOException(e);
      }
    }
    return urls.toArray(URL[]::new);
  }
}
