#include "screens/plain.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/cli/out.h"
#include "screens/journey.h"
#include "screens/wizard.h"
#include "tui/key.h"
#include "tui/shot.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The page is drawn as ever, tall enough for everything, and printed as text; what the keys do is a
 * numbered list; a line of input is a number, the name of a key, or text for the field. */

enum { TALL = 400, NARROW = 60, LINE = 1024 };

struct plain {
    struct journey j;
    const struct step *step;
    void *self;
    struct page *page;
    int cols;
    bool done;
};

bool plain_wanted(const struct options *o)
{
    const char *accessible = getenv("ACCESSIBLE"), *ours = getenv("STROM_ACCESSIBLE"),
               *term = getenv("TERM");

    return o->plain || !str_is_empty(accessible) || !str_is_empty(ours) || str_eq(term, "dumb");
}

static void enter(struct plain *p, enum journey_step at)
{
    p->step = wizard_step(at);
    p->self = mem_alloc(p->step->size);
    p->j.at = at;
    journey_catch_up(&p->j);
    if (at > p->j.reached && at != AT_REMOVE)
        p->j.reached = at;
    if (p->step->load)
        p->step->load(p->self, p->j.kept);
    if (p->step->enter)
        p->step->enter(p->self, &p->j);
    journey_changed(&p->j);
}

static void leave(struct plain *p)
{
    if (p->step->save)
        p->step->save(p->self, p->j.kept);
    if (p->step->leave)
        p->step->leave(p->self);
    mem_free(p->self);
}

static void follow(struct plain *p, enum nav nav)
{
    enum journey_step to = AT_HOME;

    switch (nav) {
    case STAY:
        return;
    case NEXT:
        to = p->j.at < AT_MONITOR ? p->j.at + 1 : p->j.at;
        break;
    case BACK:
        to = p->j.at > AT_HOME && p->j.at != AT_REMOVE ? p->j.at - 1 : AT_HOME;
        break;
    case HOME:
        break;
    case GO:
        to = p->j.go_to;
        break;
    case QUIT:
        p->done = true;
        return;
    }
    leave(p);
    enter(p, to);
}

static void tell(struct plain *p, struct event ev)
{
    if (ev.kind == EV_NEWS && journey_caught_up(&p->j)) {
        leave(p);
        enter(p, p->j.at);
    }
    if (p->step->update)
        follow(p, p->step->update(p->self, &p->j, ev));
}

/* Waits until nothing is in flight; says every half minute that it still waits. */
static void settle(struct plain *p)
{
    struct net *net = p->j.live->net;
    int64_t said = clock_mono_ms();

    while (net_running(net) > 0 && !p->done) {
        net_wait(net, NULL, 0, clock_mono_ms() + 1000);
        if (net_step(net))
            tell(p, (struct event){.kind = EV_NEWS});
        if (clock_mono_ms() - said > 30000) {
            said = clock_mono_ms();
            out_talk("%s", tr("still waiting ..."));
        }
    }
    if (net_step(net))
        tell(p, (struct event){.kind = EV_NEWS});
}

static size_t list_actions(const struct plain *p, const struct action **out, size_t most)
{
    size_t n = 0;

    for (const struct action *a = p->step->actions; a && a->label && n < most; a++)
        if (a->possible == NULL || a->possible(p->self, &p->j))
            out[n++] = a;
    return n;
}

static void show(struct plain *p)
{
    const struct action *actions[32];
    struct str text = {0};
    char name[KEY_NAME];
    size_t n = list_actions(p, actions, 32);

    page_begin(p->page, p->cols, TALL);
    page_set_ascii(p->page, true);
    page_set_wrap(p->page, true);
    p->step->draw(p->self, &p->j, p->page);
    page_end(p->page);
    shot_text(p->page, false, &text);
    char *cursor = strstr(str_text(&text), "-- cursor");
    if (cursor)
        *cursor = '\0';
    while (text.bytes && strlen(text.text) && text.text[strlen(text.text) - 1] == '\n')
        text.text[strlen(text.text) - 1] = '\0';
    if (p->j.at == AT_HOME || p->j.at == AT_REMOVE)
        out_line("\n== %s ==\n%s", tr(p->step->title), str_text(&text));
    else
        out_line("\n== %d/%d %s ==\n%s", (int)p->j.at, AT_MONITOR, tr(p->step->title),
                 str_text(&text));
    str_done(&text);
    if (p->j.said[0])
        out_line("* %s", p->j.said);
    p->j.said[0] = '\0';
    for (size_t i = 0; i < n; i++)
        out_line("%zu) %s (%s)", i + 1, tr(actions[i]->label), key_name(actions[i]->key, name));
    out_line("%s", tr("Up, Down, Space, Tab, Enter move and choose; =TEXT types; back; quit"));
}

/* --- a line of input --- */

static void press(struct plain *p, int key)
{
    const struct action *actions[32];
    size_t n = list_actions(p, actions, 32);
    bool typing = p->step->typing && p->step->typing(p->self);

    for (size_t i = 0; i < n && !typing; i++)
        if (actions[i]->key == key && actions[i]->run) {
            follow(p, actions[i]->run(p->self, &p->j));
            return;
        }
    if (key == TUI_ESC && !typing)
        follow(p, BACK);
    else
        tell(p, (struct event){.kind = EV_KEY, .key = key});
}

static void obey(struct plain *p, char *line)
{
    const struct action *actions[32];
    size_t n = list_actions(p, actions, 32);
    long long number;

    if (line[0] == '=') {
        press(p, TUI_CTRL('U'));
        tell(p, (struct event){.kind = EV_PASTE, .text = line + 1});
    } else if (str_eq(line, "quit") || str_eq(line, "q")) {
        p->done = true;
    } else if (str_eq(line, "back")) {
        press(p, TUI_ESC);
    } else if (str_int64(line, 1, (long long)n, &number)) {
        press(p, actions[number - 1]->key);
    } else if (line[0] == '\0') {
        press(p, TUI_ENTER);
    } else if (key_of_name(line) != TUI_NONE) {
        press(p, key_of_name(line));
    } else {
        journey_say(&p->j, MARK_WARN, tr("not understood: %s"), line);
    }
}

int plain_run(struct live *l)
{
    struct plain p = {.cols = 80};
    const char *columns = getenv("COLUMNS");
    char line[LINE];
    long long cols;

    if (columns && str_int64(columns, 20, 500, &cols))
        p.cols = cols < NARROW ? NARROW : (int)cols;
    p.page = page_new(p.cols, TALL);
    journey_open(&p.j, l);
    journey_resume(&p.j);
    enter(&p, p.j.at);
    while (!p.done) {
        settle(&p);
        show(&p);
        journey_save(&p.j);
        if (fgets(line, sizeof line, stdin) == NULL)
            break;
        line[strcspn(line, "\r\n")] = '\0';
        obey(&p, line);
        mem_free(p.j.to_copy); /* the text stands on the page already */
        p.j.to_copy = NULL;
    }
    leave(&p);
    journey_save(&p.j);
    journey_close(&p.j);
    page_free(p.page);
    return 0;
}
