#ifndef TESTS_UNIT_PLAN_PREPARE_WORLD_H
#define TESTS_UNIT_PLAN_PREPARE_WORLD_H

/* A repository of the test's own, and a source of which everything is known. Include behind
 * cmocka.h. */

#include "api/base/path.h"
#include "api/plan/prepare.h"
#include "tests/unit/plan/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MANIFEST ".nais/dev-gcp.yaml"
#define FLYWAY   "src/main/resources/flyway"

struct world {
    struct scene s;
    char repo[64];
    struct prepare_wanted wanted; /* shape, folder, undo */
    struct prepared p;
    const char *made[16]; /* written meanwhile */
    size_t n_made;
};

static inline void put(struct world *w, const char *path, const char *text)
{
    struct err e;
    char *full = arena_printf(&w->s.mem, "%s/%s", w->repo, path);
    char *folder = arena_str(&w->s.mem, full);
    *strrchr(folder, '/') = '\0';
    assert_true(path_make_folder(folder, &e));
    assert_true(path_write(full, text, strlen(text), false, &e));
}

static const char manifest[] = "apiVersion: nais.io/v1alpha1\n"
                               "kind: Application\n"
                               "metadata:\n"
                               "  name: postmottak-backend\n"
                               "spec:\n"
                               "  gcp:\n"
                               "    sqlInstances:\n"
                               "      - type: POSTGRES_16 # ours\n"
                               "        databases:\n"
                               "          - name: postmottak\n"
                               "            envVarPrefix: DB_POSTMOTTAK\n";

static inline int open_world(void **state)
{
    struct world *w = mem_alloc(sizeof *w);
    scene_open(&w->s);
    snprintf(w->repo, sizeof w->repo, "/tmp/strom-prepare-XXXXXX");
    if (mkdtemp(w->repo) == NULL)
        return -1;
    put(w, MANIFEST, manifest);
    put(w, FLYWAY "/V1.1__begin.sql", "CREATE TABLE regel (id int PRIMARY KEY);\n");
    put(w, FLYWAY "/V1.50__oppfolging.sql", "SELECT 1;\n");
    w->s.target.instance[0] = '\0'; /* the manifest has one, and names none */
    names_complete(&w->s.target);
    *state = w;
    return 0;
}

static inline int close_world(void **state)
{
    static const char *const left[] = {MANIFEST,
                                       FLYWAY "/V1.1__begin.sql",
                                       FLYWAY "/V1.50__oppfolging.sql",
                                       FLYWAY,
                                       "src/main/resources",
                                       "src/main",
                                       "src",
                                       ".nais",
                                       "."};
    struct world *w = *state;
    for (size_t i = 0; i < w->p.n_files; i++)
        remove(arena_printf(&w->s.mem, "%s/%s", w->repo, w->p.files[i].path));
    for (size_t i = 0; i < w->n_made; i++)
        remove(arena_printf(&w->s.mem, "%s/%s", w->repo, w->made[i]));
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        remove(arena_printf(&w->s.mem, "%s/%s", w->repo, left[i]));
    int gone = rmdir(w->repo);
    scene_done(&w->s);
    mem_free(w);
    return gone == 0 ? 0 : -1;
}

/* A source of which everything is known and nothing is there yet, but for the tables. */
static inline void known(struct world *w, bool user)
{
    struct source_facts *f = &w->s.facts;
    scene_prepared(&w->s);
    f->flyway.part.known = f->defaults.part.known = true;
    f->roles.app = (struct source_role){.name = "Postmottak-backend", .exists = true};
    f->roles.db_user = (struct source_role){
        .name = "datastream", .exists = user, .login = true, .connection_limit = -1};
    f->publication = (struct source_publication){.part.known = true};
    w->s.slot = (struct source_slot){.name = "ds_replication",
                                     .plugin = "pgoutput",
                                     .database = "postmottak",
                                     .wal_status = "reserved",
                                     .logical = true};
    f->server.database = "postmottak";
    f->slots.wanted = NULL;
    for (size_t i = 0; i < f->grants.n_tables; i++) {
        w->s.grants[i].usage = w->s.grants[i].select = false;
        w->s.grants[i].has_key = true;
        w->s.grants[i].identity = 'd';
        w->s.published[i].covered = false;
    }
}

static inline void make(struct world *w, bool asked, bool chosen)
{
    struct err e = {0};
    struct prepare_wanted wanted = w->wanted;
    wanted.repo = w->repo;
    wanted.t = &w->s.target;
    wanted.facts = asked ? &w->s.facts : NULL;
    wanted.s = chosen ? &w->s.selection : NULL;
    if (!prepare(&w->s.mem, &wanted, &w->p, &e))
        fail_msg("%s: %s", e.what, e.why);
}

static inline void publishes_all(struct world *w)
{
    struct source_publication *p = &w->s.facts.publication;
    p->exists = p->insert = p->update = p->delete_ = true;
}

static inline bool noted(const struct world *w, const char *text)
{
    for (size_t i = 0; i < w->p.n_notes; i++)
        if (strstr(w->p.notes[i], text))
            return true;
    return false;
}

/* One has no key. */
static inline void some_tables(struct world *w)
{
    scene_table(&w->s, "public", "regel", "+id:key");
    scene_table(&w->s, "public", "melding", "+tekst");
    scene_table(&w->s, "arkiv", "post", "+id:key");
    known(w, true);
    for (size_t i = 0; i < 3; i++)
        w->s.grants[i].owner = "Postmottak-backend";
    w->s.grants[1].has_key = false;
}

#endif
