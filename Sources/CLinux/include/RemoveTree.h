#ifndef CLINUX_REMOVE_TREE_H
#define CLINUX_REMOVE_TREE_H

/* Entries that one call removes at most. */
#define CLINUX_REMOVED_MAX 1000000

/*
 * Removes a directory with all below it, without following any symbolic link, however deep it is; an absent one is removed.
 * 0, or -1 and errno; E2BIG when there were more entries than CLINUX_REMOVED_MAX. What could be removed is gone then too.
 */
int clinux_remove_tree(const char *_Nonnull path);
#endif
