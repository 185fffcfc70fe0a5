#ifndef STROM_TUI_THEME_H
#define STROM_TUI_THEME_H

/* Named styles. Only the default colours, the 16 ANSI ones and attributes; never bright black; no
 * fact by colour alone, so a mark is always a symbol and a word. Colours that are weak on one of
 * the two backgrounds (yellow, white) bring their own background. */

#include <stdbool.h>
#include <stdint.h>

enum style {
    STYLE_TEXT,
    STYLE_HEADING, /* bold */
    STYLE_TITLE,   /* the rule on top */
    STYLE_MUTED,   /* what may be skipped: plain, not dim */
    STYLE_ACCENT,  /* names of things one chooses */
    STYLE_OK,
    STYLE_WARN,
    STYLE_FAIL,
    STYLE_RUNNING,
    STYLE_KEY,       /* a key in the footer */
    STYLE_SENSITIVE, /* personal data */
    STYLE_FIELD,     /* a place to type: underlined */
    STYLE_LINK,
    STYLE_ADDED,   /* diff + */
    STYLE_REMOVED, /* diff - */
    STYLE_CURSOR,  /* the whole line under the cursor; page_highlight sets it */
    STYLE_COUNT
};

/* The state of a thing: a symbol, its ASCII twin, a word and a style. */
enum mark {
    MARK_NONE,
    MARK_OK,
    MARK_FAIL,
    MARK_WARN,
    MARK_UNKNOWN,
    MARK_RUNNING,
    MARK_WAITING, /* not yet */
    MARK_BLOCKED,
    MARK_COUNT
};

/* Three-state box: [ ] [-] [x]. BOX_NONE draws nothing (what cannot be chosen). */
enum box { BOX_NONE, BOX_OFF, BOX_SOME, BOX_ON, BOX_LOCKED };

/* How a style looks in a terminal: colours 0..15, -1 the default one. */
struct look {
    int8_t fg, bg;
    uint8_t attr; /* LOOK_... */
};
enum { LOOK_BOLD = 1, LOOK_UNDERLINE = 2, LOOK_REVERSE = 4 };

struct look theme_look(enum style style, bool color);

const char *theme_mark(enum mark mark, bool ascii); /* "✔" or "ok" twin "+" */
enum style theme_mark_style(enum mark mark);
const char *theme_box(enum box box); /* "[x]" */

/* The toolkit's own words, so that the program can put them into the person's language. NULL
 * members keep the English ones. Borrowed for the life of the program. */
struct theme_words {
    const char *mark[MARK_COUNT];        /* "ok", "fails", "warning", "unknown", "running", ... */
    const char *more_above, *more_below; /* "more above", "more below" */
    const char *small_help;              /* what serves a smaller one; may be "" */
    const char *too_small, *have;        /* "terminal too small: need" 60x16, "have" 40x9 */
    const char *of;                      /* 12 "of" 340 */
    const char *nothing;                 /* an empty list: "nothing here" */
    const char *confirm;                 /* "Type this name to confirm:" */
    const char *name, *type_here;        /* before and in the field for it */
    const char *wrong_name;              /* "this is another name" */
    const char *choose, *cancel, *run;   /* keys of a question, and of the palette */
    const char *filter;                  /* palette: "type to filter" */
    const char *no_match;                /* "nothing matches" */
    const char *not_now;                 /* before what cannot be run: "not now: " */
    const char *hidden;                  /* a password: "typed, not shown" */
    const char *space, *up, *down, *left, *right; /* keys that have another name elsewhere */
    /* For the labels of options, which come in English; NULL: they stay so. */
    const char *(*say)(const char *english);
};
void theme_set_words(const struct theme_words *words);
const struct theme_words *theme_words(void); /* every member set */

#endif
