/* Connect: which app, which project, which database? Each is tested as soon as it is known.
 *
 *    Cluster      ‹ dev-gcp ›
 *    Namespace    aap
 *    App          ‹ postmottak-backend ›
 *      ✔ ok  PostgreSQL 15 in aap-dev-ab12, europe-north1
 *    Google       ✔ ok  kari.nordmann@nav.no
 *    Database     host=127.0.0.1 port=5432
 *      ✔ ok  postmottak as kari.nordmann@nav.no, PostgreSQL 15.20
 */
#include "screens/answer.h"
#include "screens/connect_ask.h"
#include "screens/connect_found.h"
#include "screens/journey.h"
#include "screens/steps.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/names.h"
#include "tui/choice.h"
#include "tui/key.h"

#include <string.h>

static bool is_field(enum connect_row row)
{
    return row != ROW_CONTEXT && row != ROW_APP;
}

static void enter(void *ctx, struct journey *j)
{
    struct connect *self = ctx;
    struct err e;

    if (!live_fill_target(j->live, &j->target, &e))
        journey_say_err(j, &e);
    if (j->dsn[0] == '\0' && j->live->options->dsn)
        str_copy(j->dsn, sizeof j->dsn, j->live->options->dsn);
    connect_fields(self, j);
    connect_contexts(self, j);
    connect_ask_cluster(self, j);
    connect_ask_google(self, j);
    connect_ask_database(self, j);
}

/* --- drawing -------------------------------------------------------------------------------------
 */

static void draw_field(const struct connect *self, enum connect_row row, const char *label,
                       const char *placeholder, struct page *p)
{
    struct field_look look = {.label = label,
                              .placeholder = placeholder,
                              .focus = self->focus == row,
                              .problem = connect_problem(self, row)};

    field_draw(&self->fields[row], &look, p);
}

static void draw_apps(const struct connect *self, const struct journey *j, struct page *p)
{
    struct choice_item items[CONNECT_APPS];
    const struct nais_apps *apps = connect_apps(self);

    if (j->live->cluster == NULL) {
        page_mark(p, MARK_WARN, "%s: %s", tr("No cluster"), j->live->cluster_trouble.why);
        page_note(p, "%s", tr("Type project, region, instance and database below instead."));
        return;
    }
    answer_login(p, j->live->cluster);
    if (!answered(p, self->apps, tr("Asking the cluster for apps with a database")))
        return;
    if (apps->n == 0) {
        page_mark(p, MARK_WARN, tr("No app in %s has a Cloud SQL instance"),
                  cluster_namespace(j->live->cluster));
        return;
    }
    for (size_t i = 0; i < apps->n && i < CONNECT_APPS; i++)
        items[i] = (struct choice_item){.name = apps->items[i].app};
    choice_line(&self->app, tr("App"), items, apps->n < CONNECT_APPS ? apps->n : CONNECT_APPS,
                self->focus == ROW_APP, p);
}

static void draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct connect *self = ctx;
    struct choice_item items[CONNECT_CONTEXTS];

    page_heading(p, "%s", tr("Where is the data today?"));
    page_form(p, true);
    for (size_t i = 0; i < self->n_contexts; i++)
        items[i] = (struct choice_item){.name = self->contexts[i]};
    if (self->n_contexts) {
        choice_line(&self->context, tr("Cluster"), items, self->n_contexts,
                    self->focus == ROW_CONTEXT, p);
        draw_field(self, ROW_NAMESPACE, tr("Namespace"), "team", p);
    }
    draw_apps(self, j, p);
    connect_found_source(self, j, p);
    draw_field(self, ROW_PROJECT, tr("Project"), "team-dev-ab12", p);
    draw_field(self, ROW_REGION, tr("Region"), "europe-north1", p);
    draw_field(self, ROW_INSTANCE, tr("Instance"), tr("usually the app's name"), p);
    draw_field(self, ROW_DATABASE, tr("Database"), "", p);
    page_gap(p);
    connect_found_google(self, j, p);
    page_gap(p);
    draw_field(self, ROW_DSN, tr("Connection"), tr("PG* variables; or host=... port=... user=..."),
               p);
    connect_found_database(self, j, p);
    draw_field(self, ROW_PASSWORD, tr("Password"),
               secret_is_empty(j->live->db_password) ? tr("of datastream; asked when it is needed")
                                                     : tr("known"),
               p);
}

/* --- keys ----------------------------------------------------------------------------------------
 */

static void move(struct connect *self, int by)
{
    enum connect_row first = self->n_contexts ? ROW_CONTEXT : ROW_PROJECT;
    int row = (int)self->focus + by;

    if (row < (int)first)
        row = ROWS - 1;
    if (row >= ROWS)
        row = (int)first;
    if (row == ROW_APP && (connect_apps(self) == NULL || connect_apps(self)->n == 0))
        row += by;
    self->fields[self->focus].touched = true;
    self->focus = (enum connect_row)row;
}

static enum nav go_on(struct connect *self, struct journey *j)
{
    const struct target *t = &j->target;

    connect_commit(self, j);
    for (enum connect_row row = ROW_PROJECT; row <= ROW_DATABASE; row++)
        if (self->fields[row].text[0] == '\0' || connect_problem(self, row)) {
            self->fields[row].touched = true;
            self->focus = row;
            journey_say(j, MARK_WARN, "%s", tr("this is needed to go on"));
            return STAY;
        }
    if (connect_problem(self, ROW_DSN)) {
        self->focus = ROW_DSN;
        journey_say(j, MARK_WARN, "%s", connect_problem(self, ROW_DSN));
        return STAY;
    }
    if (j->opened && j->source[0] && !str_eq(j->source, t->database)) {
        self->focus = ROW_DATABASE;
        journey_say(j, MARK_WARN,
                    tr("the stream %s reads the database %s: choose its app, or connect there"),
                    t->stream, j->source);
        return STAY;
    }
    if (j->live->pg == NULL && !self->warned) {
        self->warned = true;
        journey_say(
            j, MARK_WARN, "%s",
            tr("no connection to the database: what it knows stays unknown; Enter again goes on"));
        return STAY;
    }
    j->elsewhere = false;
    names_complete(&j->target);
    google_use_project(j->live->google, t->project);
    return NEXT;
}

static bool row_key(struct connect *self, struct journey *j, int key)
{
    struct choice_item items[CONNECT_CONTEXTS + CONNECT_APPS] = {{0}};
    const struct nais_apps *apps = connect_apps(self);

    if (self->focus == ROW_CONTEXT &&
        choice_line_key(&self->context, items, self->n_contexts, key)) {
        connect_choose_context(self, j);
        return true;
    }
    if (self->focus == ROW_APP && apps && choice_line_key(&self->app, items, apps->n, key)) {
        connect_choose_app(self, j, apps->items[self->app.at].app);
        return true;
    }
    return is_field(self->focus) && connect_type(self, j, key, NULL);
}

static enum nav on_key(struct connect *self, struct journey *j, int key)
{
    if (row_key(self, j, key))
        return STAY;
    switch (key) {
    case TUI_UP:
    case TUI_BTAB:
        connect_field_left(self, j);
        move(self, -1);
        return STAY;
    case TUI_DOWN:
    case TUI_TAB:
        connect_field_left(self, j);
        move(self, 1);
        return STAY;
    case TUI_ENTER:
        if (self->edited) {
            connect_field_left(self, j);
            move(self, 1);
            return STAY;
        }
        return go_on(self, j);
    case TUI_ESC:
        connect_commit_dsn(self, j);
        connect_take_password(self, j);
        return BACK;
    default:
        return STAY;
    }
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct connect *self = ctx;

    if (j->live->pg)
        pg_alive(j->live->pg); /* looks; what is drawn only tells */
    switch (ev.kind) {
    case EV_KEY:
        return on_key(self, j, ev.key);
    case EV_PASTE:
        if (is_field(self->focus))
            connect_type(self, j, TUI_NONE, ev.text);
        break;
    case EV_NEWS:
        connect_news(self, j);
        break;
    case EV_TICK:
        break;
    }
    return STAY;
}

static enum nav again(void *ctx, struct journey *j)
{
    struct connect *self = ctx;

    google_reload(j->live->google);
    live_use_pg(j->live, NULL);
    connect_ask_cluster(self, j);
    connect_ask_google(self, j);
    connect_ask_database(self, j);
    return STAY;
}

static bool typing(const void *ctx)
{
    const struct connect *self = ctx;

    return is_field(self->focus);
}

static void leave(void *ctx)
{
    connect_drop(ctx);
}

static void save(const void *ctx, struct kept *k)
{
    const struct connect *self = ctx;

    kept_set_int(k, "connect.focus", self->focus);
    kept_set_int(k, "connect.typed", self->typed);
    if (is_field(self->focus))
        kept_set_int(k, "connect.cursor", (int64_t)self->fields[self->focus].at);
}

static void load(void *ctx, const struct kept *k)
{
    struct connect *self = ctx;
    int64_t focus = kept_int(k, "connect.focus", ROW_APP);

    self->focus = focus >= 0 && focus < ROWS ? (enum connect_row)focus : ROW_APP;
    self->cursor = kept_int(k, "connect.cursor", -1);
    self->typed = (unsigned)(kept_int(k, "connect.typed", 0) & ((1 << ROWS) - 1));
}

static const struct action actions[] = {
    {TUI_ENTER, "go on", "to Prerequisites", NULL, NULL},
    {TUI_TAB, "next field", "to the next line", NULL, NULL},
    {TUI_CTRL('R'), "test again", "ask cluster, Google and the database again", NULL, again},
    {0}};

const struct step connect_step = {
    .title = "Connect",
    .help = "Which app, which project and which database. Each is tested as soon as it is known.",
    .size = sizeof(struct connect),
    .enter = enter,
    .draw = draw,
    .update = update,
    .leave = leave,
    .actions = actions,
    .save = save,
    .load = load,
    .typing = typing,
};
