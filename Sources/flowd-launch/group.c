#include "group.h"

#include "tree.h"

static const int readings_max = 4;

size_t group_signal(pid_t group, int signal, pid_t caller, struct process *own) {
  static struct tree tree;
  static struct tree found;
  found.count = 0;
  bool is_complete = false;
  for (int reading = 0; !is_complete && reading < readings_max; reading++) {
    is_complete = true;
    tree_read(&tree);
    for (size_t at = 0; at < tree.count; at++) {
      const struct process *process = &tree.processes[at];
      if (group != GROUP_OF_ALL && process->group != group) continue;
      if (!tree_note(&found, process)) continue;
      is_complete = false;
      if (process_has_thread(process->pid, caller)) {
        *own = *process;
      } else {
        process_signal(process, signal);
      }
    }
  }
  return found.count;
}
