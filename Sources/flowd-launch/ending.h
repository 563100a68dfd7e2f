#ifndef ENDING_H
#define ENDING_H
#include <stdbool.h>
#include <stdint.h>

#include "options.h"

/* How far the tree's end has come. Phases only rise. */
enum phase {
  RUNNING,   /* the command runs */
  LINGERING, /* it ended; what it left may still end by itself, such as the `tee` of `> >(tee log)` */
  ASKED,     /* SIGTERM was sent */
  KILLING,   /* SIGKILL is sent, again and again, to all that can be found */
};

struct ending {
  enum phase phase;
  int64_t deadline_ms; /* of the phase, CLOCK_MONOTONIC; meaningless while RUNNING */
  int64_t pause_ms;    /* until the tree is looked at again */
};

/* The command ended by itself and left processes behind. */
void ending_leftovers(struct ending *ending, int64_t now_ms);
/* Order, or flowd is gone. */
void ending_terminate(struct ending *ending, const struct options *options, int64_t now_ms);
void ending_kill(struct ending *ending, int64_t now_ms);

/* Does what is due; false when the processes left cannot be ended (another user's, or stuck in the kernel). */
bool ending_advance(struct ending *ending, const struct options *options, int64_t now_ms);

/* For poll(2); -1 while RUNNING. */
int ending_timeout(const struct ending *ending, int64_t now_ms);
#endif
