package io.statsfs.core.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import io.statsfs.spi.Backend;
import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServicesTest {
  private static List<Backend> backends() {
    return Services.find("backend", Backend.class, Backend::name).providers();
  }

  @Test
  void theSameProvidersAreMadeAnewEachTime() {
    List<Backend> first = backends();
    List<Backend> second = backends();
    assertFalse(first.isEmpty());
    assertEquals(
        first.stream().map(Backend::name).toList(), second.stream().map(Backend::name).toList());
    for (int i = 0; i < first.size(); i++) {
      assertEquals(first.get(i).getClass(), second.get(i).getClass());
      assertNotSame(first.get(i), second.get(i));
    }
  }

  /** What an application sees may change: it can be another one each time. */
  @Test
  void theClassLoaderOfTheThreadIsAskedEachTime() {
    List<String> asked = new ArrayList<>();
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread()
        .setContextClassLoader(
            new ClassLoader(before) {
              @Override
              public Enumeration<URL> getResources(String name) throws IOException {
                asked.add(name);
                return super.getResources(name);
              }
            });
    try {
      backends();
      int once = asked.size();
      assertFalse(asked.isEmpty());
      backends();
      assertEquals(2 * once, asked.size());
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }
}
