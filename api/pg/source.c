#include "api/pg/source.h"

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/base/tr.h"
#include "api/pg/internal.h"
#include "api/pg/source_parts.h"
#include "api/pg/sql.h"

#include <string.h>

enum { SECOND_LOOK_MS = 1000, PATIENCE_MS = 10000 };

/* The connection that was given, and one beside it for what would wait. */
enum line { LINE_MAIN, LINE_BESIDE, LINES };

enum ask {
    ASK_FLYWAY, /* first: what follows from it is asked while the others are answered */
    ASK_SERVER,
    ASK_USAGE,
    ASK_ACTIVITY,
    ASK_ROLES,
    ASK_GRANTS,
    ASK_DEFAULTS,
    ASK_PUBLICATION,
    ASK_PUBLISHED,
    ASK_UNSAFE,
    ASK_SLOTS,
    ASK_MIGRATIONS, /* once we know where they are */
    ASK_AGAIN,      /* activity: who is still there */
    ASKS
};

static const struct question {
    const char *sql, *params; /* u db user, p publication, t tables */
    source_rows *rows;
    size_t part; /* offset in the facts */
} questions[ASKS] = {
/* NOLINTNEXTLINE(bugprone-macro-parentheses): the name of a member stands in none */
#define PART(name) offsetof(struct source_facts, name.part)
    [ASK_SERVER] = {sql_source_server, "", source_server_rows, PART(server)},
    [ASK_USAGE] = {sql_source_usage, "", source_usage_rows, PART(usage)},
    [ASK_ACTIVITY] = {sql_source_activity, "", source_activity_rows, PART(activity)},
    [ASK_ROLES] = {sql_source_roles, "ut", source_roles_rows, PART(roles)},
    [ASK_GRANTS] = {sql_source_grants, "ut", source_grants_rows, PART(grants)},
    [ASK_DEFAULTS] = {sql_source_defaults, "ut", source_defaults_rows, PART(defaults)},
    [ASK_PUBLICATION] = {sql_source_publication, "pu", source_publication_rows, PART(publication)},
    [ASK_PUBLISHED] = {sql_source_published, "pt", source_published_rows, PART(published)},
    [ASK_UNSAFE] = {sql_source_unsafe, "p", source_unsafe_rows, PART(unsafe)},
    [ASK_SLOTS] = {sql_source_slots, "", source_slots_rows, PART(slots)},
    [ASK_FLYWAY] = {sql_source_flyway, "", source_flyway_rows, PART(flyway)},
    [ASK_MIGRATIONS] = {sql_source_migrations, "", source_migrations_rows, PART(flyway)},
    [ASK_AGAIN] = {sql_source_activity, "", source_activity_rows, PART(activity)},
#undef PART
};

struct job {
    struct pg *pg, *beside;
    struct task *connecting; /* to it */
    int patience_ms;
    struct task *alarm; /* at alarm_ms the next answer is late */
    int64_t alarm_ms;
    int64_t moved_ms[LINES]; /* when the server could begin with the next answer */
    enum line over[ASKS];
    char *user, *publication, *slot, *tables;
    struct task *asked[ASKS], *timer;
    bool done[ASKS];
    struct source_facts *facts;
    struct source_xact *earlier; /* of a former look, or the first of two */
    size_t n_earlier;
};

static enum task_state step(struct task *t);

static void stop(void *ctx)
{
    struct job *job = ctx;
    for (size_t i = 0; i < ASKS; i++)
        task_clear(&job->asked[i]);
    task_clear(&job->timer);
    task_clear(&job->alarm);
    task_clear(&job->connecting);
    pg_close(job->beside);
    job->beside = NULL;
    source_free(job->facts);
    job->facts = NULL;
    pg_release(job->pg);
    job->pg = NULL;
    mem_free(job->user);
    mem_free(job->publication);
    mem_free(job->slot);
    mem_free(job->tables);
    mem_free(job->earlier);
}

static const struct task_type type = {"postgres facts", sizeof(struct job), step, stop};

/* --- asking --- */

static bool is_running(const struct job *job, enum ask i)
{
    return job->asked[i] != NULL && task_state(job->asked[i]) == TASK_RUNNING;
}

/* Whose answer comes next: they come in the order in which they were asked for. */
static enum ask first_of(const struct job *job, enum line line)
{
    enum ask i = 0;
    while (i < ASKS && !(is_running(job, i) && job->over[i] == line))
        i++;
    return i;
}

static void begin(struct job *job, enum ask i, enum line line)
{
    const struct question *q = &questions[i];
    struct pg *pg = line == LINE_BESIDE ? job->beside : job->pg;
    const char *params[2];
    size_t n = 0;
    for (const char *p = q->params; *p != '\0'; p++)
        params[n++] = *p == 'u' ? job->user : *p == 'p' ? job->publication : job->tables;
    struct str schema = {0}, sql = {0};
    if (first_of(job, line) == ASKS)
        job->moved_ms[line] = clock_mono_ms();
    job->over[i] = line;
    if (i == ASK_MIGRATIONS)
        quote_name_for(pg, &schema, job->facts->flyway.schema);
    const struct sql_part parts[] = {{":schema", str_text(&schema)}};
    sql_fill(pg, &sql, q->sql, parts, 1);
    job->asked[i] = pg_query(pg, str_text(&sql), params, n);
    str_done(&schema);
    str_done(&sql);
}

static struct source_part *part_of(struct source_facts *f, enum ask i)
{
    return (struct source_part *)(void *)((char *)f + questions[i].part);
}

static void refuse(struct source_facts *f, struct source_part *part, const char *why)
{
    part->known = false;
    part->why = arena_str(&f->arena, why);
}

static void find_wanted(struct job *job)
{
    struct source_slots *s = &job->facts->slots;
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->at[i].name, job->slot) == 0)
            s->wanted = &s->at[i];
}

/* --- what follows from an answer --- */

static bool is_hidden(const struct source_xact *x)
{
    return x->age_seconds < 0 && x->seen_for_ms < SECOND_LOOK_MS;
}

static void keep_xacts(struct job *job, const struct source_xact *list, size_t n)
{
    mem_free(job->earlier);
    job->earlier = mem_grow(NULL, n + 1, sizeof *list);
    if (n > 0)
        memcpy(job->earlier, list, n * sizeof *list);
    job->n_earlier = n;
}

/* The server hides how old others' transactions are: who is still there after a second is no short
 * one. */
static void have_activity(struct job *job)
{
    struct source_activity *a = &job->facts->activity;
    bool hidden = false;
    source_age_xacts(job->facts, job->earlier, job->n_earlier);
    for (size_t i = 0; i < a->n_xacts; i++)
        hidden = hidden || is_hidden(&a->xacts[i]);
    if (!hidden) {
        job->done[ASK_AGAIN] = true;
        return;
    }
    keep_xacts(job, a->xacts, a->n_xacts);
    job->timer = task_timer(pg_net(job->pg), SECOND_LOOK_MS);
}

/* Those that came in between are as short as the ones that went. */
static void have_activity_again(struct job *job)
{
    struct source_activity *a = &job->facts->activity;
    source_age_xacts(job->facts, job->earlier, job->n_earlier);
    struct source_xact *list = arena_array(&job->facts->arena, struct source_xact, a->n_xacts + 1);
    size_t n = 0;
    for (size_t i = 0; i < a->n_xacts; i++)
        if (a->xacts[i].seen_for_ms > 0 || a->xacts[i].age_seconds >= 0)
            list[n++] = a->xacts[i];
    a->xacts = list;
    a->n_xacts = n;
}

static void have_flyway(struct job *job)
{
    struct source_flyway *f = &job->facts->flyway;
    if (f->table && f->readable && f->locked) {
        job->connecting = connect_beside(job->pg);
        return;
    }
    if (f->table && f->readable) {
        begin(job, ASK_MIGRATIONS, LINE_MAIN);
        return;
    }
    job->done[ASK_MIGRATIONS] = true;
    if (f->table)
        refuse(job->facts, &f->part, tr("this login may not read flyway_schema_history"));
}

static void follow(struct job *job, enum ask i, bool fine)
{
    if (i == ASK_SLOTS && fine)
        find_wanted(job);
    if (i == ASK_ACTIVITY && fine)
        have_activity(job);
    if (i == ASK_AGAIN && fine)
        have_activity_again(job);
    if (i == ASK_FLYWAY && fine)
        have_flyway(job);
    if (i == ASK_ACTIVITY && !fine)
        job->done[ASK_AGAIN] = true;
    if (i == ASK_FLYWAY && !fine)
        job->done[ASK_MIGRATIONS] = true;
}

static void take_answer(struct job *job, enum ask i)
{
    const struct task *asked = job->asked[i];
    struct source_part *part = part_of(job->facts, i);
    bool fine = task_state(asked) == TASK_OK;
    job->done[i] = true;
    job->moved_ms[job->over[i]] = clock_mono_ms();
    if (fine) {
        part->known = true;
        part->why = NULL;
        questions[i].rows(job->facts, pg_rows(asked));
    } else {
        refuse(job->facts, part, task_error(asked)->why);
    }
    follow(job, i, fine);
}

/* The server is told to stop, and goes on with the next. */
static void give_up(struct job *job, enum ask i)
{
    char why[64];
    snprintf(why, sizeof why, tr("no answer within %d s"), (job->patience_ms + 999) / 1000);
    task_clear(&job->asked[i]);
    job->done[i] = true;
    job->moved_ms[job->over[i]] = clock_mono_ms();
    refuse(job->facts, part_of(job->facts, i), why);
    follow(job, i, false);
}

static int64_t nearest(const struct job *job)
{
    int64_t nearest = INT64_MAX;
    for (enum line line = 0; line < LINES; line++) {
        int64_t until = job->moved_ms[line] + job->patience_ms;
        if (first_of(job, line) < ASKS && until < nearest)
            nearest = until;
    }
    return nearest;
}

/* A timer of its own: a task that waits for a moment is not told of answers. */
static void watch(struct job *job)
{
    int64_t now = clock_mono_ms();
    for (enum line line = 0; line < LINES; line++) {
        enum ask i = first_of(job, line);
        if (i < ASKS && now >= job->moved_ms[line] + job->patience_ms)
            give_up(job, i);
    }
    int64_t until = nearest(job);
    if (until == job->alarm_ms && job->alarm != NULL)
        return;
    task_clear(&job->alarm);
    job->alarm_ms = until;
    if (until != INT64_MAX)
        job->alarm = task_timer(pg_net(job->pg), until - now);
}

/* Where there is no second connection to be had, it waits at the end of the first. */
static void take_beside(struct job *job)
{
    enum task_state state = job->connecting != NULL ? task_state(job->connecting) : TASK_RUNNING;
    if (state == TASK_RUNNING)
        return;
    if (state == TASK_OK)
        job->beside = pg_take(job->connecting);
    task_clear(&job->connecting);
    begin(job, ASK_MIGRATIONS, job->beside != NULL ? LINE_BESIDE : LINE_MAIN);
}

static bool is_lost(const struct job *job, enum ask i)
{
    return job->over[i] == LINE_MAIN && job->asked[i] != NULL &&
           task_state(job->asked[i]) == TASK_FAILED &&
           strcmp(task_error(job->asked[i])->reason, PG_LOST) == 0;
}

static enum task_state step(struct task *t)
{
    struct job *job = task_job(t, &type);
    bool waiting = false;
    if (job->timer != NULL && task_state(job->timer) == TASK_OK) {
        task_clear(&job->timer);
        begin(job, ASK_AGAIN, LINE_MAIN);
    }
    take_beside(job);
    for (enum ask i = 0; i < ASKS; i++) {
        if (!job->done[i] && job->asked[i] != NULL && !is_running(job, i))
            take_answer(job, i);
        if (is_lost(job, i))
            return task_fail_like(t, job->asked[i]);
    }
    watch(job);
    for (enum ask i = 0; i < ASKS; i++)
        waiting = waiting || !job->done[i];
    return waiting ? TASK_RUNNING : TASK_OK;
}

/* --- starting --- */

static char *tables_json(const struct source_wanted *wanted)
{
    struct str text = {0};
    struct json_out o;
    json_begin(&o, &text, false);
    json_open_array(&o, NULL);
    for (size_t i = 0; i < wanted->n_tables; i++) {
        const struct source_table *t = &wanted->tables[i];
        json_open_object(&o, NULL);
        json_put_string(&o, "s", t->schema);
        json_put_string(&o, "t", t->table);
        if (t->n_columns > 0) {
            json_open_array(&o, "c");
            for (size_t c = 0; c < t->n_columns; c++)
                json_put_string(&o, NULL, t->columns[c]);
            json_close_array(&o);
        }
        json_close_object(&o);
    }
    json_close_array(&o);
    char *copy = mem_str(str_text(&text));
    str_done(&text);
    return copy;
}

struct task *source_read(struct pg *pg, const struct source_wanted *wanted,
                         const struct source_facts *earlier)
{
    struct task *t = task_new(pg_net(pg), &type);
    struct job *job = task_job(t, &type);
    job->pg = pg_hold(pg);
    job->patience_ms = PATIENCE_MS;
    job->user = mem_str(wanted->db_user);
    job->publication = mem_str(wanted->publication);
    job->slot = mem_str(wanted->slot);
    job->tables = tables_json(wanted);
    job->facts = source_unknown(tr("not answered yet"));
    job->facts->server.version = pg_version(pg);
    if (earlier != NULL)
        keep_xacts(job, earlier->activity.xacts, earlier->activity.n_xacts);
    for (enum ask i = 0; i < ASK_MIGRATIONS; i++)
        begin(job, i, LINE_MAIN);
    return t;
}

void source_patience(struct task *t, int ms)
{
    ((struct job *)task_job(t, &type))->patience_ms = ms > 0 ? ms : PATIENCE_MS;
}

const struct source_facts *source_facts(const struct task *t)
{
    return ((const struct job *)task_job(t, &type))->facts;
}

struct source_facts *source_take(struct task *t)
{
    struct job *job = task_job(t, &type);
    struct source_facts *facts = job->facts;
    job->facts = NULL;
    return facts;
}

struct source_facts *source_unknown(const char *why)
{
    struct source_facts *f = mem_alloc(sizeof *f);
    arena_init(&f->arena);
    f->taken_ms = clock_wall_ms();
    for (enum ask i = 0; i < ASKS; i++)
        refuse(f, part_of(f, i), why);
    return f;
}

void source_free(struct source_facts *facts)
{
    if (facts == NULL)
        return;
    arena_done(&facts->arena);
    mem_free(facts);
}
