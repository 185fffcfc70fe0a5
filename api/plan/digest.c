#include "api/plan/diff.h"

#include "api/base/str.h"

#include <inttypes.h>
#include <stdio.h>

/* FNV-1a over texts, each ended; NULL is another text than "". Where the order of things says
 * nothing, the sum of their hashes is taken. */

enum { DIGEST_NUMBER = 24 };
static const uint64_t seed = 14695981039346656037u;

static uint64_t mix(uint64_t h, const char *text)
{
    for (const char *c = text ? text : "\1"; *c; c++)
        h = (h ^ (unsigned char)*c) * 1099511628211u;
    return (h ^ 0xff) * 1099511628211u;
}

static uint64_t mix_number(uint64_t h, uint64_t n)
{
    char text[DIGEST_NUMBER];

    snprintf(text, sizeof text, "%" PRIu64, n);
    return mix(h, text);
}

static uint64_t mix_all(uint64_t h, const char *const *texts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h = mix(h, texts[i]);
    return mix_number(h, n);
}

static uint64_t wanted(const struct diff_job *j)
{
    const struct target *t = j->t;
    const char *const texts[] = {t->project,         t->region,  t->instance,    t->database,
                                 t->db_user,         t->slot,    t->publication, t->location,
                                 t->dataset_project, t->dataset, t->stream};
    uint64_t h = mix_all(seed, texts, sizeof texts / sizeof *texts), columns = 0;

    h = mix_number(mix_number(h, (uint64_t)t->freshness_seconds), (uint64_t)t->mode);
    h = mix_number(h, (uint64_t)t->naming);
    for (size_t i = 0; i < j->s->n_tables; i++) {
        const struct selection_table *table = &j->s->tables[i];
        for (size_t c = 0; table->n_included && c < table->n_columns; c++)
            if (table->columns[c].included)
                columns += mix(mix(mix(seed, table->schema), table->name), table->columns[c].name);
    }
    return mix_number(h, columns);
}

static uint64_t mix_seen(uint64_t h, const struct observed *seen)
{
    const char *const texts[] = {
        seen->address_ip,         seen->proxy_ip,           seen->proxy_instance,
        seen->connection_network, seen->connection_subnet,  seen->firewall_network,
        seen->source_host,        seen->source_user,        seen->source_database,
        seen->source_connection,  seen->dataset_location,   seen->stream_source,
        seen->stream_destination, seen->stream_publication, seen->stream_slot,
        seen->stream_dataset,     seen->stream_state};

    for (enum step_id s = 0; s < STEPS; s++)
        h = mix(mix_number(h, (uint64_t)seen->things[s].seen), seen->things[s].state);
    h = mix_all(h, texts, sizeof texts / sizeof *texts);
    h = mix_all(h, seen->services_off, seen->n_services_off);
    h = mix_all(h, seen->firewall_sources, seen->n_firewall_sources);
    h = mix_number(mix_number(h, seen->firewall_opens_5432), (uint64_t)seen->source_port);
    h = mix_number(mix_number(h, (uint64_t)seen->stream_freshness_seconds),
                   seen->stream_append_only);
    return mix_number(mix_number(h, seen->other_streams), seen->streams_why != NULL);
}

/* What the stream's lists are is told by the changes against what is wanted. */
static uint64_t mix_actions(uint64_t h, const struct plan *p)
{
    for (size_t i = 0; i < p->n_actions; i++) {
        const struct plan_action *a = &p->actions[i];
        uint64_t changes = 0;
        h = mix(mix(mix(h, step_type(a->step)->id), plan_verb_name(a->verb)), a->name);
        for (size_t c = 0; c < a->n_changes; c++)
            changes +=
                mix(mix(mix(seed, a->changes[c].path), a->changes[c].from), a->changes[c].to);
        h = mix_number(h, changes);
    }
    for (size_t i = 0; i < p->n_needs; i++)
        h = mix(h, p->needs[i].sign);
    return mix(h, p->subnet);
}

void diff_digest(struct diff_job *j)
{
    uint64_t h = wanted(j);

    snprintf(j->p->wanted, sizeof j->p->wanted, "%016" PRIx64, h);
    h = mix_actions(mix_seen(h, j->seen), j->p);
    snprintf(j->p->digest, sizeof j->p->digest, "%016" PRIx64, h);
}
