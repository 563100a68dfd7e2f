#ifndef CLINUX_LANDLOCK_H
#define CLINUX_LANDLOCK_H

/* The version of Landlock that the kernel has, from 1; 0 when it has none or it is turned off. */
int clinux_landlock_version(void);
#endif
