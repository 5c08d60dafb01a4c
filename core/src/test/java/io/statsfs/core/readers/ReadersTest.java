package io.statsfs.core.readers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.ReaderUnavailableException;
import io.statsfs.core.FakeReader;
import io.statsfs.spi.ReaderProvider;
import io.statsfs.spi.StatReader;
import io.statsfs.testkit.process.LogCapture;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ReadersTest {
  private LogCapture log;

  @BeforeEach
  void listen() {
    log = new LogCapture();
  }

  @AfterEach
  void restore() {
    log.close();
    System.clearProperty(Readers.PROPERTY);
  }

  /** A provider, and whether it was asked for more than its name and priority. */
  private static final class Provider implements ReaderProvider {
    final String name;
    final int priority;
    final Supplier<Throwable> cause;
    final StatReader reader = new FakeReader();
    boolean asked;

    Provider(String name, int priority, Supplier<Throwable> cause) {
      this.name = name;
      this.priority = priority;
      this.cause = cause;
    }

    Provider(String name, int priority) {
      this(name, priority, () -> null);
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public int priority() {
      return priority;
    }

    @Override
    public Throwable unavailabilityCause() {
      asked = true;
      return cause.get();
    }

    @Override
    public StatReader open() {
      assertTrue(asked);
      return reader;
    }
  }

  private static Provider broken(String name, int priority) {
    return new Provider(name, priority, () -> new IOException("no library: set some.path"));
  }

  @Test
  void nameDecides() {
    Provider nio = new Provider("nio", 0);
    Provider jni = new Provider("jni", 10);
    Readers.Chosen chosen = Readers.choose("nio", List.of(jni, nio), true);
    assertEquals("nio", chosen.name());
    assertSame(nio.reader, chosen.reader());
    assertTrue(!jni.asked, "a reader that is not used must not be touched");
  }

  @Test
  void highestPriorityWinsWithoutAName() {
    Provider nio = new Provider("nio", 0);
    Provider jni = new Provider("jni", 10);
    Provider slow = new Provider("slow", -5);
    for (List<ReaderProvider> order :
        List.<List<ReaderProvider>>of(List.of(nio, jni, slow), List.of(jni, slow, nio))) {
      Readers.Chosen chosen = Readers.choose(null, order, true);
      assertEquals("jni", chosen.name());
      assertSame(jni.reader, chosen.reader());
    }
    assertTrue(!nio.asked && !slow.asked);
    assertEquals(List.of(), log.lines());
  }

  @Test
  void unavailableReaderIsPassedOverWithOneLineThatNamesTheCause() {
    Readers.Chosen chosen =
        Readers.choose(null, List.of(new Provider("nio", 0), broken("jni", 10)), true);
    assertEquals("nio", chosen.name());
    assertEquals(
        List.of("The reader 'jni' cannot be used here, so 'nio' is: no library: set some.path"),
        log.lines());
  }

  @Test
  void unavailableReaderThatWasAskedForFailsWithItsCause() {
    ReaderUnavailableException e =
        assertThrows(
            ReaderUnavailableException.class,
            () -> Readers.choose("jni", List.of(new Provider("nio", 0), broken("jni", 10)), true));
    assertEquals("The reader 'jni' cannot be used here: no library: set some.path", e.getMessage());
    assertTrue(e.getCause() instanceof IOException);
    assertEquals(List.of(), log.lines());
  }

  @Test
  void unknownNameIsToldWithThoseThatAreKnown() {
    ReaderUnavailableException e =
        assertThrows(
            ReaderUnavailableException.class,
            () ->
                Readers.choose(
                    "uring", List.of(new Provider("nio", 0), new Provider("jni", 1)), true));
    assertTrue(e.getMessage().contains("no reader 'uring', only [jni, nio]"), e.getMessage());
    assertTrue(e.getMessage().contains("io.statsfs:statsfs-reader-uring"), e.getMessage());
  }

  @Test
  void withoutAnyReaderTheArtifactIsNamed() {
    ReaderUnavailableException e =
        assertThrows(ReaderUnavailableException.class, () -> Readers.choose(null, List.of(), true));
    assertTrue(e.getMessage().contains("io.statsfs:statsfs-reader-nio"), e.getMessage());
  }

  @Test
  void whenNoneCanBeUsedAllCausesAreTold() {
    ReaderUnavailableException e =
        assertThrows(
            ReaderUnavailableException.class,
            () -> Readers.choose(null, List.of(broken("a", 0), broken("b", 10)), true));
    assertTrue(e.getMessage().matches(".*b=.*no library.*a=.*no library.*"), e.getMessage());
    assertTrue(e.getCause() instanceof IOException);
  }

  @Test
  void readerWhoseProbeThrowsIsUnavailable() {
    for (Throwable thrown :
        new Throwable[] {
          new UnsatisfiedLinkError("no symbol"),
          new NoClassDefFoundError("no/Class"),
          new ExceptionInInitializerError(new IllegalStateException("no init")),
          new IllegalStateException("no state")
        }) {
      Provider jni =
          new Provider(
              "jni",
              10,
              () -> {
                if (thrown instanceof Error error) {
                  throw error;
                }
                throw (RuntimeException) thrown;
              });
      assertEquals("nio", Readers.choose(null, List.of(jni, new Provider("nio", 0)), true).name());
      ReaderUnavailableException e =
          assertThrows(
              ReaderUnavailableException.class, () -> Readers.choose("jni", List.of(jni), true));
      assertSame(thrown, e.getCause());
      assertTrue(!e.getMessage().contains("null"), e.getMessage());
    }
    assertEquals(4, log.lines().size());
    assertTrue(
        log.lines().stream().noneMatch(line -> line.contains("null")), log.lines()::toString);
  }

  @Test
  void propertyDecidesUnlessThereIsAName() {
    System.setProperty(Readers.PROPERTY, "fake");
    assertEquals("fake", Readers.choose(Optional.empty(), true).name());
    System.setProperty(Readers.PROPERTY, "no-such");
    assertThrows(ReaderUnavailableException.class, () -> Readers.choose(Optional.empty(), true));
    assertEquals("fake", Readers.choose(Optional.of("fake"), true).name());
  }

  @Test
  void readersOnTheClassPathAreFoundOnce() {
    assertEquals("fake", Readers.choose(Optional.empty(), true).name());
    ReaderUnavailableException e =
        assertThrows(
            ReaderUnavailableException.class, () -> Readers.choose(Optional.of("no-such"), true));
    assertTrue(e.getMessage().contains("only [fake]"), e.getMessage());
  }

  /** Throws while it is made, as one whose class cannot be linked does. */
  public static final class Unlinkable implements ReaderProvider {
    public Unlinkable() {
      throw new NoClassDefFoundError("some/Missing");
    }

    @Override
    public String name() {
      return "unlinkable";
    }

    @Override
    public int priority() {
      return 100;
    }

    @Override
    public Throwable unavailabilityCause() {
      return null;
    }

    @Override
    public StatReader open() {
      throw new AssertionError();
    }
  }

  /** Is found by the class loader of the thread alone. */
  public static final class OfTheThread implements ReaderProvider {
    public OfTheThread() {}

    @Override
    public String name() {
      return "of-the-thread";
    }

    @Override
    public int priority() {
      return 50;
    }

    @Override
    public Throwable unavailabilityCause() {
      return null;
    }

    @Override
    public StatReader open() {
      return new FakeReader();
    }
  }

  @Test
  @Timeout(60)
  void readerThatCannotBeLoadedCostsNotTheOthers(@TempDir Path directory) throws IOException {
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.write(
        services.resolve(ReaderProvider.class.getName()),
        List.of("no.such.Reader", Unlinkable.class.getName(), OfTheThread.class.getName()));
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {directory.toUri().toURL()}, before)) {
      Thread.currentThread().setContextClassLoader(loader);
      assertEquals("of-the-thread", Readers.choose(Optional.empty(), true).name());
      assertEquals("fake", Readers.choose(Optional.of("fake"), true).name());
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
    assertEquals(4, log.lines().size(), log.lines()::toString);
    assertTrue(log.lines().get(0).contains("no.such.Reader"), log.lines()::toString);
  }

  @Test
  void aReaderThatNoServiceFileNamesIsReported() {
    Readers.reportLost(Set.of("nio"), name -> name.equals("META-INF/io.statsfs/reader-nio"));
    assertEquals(List.of(), log.lines());
    Readers.reportLost(Set.of("nio"), name -> true);
    assertEquals(1, log.lines().size(), "" + log.lines());
    assertTrue(log.lines().get(0).startsWith("The reader 'jni' is on the class path"));
  }
}
