#include "api/plan/remove.h"

#include "api/base/figure.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/files/migrations.h"
#include "api/plan/maker.h"

#include <string.h>

/* What taking down leaves in the source: only a migration may write there, so it is told as text.
 */

/* --- which schemas --- */

struct names_list {
    const char **at;
    size_t n;
};

static bool has(const struct names_list *l, const char *name)
{
    for (size_t i = 0; i < l->n; i++)
        if (str_eq(l->at[i], name))
            return true;
    return false;
}

static void add(struct names_list *l, const char *name)
{
    if (!has(l, name))
        l->at[l->n++] = name;
}

/* All databases of a server share the names of slots. */
static bool is_of_this(const struct source_slot *s, const char *database)
{
    return s &&
           (str_is_empty(s->database) || str_is_empty(database) || str_eq(s->database, database));
}

const char *remove_other_source(const struct observed *seen, const struct target *t,
                                const char *database, struct arena *a)
{
    const char *reads = str_is_empty(seen->source_database) ? t->database : seen->source_database;

    if (str_is_empty(reads))
        return tr("which database the stream reads is not known");
    if (str_eq(reads, database))
        return NULL;
    return arena_printf(a, tr("the connection is to %s, and the stream reads %s"), database, reads);
}

void remove_take_facts(struct remove_options *o, const struct source_facts *f, struct arena *a)
{
    struct names_list readable = {0};

    o->slot_bytes = -1;
    if (f == NULL || !f->slots.part.known)
        return;
    o->source_asked = true;
    const struct source_slot *of_this =
        is_of_this(f->slots.wanted, f->server.database) ? f->slots.wanted : NULL;
    o->slot_exists = of_this != NULL;
    o->slot_bytes = of_this ? of_this->held_bytes : -1;
    o->publication_exists = f->publication.exists;
    o->app_role = f->roles.part.known ? f->roles.app.name : NULL;
    o->user_gone = f->roles.part.known && !f->roles.db_user.exists;
    o->undeployed = o->user_gone && f->server.part.known && !str_eq(f->server.wal_level, "logical");
    for (size_t i = 0; i < f->slots.n; i++)
        o->other_slots = o->other_slots || (f->slots.at[i].logical && &f->slots.at[i] != of_this);
    readable.at = arena_array(a, const char *, f->grants.n_tables + 1);
    for (size_t i = 0; f->grants.part.known && i < f->grants.n_tables; i++)
        if (f->grants.tables[i].exists && f->grants.tables[i].select)
            add(&readable, f->grants.tables[i].schema);
    o->schemas = readable.at;
    o->n_schemas = readable.n;
    o->user_holds = f->roles.part.known && f->roles.db_user.exists &&
                    (f->roles.db_user.replication || readable.n > 0);
}

/* public first: the procedure grants there whatever flows. */
static struct names_list schemas_of(const struct remove_options *o, struct arena *a)
{
    const struct observed *seen = o->seen;
    struct names_list l = {arena_array(a, const char *, seen->n_stream_tables + o->n_schemas + 1),
                           0};

    add(&l, "public");
    for (size_t i = 0; i < seen->n_stream_tables; i++)
        add(&l, seen->stream_tables[i].schema);
    for (size_t i = 0; i < o->n_schemas; i++)
        add(&l, o->schemas[i]);
    return l;
}

/* --- the text --- */

const char *remove_sql(struct arena *a, const struct remove_options *o)
{
    const struct migrations_folder unnamed = {.path = ""};
    struct names_list schemas = schemas_of(o, a);
    struct migration_facts facts = {.shape = MIGRATION_PROCEDURE,
                                    .app_role = o->app_role,
                                    .db_user = o->target->db_user,
                                    .publication = o->target->publication,
                                    .slot = o->target->slot,
                                    .user_gone = o->user_gone,
                                    .schemas = schemas.at,
                                    .n_schemas = schemas.n};
    struct migration_set set;
    struct err e;

    return migrations_undo(a, &unnamed, &facts, &set, &e) && set.n_files ? set.files[0].sql : "";
}

/* --- what is left to do by hand --- */

/* Its name is made of these, with dashes (facts/domain.md, 3). */
const char *remove_platform_user(struct arena *a, const struct target *t)
{
    char *name = arena_printf(a, "%s-%s-%s", t->app, t->database, t->db_user);

    for (char *p = name; *p; p++)
        if (*p == '_')
            *p = '-';
    return name;
}

static struct receipt_line *by_hand(struct receipt_line *lines, size_t *n, const char *what,
                                    const char *name)
{
    lines[*n] = (struct receipt_line){RECEIPT_BY_HAND, what, name, ""};
    return &lines[(*n)++];
}

/* The text that a migration holds; whoever may can run it as it is. */
static const char *as_migration(const struct remove_options *o, struct arena *a, const char *why)
{
    return arena_printf(a, "%s. %s\n%s", why,
                        tr("As a migration (or run by one who may, with psql):"), remove_sql(a, o));
}

/* Slot first: it is what harms. One text takes back all of it. */
static void add_source(const struct remove_options *o, struct arena *a, struct receipt_line *lines,
                       size_t *n)
{
    char size[FIGURE_TEXT];
    const char *why = o->source_why;

    if (!o->source_asked)
        by_hand(lines, n, "source", o->target->slot)->why = as_migration(
            o, a,
            why ? arena_printf(a,
                               tr("the database was not asked (%s): a slot that nobody reads fills "
                                  "its disk"),
                               why)
                : tr("the database was not asked: a slot that nobody reads fills its disk"));
    else if (o->slot_exists)
        by_hand(lines, n, "slot", o->target->slot)->why =
            as_migration(o, a,
                         o->slot_bytes < 0 ? tr("a slot still holds an unknown amount of log")
                                           : arena_printf(a, tr("a slot still holds %s of log"),
                                                          figure_bytes(o->slot_bytes, size)));
    else if (o->publication_exists)
        by_hand(lines, n, "publication", o->target->publication)->why =
            as_migration(o, a, tr("it does no harm"));
    else if (o->user_holds)
        by_hand(lines, n, "grants", o->target->db_user)->why =
            as_migration(o, a, tr("the user may still read or replicate"));
}

/* As they stand there, to be found and taken out. */
static void add_manifest(const struct remove_options *o, struct arena *a,
                         struct receipt_line *lines, size_t *n)
{
    const struct target *t = o->target;
    const char *flag = o->other_slots
                           ? tr("the flag cloudsql.logical_decoding stays: other slots of this "
                                "server need it")
                           : "flags:\n  - name: cloudsql.logical_decoding\n    value: \"on\"";
    bool known = t->app[0] && t->database[0] && !o->user_gone;

    by_hand(lines, n, "manifest", t->db_user)->why = arena_printf(
        a, "%s\n%s\nusers:\n  - name: %s\n%s%s%s",
        tr("last, when the migration has run: these go out of the manifest, in every environment; "
           "strom files --undo --out . writes it"),
        flag, t->db_user,
        known ? tr("That leaves the user in the database. To have it removed too, before that "
                   "deploy:")
              : "",
        known ? arena_printf(a, "\nkubectl annotate sqluser %s ", remove_platform_user(a, t)) : "",
        known ? "cnrm.cloud.google.com/deletion-policy=none\n" : "");
}

/* Its code would make it anew, or break on what is gone. */
static void add_terraform(const struct remove_options *o, struct arena *a,
                          struct receipt_line *lines, size_t *n)
{
    struct str what = {0};
    struct names names;

    observed_names(o->seen, o->target, &names);
    for (enum step_id s = 0; s < STEPS; s++)
        if (s != STEP_START && str_eq(o->seen->things[s].created_by, MAKER_TERRAFORM))
            str_printf(&what, "%s%s %s", what.bytes ? ", " : "", step_type(s)->id,
                       step_name(s, &names));
    if (what.bytes)
        by_hand(lines, n, "terraform", arena_str(a, names.stream))->why = arena_printf(
            a, "%s\nterraform state list | grep datastream\nterraform state rm ADDRESS\n",
            arena_printf(a,
                         tr("Terraform manages %s, by its label: take it out of its code, or the "
                            "next apply makes it anew; its state forgets what is gone with:"),
                         arena_str(a, str_text(&what))));
    str_done(&what);
}

/* The run has not made it, and it is not taken away; but there is no stream that would read it. */
static void add_idle_slot(const struct remove_options *o, struct arena *a,
                          struct receipt_line *lines, size_t *n)
{
    char size[FIGURE_TEXT];

    if (o->source_asked && !o->slot_exists)
        return;
    lines[(*n)++] = (struct receipt_line){
        RECEIPT_KEPT, "slot", o->target->slot,
        !o->source_asked ? tr("the database was not asked: a slot that nobody reads fills its disk")
                         : arena_printf(a,
                                        tr("it was there before, and nobody reads it: a slot still "
                                           "holds %s of log, and more as changes come; strom "
                                           "delete shows how it is dropped"),
                                        o->slot_bytes < 0 ? tr("an unknown amount")
                                                          : figure_bytes(o->slot_bytes, size))};
}

void remove_by_hand(const struct remove_options *o, struct arena *a, struct receipt_line *lines,
                    size_t *n)
{
    if (o->undo && !(o->made.steps & 1u << STEP_STREAM)) {
        if (o->seen->things[STEP_STREAM].seen == SEEN_ABSENT)
            add_idle_slot(o, a, lines, n);
        return; /* the stream goes on, and needs it all */
    }
    add_terraform(o, a, lines, n);
    add_source(o, a, lines, n);
    if (!o->undeployed)
        add_manifest(o, a, lines, n);
}
