#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "Internal.h"

static size_t header_arrived(char *bytes, size_t size, size_t count, void *argument) {
  struct chttp_transfer *transfer = argument;
  enum chttp_verdict verdict =
      transfer->callbacks->header(transfer->context, (const uint8_t *)bytes, size * count);
  return verdict == CHTTP_GO_ON ? size * count : 0;
}

static size_t body_arrived(char *bytes, size_t size, size_t count, void *argument) {
  struct chttp_transfer *transfer = argument;
  if (size * count == 0) return 0;
  switch (transfer->callbacks->body(transfer->context, (const uint8_t *)bytes, size * count)) {
    case CHTTP_GO_ON: return size * count;
    case CHTTP_PAUSE: return CURL_WRITEFUNC_PAUSE;
    case CHTTP_ABORT: break;
  }
  return 0;
}

static curl_socket_t open_socket(void *argument, curlsocktype purpose, struct curl_sockaddr *address) {
  struct chttp_transfer *transfer = argument;
  if (purpose != CURLSOCKTYPE_IPCXN) return CURL_SOCKET_BAD;
  if (!transfer->callbacks->address(transfer->context, &address->addr)) return CURL_SOCKET_BAD;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static int before_request(void *argument, char *ip, char *local_ip, int port, int local_port) {
  (void)local_ip;
  (void)port;
  (void)local_port;
  struct chttp_transfer *transfer = argument;
  bool goes_on = transfer->callbacks->request(transfer->context, ip == NULL ? "" : ip);
  return goes_on ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

static int was_told(CURL *easy, curl_infotype kind, char *bytes, size_t count, void *argument) {
  (void)easy;
  struct chttp_transfer *transfer = argument;
  if (kind == CURLINFO_HEADER_OUT) {
    transfer->callbacks->sent(transfer->context, (const uint8_t *)bytes, count);
  }
  return 0;
}

/* What holds for every transfer. Nothing of the environment is read: no proxy, no netrc. */
static void set_basics(struct chttp_transfer *transfer) {
  CURL *easy = transfer->easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer->context);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->message);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* a cancelled transfer does not wait for the resolver */
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header_arrived);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_arrived);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
}

struct chttp_transfer *chttp_transfer_create(const struct chttp_callbacks *callbacks, void *context) {
  if (!chttp_start()) return NULL;
  struct chttp_transfer *transfer = calloc(1, sizeof *transfer);
  if (transfer == NULL) return NULL;
  transfer->easy = curl_easy_init();
  if (transfer->easy == NULL) {
    free(transfer);
    return NULL;
  }
  transfer->callbacks = callbacks;
  transfer->context = context;
  set_basics(transfer);
  return transfer;
}

void chttp_transfer_destroy(struct chttp_transfer *transfer) {
  curl_easy_cleanup(transfer->easy);
  curl_mime_free(transfer->parts);
  curl_slist_free_all(transfer->headers);
  if (transfer->body_file != NULL) chttp_file_destroy(transfer->body_file);
  free(transfer);
}

bool chttp_transfer_add_header(struct chttp_transfer *transfer, const char *line) {
  struct curl_slist *longer = curl_slist_append(transfer->headers, line);
  if (longer == NULL) return false;
  transfer->headers = longer;
  return true;
}

bool chttp_transfer_share_cookies(struct chttp_transfer *transfer, struct chttp_cookies *cookies) {
  /* No file has the empty name; asking for it switches the engine on. */
  return curl_easy_setopt(transfer->easy, CURLOPT_COOKIEFILE, "") == CURLE_OK &&
         curl_easy_setopt(transfer->easy, CURLOPT_SHARE, cookies->share) == CURLE_OK;
}

bool chttp_transfer_set_text(struct chttp_transfer *transfer, enum chttp_text option, const char *text) {
  static const CURLoption options[] = {
      [CHTTP_METHOD] = CURLOPT_CUSTOMREQUEST,
      [CHTTP_TEXT_URL] = CURLOPT_URL,
      [CHTTP_PROXY_URL] = CURLOPT_PROXY,
      [CHTTP_UNIX_SOCKET] = CURLOPT_UNIX_SOCKET_PATH,
      [CHTTP_USER] = CURLOPT_USERNAME,
      [CHTTP_PASSWORD] = CURLOPT_PASSWORD,
      [CHTTP_BEARER] = CURLOPT_XOAUTH2_BEARER,
      [CHTTP_CA] = CURLOPT_CAINFO,
      [CHTTP_CERTIFICATE_FILE] = CURLOPT_SSLCERT,
      [CHTTP_KEY_FILE] = CURLOPT_SSLKEY,
      [CHTTP_ENCODINGS] = CURLOPT_ACCEPT_ENCODING,
  };
  if ((size_t)option >= sizeof options / sizeof options[0]) return false;
  if (option == CHTTP_BEARER) curl_easy_setopt(transfer->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
  return curl_easy_setopt(transfer->easy, options[option], text) == CURLE_OK;
}

static bool set_version(CURL *easy, long number) {
  long version = number == 1 ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS;
  if (number == 3) {
    version = CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
    /* libcurl 7.88 cannot send a second request on such a connection. */
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  }
  return curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, version) == CURLE_OK;
}

bool chttp_transfer_set_number(struct chttp_transfer *transfer, enum chttp_number option, long number) {
  CURL *easy = transfer->easy;
  switch (option) {
    case CHTTP_HAS_NO_BODY: return curl_easy_setopt(easy, CURLOPT_NOBODY, number) == CURLE_OK;
    case CHTTP_AUTH_DIGEST:
      return curl_easy_setopt(easy, CURLOPT_HTTPAUTH, number ? (long)CURLAUTH_DIGEST : (long)CURLAUTH_BASIC) ==
             CURLE_OK;
    case CHTTP_VERSION: return set_version(easy, number);
    case CHTTP_VERIFIES:
      return curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, number) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, number ? 2L : 0L) == CURLE_OK;
    case CHTTP_CONNECT_MILLISECONDS:
      return curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, number) == CURLE_OK;
    case CHTTP_RECORDS_HEAD:
      return curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, was_told) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_DEBUGDATA, transfer) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_VERBOSE, number) == CURLE_OK;
  }
  return false;
}

bool chttp_transfer_prepare(struct chttp_transfer *transfer) {
  CURL *easy = transfer->easy;
  if (transfer->parts != NULL && curl_easy_setopt(easy, CURLOPT_MIMEPOST, transfer->parts) != CURLE_OK) return false;
  return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK;
}

void chttp_transfer_resume(struct chttp_transfer *transfer) { curl_easy_pause(transfer->easy, CURLPAUSE_CONT); }
