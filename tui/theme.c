#include "tui/theme.h"

#include <stddef.h>

enum { BLACK, RED, GREEN, YELLOW, MAGENTA = 5, CYAN, NONE = -1 };

static const struct look colored[STYLE_COUNT] = {
    [STYLE_TEXT] = {NONE, NONE, 0},
    [STYLE_HEADING] = {NONE, NONE, LOOK_BOLD},
    [STYLE_TITLE] = {NONE, NONE,
                     LOOK_BOLD | LOOK_UNDERLINE}, /* a rule: the cursor has the one accent */
    [STYLE_MUTED] = {NONE, NONE, 0},
    [STYLE_ACCENT] = {NONE, NONE, LOOK_BOLD},
    [STYLE_OK] = {GREEN, NONE, 0}, /* bold is bright on some, and pale on their light ground */
    [STYLE_WARN] = {BLACK, YELLOW, 0},
    [STYLE_FAIL] = {RED, NONE, LOOK_BOLD},
    [STYLE_RUNNING] = {NONE, NONE, LOOK_BOLD},
    [STYLE_KEY] = {NONE, NONE, LOOK_BOLD},
    [STYLE_SENSITIVE] = {MAGENTA, NONE, 0},
    [STYLE_FIELD] = {NONE, NONE, LOOK_UNDERLINE},
    [STYLE_LINK] = {NONE, NONE, LOOK_UNDERLINE},
    [STYLE_ADDED] = {GREEN, NONE, 0},
    [STYLE_REMOVED] = {RED, NONE, 0},
    [STYLE_CURSOR] = {BLACK, CYAN, 0},
};

/* Without colour: what must stand out is bold or reversed; all of it is said in words as well. */
static const uint8_t plain[STYLE_COUNT] = {
    [STYLE_HEADING] = LOOK_BOLD,
    [STYLE_TITLE] = LOOK_BOLD | LOOK_UNDERLINE,
    [STYLE_ACCENT] = LOOK_BOLD,
    [STYLE_WARN] = LOOK_BOLD,
    [STYLE_FAIL] = LOOK_BOLD | LOOK_UNDERLINE,
    [STYLE_RUNNING] = LOOK_BOLD,
    [STYLE_KEY] = LOOK_BOLD,
    [STYLE_SENSITIVE] = LOOK_BOLD,
    [STYLE_FIELD] = LOOK_UNDERLINE,
    [STYLE_LINK] = LOOK_UNDERLINE,
    [STYLE_CURSOR] = LOOK_REVERSE,
};

struct look theme_look(enum style style, bool color)
{
    if (color)
        return colored[style];
    return (struct look){NONE, NONE, plain[style]};
}

static const struct {
    const char *symbol, *ascii;
    enum style style;
} marks[MARK_COUNT] = {
    [MARK_NONE] = {" ", " ", STYLE_TEXT},      [MARK_OK] = {"✔", "+", STYLE_OK},
    [MARK_FAIL] = {"✘", "x", STYLE_FAIL},      [MARK_WARN] = {"!", "!", STYLE_WARN},
    [MARK_UNKNOWN] = {"?", "?", STYLE_ACCENT}, [MARK_RUNNING] = {"…", "~", STYLE_RUNNING},
    [MARK_WAITING] = {"·", ".", STYLE_MUTED},  [MARK_BLOCKED] = {"■", "#", STYLE_FAIL},
};

const char *theme_mark(enum mark mark, bool ascii)
{
    return ascii ? marks[mark].ascii : marks[mark].symbol;
}

enum style theme_mark_style(enum mark mark)
{
    return marks[mark].style;
}

const char *theme_box(enum box box)
{
    static const char *const boxes[] = {
        [BOX_NONE] = "   ", [BOX_OFF] = "[ ]",    [BOX_SOME] = "[-]",
        [BOX_ON] = "[x]",   [BOX_LOCKED] = "[#]",
    };
    return boxes[box];
}

static const char *as_it_is(const char *text)
{
    return text;
}

static const struct theme_words english = {
    .mark = {"", "ok", "fails", "warning", "unknown", "running", "waiting", "blocked"},
    .more_above = "more above",
    .more_below = "more below",
    .too_small = "terminal too small: need",
    .have = "have",
    .small_help = "(--plain works in any size)",
    .of = "of",
    .nothing = "nothing here",
    .confirm = "Type this name to confirm:",
    .name = "Name",
    .type_here = "type it here",
    .wrong_name = "this is not that name: type it as it stands above",
    .choose = "choose",
    .cancel = "cancel",
    .run = "do it",
    .filter = "type to filter",
    .no_match = "nothing matches",
    .not_now = "not now: ",
    .hidden = "typed, not shown",
    .space = "Space",
    .up = "Up",
    .down = "Down",
    .left = "Left",
    .right = "Right",
    .say = as_it_is,
};
static struct theme_words words; /* set once: the program's language does not change */

static const char *either(const char *given, const char *otherwise)
{
    return given != NULL ? given : otherwise;
}

void theme_set_words(const struct theme_words *given)
{
    for (int i = 0; i < MARK_COUNT; i++)
        words.mark[i] = either(given->mark[i], english.mark[i]);
    words.more_above = either(given->more_above, english.more_above);
    words.more_below = either(given->more_below, english.more_below);
    words.too_small = either(given->too_small, english.too_small);
    words.small_help = either(given->small_help, english.small_help);
    words.have = either(given->have, english.have);
    words.of = either(given->of, english.of);
    words.nothing = either(given->nothing, english.nothing);
    words.confirm = either(given->confirm, english.confirm);
    words.name = either(given->name, english.name);
    words.type_here = either(given->type_here, english.type_here);
    words.wrong_name = either(given->wrong_name, english.wrong_name);
    words.choose = either(given->choose, english.choose);
    words.cancel = either(given->cancel, english.cancel);
    words.run = either(given->run, english.run);
    words.filter = either(given->filter, english.filter);
    words.not_now = either(given->not_now, english.not_now);
    words.no_match = either(given->no_match, english.no_match);
    words.hidden = either(given->hidden, english.hidden);
    words.space = either(given->space, english.space);
    words.up = either(given->up, english.up);
    words.down = either(given->down, english.down);
    words.left = either(given->left, english.left);
    words.right = either(given->right, english.right);
    words.say = given->say != NULL ? given->say : english.say;
}

const struct theme_words *theme_words(void)
{
    return words.of != NULL ? &words : &english;
}
