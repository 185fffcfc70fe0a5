/* What is chosen, across restarts: a line of names a table, keyed by schema and table. Of a stream
 * that was opened its own lists are kept, and how the choices differ from them: so what it carries
 * may be asked anew at any time, and what the person changed stays changed. */
#include "screens/journey.h"

#include "api/base/str.h"
#include "api/plan/opened.h"
#include "api/plan/survey.h"
#include "screens/choose_late.h"
#include "screens/kept_names.h"
#include "screens/kept_reasons.h"
#include "screens/values.h"

#include <string.h>

#define CHOSEN "chosen." /* what flows */
#define FLOWS  "flows."  /* of the stream that was opened: its include list */
#define HELD   "held."   /* its exclude list */
#define EDIT   "edit."   /* what is to be otherwise: +column -column */
#define SEP    NAMES_SEP
#define ALL    "*"

enum { COLUMNS = 1600 }; /* PostgreSQL's own limit */

static bool is_of_stream(const struct journey *j)
{
    return j->opened && kept_bool(j->kept, "flows", false);
}

/* --- keeping --- */

static void keep_line(struct journey *j, const char *prefix, const struct selection_table *t,
                      struct str *names)
{
    struct str key = {0};

    names_key(&key, prefix, t->schema, t->name);
    kept_set_text(j->kept, str_text(&key), names->bytes ? names->text : NULL);
    str_done(names);
    str_done(&key);
}

static void keep_chosen(struct journey *j, const struct selection_table *t)
{
    struct str names = {0};

    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].included) {
            names_put(&names, t->columns[i].name);
            str_add(&names, SEP);
        }
    keep_line(j, CHOSEN, t, &names);
}

static void keep_edits(struct journey *j, const struct selection_table *t)
{
    struct str names = {0};

    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].included != t->columns[i].flows) {
            str_addc(&names, t->columns[i].included ? '+' : '-');
            names_put(&names, t->columns[i].name);
            str_add(&names, SEP);
        }
    keep_line(j, EDIT, t, &names);
}

void journey_keep_tables(struct journey *j, const size_t *tables, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct selection_table *t = &j->selection.tables[tables[i]];
        if (is_of_stream(j))
            keep_edits(j, t);
        else
            keep_chosen(j, t);
        if (t->n_included) /* a reason outlives its column's being left out */
            kept_reasons_put(j, t);
    }
    journey_changed(j);
}

/* --- bringing back --- */

struct line {
    char *key[2]; /* schema, table */
    char **names;
    size_t n;
    size_t table; /* in the selection */
};

/* The next entry under the prefix, from *at on; of tables that are gone nothing is said. */
static bool next_line(const struct journey *j, const char *prefix, struct arena *a, size_t *at,
                      struct line *out)
{
    for (; *at < kept_count(j->kept); (*at)++) {
        const char *name = kept_key(j->kept, *at);
        if (!str_starts(name, prefix))
            return false;
        if (names_cut(arena_str(a, name + strlen(prefix)), out->key, 2) != 2 ||
            !selection_find(&j->selection, out->key[0], out->key[1], &out->table))
            continue;
        out->n = names_cut(arena_str(a, kept_text(j->kept, name, "")), out->names, COLUMNS);
        (*at)++;
        return true;
    }
    return false;
}

static void restore_chosen(struct journey *j)
{
    struct arena a = {0};
    struct line line = {.names = arena_array(&a, char *, COLUMNS)};
    size_t at = kept_first_under(j->kept, CHOSEN), column;

    while (next_line(j, CHOSEN, &a, &at, &line))
        for (size_t c = 0; c < line.n; c++)
            if (selection_find_column(&j->selection.tables[line.table], line.names[c], &column))
                selection_put_back(&j->selection, line.table, column);
    arena_done(&a);
}

static void restore_edit(struct journey *j, size_t table, const char *edit)
{
    size_t column;

    if (!selection_find_column(&j->selection.tables[table], edit + 1, &column))
        return;
    if (edit[0] == '-')
        selection_leave_out(&j->selection, table, column);
    else
        selection_put_back(&j->selection, table, column);
}

static void restore_edits(struct journey *j)
{
    struct arena a = {0};
    struct line line = {.names = arena_array(&a, char *, COLUMNS)};
    size_t at = kept_first_under(j->kept, EDIT);

    while (next_line(j, EDIT, &a, &at, &line))
        for (size_t c = 0; c < line.n; c++)
            restore_edit(j, line.table, line.names[c]);
    arena_done(&a);
}

/* --- what a stream carries --- */

static void keep_list(struct journey *j, const char *prefix, const char *schema,
                      const struct datastream_table *t)
{
    struct str key = {0}, names = {0};

    names_key(&key, prefix, schema, t ? t->name : "");
    for (size_t i = 0; t && i < t->n_columns; i++) {
        names_put(&names, t->columns[i].name);
        str_add(&names, SEP);
    }
    kept_set_text(j->kept, str_text(&key), names.bytes ? names.text : ALL);
    str_done(&names);
    str_done(&key);
}

static void keep_lists(struct journey *j, const char *prefix, const struct datastream_selection *l)
{
    for (size_t i = 0; i < l->n_schemas; i++) {
        if (l->schemas[i].n_tables == 0)
            keep_list(j, prefix, l->schemas[i].name, NULL);
        for (size_t t = 0; t < l->schemas[i].n_tables; t++)
            keep_list(j, prefix, l->schemas[i].name, &l->schemas[i].tables[t]);
    }
}

static void read_table(struct arena *a, char *columns, char **names, struct datastream_table *out)
{
    if (str_eq(columns, ALL))
        return;
    out->n_columns = names_cut(columns, names, COLUMNS);
    out->columns = arena_array(a, struct datastream_column, out->n_columns + 1);
    for (size_t i = 0; i < out->n_columns; i++)
        out->columns[i].name = names[i];
}

static size_t n_under(const struct journey *j, const char *prefix, size_t first)
{
    size_t n = 0;

    while (first + n < kept_count(j->kept) && str_starts(kept_key(j->kept, first + n), prefix))
        n++;
    return n;
}

/* Keys are in order: the tables of a schema stand together. */
static void read_lists(const struct journey *j, const char *prefix, struct arena *a,
                       struct datastream_selection *out)
{
    size_t first = kept_first_under(j->kept, prefix), n = n_under(j, prefix, first);
    struct datastream_table *tables = arena_array(a, struct datastream_table, n + 1);
    char *key[2], **names = arena_array(a, char *, COLUMNS);

    *out = (struct datastream_selection){.schemas = arena_array(a, struct datastream_schema, n + 1),
                                         .given = n > 0};
    for (size_t i = 0; i < n; i++) {
        const char *name = kept_key(j->kept, first + i);
        size_t found = names_cut(arena_str(a, name + strlen(prefix)), key, 2);
        struct datastream_schema *s = out->n_schemas ? &out->schemas[out->n_schemas - 1] : NULL;
        if (found == 0)
            continue;
        if (s == NULL || !str_eq(s->name, key[0])) {
            s = &out->schemas[out->n_schemas++];
            *s = (struct datastream_schema){.name = key[0], .tables = &tables[i]};
        }
        if (found < 2)
            continue;
        s->tables[s->n_tables].name = key[1];
        read_table(a, arena_str(a, kept_text(j->kept, name, "")), names, &s->tables[s->n_tables++]);
    }
}

static void put_flows(struct journey *j)
{
    struct datastream_selection in, out;
    struct arena a = {0};

    read_lists(j, FLOWS, &a, &in);
    read_lists(j, HELD, &a, &out);
    opened_select(&in, &out, &j->selection);
    arena_done(&a);
    restore_edits(j);
}

/* Both lists as text. */
static char *lists_text(const struct journey *j)
{
    struct str text = {0};

    for (size_t i = 0; i < kept_count(j->kept); i++) {
        const char *key = kept_key(j->kept, i);
        if (str_starts(key, FLOWS) || str_starts(key, HELD))
            str_printf(&text, "%s=%s\n", key, kept_text(j->kept, key, ""));
    }
    char *kept = mem_str(str_text(&text));
    str_done(&text);
    return kept;
}

bool journey_use_flows(struct journey *j, const struct datastream_selection *include,
                       const struct datastream_selection *exclude)
{
    choose_late_all(j);
    bool known = kept_bool(j->kept, "flows", false), same;
    char *before = lists_text(j), *now;

    kept_remove_under(j->kept, FLOWS);
    kept_remove_under(j->kept, HELD);
    keep_lists(j, FLOWS, include);
    keep_lists(j, HELD, exclude);
    kept_set_bool(j->kept, "flows", true);
    now = lists_text(j);
    same = known && str_eq(before, now);
    mem_free(before);
    mem_free(now);
    if (!same && j->selection_ready) {
        put_flows(j);
        journey_mark_reviewed(j);
        selection_totals(&j->selection, &j->totals);
    }
    journey_changed(j);
    return !same;
}

void journey_flows_now(struct journey *j)
{
    struct selection *s = &j->selection;

    choose_late_all(j);
    kept_remove_under(j->kept, FLOWS);
    kept_remove_under(j->kept, HELD);
    kept_remove_under(j->kept, EDIT);
    for (size_t t = 0; t < s->n_tables; t++) {
        struct str names = {0};
        for (size_t c = 0; c < s->tables[t].n_columns; c++) {
            bool flows = s->tables[t].columns[c].included;
            selection_set_flowing(s, t, c, flows);
            if (!flows)
                continue;
            names_put(&names, s->tables[t].columns[c].name);
            str_add(&names, SEP);
        }
        keep_line(j, FLOWS, &s->tables[t], &names);
    }
    kept_set_bool(j->kept, "flows", true);
    j->opened = true;
    journey_reviewed(j);
    journey_changed(j);
}

bool journey_changes_stream(const struct journey *j)
{
    return is_of_stream(j);
}

void journey_use_survey(struct journey *j, struct task *survey)
{
    choose_late_all(j); /* by numbers of tables that go */
    selection_done(&j->selection);
    sampling_found_free(j->found);
    catalog_free(j->catalog);
    j->catalog = survey_take(survey, &j->selection);
    j->found = values_take(j, survey);
    j->selection_ready = true;
    if (is_of_stream(j))
        kept_reasons_of_file(j);
    kept_reasons_restore(j); /* before the choices: a flagged column needs its reason first */
    if (is_of_stream(j))
        put_flows(j);
    else
        restore_chosen(j);
    journey_mark_reviewed(j);
    selection_totals(&j->selection, &j->totals);
    journey_fill_selection(j);
}

void journey_take_file(struct journey *j, const struct selection *file, const struct target *t)
{
    struct pg *pg = j->live->pg;

    journey_put_aside(j, t, pg && str_eq(pg_database(pg), t->database));
    j->selection_ready = false; /* they are read anew, and ticked then */
    j->opened = j->elsewhere = false;
    j->reached = AT_CONNECT;
    for (size_t i = 0; i < file->n_tables; i++) {
        if (file->tables[i].n_included == 0)
            continue;
        keep_chosen(j, &file->tables[i]);
        kept_reasons_put(j, &file->tables[i]);
    }
    journey_changed(j);
}
