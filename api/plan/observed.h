#ifndef STROM_PLAN_OBSERVED_H
#define STROM_PLAN_OBSERVED_H

/* What there is in the cloud for one target, as plain facts: filled by observe.c, compared by
 * diff.c, written by hand in tests. Strings are borrowed from whoever filled it. */

#include "api/plan/names.h"
#include "api/plan/steps.h"

#include <stdbool.h>
#include <stddef.h>

enum observed_seen {
    SEEN_UNKNOWN, /* could not be asked: `why` says why */
    SEEN_ABSENT,
    SEEN_PENDING, /* being made at this moment */
    SEEN_READY,
    SEEN_BROKEN,  /* there, but not usable: `why` */
    SEEN_LEAVING, /* being taken down or stopped at this moment */
    SEEN_STOPPED  /* there, and only to be started: a machine that stands still */
};

struct observed_thing {
    enum observed_seen seen;
    const char *name;       /* full name as the service calls it; NULL when absent */
    const char *state;      /* the service's own word, or NULL */
    const char *why;        /* reason for UNKNOWN and BROKEN */
    const char *hint;       /* for both: what to do about it; NULL: nothing better than to look */
    const char *created_by; /* label created-by, or NULL */
    const char *run;        /* mark of the run of strom that made it, or NULL: maker.h */
};

struct observed_column_set {    /* a table of the stream's include list */
    const char *schema, *table; /* table NULL: the whole schema */
    const char *const *columns; /* n_columns 0: all columns, later ones too */
    size_t n_columns;
};

struct observed {
    struct observed_thing things[STEPS];
    /* Of what there is: a stream leads to its profiles, these to a private connection, that to a
     * network, whatever they are called. names.stream "": nobody looked, the family's count. */
    struct names names;

    const char *const *services_off; /* host names of APIs that are needed and off */
    size_t n_services_off;

    const char *const *ranges; /* every range in use in the network: CIDR text */
    size_t n_ranges;
    const char *ranges_why; /* some could not be asked; NULL: these are all */

    const char *subnetwork; /* of the network, in the region; NULL: not known */
    const char *address_ip; /* of the reserved address */

    const char *proxy_ip;
    const char *proxy_zone;
    const char *proxy_account; /* e-mail of the account it runs under; NULL: not known */
    bool proxy_by_declaration; /* started the old way, which ends (facts/gcp.md A.10) */
    const char
        *proxy_instance; /* connection name in its start script; NULL when it has none of ours */

    const char *connection_network; /* short name of the private connection's network */
    const char *connection_subnet;

    const char *firewall_network;
    const char *const *firewall_sources;
    size_t n_firewall_sources;
    bool firewall_opens_5432;

    const char *source_host, *source_user, *source_database,
        *source_connection; /* of the profile */
    int source_port;

    const char *dataset_location, *dataset_etag;

    const char *stream_display_name;
    const char *stream_source, *stream_destination; /* profile ids */
    const char *stream_publication, *stream_slot;
    const char *stream_dataset; /* "project:dataset" */
    const char *stream_state;
    int stream_freshness_seconds;
    bool stream_append_only;
    bool stream_takes_all; /* no include list: everything published, later things too */
    const struct observed_column_set *stream_tables;
    size_t n_stream_tables;
    const struct observed_column_set *stream_excluded; /* goes before what is included */
    size_t n_stream_excluded;

    size_t other_streams;        /* in the project, whatever the region; ours not counted */
    size_t other_streams_here;   /* those of the region */
    const char *other_user;      /* a profile or proxy of another app, with a stream or without */
    const char *other_user_here; /* one that goes through the same private connection */
    const char *streams_why;     /* they could not be counted; NULL: they could */
};

/* Slot and publication of the stream that is there, in place of those that were meant: what is
 * taken down is what it reads. */
void observed_take_source(const struct observed *seen, struct target *t);
/* The names that count for this target: of what was seen, else the family's. */
void observed_names(const struct observed *seen, const struct target *t, struct names *out);

#endif
