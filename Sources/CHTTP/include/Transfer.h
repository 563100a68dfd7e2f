#ifndef CHTTP_TRANSFER_H
#define CHTTP_TRANSFER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "Cookies.h"
#include "Failure.h"

struct sockaddr;

/* One request and its response (CURL). Everything is set before it is added to a client. */
struct chttp_transfer;

enum chttp_verdict {
  CHTTP_GO_ON = 0,
  CHTTP_PAUSE = 1, /* of a body: the same bytes come again when the transfer is resumed */
  CHTTP_ABORT = 2,
};

/* Called within chttp_client_perform and chttp_transfer_resume. */
struct chttp_callbacks {
  /* A line of a head or a trailer with its line end. */
  enum chttp_verdict (*_Nonnull header)(void *_Nonnull context, const uint8_t *_Nonnull bytes, size_t count);
  /* A piece of the body, unpacked. */
  enum chttp_verdict (*_Nonnull body)(void *_Nonnull context, const uint8_t *_Nonnull bytes, size_t count);
  /* Whether a socket to this address may be opened. */
  bool (*_Nonnull address)(void *_Nonnull context, const struct sockaddr *_Nonnull address);
  /* Whether the request may be sent on the connection that was made or found. `ip` is empty for a Unix socket. */
  bool (*_Nonnull request)(void *_Nonnull context, const char *_Nonnull ip);
  /* The head of a request as it is sent, if CHTTP_RECORDS_HEAD. */
  void (*_Nonnull sent)(void *_Nonnull context, const uint8_t *_Nonnull bytes, size_t count);
};

enum chttp_text {
  CHTTP_METHOD,
  CHTTP_TEXT_URL,
  CHTTP_PROXY_URL,
  CHTTP_UNIX_SOCKET,
  CHTTP_USER,
  CHTTP_PASSWORD,
  CHTTP_BEARER,
  CHTTP_CA,
  CHTTP_CERTIFICATE_FILE,
  CHTTP_KEY_FILE,
  CHTTP_ENCODINGS, /* to be asked for and unpacked; empty: all that libcurl knows */
};

enum chttp_number {
  CHTTP_HAS_NO_BODY, /* HEAD: the response's */
  CHTTP_AUTH_DIGEST, /* instead of Basic */
  CHTTP_VERSION,     /* 0: any, 1: 1.1, 2: 2, 3: 2 and over plain text without asking first */
  CHTTP_VERIFIES,
  CHTTP_CONNECT_MILLISECONDS,
  CHTTP_RECORDS_HEAD,
};

enum chttp_measure {
  CHTTP_STATUS,
  CHTTP_WIRE_BYTES, /* of the body, before it is unpacked; what was read last may not be counted yet */
  CHTTP_NAME_LOOKUP_MICROSECONDS,
  CHTTP_CONNECTED_MICROSECONDS,
  CHTTP_TLS_MICROSECONDS,
  CHTTP_FIRST_BYTE_MICROSECONDS,
  CHTTP_OS_ERROR, /* errno of the connect that failed */
  CHTTP_PROXY_CONNECT_STATUS,
};

/* `callbacks` and `context` must live as long as the transfer. NULL: no memory. */
struct chttp_transfer *_Nullable chttp_transfer_create(
    const struct chttp_callbacks *_Nonnull callbacks, void *_Nonnull context);
void chttp_transfer_destroy(struct chttp_transfer *_Nonnull transfer);

/* Text is copied. false: libcurl cannot do it. */
bool chttp_transfer_set_text(
    struct chttp_transfer *_Nonnull transfer, enum chttp_text option, const char *_Nonnull text);
bool chttp_transfer_set_number(struct chttp_transfer *_Nonnull transfer, enum chttp_number option, long number);

/* `Name: value`; `Name;` for an empty value; `Name:` to leave out what libcurl would send. */
bool chttp_transfer_add_header(struct chttp_transfer *_Nonnull transfer, const char *_Nonnull line);

/* They must outlive the transfer. */
bool chttp_transfer_share_cookies(struct chttp_transfer *_Nonnull transfer, struct chttp_cookies *_Nonnull cookies);

/* A body: bytes, which are copied; or a file, whose descriptor is taken over and closed; or parts. */
bool chttp_transfer_set_body(
    struct chttp_transfer *_Nonnull transfer, const uint8_t *_Nullable bytes, size_t count);
bool chttp_transfer_set_body_file(struct chttp_transfer *_Nonnull transfer, int fd, int64_t count);
bool chttp_transfer_add_part(
    struct chttp_transfer *_Nonnull transfer, const char *_Nonnull name, const char *_Nullable filename,
    const char *_Nullable type, const uint8_t *_Nullable bytes, size_t count);
bool chttp_transfer_add_part_file(
    struct chttp_transfer *_Nonnull transfer, const char *_Nonnull name, const char *_Nullable filename,
    const char *_Nullable type, int fd, int64_t count);

/* After everything is set, before it is added. */
bool chttp_transfer_prepare(struct chttp_transfer *_Nonnull transfer);

/* Goes on with a body that was paused; calls `body`. */
void chttp_transfer_resume(struct chttp_transfer *_Nonnull transfer);

int64_t chttp_transfer_measure(struct chttp_transfer *_Nonnull transfer, enum chttp_measure measure);

/* What libcurl says about the failure; may be empty. Lives as long as the transfer. */
const char *_Nonnull chttp_transfer_message(struct chttp_transfer *_Nonnull transfer);

/* The address of the last connection; empty: none. */
const char *_Nonnull chttp_transfer_address(struct chttp_transfer *_Nonnull transfer);
#endif
