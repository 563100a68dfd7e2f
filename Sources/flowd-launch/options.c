#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const long milliseconds_max = 3600L * 1000;

static bool parse_milliseconds(const char *word, int64_t *out) {
  char *end = NULL;
  errno = 0;
  long value = strtol(word, &end, 10);
  if (errno != 0 || end == word || *end != '\0' || value < 0 || value > milliseconds_max) return false;
  *out = value;
  return true;
}

bool options_parse(int count, char **words, struct options *options) {
  if (count < 6 || strcmp(words[4], "--") != 0) return false;
  if (!parse_milliseconds(words[1], &options->grace_ms)) return false;
  if (!parse_milliseconds(words[2], &options->leftover_ms)) return false;
  options->directory = words[3];
  options->arguments = words + 5;
  return true;
}
