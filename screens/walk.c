#include "screens/walk.h"

#include "api/base/arena.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/cli/out.h"
#include "screens/grants.h"
#include "screens/steps.h"
#include "tui/list.h"

#include <stdio.h>

/* --- the table of contents --- */

static const struct step *const steps[JOURNEY_STEPS] = {
    [AT_HOME] = &home_step,
    [AT_CONNECT] = &connect_step,
    [AT_PREREQUISITES] = &prerequisites_step,
    [AT_ACCESS] = &access_step,
    [AT_TABLES] = &tables_step,
    [AT_DESTINATION] = &destination_step,
    [AT_REVIEW] = &review_step,
    [AT_CREATE] = &create_step,
    [AT_MONITOR] = &monitor_step,
    [AT_REMOVE] = &remove_step,
    [AT_REVIEWER] = &reviewer_step,
    [AT_MANAGE] = &manage_step,
};

const struct step *walk_step(enum journey_step at)
{
    return steps[at];
}

bool walk_is_beside(enum journey_step at)
{
    return at == AT_REMOVE || at == AT_REVIEWER || at == AT_MANAGE;
}

/* --- the cursor of a list --- */

static struct list *list_of(const struct walk *w)
{
    return w->step->list ? (struct list *)((char *)w->self + w->step->list) : NULL;
}

static const char *cursor_key(const struct walk *w, char out[64])
{
    snprintf(out, 64, "cursor.%s", w->step->title);
    return out;
}

static void load_cursor(struct walk *w)
{
    char key[64];
    int64_t at = kept_int(w->j.kept, cursor_key(w, key), 0);

    if (list_of(w))
        list_of(w)->at = at > 0 ? (size_t)at : 0;
}

void walk_keep(struct walk *w)
{
    char key[64];

    if (list_of(w))
        kept_set_int(w->j.kept, cursor_key(w, key), (int64_t)list_of(w)->at);
    if (w->step->save)
        w->step->save(w->self, w->j.kept);
}

/* --- from one to the next --- */

void walk_enter(struct walk *w, enum journey_step at)
{
    w->step = steps[at];
    w->self = mem_alloc(w->step->size);
    w->j.at = at;
    w->late = false;
    if (at > w->j.reached && !walk_is_beside(at))
        w->j.reached = at;
    journey_catch_up(&w->j);
    load_cursor(w);
    if (w->step->load)
        w->step->load(w->self, w->j.kept);
    if (w->step->enter)
        w->step->enter(w->self, &w->j);
    journey_changed(&w->j);
}

void walk_begin(struct walk *w)
{
    struct live *l = w->j.live;
    char granted[GRANTS_TEXT * 2];

    journey_resume(&w->j);
    walk_enter(w, w->j.at);
    grants_look(l);
    if (l->granted.n && w->j.said[0] == '\0')
        journey_say(&w->j, MARK_WARN, "%s %s", grants_sentence(l, granted),
                    tr("Access takes them away (d)."));
    if (store_notice(l->store))
        journey_say(&w->j, MARK_WARN, "%s", store_notice(l->store));
    if (l->store_trouble.kind != ERR_NONE)
        journey_say_err(&w->j, &l->store_trouble);
}

void walk_leave(struct walk *w)
{
    walk_keep(w);
    if (w->step->leave)
        w->step->leave(w->self);
    mem_free(w->self);
    w->self = NULL;
}

void walk_go(struct walk *w, enum journey_step to)
{
    walk_leave(w);
    str_copy(w->j.said, sizeof w->j.said, w->j.later);
    w->j.said_mark = w->j.later_mark;
    w->j.later[0] = '\0';
    walk_enter(w, to);
}

static bool would_lose(const struct walk *w)
{
    return (w->step->is_busy && w->step->is_busy(w->self)) ||
           (w->step->holds && w->step->holds(w->self));
}

bool walk_catch_up(struct walk *w)
{
    w->late = journey_caught_up(&w->j) || w->late;
    if (!w->late || would_lose(w))
        return false;
    char said[sizeof w->j.said];
    str_copy(said, sizeof said, w->j.said);
    enum mark mark = w->j.said_mark;
    walk_go(w, w->j.at);
    if (w->j.said[0] == '\0') { /* the answer to a key, a moment ago: it is the same page */
        str_copy(w->j.said, sizeof w->j.said, said);
        w->j.said_mark = mark;
    }
    return true;
}

bool walk_follow(struct walk *w, enum nav nav)
{
    enum journey_step at = w->j.at, to;

    switch (nav) {
    case STAY:
    case QUIT:
    default:
        return false;
    case NEXT:
        to = at == AT_CONNECT && w->j.finding ? AT_HOME : at < AT_MONITOR ? at + 1 : at;
        break;
    case BACK:
        to = at == AT_REVIEWER                     ? w->j.reviewer_from
             : at == AT_MANAGE                     ? AT_MONITOR
             : walk_is_beside(at) || at == AT_HOME ? AT_HOME
                                                   : at - 1;
        break;
    case HOME:
        walk_go(w, AT_HOME);
        return true;
    case GO:
        walk_go(w, w->j.go_to);
        return true;
    }
    if (to != at)
        walk_go(w, to);
    return to != at;
}

void walk_farewell(struct live *l)
{
    struct str text = {0};

    grants_look(l);
    if (!l->options->sandbox)
        grants_farewell(l, &text);
    if (text.bytes) {
        text.text[text.bytes - 1] = '\0'; /* the end of its last line */
        out_talk_lines(text.text);
    }
    str_done(&text);
}
