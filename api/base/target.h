#ifndef STROM_BASE_TARGET_H
#define STROM_BASE_TARGET_H

/* What is replicated, from where to where: the words that checks, plan, watch and the screens
 * share. Plain data: copy it freely. "" means not known yet. Lengths are those of the services:
 * PostgreSQL names have at most 63 bytes, Google's ids at most 63, BigQuery datasets here at most
 * 127. */

#include <stdbool.h>

enum target_naming { TARGET_PROCEDURE, TARGET_NAV_MODULE };
enum target_mode { TARGET_MERGE, TARGET_APPEND_ONLY };

struct target {
    /* source */
    char app[64];
    char context[128];
    char namespace_[64];
    char project[64]; /* of the team: instance and stream */
    char region[32];  /* of the instance: location of stream, profiles, private connection */
    char instance[100];
    char database[64];
    char app_role[64]; /* owns the tables; read from the database, never guessed */
    char db_user[64];
    char publication[64];
    char slot[64];
    /* destination */
    char dataset_project[64]; /* "" : project */
    char location[32];        /* of the dataset */
    char dataset[128];
    enum target_mode mode;
    int freshness_seconds;
    bool freshness_chosen; /* 0 is meant, too; else it means not known yet */
    /* names of what is made */
    enum target_naming naming;
    char stream[64];
};

#endif
