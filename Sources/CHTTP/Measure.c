#include "Internal.h"

int64_t chttp_transfer_measure(struct chttp_transfer *transfer, enum chttp_measure measure) {
  CURL *easy = transfer->easy;
  curl_off_t large = 0;
  long number = 0;
  switch (measure) {
    case CHTTP_WIRE_BYTES: curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &large); return large;
    case CHTTP_NAME_LOOKUP_MICROSECONDS: curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &large); return large;
    case CHTTP_CONNECTED_MICROSECONDS: curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &large); return large;
    case CHTTP_TLS_MICROSECONDS: curl_easy_getinfo(easy, CURLINFO_APPCONNECT_TIME_T, &large); return large;
    case CHTTP_FIRST_BYTE_MICROSECONDS:
      curl_easy_getinfo(easy, CURLINFO_STARTTRANSFER_TIME_T, &large);
      return large;
    case CHTTP_STATUS: curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &number); return number;
    case CHTTP_OS_ERROR: curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number); return number;
    case CHTTP_PROXY_CONNECT_STATUS: curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &number); return number;
  }
  return 0;
}

const char *chttp_transfer_message(struct chttp_transfer *transfer) { return transfer->message; }

const char *chttp_transfer_address(struct chttp_transfer *transfer) {
  char *address = NULL;
  curl_easy_getinfo(transfer->easy, CURLINFO_PRIMARY_IP, &address);
  return address == NULL ? "" : address;
}
