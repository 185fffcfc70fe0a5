/* What can be done here and now: the screen's own actions, then what is the same everywhere. */
#include "screens/wizard_inside.h"

#include "api/base/tr.h"
#include "screens/link.h"
#include "tui/key.h"

/* --- what is the same everywhere --- */

enum global {
    G_HELP,
    G_BACK,
    G_NEXT_STEP,
    G_STEPS,
    G_COPY,
    G_WRITE,
    G_LINK,
    G_MOUSE,
    G_REDRAW,
    G_QUIT,
    G_SUSPEND,
    GLOBALS
};

static const struct palette_item globals[GLOBALS] = {
    [G_HELP] = {'?', "help", "all actions of this screen; type to search them", false},
    [G_BACK] = {TUI_ESC, "back", "the screen before; nothing is lost", false},
    [G_NEXT_STEP] = {TUI_ENTER, "go on", "continue, or open what is under the cursor", false},
    [G_STEPS] = {'S', "steps", "done, here, blocked, not yet; to one that was reached", false},
    [G_COPY] = {'y', "copy", "what is shown, to the clipboard", false},
    [G_WRITE] = {'w', "write", "what is shown, into a file of the working folder", false},
    [G_LINK] = {'o', "open", "this in Google's console, in the browser", false},
    [G_MOUSE] = {'M', "mouse", "clicks and the wheel, on and off; --mouse: from the start", false},
    [G_REDRAW] = {TUI_CTRL('L'), "redraw", "draw the screen again", false},
    [G_QUIT] = {'q', "quit", "leave; everything is kept for the next time", false},
    [G_SUSPEND] = {TUI_CTRL('Z'), "suspend", "back to the shell; fg returns", false},
};

bool wizard_can(const struct wizard *w, const struct action *a)
{
    return a->possible == NULL || a->possible(w->walk.self, &w->walk.j);
}

const struct action *wizard_action(const struct wizard *w, int key)
{
    for (const struct action *a = w->walk.step->actions; a && a->label; a++)
        if (a->key == key && wizard_can(w, a))
            return a;
    return NULL;
}

static bool is_global(int key)
{
    for (size_t i = 0; i < GLOBALS; i++)
        if (globals[i].key == key)
            return true;
    return false;
}

/* What another row does with the same key is left out where it cannot be done now. */
static void list_own(struct wizard *w, bool possible)
{
    for (const struct action *a = w->walk.step->actions;
         a && a->label && w->n_items < KEYS - (possible ? GLOBALS : 0); a++) {
        if (wizard_can(w, a) != possible ||
            (!possible && (wizard_action(w, a->key) || is_global(a->key))))
            continue;
        w->item_actions[w->n_items] = a;
        w->items[w->n_items++] =
            (struct palette_item){a->key, tr(a->label), tr(a->help), !possible};
    }
}

/* What can be done stands first: Enter runs it. */
void wizard_list_items(struct wizard *w)
{
    char address[LINK_TEXT];

    w->n_items = 0;
    list_own(w, true);
    for (size_t i = 0; i < GLOBALS; i++) {
        if (wizard_action(w, globals[i].key)) /* the screen's own meaning stands above */
            continue;
        w->item_actions[w->n_items] = NULL;
        w->items[w->n_items] = globals[i];
        if (i == G_LINK)
            w->items[w->n_items].impossible = !link_of(&w->walk.j, address);
        w->items[w->n_items].name = tr(globals[i].name);
        w->items[w->n_items++].help = i == G_QUIT && w->walk.j.live->options->sandbox
                                          ? tr("leave; the sandbox ends, it asks first")
                                          : tr(globals[i].help);
    }
    list_own(w, false);
}

/* --- the last line --- */

/* Items drop from the end where it is narrow: help stands early enough to stay. */
void wizard_draw_keys(const struct wizard *w, struct page *p)
{
    enum { BEFORE_HELP = 3 };
    struct page_key keys[KEYS];
    bool typing = w->walk.step->typing && w->walk.step->typing(w->walk.self), helped = false;
    size_t n = 0;

    for (const struct action *a = w->walk.step->actions; a && a->label && n < KEYS - 4; a++) {
        if (a->key == TUI_NONE || !wizard_can(w, a) || (typing && key_is_text(a->key)))
            continue;
        if (n == BEFORE_HELP) {
            keys[n++] = (struct page_key){typing ? TUI_F1 : '?', tr("help")};
            helped = true;
        }
        keys[n++] = (struct page_key){a->key, tr(a->label)};
    }
    if (!helped)
        keys[n++] = (struct page_key){typing ? TUI_F1 : '?', tr("help")};
    if (!typing && w->walk.j.at != AT_HOME && wizard_action(w, TUI_ESC) == NULL)
        keys[n++] = (struct page_key){TUI_ESC, tr("back")};
    if (!typing)
        keys[n++] = (struct page_key){'q', tr("quit")};
    if (!typing && term_mouse(w->term))
        keys[n++] = (struct page_key){'M', tr("mouse off")};
    page_keys(p, keys, n);
}
