#include "words.h"

#include <string.h>

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that an escape at line[*at], behind its backslash, stands for; -1 if there is none such. */
static int unescape(const char *line, size_t length, size_t *at) {
  if (*at == length) {
    return -1;
  }
  char c = line[(*at)++];
  switch (c) {
    case 'n':
      return '\n';
    case '"':
    case '\\':
      return c;
    case 'x': {
      if (length - *at < 2) {
        return -1;
      }
      int high = hex_digit(line[*at]);
      int low = hex_digit(line[*at + 1]);
      *at += 2;
      return high < 0 || low < 0 ? -1 : high * 16 + low;
    }
    default:
      return -1;
  }
}

int split_words(char *line, size_t length, struct word words[MOST_WORDS], const char **error) {
  int count = 0;
  size_t in = 0;
  for (;;) {
    while (in < length && is_blank(line[in])) {
      in++;
    }
    if (in == length || line[in] == '#') {
      return count;
    }
    if (count == MOST_WORDS) {
      *error = "too many words";
      return -1;
    }
    /* What is written is never longer than what was read for it. */
    size_t start = in;
    size_t out = in;
    bool quoted = false;
    while (in < length && (quoted || !is_blank(line[in]))) {
      char c = line[in++];
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\\') {
        int byte = unescape(line, length, &in);
        if (byte < 0) {
          *error = "a backslash that is not one of \\xHH, \\n, \\\", \\\\";
          return -1;
        }
        line[out++] = (char)byte;
      } else {
        line[out++] = c;
      }
    }
    if (quoted) {
      *error = "a quote that is not closed";
      return -1;
    }
    if (in < length) {
      in++;
    }
    line[out] = 0;
    words[count++] = (struct word){line + start, out - start};
  }
}

bool is_word(struct word word, const char *text) {
  return word.length == strlen(text) && memcmp(word.bytes, text, word.length) == 0;
}

static bool is_plain(char c) {
  return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '#';
}

void append_word(struct buffer *buffer, const char *bytes, size_t length) {
  bool plain = length > 0;
  for (size_t i = 0; i < length && plain; i++) {
    plain = is_plain(bytes[i]);
  }
  if (plain) {
    append(buffer, bytes, length);
  } else {
    append_quoted(buffer, bytes, length);
  }
}

void append_quoted(struct buffer *buffer, const char *bytes, size_t length) {
  append(buffer, "\"", 1);
  for (size_t i = 0; i < length; i++) {
    char c = bytes[i];
    if (is_plain(c) || c == ' ' || c == '#') {
      append(buffer, &c, 1);
    } else if (c == '\n') {
      append(buffer, "\\n", 2);
    } else if (c == '"' || c == '\\') {
      append(buffer, (char[]){'\\', c}, 2);
    } else {
      append_format(buffer, "\\x%02x", (unsigned char)c);
    }
  }
  append(buffer, "\"", 1);
}
