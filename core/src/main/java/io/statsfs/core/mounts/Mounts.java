package io.statsfs.core.mounts;

import io.statsfs.spi.PathText;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The mounts of this process, as {@code /proc/self/mountinfo} (proc(5)) lists them. Paths are
 * strings of one char per byte here, so that names of any encoding compare.
 */
public record Mounts(List<Mount> mounts) {
  /** Some 500,000 mounts. The kernel allows 100,000 unless fs.mount-max says otherwise. */
  private static final int MAX_BYTES = 64 << 20;

  private static final Pattern OCTAL = Pattern.compile("(?!000)[0-3][0-7]{2}");

  /**
   * One mount.
   *
   * @param parent the id of the mount that it is mounted on
   * @param device what {@code stat(2)} says of a file there, on most file systems
   * @param root which directory or file of the file system is mounted
   * @param point where
   * @param type as {@code /proc/filesystems} has it
   * @param source what is mounted, such as a block device or a host and a directory of it; what the
   *     one who mounted it called it
   * @param isReadOnly whether the mount, or all of the file system, is
   * @param controllers of cgroup v1 (cgroups(7)), which are among the options of the file system;
   *     empty for any other type
   */
  public record Mount(
      int id,
      int parent,
      long device,
      String root,
      String point,
      String type,
      String source,
      boolean isReadOnly,
      Set<String> controllers) {

    /** Written out for the reason that {@link io.statsfs.Tree#equals} gives. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Mount mount
          && id == mount.id
          && parent == mount.parent
          && device == mount.device
          && root.equals(mount.root)
          && point.equals(mount.point)
          && type.equals(mount.type)
          && source.equals(mount.source)
          && isReadOnly == mount.isReadOnly
          && controllers.equals(mount.controllers);
    }

    @Override
    public int hashCode() {
      return id;
    }

    /** The path inside the file system of a path that leads to this mount. */
    String inside(String path) {
      String below = path.substring(point.equals("/") ? 0 : point.length());
      return root.equals("/")
          ? below.isEmpty() ? "/" : below
          : below.equals("/") ? root : root + below;
    }

    boolean isAbove(String path) {
      return path.startsWith(point)
          && (path.length() == point.length()
              || point.equals("/")
              || path.charAt(point.length()) == '/');
    }
  }

  static Mounts read(Path mountinfo, FileAccess files) throws IOException {
    return parse(text(mountinfo, files));
  }

  /**
   * Reads a list of mounts, for {@link #parse}.
   *
   * @param mountinfo of any process
   */
  public static String text(Path mountinfo) throws IOException {
    return text(mountinfo, FileAccess.BY_NIO);
  }

  private static String text(Path mountinfo, FileAccess files) throws IOException {
    ByteBuffer text = files.read(mountinfo, MAX_BYTES);
    if (text.remaining() == MAX_BYTES) {
      throw new IOException("it is longer than " + MAX_BYTES + " bytes");
    }
    return StandardCharsets.ISO_8859_1.decode(text).toString();
  }

  /** A line that makes no sense is no mount. */
  public static Mounts parse(String mountinfo) {
    List<Mount> mounts = new ArrayList<>();
    for (String line : mountinfo.split("\n")) {
      try {
        Mount mount = mount(line.split(" "));
        if (mount != null) {
          mounts.add(mount);
        }
      } catch (IllegalArgumentException e) {
        // No number where there must be one.
      }
    }
    return new Mounts(List.copyOf(mounts));
  }

  private static @Nullable Mount mount(String[] fields) {
    int separator = 6;
    while (separator < fields.length && !fields[separator].equals("-")) {
      separator++;
    }
    if (separator + 1 >= fields.length || fields[separator + 1].isEmpty()) {
      return null;
    }
    String root = unescape(fields[3]);
    String point = unescape(fields[4]);
    // No path leads to what is mounted on a directory that was removed.
    if (!root.startsWith("/") || !point.startsWith("/") || point.endsWith("//deleted")) {
      return null;
    }
    String type = unescape(fields[separator + 1]);
    String source = separator + 2 < fields.length ? unescape(fields[separator + 2]) : "";
    String options = separator + 3 < fields.length ? fields[separator + 3] : "";
    return new Mount(
        Integer.parseInt(fields[0]),
        Integer.parseInt(fields[1]),
        device(fields[2]),
        root,
        point,
        type,
        source,
        isReadOnly(fields[5]) || isReadOnly(options),
        type.equals("cgroup") && !options.isEmpty() ? controllers(options) : Set.of());
  }

  private static boolean isReadOnly(String options) {
    return ("," + options + ",").contains(",ro,");
  }

  /** Other options may be among them, which no hierarchy is named after. */
  private static Set<String> controllers(String options) {
    return Set.copyOf(Arrays.asList(unescape(options).split(",")));
  }

  /** As {@code stat(2)} and Java's attribute {@code unix:dev} have it (makedev(3)). */
  private static long device(String majorAndMinor) {
    int colon = majorAndMinor.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("no device");
    }
    long major = Integer.parseInt(majorAndMinor.substring(0, colon));
    long minor = Integer.parseInt(majorAndMinor.substring(colon + 1));
    return (major & ~0xfffL) << 32 | (major & 0xfff) << 8 | (minor & ~0xffL) << 12 | minor & 0xff;
  }

  /** Blanks, tabs, line ends and backslashes stand as three octal digits. */
  private static String unescape(String escaped) {
    if (escaped.indexOf('\\') < 0) {
      return escaped;
    }
    StringBuilder text = new StringBuilder(escaped.length());
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c == '\\') {
        String digits = escaped.substring(i + 1, Math.min(i + 4, escaped.length()));
        if (!OCTAL.matcher(digits).matches()) {
          throw new IllegalArgumentException("no octal number");
        }
        c = (char) Integer.parseInt(digits, 8);
        i += 3;
      }
      text.append(c);
    }
    return text.toString();
  }

  /**
   * The mount that a path leads to, found as the kernel does: from the root, at each name what is
   * mounted there on the mount that was reached so far. So neither a mount below another one that
   * hides it is taken, nor one with a further one over it.
   *
   * @param path absolute, without symbolic links
   * @return the mount; null if the root of this process is no mount and none is mounted on the way
   */
  public @Nullable Mount at(String path) {
    List<Mount> left = new ArrayList<>();
    for (Mount mount : mounts) {
      if (mount.isAbove(path)) {
        left.add(mount);
      }
    }
    left.sort(Comparator.comparingInt(mount -> mount.point.length()));
    if (isChain(left)) {
      return left.isEmpty() ? null : left.get(left.size() - 1);
    }
    Mount at = null;
    String passed = "";
    for (Mount next = next(left, null, passed); next != null; next = next(left, at, passed)) {
      at = next;
      passed = next.point;
      left.remove(next);
      if (passed.equals("/")) {
        // A process stays with its root, whatever is mounted over that.
        left.removeIf(mount -> mount.point.equals("/"));
      }
    }
    return at;
  }

  /**
   * Whether each mount is on the one before it, further down: that is so unless some are hidden.
   */
  private static boolean isChain(List<Mount> mounts) {
    for (int i = 1; i < mounts.size(); i++) {
      Mount above = mounts.get(i - 1);
      Mount mount = mounts.get(i);
      if (mount.parent != above.id || mount.point.length() == above.point.length()) {
        return false;
      }
    }
    return mounts.isEmpty() || !isOnAnother(mounts.get(0), mounts);
  }

  /** What is mounted first on the way on from a mount. */
  private static @Nullable Mount next(List<Mount> left, @Nullable Mount from, String passed) {
    Mount next = null;
    for (Mount mount : left) {
      boolean isOn =
          from == null
              ? !isOnAnother(mount, left)
              : mount.parent == from.id && mount.point.length() >= passed.length();
      // Of several in one place, which the kernel does not have, the last.
      if (isOn && (next == null || next.point.length() == mount.point.length())) {
        next = mount;
      }
    }
    return next;
  }

  private static boolean isOnAnother(Mount mount, List<Mount> mounts) {
    for (Mount other : mounts) {
      if (other.id == mount.parent && other != mount) {
        return true;
      }
    }
    return false;
  }

  /**
   * The mounts that paths lead to, as {@link #at} finds them: those that no other one hides, on top
   * of them or further up. Takes time in proportion to the length of all mount points.
   *
   * @return in the order of the list
   */
  public List<Mount> visible() {
    Map<Integer, Mount> byId = new HashMap<>();
    Map<Integer, Map<String, Mount>> on = new HashMap<>();
    for (Mount mount : mounts) {
      byId.put(mount.id, mount);
      on.computeIfAbsent(mount.parent, parent -> new HashMap<>()).put(mount.point, mount);
    }
    Map<Mount, Boolean> reached = new IdentityHashMap<>();
    for (Mount mount : mounts) {
      Deque<Mount> chain = new ArrayDeque<>();
      Mount next = mount;
      while (next != null && !reached.containsKey(next)) {
        // Until it is known. There is no circle, unless somebody made the text up.
        reached.put(next, false);
        chain.push(next);
        next = byId.get(next.parent);
      }
      boolean isReached = next == null || reached.get(next);
      for (Mount each : chain) {
        isReached &= isOnTheWay(each, byId.get(each.parent), on.get(each.parent));
        reached.put(each, isReached);
      }
    }
    return mounts.stream()
        .filter(
            mount ->
                reached.get(mount)
                    && (isRoot(mount, byId)
                        || !on.getOrDefault(mount.id, Map.of()).containsKey(mount.point)))
        .toList();
  }

  private static boolean isRoot(Mount mount, Map<Integer, Mount> byId) {
    return mount.point.equals("/") && !byId.containsKey(mount.parent);
  }

  /**
   * Whether a path that leads to the parent goes on to the mount, past the others on the parent.
   */
  private static boolean isOnTheWay(
      Mount mount, @Nullable Mount parent, Map<String, Mount> onParent) {
    String from = parent == null ? "/" : parent.point;
    if (parent != null && mount.point.equals("/") || onParent.get(mount.point) != mount) {
      // A process stays with its root.
      return false;
    }
    String passed = mount.point;
    while (passed.length() > from.length()) {
      passed = passed.substring(0, Math.max(1, passed.lastIndexOf('/')));
      if (onParent.containsKey(passed) && !passed.equals("/")) {
        return false;
      }
    }
    return true;
  }

  /** Whether a file system with this device is mounted. */
  boolean has(long device) {
    for (Mount mount : mounts) {
      if (mount.device == device) {
        return true;
      }
    }
    return false;
  }

  /**
   * Mounts of whole file systems of some types, whether they are hidden by others or not.
   *
   * @param types in the order in which they are wanted
   * @return those of one type together, in the order of the list but the usual places first
   */
  public List<Mount> whole(Collection<String> types) {
    return of(types, mount -> mount.root.equals("/"));
  }

  /** The same of those that are wanted, of whole file systems or not. */
  public List<Mount> of(Collection<String> types, Predicate<Mount> isWanted) {
    List<Mount> found = new ArrayList<>();
    for (String type : types) {
      List<Mount> ofType = new ArrayList<>();
      for (Mount mount : mounts) {
        if (mount.type.equals(type) && isWanted.test(mount)) {
          ofType.add(mount);
        }
      }
      if (ofType.size() > 1) {
        List<String> usual = FileSystemType.usualPlaces(type);
        ofType.sort(Comparator.comparingInt(mount -> rank(usual, mount.point)));
      }
      found.addAll(ofType);
    }
    return found;
  }

  private static int rank(List<String> usual, String point) {
    for (int i = 0; i < usual.size(); i++) {
      String place = usual.get(i);
      if (place.endsWith("/") ? point.startsWith(place) : point.equals(place)) {
        return i;
      }
    }
    return usual.size();
  }

  /** The bytes of a path, one to a char. */
  public static String bytes(Path path) {
    String text = path.toAbsolutePath().toString();
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return bytesByUri(path);
      }
    }
    return text;
  }

  private static String bytesByUri(Path path) {
    return new String(PathText.encode(path), StandardCharsets.ISO_8859_1);
  }

  /** The path of such bytes. */
  public static Path path(String bytes) {
    for (int i = 0; i < bytes.length(); i++) {
      if (bytes.charAt(i) >= 0x80) {
        return pathByUri(bytes);
      }
    }
    return Path.of(bytes);
  }

  /** Since a path of bytes beyond ASCII cannot be made of text in every locale. */
  private static Path pathByUri(String bytes) {
    StringBuilder uri = new StringBuilder("file://");
    for (int i = 0; i < bytes.length(); i++) {
      char b = bytes.charAt(i);
      boolean plain =
          b == '/' || b == '-' || b == '.' || b == '_' || b < 0x80 && Character.isLetterOrDigit(b);
      uri.append(plain ? "" + b : String.format(Locale.ROOT, "%%%02X", (int) b));
    }
    return Path.of(URI.create(uri.toString()));
  }
}
