#include "options.h"

#include <string.h>

#include "decimal.h"

static const uint64_t milliseconds_max = 3600 * 1000;

static bool parse_milliseconds(const char *word, int64_t *out) {
  uint64_t value = 0;
  if (!decimal_read(&word, &value) || *word != '\0' || value > milliseconds_max) return false;
  *out = (int64_t)value;
  return true;
}

static bool parse_umask(const char *word, int64_t *out) {
  uint64_t value = 0;
  if (!decimal_read(&word, &value) || *word != '\0' || value > 0777) return false;
  *out = (int64_t)value;
  return true;
}

static bool add(const char **paths, size_t *count, const char *path) {
  if (*count == FLOWD_LAUNCH_PATHS_MAX) return false;
  paths[(*count)++] = path;
  return true;
}

static bool parse_option(const char *name, const char *path, struct options *options) {
  if (strcmp(name, "--umask") == 0) return parse_umask(path, &options->umask);
  if (path[0] != '/') return false;
  if (strcmp(name, "--private") == 0) {
    if (options->private_directory != NULL) return false;
    options->private_directory = path;
    return true;
  }
  if (options->private_directory == NULL) return false;
  if (strcmp(name, "--write") == 0) return add(options->writable, &options->writable_count, path);
  if (strcmp(name, "--hide") == 0) return add(options->hidden, &options->hidden_count, path);
  return false;
}

bool options_parse(int count, char **words, struct options *options) {
  options->umask = -1;
  options->private_directory = NULL;
  options->writable_count = options->hidden_count = 0;
  if (count < 6) return false;
  if (!parse_milliseconds(words[1], &options->grace_ms)) return false;
  if (!parse_milliseconds(words[2], &options->leftover_ms)) return false;
  options->directory = words[3];
  int at = 4;
  while (at + 1 < count && strcmp(words[at], "--") != 0) {
    if (!parse_option(words[at], words[at + 1], options)) return false;
    at += 2;
  }
  if (at + 1 >= count || strcmp(words[at], "--") != 0) return false;
  options->arguments = words + at + 1;
  return true;
}
