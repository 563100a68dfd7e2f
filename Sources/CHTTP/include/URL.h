#ifndef CHTTP_URL_H
#define CHTTP_URL_H

struct chttp_url;

enum chttp_url_part {
  CHTTP_URL_SCHEME,
  CHTTP_URL_HOST, /* in ASCII (Punycode); of an IPv6 address with its brackets */
  CHTTP_URL_PORT, /* the scheme's own when none is written */
  CHTTP_URL_USER,
  CHTTP_URL_PASSWORD,
  CHTTP_URL_WHOLE, /* without fragment, user and password */
};

/*
 * Takes a URL apart; a relative one needs an absolute `base`. What may not stand in a URL is percent-encoded.
 * NULL: it is none, and `why` tells why in static text.
 */
struct chttp_url *_Nullable chttp_url_parse(
    const char *_Nonnull text, const char *_Nullable base, const char *_Nullable *_Nonnull why);
void chttp_url_destroy(struct chttp_url *_Nonnull url);

/* A part, decoded, to be given to chttp_free; NULL: it has none. */
char *_Nullable chttp_url_part(struct chttp_url *_Nonnull url, enum chttp_url_part part);
void chttp_free(char *_Nonnull text);
#endif
