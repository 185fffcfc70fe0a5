#ifndef STROM_PLAN_PREPARE_INSIDE_H
#define STROM_PLAN_PREPARE_INSIDE_H

/* Between prepare.c and prepare_migrations.c. */

#include "api/plan/prepare.h"

struct prepare_job {
    struct arena *a;
    const char *repo;
    const struct target *t;
    struct prepared *out;
};

void prepare_note(struct prepare_job *j, const char *text);
void prepare_add(struct prepare_job *j, struct prepared_file file);
/* The database was asked, and its user exists. */
bool prepare_migrations(struct prepare_job *j, const struct source_facts *f,
                        const struct selection *s, struct err *e);

#endif
