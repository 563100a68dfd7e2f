#define _GNU_SOURCE
#include "asked.h"

#include <signal.h>
#include <stdbool.h>

#include "tree.h"

/* Repeated readings within one call, to catch what was forked during the one before. */
static const int passes_max = 4;

void ask_tree_to_end(void) {
  static struct tree tree;
  /* Past its bound a process is not asked but killed when the grace is over. */
  static struct tree asked;
  bool found = true;
  for (int pass = 0; found && pass < passes_max; pass++) {
    found = false;
    tree_read(&tree);
    for (size_t at = 0; at < tree.count; at++) {
      const struct process *process = &tree.processes[at];
      if (!tree_note(&asked, process)) continue;
      found = true;
      process_signal(process, SIGTERM);
      process_signal(process, SIGCONT);
    }
  }
}
