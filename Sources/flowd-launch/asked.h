#ifndef ASKED_H
#define ASKED_H
/*
 * Sends SIGTERM to every descendant that has not had it yet (a second one means "at once" to many programs), and SIGCONT,
 * without which a stopped process would not see it. Called again, it reaches those that were forked meanwhile.
 */
void ask_tree_to_end(void);
#endif
