/* Names that are offered: of the kubeconfig, the cluster, the plan file, the database and
 * Datastream. Nothing here asks a person or runs a program (a cluster is asked whose login needs
 * none), and all of it is short of time. */

#include "screens/cli/complete.h"

#include "screens/cli/options_rows.h"
#include "screens/cli/session.h"

#include "api/google/datastream.h"
#include "api/nais/kubeconfig.h"
#include "api/nais/lookups.h"
#include "api/pg/catalog.h"
#include "api/store/journeys.h"

#include <stdio.h>
#include <string.h>

static void offer_name(struct offers *o, const char *name, const char *tail, const char *what)
{
    if (complete_is_harmless(name))
        complete_offer(o, name, tail, what);
}

static void offer_contexts(struct offers *o)
{
    struct arena a = {0};
    struct kubeconfig k;
    struct err ignored;

    arena_init(&a);
    if (kubeconfig_load(&a, NULL, &k, &ignored)) {
        for (size_t i = 0; i < k.n_contexts; i++)
            offer_name(o, k.contexts[i].name, "", k.contexts[i].cluster);
        kubeconfig_done(&k);
    }
    arena_done(&a);
}

/* A login by a program takes its time, and may ask a person. */
static bool answers_at_once(const struct options *line)
{
    struct arena a = {0};
    struct kubeconfig k;
    struct err ignored;
    bool at_once = false;

    arena_init(&a);
    if (kubeconfig_load(&a, NULL, &k, &ignored)) {
        const struct kube_context *c = kubeconfig_context(&k, line->context, &ignored);
        const struct kube_user *user = c ? kubeconfig_user(&k, c->user) : NULL;
        at_once = user && !user->has_exec;
        kubeconfig_done(&k);
    }
    arena_done(&a);
    return at_once;
}

/* --- tables and columns --- */

/* "table", or "schema.table" where it is not public, as the options take it. */
static const char *table_name(const char *schema, const char *table, char out[160])
{
    bool plain = str_eq(schema, "public");

    snprintf(out, 160, "%s%s%s", plain ? "" : schema, plain ? "" : ".", table);
    return out;
}

struct column_place {
    enum option_offer offer;
    const char *table; /* of OFFER_COLUMNS, behind "table:"; "" : tables are typed */
};

static struct column_place columns_of(const struct place *p, char table[160])
{
    const char *from = str_starts(p->prefix, "--") && strchr(p->prefix, '=')
                           ? strchr(p->prefix, '=') + 1
                           : p->prefix;

    snprintf(table, 160, "%.*s", (int)strcspn(from, ":"), from);
    if (p->offer != OFFER_COLUMNS || strchr(from, ':') == NULL)
        table[0] = '\0';
    return (struct column_place){p->offer, table};
}

static void offer_table(struct offers *o, const struct column_place *at, const char *name)
{
    if (at->offer == OFFER_TABLES)
        offer_name(o, name, "", "");
    else if (at->offer == OFFER_COLUMNS && at->table[0] == '\0')
        offer_name(o, name, ":", "");
}

static void offer_column(struct offers *o, const struct column_place *at, const char *table,
                         const char *column, const char *type)
{
    char both[320];

    if (at->offer == OFFER_COLUMNS && str_eq(at->table, table))
        offer_name(o, column, "", type);
    snprintf(both, sizeof both, "%s.%s", table, column);
    if (at->offer == OFFER_SENSITIVE)
        offer_name(o, both, "=", type);
}

static void from_file(struct offers *o, const struct column_place *at, const struct selection *s)
{
    char name[160];

    for (size_t i = 0; i < s->n_tables; i++) {
        const struct selection_table *t = &s->tables[i];
        offer_table(o, at, table_name(t->schema, t->name, name));
        for (size_t k = 0; k < t->n_columns; k++)
            if (at->offer == OFFER_COLUMNS || t->columns[k].level != RULES_NONE)
                offer_column(o, at, name, t->columns[k].name, t->columns[k].type);
    }
}

static void from_catalog(struct offers *o, const struct column_place *at, const struct catalog *c)
{
    char name[160];

    for (size_t i = 0; i < catalog_tables(c); i++) {
        table_name(catalog_schema_name(c, i), catalog_table_name(c, i), name);
        offer_table(o, at, name);
        for (size_t k = 0; at->offer != OFFER_TABLES && k < catalog_table_columns(c, i); k++) {
            struct catalog_column column = catalog_column(c, i, k);
            offer_column(o, at, name, column.name, column.type);
        }
    }
}

static void ask_database(struct offers *o, const struct column_place *at, struct session *s)
{
    struct catalog_options wish = {0};
    struct err ignored;

    if (s->live.pg == NULL)
        return;
    struct task *t = catalog_read(s->live.pg, &wish);
    if (session_wait(s, t, &ignored))
        from_catalog(o, at, catalog_of(t));
    task_drop(t);
}

/* --- streams --- */

static void begun_here(struct offers *o, struct session *s)
{
    const struct journeys_row *rows;
    struct err ignored;
    size_t n;

    if (!journeys_list(s->live.store, &s->mem, &rows, &n, &ignored))
        return;
    for (size_t i = 0; i < n; i++)
        if (!str_is_empty(rows[i].stream))
            offer_name(o, rows[i].stream, "", rows[i].title);
}

static void ask_datastream(struct offers *o, struct session *s)
{
    const struct target *t = &s->target;
    struct err ignored;

    if (t->project[0] == '\0')
        return;
    struct task *task = datastream_stream_list(s->live.google, t->project,
                                               t->region[0] ? t->region : DATASTREAM_EVERYWHERE);
    if (session_wait(s, task, &ignored))
        for (size_t i = 0; i < datastream_streams(task)->n; i++)
            offer_name(o, datastream_streams(task)->items[i].id, "",
                       datastream_streams(task)->items[i].state);
    task_drop(task);
}

static void ask_for_apps(struct offers *o, struct session *s)
{
    struct err ignored;

    if (s->live.cluster == NULL || !answers_at_once(s->o))
        return;
    struct task *task = nais_apps(s->live.cluster);
    if (session_wait(s, task, &ignored))
        for (size_t i = 0; i < nais_apps_found(task)->n; i++)
            offer_name(o, nais_apps_found(task)->items[i].app, "", "");
    task_drop(task);
}

/* The plan file tells at once; what it does not tell is asked for. */
static void offer_from(struct offers *o, const struct place *p, struct session *s)
{
    char table[160];
    struct column_place at = columns_of(p, table);

    switch (at.offer) {
    case OFFER_APPS:
        offer_name(o, s->target.app, "", "");
        if (o->n == 0)
            ask_for_apps(o, s);
        break;
    case OFFER_STREAMS:
        ask_datastream(o, s);
        if (o->n == 0)
            begun_here(o, s);
        break;
    case OFFER_TABLES:
    case OFFER_COLUMNS:
    case OFFER_SENSITIVE:
        if (s->has_file)
            from_file(o, &at, &s->file);
        else
            ask_database(o, &at, s);
        break;
    case OFFER_NOTHING:
    case OFFER_WORDS:
    case OFFER_FILES:
    case OFFER_FOLDERS:
    case OFFER_CONTEXTS:
        break;
    }
}

static bool has_file(struct options *o)
{
    struct session s;
    int code;
    bool has = session_open(&s, o, SESSION_FILE, &code) && s.has_file;

    session_close(&s);
    return has;
}

void complete_names(struct offers *o, const struct place *p)
{
    struct options line = p->before;
    unsigned wants = SESSION_FILE;
    struct session s;
    int code;

    if (p->offer == OFFER_CONTEXTS) {
        offer_contexts(o);
        return;
    }
    line.json = false;
    line.no_input = true;
    line.password_file = NULL;
    line.timeout = "2s";
    if (str_starts(line.file ? line.file : "", "-") ||
        str_starts(line.file ? line.file : "", "/dev/"))
        line.file = NULL;
    if (p->offer == OFFER_STREAMS && answers_at_once(&line))
        wants |= SESSION_CLUSTER | SESSION_ONLY_APP | SESSION_IF_ANY; /* it knows the project */
    else if (p->offer != OFFER_APPS && p->offer != OFFER_STREAMS && !has_file(&line))
        wants |= SESSION_SOURCE;
    if (session_open(&s, &line, wants, &code))
        offer_from(o, p, &s);
    session_close(&s);
}
