#include "commands.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mount.h"

enum {
  MOST_LIVE = 1000000,
  MOST_STATS = 10000,
  MOST_MILLISECONDS = 86400000,
};
static const uint64_t NANOSECONDS_PER_MILLISECOND = 1000000;

/* A command that is being executed: its words, and the next of them to look at. */
struct command {
  struct simulator *simulator;
  struct tree *tree;
  const struct word *words;
  int count;
  int next;
  struct buffer *reply;
  uint64_t now;
};

static bool fail(struct command *command, const char *message) {
  append(command->reply, message, strlen(message));
  return false;
}

static bool fail_about(struct command *command, const char *message, struct word word) {
  append_word(command->reply, word.bytes, word.length);
  append_format(command->reply, ": %s", message);
  return false;
}

static bool has_next(const struct command *command) {
  return command->next < command->count;
}

static struct word next_word(struct command *command) {
  return command->words[command->next++];
}

/* Whether a word is KEY=VALUE of this key; then stores the value. */
static bool is_option(struct word word, const char *key, struct word *value) {
  size_t length = strlen(key);
  if (word.length <= length || memcmp(word.bytes, key, length) != 0 || word.bytes[length] != '=') {
    return false;
  }
  *value = (struct word){word.bytes + length + 1, word.length - length - 1};
  return true;
}

static struct word copy(struct word word) {
  struct word copied = {allocate(word.length + 1, 1), word.length};
  memcpy(copied.bytes, word.bytes, word.length);
  return copied;
}

static bool next_number(struct command *command, uint64_t most, uint64_t *number) {
  struct word word = next_word(command);
  return parse_unsigned(word, most, number) || fail_about(command, "no number for this", word);
}

/* The next word as a normalized path, in words of its own; to be freed. */
static bool next_path(struct command *command, struct buffer *path) {
  struct word word = next_word(command);
  return normalize_path(word, path) || fail_about(command, "an impossible path", word);
}

/* What the next word is the path of, and has to be there. */
static bool next_node(struct command *command, struct node **node) {
  struct word word = command->words[command->next];
  struct buffer path = {0};
  bool found = next_path(command, &path);
  if (found) {
    *node = find_path(command->tree, path.bytes, path.length);
    found = *node != NULL || fail_about(command, "is not there", word);
  }
  free_buffer(&path);
  return found;
}

static bool next_stat(struct command *command, struct node **stat) {
  struct word word = command->words[command->next];
  return next_node(command, stat) &&
         ((*stat)->shape == STAT || fail_about(command, "is no stat", word));
}

static bool next_source(struct command *command, struct node **source) {
  struct word word = command->words[command->next];
  return next_node(command, source) &&
         (((*source)->shape == SOURCE && *source != command->tree->root) ||
          fail_about(command, "is no source", word));
}

/* The counters of the next word, a path; NULL for one that was never used. */
static bool next_place(struct command *command, struct place **place) {
  struct buffer path = {0};
  bool possible = next_path(command, &path);
  if (possible) {
    *place = find_place(&command->tree->places, path.bytes, path.length);
  }
  free_buffer(&path);
  return possible;
}

/* The place of the next word, made if need be, for misbehaviour. The path need not be there yet. */
static bool next_place_to_misbehave(struct command *command, struct place **place,
                                    enum operation *operation) {
  struct buffer path = {0};
  bool possible = next_path(command, &path);
  if (possible) {
    *place = make_place(&command->tree->places, path.bytes, path.length);
    struct node *node = find_path(command->tree, path.bytes, path.length);
    if (node != NULL) {
      node->place = *place;
    }
    *operation = node != NULL && node->shape == SOURCE ? LIST : READ;
  }
  free_buffer(&path);
  return possible;
}

/* The source at a path, and those above it, made where missing. *made: whether the last one was. */
static bool make_sources(struct command *command, struct word word, struct node **source,
                         bool *made) {
  struct buffer path = {0};
  if (!normalize_path(word, &path) || path.length == 0) {
    free_buffer(&path);
    return fail_about(command, "an impossible path", word);
  }
  *source = command->tree->root;
  *made = false;
  bool possible = true;
  for (size_t at = 0; at < path.length && possible;) {
    const char *slash = memchr(path.bytes + at, '/', path.length - at);
    size_t length = slash == NULL ? path.length - at : (size_t)(slash - (path.bytes + at));
    struct node *child = find_child(command->tree, *source, path.bytes + at, length);
    *made = child == NULL;
    if (child == NULL) {
      child = add_source(command->tree, *source, path.bytes + at, length, command->now);
    }
    possible = child->shape == SOURCE && !child->removed && !child->revoked;
    *source = child;
    at += length + 1;
  }
  free_buffer(&path);
  return possible || fail_about(command, "leads through what is no source, or removed", word);
}

static bool source_command(struct command *command) {
  struct word path = next_word(command);
  int options = command->next;
  uint64_t fill = 0;
  while (has_next(command)) {
    struct word word = next_word(command);
    if (is_word(word, "label") && command->count - command->next >= 2) {
      command->next += 2;
    } else if (is_word(word, "fills") && has_next(command)) {
      if (!next_number(command, MOST_MILLISECONDS, &fill)) {
        return false;
      }
    } else {
      return fail_about(command, "neither `label KEY VALUE` nor `fills MILLISECONDS`", word);
    }
  }
  struct node *source;
  bool made;
  if (!make_sources(command, path, &source, &made)) {
    return false;
  }
  if (!made) {
    return fail_about(command, "is there already", path);
  }
  source->fill = fill * NANOSECONDS_PER_MILLISECOND;
  for (command->next = options; has_next(command); command->next++) {
    if (is_word(next_word(command), "label")) {
      add_label(source, command->words[command->next], command->words[command->next + 1]);
      command->next++;
    }
  }
  return true;
}

static void split_texts(struct value *value, struct word list) {
  value->text_count = 1;
  for (size_t i = 0; i < list.length; i++) {
    value->text_count += list.bytes[i] == ',';
  }
  value->texts = allocate(value->text_count, sizeof *value->texts);
  const char *at = list.bytes;
  for (uint64_t i = 0; i < value->text_count; i++) {
    size_t rest = (size_t)(list.bytes + list.length - at);
    const char *comma = memchr(at, ',', rest);
    size_t length = comma == NULL ? rest : (size_t)(comma - at);
    value->texts[i] = copy((struct word){(char *)at, length});
    at += length + 1;
  }
}

static bool parse_wave(struct value *value, struct word word) {
  double numbers[3];
  char *at = word.bytes;
  for (int i = 0; i < 3; i++) {
    char *comma = i < 2 ? strchr(at, ',') : word.bytes + word.length;
    if (comma == NULL || !parse_double((struct word){at, (size_t)(comma - at)}, &numbers[i])) {
      return false;
    }
    at = comma + 1;
  }
  value->low = numbers[0];
  value->high = numbers[1];
  value->period = numbers[2];
  return value->period > 0;
}

/* The options of a stat, behind its type and kind. */
static bool parse_stat(struct command *command, struct value *value) {
  struct word start = {NULL, 0};
  struct word wave = {NULL, 0};
  while (has_next(command)) {
    struct word word = next_word(command);
    struct word option;
    bool valid = true;
    if (is_option(word, "value", &option)) {
      start = option;
    } else if (is_option(word, "rate", &option)) {
      valid = parse_double(option, &value->rate);
    } else if (is_option(word, "wave", &option)) {
      wave = option;
    } else if (is_option(word, "texts", &option)) {
      valid = value->texts == NULL;
      if (valid) {
        split_texts(value, option);
      }
    } else if (is_option(word, "desc", &option)) {
      free(value->description.bytes);
      value->description = copy(option);
    } else if (is_option(word, "aggregate", &option)) {
      valid = parse_aggregate(option, &value->aggregate);
    } else if (is_word(word, "hidden")) {
      value->hidden = true;
    } else if (is_word(word, "undescribed")) {
      value->undescribed = true;
    } else {
      valid = false;
    }
    if (!valid) {
      return fail_about(command, "no option of a stat", word);
    }
  }
  if ((value->type == ENUM) != (value->texts != NULL)) {
    return fail(command, "texts= goes with the type enum, and only with that");
  }
  if (value->aggregate != SIMPLE && (value->type == ENUM || value->type == FLOAT)) {
    return fail(command, "aggregates are integers");
  }
  if (value->kind == CUMULATIVE && value->type != ENUM && value->rate < 0) {
    return fail(command, "a cumulative stat does not decrease");
  }
  if (start.bytes != NULL && !set_value(value, start, command->now)) {
    return fail_about(command, "no value of this type", start);
  }
  if (wave.bytes != NULL &&
      (value->kind != FLOATING || value->type == ENUM || !parse_wave(value, wave))) {
    return fail_about(command, "no LOW,HIGH,SECONDS for a floating number", wave);
  }
  return true;
}

static bool stat_command(struct command *command) {
  struct word word = next_word(command);
  struct word type = next_word(command);
  struct word kind = next_word(command);
  struct buffer path = {0};
  struct value *value = allocate(1, sizeof *value);
  value->since = command->now;
  struct node *source = NULL;
  const char *slash = NULL;
  bool valid = normalize_path(word, &path) || fail_about(command, "an impossible path", word);
  if (valid) {
    slash = memrchr(path.bytes, '/', path.length);
    source = slash == NULL
                 ? NULL
                 : find_path(command->tree, path.bytes, (size_t)(slash - path.bytes));
    valid = (source != NULL && source->shape == SOURCE && !source->removed && !source->revoked) ||
            fail_about(command, "has no source above it", word);
  }
  valid = valid && (find_path(command->tree, path.bytes, path.length) == NULL ||
                    fail_about(command, "is there already", word));
  valid = valid && (parse_type(type, &value->type) || fail_about(command, "no type", type));
  value->kind = is_word(kind, "floating") ? FLOATING : CUMULATIVE;
  valid = valid && (value->kind == FLOATING || is_word(kind, "cumulative") ||
                    fail_about(command, "neither cumulative nor floating", kind));
  valid = valid && parse_stat(command, value);
  if (valid) {
    add_stat(command->tree, source, slash + 1,
             (size_t)(path.bytes + path.length - (slash + 1)), value);
  } else {
    free_value(value);
  }
  free_buffer(&path);
  return valid;
}

static bool remove_command(struct command *command) {
  struct node *source;
  if (!next_source(command, &source)) {
    return false;
  }
  if (source->removed) {
    return fail(command, "removed already, and kept by a file that is open");
  }
  remove_source(command->tree, source);
  return true;
}

static bool set_command(struct command *command) {
  struct node *stat;
  if (!next_stat(command, &stat)) {
    return false;
  }
  if (stat->value->aggregate != SIMPLE) {
    return fail(command, "an aggregate has no value of its own");
  }
  struct word word = next_word(command);
  return set_value(stat->value, word, command->now) ||
         fail_about(command, "no value of this type", word);
}

static bool churn_command(struct command *command) {
  struct word path = next_word(command);
  struct churn **churns = &command->simulator->churns;
  if (command->count - command->next == 1 && is_word(command->words[command->next], "stop")) {
    command->next = 1;
    struct node *parent;
    if (!next_source(command, &parent)) {
      return false;
    }
    struct churn *churn = find_churn(*churns, parent);
    if (churn == NULL) {
      return fail_about(command, "has no churn", path);
    }
    stop_churn(churns, churn);
    return true;
  }
  struct churn numbers = {0};
  while (has_next(command)) {
    struct word word = next_word(command);
    struct word option;
    if (!(is_option(word, "rate", &option) && parse_double(option, &numbers.rate)) &&
        !(is_option(word, "live", &option) && parse_unsigned(option, MOST_LIVE, &numbers.live)) &&
        !(is_option(word, "stats", &option) &&
          parse_unsigned(option, MOST_STATS, &numbers.stats)) &&
        !(is_option(word, "reuse", &option) &&
          parse_unsigned(option, UINT64_MAX, &numbers.reuse))) {
      return fail_about(command, "no option of churn", word);
    }
  }
  if (numbers.rate < 1e-6 || numbers.rate > 1e6 || numbers.live == 0 ||
      (numbers.reuse != 0 && numbers.reuse < numbers.live)) {
    return fail(command, "churn needs a rate, live, and no reuse that is less than live");
  }
  struct node *parent;
  bool made;
  if (!make_sources(command, path, &parent, &made)) {
    return false;
  }
  if (find_churn(*churns, parent) != NULL) {
    return fail_about(command, "has a churn already", path);
  }
  start_churn(churns, parent, &numbers, command->now);
  return true;
}

static bool schema_command(struct command *command) {
  struct word word = next_word(command);
  if (!is_word(word, "on") && !is_word(word, "off")) {
    return fail_about(command, "neither on nor off", word);
  }
  command->tree->without_schema = is_word(word, "off");
  return true;
}

static bool parser_command(struct command *command) {
  struct word word = next_word(command);
  if (!is_word(word, "new") && !is_word(word, "old")) {
    return fail_about(command, "neither new nor old", word);
  }
  command->simulator->old_parser = is_word(word, "old");
  return true;
}

static bool mode_command(struct command *command) {
  struct node *node;
  if (!next_node(command, &node)) {
    return false;
  }
  struct word word = next_word(command);
  mode_t mode = 0;
  for (size_t i = 0; i < word.length; i++) {
    if (word.length > 4 || word.bytes[i] < '0' || word.bytes[i] > '7') {
      return fail_about(command, "no octal mode", word);
    }
    mode = mode * 8 + (mode_t)(word.bytes[i] - '0');
  }
  node->mode = (node->mode & S_IFMT) | (mode & 07777);
  return true;
}

/* The operation that may come next, if more words follow than have to. */
static bool next_operation(struct command *command, int words_behind,
                           enum operation *operation) {
  if (command->count - command->next > words_behind) {
    struct word word = command->words[command->next];
    if (parse_operation(word, operation)) {
      command->next++;
    } else if (words_behind == 0) {
      return fail_about(command, "none of open, read, write, list, look", word);
    }
  }
  return true;
}

static bool fail_command(struct command *command) {
  struct place *place;
  enum operation operation;
  if (!next_place_to_misbehave(command, &place, &operation) ||
      !next_operation(command, 1, &operation)) {
    return false;
  }
  struct word word = next_word(command);
  int error = parse_errno(word);
  uint64_t times = FOREVER;
  if (error == 0) {
    return fail_about(command, "no errno that is known", word);
  }
  if (has_next(command) && !next_number(command, UINT64_MAX, &times)) {
    return false;
  }
  struct fault *fault = &misbehave(place)->of[operation];
  fault->error = error;
  fault->times = times;
  return true;
}

static bool delay_command(struct command *command) {
  struct place *place;
  enum operation operation;
  uint64_t milliseconds;
  if (!next_place_to_misbehave(command, &place, &operation) ||
      !next_operation(command, 1, &operation) ||
      !next_number(command, MOST_MILLISECONDS, &milliseconds)) {
    return false;
  }
  misbehave(place)->of[operation].delay = milliseconds * NANOSECONDS_PER_MILLISECOND;
  return true;
}

static bool hang_command(struct command *command) {
  struct place *place;
  enum operation operation;
  if (!next_place_to_misbehave(command, &place, &operation) ||
      !next_operation(command, 0, &operation)) {
    return false;
  }
  misbehave(place)->of[operation].hangs = true;
  return true;
}

static bool text_command(struct command *command) {
  struct place *place;
  enum operation operation;
  if (!next_place_to_misbehave(command, &place, &operation)) {
    return false;
  }
  struct word text = next_word(command);
  set_text(place, text, text.length);
  return true;
}

static bool repeat_command(struct command *command) {
  struct place *place;
  enum operation operation;
  if (!next_place_to_misbehave(command, &place, &operation)) {
    return false;
  }
  struct word text = next_word(command);
  struct word times = next_word(command);
  uint64_t number = 0;
  bool forever = is_word(times, "forever");
  if (text.length == 0 ||
      (!forever && !parse_unsigned(times, INT64_MAX / text.length, &number))) {
    return fail_about(command, "not how often to repeat a text that is not empty", times);
  }
  set_text(place, text, forever ? FOREVER : number * text.length);
  return true;
}

static bool pieces_command(struct command *command) {
  struct place *place;
  enum operation operation;
  uint64_t piece;
  if (!next_place_to_misbehave(command, &place, &operation) ||
      !next_number(command, INT32_MAX, &piece)) {
    return false;
  }
  misbehave(place)->piece = piece;
  return true;
}

static bool heal_command(struct command *command) {
  const struct places *places = &command->tree->places;
  if (is_word(command->words[command->next], "all")) {
    for (size_t i = 0; places->table != NULL && i <= places->mask; i++) {
      for (struct place *place = places->table[i]; place != NULL; place = place->next) {
        heal_place(place);
      }
    }
    wake_all(command->simulator, NULL);
    return true;
  }
  struct place *place;
  if (!next_place(command, &place)) {
    return false;
  }
  if (place != NULL) {
    heal_place(place);
    wake_all(command->simulator, place);
  }
  return true;
}

static bool value_command(struct command *command) {
  struct node *stat;
  if (!next_stat(command, &stat)) {
    return false;
  }
  struct buffer text = {0};
  append_reading(command->tree, &text, stat, command->now);
  if (text.length > 0 && text.bytes[text.length - 1] == '\n') {
    text.length--;
  }
  append_word(command->reply, text.bytes, text.length);
  free_buffer(&text);
  return true;
}

static bool opens_command(struct command *command) {
  struct place *place;
  if (!next_place(command, &place)) {
    return false;
  }
  append_format(command->reply, "%" PRIu64 " %" PRIu64 " %" PRIu64, place == NULL ? 0 : place->opens,
                place == NULL ? 0 : place->open_most, place == NULL ? 0 : place->open_now);
  return true;
}

static bool reads_command(struct command *command) {
  struct place *place;
  if (!next_place(command, &place)) {
    return false;
  }
  append_format(command->reply, "%" PRIu64, place == NULL ? 0 : place->reads);
  return true;
}

static bool writes_command(struct command *command) {
  struct place *place;
  if (!next_place(command, &place)) {
    return false;
  }
  uint64_t writes = place == NULL ? 0 : place->writes;
  append_format(command->reply, "%" PRIu64, writes);
  for (uint64_t i = writes > WRITES_KEPT ? writes - WRITES_KEPT : 0; i < writes; i++) {
    struct word written = place->written[i % WRITES_KEPT];
    append(command->reply, " ", 1);
    append_quoted(command->reply, written.bytes, written.length);
  }
  return true;
}

static bool schemas_command(struct command *command) {
  const struct tree *tree = command->tree;
  append_format(command->reply, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, tree->made,
                tree->schemas_opened, tree->most_opens, tree->most_open_now);
  return true;
}

static bool sources_command(struct command *command) {
  const struct tree *tree = command->tree;
  append_format(command->reply, "%" PRIu64 " %" PRIu64 " %" PRIu64, tree->made - tree->gone,
                tree->made, tree->gone);
  return true;
}

static bool space_command(struct command *command) {
  struct space *space = &command->simulator->space;
  return next_number(command, UINT64_MAX, &space->size) &&
         next_number(command, UINT64_MAX, &space->free) &&
         next_number(command, UINT64_MAX, &space->available) &&
         next_number(command, UINT64_MAX, &space->files) &&
         next_number(command, UINT64_MAX, &space->files_free);
}

static bool hanging_command(struct command *command) {
  append_format(command->reply, "%" PRIu64, count_hanging(command->simulator));
  return true;
}

static const struct {
  const char *name;
  int least; /* words behind the name */
  int most;
  bool (*execute)(struct command *);
  const char *usage;
} commands[] = {
    {"source", 1, MOST_WORDS, source_command, "source PATH [label KEY VALUE]... [fills MS]"},
    {"stat", 3, MOST_WORDS, stat_command, "stat PATH/NAME TYPE KIND [OPTION]..."},
    {"remove", 1, 1, remove_command, "remove PATH"},
    {"set", 2, 2, set_command, "set PATH/NAME VALUE"},
    {"churn", 2, 5, churn_command, "churn PATH rate=R live=N stats=M [reuse=K] | churn PATH stop"},
    {"schema", 1, 1, schema_command, "schema on|off"},
    {"parser", 1, 1, parser_command, "parser new|old"},
    {"mode", 2, 2, mode_command, "mode PATH OCTAL"},
    {"fail", 2, 4, fail_command, "fail PATH [OPERATION] ERRNO [TIMES]"},
    {"delay", 2, 3, delay_command, "delay PATH [OPERATION] MS"},
    {"hang", 1, 2, hang_command, "hang PATH [OPERATION]"},
    {"text", 2, 2, text_command, "text PATH TEXT"},
    {"repeat", 3, 3, repeat_command, "repeat PATH TEXT TIMES|forever"},
    {"pieces", 2, 2, pieces_command, "pieces PATH BYTES"},
    {"heal", 1, 1, heal_command, "heal PATH|all"},
    {"value", 1, 1, value_command, "value PATH/NAME"},
    {"opens", 1, 1, opens_command, "opens PATH"},
    {"reads", 1, 1, reads_command, "reads PATH"},
    {"writes", 1, 1, writes_command, "writes PATH"},
    {"schemas", 0, 0, schemas_command, "schemas"},
    {"sources", 0, 0, sources_command, "sources"},
    {"hanging", 0, 0, hanging_command, "hanging"},
    {"space", 5, 5, space_command, "space SIZE FREE AVAILABLE FILES FILES_FREE"},
};

bool execute(struct simulator *simulator, char *line, size_t length, struct buffer *reply) {
  struct word words[MOST_WORDS];
  const char *error = NULL;
  struct command command = {
      .simulator = simulator,
      .tree = &simulator->tree,
      .words = words,
      .count = split_words(line, length, words, &error),
      .next = 1,
      .reply = reply,
      .now = current_time(),
  };
  if (command.count < 0) {
    return fail(&command, error);
  }
  if (command.count == 0) {
    return true;
  }
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
    if (is_word(words[0], commands[i].name)) {
      if (command.count - 1 < commands[i].least || command.count - 1 > commands[i].most) {
        append_format(reply, "usage: %s", commands[i].usage);
        return false;
      }
      return commands[i].execute(&command);
    }
  }
  return fail_about(&command, "no command", words[0]);
}
