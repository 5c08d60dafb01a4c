package io.statsfs.contracts;

import io.statsfs.testkit.TestTree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Files of a tree as a kernel has them, and the stats that they make up.
 *
 * <pre>
 * # Where the texts are from.
 * == class/thermal/thermal_zone0 -&gt; ../../devices/virtual/thermal/thermal_zone0
 * == devices/virtual/thermal/thermal_zone0/temp
 * 45000
 * == stats
 * thermal/thermal_zone0/temp{zone=thermal_zone0} 45000
 * </pre>
 *
 * <p>Paths are those below the mount of the file system. Of each stat there is its path, the labels
 * of its source if there are any, and its value as {@link Outcomes} writes it. What is under {@code
 * == problems} has to be part of a problem of the catalog, line by line; there must be no other.
 */
record KernelText(
    String tree,
    String name,
    Map<String, String> files,
    Map<String, Path> links,
    List<String> stats,
    List<String> problems) {

  private static final String HEAD = "== ";

  static KernelText parse(String tree, String name, String text) {
    Map<String, String> files = new LinkedHashMap<>();
    Map<String, Path> links = new LinkedHashMap<>();
    Map<String, List<String>> lists =
        Map.of("stats", new ArrayList<>(), "problems", new ArrayList<>());
    int begin = text.startsWith(HEAD) ? 0 : text.indexOf("\n" + HEAD) + 1;
    if (!text.startsWith("# ")) {
      throw new IllegalArgumentException(tree + "/" + name + " does not say where it is from");
    }
    for (String section : text.substring(begin + HEAD.length()).split("(?m)^" + HEAD)) {
      String[] parts = section.split("\n", 2);
      String head = parts[0].strip();
      String[] link = head.split(" -> ", 2);
      if (link.length == 2) {
        links.put(link[0], Path.of(link[1]));
      } else if (lists.containsKey(head)) {
        parts[1].lines().filter(line -> !line.isBlank()).forEach(lists.get(head)::add);
      } else {
        files.put(head, parts[1]);
      }
    }
    return new KernelText(tree, name, files, links, lists.get("stats"), lists.get("problems"));
  }

  void writeTo(TestTree root) {
    files.forEach(root::stat);
    links.forEach(
        (path, target) -> {
          int slash = path.lastIndexOf('/');
          if (slash > 0) {
            root.directory(path.substring(0, slash));
          }
          root.link(path, target);
        });
    root.settle();
  }

  @Override
  public String toString() {
    return tree + " " + name;
  }
}
