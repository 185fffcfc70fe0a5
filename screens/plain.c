#include "screens/plain.h"

#include "api/base/clock.h"
#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/cli/line.h"
#include "screens/cli/out.h"
#include "screens/cli/session.h"
#include "screens/plain_more.h"
#include "screens/plain_page.h"
#include "screens/walk.h"
#include "tui/field.h"
#include "tui/key.h"
#include "tui/shot.h"
#include "tui/term.h"

#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The page is drawn as ever, tall enough for everything, never in two columns, and printed as text;
 * what the keys do is a numbered list; a line of input is a number, the name of a key, or text for
 * the field. */

enum { TALL = 400, NARROW = 60, WIDE = PAGE_COLS_SPLIT - 1, LINE = 1024 };

struct plain {
    struct walk walk;
    struct page *page;
    struct plain_page read;
    int cols;
    bool interrupted; /* once, without an answer since */
    bool news;        /* something happened while a line was typed */
    bool done;
    int exit_code;
};

bool plain_wanted(const struct options *o)
{
    const char *accessible = getenv("ACCESSIBLE"), *ours = getenv("STROM_ACCESSIBLE");

    return o->plain || !str_is_empty(accessible) || !str_is_empty(ours) ||
           (o->keys == NULL && term_is_dumb()); /* --keys needs no terminal */
}

static void follow(struct plain *p, enum nav nav)
{
    if (nav == QUIT)
        p->done = true;
    else
        walk_follow(&p->walk, nav);
}

static void tell(struct plain *p, struct event ev)
{
    if (ev.kind == EV_NEWS)
        walk_catch_up(&p->walk);
    if (p->walk.step->update)
        follow(p, p->walk.step->update(p->walk.self, &p->walk.j, ev));
}

/* As in the wizard: where something is under way the step asks first, and a second Ctrl-C leaves.
 * What was begun and what was entered is kept either way. True: nothing is waited for any more. */
static bool was_interrupted(struct plain *p)
{
    int number = session_take_caught();

    if (number == 0)
        return false;
    if (number == SIGINT && !p->interrupted && p->walk.step->is_busy &&
        p->walk.step->is_busy(p->walk.self)) {
        p->interrupted = true;
        tell(p, (struct event){.kind = EV_KEY, .key = TUI_CTRL('C')});
        return true;
    }
    p->exit_code = 128 + number;
    p->done = true;
    return true;
}

/* Waits until nothing is in flight; says every half minute that it still waits. */
static void settle(struct plain *p)
{
    struct net *net = p->walk.j.live->net;
    int64_t said = clock_mono_ms();

    if (p->news)
        tell(p, (struct event){.kind = EV_NEWS});
    p->news = false;
    while (net_running(net) > 0 && !p->done && !was_interrupted(p)) {
        net_wait(net, NULL, 0, clock_mono_ms() + 1000);
        if (net_step(net))
            tell(p, (struct event){.kind = EV_NEWS});
        const char *woke = live_woke(p->walk.j.live);
        if (woke)
            out_talk("%s", woke);
        if (clock_mono_ms() - said > 30000) {
            said = clock_mono_ms();
            out_talk("%s", tr("still waiting ..."));
        }
    }
    if (net_step(net))
        tell(p, (struct event){.kind = EV_NEWS});
}

/* A second key for the same is of no use to whoever answers by number. */
static bool is_listed(const struct action *const *listed, size_t n, const char *label)
{
    while (n > 0)
        if (str_eq(listed[--n]->label, label))
            return true;
    return false;
}

static size_t list_actions(const struct plain *p, const struct action **out, size_t most)
{
    size_t n = 0;

    for (const struct action *a = p->walk.step->actions; a && a->label && n < most; a++)
        if ((a->possible == NULL || a->possible(p->walk.self, &p->walk.j)) &&
            !is_listed(out, n, a->label))
            out[n++] = a;
    return n;
}

/* A question stands in the middle of the tall page: one empty line is as good as a hundred. */
static void squeeze(char *text)
{
    char *to = text;

    for (const char *at = text; *at; at++)
        if (*at != '\n' || to - text < 2 || to[-1] != '\n' || to[-2] != '\n')
            *to++ = *at;
    while (to > text && to[-1] == '\n')
        to--;
    *to = '\0';
}

static void add_actions(const struct plain *p, struct str *out)
{
    const struct action *actions[32];
    char name[KEY_NAME];
    size_t n = list_actions(p, actions, 32);

    for (size_t i = 0; i < n; i++)
        safe_printf(out, "%zu) %s (%s)\n", i + 1, tr(actions[i]->label),
                    key_name(actions[i]->key, name));
}

static void add_title(const struct plain *p, struct str *out)
{
    if (p->walk.j.at == AT_HOME || walk_is_beside(p->walk.j.at))
        safe_printf(out, "== %s ==", tr(p->walk.step->title));
    else
        safe_printf(out, "== %d/%d %s ==", (int)p->walk.j.at, AT_MONITOR, tr(p->walk.step->title));
}

static int columns_there(void)
{
    const char *columns = getenv("COLUMNS");
    long long said;
    int here = term_columns();

    if (columns && str_int64(columns, 20, 500, &said))
        return (int)said;
    return here >= 20 ? here : 80;
}

/* A terminal that was made wider or narrower is obeyed at the next page, which is read whole. */
static void look_at_width(struct plain *p)
{
    int columns = columns_there();

    if (columns == p->read.columns)
        return;
    p->read.columns = columns;
    /* what is narrower is wrapped once, where it is read, not twice */
    p->cols = columns < NARROW || columns > WIDE ? WIDE : columns;
    plain_page_forget(&p->read);
}

static void draw(struct plain *p, struct str *text)
{
    look_at_width(p);
    page_begin(p->page, p->cols, TALL);
    page_set_ascii(p->page, true);
    page_set_wrap(p->page, true);
    p->walk.step->draw(p->walk.self, &p->walk.j, p->page);
    page_end(p->page);
    shot_text(p->page, false, text);
    char *cursor = strstr(str_text(text), "-- cursor");
    if (cursor)
        *cursor = '\0';
    if (text->bytes)
        squeeze(text->text);
}

static void show(struct plain *p)
{
    struct str title = {0}, text = {0}, actions = {0};

    draw(p, &text);
    add_title(p, &title);
    add_actions(p, &actions);
    bool whole = plain_page_read(&p->read, str_text(&title), str_text(&text), str_text(&actions));
    if (p->walk.j.said[0]) {
        str_clear(&text);
        safe_printf(&text, "* %s", p->walk.j.said);
        plain_page_say(&p->read, str_text(&text));
    }
    p->walk.j.said[0] = '\0';
    plain_page_say(&p->read, whole ? tr("Up, Down, Space, Tab, Enter move and choose; =TEXT types; "
                                        "help explains all; back; quit")
                                   : tr("help; page; back; quit"));
    str_done(&title);
    str_done(&text);
    str_done(&actions);
}

/* --- a line of input --- */

static void press(struct plain *p, int key)
{
    const struct action *actions[32];
    size_t n = list_actions(p, actions, 32);
    bool typing = p->walk.step->typing && p->walk.step->typing(p->walk.self);

    for (size_t i = 0; i < n && !typing; i++)
        if (actions[i]->key == key && actions[i]->run) {
            follow(p, actions[i]->run(p->walk.self, &p->walk.j));
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
    const struct plain_more more = {&p->walk, actions, n, &p->read, p->page, p->cols};
    int of_everywhere = line[0] == '=' ? PLAIN_MORE_NOT : plain_more(&more, line);
    long long number;

    if (line[0] == '=') {
        press(p, TUI_CTRL('U'));
        tell(p, (struct event){.kind = EV_PASTE, .text = line + 1});
    } else if (str_eq(line, "quit") || str_eq(line, "q")) {
        p->done = true;
    } else if (str_eq(line, "page")) {
        plain_page_forget(&p->read);
    } else if (of_everywhere != PLAIN_MORE_NOT) {
        if (of_everywhere != PLAIN_MORE_SAID)
            press(p, of_everywhere);
    } else if (str_eq(line, "back")) {
        press(p, TUI_ESC);
    } else if (str_int64(line, 1, (long long)n, &number)) {
        press(p, actions[number - 1]->key);
    } else if (line[0] == '\0') {
        press(p, TUI_ENTER);
    } else if (key_of_name(line) != TUI_NONE) {
        press(p, key_of_name(line));
    } else {
        journey_say(&p->walk.j, MARK_WARN, tr("not understood: %s"), line);
    }
}

/* The next line, and what it asks for. */
static void listen(struct plain *p)
{
    char text[LINE];
    struct line line = {text, sizeof text, field_hides(p->page), p->walk.j.live->net, false};

    switch (line_read(&line)) {
    case LINE_READ:
        p->interrupted = false;
        obey(p, text);
        break;
    case LINE_LONG:
        journey_say(&p->walk.j, MARK_WARN, tr("longer than %d bytes: not taken"), LINE - 1);
        break;
    case LINE_OVER:
        p->done = true;
        break;
    case LINE_SIGNAL:
        was_interrupted(p);
        break;
    }
    p->news = line.news;
    secret_wipe(text, sizeof text);
}

int plain_run(struct live *l)
{
    struct plain p = {0};

    session_catch(l->net);
    look_at_width(&p);
    p.page = page_new(p.cols, TALL);
    journey_open(&p.walk.j, l);
    walk_begin(&p.walk);
    while (!p.done) {
        settle(&p);
        if (p.done)
            break;
        show(&p);
        journey_save(&p.walk.j);
        listen(&p);
        mem_free(p.walk.j.to_copy); /* the text stands on the page already */
        p.walk.j.to_copy = NULL;
    }
    walk_leave(&p.walk);
    walk_farewell(l);
    journey_save(&p.walk.j);
    journey_close(&p.walk.j);
    plain_page_done(&p.read);
    page_free(p.page);
    session_catch(NULL);
    return p.exit_code;
}
