#ifndef STROM_GOOGLE_METADATA_H
#define STROM_GOOGLE_METADATA_H

/* Inside api/google: the metadata server of a machine at Google, the last place where a login is
 * looked for (facts/gcp.md G): only when no file was found, and only when GCE_METADATA_HOST or the
 * machine's product name says that there is one. NO_GCE_CHECK=true: never. */

#include "api/google/credentials.h"

#define METADATA_HOST    "metadata.google.internal"
#define METADATA_ACCOUNT "computeMetadata/v1/instance/service-accounts/default/"
#define METADATA_PRODUCT "/sys/class/dmi/id/product_name"

enum { METADATA_TIMEOUT_MS = 1000, METADATA_TRIES = 3 };

/* Fills *out (a login of the machine) when there is one to ask; false with *e untouched when not,
 * and with *e filled when GCE_METADATA_HOST names what must not be asked. No network. */
bool metadata_find(struct arena *a, const char *product_file, struct credentials *out,
                   struct err *e);

#endif
