#include "api/plan/remove.h"

#include "api/base/str.h"
#include "api/files/quote.h"

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

void remove_take_facts(struct remove_options *o, const struct source_facts *f, struct arena *a)
{
    struct names_list readable = {0};

    o->slot_bytes = -1;
    if (f == NULL || !f->slots.part.known)
        return;
    o->source_asked = true;
    o->slot_exists = f->slots.wanted != NULL;
    o->slot_bytes = f->slots.wanted ? f->slots.wanted->held_bytes : -1;
    o->publication_exists = f->publication.exists;
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

static bool revoke(struct str *sql, const char *schema, const char *user, struct err *e)
{
    struct str in = {0};
    bool ok = quote_ident(&in, schema, e);

    str_printf(sql, "REVOKE SELECT ON ALL TABLES IN SCHEMA %s FROM %s;\n", str_text(&in), user);
    str_printf(sql, "ALTER DEFAULT PRIVILEGES IN SCHEMA %s REVOKE SELECT ON TABLES FROM %s;\n",
               str_text(&in), user);
    if (!str_eq(schema, "public")) /* there everybody has it */
        str_printf(sql, "REVOKE USAGE ON SCHEMA %s FROM %s;\n", str_text(&in), user);
    str_done(&in);
    return ok;
}

const char *remove_sql(struct arena *a, const struct remove_options *o)
{
    const struct target *t = o->target;
    struct names_list schemas = schemas_of(o, a);
    struct str sql = {0}, user = {0};
    struct err e;
    bool ok;

    str_add(&sql, "DROP PUBLICATION IF EXISTS ");
    ok = quote_ident(&sql, t->publication, &e) && quote_ident(&user, t->db_user, &e);
    str_add(&sql, ";\nSELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE "
                  "slot_name = ");
    ok = ok && quote_literal(&sql, t->slot, &e);
    str_add(&sql, " AND NOT active;\n");
    for (size_t i = 0; ok && !o->user_gone && i < schemas.n; i++)
        ok = revoke(&sql, schemas.at[i], str_text(&user), &e);
    const char *text = ok ? arena_str(a, str_text(&sql)) : "";
    str_done(&sql);
    str_done(&user);
    return text;
}

void remove_by_hand(const struct remove_options *o, struct arena *a, struct receipt_line *lines,
                    size_t *n)
{
    const char *sql = remove_sql(a, o);
    const char *held = o->slot_bytes < 0 ? "an unknown amount"
                                         : arena_printf(a, "%lld bytes", (long long)o->slot_bytes);

    if (!o->source_asked)
        lines[(*n)++] = (struct receipt_line){
            RECEIPT_BY_HAND, "source", o->target->slot,
            arena_printf(a,
                         "the database was not asked: a slot that nobody reads fills its disk. "
                         "As a migration:\n%s",
                         sql)};
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
