#ifndef DECIMAL_H
#define DECIMAL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for a number and its NUL. */
#define DECIMAL_MAX 21

/* Writes `number` at `out` and returns the end, where it writes a NUL. */
char *decimal_write(char *out, uint64_t number);

/* Reads digits at `*text` and moves it behind them; false when there is none, or more than 18. */
bool decimal_read(const char **text, uint64_t *number);

/* `/proc/PID` and what follows, into `out`, which has room for it. */
void proc_path(char *out, int pid, const char *rest);
#endif
