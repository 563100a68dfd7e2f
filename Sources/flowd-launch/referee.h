#ifndef REFEREE_H
#define REFEREE_H
#include <stdbool.h>

#include "filter.h"

/*
 * Landlock keeps signals in from ABI 6 on. On older kernels the filter hands each call that sends one to this program, and
 * the caller waits. Whoever descends from this program may be signalled, as Landlock has it, and nobody else.
 *
 * Answers calls that wait, a bounded number; `events` are poll's. False when nobody is left who could call.
 */
bool referee_answer(const struct listener *listener, short events);
#endif
