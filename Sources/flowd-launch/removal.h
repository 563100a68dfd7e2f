#include "../CLinux/include/RemoveTree.h"
