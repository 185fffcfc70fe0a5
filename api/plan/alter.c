#include "api/plan/alter.h"

#include <assert.h>
#include <string.h>

static const struct alter_type types[ALTERS] = {
    [ALTER_PAUSE] = {"pause", "Pause",
                     "reads nothing more until it is resumed; the slot keeps "
                     "holding log meanwhile",
                     "paused"},
    [ALTER_RESUME] = {"resume", "Resume", "goes on from where the slot stands", "running"},
    [ALTER_BACKFILL] = {"backfill", "Backfill a table", "a table is copied anew", "begun"},
    [ALTER_STOP] = {"stop", "Stop a backfill",
                    "the copy of a table ends where it is; the next one begins anew", "stopped"},
    [ALTER_RECOVER] = {"recover", "Recover",
                       "a stream that has failed for good goes on at the slot's next position; "
                       "what was changed between is lost, and copied anew",
                       "running"},
    [ALTER_SLOT] = {"slot", "Exchange the slot",
                    "the stream reads another slot: the old one is lost, or gone", "running"},
    [ALTER_PASSWORD] = {"password", "New password",
                        "the database user's password was changed: Datastream is given the new one",
                        "changed"},
    [ALTER_HOST] = {"host", "Rebuilt machine",
                    "the proxy has another address now: the source profile is given it", "changed"},
};

const struct alter_type *alter_type(enum alter_kind k)
{
    assert((size_t)k < ALTERS);
    return &types[k];
}

enum alter_kind alter_by_name(const char *name)
{
    size_t k = 0;

    while (k < ALTERS && !str_eq(types[k].name, name))
        k++;
    return (enum alter_kind)k;
}

const char *alter_said_name(enum alter_said s)
{
    static const char *const names[] = {"needs", "copies", "loses", "stays", "after"};

    assert((size_t)s < sizeof names / sizeof *names);
    return names[s];
}

const char *alter_said_title(enum alter_said s)
{
    static const char *const titles[] = {"Needs first", "Copies anew", "Loses", "Stays",
                                         "Afterwards"};

    assert((size_t)s < sizeof titles / sizeof *titles);
    return titles[s];
}

bool alter_says_more(const struct alter_step *s, const struct google_validation *v, size_t message)
{
    return v->state != GOOGLE_VALIDATION_PASSED && v->state != GOOGLE_VALIDATION_NOT_RUN &&
           !strstr(s->message, v->messages[message]);
}

const char *alter_state_name(enum alter_state s)
{
    static const char *const names[] = {"waiting", "running", "done", "kept", "failed", "waiting"};

    assert((size_t)s < sizeof names / sizeof *names);
    return names[s];
}
