/* The protocol is written down once, where Swift sees it too; the path keeps CLinux itself out of this static program. */
#include "../CLinux/include/LauncherProtocol.h"
