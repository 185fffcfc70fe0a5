#ifndef STROM_CLI_CONFIG_EXPLAIN_H
#define STROM_CLI_CONFIG_EXPLAIN_H

/* Every effective value and where it came from (contract, section 3; facts/ux.md C9). */

#include "screens/cli/session.h"

enum config_source {
    CONFIG_OPTION,
    CONFIG_ENVIRONMENT,
    CONFIG_PLAN_FILE,
    CONFIG_USER_FILE,
    CONFIG_PG_SERVICE,
    CONFIG_GCLOUD,
    CONFIG_DEFAULT,
    CONFIG_UNSET /* not known without asking the cluster or the person */
};

struct config_setting {
    const char *name;
    const char *value; /* NULL: none; of a secret "********" */
    enum config_source source;
    const char
        *from; /* "--project", "PGHOST", "source.app", a path; why CONFIG_UNSET; "" nothing */
    bool secret;
};

enum { CONFIG_SETTINGS = 64 };
struct config_settings {
    struct config_setting items[CONFIG_SETTINGS];
    size_t n;
};

const char *config_source_name(enum config_source source); /* "environment": as in --json */
/* s was opened with SESSION_FILE. Texts live in s->mem or longer. False with *e: the connection's
 * options or the kubeconfig cannot be read; of one that can and is of no use, "context" and
 * "namespace" tell why in `from`. */
bool config_explain(struct session *s, struct config_settings *out, struct err *e);

#endif
