#include "ending.h"

#include "asked.h"
#include "tree.h"

static const int64_t linger_ms = 200;
/* How long killing is tried: what survives that is stuck in the kernel or not ours to signal. */
static const int64_t kill_ms = 30000;
static const int64_t pause_first_ms = 1;
static const int64_t pause_max_ms = 100;

static void enter(struct ending *ending, enum phase phase, int64_t deadline_ms) {
  *ending = (struct ending){phase, deadline_ms, pause_first_ms};
}

void ending_leftovers(struct ending *ending, int64_t now_ms) {
  if (ending->phase == RUNNING) enter(ending, LINGERING, now_ms + linger_ms);
}

void ending_terminate(struct ending *ending, const struct options *options, int64_t now_ms) {
  if (ending->phase < ASKED) enter(ending, ASKED, now_ms + options->grace_ms);
}

void ending_kill(struct ending *ending, int64_t now_ms) {
  if (ending->phase < KILLING) enter(ending, KILLING, now_ms + kill_ms);
}

static void kill_tree(void) {
  static struct tree tree;
  tree_read(&tree);
  for (size_t at = 0; at < tree.count; at++) process_kill(&tree.processes[at]);
}

bool ending_advance(struct ending *ending, const struct options *options, int64_t now_ms) {
  if (ending->phase == RUNNING) return true;
  if (now_ms >= ending->deadline_ms) {
    switch (ending->phase) {
      case RUNNING: break;
      case LINGERING: enter(ending, ASKED, now_ms + options->leftover_ms); break;
      case ASKED: ending_kill(ending, now_ms); break;
      case KILLING: return false;
    }
  }
  if (ending->phase == ASKED) ask_tree_to_end();
  if (ending->phase == KILLING) kill_tree();
  if (ending->pause_ms < pause_max_ms) ending->pause_ms *= 2;
  return true;
}

int ending_timeout(const struct ending *ending, int64_t now_ms) {
  if (ending->phase == RUNNING) return -1;
  int64_t left = ending->deadline_ms > now_ms ? ending->deadline_ms - now_ms : 0;
  bool only_waits = ending->phase == LINGERING;
  return (int)(only_waits || left < ending->pause_ms ? left : ending->pause_ms);
}
