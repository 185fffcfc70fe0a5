#include "screens/grants.h"

#include "api/access/grant.h"
#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/store/grants.h"

#include <stdio.h>

enum { TICK_MS = 60 * 1000 };

void grants_look(struct live *l)
{
    const struct grant_row *rows;
    struct arena a = {0};
    struct err ignored;
    size_t n;

    l->granted = (struct granted){0};
    if (grants_open(l->store, NULL, &a, &rows, &n, &ignored) && n) {
        l->granted.n = n;
        str_copy(l->granted.project, sizeof l->granted.project, rows[0].project);
        for (size_t i = 0; i < n; i++)
            if (rows[i].until > l->granted.until)
                l->granted.until = rows[i].until;
    }
    arena_done(&a);
}

static int64_t left(const struct live *l)
{
    int64_t seconds = l->granted.until - clock_wall();

    return l->granted.n && seconds > 0 ? seconds : 0;
}

/* In whole minutes: it changes as often as it is drawn anew. */
static const char *minutes(int64_t seconds, char out[CLOCK_TEXT])
{
    long long m = (seconds + 59) / 60;

    if (m < 60)
        snprintf(out, CLOCK_TEXT, "%lld min", m);
    else
        snprintf(out, CLOCK_TEXT, "%lld h %02lld min", m / 60, m % 60);
    return out;
}

const char *grants_countdown(const struct live *l, char out[GRANTS_TEXT])
{
    char text[CLOCK_TEXT];

    out[0] = '\0';
    if (left(l))
        snprintf(out, GRANTS_TEXT, tr("roles %s"), minutes(left(l), text));
    return out;
}

int64_t grants_tick_ms(const struct live *l)
{
    return left(l) ? TICK_MS : 0;
}

void grants_saw_broad(struct live *l, const char *name, const char *project)
{
    l->broad = name;
    str_copy(l->broad_project, sizeof l->broad_project, name ? project : "");
}

const char *grants_sentence(const struct live *l, char out[GRANTS_TEXT * 2])
{
    const size_t room = (size_t)GRANTS_TEXT * 2;
    char text[CLOCK_TEXT];

    out[0] = '\0';
    if (left(l))
        snprintf(out, room, tr("The roles that strom granted you in %s last for %s more."),
                 l->granted.project, minutes(left(l), text));
    else if (l->granted.n)
        snprintf(
            out, room,
            tr("Roles that strom granted you in %s have ended, and still stand in its policy."),
            l->granted.project);
    return out;
}

struct task *grants_drop(struct live *l)
{
    const struct access_drop_order o = {.google = l->google,
                                        .store = l->store,
                                        .project = l->granted.project,
                                        .member = "",
                                        .ours = true};

    return l->granted.n ? access_drop(l->net, &o) : NULL;
}

void grants_farewell(const struct live *l, struct str *out)
{
    char text[GRANTS_TEXT * 2];

    if (*grants_sentence(l, text))
        str_printf(out, "%s %s\n", text, tr("strom access drop takes them away."));
    if (l->broad) {
        str_printf(out,
                   tr("You still hold %s in %s, and no end can be set on it: strom access drop "
                      "--editor --project %s takes it away."),
                   l->broad, l->broad_project, l->broad_project);
        str_addc(out, '\n');
    }
}
