/* Written once, for flowd and for this program; the path keeps CLinux itself out of it. */
#include "../CLinux/RemoveTree.c"
