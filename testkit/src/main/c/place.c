#include "place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool parse_operation(struct word word, enum operation *operation) {
  static const char *const names[OPERATIONS] = {"open", "read", "write", "list", "look"};
  for (int i = 0; i < OPERATIONS; i++) {
    if (is_word(word, names[i])) {
      *operation = (enum operation)i;
      return true;
    }
  }
  return false;
}

#define ERROR(name) {#name, name}

int parse_errno(struct word word) {
  static const struct {
    const char *name;
    int number;
  } errors[] = {
      ERROR(EPERM),     ERROR(ENOENT),    ERROR(ESRCH),   ERROR(EINTR),     ERROR(EIO),
      ERROR(ENXIO),     ERROR(EBADF),     ERROR(EAGAIN),  ERROR(ENOMEM),    ERROR(EACCES),
      ERROR(EFAULT),    ERROR(EBUSY),     ERROR(EEXIST),  ERROR(ENODEV),    ERROR(ENOTDIR),
      ERROR(EISDIR),    ERROR(EINVAL),    ERROR(ENFILE),  ERROR(EMFILE),    ERROR(EFBIG),
      ERROR(ENOSPC),    ERROR(ESPIPE),    ERROR(EROFS),   ERROR(ERANGE),    ERROR(ENAMETOOLONG),
      ERROR(ENOSYS),    ERROR(ELOOP),     ERROR(ENODATA), ERROR(EOVERFLOW), ERROR(EOPNOTSUPP),
      ERROR(ETIMEDOUT), ERROR(ENOTCONN),  ERROR(ESTALE),  ERROR(EREMOTEIO),
  };
  for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
    if (is_word(word, errors[i].name)) {
      return errors[i].number;
    }
  }
  return 0;
}

uint64_t hash_bytes(const char *bytes, size_t length, uint64_t seed) {
  uint64_t hash = 14695981039346656037u ^ seed * 0x9e3779b97f4a7c15u;
  for (size_t i = 0; i < length; i++) {
    hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211u;
  }
  return hash ^ hash >> 29;
}

struct place *find_place(const struct places *places, const char *path, size_t length) {
  if (places->count == 0) {
    return NULL;
  }
  struct place *place = places->table[hash_bytes(path, length, 0) & places->mask];
  while (place != NULL && (place->length != length || memcmp(place->path, path, length) != 0)) {
    place = place->next;
  }
  return place;
}

static void grow(struct places *places) {
  size_t size = places->table == NULL ? 64 : (places->mask + 1) * 2;
  struct place **table = allocate(size, sizeof *table);
  for (size_t i = 0; places->table != NULL && i <= places->mask; i++) {
    for (struct place *place = places->table[i]; place != NULL;) {
      struct place *next = place->next;
      struct place **head = &table[hash_bytes(place->path, place->length, 0) & (size - 1)];
      place->next = *head;
      *head = place;
      place = next;
    }
  }
  free(places->table);
  places->table = table;
  places->mask = size - 1;
}

struct place *make_place(struct places *places, const char *path, size_t length) {
  struct place *place = find_place(places, path, length);
  if (place != NULL) {
    return place;
  }
  if (places->table == NULL || places->count > places->mask) {
    grow(places);
  }
  place = allocate(1, sizeof *place + length + 1);
  memcpy(place->path, path, length);
  place->length = length;
  struct place **head = &places->table[hash_bytes(path, length, 0) & places->mask];
  place->next = *head;
  *head = place;
  places->count++;
  return place;
}

struct misbehaviour *misbehave(struct place *place) {
  if (place->misbehaviour == NULL) {
    place->misbehaviour = allocate(1, sizeof *place->misbehaviour);
  }
  return place->misbehaviour;
}

static struct word copy(const char *bytes, size_t length) {
  struct word word = {allocate(length + 1, 1), length};
  memcpy(word.bytes, bytes, length);
  return word;
}

void set_text(struct place *place, struct word text, uint64_t size) {
  struct misbehaviour *misbehaviour = misbehave(place);
  free(misbehaviour->text.bytes);
  misbehaviour->text = copy(text.bytes, text.length);
  misbehaviour->size = size;
  misbehaviour->has_text = true;
}

void count_write(struct place *place, const char *bytes, size_t length) {
  if (place->written == NULL) {
    place->written = allocate(WRITES_KEPT, sizeof *place->written);
  }
  struct word *slot = &place->written[place->writes++ % WRITES_KEPT];
  free(slot->bytes);
  *slot = copy(bytes, length);
}

void heal_place(struct place *place) {
  if (place->misbehaviour != NULL) {
    free(place->misbehaviour->text.bytes);
    free(place->misbehaviour);
    place->misbehaviour = NULL;
  }
}

void free_places(struct places *places) {
  for (size_t i = 0; places->table != NULL && i <= places->mask; i++) {
    for (struct place *place = places->table[i]; place != NULL;) {
      struct place *next = place->next;
      heal_place(place);
      for (int j = 0; place->written != NULL && j < WRITES_KEPT; j++) {
        free(place->written[j].bytes);
      }
      free(place->written);
      free(place);
      place = next;
    }
  }
  free(places->table);
  *places = (struct places){0};
}
