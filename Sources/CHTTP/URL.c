#include <stdlib.h>

#include "Internal.h"

struct chttp_url {
  CURLU *parts;
};

struct chttp_url *chttp_url_parse(const char *text, const char *base, const char **why) {
  *why = "libcurl cannot be loaded; install libcurl4";
  if (!chttp_start()) return NULL;
  *why = "there is no memory for it";
  struct chttp_url *url = calloc(1, sizeof *url);
  if (url == NULL) return NULL;
  url->parts = curl_url();
  if (url->parts == NULL) {
    free(url);
    return NULL;
  }
  unsigned flags = CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE;
  CURLUcode code = CURLUE_OK;
  if (base != NULL) code = curl_url_set(url->parts, CURLUPART_URL, base, flags);
  if (code == CURLUE_OK) code = curl_url_set(url->parts, CURLUPART_URL, text, flags);
  if (code != CURLUE_OK) {
    *why = curl_url_strerror(code);
    chttp_url_destroy(url);
    return NULL;
  }
  curl_url_set(url->parts, CURLUPART_FRAGMENT, NULL, 0);
  return url;
}

void chttp_url_destroy(struct chttp_url *url) {
  curl_url_cleanup(url->parts);
  free(url);
}

static char *whole(struct chttp_url *url) {
  CURLU *copy = curl_url_dup(url->parts);
  if (copy == NULL) return NULL;
  curl_url_set(copy, CURLUPART_USER, NULL, 0);
  curl_url_set(copy, CURLUPART_PASSWORD, NULL, 0);
  char *text = NULL;
  CURLUcode code = curl_url_get(copy, CURLUPART_URL, &text, 0);
  curl_url_cleanup(copy);
  return code == CURLUE_OK ? text : NULL;
}

char *chttp_url_part(struct chttp_url *url, enum chttp_url_part part) {
  char *text = NULL;
  CURLUcode code = CURLUE_UNKNOWN_PART;
  switch (part) {
    case CHTTP_URL_SCHEME: code = curl_url_get(url->parts, CURLUPART_SCHEME, &text, 0); break;
    case CHTTP_URL_HOST: code = curl_url_get(url->parts, CURLUPART_HOST, &text, CURLU_PUNYCODE); break;
    case CHTTP_URL_PORT: code = curl_url_get(url->parts, CURLUPART_PORT, &text, CURLU_DEFAULT_PORT); break;
    case CHTTP_URL_USER: code = curl_url_get(url->parts, CURLUPART_USER, &text, CURLU_URLDECODE); break;
    case CHTTP_URL_PASSWORD: code = curl_url_get(url->parts, CURLUPART_PASSWORD, &text, CURLU_URLDECODE); break;
    case CHTTP_URL_WHOLE: return whole(url);
  }
  return code == CURLUE_OK ? text : NULL;
}

void chttp_free(char *text) { curl_free(text); }
