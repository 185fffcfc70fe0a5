#include "api/rules/csv.h"

#include "api/base/str.h"
#include "api/base/utf8.h"

#include <string.h>
#include <strings.h>

/* --- reading fields --- */

struct reader {
    struct arena *mem;
    const char *at, *end;
    char between;       /* the fields */
    size_t line;        /* where the reader stands, from 1 */
    size_t record_line; /* where the record began: what errors name */
    struct str field;
    const char *fields[CSV_MAX_FIELDS];
    size_t n_fields;
    struct err *e;
};

static bool refuse(struct reader *r, size_t line, const char *why)
{
    err_set(r->e, ERR_INPUT, "reading the list of columns");
    err_why(r->e, "line %zu: %s", line, why);
    return err_hint(r->e, "the first line names the columns: "
                          "schema,table,column,type,nullable,is_pk,comment");
}

static bool add_byte(struct reader *r, char c)
{
    if (c == '\0')
        return refuse(r, r->line, "a zero byte");
    if (r->field.bytes >= CSV_MAX_FIELD)
        return refuse(r, r->record_line, "a field is too long");
    if (c == '\n')
        r->line++;
    str_addc(&r->field, c);
    return true;
}

static bool ends_field(const struct reader *r)
{
    return r->at == r->end || *r->at == r->between || *r->at == '\n' || *r->at == '\r';
}

static bool read_quoted(struct reader *r)
{
    r->at++;
    for (;; r->at++) {
        if (r->at == r->end)
            return refuse(r, r->record_line, "a quoted field does not end");
        if (*r->at == '"') {
            if (r->at + 1 == r->end || r->at[1] != '"')
                break;
            r->at++;
        }
        if (!add_byte(r, *r->at))
            return false;
    }
    r->at++;
    if (!ends_field(r))
        return refuse(r, r->line, "text behind a closing quote");
    return true;
}

static bool keep_field(struct reader *r, const char *bytes, size_t n)
{
    if (n > CSV_MAX_FIELD)
        return refuse(r, r->record_line, "a field is too long");
    if (!utf8_valid(bytes, n))
        return refuse(r, r->record_line, "not UTF-8: save it as \"CSV UTF-8\"");
    if (r->n_fields == CSV_MAX_FIELDS)
        return refuse(r, r->record_line, "too many fields");
    r->fields[r->n_fields++] = arena_strn(r->mem, bytes, n);
    return true;
}

static bool read_plain(struct reader *r)
{
    const char *from = r->at;
    for (; !ends_field(r); r->at++) {
        if (*r->at == '"')
            return refuse(r, r->line, "a quote inside a field that is not quoted");
        if (*r->at == '\0')
            return refuse(r, r->line, "a zero byte");
    }
    return keep_field(r, from, (size_t)(r->at - from));
}

static bool read_field(struct reader *r)
{
    if (r->at == r->end || *r->at != '"')
        return read_plain(r);
    str_clear(&r->field);
    return read_quoted(r) && keep_field(r, str_text(&r->field), r->field.bytes);
}

static bool read_record(struct reader *r)
{
    r->n_fields = 0;
    r->record_line = r->line;
    for (;;) {
        if (!read_field(r))
            return false;
        if (r->at == r->end || *r->at != r->between)
            break;
        r->at++;
    }
    if (r->at < r->end && *r->at == '\r')
        r->at++;
    if (r->at < r->end) {
        if (*r->at != '\n')
            return refuse(r, r->line, "a carriage return without a line feed");
        r->at++;
        r->line++;
    }
    return true;
}

static bool is_blank(const struct reader *r)
{
    return r->n_fields == 1 && r->fields[0][0] == '\0';
}

/* --- the header line --- */

enum { SCHEMA, TABLE, COLUMN, TYPE, NULLABLE, IS_PK, COMMENT, HEADINGS };

static const char *const headings[HEADINGS] = {"schema",   "table", "column", "type",
                                               "nullable", "is_pk", "comment"};

struct layout {
    int at[HEADINGS]; /* the field's place in a record; -1: not there */
};

static bool read_layout(struct reader *r, struct layout *l)
{
    for (int h = 0; h < HEADINGS; h++)
        l->at[h] = -1;
    for (size_t i = 0; i < r->n_fields; i++)
        for (int h = 0; h < HEADINGS; h++) {
            if (!str_eq(r->fields[i], headings[h]))
                continue;
            if (l->at[h] >= 0)
                return refuse(r, r->record_line, "a heading stands twice");
            l->at[h] = (int)i;
        }
    for (int h = SCHEMA; h <= COLUMN; h++)
        if (l->at[h] < 0)
            return refuse(r, r->record_line,
                          arena_printf(r->mem, "the heading \"%s\" is missing", headings[h]));
    return true;
}

/* --- records to tables --- */

struct row {
    const char *field[HEADINGS];
    size_t table; /* which one */
    size_t line;
};

struct rows {
    struct row *row;
    size_t n, room;
};

/* Open addressing over what was met so far: tables by name, columns by name within a table. */
struct index {
    uint32_t *slots; /* 1 + number; 0: free */
    size_t n_slots;
};

static uint32_t hash_names(const char *a, const char *b, uint32_t seed)
{
    uint32_t h = 2166136261u ^ seed;
    for (; *a; a++)
        h = (h ^ (unsigned char)*a) * 16777619u;
    h = (h ^ 0xFFu) * 16777619u;
    for (; *b; b++)
        h = (h ^ (unsigned char)*b) * 16777619u;
    return h ^ (h >> 13);
}

static void index_init(struct index *x, struct arena *mem, size_t n)
{
    x->n_slots = 16;
    while (x->n_slots < n * 2)
        x->n_slots *= 2;
    x->slots = arena_array(mem, uint32_t, x->n_slots);
}

static bool is_among(const char *s, const char *const *words)
{
    while (*words && strcasecmp(s, *words) != 0) /* information_schema says YES, others True */
        words++;
    return *words != NULL;
}

static bool is_true(const char *s)
{
    static const char *const words[] = {"t",  "true", "y", "yes", "1",
                                        "on", "sann", "j", "ja",  NULL};
    return is_among(s, words);
}

static bool is_false(const char *s)
{
    static const char *const words[] = {"",  "f",   "false", "n",   "no",
                                        "0", "off", "usann", "nei", NULL};
    return is_among(s, words);
}

static bool check_flag(struct reader *r, const struct row *row, int heading)
{
    const char *said = row->field[heading];
    if (is_true(said) || is_false(said))
        return true;
    return refuse(r, row->line,
                  arena_printf(r->mem,
                               "\"%s\" is neither yes nor no (t/f, true/false, yes/no, 1/0)",
                               headings[heading]));
}

static bool keep_row(struct reader *r, const struct layout *l, struct rows *rows)
{
    if (rows->n == CSV_MAX_ROWS)
        return refuse(r, r->record_line, "too many lines");
    struct row row = {.line = r->record_line};
    for (int h = 0; h < HEADINGS; h++) {
        if (l->at[h] >= 0 && (size_t)l->at[h] >= r->n_fields)
            return refuse(r, r->record_line, "fewer fields than the first line has");
        row.field[h] = l->at[h] >= 0 ? r->fields[l->at[h]] : "";
    }
    if (row.field[TABLE][0] == '\0' || row.field[COLUMN][0] == '\0')
        return refuse(r, r->record_line, "the name of a table or column is empty");
    if (!check_flag(r, &row, NULLABLE) || !check_flag(r, &row, IS_PK))
        return false;
    if (rows->n == rows->room) {
        rows->room = rows->room ? rows->room * 2 : 256;
        rows->row = mem_grow(rows->row, rows->room, sizeof *rows->row);
    }
    rows->row[rows->n++] = row;
    return true;
}

static bool read_rows(struct reader *r, struct rows *rows)
{
    struct layout l;
    if (!read_record(r) || !read_layout(r, &l))
        return false;
    while (r->at < r->end) {
        if (!read_record(r))
            return false;
        if (!is_blank(r) && !keep_row(r, &l, rows))
            return false;
    }
    return true;
}

static size_t table_of(struct index *x, const struct rows *rows, const size_t *first,
                       size_t n_tables, const struct row *row)
{
    size_t at = hash_names(row->field[SCHEMA], row->field[TABLE], 0) & (x->n_slots - 1);
    for (; x->slots[at] != 0; at = (at + 1) & (x->n_slots - 1)) {
        size_t table = x->slots[at] - 1;
        const struct row *other = &rows->row[first[table]];
        if (str_eq(other->field[SCHEMA], row->field[SCHEMA]) &&
            str_eq(other->field[TABLE], row->field[TABLE]))
            return table;
    }
    x->slots[at] = (uint32_t)(n_tables + 1);
    return n_tables;
}

/* Gives every row its table; first[t] is the first row of table t. */
static size_t number_tables(struct arena *mem, struct rows *rows, size_t *first)
{
    struct index x;
    index_init(&x, mem, rows->n);
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        size_t table = table_of(&x, rows, first, n, &rows->row[i]);
        if (table == n)
            first[n++] = i;
        rows->row[i].table = table;
    }
    return n;
}

static bool refuse_twins(struct reader *r, const struct rows *rows)
{
    struct index x;
    index_init(&x, r->mem, rows->n);
    for (size_t i = 0; i < rows->n; i++) {
        const struct row *row = &rows->row[i];
        size_t at = hash_names(row->field[COLUMN], "", (uint32_t)row->table) & (x.n_slots - 1);
        for (; x.slots[at] != 0; at = (at + 1) & (x.n_slots - 1)) {
            const struct row *other = &rows->row[x.slots[at] - 1];
            if (other->table == row->table && str_eq(other->field[COLUMN], row->field[COLUMN]))
                return refuse(r, row->line, "the same column of the same table stood before");
        }
        x.slots[at] = (uint32_t)(i + 1);
    }
    return true;
}

static void add_column(struct judged_table *t, const struct row *row)
{
    t->columns[t->n_columns++] = (struct judged_column){
        .name = row->field[COLUMN],
        .type = row->field[TYPE],
        .nullable = is_true(row->field[NULLABLE]),
        .is_key = is_true(row->field[IS_PK]),
    };
}

static void fill_tables(struct arena *mem, const struct rows *rows, const size_t *first,
                        struct judged *out)
{
    out->tables = arena_array(mem, struct judged_table, out->n_tables);
    size_t *sizes = arena_array(mem, size_t, out->n_tables);
    for (size_t i = 0; i < rows->n; i++)
        sizes[rows->row[i].table]++;
    for (size_t t = 0; t < out->n_tables; t++) {
        out->tables[t].schema = rows->row[first[t]].field[SCHEMA];
        out->tables[t].name = rows->row[first[t]].field[TABLE];
        out->tables[t].columns = arena_array(mem, struct judged_column, sizes[t]);
    }
    for (size_t i = 0; i < rows->n; i++)
        add_column(&out->tables[rows->row[i].table], &rows->row[i]);
}

/* --- judging --- */

/* The comments stand in the rows in the order in which the columns were added to their tables. */
static void judge(struct arena *mem, const struct rows *rows, const struct rules_team *team,
                  struct judged *out)
{
    struct rules_table *told = arena_array(mem, struct rules_table, out->n_tables);
    size_t *next = arena_array(mem, size_t, out->n_tables);
    for (size_t t = 0; t < out->n_tables; t++) {
        struct judged_table *table = &out->tables[t];
        rules_table_of(&told[t], table->schema, table->name, NULL);
        rules_table_team(&told[t], team);
        for (size_t c = 0; c < table->n_columns; c++)
            rules_table_sibling(&told[t], table->columns[c].name);
    }
    for (size_t i = 0; i < rows->n; i++) {
        size_t t = rows->row[i].table;
        struct judged_column *c = &out->tables[t].columns[next[t]++];
        struct rules_column asked = {.name = c->name,
                                     .type = c->type,
                                     .comment = rows->row[i].field[COMMENT],
                                     .is_key = c->is_key};
        rules_judge(&told[t], &asked, &c->verdict);
    }
}

static bool judge_rows(struct reader *r, struct rows *rows, const struct rules_team *team,
                       struct judged *out)
{
    if (!read_rows(r, rows))
        return false;
    size_t *first = arena_array(r->mem, size_t, rows->n ? rows->n : 1);
    out->n_tables = number_tables(r->mem, rows, first);
    out->n_columns = rows->n;
    if (!refuse_twins(r, rows))
        return false;
    fill_tables(r->mem, rows, first, out);
    judge(r->mem, rows, team, out);
    return true;
}

/* A name may hold any of them when it is quoted; outside quotes the first line has one alone. Excel
 * puts a line "sep=;" before it. */
static void find_between(struct reader *r)
{
    static const char sep[] = "sep=";
    size_t n = sizeof sep - 1, left = (size_t)(r->end - r->at);
    bool quoted = false;

    r->between = ',';
    if (left > n && strncasecmp(r->at, sep, n) == 0 && r->at[n] && strchr(",;\t", r->at[n])) {
        r->between = r->at[n];
        r->at += n + 1;
        r->at += r->at < r->end && *r->at == '\r';
        r->line += r->at < r->end && *r->at == '\n';
        r->at += r->at < r->end && *r->at == '\n';
        return;
    }
    for (const char *c = r->at; c < r->end && (quoted || (*c != '\n' && *c != '\r')); c++) {
        quoted = quoted != (*c == '"');
        if (!quoted && *c && strchr(",;\t", *c)) {
            r->between = *c;
            return;
        }
    }
}

bool rules_judge_csv(struct arena *a, const char *text, size_t bytes, const struct rules_team *team,
                     struct judged *out, struct err *e)
{
    *out = (struct judged){0};
    struct reader r = {.mem = a, .at = text, .end = text + bytes, .line = 1, .e = e};
    if (bytes > CSV_MAX_BYTES)
        return refuse(&r, 1, "the file is too large");
    if (bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        r.at += 3;
    find_between(&r);
    struct rows rows = {0};
    bool ok = judge_rows(&r, &rows, team, out);
    mem_free(rows.row);
    str_done(&r.field);
    return ok;
}
