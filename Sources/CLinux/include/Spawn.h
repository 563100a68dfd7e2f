#ifndef CLINUX_SPAWN_H
#define CLINUX_SPAWN_H
#include <sys/types.h>

/*
 * Starts a program with the given descriptors as 0 (-1: /dev/null), 1, 2 and 3; all others must be close-on-exec. No signal
 * is ignored by it, whatever the caller ignores, but the two that glibc keeps for itself.
 * Returns 0 or an errno value. Waits until the program is executed and copies no memory (CLONE_VM | CLONE_VFORK).
 * The descriptors must be above 2.
 */
int clinux_spawn(
    pid_t *_Nonnull pid, const char *_Nonnull file, char *_Nullable const *_Nonnull arguments,
    char *_Nullable const *_Nonnull environment, int standard_input, int standard_output, int standard_error,
    int control);
#endif
