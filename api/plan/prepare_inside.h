#ifndef STROM_PLAN_PREPARE_INSIDE_H
#define STROM_PLAN_PREPARE_INSIDE_H

/* Between prepare*.c. */

#include "api/plan/prepare.h"

#include "api/checks/names.h"

struct prepare_job {
    struct arena *a;
    const struct prepare_wanted *w;
    struct prepared *out;
};

void prepare_note(struct prepare_job *j, const char *text);
void prepare_add(struct prepare_job *j, struct prepared_file file);

/* Which tables the migrations speak of. */
struct listing {
    struct migration_table *tables, *leaving; /* leaving: published, and not chosen any more */
    size_t n, n_leaving;
    bool any_chosen;                  /* by the person */
    bool by_name;                     /* FOR TABLE; else for all tables */
    bool via_root;                    /* changes of a partitioned table are to arrive as its own */
    struct name_list absent, keyless; /* what stays out of it */
    struct name_list cut;             /* by a list of columns, and with a filter of rows besides */
    struct name_list flowing;         /* not chosen any more, and the stream still carries it */
};

/* false: none of the chosen ones can be published. What is to be said is noted. */
bool prepare_list(struct prepare_job *j, struct listing *l);

/* The database was asked, and its user exists. */
bool prepare_migrations(struct prepare_job *j, struct err *e);
/* What is there goes: the migration first, and when that has run, the manifest. */
bool prepare_undo(struct prepare_job *j, struct err *e);

/* Facts of source and names, as both ways want them; the tables are the caller's. */
void prepare_facts(const struct prepare_job *j, struct migration_facts *out);
/* Adds those that do not wait for a deploy already, and notes those that do. */
bool prepare_add_migrations(struct prepare_job *j, const struct migrations_folder *folder,
                            const struct migration_facts *facts, const struct migration_file *files,
                            size_t n, struct err *e);
bool prepare_find_folder(struct prepare_job *j, struct migrations_folder *out, struct err *e);
void prepare_note_folder(struct prepare_job *j, const struct migrations_folder *folder);

/* Each manifest that holds the instance, patched or, for an undo, with user and flag taken out. */
bool prepare_manifests(struct prepare_job *j, struct err *e);

#endif
