/* Columns from a CSV file, judged; what we write as CSV is read as it was meant. */

#include "tests/fuzz/fuzz.h"

#include "api/base/str.h"
#include "api/rules/csv.h"
#include "api/rules/team.h"

#include <stdlib.h>
#include <string.h>

static void check(const struct rules_verdict *v)
{
    fuzz_must(v->level <= RULES_SPECIAL && v->n_evidence <= RULES_EVIDENCE);
    fuzz_must(v->categories >> RULES_CATEGORIES == 0);
    fuzz_must((v->level == RULES_NONE) == (v->categories == 0));
    fuzz_must(v->level == RULES_NONE || v->n_evidence > 0);
    for (uint32_t i = 0; i < v->n_evidence; i++) {
        fuzz_must(v->evidence[i].rule < rules_count());
        fuzz_must(v->evidence[i].hits <= v->evidence[i].sampled);
        fuzz_touch_text(rules_rule_id(v->evidence[i].rule));
        fuzz_touch_text(rules_by_name((enum rules_by)v->evidence[i].by));
    }
}

static void look(const struct judged *j)
{
    size_t n = 0;
    for (size_t t = 0; t < j->n_tables; t++) {
        fuzz_touch_text(j->tables[t].schema);
        for (size_t c = 0; c < j->tables[t].n_columns; c++) {
            fuzz_touch_text(j->tables[t].columns[c].name);
            fuzz_touch_text(j->tables[t].columns[c].type);
            check(&j->tables[t].columns[c].verdict);
        }
        n += j->tables[t].n_columns;
    }
    fuzz_must(n == j->n_columns);
}

static void add_quoted(struct str *out, const char *text)
{
    str_addc(out, '"');
    for (; *text; text++) {
        str_addc(out, *text);
        if (*text == '"')
            str_addc(out, '"');
    }
    str_addc(out, '"');
}

static void write_and_read(char *const *field)
{
    struct str csv = {0};
    struct arena a;
    struct judged j;
    struct err e = {0};
    arena_init(&a);
    str_add(&csv, "\xEF\xBB\xBFtable,ignored,column,schema,comment,type\r\n");
    for (size_t i = 0; i < 6; i++) {
        add_quoted(&csv, field[i]);
        str_add(&csv, i < 5 ? "," : "\r\n");
    }
    if (rules_judge_csv(&a, str_text(&csv), csv.bytes, NULL, &j, &e)) {
        fuzz_must(j.n_tables == 1 && j.n_columns == 1);
        fuzz_must(str_eq(j.tables[0].name, field[0]) && str_eq(j.tables[0].schema, field[3]));
        fuzz_must(str_eq(j.tables[0].columns[0].name, field[2]));
        fuzz_must(str_eq(j.tables[0].columns[0].type, field[5]));
    } else {
        fuzz_must(e.kind == ERR_INPUT);
    }
    arena_done(&a);
    str_done(&csv);
}

static void judge(char *const *field)
{
    struct rules_table t;
    struct rules_verdict v = {0}, other = {0};
    struct rules_column c = {
        .name = field[2], .type = field[5], .comment = field[4], .is_key = field[1][0] == 'k'};
    char labels[256];
    size_t n = 0;
    for (; n + 1 < sizeof labels && field[4][n]; n++)
        labels[n] = field[4][n] == ';' ? '\n' : field[4][n];
    labels[n] = '\0';
    c.labels = field[1][0] == 'e' ? labels : NULL;
    rules_table_of(&t, field[3], field[0], field[4]);
    rules_table_sibling(&t, field[2]);
    rules_table_sibling(&t, field[1]);
    rules_judge(&t, &c, &v);
    check(&v);
    struct rules_column bare = {.name = field[1]};
    rules_judge(&t, &bare, &other);
    check(&other);
    rules_refer(&other, &bare, &v);
    check(&other);
    fuzz_must(other.level >= v.level || v.level == RULES_NONE || other.level != RULES_NONE);
}

/* A file differs in nothing from itself. */
static void differs(void *ctx, bool gone, const struct team_rule *r)
{
    (void)ctx;
    (void)gone;
    fuzz_must(r == NULL);
}

/* Each of a team's rules is told, and used. */
static void use(const struct rules_team *team, char *const *field)
{
    static const char csv[] = "schema,table,column,type\nklinikk,person,fnr,text\np,t,navn,\n";
    struct arena a;
    struct judged j;
    struct err e = {0};
    arena_init(&a);
    for (size_t i = 0; i < team_count(team); i++) {
        const struct team_rule *r = team_at(team, i);
        struct str told = {0};
        team_rule_text(r, &told);
        fuzz_must(str_starts(str_text(&told), team_does_name(r->does)) && r->reason[0]);
        (void)team_fits(r, field[3], field[0], field[2], field[5]);
        str_done(&told);
    }
    fuzz_must(rules_judge_csv(&a, csv, sizeof csv - 1, team, &j, &e) && j.n_columns == 2);
    look(&j);
    for (size_t c = 0; c < 2; c++)
        for (size_t i = 0; i < j.tables[c].columns[0].verdict.n_evidence; i++)
            fuzz_touch_text(team_reason(team, &j.tables[c].columns[0].verdict.evidence[i]));
    arena_done(&a);
}

static void count_all(void *ctx, bool gone, const struct team_rule *r)
{
    fuzz_must(gone && r);
    ++*(size_t *)ctx;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct arena a;
    struct judged j;
    struct err e = {0};
    struct rules_team *team;
    char *bytes = fuzz_bytes(data, size), *field[6];
    arena_init(&a);
    if (rules_judge_csv(&a, bytes, size, NULL, &j, &e))
        look(&j);
    else
        fuzz_must(e.kind == ERR_INPUT && e.why[0]);
    for (size_t i = 0; i < 6; i++)
        field[i] = fuzz_line(&in);
    if (team_read(bytes, size, &team, &e)) {
        size_t gone = 0;
        team_compare(team, team, differs, NULL);
        team_compare(team, NULL, count_all, &gone);
        fuzz_must(gone == team_count(team));
        use(team, field);
    } else {
        fuzz_must(e.kind == ERR_INPUT && e.why[0]);
    }
    team_free(team);
    write_and_read(field);
    judge(field);
    for (size_t i = 0; i < 6; i++)
        free(field[i]);
    arena_done(&a);
    free(bytes);
    return 0;
}
