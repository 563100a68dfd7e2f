#include "CLuaSandbox.h"

#include <stdlib.h>
#include <string.h>

int clua_bytes_append(struct clua_bytes *bytes, const void *data, size_t count) {
  if (count > bytes->capacity - bytes->count) {
    size_t capacity = bytes->capacity < 256 ? 256 : bytes->capacity;
    while (capacity - bytes->count < count) {
      if (capacity > SIZE_MAX / 2) return 0;
      capacity *= 2;
    }
    uint8_t *grown = realloc(bytes->data, capacity);
    if (grown == NULL) return 0;
    bytes->data = grown;
    bytes->capacity = capacity;
  }
  if (count > 0) memcpy(bytes->data + bytes->count, data, count);
  bytes->count += count;
  return 1;
}
