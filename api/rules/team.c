/* A team's own rules: what they fit, how they are told and compared. team_read.c reads the file. */

#include "api/rules/team_inside.h"

#include <string.h>

size_t team_count(const struct rules_team *t)
{
    return t ? t->n : 0;
}

const struct team_rule *team_at(const struct rules_team *t, size_t i)
{
    return i < team_count(t) ? &t->rules[i] : NULL;
}

void team_free(struct rules_team *t)
{
    if (t == NULL)
        return;
    arena_done(&t->mem);
    mem_free(t);
}

static const char *const does_names[] = {"add", "silence", "raise"};

const char *team_does_name(enum team_does does)
{
    return (size_t)does < sizeof does_names / sizeof *does_names ? does_names[does] : "";
}

const char *team_reason(const struct rules_team *t, const struct rules_evidence *e)
{
    const struct team_rule *r = e->by == RULES_BY_TEAM && e->team ? team_at(t, e->team - 1u) : NULL;

    return r ? r->reason : NULL;
}

/* --- fitting --- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* One star back at most: time is the product of the lengths at worst, never more. */
static bool glob(const char *pattern, const char *text)
{
    const char *star = NULL, *from = NULL;

    while (*text) {
        if (*pattern == '*') {
            star = ++pattern;
            from = text;
        } else if (lower(*pattern) == lower(*text)) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star;
            text = ++from;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static bool fits(const char *pattern, const char *text)
{
    return pattern == NULL || glob(pattern, text ? text : "");
}

bool team_fits(const struct team_rule *r, const char *schema, const char *table, const char *column,
               const char *type)
{
    return fits(r->column, column) && fits(r->table, table) && fits(r->schema, schema) &&
           fits(r->type, type);
}

/* --- telling --- */

void team_rule_text(const struct team_rule *r, struct str *out)
{
    const char *before = " (";

    str_printf(out, "%s ", team_does_name(r->does));
    if (r->schema)
        str_printf(out, "%s.", r->schema);
    str_printf(out, "%s.%s", r->table ? r->table : "*", r->column ? r->column : "*");
    if (r->type)
        str_printf(out, " %s", r->type);
    if (r->does != TEAM_SILENCE) {
        str_printf(out, "%s%s", before, rules_level_name(r->level));
        before = ": ";
    }
    for (int c = 0; c < RULES_CATEGORIES; c++)
        if (r->categories & (UINT32_C(1) << c)) {
            str_printf(out, "%s%s", before, rules_category_name((enum rules_category)c));
            before = ", ";
        }
    if (r->values) {
        str_printf(out, "%svalues too", before);
        before = ", ";
    }
    if (before[0] != ' ' || before[1] != '(')
        str_addc(out, ')');
}

/* --- comparing --- */

static bool alike(const struct team_rule *a, const struct team_rule *b)
{
    return a->does == b->does && a->level == b->level && a->categories == b->categories &&
           a->values == b->values && str_eq(a->schema, b->schema) && str_eq(a->table, b->table) &&
           str_eq(a->column, b->column) && str_eq(a->type, b->type) && str_eq(a->reason, b->reason);
}

/* How many of the first n rules of t are like r. */
static size_t count_like(const struct rules_team *t, size_t n, const struct team_rule *r)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += alike(&t->rules[i], r);
    return count;
}

/* Those of `one` that `other` has not, or has not as often. */
static void only_in(const struct rules_team *one, const struct rules_team *other, bool gone,
                    team_differs *say, void *ctx)
{
    for (size_t i = 0; i < team_count(one); i++)
        if (count_like(one, i, &one->rules[i]) >=
            count_like(other, team_count(other), &one->rules[i]))
            say(ctx, gone, &one->rules[i]);
}

void team_compare(const struct rules_team *before, const struct rules_team *after,
                  team_differs *say, void *ctx)
{
    only_in(before, after, true, say, ctx);
    only_in(after, before, false, say, ctx);
}
