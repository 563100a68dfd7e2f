#ifndef CHTTP_FAILURE_H
#define CHTTP_FAILURE_H

/* What went wrong, as far as it makes a difference; chttp_transfer_message has libcurl's own words. */
enum chttp_failure {
  CHTTP_OK = 0,
  CHTTP_RESOLVE,       /* the host's name has no address */
  CHTTP_RESOLVE_PROXY, /* the proxy's has none */
  CHTTP_CONNECT,       /* chttp_transfer_os_error says why */
  CHTTP_PROXY,         /* the proxy refused or did not speak HTTP */
  CHTTP_TIMEOUT,
  CHTTP_TLS,
  CHTTP_CERTIFICATE,       /* the peer's */
  CHTTP_OWN_CERTIFICATE,   /* the client's, or its key */
  CHTTP_CA_FILE,
  CHTTP_RESET,       /* the connection ended early */
  CHTTP_NO_ANSWER,   /* it ended before the first byte */
  CHTTP_PROTOCOL,    /* what came is not HTTP */
  CHTTP_ENCODING,    /* the body cannot be unpacked */
  CHTTP_ABORTED,     /* by a callback */
  CHTTP_INVALID,     /* the request itself */
  CHTTP_MEMORY,
  CHTTP_OTHER,
};

/* The value for one of libcurl's codes (CURLcode). */
enum chttp_failure chttp_failure_of(int code);
#endif
