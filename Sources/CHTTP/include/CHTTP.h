/*
 * What FlowdHTTP needs of libcurl, whose own calls take a variable number of arguments and cannot be called from Swift.
 * One thread uses a client and everything that belongs to it; only chttp_client_wake may be called from any.
 */
#ifndef CHTTP_H
#define CHTTP_H

#include "Client.h"
#include "Cookies.h"
#include "Failure.h"
#include "Transfer.h"
#include "URL.h"
#endif
