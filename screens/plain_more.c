#include "screens/plain_more.h"

#include "api/base/safe.h"
#include "api/base/tr.h"
#include "screens/cli/out.h"
#include "screens/link.h"
#include "screens/script.h"
#include "screens/way.h"
#include "tui/key.h"

#include <string.h>

static void say_lines(const struct plain_more *m, const struct str *text)
{
    const char *at = str_text(text);
    struct str line = {0};

    for (size_t n; *at; at += n + (at[n] == '\n')) {
        n = strcspn(at, "\n");
        str_clear(&line);
        str_addn(&line, at, n);
        plain_page_say(m->read, str_text(&line));
    }
    str_done(&line);
}

static void help(const struct plain_more *m)
{
    struct str text = {0};
    char name[KEY_NAME];

    if (m->walk->step->help)
        safe_printf(&text, "%s\n", tr(m->walk->step->help));
    for (size_t i = 0; i < m->n; i++)
        safe_printf(&text, "%zu) %s (%s): %s\n", i + 1, tr(m->actions[i]->label),
                    key_name(m->actions[i]->key, name), tr(m->actions[i]->help));
    safe_printf(&text, "%s\n",
                tr("Up, Down, Space, Tab, Enter move and choose; =TEXT types into a field"));
    safe_printf(&text, "%s\n", tr("page: reads the page again"));
    safe_printf(&text, "%s\n", tr("steps: done, here, blocked, not yet; step 4: to that one"));
    safe_printf(&text, "%s\n", tr("write: what is shown, into a file of the working folder"));
    safe_printf(&text, "%s\n", tr("open: the address of this in Google's console"));
    safe_printf(&text, "%s\n", tr("back: the screen before; quit: leave; nothing is lost"));
    say_lines(m, &text);
    str_done(&text);
}

static void list_steps(const struct plain_more *m)
{
    struct str text = {0};
    struct way way;

    way_read(&m->walk->j, &way);
    plain_page_say(m->read, way.title);
    page_begin(m->page, m->cols, WAY_STEPS * 4);
    page_set_ascii(m->page, true);
    page_set_wrap(m->page, true);
    steps_list(NULL, way.items, WAY_STEPS, way.current, m->page);
    page_end(m->page);
    script_text(m->page, &text);
    say_lines(m, &text);
    str_done(&text);
}

static void write_page(const struct plain_more *m)
{
    struct journey *j = &m->walk->j;
    char file[64];
    struct err e;

    if (script_save(m->page, m->walk->step->title, file, &e))
        journey_say(j, MARK_OK, tr("written: %s"), file);
    else
        journey_say_err(j, &e);
}

static void tell_address(const struct plain_more *m)
{
    char address[LINK_TEXT];

    if (link_of(&m->walk->j, address))
        out_line("%s", address); /* in one line, however narrow: it is copied from there */
    else
        journey_say(&m->walk->j, MARK_WARN, "%s",
                    tr("this screen has no page in Google's console yet"));
}

static const struct action *own(const struct plain_more *m, int letter)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->actions[i]->key == letter)
            return m->actions[i];
    return NULL;
}

/* The letter alone counts where it is no text. */
static bool asks_for(const struct plain_more *m, const char *line, const char *word, int letter)
{
    bool typing = m->walk->step->typing && m->walk->step->typing(m->walk->self);

    return str_eq(line, word) || (line[0] == (char)letter && line[1] == '\0' && !typing);
}

int plain_more(const struct plain_more *m, const char *line)
{
    static const struct {
        const char *word;
        int letter;
        void (*say)(const struct plain_more *m);
    } all[] = {{"help", '?', help},
               {"steps", 'S', list_steps},
               {"write", 'w', write_page},
               {"open", 'o', tell_address}};
    long long number;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (asks_for(m, line, all[i].word, all[i].letter)) {
            if (own(m, all[i].letter))
                return all[i].letter;
            all[i].say(m);
            return PLAIN_MORE_SAID;
        }
    if (!str_starts(line, "step ") || !str_int64(line + 5, 1, WAY_STEPS, &number))
        return PLAIN_MORE_NOT;
    way_go(m->walk, (enum journey_step)number);
    return PLAIN_MORE_SAID;
}
