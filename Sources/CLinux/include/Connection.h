#ifndef CLINUX_CONNECTION_H
#define CLINUX_CONNECTION_H
#include <stdint.h>

/* accept4(2), non-blocking and close-on-exec. -1 and errno. */
int clinux_accept(int listener);

/* The uid of a connection's peer when it connected (SO_PEERCRED); -1 when it cannot be told. */
int64_t clinux_peer_uid(int fd);

/* getrandom(2) of 8 bytes; 0 when the kernel has none yet. */
uint64_t clinux_random(void);
#endif
