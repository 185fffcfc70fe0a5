#include "screens/checks_look.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/rights.h"

enum { OFTEN_MS = 4000, SELDOM_MS = 20000, A_WHILE_MS = 2 * 60000, NO_MORE_MS = 30 * 60000 };

static void gather_now(struct checks_look *l, struct journey *j)
{
    struct gather_options o = {.google = j->live->google,
                               .pg = j->live->pg,
                               .pg_trouble = l->pg_trouble,
                               .target = &j->target,
                               .wanted = &l->wanted,
                               .repo = j->live->repo,
                               .ahead = &rights_for_checks,
                               .earlier = j->live->facts,
                               .since = l->marked ? &l->mark : NULL};

    task_clear(&l->asking);
    arena_done(&l->mem);
    journey_wanted(j, &l->mem, &l->wanted);
    l->asking = gather(j->live->net, &o);
}

/* A restart of the server (a deploy) breaks the connection: it is made anew first. */
static void ask(struct checks_look *l, struct journey *j)
{
    l->asked_ms = clock_mono_ms();
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

void checks_look_ask(struct checks_look *l, struct journey *j)
{
    l->by_itself = false;
    l->moved_ms = clock_mono_ms();
    ask(l, j);
}

/* --- by itself --- */

void checks_look_expect(struct checks_look *l)
{
    l->expecting = true;
    l->moved_ms = clock_mono_ms();
}

/* A project that is about to be deleted is waited for in vain. */
static bool is_pending(const struct checks_look *l, const struct check *c)
{
    bool by_deploy =
        c->remedy.kind == CHECK_REMEDY_MANIFEST || c->remedy.kind == CHECK_REMEDY_MIGRATION;

    if (c->result == CHECK_PASS || c->id == CHECK_GOOGLE_PROJECT)
        return false;
    return c->remedy.kind == CHECK_REMEDY_WAIT ||
           (l->expecting && (by_deploy || c->id == CHECK_SOURCE_CONNECTION));
}

int64_t checks_look_tick_ms(const struct checks_look *l)
{
    const struct check_list *list = checks_look_list(l);
    int64_t quiet_ms = clock_mono_ms() - l->moved_ms;
    bool pending = false;

    for (int i = 0; list && i < CHECK_IDS && !pending; i++)
        pending = is_pending(l, &list->at[i]);
    if (!pending || quiet_ms >= NO_MORE_MS)
        return 0;
    return quiet_ms < A_WHILE_MS ? OFTEN_MS : SELDOM_MS;
}

void checks_look_tick(struct checks_look *l, struct journey *j)
{
    int64_t every_ms = checks_look_tick_ms(l);

    if (every_ms == 0 || checks_look_running(l) ||
        clock_mono_ms() - l->asked_ms < every_ms - OFTEN_MS / 2)
        return;
    l->by_itself = true;
    ask(l, j);
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

/* What turned green stays marked while nobody but us has looked again. */
static void compare(struct checks_look *l, const struct check_list *before,
                    const struct check_list *now)
{
    l->n_green = 0;
    for (int i = 0; i < CHECK_IDS; i++) {
        bool green = now->at[i].result == CHECK_PASS;
        bool turned = before && before->at[i].result != CHECK_PASS && green;

        l->n_green += turned;
        l->changed[i] = turned || (l->by_itself && l->changed[i] && green);
        if (before && before->at[i].result != now->at[i].result)
            l->moved_ms = clock_mono_ms();
    }
}

static void say_green(const struct checks_look *l, const struct check_list *before,
                      const struct check_list *now, struct journey *j)
{
    for (int i = 0; before && l->n_green == 1 && i < CHECK_IDS; i++)
        if (l->changed[i] && before->at[i].result != CHECK_PASS) {
            journey_say(j, MARK_OK, tr("now green: %s"), tr(check_title(now->at[i].id)));
            return;
        }
    journey_say(j, MARK_OK, tr("checked again: %zu turned green"), l->n_green);
}

bool checks_look_news(struct checks_look *l, struct journey *j)
{
    const struct check_list *before = checks_look_list(l);

    take_connection(l, j);
    if (l->asking == NULL || task_state(l->asking) != TASK_OK)
        return false;
    compare(l, before, gathered(l->asking));
    if (l->by_itself && checks_look_green(l) > 0)
        say_green(l, before, gathered(l->asking), j);
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
    return l->n_green;
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
