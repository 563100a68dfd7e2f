#ifndef PROGRAM_H
#define PROGRAM_H
#include "command.h"

/*
 * Executes arguments[0], looked up in the PATH of the environment when it holds no slash; returns only on failure.
 * A file without `#!` is refused (ENOEXEC), not handed to a shell as execvp would.
 */
struct start_failure program_execute(char *const *arguments);
#endif
