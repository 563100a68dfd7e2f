#ifndef PRIVILEGES_H
#define PRIVILEGES_H
#include <stdbool.h>

/*
 * Sets no_new_privs, so that no program (set-uid, file capabilities) gives more than there is, and drops all capabilities
 * but those that let root read and write files whose mode says no: Landlock has the say about files.
 * False and errno.
 */
bool privileges_give_up(void);
#endif
