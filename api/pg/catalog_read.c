#include "api/pg/catalog_parts.h"
#include "api/pg/internal.h"
#include "api/pg/sql.h"

#include <string.h>

enum { COLUMNS_MAX = 1664 };

enum reading { READ_TYPES, READ_TABLES, READ_COLUMNS, READ_COMMENTS, READ_REFERENCES, READ_ALL };

struct job {
    struct pg *pg;
    char *publication, *reader;
    enum reading at;
    struct task *copy;
    struct catalog *catalog;
    struct table_keys *keys;
    uint32_t *homes;
    size_t room_keys, room_homes;
    struct oid_map types, tables;
};

static enum task_state step(struct task *t);

static void stop(void *ctx)
{
    struct job *job = ctx;
    task_clear(&job->copy);
    pg_release(job->pg);
    job->pg = NULL;
    catalog_free(job->catalog);
    job->catalog = NULL;
    mem_free(job->keys);
    mem_free(job->homes);
    oid_map_free(&job->types);
    oid_map_free(&job->tables);
    mem_free(job->publication);
    mem_free(job->reader);
}

static const struct task_type type = {"postgres catalogue", sizeof(struct job), step, stop};

/* --- fields --- */

struct line {
    char *rest, *field;
    size_t bytes;
};

static bool next(struct line *l)
{
    l->field = NULL;
    l->bytes = 0;
    return copy_field(&l->rest, &l->field, &l->bytes) && l->field != NULL;
}

/* The server's own integers: digits, and a minus at most. */
static int64_t number(struct line *l)
{
    if (!next(l))
        return 0;
    const char *at = l->field;
    bool minus = *at == '-';
    int64_t n = 0;
    for (at += minus; *at >= '0' && *at <= '9' && n < INT64_MAX / 16; at++)
        n = n * 10 + (*at - '0');
    return minus ? -n : n;
}

static uint32_t oid(struct line *l)
{
    return (uint32_t)number(l);
}

static bool truth(struct line *l)
{
    return next(l) && l->field[0] == 't';
}

static char letter(struct line *l)
{
    return next(l) ? l->field[0] : '\0';
}

static uint32_t word(struct catalog *c, struct line *l)
{
    return next(l) ? words_add(&c->words, l->field, l->bytes) : 0;
}

static void *room_for(void *old, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return old;
    *room = *room == 0 ? 1024 : *room * 2;
    return mem_grow(old, *room, size);
}

/* --- rows --- */

/* Our search path holds pg_catalog alone; people are used to seeing what is in public without its
 * schema. */
static uint32_t type_name(struct catalog *c, struct line *l)
{
    static const char public[] = "public.";
    if (!next(l))
        return 0;
    size_t skip = str_starts(l->field, public) ? sizeof public - 1 : 0;
    return words_add(&c->words, l->field + skip, l->bytes - skip);
}

static bool type_row(void *ctx, char *text, size_t bytes, struct err *e)
{
    struct job *job = ctx;
    struct catalog *c = job->catalog;
    struct line l = {.rest = text};
    (void)bytes;
    (void)e;
    if (c->n_types > TYPE_MAX) /* more cannot be told apart; they count as unknown */
        return true;
    c->types = room_for(c->types, c->n_types, &c->room_types, sizeof *c->types);
    struct type t = {.oid = oid(&l)};
    t.name = type_name(c, &l);
    t.kind = letter(&l);
    t.base = oid(&l);
    t.typmod = (int32_t)number(&l);
    t.element = oid(&l);
    t.is_array = letter(&l) == 'A' && t.element != 0;
    t.labels = word(c, &l);
    c->types[c->n_types++] = t;
    return true;
}

static enum catalog_kind kind_of(char relkind, bool partition)
{
    switch (relkind) {
    case 'p':
        return CATALOG_PARTITIONED;
    case 'f':
        return CATALOG_FOREIGN;
    case 'r':
        return partition ? CATALOG_PARTITION : CATALOG_TABLE;
    default:
        return CATALOG_VIEW;
    }
}

static enum catalog_identity identity_of(char relreplident)
{
    switch (relreplident) {
    case 'n':
        return CATALOG_NOTHING;
    case 'f':
        return CATALOG_FULL;
    case 'i':
        return CATALOG_INDEX;
    default:
        return CATALOG_DEFAULT;
    }
}

/* "3 1 7", of which the first two count: the rest are INCLUDE columns. */
static uint32_t key_word(struct catalog *c, struct line *l)
{
    char list[256];
    bool there = next(l) && str_copy(list, sizeof list, l->field);
    int64_t n = number(l);
    if (!there)
        return 0;
    char *end = list;
    for (; n > 0 && *end != '\0'; n--)
        end += strcspn(end, " ") + (n > 1);
    return words_add(&c->words, list, (size_t)(end - list));
}

static unsigned table_flags(struct job *job, struct line *l)
{
    unsigned flags = 0;
    if (truth(l))
        flags |= TABLE_PUBLISHED;
    if (truth(l))
        flags |= TABLE_READABLE;
    bool known = next(l);
    if (known && l->field[0] == 't')
        flags |= TABLE_USAGE;
    job->catalog->reader_known = job->catalog->reader_known || known;
    if (truth(l))
        flags |= TABLE_SELECTABLE;
    return flags;
}

static bool table_row(void *ctx, char *text, size_t bytes, struct err *e)
{
    struct job *job = ctx;
    struct catalog *c = job->catalog;
    struct line l = {.rest = text};
    (void)bytes;
    (void)e;
    c->tables = room_for(c->tables, c->n_tables, &c->room_tables, sizeof *c->tables);
    job->keys = room_for(job->keys, c->n_tables, &job->room_keys, sizeof *job->keys);
    struct table t = {.oid = oid(&l)};
    t.schema = word(c, &l);
    t.name = word(c, &l);
    char relkind = letter(&l);
    t.kind = (uint8_t)kind_of(relkind, truth(&l));
    t.identity = (uint8_t)identity_of(letter(&l));
    int64_t pages = number(&l);
    t.pages = pages > 0 ? (uint32_t)pages : 0; /* -1: a partitioned table has none */
    t.rows = (float)number(&l);
    unsigned flags = truth(&l) ? TABLE_SECURED : 0;
    if (truth(&l))
        flags |= TABLE_UNLOGGED;
    t.owner = word(c, &l);
    struct table_keys *keys = &job->keys[c->n_tables];
    keys->parent = oid(&l);
    keys->primary = key_word(c, &l);
    keys->identity = key_word(c, &l);
    t.flags = (uint8_t)(flags | table_flags(job, &l));
    c->tables[c->n_tables++] = t;
    return true;
}

static bool column_row(void *ctx, char *text, size_t bytes, struct err *e)
{
    struct job *job = ctx;
    struct catalog *c = job->catalog;
    struct line l = {.rest = text};
    uint32_t home = 0, at = TYPE_NONE;
    (void)bytes;
    (void)e;
    if (!oid_map_get(&job->tables, oid(&l), &home))
        return true; /* made since the tables were read, or of a system schema */
    if (c->tables[home].n_columns >= COLUMNS_MAX)
        return true; /* no PostgreSQL has so many */
    c->tables[home].n_columns++;
    c->columns = room_for(c->columns, c->n_columns, &c->room_columns, sizeof *c->columns);
    job->homes = room_for(job->homes, c->n_columns, &job->room_homes, sizeof *job->homes);
    unsigned bits = (unsigned)number(&l) & COLUMN_NUMBER;
    struct column column = {.name = word(c, &l)};
    if (oid_map_get(&job->types, oid(&l), &at))
        column.type = (uint16_t)at;
    column.typmod = (int32_t)number(&l);
    if (!truth(&l))
        bits |= COLUMN_NULLABLE;
    if (next(&l) && l.bytes > 0)
        bits |= COLUMN_GENERATED;
    if (truth(&l) && (c->tables[home].flags & TABLE_USAGE) != 0)
        c->tables[home].flags |= TABLE_PARTLY;
    column.bits = (uint16_t)bits;
    job->homes[c->n_columns] = home;
    c->columns[c->n_columns++] = column;
    return true;
}

static bool comment_row(void *ctx, char *text, size_t bytes, struct err *e)
{
    struct job *job = ctx;
    struct catalog *c = job->catalog;
    struct line l = {.rest = text};
    uint32_t at = 0;
    (void)bytes;
    (void)e;
    if (!oid_map_get(&job->tables, oid(&l), &at))
        return true;
    int64_t position = number(&l);
    struct table *t = &c->tables[at];
    if (position == 0) {
        t->comment = word(c, &l);
        return true;
    }
    for (size_t i = 0; i < t->n_columns; i++)
        if ((c->columns[t->first + i].bits & COLUMN_NUMBER) == position)
            c->columns[t->first + i].comment = word(c, &l);
    return true;
}

static bool reference_row(void *ctx, char *text, size_t bytes, struct err *e)
{
    struct job *job = ctx;
    struct line l = {.rest = text};
    uint32_t from = 0, to = 0;
    (void)bytes;
    (void)e;
    bool known = oid_map_get(&job->tables, oid(&l), &from);
    int64_t position = number(&l);
    if (known && oid_map_get(&job->tables, oid(&l), &to))
        catalog_add_reference(job->catalog, from, position, to, number(&l));
    return true;
}

/* --- statements --- */

static struct task *ask(struct job *job, const char *sql, copy_row *row)
{
    struct str reader = {0}, filter = {0}, text = {0};
    if (job->reader != NULL) {
        str_add(&reader, "(SELECT oid FROM pg_catalog.pg_roles WHERE rolname = ");
        quote_literal_for(job->pg, &reader, job->reader);
        str_addc(&reader, ')');
    } else {
        str_add(&reader, "(SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user)");
    }
    str_add(&filter, "true");
    if (job->publication != NULL) {
        str_clear(&filter);
        str_add(&filter, "pubname = ");
        quote_literal_for(job->pg, &filter, job->publication);
    }
    const struct sql_part parts[] = {{":reader_oid", str_text(&reader)},
                                     {":publication_filter", str_text(&filter)}};
    sql_fill(job->pg, &text, sql, parts, 2);
    struct task *t = pg_copy(job->pg, str_text(&text), row, job);
    str_done(&reader);
    str_done(&filter);
    str_done(&text);
    return t;
}

static struct task *begin(struct job *job)
{
    switch (job->at) {
    case READ_TYPES:
        return ask(job, sql_catalog_types, type_row);
    case READ_TABLES:
        return ask(job, sql_catalog_tables, table_row);
    case READ_COLUMNS:
        return ask(job, sql_catalog_columns, column_row);
    case READ_COMMENTS:
        return ask(job, sql_catalog_comments, comment_row);
    case READ_REFERENCES:
        return ask(job, sql_catalog_references, reference_row);
    case READ_ALL:
        break;
    }
    return NULL;
}

/* --- between them --- */

static void have_types(struct job *job)
{
    struct catalog *c = job->catalog;
    oid_map_make(&job->types, c->n_types);
    for (size_t i = 1; i < c->n_types; i++)
        oid_map_put(&job->types, c->types[i].oid, (uint32_t)i);
    types_settle(c, &job->types);
}

static void have_tables(struct job *job)
{
    struct catalog *c = job->catalog;
    catalog_sort_tables(c, job->keys);
    oid_map_make(&job->tables, c->n_tables);
    for (size_t i = 0; i < c->n_tables; i++)
        oid_map_put(&job->tables, c->tables[i].oid, (uint32_t)i);
}

static void have_columns(struct job *job)
{
    struct catalog *c = job->catalog;
    catalog_sort_columns(c, job->homes);
    mem_free(job->homes);
    job->homes = NULL;
    catalog_join_keys(c, job->keys);
    catalog_join_partitions(c, job->keys, &job->tables);
}

static void have_read(struct job *job)
{
    switch (job->at) {
    case READ_TYPES:
        have_types(job);
        break;
    case READ_TABLES:
        have_tables(job);
        break;
    case READ_COLUMNS:
        have_columns(job);
        break;
    case READ_COMMENTS:
        words_settle(&job->catalog->words);
        job->catalog->types =
            mem_grow(job->catalog->types, job->catalog->n_types, sizeof *job->catalog->types);
        break;
    case READ_REFERENCES:
        catalog_sort_references(job->catalog);
        break;
    case READ_ALL:
        break;
    }
}

static enum task_state step(struct task *t)
{
    struct job *job = task_job(t, &type);
    if (job->copy == NULL)
        job->copy = begin(job);
    switch (task_state(job->copy)) {
    case TASK_RUNNING:
        return TASK_RUNNING;
    case TASK_FAILED:
        return task_fail_like(t, job->copy);
    case TASK_OK:
        break;
    }
    task_clear(&job->copy);
    have_read(job);
    if (++job->at == READ_ALL)
        return TASK_OK;
    job->copy = begin(job);
    return TASK_RUNNING;
}

struct task *catalog_read(struct pg *pg, const struct catalog_options *o)
{
    struct task *t = task_new(pg_net(pg), &type);
    struct job *job = task_job(t, &type);
    job->pg = pg_hold(pg);
    job->publication = o->publication != NULL ? mem_str(o->publication) : NULL;
    job->reader = o->reader != NULL ? mem_str(o->reader) : NULL;
    struct catalog *c = job->catalog = mem_alloc(sizeof *c);
    c->types = room_for(NULL, 0, &c->room_types, sizeof *c->types);
    c->types[c->n_types++] = (struct type){.name = words_add(&c->words, "unknown", 7)};
    return t;
}

const struct catalog *catalog_of(const struct task *t)
{
    return ((struct job *)task_job(t, &type))->catalog;
}

struct catalog *catalog_take(struct task *t)
{
    struct job *job = task_job(t, &type);
    struct catalog *c = job->catalog;
    job->catalog = NULL;
    return c;
}

size_t catalog_progress(const struct task *t)
{
    const struct job *job = task_job(t, &type);
    return job->catalog != NULL ? job->catalog->n_columns : 0;
}
