package io.statsfs.prometheus;

import org.jspecify.annotations.Nullable;

/** The head of a request, as far as it matters here (RFC 9112). Immutable; pure. */
final class Request {
  private static final int OK = 200;
  private static final int MALFORMED = 400;
  private static final int OTHER_VERSION = 505;

  private static final char DELETE = 0x7f;

  private int status = OK;
  private String method = "";
  private String path = "";
  private boolean isHttp10;
  private boolean hasHost;
  private boolean hasBody;
  private boolean isClosing;
  private @Nullable String accept;
  private @Nullable String acceptEncoding;

  private Request() {}

  /**
   * Where the head of a request ends.
   *
   * @param length how many bytes there are
   * @return the position after the empty line; negative if that has not come yet
   */
  static int end(byte[] bytes, int length) {
    int lineLength = 0;
    boolean isBegun = false;
    for (int i = 0; i < length; i++) {
      if (bytes[i] != '\n') {
        lineLength += bytes[i] == '\r' ? 0 : 1;
      } else if (lineLength == 0 && isBegun) {
        return i + 1;
      } else {
        // Empty lines before a request are passed over.
        isBegun |= lineLength > 0;
        lineLength = 0;
      }
    }
    return -1;
  }

  /** A request by its head, which ends with an empty line. What breaks the form has a status. */
  static Request of(String head) {
    Request request = new Request();
    boolean isFirst = true;
    for (int at = 0, end; at < head.length() && request.status == OK; at = end + 1) {
      end = head.indexOf('\n', at);
      end = end < 0 ? head.length() : end;
      String line = head.substring(at, end > at && head.charAt(end - 1) == '\r' ? end - 1 : end);
      if (line.isEmpty()) {
        continue;
      } else if (isFirst) {
        isFirst = false;
        request.status = request.readFirst(line);
      } else {
        request.status = request.readField(line);
      }
    }
    if (request.status == OK && (isFirst || !request.hasHost && !request.isHttp10)) {
      request.status = MALFORMED;
    }
    return request;
  }

  /** A request that is answered with a status alone. */
  static Request refused(int status) {
    Request request = new Request();
    request.status = status;
    return request;
  }

  private int readFirst(String line) {
    int first = line.indexOf(' ');
    int last = line.lastIndexOf(' ');
    String version = line.substring(last + 1);
    if (first == last
        || line.indexOf(' ', first + 1) != last
        || !isWord(line, first)
        || !version.startsWith("HTTP/")) {
      return MALFORMED;
    }
    isHttp10 = version.equals("HTTP/1.0");
    method = line.substring(0, first);
    path = path(line.substring(first + 1, last));
    return isHttp10 || version.equals("HTTP/1.1") ? OK : OTHER_VERSION;
  }

  /** The path of a target, which may be a whole URI. */
  private static String path(String target) {
    int begin = 0;
    if (target.regionMatches(true, 0, "http://", 0, 7)) {
      begin = target.indexOf('/', 7);
      if (begin < 0) {
        return "/";
      }
    }
    int query = target.indexOf('?', begin);
    return target.substring(begin, query < 0 ? target.length() : query);
  }

  private int readField(String line) {
    int colon = line.indexOf(':');
    // A field of several lines is none either.
    if (!isWord(line, colon)) {
      return MALFORMED;
    }
    String value = line.substring(colon + 1).strip();
    if (isName(line, colon, "accept")) {
      accept = joined(accept, value);
    } else if (isName(line, colon, "accept-encoding")) {
      acceptEncoding = joined(acceptEncoding, value);
    } else if (isName(line, colon, "connection")) {
      HeaderList options = new HeaderList(value);
      while (options.next()) {
        isClosing |= options.is("close");
      }
    } else if (isName(line, colon, "host")) {
      hasHost = true;
    } else if (isName(line, colon, "transfer-encoding")
        || isName(line, colon, "content-length") && !value.equals("0")) {
      hasBody = true;
    }
    return OK;
  }

  private static boolean isName(String line, int colon, String name) {
    return colon == name.length() && line.regionMatches(true, 0, name, 0, colon);
  }

  private static String joined(@Nullable String before, String value) {
    return before == null ? value : before + "," + value;
  }

  private static boolean isWord(String line, int end) {
    int at = 0;
    while (at < end && line.charAt(at) > ' ' && line.charAt(at) < DELETE) {
      at++;
    }
    return end > 0 && at == end;
  }

  /** 200, or how the request has to be refused. */
  int status() {
    return status;
  }

  String method() {
    return method;
  }

  boolean isHead() {
    return method.equals("HEAD");
  }

  /** Without a query. */
  String path() {
    return path;
  }

  @Nullable String accept() {
    return accept;
  }

  @Nullable String acceptEncoding() {
    return acceptEncoding;
  }

  /** Whether a body can have a length of its own for each piece. */
  boolean takesChunks() {
    return !isHttp10;
  }

  /** Whether more requests may come. After one with a body, which nobody reads, none can. */
  boolean keepsConnection() {
    return status == OK && !isHttp10 && !isClosing && !hasBody;
  }
}
