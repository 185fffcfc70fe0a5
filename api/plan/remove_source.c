#include "api/plan/remove.h"

#include "api/base/figure.h"
#include "api/base/str.h"
#include "api/files/migrations.h"

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
        return "which database the stream reads is not known";
    if (str_eq(reads, database))
        return NULL;
    return arena_printf(a, "the connection is to %s, and the stream reads %s", database, reads);
}

void remove_take_facts(struct remove_options *o, const struct source_facts *f, struct arena *a)
{
    struct names_list readable = {0};

    o->slot_bytes = -1;
    if (f == NULL || !f->slots.part.known)
        return;
    o->source_asked = true;
    o->slot_exists = is_of_this(f->slots.wanted, f->server.database);
    o->slot_bytes = o->slot_exists ? f->slots.wanted->held_bytes : -1;
    o->publication_exists = f->publication.exists;
    o->app_role = f->roles.part.known ? f->roles.app.name : NULL;
    o->user_gone = f->roles.part.known && !f->roles.db_user.exists;
    readable.at = arena_array(a, const char *, f->grants.n_tables + 1);
    for (size_t i = 0; f->grants.part.known && i < f->grants.n_tables; i++)
        if (f->grants.tables[i].exists && f->grants.tables[i].select)
            add(&readable, f->grants.tables[i].schema);
    o->schemas = readable.at;
    o->n_schemas = readable.n;
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

void remove_by_hand(const struct remove_options *o, struct arena *a, struct receipt_line *lines,
                    size_t *n)
{
    if (o->undo && !(o->made & 1u << STEP_STREAM))
        return; /* the stream goes on, and needs it all */
    const char *sql = remove_sql(a, o);
    char size[FIGURE_TEXT];
    const char *held =
        o->slot_bytes < 0 ? "an unknown amount" : arena_str(a, figure_bytes(o->slot_bytes, size));

    if (!o->source_asked)
        lines[(*n)++] = (struct receipt_line){
            RECEIPT_BY_HAND, "source", o->target->slot,
            arena_printf(a,
                         "the database was not asked%s%s%s: a slot that nobody reads fills its "
                         "disk. As a migration:\n%s",
                         o->source_why ? " (" : "", o->source_why ? o->source_why : "",
                         o->source_why ? ")" : "", sql)};
    else if (o->slot_exists)
        lines[(*n)++] = (struct receipt_line){
            RECEIPT_BY_HAND, "slot", o->target->slot,
            arena_printf(a, "a slot still holds %s of log. As a migration:\n%s", held, sql)};
    else if (o->publication_exists)
        lines[(*n)++] =
            (struct receipt_line){RECEIPT_BY_HAND, "publication", o->target->publication,
                                  arena_printf(a, "it does no harm. As a migration:\n%s", sql)};
    lines[(*n)++] = (struct receipt_line){
        RECEIPT_BY_HAND, "manifest", o->target->db_user,
        "last: take the user and the flag cloudsql.logical_decoding out of the manifest"};
}
