package io.statsfs.contracts;

import static io.statsfs.contracts.Outcomes.sample;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.statsfs.Catalog;
import io.statsfs.Layout;
import io.statsfs.Problem;
import io.statsfs.Sampler;
import io.statsfs.Source;
import io.statsfs.Stat;
import io.statsfs.StatFilter;
import io.statsfs.StatReadException;
import io.statsfs.StatsFs;
import io.statsfs.Status;
import io.statsfs.spi.FileDeclaration;
import io.statsfs.testkit.TestTree;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Part of {@link ReaderContract}: which values of a file that nothing declares are stats, and what
 * is said of others.
 */
abstract class FlatKeyedContract extends ReaderTest {
  private static final String NONE = "NOT_A_NUMBER 0";

  /**
   * A file as the kernel, ZFS or another file system writes it, shortened.
   *
   * @param stats what of it are stats: the name and the value of each
   * @param unfit of how many lines a problem says that they are no name and number; 0 for none
   * @param form what it is recognized as, or what it seems to be, as the problem says
   */
  private record Form(String file, String text, String stats, int unfit, String form) {}

  private static final List<Form> FORMS =
      List.of(
          new Form(
              "vmstat",
              """
              nr_free_pages 977769
              nr_dirty 0
              pgpgin 18446744073709551615
              nr_unstable 0
              """,
              "nr_free_pages=977769 nr_dirty=0 pgpgin=18446744073709551615 nr_unstable=0",
              0,
              ""),
          new Form(
              "meminfo",
              """
              MemTotal:       16042172 kB
              Active(anon):     5796 kB
              CmaFree:               0 kB
              AnonHugePages:         0 kB
              HugePages_Total:       0
              Hugepagesize:       2048 kB
              DirectMap4k:      174632 kB
              """,
              "MemTotal=16042172 Active(anon)=5796 CmaFree=0 AnonHugePages=0 HugePages_Total=0"
                  + " Hugepagesize=2048 DirectMap4k=174632",
              0,
              ""),
          new Form(
              "memory.stat",
              "anon 4096\nfile 18446744073709551615\nworkingset_refault_anon 0\n",
              "anon=4096 file=18446744073709551615 workingset_refault_anon=0",
              0,
              ""),
          new Form(
              "snmp6",
              "Ip6InReceives                   \t7\nIcmp6OutType133                 \t8\n",
              "Ip6InReceives=7 Icmp6OutType133=8",
              0,
              ""),
          new Form(
              "io",
              "rchar: 750339\nwchar: 818609\nsyscr: 7405\ncancelled_write_bytes: -1024\n",
              "rchar=750339 wchar=818609 syscr=7405 cancelled_write_bytes=-1024",
              0,
              ""),
          new Form(
              "stat",
              """
              cpu  301854 612 111922 8979004 3552 2 3944 0 0 0
              cpu0 44490 19 21045 1087069 220 1 3410 0 0 0
              intr 8885917 17 0 0 0 0 0 0 0 1 79281 0 0
              ctxt 38014093
              btime 1418183276
              processes 26442
              procs_running 2
              procs_blocked 1
              softirq 5057579 250191 1481983 1647 211099 186066
              """,
              "",
              4,
              "fixed columns"),
          new Form("loadavg", "0.02 0.04 0.05 1/497 11947\n", "", 1, "fixed columns"),
          new Form("uptime", "8976.08 17746.86\n", "", 1, "fixed columns"),
          new Form("inode-nr", "83196\t12345\n", "", 1, "fixed columns"),
          new Form("ip_local_port_range", "32768\t60999\n", "", 1, "fixed columns"),
          new Form("file-nr", "1024\t0\t1631329\n", "", 1, "fixed columns"),
          new Form("self_stat", "26231 (a b) R 5392 7446 5392 34835 0\n", "", 1, "fixed columns"),
          new Form(
              "softnet_stat",
              """
              000000a1 00000000 00000001 00000000 00000000 00000000 00000000 00000000 00000000
              0001dd82 00000000 0000000d 00000000 00000000 00000000 00000000 00000000 00000000
              """,
              "",
              2,
              "fixed columns"),
          new Form(
              "diskstats",
              """
                 1       0 ram0 0 0 0 0 0 0 0 0 0 0 0
                 8       0 sda 25354637 34367663 1003346126 18492372 28444756 11134226 1 2 0 5 6
              """,
              "",
              2,
              "fixed columns"),
          new Form(
              "buddyinfo",
              """
              Node 0, zone      DMA      1      0      1      0      2      1      1
              Node 0, zone    DMA32    759    572    791    475    194     45     12
              """,
              "",
              2,
              "fixed columns"),
          new Form(
              "schedstat",
              """
              version 15
              timestamp 15819019232
              cpu0 498494191 0 3533438552 2553969831 3853684107 2465731542 2045936778163039
              domain0 00000000,00000003 212499247 210112015 1861015 1860405436 536440 369895
              """,
              "",
              2,
              "fixed columns"),
          new Form(
              "xfs_stat",
              "extent_alloc 92447 97589 92448 93751\nabt 0 0 0 0\ndebug 0\n",
              "",
              2,
              "fixed columns"),
          new Form(
              "nfsd",
              "rc 0 6 18622\nfh 0 0 0 0 0\nio 157286400 0\nwdeleg_getattr 16\n",
              "",
              3,
              "fixed columns"),
          new Form(
              "snmp",
              """
              Tcp: RtoAlgorithm RtoMin MaxConn ActiveOpens
              Tcp: 1 200 -1 3556
              IcmpMsg: OutType3
              IcmpMsg: 104
              """,
              "IcmpMsg/OutType3=104 Tcp/RtoAlgorithm=1 Tcp/RtoMin=200 Tcp/MaxConn=-1 Tcp/ActiveOpens=3556",
              0,
              "header and value lines"),
          new Form(
              "netstat",
              "TcpExt: SyncookiesSent EmbryonicRsts\nTcpExt: 0 1\n",
              "TcpExt/SyncookiesSent=0 TcpExt/EmbryonicRsts=1",
              0,
              "header and value lines"),
          new Form(
              "sockstat",
              "sockets: used 1602\nTCP: inuse 35 orphan 0 tw 4 alloc 59 mem 22\nUDPLITE: inuse 0\n",
              "TCP/inuse=35 TCP/orphan=0 TCP/tw=4 TCP/alloc=59 TCP/mem=22 UDPLITE/inuse=0 sockets/used=1602",
              0,
              "alternating"),
          new Form(
              "pressure",
              """
              some avg10=0.10 avg60=2.00 avg300=3.85 total=15
              full avg10=0.20 avg60=3.00 avg300=4.95 total=25
              """,
              "full/avg10=0.2 full/avg60=3.0 full/avg300=4.95 full/total=25"
                  + " some/avg10=0.1 some/avg60=2.0 some/avg300=3.85 some/total=15",
              0,
              "nested-keyed"),
          new Form(
              "io.stat",
              "8:0 rbytes=1 wbytes=2 rios=3 wios=4\n8:16 rbytes=0 wbytes=0 rios=0 wios=0\n",
              "8:0/rbytes=1 8:0/wbytes=2 8:0/rios=3 8:0/wios=4 8:16/rbytes=0 8:16/wbytes=0 8:16/rios=0 8:16/wios=0",
              0,
              "nested-keyed"),
          new Form(
              "numa_stat",
              "total=44611 N0=32631 N1=7501\nfile=44428 N0=32614 N1=7335\n",
              "",
              2,
              "nested-keyed"),
          new Form(
              "drbd",
              " 1: cs:Connected ro:Primary/Secondary\n    ns:17324442 nr:0 dw:17324453 dr:10961011\n",
              "",
              2,
              "nested-keyed"),
          new Form(
              "node_meminfo",
              "Node 0 MemTotal:       134182340 kB\nNode 0 HugePages_Total:     0\n",
              "",
              2,
              "prefix"),
          new Form(
              "interrupts",
              """
                         CPU0       CPU1
                0:         18          0   IO-APIC-edge      timer
              NMI:         47       5031   Non-maskable interrupts
              ERR:          0
              MIS:          0
              """,
              "",
              3,
              "named columns"),
          new Form(
              "softirqs",
              "                    CPU0       CPU1\n          HI:          3          0\n       TIMER:    2776180     247490\n",
              "",
              3,
              "named columns"),
          new Form(
              "net_dev",
              """
              Inter-|   Receive                                                |  Transmit
               face |bytes    packets errs drop fifo|bytes    packets errs drop fifo colls
                  lo: 1664039048 1566805    0    0    0     1664039048 1566805    0    0    0    0
                eth0: 874354587 1036395    0    0    0     563352563  732147    0    0    0    0
              """,
              "",
              4,
              "named columns"),
          new Form(
              "ip_vs",
              """
              IP Virtual Server version 1.2.1 (size=4096)
              Prot LocalAddress:Port Scheduler Flags
                -> RemoteAddress:Port Forward Weight ActiveConn InActConn
              FWM  10001000 wlc
                -> C0A8321A:0CEA      Route   0      0          2
                -> C0A83215:0CEA      Tunnel  100    248        2
              """,
              "",
              5,
              "named columns"),
          new Form(
              "three_columns", "device errors state\nsda 5 ok\nsdb 6 ok\n", "", 1, "free text"),
          new Form("a_title", "of three words\nsda 5\nsdb 6 kB\n", "", 1, "free text"),
          new Form(
              "cgroups",
              "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpuset\t5\t47\t1\ncpu\t3\t172\t1\n",
              "",
              3,
              "named columns"),
          new Form(
              "slabinfo",
              """
              slabinfo - version: 2.1
              # name            <active_objs> <num_objs> <objsize> : tunables <limit> : slabdata <n>
              tw_sock_TCP          704    864    256   32    2 : tunables    0 : slabdata     27
              dentry             71504  71504    192   21    1 : tunables    0 : slabdata   3405
              """,
              "",
              4,
              "named columns"),
          new Form(
              "nf_conntrack_stat",
              "entries  searched found new\n0000c8f2 00000000 00000001 00000000\n",
              "",
              2,
              "named columns"),
          new Form(
              "arcstats",
              """
              6 1 0x01 91 4368 5266997922 97951858082072
              name                            type data
              hits                            4    8772612
              p                               4    516395305
              """,
              "hits=8772612 p=516395305",
              0,
              "name type data"),
          new Form(
              "objset",
              """
              23 1 0x01 7 2160 221578688875 6665999035587
              name                            type data
              dataset_name                    7    pool1
              writes                          4    0
              """,
              "",
              3,
              "name type data"),
          new Form("nr_open", "1048576\n", "value=1048576", 0, "a single value"),
          new Form(
              "mdstat",
              """
              Personalities : [linear] [raid6] [raid5]

              md3 : active raid6 sda1[8] sdh1[7] sdg1[6]
                    5853468288 blocks super 1.2 level 6, 64k chunk, algorithm 2 [8/8] [UUUUUUUU]

              unused devices: <none>
              """,
              "",
              4,
              "free text"),
          new Form(
              "zoneinfo",
              """
              Node 0, zone      DMA
                pages free     2949
                      min      33
                      low      41
              Node 0, zone   Normal
                pages free     1986
                      min      4543
                      low      5678
              """,
              "",
              6,
              "free text"),
          new Form(
              "cpuinfo",
              "processor\t: 0\ncpu MHz\t\t: 799.998\n\nprocessor\t: 1\ncpu MHz\t\t: 800.037\n",
              "",
              4,
              "free text"),
          new Form(
              "status",
              """
              Name:\tprometheus
              Umask:\t0022
              State:\tS (sleeping)
              Tgid:\t26231
              Uid:\t1000\t1000\t1000\t0
              VmRSS:\t    6716 kB
              SigCgt:\t0000000000000400
              Cpus_allowed:\tff
              """,
              "",
              6,
              "free text"),
          new Form("misc.max", "res_a max\nres_b 3\n", "", 1, "free text"),
          new Form(
              "hexadecimal",
              "flags 0x1303\nmask: 0Xff\nlong 0x12345678901234567\nnumber 0e12\nzeros 007\n",
              "",
              3,
              "free text"),
          new Form(
              "pair_of_other_lengths",
              "Tcp: InSegs OutSegs Retrans\nTcp: 1 2\n",
              "",
              2,
              "header and value"),
          new Form("alone", "Tcp: InSegs OutSegs\nTcp: 1 2\nUdp: In\n", "", 3, "header and value"),
          new Form("pair_of_text", "Tcp: InSegs Name\nTcp: 1 x\n", "", 2, "free text"),
          new Form("pair_twice", "A: x\nA: 1\nA: y\nA: 2\n", "", 4, "header and value"),
          new Form("column_twice", "A: x x\nA: 1 2\n", "", 2, "header and value"),
          new Form(
              "one_of_text", "some avg10=0.1 total=1\nfull avg10=max\n", "", 2, "nested-keyed"),
          new Form("total_objects", "26 N0=26\n", "", 1, "nested-keyed"),
          new Form("key_lost", "avg10=0.1 total=1\n", "", 1, "nested-keyed"),
          new Form("key_twice", "a x=1\na y=2\n", "", 2, "nested-keyed"),
          new Form("unit", "TCP: inuse 27 kB orphan 0 kB\n", "", 1, "free text"),
          new Form("name_left", "TCP: inuse 27 orphan\n", "", 1, "free text"),
          new Form("number_as_name", "TCP: 0 27 1 28\n", "", 1, "fixed columns"),
          new Form("words_before", "Node 0: free 1 used 2\n", "", 1, "fixed columns"),
          new Form("two_values", "1048576\n7\n", "", 2, "free text"),
          new Form("exponent", "0e12\n", "", 1, "a single value"),
          new Form(
              "kstat_of_text",
              "6 1 0x01 2 3 4 5\nname type data\nhits 4 7\nstate 7 ONLINE\n",
              "",
              3,
              "name type data"),
          new Form("kstat_twice", "6 1 2\nname type data\na 4 1\na 4 2\n", "", 4, "name type data"),
          new Form("blanks", "\n   a 1\n\t\tb:\t2   \r\n\n c 3 %\n", "a=1 b=2 c=3", 0, ""));

  @TestFactory
  List<DynamicTest> aFileIsReadIfAllOfItIsOfAFormThatNamesItsValues() {
    return FORMS.stream()
        .map(form -> DynamicTest.dynamicTest(form.file, () -> check(form)))
        .toList();
  }

  private void check(Form form) {
    try (TestTree tree = TestTree.inMemory().stat(form.file, form.text);
        StatsFs fs = open(tree.path(form.file), Layout.file("f"));
        Sampler sampler = fs.sampler()) {
      String stats =
          fs.catalog().stats().stream()
              .map(stat -> stat.toString().substring("f/".length()) + "=" + number(fs, stat))
              .collect(Collectors.joining(" "));
      assertEquals(form.stats, stats);
      for (Source source : fs.catalog().sources()) {
        String words = form.form.isEmpty() ? "names and numbers" : form.form;
        assertTrue(source.form().orElseThrow().contains(words), source.form()::toString);
      }
      for (Map.Entry<String, String> outcome : sample(sampler).entrySet()) {
        String name = outcome.getKey().substring("f/".length());
        assertTrue(
            (" " + form.stats + " ")
                .contains(" " + name + "=" + outcome.getValue().replace("double ", "") + " "),
            outcome::toString);
      }
      List<Problem> problems = fs.catalog().problems();
      assertEquals(form.unfit == 0 ? 0 : 1, problems.size(), problems::toString);
      for (Problem problem : problems) {
        assertEquals(tree.path(form.file), problem.path().orElseThrow());
        String said = problem.message();
        long lines = form.text.lines().filter(line -> !line.isBlank()).count();
        assertTrue(said.startsWith(form.unfit + " of " + lines + " lines"), said);
        assertTrue(said.contains("seems to be") && said.contains(form.form), said);
      }
      // Nothing that a reader finds in the file makes a new catalog of the same stats.
      Catalog before = fs.catalog();
      for (int i = 0; i < 3; i++) {
        sampler.sample();
        fs.refresh();
      }
      assertSame(before, fs.catalog());
    }
  }

  private static String number(StatsFs fs, Stat stat) {
    String text = fs.readText(stat);
    if (text.contains(".")) {
      return Double.toString(fs.readDouble(stat));
    }
    long value = fs.readLong(stat);
    return text.startsWith("-") ? Long.toString(value) : Long.toUnsignedString(value);
  }

  @Test
  void aNameThatMayBeANumberIsNone() {
    StringBuilder text = new StringBuilder();
    List<String> numbers =
        List.of(
            "0.00",
            "12345",
            "-5",
            "+5",
            ".5",
            "1/345",
            "000000a1",
            "deadbeef",
            "0x1303",
            "1e5",
            "8:0",
            "7:",
            "50%",
            "4kB",
            "10.0.0.1");
    numbers.forEach(number -> text.append(number).append(" 7\n"));
    numbers.forEach(number -> text.append("name").append(number).append(" 7 ").append(number));
    try (TestTree tree = TestTree.inMemory().stat("f", text.toString());
        StatsFs fs = open(tree.path("f"), Layout.file("f"))) {
      assertEquals(List.of(), fs.catalog().stats());
      assertEquals(1, fs.catalog().problems().size());
    }
  }

  @Test
  void aKeyWhoseValueBecomesTextIsStillThere() {
    String numbers = "a 1\nb 2\nc 3\nd 4\ne 5\nf 6\n";
    try (TestTree tree = TestTree.inMemory().stat("f", numbers);
        StatsFs fs = open(tree.path("f"), Layout.file("f"));
        Sampler sampler = fs.sampler();
        Sampler one = fs.sampler(StatFilter.name("b"))) {
      List<Stat> stats = fs.catalog().stats();
      tree.stat("f", "a max\nb 2 3\nc 3 kB 4\nd\ne 005\n");
      Map<String, String> expected = new TreeMap<>();
      Map<String, String> texts =
          Map.of("f/a", "max", "f/b", "2 3", "f/c", "3 kB 4", "f/d", "", "f/e", "005");
      texts.keySet().forEach(stat -> expected.put(stat, NONE));
      expected.put("f/f", "GONE 0");
      assertEquals(expected, sample(sampler));
      assertEquals(Map.of("f/b", NONE), sample(one));
      for (Stat stat : stats) {
        Status status = Status.valueOf(expected.get(stat.toString()).split(" ")[0]);
        assertEquals(
            status, assertThrows(StatReadException.class, () -> fs.readLong(stat)).status());
        if (status == Status.GONE) {
          assertThrows(StatReadException.class, () -> fs.readText(stat));
        } else {
          assertEquals(texts.get(stat.toString()), fs.readText(stat));
        }
      }
      tree.stat("f", numbers);
      assertEquals("2", sample(sampler).get("f/b"));
    }
  }

  @Test
  void theFirstLineOfANameCountsForEveryWayToRead() {
    Layout declared =
        Layout.builder("f").subsystem("f").files(FileDeclaration.flatKeyed("", List.of())).build();
    try (TestTree tree =
            TestTree.inMemory().stat("f", "a 1 kB\nb 2\n  a: 3\nb 4\na x\nc 5\nd 6\n");
        StatsFs fs = open(tree.path("f"), declared);
        Sampler sampler = fs.sampler()) {
      assertEquals(Map.of("f/a", "1", "f/b", "2", "f/c", "5", "f/d", "6"), sample(sampler));
      assertEquals(1, fs.readLong(fs.catalog().stats().get(0)));
      assertEquals("1", fs.readText(fs.catalog().stats().get(0)));
      assertEquals("2", fs.readText(fs.catalog().stats().get(1)));
      tree.stat("f", "a text 5\nb 2\na 3\nc 5\nd 6\n");
      assertEquals(Map.of("f/a", NONE, "f/b", "2", "f/c", "5", "f/d", "6"), sample(sampler));
      Stat a = fs.catalog().stats().get(0);
      assertEquals("text 5", fs.readText(a));
      assertThrows(StatReadException.class, () -> fs.readLong(a));
      fs.refresh();
      assertEquals(Map.of("f/b", "2", "f/c", "5", "f/d", "6"), sample(sampler));
    }
  }

  /** A text that is of one form only in part may be of another. */
  @Test
  void ofAFileThatDoesNotFitAsAWholeNothingIsRead() {
    try (TestTree tree = TestTree.inMemory().stat("f", "a 1\nb 2\na 3\n");
        StatsFs fs = open(tree.path("f"), Layout.file("f"))) {
      assertEquals(List.of(), fs.catalog().stats());
      assertEquals(1, fs.catalog().problems().size());
      tree.stat("f", "a 1\nb 2\n");
      fs.refresh();
      assertEquals(2, fs.catalog().stats().size());
      assertEquals(List.of(), fs.catalog().problems());
    }
  }

  @Test
  void theProblemKeepsItsNumberWhileTheStatsStayTheSame() {
    try (TestTree tree = TestTree.inMemory().stat("f", "a 1\nx y\n");
        StatsFs fs = open(tree.path("f"), Layout.file("f"))) {
      Catalog before = fs.catalog();
      assertEquals(1, before.problems().size());
      StringBuilder more = new StringBuilder("a 1\n");
      for (int i = 0; i < 10; i++) {
        tree.stat("f", more.append("x y z\n").toString());
        fs.refresh();
        assertSame(before, fs.catalog());
      }
      tree.stat("f", "a 1\n");
      fs.refresh();
      assertEquals(List.of(), fs.catalog().problems());
      tree.stat("f", "b 1\nx y\nx y\n");
      fs.refresh();
      assertTrue(fs.catalog().problems().get(0).message().startsWith("2 of 3 lines"));
    }
  }

  @Test
  void anEmptyFileIsAProblem() {
    try (TestTree tree = TestTree.inMemory().stat("f", "\n \n");
        StatsFs fs = open(tree.path("f"), Layout.file("f"))) {
      assertEquals(1, fs.catalog().problems().size());
      assertTrue(fs.catalog().problems().get(0).message().contains("no line"));
    }
  }
}
