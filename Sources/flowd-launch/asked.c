#define _GNU_SOURCE
#include "asked.h"

#include <signal.h>
#include <stdbool.h>

#include "tree.h"

/* Repeated readings within one call, to catch what was forked during the one before. */
static const int passes_max = 4;

/* Processes that were asked; past the bound a process is not asked but killed when the grace is over. */
static struct process asked[TREE_MAX];
static size_t asked_count;

static bool was_asked(const struct process *process) {
  for (size_t at = 0; at < asked_count; at++) {
    if (asked[at].pid == process->pid && asked[at].start_ticks == process->start_ticks) return true;
  }
  return false;
}

void ask_tree_to_end(void) {
  static struct tree tree;
  bool found = true;
  for (int pass = 0; found && pass < passes_max; pass++) {
    found = false;
    tree_read(&tree);
    for (size_t at = 0; at < tree.count; at++) {
      const struct process *process = &tree.processes[at];
      if (asked_count == TREE_MAX || was_asked(process)) continue;
      asked[asked_count++] = *process;
      found = true;
      process_signal(process, SIGTERM);
      process_signal(process, SIGCONT);
    }
  }
}
