/* Reviewer: what does a plan file change, or what is chosen here? Nothing is changed by looking.
 *
 *    What replication.json changes against main (0938acb34cff)
 *    columns: 2 start flowing, 1 stop, 0 changed
 *
 *    Sensitive
 *    ! public.person_ident.ident: special (fnr), no reason; starts flowing (text)
 */
#include "screens/answer.h"
#include "screens/journey.h"
#include "screens/lines_view.h"
#include "screens/reviewer_inside.h"
#include "screens/steps.h"
#include "screens/walk.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/nais/lookups.h"
#include "api/plan/reviewing.h"
#include "api/plan/said.h"
#include "tui/field.h"
#include "tui/key.h"

static void enter(void *ctx, struct journey *j)
{
    struct reviewer *self = ctx;

    self->path = reviewer_path(self, j);
    field_init(&self->field, self->base, sizeof self->base);
    reviewer_begin(self, j);
}

static void load(void *ctx, const struct kept *k)
{
    struct reviewer *self = ctx;

    str_copy(self->base, sizeof self->base, kept_text(k, "reviewer.base", ""));
}

static void save(const void *ctx, struct kept *k)
{
    const struct reviewer *self = ctx;

    if (!self->typing)
        kept_set_text(k, "reviewer.base", self->base[0] ? self->base : NULL);
}

/* --- drawing: signs alone are coloured, as on a plan --- */

enum { SIGN = 2 /* columns of a sign and its blank */ };

static struct lines_row row_of(const void *ctx, size_t i)
{
    static const enum style tones[] = {[REVIEW_PLAIN] = STYLE_TEXT,
                                       [REVIEW_ADDED] = STYLE_ADDED,
                                       [REVIEW_REMOVED] = STYLE_REMOVED,
                                       [REVIEW_CHANGED] = STYLE_WARN,
                                       [REVIEW_ALARM] = STYLE_SENSITIVE};
    const struct reviewer *self = ctx;
    const struct review_line *l = &self->lines.items[i];
    struct lines_row row = {.style = STYLE_TEXT, .sign_style = tones[l->tone], .text = l->text};

    switch (l->kind) {
    case REVIEW_TITLE:
    case REVIEW_HEAD:
        row.style = STYLE_HEADING;
        break;
    case REVIEW_TOTAL:
        if (l->tone == REVIEW_ALARM)
            row.sign = review_sign(l->tone);
        else
            row.indent = SIGN;
        break;
    case REVIEW_ITEM:
        row.sign = review_sign(l->tone);
        break;
    case REVIEW_DETAIL:
        row.indent = 2 * SIGN;
        break;
    case REVIEW_CODE:
        row.indent = 2 * SIGN;
        row.style = STYLE_ACCENT;
        break;
    case REVIEW_NOTE:
        row.indent = SIGN;
        break;
    }
    return row;
}

static void draw_base(const struct reviewer *self, struct page *p)
{
    struct field_look as = {
        .label = tr("Against"), .placeholder = tr("the running stream"), .focus = true};

    field_draw(&self->field, &as, p);
    page_note(p, "%s",
              tr("a revision of git (main, HEAD~1), another plan file (./other.json), or nothing: "
                 "the running stream"));
    page_gap(p);
}

static void draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct reviewer *self = ctx;
    struct lines_view lines = {self, self->lines.n, row_of, self->typing};

    (void)j;
    if (self->typing)
        draw_base(self, p);
    if (!self->shown) /* the first of the lines says it otherwise */
        page_heading(p, "%s", tr("What this changes"));
    if (self->trouble.kind != ERR_NONE)
        answer_error(p, &self->trouble);
    else if (self->shown)
        lines_view_draw(&lines, &self->list, p);
    else if (self->reviewing == NULL)
        answered(p, self->place, tr("Asking the cluster where this stream is"));
    else if (reviewer_is_nowhere(self))
        answered(p, self->place, "");
    else if (!answered(p, self->reviewing, tr("Looking at what there was, and what runs")) &&
             task_state(self->reviewing) == TASK_FAILED)
        page_note(p, "%s", tr("→ b compares with something else"));
}

/* --- keys --- */

static void show(struct reviewer *self)
{
    struct review_lines *l = &self->lines;

    arena_reset(&self->texts);
    review_lines(reviewing_review(self->reviewing), &self->texts, l);
    for (size_t i = 0; i < l->n; i++)
        l->items[i].text = said_plain(&self->texts, l->items[i].text);
    list_clamp(&self->list, l->n);
    self->shown = true;
}

static void news(struct reviewer *self, struct journey *j)
{
    if (self->reviewing == NULL && self->place && task_state(self->place) != TASK_RUNNING)
        reviewer_look_there(self, j);
    if (self->reviewing && !self->shown && task_state(self->reviewing) == TASK_OK)
        show(self);
}

static enum nav type(struct reviewer *self, struct journey *j, int key)
{
    if (field_key(&self->field, key))
        return STAY;
    if (key == TUI_ENTER) {
        self->typing = false;
        self->list.at = 0;
        journey_changed(j);
        reviewer_look(self, j);
    } else if (key == TUI_ESC) {
        field_set(&self->field, kept_text(j->kept, "reviewer.base", ""));
        self->typing = false;
    }
    return STAY;
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct reviewer *self = ctx;

    switch (ev.kind) {
    case EV_NEWS:
        news(self, j);
        break;
    case EV_PASTE:
        if (self->typing)
            field_paste(&self->field, ev.text);
        break;
    case EV_KEY:
        if (self->typing)
            return type(self, j, ev.key);
        list_key(&self->list, self->lines.n, ev.key);
        break;
    case EV_TICK:
        break;
    }
    return STAY;
}

static enum nav ask_base(void *ctx, struct journey *j)
{
    struct reviewer *self = ctx;

    save(self, j->kept);
    self->typing = true;
    return STAY;
}

static enum nav copy(void *ctx, struct journey *j)
{
    struct reviewer *self = ctx;
    struct str text = {0};

    if (self->shown) {
        review_markdown(reviewing_review(self->reviewing), &text);
        journey_copy(j, str_text(&text));
    }
    str_done(&text);
    return STAY;
}

static enum nav again(void *ctx, struct journey *j)
{
    reviewer_begin(ctx, j);
    return STAY;
}

/* From here on it is a set-up like any other, and Create asks before anything is made. */
static enum nav edit(void *ctx, struct journey *j)
{
    struct reviewer *self = ctx;

    if (journey_is_running(j)) {
        journey_say(j, MARK_WARN, "%s",
                    tr("a creation is under way: go on with it, or interrupt it there first"));
        return STAY;
    }
    journey_take_file(j, &self->file, &self->target);
    journey_say_later(
        j, MARK_NONE,
        tr("what the file chooses is ticked on Tables; nothing is made before Create"));
    j->go_to = AT_CONNECT;
    return GO;
}

static bool can_edit(const void *ctx, const struct journey *j)
{
    const struct reviewer *self = ctx;

    return !reviewer_is_of_choices(j) && self->has_file;
}

static bool asks_base(const void *ctx, const struct journey *j)
{
    (void)j;
    return ((const struct reviewer *)ctx)->typing;
}

static bool typing(const void *ctx)
{
    const struct reviewer *self = ctx;

    return self->typing;
}

static void leave(void *ctx)
{
    struct reviewer *self = ctx;

    reviewer_stop(self);
    if (self->has_file)
        selection_done(&self->file);
    arena_done(&self->texts);
    arena_done(&self->mem);
}

static const struct action actions[] = {
    {TUI_ENTER, "compare", "what is typed; nothing: the running stream", asks_base, NULL},
    {TUI_ESC, "cancel", "what was compared stays", asks_base, NULL},
    {'b', "base", "against what: a revision of git, another file, or the running stream", NULL,
     ask_base},
    {'y', "copy", "as Markdown, for a pull request", NULL, copy},
    {'e', "edit", "take this file's choices into a set-up of your own", can_edit, edit},
    {'r', "look again", "read the file and look at what runs again", NULL, again},
    {0}};

const struct step reviewer_step = {
    .title = "Review",
    .help = "What a plan file changes: totals, what is sensitive and why it may flow, what starts "
            "and stops, what it needs besides, what it leaves. Nothing is changed here.",
    .size = sizeof(struct reviewer),
    .enter = enter,
    .draw = draw,
    .update = update,
    .leave = leave,
    .save = save,
    .load = load,
    .actions = actions,
    .list = offsetof(struct reviewer, list),
    .typing = typing,
};
