#define _GNU_SOURCE
#include "PathHandle.h"

#include <fcntl.h>

int clinux_open_path(const char *path) { return open(path, O_PATH | O_CLOEXEC); }
