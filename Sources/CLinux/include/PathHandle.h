#ifndef CLINUX_PATH_HANDLE_H
#define CLINUX_PATH_HANDLE_H

/*
 * open(2) with O_PATH, which Swift's Glibc module does not show: a descriptor of what a path leads to, which can be looked
 * at but neither read nor written; -1 and errno.
 */
int clinux_open_path(const char *_Nonnull path);
#endif
