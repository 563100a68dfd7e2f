#include "decimal.h"

#include <string.h>

char *decimal_write(char *out, uint64_t number) {
  char digits[DECIMAL_MAX];
  size_t count = 0;
  do digits[count++] = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  while (count > 0) *out++ = digits[--count];
  *out = '\0';
  return out;
}

bool decimal_read(const char **text, uint64_t *number) {
  const char *start = *text;
  *number = 0;
  while (**text >= '0' && **text <= '9') *number = *number * 10 + (uint64_t)(*(*text)++ - '0');
  return *text > start && *text - start <= 18;
}

void proc_path(char *out, int pid, const char *rest) {
  memcpy(out, "/proc/", 6);
  char *end = decimal_write(out + 6, (uint64_t)pid);
  memcpy(end, rest, strlen(rest) + 1);
}
