#ifndef CLINUX_PIPE_H
#define CLINUX_PIPE_H

/* pipe2(2) with O_CLOEXEC, which Swift's Glibc module does not show: the reading end first. 0, or -1 and errno. */
int clinux_pipe(int ends[_Nonnull 2]);
#endif
