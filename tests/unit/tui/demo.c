/* A small program over the toolkit, for the tests of the terminal and for figures.
 *
 *     tui_demo            shows each key; text field; crashes on demand
 *     tui_demo tree G L   a tree of G groups with L leaves each, all open */

#include "tui/clip.h"
#include "tui/dialog.h"
#include "tui/field.h"
#include "tui/loop.h"
#include "tui/tree.h"

#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct demo {
    struct loop *loop;
    struct term *term;
    char key[KEY_NAME], text[200];
    struct field field;
    char pasted[400];
    size_t keys, draws;
    bool done;
    int code;
    struct tree tree;
    struct tree_model model;
    size_t leaves;
};

/* --- the tree --- */

static size_t leaves(const void *ctx, size_t group)
{
    (void)group;
    return ((const struct demo *)ctx)->leaves;
}

static enum box box(const void *ctx, struct tree_node node)
{
    (void)ctx;
    return node.leaf == TREE_NONE ? BOX_SOME : node.leaf % 3 ? BOX_ON : BOX_OFF;
}

static void put(const void *ctx, struct tree_node node, struct page *p)
{
    (void)ctx;
    static const char *const types[] = {"bigint", "text", "timestamptz", "jsonb", "boolean"};
    static const char *const words[] = {"id",          "opprettet", "regelsett_versjon",
                                        "beskrivelse", "sak",       "vurdert_av"};
    if (node.leaf == TREE_NONE) {
        page_put(p, STYLE_TEXT, "table_%05zu", node.group);
        page_put_right(p, STYLE_TEXT, "%zu rows  %zu MB", node.group * 37 % 100000,
                       node.group % 900);
        return;
    }
    size_t mix = node.group * 7919 + node.leaf * 131; /* no two pages alike */
    page_put(p, STYLE_TEXT, "%s_%zu", words[mix % 6], mix % 977);
    page_tab(p, 34);
    page_put(p, STYLE_TEXT, "%s", types[mix % 5]);
    if (mix % 7 == 3)
        page_put_right(p, STYLE_SENSITIVE, "personal: name");
}

static void draw_tree(const struct demo *d, struct page *p)
{
    static const struct page_key keys[] = {
        {TUI_SPACE, "select"}, {TUI_ENTER, "go on"}, {'/', "filter"}, {'q', "quit"}};
    struct page_title title = {.program = "demo", .title = "Tables", .at = 4, .of = 9};
    page_title(p, &title);
    page_keys(p, keys, 4);
    tree_draw(&d->tree, &d->model, p);
}

/* --- the form --- */

static void draw_form(const struct demo *d, struct page *p)
{
    static const struct page_key keys[] = {{TUI_ENTER, "go on"}, {TUI_ESC, "back"}};
    struct page_title title = {.program = "demo", .title = "Keys", .context = "æøå"};
    struct field_look look = {.label = "Name", .focus = true};
    page_title(p, &title);
    page_keys(p, keys, 2);
    page_heading(p, "What was pressed?");
    page_field(p, "Key", "%s", d->key);
    page_field(p, "Keys", "%zu", d->keys);
    page_field(p, "Pasted", "%s", d->pasted);
    page_field(p, "Colour", "%s", term_color(d->term) ? "yes" : "no");
    page_field(p, "Size", "%dx%d", page_cols(p), page_rows(p));
    page_mark(p, MARK_OK, "ready");
    page_gap(p);
    field_draw(&d->field, &look, p);
}

static void draw(void *ctx, struct page *p)
{
    struct demo *d = ctx;
    d->draws++;
    if (!page_begin(p, page_cols(p), page_rows(p)))
        return;
    if (d->model.n_groups > 0)
        draw_tree(d, p);
    else
        draw_form(d, p);
    page_end(p);
}

/* --- events --- */

static void crash(int key)
{
    if (key == TUI_F1 + 4)
        raise(SIGSEGV);
    if (key == TUI_F1 + 5)
        abort();
    if (key == TUI_F1 + 6)
        exit(7); /* without giving anything back: atexit must */
}

/* As for an editor: the terminal is another's for a while. */
static void lend(struct demo *d)
{
    char line[80];
    term_leave(d->term);
    if (fputs("outside\n", stderr) < 0 || fgets(line, sizeof line, stdin) == NULL)
        d->done = true;
    term_enter(d->term);
}

static void on_key(struct demo *d, int key)
{
    d->keys++;
    key_name(key, d->key);
    crash(key);
    if (key == TUI_F1 + 7)
        lend(d);
    if (key == TUI_F1 + 9)
        term_set_mouse(d->term, !term_mouse(d->term));
    if (key == TUI_F1 + 8)
        loop_discard_input(d->loop);
    if (d->model.n_groups > 0) {
        if (!tree_key(&d->tree, &d->model, key) && key == 'q')
            d->done = true;
        return;
    }
    if (key == TUI_ENTER)
        d->done = true;
    else if (key == TUI_CTRL('Y'))
        clip_copy(d->term, d->text, strlen(d->text));
    else
        field_key(&d->field, key);
}

static void on_event(struct demo *d, const struct loop_event *ev)
{
    switch (ev->kind) {
    case LOOP_KEY:
        on_key(d, ev->key);
        break;
    case LOOP_PASTE:
        snprintf(d->pasted, sizeof d->pasted, "%s", ev->text);
        break;
    case LOOP_SIGNAL:
        d->done = true;
        d->code = 128 + ev->number;
        break;
    case LOOP_GONE:
        d->done = true;
        d->code = 5;
        break;
    case LOOP_RESIZE:
    case LOOP_NEWS:
    case LOOP_TICK:
    case LOOP_RESUMED:
    case LOOP_SCRIPT_END:
        break;
    }
}

int main(int argc, char **argv)
{
    static struct demo d;
    struct term_options options = {.crash_note = "demo: your work is in /state", .title = "demo"};
    setlocale(LC_ALL, "");
    options.mouse = argc == 1; /* however the form ends, that is given back, too */
    enum term_result result = term_open(&options, &d.term);
    if (result != TERM_READY) {
        fprintf(stderr, "no terminal: %d\n", (int)result);
        return 3;
    }
    if (argc == 4 && strcmp(argv[1], "tree") == 0) {
        d.leaves = (size_t)strtoul(argv[3], NULL, 10);
        d.model = (struct tree_model){.ctx = &d,
                                      .n_groups = (size_t)strtoul(argv[2], NULL, 10),
                                      .hide_roots = true,
                                      .leaves = leaves,
                                      .box = box,
                                      .put = put};
        d.tree.open_default = true;
        tree_update(&d.tree, &d.model);
    }
    field_init(&d.field, d.text, sizeof d.text);
    struct loop_calls calls = {.ctx = &d, .draw = draw};
    d.loop = loop_new(d.term, &calls);
    for (struct loop_event ev; !d.done && loop_next(d.loop, &ev);)
        on_event(&d, &ev);
    loop_free(d.loop);
    char notice[160];
    snprintf(notice, sizeof notice, "%s", term_notice(d.term) != NULL ? term_notice(d.term) : "");
    term_close(d.term);
    if (notice[0] != '\0')
        fprintf(stderr, "%s\n", notice);
    tree_done(&d.tree);
    return d.code;
}
