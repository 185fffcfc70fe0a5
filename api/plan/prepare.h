#ifndef STROM_PLAN_PREPARE_H
#define STROM_PLAN_PREPARE_H

/* The files that prepare the source: the patched manifests and the migrations that are still
 * missing, made from the repository and from what the database said. Nothing is written before it
 * was shown; an existing migration is never touched. */

#include "api/base/arena.h"
#include "api/base/target.h"
#include "api/files/migrations.h"
#include "api/pg/facts.h"
#include "api/plan/selection.h"

struct prepared_file {
    const char *path; /* relative to the repository */
    const char *text; /* the whole file as it will be */
    const char *diff; /* unified, against what is there */
    const char *does; /* one sentence */
    bool is_new;
    bool left_out; /* by the person: prepare_write leaves it as it is */
};

struct prepared {
    struct prepared_file *files;
    size_t n_files;
    const char **notes; /* for the person: what comes later, what must be pasted by hand */
    size_t n_notes;
};

/* facts NULL: the database was not asked: manifests only. What was written before and waits for a
 * deploy is noted, not written again. Tables: the chosen ones; nothing chosen: those of the
 * publication, or where there is none all tables, as the procedure does it, but FOR TABLE without
 * those that it would break for the application. False when the repository cannot be read. */
bool prepare(struct arena *a, const char *repo, const struct target *t,
             const struct source_facts *facts, const struct selection *s, struct prepared *out,
             struct err *e);
/* Writes them below `folder` (the repository, or the folder of --out), folders made as needed. A
 * new file that exists by now, with another text, is refused before anything is written; one with
 * this very text was written by a try that ended in the middle. */
bool prepare_write(const struct prepared *p, const char *folder, struct err *e);

#endif
