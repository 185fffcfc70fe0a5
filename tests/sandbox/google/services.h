#ifndef SANDBOX_GOOGLE_SERVICES_H
#define SANDBOX_GOOGLE_SERVICES_H

/* Every service that is played; a file or a few each. */

#include "tests/sandbox/google/inside.h"

extern const struct service oauth_service, openid_service, resourcemanager_service,
    serviceusage_service, iam_service, compute_service, sqladmin_service, datastream_service,
    bigquery_service, monitoring_service, logging_service, iamcredentials_service;

#endif
