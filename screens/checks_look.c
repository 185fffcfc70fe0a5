#include "screens/checks_look.h"

#include "api/base/str.h"

static void gather_now(struct checks_look *l, struct journey *j)
{
    struct gather_options o = {.google = j->live->google,
                               .pg = j->live->pg,
                               .pg_trouble = l->pg_trouble,
                               .target = &j->target,
                               .wanted = &l->wanted,
                               .earlier = j->live->facts,
                               .since = l->marked ? &l->mark : NULL};

    task_clear(&l->asking);
    arena_done(&l->mem);
    journey_wanted(j, &l->mem, &l->wanted);
    l->asking = gather(j->live->net, &o);
}

/* A restart of the server (a deploy) breaks the connection: it is made anew first. */
void checks_look_ask(struct checks_look *l, struct journey *j)
{
    if (l->connecting)
        return;
    if (j->live->pg && pg_alive(j->live->pg)) {
        gather_now(l, j);
        return;
    }
    task_clear(&l->asking);
    live_use_pg(j->live, NULL);
    l->connecting = live_connect(j->live, j->dsn, j->target.database);
}

static void take_connection(struct checks_look *l, struct journey *j)
{
    if (l->connecting == NULL || task_state(l->connecting) == TASK_RUNNING)
        return;
    if (task_state(l->connecting) == TASK_OK) {
        live_use_pg(j->live, pg_take(l->connecting));
        l->pg_trouble = (struct err){0};
    } else {
        l->pg_trouble = *task_error(l->connecting);
    }
    task_clear(&l->connecting);
    gather_now(l, j);
}

/* The first look counts for as long as the screen is open; what was read meanwhile begins anew. */
static void mark(struct checks_look *l, const struct source_facts *f)
{
    struct source_mark now = source_mark(f);

    if (!l->marked || l->mark.held_bytes < 0 || now.held_bytes < l->mark.held_bytes)
        l->mark = now;
    l->marked = true;
}

bool checks_look_news(struct checks_look *l, struct journey *j)
{
    const struct check_list *before = checks_look_list(l);

    take_connection(l, j);
    if (l->asking == NULL || task_state(l->asking) != TASK_OK)
        return false;
    for (int i = 0; i < CHECK_IDS; i++)
        l->changed[i] = before && before->at[i].result != CHECK_PASS &&
                        gathered(l->asking)->at[i].result == CHECK_PASS;
    if (gather_facts(l->asking)) {
        if (gather_facts(l->asking)->roles.app.name)
            str_copy(j->target.app_role, sizeof j->target.app_role,
                     gather_facts(l->asking)->roles.app.name);
        mark(l, gather_facts(l->asking));
        live_use_facts(j->live, gather_take_facts(l->asking));
    }
    task_drop(l->shown);
    l->shown = l->asking;
    l->asking = NULL;
    return true;
}

const struct check_list *checks_look_list(const struct checks_look *l)
{
    return l->shown ? gathered(l->shown) : NULL;
}

size_t checks_look_green(const struct checks_look *l)
{
    size_t green = 0;

    for (int i = 0; i < CHECK_IDS; i++)
        green += l->changed[i];
    return green;
}

const struct task *checks_look_running(const struct checks_look *l)
{
    return l->connecting ? l->connecting : l->asking;
}

void checks_look_drop(struct checks_look *l)
{
    task_clear(&l->connecting);
    task_clear(&l->asking);
    task_clear(&l->shown);
    arena_done(&l->mem);
}
