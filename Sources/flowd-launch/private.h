#ifndef PRIVATE_H
#define PRIVATE_H
#include <stdbool.h>

/* Makes the private directory, which must not be there yet; false and errno. */
bool private_make(const char *path);

/*
 * Removes it with all that is in it, or, when it is empty and its processes are dead, leaves it to the next command as
 * `.spare` beside it. What is left of it, should something hold it, is swept when flowd starts the next time.
 */
void private_leave(const char *path, bool are_dead);
#endif
