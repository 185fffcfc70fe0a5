/* Measures the rules on labelled columns, names, tables and types alone: on those of public
 * databases
 * (../shared/schemas, where it lies beside the project), and on a set of our own that was written
 * before it was measured (cases/rules_unseen: apps and nav had recall 0.888, precision 0.994,
 * special 0.836 then; hard had 0.32, 0.91, 0.28 and hard2 0.88, 1.00, 0.90, which was written after
 * the words for the first of them had come: roles, nynorsk, crime, addiction, faith, logs and
 * look-alikes). The floors are what the product promises; columns on which careful people disagree
 * ("grey") are left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/rules/csv.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 20, MOST_FIELDS = 16 };

struct score {
    size_t columns, hits, misses, alarms;
    size_t of[3], seen[3], right[3], said[3]; /* by level */
};

/* The labels stand in the last three fields: label,category,grey. Only comments hold quotes. */
static void labels_of(const char *line, char label[16], bool *grey)
{
    const char *end = line + strcspn(line, "\r\n");
    const char *fields[3];
    for (int i = 2; i >= 0; i--) {
        fields[i] = end;
        while (fields[i] > line && fields[i][-1] != ',')
            fields[i]--;
        end = fields[i] - 1;
    }
    size_t n = strcspn(fields[0], ",");
    assert_true(n < 16);
    memcpy(label, fields[0], n);
    label[n] = '\0';
    *grey = fields[2][0] == 'y';
}

static const char *rule_of(const struct rules_verdict *v)
{
    return v->n_evidence ? rules_rule_id(v->evidence[0].rule) : "-";
}

static void count(struct score *s, const struct judged_table *t, const struct judged_column *c,
                  const char *line)
{
    char label[16];
    bool grey;
    labels_of(line, label, &grey);
    int truth = rules_level_from(label);
    assert_true(truth >= 0);
    if (grey)
        return;
    bool flagged = c->verdict.level != RULES_NONE;
    s->columns++;
    s->of[truth]++;
    s->said[c->verdict.level]++;
    s->seen[truth] += flagged;
    s->right[truth] += truth == (int)c->verdict.level;
    s->hits += truth != RULES_NONE && flagged;
    s->misses += truth != RULES_NONE && !flagged;
    s->alarms += truth == RULES_NONE && flagged;
    if (flagged != (truth != RULES_NONE))
        print_message("  %s %s.%s (%s): %s, not %s [%s]\n", flagged ? "alarm" : "missed", t->name,
                      c->name, c->type, rules_level_name(c->verdict.level), label,
                      rule_of(&c->verdict));
}

/* The set is ordered by schema and table, so the judged columns come in the order of its lines. */
static void score_file(struct score *s, const char *path)
{
    struct str text = {0};
    struct err e;
    assert_true(path_read(path, MOST_BYTES, &text, &e));
    struct arena a;
    arena_init(&a);
    struct judged j;
    assert_true(rules_judge_csv(&a, text.text, text.bytes, NULL, &j, &e));
    const char *line = strchr(text.text, '\n') + 1;
    for (size_t t = 0; t < j.n_tables; t++)
        for (size_t i = 0; i < j.tables[t].n_columns; i++) {
            count(s, &j.tables[t], &j.tables[t].columns[i], line);
            line = strchr(line, '\n') + 1;
        }
    assert_int_equal(*line, '\0');
    arena_done(&a);
    str_done(&text);
}

static size_t score_folder(struct score *s, const char *folder)
{
    DIR *d = opendir(folder);
    if (d == NULL)
        return 0;
    size_t files = 0;
    for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
        char path[1024];
        if (!str_ends(entry->d_name, ".csv"))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        score_file(s, path);
        files++;
    }
    closedir(d);
    return files;
}

static double share(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static void measure(const char *what, const char *folder, double least, double least_special)
{
    struct score s = {0};
    if (score_folder(&s, folder) == 0) {
        print_message("no labelled columns in %s: skipped\n", folder);
        skip();
    }
    double recall = share(s.hits, s.hits + s.misses);
    double precision = share(s.hits, s.hits + s.alarms);
    double special = share(s.seen[RULES_SPECIAL], s.of[RULES_SPECIAL]);
    print_message("%s: %zu columns: recall %.3f, precision %.3f, special seen %.3f\n", what,
                  s.columns, recall, precision, special);
    for (int l = RULES_PERSONAL; l <= RULES_SPECIAL; l++)
        print_message("  %-8s %zu columns: flagged %.3f, at this level: recall %.3f, precision "
                      "%.3f\n",
                      rules_level_name((enum rules_level)l), s.of[l], share(s.seen[l], s.of[l]),
                      share(s.right[l], s.of[l]), share(s.right[l], s.said[l]));
    assert_true(recall >= least);
    assert_true(precision >= least);
    assert_true(special >= least_special);
}

static void test_public(void **state)
{
    (void)state;
    measure("public databases", SHARED_DIR "/schemas/dev", 0.95, 0.97);
}

static void test_our_own(void **state)
{
    (void)state;
    measure("unseen", TESTS_DIR "/cases/rules_unseen", 0.95, 0.95);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_public),
                                       cmocka_unit_test(test_our_own)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
