package io.statsfs.samples.agent;

import io.statsfs.spi.PrintableText;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The standard output and the standard error, for lines that people read: printable, whatever names
 * are in them, and in characters that the locale has. Safe for use by several threads.
 */
final class Terminal {
  private static final Terminal STANDARD =
      new Terminal(
          new FileOutputStream(FileDescriptor.out),
          new FileOutputStream(FileDescriptor.err),
          charsetOfTheLocale());

  private final Charset charset;
  private final CharsetEncoder encoder;
  private final Writer out;
  private final Writer err;
  private final CountDownLatch failed = new CountDownLatch(1);
  private @Nullable IOException failure;

  Terminal(OutputStream out, OutputStream err, Charset charset) {
    this.charset = charset;
    encoder = charset.newEncoder();
    this.out = new BufferedWriter(new OutputStreamWriter(out, charset));
    this.err = new OutputStreamWriter(err, charset);
  }

  /** Those of this process. */
  static Terminal standard() {
    return STANDARD;
  }

  /** The standard output's; before JDK 19 it has no property of its own. */
  private static Charset charsetOfTheLocale() {
    String name = System.getProperty("stdout.encoding", System.getProperty("native.encoding"));
    return name != null && Charset.isSupported(name)
        ? Charset.forName(name)
        : Charset.defaultCharset();
  }

  Charset charset() {
    return charset;
  }

  /** A text as this prints it. */
  String printable(String text) {
    synchronized (encoder) {
      return PrintableText.of(text, encoder);
    }
  }

  /** Prints a line on the standard output, or before {@link #flush()} is called, prepares to. */
  void print(String line) throws IOException {
    synchronized (out) {
      try {
        out.write(printable(line));
        out.write('\n');
      } catch (IOException e) {
        throw failed(e);
      }
    }
  }

  /** Prints lines in one piece, so that what else is printed does not come between. */
  void print(Iterable<String> lines) throws IOException {
    synchronized (out) {
      for (String line : lines) {
        print(line);
      }
      flush();
    }
  }

  void flush() throws IOException {
    synchronized (out) {
      try {
        out.flush();
      } catch (IOException e) {
        throw failed(e);
      }
    }
  }

  private IOException failed(IOException e) {
    if (failure == null) {
      failure = e;
      failed.countDown();
    }
    return failure;
  }

  /** Waits until something cannot be printed, which may never be. */
  IOException awaitFailure() throws InterruptedException {
    failed.await();
    synchronized (out) {
      return Objects.requireNonNull(failure);
    }
  }

  /** Prints a line on the standard error. */
  void warn(String line) {
    synchronized (err) {
      try {
        err.write(printable("statsfs-agent: " + line));
        err.write('\n');
        err.flush();
      } catch (IOException e) {
        // There is nowhere left to say it.
      }
    }
  }
}
