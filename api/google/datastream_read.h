#ifndef STROM_GOOGLE_DATASTREAM_READ_H
#define STROM_GOOGLE_DATASTREAM_READ_H

/* Inside api/google: what Datastream's things have in common. */

#include "api/google/datastream.h"
#include "api/google/rest.h"

#define DATASTREAM          "datastream.googleapis.com"
#define DATASTREAM_LOCATION "v1/projects/{}/locations/{}/"

void datastream_fault_read(struct arena *a, const struct json *j, struct datastream_fault *out);
void datastream_faults_read(struct arena *a, const struct json *array,
                            struct datastream_faults *out);
/* A page of a list: pageSize, and all pages. */
void datastream_paged(struct rest_call *c);
/* A write with its operation. */
void datastream_write(struct rest_call *c, const struct google_write *w);
/* A patch of nothing is never sent: without a mask everything would be overwritten. */
void datastream_refuse_no_change(struct rest_call *c);
/* "projects/P/locations/L/KIND/ID" as a member. */
void datastream_put_name(struct json_out *o, const char *key, const char *project,
                         const char *location, const char *kind, const char *id);

#endif
