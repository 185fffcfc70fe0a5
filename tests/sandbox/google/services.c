#include "tests/sandbox/google/services.h"

const struct service *const google_services[] = {
    &oauth_service,
    &openid_service,
    &resourcemanager_service,
    &serviceusage_service,
    &iam_service,
    &compute_service,
    &sqladmin_service,
    &datastream_service,
    &bigquery_service,
    &monitoring_service,
    &logging_service,
    &iamcredentials_service,
    NULL,
};
