#ifndef STROM_PLAN_PROXY_H
#define STROM_PLAN_PROXY_H

/* The proxy machine's start script: cloud-init that opens the port and runs the Cloud SQL proxy as
 * a systemd unit on Container-Optimized OS (facts/gcp.md I). The container declaration of old must
 * not be used: new machines no longer start it (facts/gcp.md A.10). Pure. */

#include "api/base/arena.h"

#include <stdbool.h>

#define PROXY_IMAGE_PROJECT "cos-cloud"
#define PROXY_MACHINE_TYPE  "e2-small"
enum { PROXY_PORT = 5432 };

/* The family of images to take: the newest one known, then those that outlive it, since families
 * end. NULL: no more. */
const char *proxy_image_family(size_t at);
/* connection: "project:region:instance", lower case; anything else gives NULL. */
const char *proxy_user_data(struct arena *a, const char *connection, bool private_ip);
/* The connection name in such a script (ours or the Terraform module's), or NULL. */
const char *proxy_connection_of(struct arena *a, const char *user_data);
/* What brings a machine back that does not run, or does not answer: "gcloud compute instances start
 * NAME ...", by its status as Compute tells it; NULL: nothing but to wait. zone: short or full. */
const char *proxy_wake(struct arena *a, const char *status, const char *name, const char *zone,
                       const char *project);
/* The proxy said on the serial port that it listens. */
bool proxy_is_ready(const char *serial_text);

#endif
