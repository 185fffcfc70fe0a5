#ifndef TESTS_UNIT_PLAN_SCENE_H
#define TESTS_UNIT_PLAN_SCENE_H

/* What is wanted and what was seen, written by hand: everything is there and healthy, or nothing
 * is; a test then changes what it is about. Include behind cmocka.h. */

#include "api/base/str.h"
#include "api/pg/facts.h"
#include "api/plan/needs.h"
#include "api/plan/plan.h"

#include <string.h>

enum { SCENE_LIST = 64 };

struct scene {
    struct arena mem;
    struct target target;
    struct selection selection;
    struct observed seen;
    struct observed_column_set in[SCENE_LIST], out[SCENE_LIST];
    const char *ranges[SCENE_LIST], *sources[SCENE_LIST], *off[SCENE_LIST];
    bool lists_given; /* else the stream carries what is chosen */
    struct source_facts facts;
    struct source_grant grants[SCENE_LIST];
    struct source_published published[SCENE_LIST];
    struct source_slot slot;
    bool with_facts;
    struct plan_options options;
    struct plan plan;
    bool planned;
};

static inline void scene_open(struct scene *s)
{
    *s = (struct scene){.options = {.start = true}};
    arena_init(&s->mem);
    selection_init(&s->selection);
    s->target = (struct target){.app = "postmottak-backend",
                                .project = "aap-dev-ab12",
                                .region = "europe-north1",
                                .instance = "postmottak-backend",
                                .database = "postmottak"};
}

static inline void scene_done(struct scene *s)
{
    if (s->planned)
        plan_done(&s->plan);
    selection_done(&s->selection);
    arena_done(&s->mem);
}

/* "+id:key navn:personal +fnr:special:ack": + flows, whatever the rules of choosing say. */
static inline void scene_table(struct scene *s, const char *schema, const char *name,
                               const char *columns)
{
    struct selection_fact facts[SCENE_LIST];
    bool on[SCENE_LIST], ack[SCENE_LIST];
    char *text = arena_str(&s->mem, columns), *word;
    size_t n = 0;

    for (; (word = strtok_r(text, " ", &text)); n++) {
        char *colon = strchr(word, ':');
        on[n] = word[0] == '+';
        ack[n] = colon && strstr(colon, ":ack");
        facts[n] =
            (struct selection_fact){.type = "text",
                                    .key = colon && strstr(colon, ":key"),
                                    .level = colon && strstr(colon, ":special")    ? RULES_SPECIAL
                                             : colon && strstr(colon, ":personal") ? RULES_PERSONAL
                                                                                   : RULES_NONE};
        facts[n].categories = facts[n].level ? 1u << RULES_FNR : 0;
        if (colon)
            *colon = '\0';
        facts[n].name = word + on[n];
    }
    struct selection_table *t = selection_add(&s->selection, schema, name, facts, n, NULL);
    size_t at = s->selection.n_tables - 1;
    for (size_t i = 0; i < n; i++) {
        const struct selection_ack why = {.reason = "avklart i PVK",
                                          .reference = "B123",
                                          .by = "kari",
                                          .at = "2026-11-22T09:15:00Z"};
        struct err e;
        if (ack[i])
            assert_true(selection_acknowledge(&s->selection, at, i, &why, &e));
        t->columns[i].included = on[i];
        t->n_included += on[i];
    }
    t->rows = 1200;
}

#define SCENE_RUN "run-1f2e3d4c" /* the mark of the run that made it all */

static inline void scene_all(struct scene *s, enum observed_seen seen)
{
    for (int i = 0; i < STEPS; i++)
        s->seen.things[i] = (struct observed_thing){.seen = seen};
}

/* Every fact as it is when strom itself made it all and the stream runs. */
static inline void scene_ready(struct scene *s)
{
    struct target t = s->target;
    struct names n;

    names_complete(&t);
    names_of(&t, &n);
    scene_all(s, SEEN_READY);
    for (int i = 0; i < STEPS; i++)
        s->seen.things[i].created_by = "strom", s->seen.things[i].run = SCENE_RUN;
#define KEEP(text) arena_str(&s->mem, text)
    s->seen.address_ip = s->seen.proxy_ip = s->seen.source_host = "10.166.0.2";
    s->seen.proxy_instance = arena_printf(&s->mem, "%s:%s:%s", t.project, t.region, t.instance);
    s->seen.connection_network = s->seen.firewall_network = KEEP(n.network);
    s->seen.connection_subnet = s->sources[0] = KEEP(n.subnet_range);
    s->seen.firewall_sources = s->sources;
    s->seen.n_firewall_sources = 1;
    s->seen.firewall_opens_5432 = true;
    s->seen.source_user = KEEP(t.db_user);
    s->seen.source_database = KEEP(t.database);
    s->seen.source_connection = KEEP(n.private_connection);
    s->seen.source_port = 5432;
    s->seen.dataset_location = KEEP(t.location);
    s->seen.stream_source = KEEP(n.source_profile);
    s->seen.stream_destination = KEEP(n.destination_profile);
    s->seen.stream_publication = KEEP(t.publication);
    s->seen.stream_slot = KEEP(t.slot);
    s->seen.stream_dataset = arena_printf(&s->mem, "%s:%s", t.project, n.dataset);
    s->seen.stream_freshness_seconds = t.freshness_seconds;
    s->seen.stream_append_only = t.mode == TARGET_APPEND_ONLY;
    s->seen.stream_state = s->seen.things[STEP_STREAM].state = "RUNNING";
#undef KEEP
}

/* An entry of a list: table NULL the whole schema, columns "" all of them. */
static inline void scene_list(struct scene *s, struct observed_column_set *list, size_t *n,
                              const char *schema, const char *table, const char *columns)
{
    char *text = arena_str(&s->mem, columns), *word;
    const char **names = arena_array(&s->mem, const char *, SCENE_LIST);
    struct observed_column_set *o = &list[(*n)++];

    *o = (struct observed_column_set){arena_str(&s->mem, schema), arena_str(&s->mem, table), names,
                                      0};
    while ((word = strtok_r(text, " ", &text)))
        names[o->n_columns++] = word;
}

static inline void scene_stream_as_chosen(struct scene *s)
{
    for (size_t i = 0; i < s->selection.n_tables; i++) {
        const struct selection_table *t = &s->selection.tables[i];
        struct str columns = {0};
        for (size_t c = 0; c < t->n_columns; c++)
            if (t->columns[c].included)
                str_printf(&columns, "%s ", t->columns[c].name);
        if (t->n_included)
            scene_list(s, s->in, &s->seen.n_stream_tables, t->schema, t->name, str_text(&columns));
        str_done(&columns);
    }
}

/* The source as it is when it is prepared for what is chosen. */
static inline void scene_prepared(struct scene *s)
{
    struct source_facts *f = &s->facts;
    size_t n = 0;

    s->with_facts = true;
    f->server.part.known = f->roles.part.known = f->grants.part.known = true;
    f->publication.part.known = f->published.part.known = f->slots.part.known = true;
    f->server.wal_level = "logical";
    f->roles.db_user = (struct source_role){
        .exists = true, .login = true, .replication = true, .connection_limit = -1};
    f->publication.exists = f->publication.insert = true;
    f->publication.update = f->publication.delete_ = true;
    for (size_t i = 0; i < s->selection.n_tables; i++) {
        const struct selection_table *t = &s->selection.tables[i];
        if (t->n_included == 0)
            continue;
        s->grants[n] = (struct source_grant){.schema = t->schema,
                                             .table = t->name,
                                             .exists = true,
                                             .usage = true,
                                             .select = true,
                                             .has_key = true,
                                             .n_key = 1,
                                             .identity = 'd',
                                             .kind = 'r'};
        s->published[n++] = (struct source_published){t->schema, t->name, .covered = true};
    }
    f->grants.tables = s->grants;
    f->published.tables = s->published;
    f->grants.n_tables = f->published.n_tables = n;
    s->slot.wal_status = "reserved";
    s->slot.plugin = "pgoutput";
    s->slot.logical = true;
    f->slots.wanted = &s->slot;
}

static inline const struct plan *scene_plan(struct scene *s)
{
    if (s->planned)
        plan_done(&s->plan);
    names_complete(&s->target);
    if (s->seen.things[STEP_STREAM].seen == SEEN_READY && !s->lists_given) {
        s->seen.n_stream_tables = 0;
        scene_stream_as_chosen(s);
    }
    s->seen.stream_tables = s->in;
    s->seen.stream_excluded = s->out;
    s->options.facts = s->with_facts ? &s->facts : NULL;
    plan_make(&s->target, &s->selection, &s->seen, &s->options, &s->plan);
    s->planned = true;
    return &s->plan;
}

static inline enum plan_verb scene_verb(const struct plan *p, enum step_id step)
{
    const struct plan_action *a = plan_action(p, step);

    if (a == NULL)
        fail_msg("nothing is said of %s", step_type(step)->id);
    return a->verb;
}

#endif
