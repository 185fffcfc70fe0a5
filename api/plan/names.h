#ifndef STROM_PLAN_NAMES_H
#define STROM_PLAN_NAMES_H

/* The names of what is made in the cloud, in the two families that exist today (facts/domain.md,
 * section 5): those of the procedure's tool, and those of NAV's Terraform module. Old and new
 * streams are one family, so that either tool recognises the other's. */

#include "api/base/target.h"

#include <stdbool.h>

struct names {
    char network[64];
    char subnet_range[32];    /* of the private connection, when it has to be made */
    char service_account[32]; /* account id, without @project */
    char service_account_email[128];
    char address[64];
    char proxy[64];
    char private_connection[64];
    char firewall[64];
    char source_profile[64];
    char destination_profile[64];
    char dataset[128];
    char stream[64];
    char publication[64], slot[64]; /* what this family calls them by default */
    int freshness_seconds;
};

/* From app, database, instance, project and naming; a stream "X-datastream" that is named tells X,
 * which need not be the app's name in the cluster. Ids are made valid: lower case, '_' becomes '-',
 * at most 60 bytes, a letter first. */
void names_of(const struct target *t, struct names *out);

/* A stream's id tells its family: "postgres-X-bigquery", "X-datastream". Sets t->stream and
 * t->naming, and the app where it is not known; false when it is of neither. */
bool names_recognise(const char *stream, struct target *t);

/* Fills what is still empty in the target: db_user, publication, slot, dataset, stream, location,
 * freshness. */
void names_complete(struct target *t);

#endif
