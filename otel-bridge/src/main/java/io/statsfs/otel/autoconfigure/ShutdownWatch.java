package io.statsfs.otel.autoconfigure;

import io.opentelemetry.sdk.common.CompletableResultCode;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Does something when the last of the SDK's exporters and readers has been shut down, which is
 * after the last export. The SDK notifies nobody else of its end.
 */
final class ShutdownWatch {
  private final AtomicInteger running = new AtomicInteger();
  private final Runnable action;

  ShutdownWatch(Runnable action) {
    this.action = action;
  }

  /**
   * Stands before an exporter or a reader and passes on each call. A proxy, so that methods that a
   * later SDK adds are passed on as well.
   */
  <T> T watch(Class<T> type, T watched) {
    running.incrementAndGet();
    AtomicBoolean ended = new AtomicBoolean();
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (method.getName().equals("equals") && method.getParameterCount() == 1) {
                return proxy == arguments[0];
              }
              Object result = pass(watched, method, arguments);
              boolean ends =
                  method.getName().equals("shutdown") || method.getName().equals("close");
              if (ends && ended.compareAndSet(false, true)) {
                if (result instanceof CompletableResultCode code) {
                  code.whenComplete(this::ended);
                } else {
                  ended();
                }
              }
              return result;
            }));
  }

  private static @Nullable Object pass(Object watched, Method method, Object @Nullable [] arguments)
      throws Throwable {
    try {
      return method.invoke(watched, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private void ended() {
    if (running.decrementAndGet() == 0) {
      action.run();
    }
  }
}
