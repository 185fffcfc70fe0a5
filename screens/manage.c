/* Manage: what is done to a stream that is there, besides changing what flows.
 *
 *    › Pause                 reads nothing more until it is resumed
 *      Resume                it runs already
 *      Backfill a table      public.regel_evaluering
 *
 *    Stays: the slot ds_replication keeps holding log, 12 MB of it now
 *    PATCH streams/postgres-postmottak-bigquery?updateMask=state {"state":"PAUSED"}
 */
#include "screens/manage_inside.h"
#include "screens/steps.h"

#include "api/base/tr.h"
#include "api/plan/apply.h"
#include "api/plan/names.h"
#include "tui/key.h"

static void look(struct manage *self, struct journey *j)
{
    const struct alter_wanted w = {j->live->google, j->live->store, journey_pg(j), &j->target,
                                   j->live->repo};

    if (self->begun) /* without it the others stand a row higher */
        self->list.at = manage_chosen(self)->kind;
    self->begun = false;
    task_clear(&self->running);
    task_clear(&self->looking);
    self->planned = self->password_given = self->ended = self->writing = self->reads = false;
    self->run = NULL;
    self->meaning = (struct scroll){0};
    self->looking = alter_look(j->live->net, &w);
}

static void enter(void *ctx, struct journey *j)
{
    struct manage *self = ctx;

    names_complete(&j->target);
    self->pointed = j->managing > 0 && j->managing <= ALTERS;
    if (self->pointed)
        self->list.at = (size_t)j->managing - 1;
    j->managing = 0;
    self->entered = true;
    look(self, j);
}

/* --- plans --- */

/* One that is there and that nobody reads; else a new name, with the migration that makes it. */
static const char *slot_to_take(const struct alter_seen *seen, struct arena *a)
{
    const struct source_slots *s = seen->facts ? &seen->facts->slots : NULL;

    for (size_t i = 0; s && s->part.known && i < s->n; i++)
        if (s->at[i].logical && !s->at[i].active && !str_eq(s->at[i].name, seen->target.slot) &&
            str_eq(s->at[i].plugin, "pgoutput") && !str_eq(s->at[i].wal_status, "lost") &&
            str_eq(s->at[i].database, seen->facts->server.database))
            return arena_str(a, s->at[i].name); /* an order outlives the look */
    return alter_new_slot(seen, a);
}

static void make_plans(struct manage *self)
{
    const struct alter_seen *seen = alter_seen(self->looking);
    const char **table = arena_array(&self->mem, const char *, 1);
    bool all = self->table >= seen->n_tables;

    table[0] = all ? "all"
                   : arena_printf(&self->mem, "%s.%s", seen->tables[self->table].schema,
                                  seen->tables[self->table].table);
    for (enum alter_kind k = ALTER_PAUSE; k < ALTERS; k++) {
        struct alter_order o = {.kind = k, .tables = table, .n_tables = 1};
        if (k == ALTER_SLOT)
            o.slot = slot_to_take(seen, &self->mem);
        self->orders[k] = o;
        alter_plan(seen, &self->orders[k], &self->mem, &self->plans[k]);
    }
    self->planned = true;
}

/* What was begun is gone on with as it was begun, whatever would be offered anew: a slot that it
 * has written already is none that another exchange would take. */
static void take_begun(struct manage *self)
{
    const struct alter_seen *seen = alter_seen(self->looking);

    self->begun = alter_begun(seen, &self->mem, &self->orders[BEGUN]);
    if (self->begun) {
        alter_plan(seen, &self->orders[BEGUN], &self->mem, &self->plans[BEGUN]);
        self->list.at = self->pointed ? self->list.at + 1 : 0;
    }
}

/* Of a stream that has failed for good there are two ways on. */
static void point_at_a_way_on(struct manage *self)
{
    bool failed = str_eq(alter_seen(self->looking)->state, "FAILED_PERMANENTLY");

    if (self->entered && failed && !self->begun && !self->pointed)
        self->list.at = self->plans[ALTER_RECOVER].possible ? ALTER_RECOVER : ALTER_SLOT;
    self->entered = self->pointed = false;
}

static void take_look(struct manage *self, struct journey *j)
{
    const struct alter_seen *seen = alter_seen(self->looking);

    for (size_t i = 0; i < seen->n_tables; i++)
        if (str_eq(seen->tables[i].schema, j->managing_schema) &&
            str_eq(seen->tables[i].table, j->managing_table))
            self->table = i;
    make_plans(self);
    take_begun(self);
    point_at_a_way_on(self);
}

/* --- asking, doing --- */

static void ask(struct manage *self, struct journey *j)
{
    static const struct dialog_option options[] = {{'n', "not yet", false}, {'d', "do it", false}},
                                      theirs[] = {{'n', "not yet", false}, {'d', "do it", true}};
    const struct alter_plan *p = manage_chosen(self);
    struct str text = {0};
    struct err e;

    if (!live_can_record(j->live, &e)) {
        journey_say_err(j, &e);
        return;
    }
    manage_question(p, &text);
    if (p->needs_password && j->live->password_found)
        str_printf(&text, " %s", tr("The password is the one that the cluster keeps."));
    str_copy(self->question, sizeof self->question, str_text(&text));
    str_done(&text);
    dialog_open(&self->dialog, tr(alter_type(p->kind)->title), self->question,
                p->named ? theirs : options, 2, 0);
    if (p->named)
        dialog_confirm_name(&self->dialog, p->seen->stream);
    self->leaving = false;
    j->discard_input = true;
}

void manage_begin(struct manage *self, struct journey *j, const struct alter_plan *p)
{
    const struct alter_options o = {.google = j->live->google,
                                    .store = j->live->store,
                                    .plan = p,
                                    .password = j->live->db_password,
                                    .command = alter_command(p, &self->mem),
                                    .agreed = true /* by the dialog */};

    self->run = p;
    self->ended = false;
    self->order = self->orders[p == &self->plans[BEGUN] ? BEGUN : (int)p->kind];
    self->running = alter_run(j->live->net, &o);
}

static enum nav go(struct journey *j)
{
    j->go_to = AT_MONITOR;
    return GO;
}

/* What it reads now is what the screens speak of. */
static void ended(struct manage *self, struct journey *j)
{
    const struct alter_plan *p = self->run;

    self->ended = true;
    j->bell = task_elapsed_ms(self->running) > JOURNEY_LONG_MS;
    for (size_t i = 0; task_state(self->running) == TASK_OK && i < p->n_calls; i++)
        if (p->calls[i].verb == ALTER_CALL_SLOT)
            str_copy(j->target.slot, sizeof j->target.slot, p->calls[i].value);
    if (task_state(self->running) == TASK_FAILED &&
        str_eq(task_error(self->running)->reason, APPLY_WRONG_PASSWORD))
        live_refuse_password(j->live);
    journey_changed(j);
    if (self->leaving)
        dialog_close(&self->dialog);
    self->leaving = false;
    if (manage_stop_ended(self))
        look(self, j);
}

static enum nav choose(struct manage *self, struct journey *j)
{
    const struct alter_plan *p = manage_chosen(self);

    if (self->running)
        return task_state(self->running) == TASK_RUNNING ? STAY : go(j);
    if (p == NULL)
        return STAY;
    if (!p->possible)
        journey_say(j, MARK_BLOCKED, "%s", p->why.hint);
    else if (p->nothing && p->going_on) /* the journal hears that it has ended */
        manage_begin(self, j, p);
    else if (p->nothing)
        journey_say(j, MARK_OK, "%s", tr("it is so already: nothing is to be done"));
    else if (p->needs_password && !self->password_given) {
        live_forget_password(j->live); /* the one that is known is the old one */
        password_ask_begin(&self->password, j);
    } else {
        ask(self, j);
    }
    return STAY;
}

static void password_is_known(struct manage *self, struct journey *j)
{
    self->password_given = true;
    ask(self, j);
}

/* --- events --- */

bool manage_is_busy(const void *ctx)
{
    const struct manage *self = ctx;

    return self->running && task_state(self->running) == TASK_RUNNING;
}

static enum nav on_dialog(struct manage *self, struct journey *j, int key)
{
    int chosen = dialog_key(&self->dialog, key);

    if (self->leaving)
        return manage_stop_answer(self, j, chosen);
    if (chosen == 1)
        manage_begin(self, j, manage_chosen(self));
    else if (!self->dialog.open)
        self->password_given = false; /* it may have been mistyped: it is asked for again */
    return STAY;
}

static enum nav on_password(struct manage *self, struct journey *j, int key)
{
    if (key == TUI_ESC) {
        password_ask_drop(&self->password);
        self->password = (struct password_ask){.typing = false};
    } else if (key == TUI_ENTER) {
        if (password_ask_take(&self->password, j))
            password_is_known(self, j);
    } else {
        password_ask_key(&self->password, key);
    }
    return STAY;
}

static void to_list(struct manage *self)
{
    self->meaning = (struct scroll){0};
    self->reads = false;
}

/* Tab leads into what it would mean, and back. True: that key was this pane's, or the list's. */
static bool moves(struct manage *self, int key)
{
    if (self->running || !self->planned)
        return false;
    if (key == TUI_TAB || key == TUI_BTAB) {
        self->reads = !self->reads;
        return true;
    }
    if (self->reads && scroll_key(&self->meaning, key))
        return true;
    if (!list_key(&self->list, manage_rows(self), key))
        return false;
    to_list(self);
    return true;
}

static enum nav on_key(struct manage *self, struct journey *j, int key)
{
    if (self->dialog.open)
        return on_dialog(self, j, key);
    if (password_ask_open(&self->password))
        return on_password(self, j, key);
    if (self->writing) {
        list_key(&self->text, self->n_lines, key);
        return STAY;
    }
    if (manage_is_busy(self) && (key == TUI_ESC || key == TUI_CTRL('C'))) {
        manage_stop_ask(self, j);
        return STAY;
    }
    if (moves(self, key))
        return STAY;
    return key == TUI_ENTER ? choose(self, j) : STAY;
}

static void news(struct manage *self, struct journey *j)
{
    if (!self->planned && self->looking && task_state(self->looking) == TASK_OK) {
        take_look(self, j);
        if (self->undoing)
            manage_stop_put_back(self, j);
    }
    if (self->looking && task_state(self->looking) == TASK_FAILED)
        self->undoing = false; /* Home offers it, and strom stream --undo */
    if (password_ask_news(&self->password, j))
        password_is_known(self, j);
    if (self->running && !self->ended && !manage_is_busy(self))
        ended(self, j);
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct manage *self = ctx;

    if (ev.kind == EV_NEWS)
        news(self, j);
    if (ev.kind == EV_PASTE && password_ask_open(&self->password) && self->password.typing)
        field_paste(&self->password.field, ev.text);
    return ev.kind == EV_KEY ? on_key(self, j, ev.key) : STAY;
}

static int64_t tick_ms(const void *ctx)
{
    return manage_is_busy(ctx) ? 1000 : 0;
}

/* --- actions --- */

static bool can_do(const void *ctx, const struct journey *j)
{
    const struct manage *self = ctx;
    const struct alter_plan *p = manage_chosen(self);

    (void)j;
    return !self->running && !self->writing && p && p->possible && (!p->nothing || p->going_on);
}

static bool is_over(const void *ctx, const struct journey *j)
{
    const struct manage *self = ctx;

    (void)j;
    return self->running && !manage_is_busy(self);
}

static bool has_tables(const void *ctx, const struct journey *j)
{
    const struct manage *self = ctx;
    const struct alter_plan *p = manage_chosen(self);

    (void)j;
    return !self->running && !self->writing && p && p != &self->plans[BEGUN] &&
           (p->kind == ALTER_BACKFILL || p->kind == ALTER_STOP);
}

static bool has_plan(const void *ctx, const struct journey *j)
{
    const struct manage *self = ctx;

    (void)j;
    return manage_chosen(self) != NULL;
}

static bool reads(const void *ctx, const struct journey *j)
{
    const struct manage *self = ctx;

    return self->reads && !self->running && !manage_writes(ctx, j);
}

static bool can_read(const void *ctx, const struct journey *j)
{
    const struct manage *self = ctx;

    return !self->running && self->planned && !manage_writes(ctx, j) && !self->reads &&
           !password_ask_open(&self->password);
}

static bool idle(const void *ctx, const struct journey *j)
{
    return !manage_is_busy(ctx) && !manage_writes(ctx, j);
}

static bool leads_back(const void *ctx, const struct journey *j)
{
    return idle(ctx, j) && !reads(ctx, j);
}

static enum nav next_table(void *ctx, struct journey *j)
{
    struct manage *self = ctx;

    (void)j;
    self->table = self->table >= self->plans[0].seen->n_tables ? 0 : self->table + 1;
    to_list(self);
    make_plans(self);
    return STAY;
}

static enum nav copy(void *ctx, struct journey *j)
{
    struct manage *self = ctx;
    struct str text = {0};

    alter_text(self->run ? self->run : manage_chosen(self), &text);
    journey_copy(j, str_text(&text));
    str_done(&text);
    return STAY;
}

static enum nav list_again(void *ctx, struct journey *j)
{
    (void)j;
    to_list(ctx);
    return STAY;
}

static enum nav again(void *ctx, struct journey *j)
{
    look(ctx, j);
    return STAY;
}

static enum nav back(void *ctx, struct journey *j)
{
    (void)ctx;
    return go(j);
}

static bool typing(const void *ctx)
{
    const struct manage *self = ctx;

    return self->dialog.open || password_ask_open(&self->password);
}

static bool holds(const void *ctx)
{
    const struct manage *self = ctx;

    return typing(self) || self->running;
}

static void leave(void *ctx)
{
    struct manage *self = ctx;

    task_clear(&self->running); /* looks into the plans: goes first */
    password_ask_drop(&self->password);
    task_clear(&self->looking);
    arena_done(&self->mem);
}

static const struct action actions[] = {
    {TUI_ENTER, "do it", "asks once more, then does it; each call is seen to take effect", can_do,
     NULL},
    {TUI_ENTER, "monitor", "back to Monitor", is_over, NULL},
    {'t', "table", "another table; behind the last: all of them", has_tables, next_table},
    {'w', "migration", "what is needed first: shown, then written into the repository",
     manage_can_write, manage_write_key},
    {TUI_ESC, "back", "to what can be done", manage_writes, manage_write_close},
    {'y', "copy", "what it means, the migration and Terraform's change with it, whole", has_plan,
     copy},
    {'r', "look again", "look at the stream and the slot", idle, again},
    {TUI_ESC, "monitor", "back to Monitor", leads_back, back},
    {TUI_TAB, "details", "Down and Up move in what it would mean", can_read, NULL},
    {TUI_TAB, "to the list", "Down and Up go to what can be done again", reads, NULL},
    {TUI_ESC, "back", "Down and Up go to what can be done again", reads, list_again},
    {0}};

const struct step manage_step = {
    .title = "Manage",
    .help = "Pause, resume, copy a table anew, recover, another slot, another password, another "
            "proxy: each says what it costs before it is done.",
    .size = sizeof(struct manage),
    .enter = enter,
    .draw = manage_draw,
    .update = update,
    .leave = leave,
    .actions = actions,
    .list = offsetof(struct manage, list),
    .typing = typing,
    .is_busy = manage_is_busy,
    .holds = holds,
    .tick_ms = tick_ms,
};
