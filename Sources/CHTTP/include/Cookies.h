#ifndef CHTTP_COOKIES_H
#define CHTTP_COOKIES_H
#include <stdbool.h>

/* Cookies that several transfers share (CURLSH), kept by libcurl's engine (RFC 6265). */
struct chttp_cookies;

/* NULL: no memory. */
struct chttp_cookies *_Nullable chttp_cookies_create(void);

/* No transfer may use them any more. */
void chttp_cookies_destroy(struct chttp_cookies *_Nonnull cookies);

/* A line of a Netscape cookie file, or libcurl's `ALL` to forget all of them. */
void chttp_cookies_add(struct chttp_cookies *_Nonnull cookies, const char *_Nonnull line);

/* Calls `each` with every cookie as a line of a Netscape cookie file. */
void chttp_cookies_list(
    struct chttp_cookies *_Nonnull cookies, void (*_Nonnull each)(void *_Nonnull context, const char *_Nonnull line),
    void *_Nonnull context);
#endif
