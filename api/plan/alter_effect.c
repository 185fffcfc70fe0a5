/* Has a call of an order taken effect? */

#include "api/plan/alter_inside.h"

#include "api/base/tr.h"
#include "api/google/client.h"
#include "api/google/datastream.h"
#include "api/google/datastream_profiles.h"

#include <stdio.h>
#include <string.h>

struct task *alter_effect(struct google *g, const struct alter_plan *p, const struct alter_call *c)
{
    const struct alter_seen *seen = p->seen;
    const struct target *t = &seen->target;

    if (c->table)
        return datastream_object_lookup(g, t->project, t->region, seen->stream, c->table->schema,
                                        c->table->table);
    if (c->verb == ALTER_CALL_PROFILE)
        return datastream_profile_get(g, t->project, t->region, c->name);
    return datastream_stream_get(g, t->project, t->region, seen->stream);
}

static bool copy_is_begun(const struct alter_call *c, const struct datastream_object *o,
                          char message[ALTER_MESSAGE])
{
    struct alter_table fresh = {.state = o->backfill_state};
    bool begun = alter_is_copying(&fresh) || !str_eq(o->backfill_started, c->before);

    snprintf(message, ALTER_MESSAGE, tr("its copy is %s"),
             str_is_empty(o->backfill_state) ? "NOT_STARTED" : o->backfill_state);
    return c->verb == ALTER_CALL_BACKFILL ? begun : !alter_is_copying(&fresh);
}

static bool is_in_state(const struct datastream_stream *s, const char *wanted,
                        char message[ALTER_MESSAGE])
{
    if (s->errors.n && !str_eq(s->state, wanted))
        snprintf(message, ALTER_MESSAGE, tr("it is %s: %s"), s->state, s->errors.items[0].message);
    else
        snprintf(message, ALTER_MESSAGE, tr("it is %s"), s->state);
    return str_eq(s->state, wanted);
}

bool alter_took_effect(const struct alter_call *c, const struct task *look,
                       char message[ALTER_MESSAGE])
{
    switch (c->verb) {
    case ALTER_CALL_BACKFILL:
    case ALTER_CALL_STOP:
        return copy_is_begun(c, datastream_object(look), message);
    case ALTER_CALL_PROFILE:
        if (c->value == NULL) {
            str_copy(message, ALTER_MESSAGE, tr("Datastream has logged in with it"));
            return true;
        }
        snprintf(message, ALTER_MESSAGE, tr("the profile leads to %s"),
                 datastream_profile(look)->host);
        return str_eq(datastream_profile(look)->host, c->value);
    case ALTER_CALL_SLOT:
        snprintf(message, ALTER_MESSAGE, tr("it reads the slot %s"), datastream_stream(look)->slot);
        return str_eq(datastream_stream(look)->slot, c->value);
    case ALTER_CALL_PAUSE:
        return is_in_state(datastream_stream(look), "PAUSED", message);
    case ALTER_CALL_START:
    case ALTER_CALL_RECOVER:
        return is_in_state(datastream_stream(look), "RUNNING", message);
    case ALTER_CALL_AWAIT:
        return is_in_state(datastream_stream(look), c->value, message);
    }
    return false;
}
