#ifndef CLINUX_ERROR_TEXT_H
#define CLINUX_ERROR_TEXT_H

/* The name of an errno value, such as "ENOENT", and its sentence in English; static text, never NULL. */
const char *_Nonnull clinux_error_name(int code);
const char *_Nonnull clinux_error_text(int code);
#endif
