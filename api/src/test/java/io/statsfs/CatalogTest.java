package io.statsfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the interfaces themselves do: messages and filters. */
class CatalogTest {
  private static final FakeSource ETH0 =
      new FakeSource("net", "eth0", Map.of("device", "eth0"), "rx_bytes", "tx_bytes");
  private static final FakeSource KVM = new FakeSource("kvm", "", Map.of(), "exits");

  private record FakeSource(
      String subsystem, String device, Map<String, String> labels, List<String> names)
      implements Source {
    FakeSource(String subsystem, String device, Map<String, String> labels, String... names) {
      this(subsystem, device, labels, List.of(names));
    }

    @Override
    public Tree tree() {
      return Tree.builder(Layout.statsfs()).root(Path.of("/")).fileSystemType("statsfs").build();
    }

    @Override
    public List<Stat> stats() {
      return names.stream().<Stat>map(name -> new FakeStat(this, name)).toList();
    }

    @Override
    public String origin() {
      return "nowhere";
    }
  }

  private record FakeStat(Source source, String name) implements Stat {
    @Override
    public Kind kind() {
      return Kind.LEVEL;
    }

    @Override
    public Type type() {
      return Type.INT;
    }

    @Override
    public String description() {
      return "";
    }

    @Override
    public String unit() {
      return "";
    }

    @Override
    public String origin() {
      return source.origin();
    }

    @Override
    public String toString() {
      String device = source.device().isEmpty() ? "" : source.device() + "/";
      return source.subsystem() + "/" + device + name;
    }
  }

  private record FakeCatalog(List<Source> sources) implements Catalog {
    @Override
    public long version() {
      return 1;
    }

    @Override
    public List<Tree> trees() {
      return List.of();
    }

    @Override
    public List<Stat> stats() {
      return sources.stream().flatMap(s -> s.stats().stream()).toList();
    }

    @Override
    public List<Problem> problems() {
      return List.of();
    }

    @Override
    public Optional<Stat> find(Tree tree, String subsystem, String device, String name) {
      return find(subsystem, device, name).filter(s -> s.source().tree().equals(tree));
    }

    @Override
    public Optional<Stat> find(String subsystem, String device, String name) {
      return stats().stream()
          .filter(s -> s.source().subsystem().equals(subsystem))
          .filter(s -> s.source().device().equals(device) && s.name().equals(name))
          .findFirst();
    }
  }

  private static final Catalog CATALOG = new FakeCatalog(List.of(KVM, ETH0));

  @Test
  void getFindsWhatIsThere() {
    Stat stat = CATALOG.get("net", "eth0", "tx_bytes");
    assertEquals("tx_bytes", stat.name());
    assertSame(ETH0, stat.source());
    assertEquals("exits", CATALOG.get("kvm", "", "exits").name());
  }

  @ParameterizedTest
  @CsvSource({
    "xfs, '', reads, 'No stat xfs//reads: there is no subsystem ''xfs'''",
    "net, eth1, rx_bytes, 'No stat net/eth1/rx_bytes: subsystem ''net'' has no device ''eth1'''",
    "net, eth0, mtu, 'No stat net/eth0/mtu: that source has no stat ''mtu'''",
    "kvm, '', halts, 'No stat kvm//halts: that source has no stat ''halts'''"
  })
  void getSaysWhichPartIsUnknown(String subsystem, String device, String name, String message) {
    NoSuchElementException e =
        assertThrows(NoSuchElementException.class, () -> CATALOG.get(subsystem, device, name));
    assertEquals(message, e.getMessage());
  }

  @Test
  void problemIsItsPathAndMessage() {
    assertEquals(
        "/a: why",
        Problem.builder(Problem.Kind.NO_STATS, "why").path(Path.of("/a")).build().toString());
  }

  private static List<String> wanted(StatFilter filter) {
    return CATALOG.stats().stream().filter(filter::test).map(Stat::toString).toList();
  }

  @Test
  void filtersLookAtTheirPart() {
    List<String> net = List.of("net/eth0/rx_bytes", "net/eth0/tx_bytes");
    assertEquals(3, wanted(StatFilter.all()).size());
    assertEquals(net, wanted(StatFilter.subsystem("n?t")));
    assertEquals(List.of("kvm/exits"), wanted(StatFilter.device("")));
    assertEquals(net, wanted(StatFilter.device("eth*")));
    assertEquals(List.of("net/eth0/rx_bytes"), wanted(StatFilter.name("rx_*")));
    assertEquals(net, wanted(StatFilter.label("device", "*0")));
    assertEquals(List.of(), wanted(StatFilter.label("device", "*1")));
    assertEquals(List.of(), wanted(StatFilter.label("vm", "*")));
    assertEquals(List.of("net/eth0/rx_bytes"), wanted(StatFilter.path("net/*/rx_*")));
    assertEquals(List.of("kvm/exits"), wanted(StatFilter.path("kvm/exits")));
  }

  @Test
  void filtersCombine() {
    StatFilter net = StatFilter.subsystem("net");
    StatFilter rx = StatFilter.name("rx_*");
    assertEquals(List.of("net/eth0/rx_bytes"), wanted(net.and(rx)));
    assertEquals(List.of("net/eth0/tx_bytes"), wanted(net.and(rx.negate())));
    assertEquals(
        List.of("kvm/exits", "net/eth0/rx_bytes"), wanted(StatFilter.subsystem("kvm").or(rx)));
    assertEquals(List.of(), wanted(StatFilter.all().negate()));
  }
}
