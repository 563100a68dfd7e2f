/* The functions on texts and memory of a C library; see start.c. Compilers call some of them by themselves. */
#include <stddef.h>
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  for (size_t at = 0; at < count; at++) ((char *)to)[at] = ((const char *)from)[at];
  return to;
}

void *memset(void *to, int byte, size_t count) {
  for (size_t at = 0; at < count; at++) ((char *)to)[at] = (char)byte;
  return to;
}

size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length] != '\0') length++;
  return length;
}

int strncmp(const char *one, const char *other, size_t count) {
  for (size_t at = 0; at < count; at++) {
    if (one[at] != other[at]) return (unsigned char)one[at] - (unsigned char)other[at];
    if (one[at] == '\0') return 0;
  }
  return 0;
}

int strcmp(const char *one, const char *other) { return strncmp(one, other, (size_t)-1); }

char *strchr(const char *text, int byte) {
  for (; *text != (char)byte; text++) {
    if (*text == '\0') return NULL;
  }
  return (char *)text;
}

char *strrchr(const char *text, int byte) {
  const char *last = NULL;
  for (;; text++) {
    if (*text == (char)byte) last = text;
    if (*text == '\0') return (char *)last;
  }
}

size_t strcspn(const char *text, const char *ends) {
  size_t length = 0;
  while (text[length] != '\0' && strchr(ends, text[length]) == NULL) length++;
  return length;
}
