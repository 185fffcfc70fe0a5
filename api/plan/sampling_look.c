#include "api/plan/sampling_look.h"

#include "api/base/tr.h"
#include "api/base/utf8.h"
#include "api/files/quote.h"
#include "api/pg/copy.h"
#include "api/plan/sampling.h"
#include "api/plan/sampling_apart.h"
#include "api/rules/validators.h"

#include <string.h>

enum { BLOCKS = 24, SEEN = 4, ROWS = 1000 };

struct looking {
    struct task *setting, *reading;
    const char *apart;                 /* why it is not read; NULL: it is */
    struct str values[SAMPLING_LOOKS]; /* those that were flagged stand first */
    size_t n, flagged;
    uint32_t categories;
    bool ascii, whole;
    bool row_security, selectable; /* the table's, when the catalogue was read */
};

static size_t characters(const char *text)
{
    size_t n = 0, left = strlen(text);
    uint32_t cp;

    for (size_t used; (used = utf8_next(text, left, &cp)) > 0; n++) {
        text += used;
        left -= used;
    }
    return n;
}

static void add_blocks(struct str *out, size_t n, bool ascii)
{
    for (size_t i = 0; i < n && i < BLOCKS; i++)
        str_add(out, ascii ? "#" : "█");
    if (n > BLOCKS)
        str_add(out, "...");
}

/* Of "kari@example.org": how many characters stand before the one @; 0: it is none. */
static size_t before_at(const char *value)
{
    const char *at = strchr(value, '@');

    if (at == NULL || at == value || at[1] == '\0' || strchr(at + 1, '@') ||
        strpbrk(value, " \t\r\n"))
        return 0;
    size_t n = 0, left = (size_t)(at - value);
    uint32_t cp;
    for (size_t used; left && (used = utf8_next(value, left, &cp)) > 0; n++) {
        value += used;
        left -= used;
    }
    return n;
}

void sampling_mask(struct str *out, const char *value, bool ascii, bool whole)
{
    size_t n = characters(value), seen = whole ? 0 : (n + 1) / 3 < SEEN ? (n + 1) / 3 : SEEN;
    size_t left = strlen(value), at = 0, sign = seen > 1 ? before_at(value) : 0;
    uint32_t cp;

    if (sign && sign + seen < n + 1)
        seen--; /* the @ is one of them */
    else
        sign = 0; /* it is none, or stands at the end that is shown anyhow */
    if (sign) {
        add_blocks(out, sign, ascii);
        str_addc(out, '@');
        add_blocks(out, n - seen - sign - 1, ascii);
    } else {
        add_blocks(out, n - seen, ascii);
    }
    for (size_t i = 0; i < n - seen; i++)
        at += utf8_next(value + at, left - at, &cp);
    str_add(out, value + at);
}

/* It alone says what the column is flagged for. */
static bool is_flagged(const struct looking *l, const char *value, size_t n)
{
    struct rules_verdict v = {0};
    struct values one = {0};

    values_add(&one, value, n);
    values_verdict(&one, RULES_BY_DATA, &v);
    return v.level != RULES_NONE && v.categories & l->categories;
}

/* Behind the others of its kind; the last one makes room. */
static void keep(struct looking *l, const char *value, bool flagged)
{
    size_t at = flagged ? l->flagged++ : l->n, last = l->n < SAMPLING_LOOKS ? l->n++ : l->n - 1;
    struct str room = l->values[last];

    str_clear(&room);
    sampling_mask(&room, value, l->ascii, l->whole);
    for (; last > at; last--)
        l->values[last] = l->values[last - 1];
    l->values[at] = room;
}

static bool row(void *ctx, char *line, size_t bytes, struct err *e)
{
    struct looking *l = ctx;
    char *value;
    size_t n;

    (void)bytes;
    (void)e;
    if (l->flagged == SAMPLING_LOOKS || !copy_field(&line, &value, &n) || value == NULL)
        return true;
    bool flagged = l->categories && is_flagged(l, value, n);
    if (flagged || l->n < SAMPLING_LOOKS)
        keep(l, value, flagged);
    memset(value, 0, n);
    return true;
}

static void stop(void *job)
{
    struct looking *l = job;

    task_clear(&l->setting);
    task_clear(&l->reading);
    for (size_t i = 0; i < SAMPLING_LOOKS; i++)
        str_done(&l->values[i]);
}

static enum task_state step(struct task *t);

static const struct task_type type = {"masked values", sizeof(struct looking), step, stop};

/* Who may read it and is refused, is so by a policy (apart_refuse_policies). */
static bool is_hidden(const struct looking *l, const struct err *e)
{
    return l->row_security && l->selectable && str_eq(e->reason, PG_DENIED);
}

static enum task_state refuse(struct task *t, const char *why)
{
    struct err e;

    err_set(&e, ERR_DENIED, tr("Reading a few values"));
    err_why(&e, "%s", why);
    return task_fail(t, &e);
}

static enum task_state step(struct task *t)
{
    struct looking *l = task_job(t, &type);

    if (l->apart)
        return refuse(t, l->apart);
    if (task_state(l->setting) == TASK_RUNNING)
        return TASK_RUNNING;
    if (task_state(l->setting) == TASK_FAILED)
        return task_fail_like(t, l->setting);
    if (task_state(l->reading) != TASK_FAILED)
        return task_state(l->reading);
    if (is_hidden(l, task_error(l->reading)))
        return refuse(t, apart_why_hidden());
    struct err told = sampling_sql_error(task_error(l->reading), l->row_security);
    return task_fail(t, &told);
}

static bool write_sql(const struct catalog *c, size_t table, size_t column, struct str *out)
{
    struct catalog_table t = catalog_table(c, table);
    struct catalog_column looked = catalog_column(c, table, column);
    struct err e;

    if (t.kind != CATALOG_TABLE && t.kind != CATALOG_PARTITIONED)
        return false; /* a view would run as a whole, whatever that is */
    str_add(out, "SELECT v FROM (SELECT ");
    if (!sampling_sql_value(out, &looked))
        return false;
    str_printf(out, " AS v%s", sampling_sql_from(&t));
    if (!quote_table(out, t.schema, t.name, &e))
        return false;
    if (t.rows > SAMPLING_WHOLE)
        str_printf(out, " TABLESAMPLE SYSTEM (LEAST(100, 120.0 * %d / %lld))", ROWS,
                   (long long)t.rows);
    str_printf(out, " LIMIT %d) AS s WHERE v <> ''", ROWS);
    return true;
}

/* The setting stays: nobody reads rows on this connection whom a policy would have to let. */
static void begin(struct looking *l, struct pg *pg, const char *sql)
{
    l->setting = apart_refuse_policies(pg);
    l->reading = pg_copy(pg, sql, row, l);
}

static const char *why_apart(const struct catalog *c, size_t table)
{
    struct arena mem = {0};
    struct apart apart;

    apart_init(&apart, c, &mem);
    const char *why = apart_why(&apart, table);
    arena_done(&mem);
    return why;
}

struct task *sampling_look(struct pg *pg, const struct catalog *c, size_t table, size_t column,
                           uint32_t categories, bool ascii, bool whole)
{
    struct catalog_table of = catalog_table(c, table);
    struct str sql = {0};
    struct task *t = NULL;

    if (write_sql(c, table, column, &sql)) {
        t = task_new(pg_net(pg), &type);
        struct looking *l = task_job(t, &type);
        l->categories = categories;
        l->row_security = of.row_security;
        l->selectable = of.selectable;
        l->ascii = ascii;
        l->whole = whole;
        l->apart = why_apart(c, table);
        if (l->apart == NULL)
            begin(l, pg, str_text(&sql));
    }
    str_done(&sql);
    return t;
}

size_t sampling_look_count(const struct task *t)
{
    return ((const struct looking *)task_job(t, &type))->n;
}

const char *sampling_look_value(const struct task *t, size_t i)
{
    return str_text(&((const struct looking *)task_job(t, &type))->values[i]);
}
