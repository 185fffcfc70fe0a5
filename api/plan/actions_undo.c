#include "api/plan/actions_inside.h"

#include "api/access/binding.h"
#include "api/google/bigquery.h"
#include "api/google/datastream_profiles.h"
#include "api/google/iam.h"
#include "api/google/network.h"

#include <stdio.h>

UNDO(undo_network)
{
    return compute_network_delete(p->google, p->t->project, p->n->network, NULL);
}

UNDO(undo_account)
{
    return iam_account_delete(p->google, p->t->project, p->n->service_account_email);
}

UNDO(undo_binding)
{
    char member[160];

    snprintf(member, sizeof member, "serviceAccount:%s", p->n->service_account_email);
    struct access_change change = {
        .role = step_name(STEP_BINDING, p->n), .member = member, .remove = true};
    return access_bind(p->google, p->t->project, &change, 1);
}

UNDO(undo_address)
{
    return compute_address_delete(p->google, p->t->project, p->t->region, p->n->address, NULL);
}

UNDO(undo_proxy)
{
    return compute_machine_delete(p->google, p->t->project, p->seen->proxy_zone, p->n->proxy, NULL);
}

/* With its routes, which nobody made by hand. */
UNDO(undo_private)
{
    const struct google_write with_routes = {.force = true};

    return datastream_private_delete(p->google, p->t->project, p->t->region,
                                     p->n->private_connection, &with_routes);
}

UNDO(undo_firewall)
{
    return compute_firewall_delete(p->google, p->t->project, p->n->firewall, NULL);
}

UNDO(undo_source)
{
    return datastream_profile_delete(p->google, p->t->project, p->t->region, p->n->source_profile,
                                     NULL);
}

UNDO(undo_destination)
{
    return datastream_profile_delete(p->google, p->t->project, p->t->region,
                                     p->n->destination_profile, NULL);
}

UNDO(undo_dataset)
{
    return bigquery_dataset_delete(p->google,
                                   p->t->dataset_project[0] ? p->t->dataset_project : p->t->project,
                                   p->n->dataset, p->seen->dataset_etag, true);
}

UNDO(undo_stream)
{
    return datastream_stream_delete(p->google, p->t->project, p->t->region, p->n->stream, NULL);
}
