#ifndef STROM_PLAN_PREPARE_H
#define STROM_PLAN_PREPARE_H

/* The files that prepare the source: the patched manifests and the migrations that are still
 * missing, made from the repository and from what the database said. Nothing is written before it
 * was shown; an existing migration is never touched. */

#include "api/base/arena.h"
#include "api/base/target.h"
#include "api/files/migrations.h"
#include "api/pg/facts.h"
#include "api/plan/observed.h"
#include "api/plan/selection.h"

struct prepared_file {
    const char *path;   /* relative to the repository */
    const char *text;   /* the whole file as it will be */
    const char *before; /* as it was when the diff was made; NULL: it is new */
    const char *diff;   /* unified, against what is there */
    const char *does;   /* one sentence */
    bool is_new;
    bool is_migration; /* else a manifest */
    bool left_out;     /* by the person: prepare_write leaves it as it is */
};

struct prepared {
    struct prepared_file *files;
    size_t n_files;
    const char **notes; /* for the person: what comes later, what must be pasted by hand */
    size_t n_notes;
    bool takes_out; /* a migration takes tables out of the publication */
};

enum prepare_shape {
    PREPARE_FITTING,   /* narrow where tables are chosen, else as the procedure */
    PREPARE_NARROW,    /* FOR TABLE, rights on those tables */
    PREPARE_PROCEDURE, /* FOR ALL TABLES, unless that would break the application */
    PREPARE_THREE      /* narrow, in three files each of which may run again */
};
const char *
prepare_shape_name(enum prepare_shape s); /* "fitting", "narrow", "procedure", "three" */

struct prepare_wanted {
    const char *repo; /* NULL: migrations only, named as where there are none yet */
    const struct target *t;
    const struct source_facts *facts; /* NULL: the database was not asked: manifests only */
    const struct selection *s;        /* NULL, or nothing chosen: see below */
    /* What the stream carries now; NULL: the selection's own marks tell. unseen: why it could not
     * be looked at; NULL: it was, or nobody tried. */
    const struct observed *seen;
    const char *unseen;
    enum prepare_shape shape;
    const char *folder; /* of the migrations, in the repository; NULL: found */
    bool only_migrations;
    bool reader_gone; /* since the facts were read the stream was deleted */
    bool undo; /* take it all down: first a migration; when that has run, the manifest. facts are
                  of every table then */
};

/* What was written before and waits for a deploy is noted, not written again. Tables: the chosen
 * ones; nothing chosen: those of the publication, or where there is none all tables, as the
 * procedure does it, but FOR TABLE without those that it would break for the application. What is
 * published and not chosen is taken out, unless the stream that was opened still carries it. False
 * when the repository cannot be read. */
bool prepare(struct arena *a, const struct prepare_wanted *w, struct prepared *out, struct err *e);
/* The newest version that Flyway has run, of any outcome; NULL: none. */
const char *prepare_newest_run(const struct source_flyway *f);
/* Writes them below `folder` (the repository, or the folder of --out), folders made as needed. What
 * is there by now with another text, neither the one that was shown as the old one nor the new one,
 * is refused before anything is written. */
bool prepare_write(const struct prepared *p, const char *folder, struct err *e);

#endif
