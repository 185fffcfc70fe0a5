#include "api/plan/observed.h"

#include "api/base/str.h"

void observed_take_source(const struct observed *seen, struct target *t)
{
    if (!str_is_empty(seen->stream_slot))
        str_copy(t->slot, sizeof t->slot, seen->stream_slot);
    if (!str_is_empty(seen->stream_publication))
        str_copy(t->publication, sizeof t->publication, seen->stream_publication);
}

void observed_names(const struct observed *seen, const struct target *t, struct names *out)
{
    const struct names *found = &seen->names;

    names_of(t, out);
    if (!found->stream[0] || !str_eq(found->stream, out->stream))
        return;
    str_copy(out->network, sizeof out->network, found->network);
    str_copy(out->private_connection, sizeof out->private_connection, found->private_connection);
    str_copy(out->firewall, sizeof out->firewall, found->firewall);
    str_copy(out->source_profile, sizeof out->source_profile, found->source_profile);
    str_copy(out->destination_profile, sizeof out->destination_profile, found->destination_profile);
}
