#include "tui/dialog.h"

#include "api/base/str.h"
#include "tui/cells.h"
#include "tui/key.h"
#include "tui/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void dialog_open(struct dialog *d, const char *title, const char *text,
                 const struct dialog_option *options, size_t n, size_t safe)
{
    assert(n > 0 && n <= DIALOG_OPTIONS && safe < n);
    *d = (struct dialog){.title = title,
                         .text = text,
                         .options = options,
                         .n = n,
                         .at = safe,
                         .safe = safe,
                         .open = true};
    field_init(&d->field, d->typed, sizeof d->typed);
}

void dialog_confirm_name(struct dialog *d, const char *name)
{
    d->typed_name = name;
}

void dialog_close(struct dialog *d)
{
    d->open = false;
}

/* --- drawing --- */

enum { WIDTH = 64, OPTION_WORDS = 80 };

static int paragraph_lines(const char *text, int columns)
{
    int lines = 0;
    bool more = true;
    for (;;) {
        text_wrap(&text, columns, &more);
        if (!more)
            return lines;
        lines++;
    }
}

static void draw_options(const struct dialog *d, struct page *p)
{
    char name[KEY_NAME];
    for (size_t i = 0; i < d->n; i++) {
        const struct dialog_option *o = &d->options[i];
        bool here = i == d->at;
        if (here && d->typed_name == NULL)
            page_highlight(p);
        page_stop(p, here);
        page_put_pointer(p, here);
        page_put(p, STYLE_TEXT, "%s", theme_words()->say(o->label));
        if (o->key != TUI_NONE && d->typed_name == NULL)
            page_put_right(p, STYLE_TEXT, "%s ", key_shown(o->key, name));
        page_newline(p);
    }
}

/* On a low screen the words give way, never the options. */
static void draw_words(const struct dialog *d, int most, struct page *p)
{
    int end = p->pane.clip_end;
    if (p->pane.origin + most < end)
        p->pane.clip_end = p->pane.origin + most;
    page_paragraphs(p, STYLE_TEXT, d->text);
    p->pane.clip_end = end;
    if (p->pane.y > most)
        p->pane.y = most > 0 ? most : 0;
}

/* Up to the colon: the words behind it explain. */
static struct page_key key_of(const struct dialog_option *o, int key, char room[OPTION_WORDS])
{
    const char *label = theme_words()->say(o->label);
    snprintf(room, OPTION_WORDS, "%.*s", (int)strcspn(label, ":"), label);
    return (struct page_key){key, room};
}

static void draw_keys(const struct dialog *d, struct page *p)
{
    char words[DIALOG_OPTIONS][OPTION_WORDS];
    struct page_key keys[DIALOG_OPTIONS + 3];
    size_t n = 0;

    keys[n++] = key_of(&d->options[d->at], TUI_ENTER, words[d->at]);
    for (size_t i = 0; i < d->n && d->typed_name == NULL; i++)
        if (i != d->at && d->options[i].key != TUI_NONE)
            keys[n++] = key_of(&d->options[i], d->options[i].key, words[i]);
    keys[n++] = (struct page_key){TUI_DOWN, theme_words()->choose};
    keys[n++] = (struct page_key){TUI_ESC, theme_words()->cancel};
    page_keys_instead(p, keys, n);
}

void dialog_draw(const struct dialog *d, struct page *p)
{
    if (!d->open || p->small)
        return;
    int width = p->cols - 8 < WIDTH ? p->cols - 8 : WIDTH;
    int lines = paragraph_lines(d->text, width) + 1 + (int)d->n;
    if (d->typed_name != NULL)
        lines += paragraph_lines(d->typed_name, width) + 3 + d->wrong;
    draw_keys(d, p);
    page_overlay(p, d->title, width, lines);
    draw_words(d, page_room(p) - (lines - paragraph_lines(d->text, width)), p);
    page_gap(p);
    if (d->typed_name != NULL) {
        page_text(p, "%s", theme_words()->confirm);
        page_styled(p, STYLE_ACCENT, "%s", d->typed_name);
    }
    if (d->typed_name != NULL) {
        struct field_look look = {.label = theme_words()->name,
                                  .placeholder = theme_words()->type_here,
                                  .problem = d->wrong ? theme_words()->wrong_name : NULL,
                                  .focus = true,
                                  .label_width = 8};
        field_draw(&d->field, &look, p);
        page_gap(p);
    }
    draw_options(d, p);
    page_overlay_end(p);
}

/* --- keys --- */

static int choose(struct dialog *d, size_t i)
{
    if (d->options[i].dangerous && d->typed_name != NULL && !str_eq(d->typed, d->typed_name)) {
        d->at = i;
        d->wrong = true;
        return DIALOG_OPEN;
    }
    d->open = false;
    return (int)i;
}

static size_t dangerous(const struct dialog *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->options[i].dangerous)
            return i;
    return d->safe;
}

/* Who types means to go on: Enter then does it, or says that the name is another. */
static void typed(struct dialog *d)
{
    d->wrong = false;
    if (!d->moved)
        d->at = d->typed[0] != '\0' ? dangerous(d) : d->safe;
}

/* Where a name is typed the ends are ends: one key too many leads to no other answer. */
static size_t beside(const struct dialog *d, bool down)
{
    if (d->typed_name == NULL)
        return (d->at + (down ? 1 : d->n - 1)) % d->n;
    if (down)
        return d->at + 1 < d->n ? d->at + 1 : d->at;
    return d->at > 0 ? d->at - 1 : 0;
}

static bool motion(struct dialog *d, int key)
{
    switch (key) {
    case TUI_UP:
    case TUI_BTAB:
        d->at = beside(d, false);
        return true;
    case TUI_DOWN:
    case TUI_TAB:
        d->at = beside(d, true);
        return true;
    default:
        return false;
    }
}

int dialog_key(struct dialog *d, int key)
{
    if (key == TUI_ESC || d->n == 0) {
        d->open = false;
        return DIALOG_ESC;
    }
    if (key == TUI_ENTER)
        return choose(d, d->at);
    if (motion(d, key)) {
        d->moved = true;
        return DIALOG_OPEN;
    }
    if (d->typed_name != NULL) {
        if (field_key(&d->field, key))
            typed(d);
        return DIALOG_OPEN;
    }
    for (size_t i = 0; i < d->n; i++)
        if (d->options[i].key != TUI_NONE && d->options[i].key == key)
            return choose(d, i);
    motion(d, key_as_motion(key));
    return DIALOG_OPEN;
}
