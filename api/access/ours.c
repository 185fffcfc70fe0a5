#include "api/access/ours.h"

#include "api/access/editor.h"
#include "api/base/clock.h"

#include <string.h>
#include <strings.h>

struct google_condition access_condition(struct arena *a, const char *what, int64_t until)
{
    char text[CLOCK_TEXT];
    return (struct google_condition){
        .title = arena_printf(a, ACCESS_TITLE " %.80s", what),
        .description = arena_printf(a, "narrow roles for setting up a replication; they end %s",
                                    clock_rfc3339(until, text)),
        .expression = access_expiry(a, until)};
}

bool access_is_our_title(const char *title)
{
    size_t n = strlen(ACCESS_TITLE);
    return title && strncmp(title, ACCESS_TITLE, n) == 0 && (title[n] == '\0' || title[n] == ' ');
}

int64_t access_until(const char *expression)
{
    static const char before[] = "request.time < timestamp(";
    char when[CLOCK_TEXT];
    if (!expression || !str_starts(expression, before))
        return -1;
    const char *at = expression + strlen(before), quote = *at;
    const char *end = quote == '"' || quote == '\'' ? strchr(at + 1, quote) : NULL;
    if (!end || strcmp(end + 1, ")") != 0 || (size_t)(end - at - 1) >= sizeof when)
        return -1;
    memcpy(when, at + 1, (size_t)(end - at - 1));
    when[end - at - 1] = '\0';
    return clock_parse(when);
}

const char *const *access_words(struct arena *a, const char *text, size_t *n)
{
    const char **words = arena_array(a, const char *, strlen(text) / 2 + 2);
    *n = 0;
    while (*text) {
        size_t length = strcspn(text, " ");
        if (length)
            words[(*n)++] = arena_strn(a, text, length);
        text += length + (text[length] == ' ');
    }
    return words;
}

/* --- closing --- */

enum { ON_ITS_WAY_S = 120 };

static bool stands(const struct access_ours *ours, size_t n, int64_t row)
{
    for (size_t i = 0; i < n; i++)
        if (ours[i].recorded == row && ours[i].in_policy)
            return true;
    return false;
}

void access_settle_rows(struct store *s, const struct grant_row *rows, size_t n_rows,
                        const struct access_ours *ours, size_t n_ours, bool taken)
{
    struct err ignored; /* what cannot be closed now is closed by the next look */
    for (size_t i = 0; i < n_rows; i++) {
        bool seen = stands(ours, n_ours, rows[i].id);
        bool on_its_way =
            rows[i].state == GRANT_MEANT && clock_wall() - rows[i].made < ON_ITS_WAY_S;
        if (seen ? taken : !on_its_way)
            grants_set(s, rows[i].id, GRANT_GONE, &ignored);
        else if (seen && rows[i].state == GRANT_MEANT)
            grants_set(s, rows[i].id, GRANT_HELD, &ignored);
    }
}

/* --- finding --- */

struct finding {
    struct access_ours *items;
    size_t n;
};

static bool is_known(const struct finding *f, const struct access_ours *o)
{
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(f->items[i].role, o->role) && str_eq(f->items[i].member, o->member) &&
            str_eq(f->items[i].condition.expression, o->condition.expression))
            return true;
    return false;
}

static void add(struct finding *f, const struct access_ours *o)
{
    if (!is_known(f, o))
        f->items[f->n++] = *o;
}

/* The member as the policy writes it; NULL: not in it. */
static const char *member_in(const struct google_binding *b, const char *member)
{
    for (size_t i = 0; i < b->n_members; i++)
        if (strcasecmp(b->members[i], member) == 0)
            return b->members[i];
    return NULL;
}

static struct google_condition copy_of(struct arena *a, const struct google_condition *c)
{
    return (struct google_condition){arena_str(a, c->title), arena_str(a, c->description),
                                     arena_str(a, c->expression)};
}

static void add_binding(struct finding *f, struct arena *a, const struct google_binding *b,
                        const char *member)
{
    const char *written = b->conditional ? member_in(b, member) : NULL;
    if (!written || !access_is_our_title(b->condition.title))
        return;
    const struct access_ours o = {.role = arena_str(a, b->role),
                                  .member = arena_str(a, written),
                                  .condition = copy_of(a, &b->condition),
                                  .until = access_until(b->condition.expression),
                                  .in_policy = true};
    add(f, &o);
}

static struct access_ours *in_policy(const struct finding *f, const char *role,
                                     const struct grant_row *row)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->items[i].in_policy && str_eq(f->items[i].role, role) &&
            strcasecmp(f->items[i].member, row->member) == 0 &&
            str_eq(f->items[i].condition.title, row->title) &&
            str_eq(f->items[i].condition.expression, row->expression))
            return &f->items[i];
    return NULL;
}

static void add_row(struct finding *f, struct arena *a, const struct grant_row *row)
{
    size_t n;
    const char *const *roles = access_words(a, row->roles, &n);
    for (size_t i = 0; i < n; i++) {
        struct access_ours *there = in_policy(f, roles[i], row);
        const struct access_ours o = {
            .role = roles[i],
            .member = arena_str(a, row->member),
            .condition = {arena_str(a, row->title), "", arena_str(a, row->expression)},
            .until = row->until,
            .recorded = row->id};
        if (there)
            there->recorded = row->id;
        else
            add(f, &o);
    }
}

static size_t most(const struct google_policy *policy, const struct grant_row *rows, size_t n_rows)
{
    size_t n = policy ? policy->n_bindings : 0;
    for (size_t i = 0; i < n_rows; i++)
        n += strlen(rows[i].roles) / 2 + 1;
    return n + 1;
}

struct access_ours *access_find_ours(struct arena *a, const struct google_policy *policy,
                                     const char *member, const struct grant_row *rows,
                                     size_t n_rows, size_t *n)
{
    struct finding f = {.items = arena_array(a, struct access_ours, most(policy, rows, n_rows))};
    for (size_t i = 0; policy && i < policy->n_bindings; i++) {
        if (!str_is_empty(member))
            add_binding(&f, a, &policy->bindings[i], member);
        for (size_t r = 0; r < n_rows; r++) /* another account of the same person's */
            if (!str_is_empty(rows[r].member))
                add_binding(&f, a, &policy->bindings[i], rows[r].member);
    }
    for (size_t i = 0; i < n_rows; i++)
        add_row(&f, a, &rows[i]);
    *n = f.n;
    return f.items;
}
