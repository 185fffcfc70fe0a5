#ifndef STROM_TUI_PAGE_H
#define STROM_TUI_PAGE_H

/* The drawing surface: a grid of cells that is filled downwards and knows no terminal. Every text
 * passes safe_text inside these functions, so foreign words cannot move the cursor. What lies
 * beyond the lower edge is counted, not kept: page_height is the whole content's. */

#include "tui/theme.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct page;

struct page *page_new(int cols, int rows); /* UTF-8 symbols, colour */
void page_free(struct page *p);
void page_set_ascii(struct page *p, bool ascii); /* the locale is not UTF-8 */
bool page_ascii(const struct page *p);
/* For a page that is printed as lines: what is too long for one goes on in the next. */
void page_set_wrap(struct page *p, bool wraps);

/* --- one frame: begin, title and keys, body, end (the wizard's part) --- */

enum { PAGE_COLS_MIN = 60, PAGE_ROWS_MIN = 16, PAGE_COLS_SPLIT = 100 };
/* Clears. False when the size is below 60x16: the notice stands there already and nothing else may
 * be drawn. */
bool page_begin(struct page *p, int cols, int rows);
/* Rows scrolled away from the body; call before the body is drawn. */
void page_scroll(struct page *p, int offset);
/* Marks "more above / below" where the body goes on. */
void page_end(struct page *p);
/* The offset that shows the focused row (page_cursor), clamped to the content: when it differs from
 * what was given to page_scroll, draw once more with it. */
int page_scroll_wanted(const struct page *p);

struct page_title {
    const char *program; /* "strom" */
    const char *title;   /* "Prerequisites" */
    int at, of;          /* 3, 9: "3/9"; of 0 leaves it out */
    const char *context; /* right side: "postmottak-backend · dev-gcp"; may be NULL */
};
void page_title(struct page *p, const struct page_title *title); /* the first line */
struct page_key {
    int key; /* TUI_NONE: only the label */
    const char *label;
};
void page_keys(struct page *p, const struct page_key *keys,
               size_t n); /* last line; items drop from the end, help and the way back never */
/* The same line anew, for a question that has the keys now. */
void page_keys_instead(struct page *p, const struct page_key *keys, size_t n);
void page_status(struct page *p, enum mark mark, const char *fmt, ...)
    __attribute__((format(printf, 3, 4))); /* above the keys, wrapped: what just happened */

/* --- blocks: each takes whole lines and moves down --- */

void page_heading(struct page *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void page_text(struct page *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3))); /* wraps */
void page_styled(struct page *p, enum style s, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void page_note(struct page *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3))); /* indented, muted */
/* One thing and its state: "✔ ok       text", wrapped under itself. */
void page_mark(struct page *p, enum mark mark, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* From here on marks and notes stand as fields do: words under the labels, texts under the values.
 */
void page_form(struct page *p, bool on);
/* "label      value"; values stand under each other within a page. */
void page_field(struct page *p, const char *label, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void page_lines(struct page *p, enum style s,
                const char *text); /* SQL, YAML; what is too long goes on further in */
/* As page_text, where the text itself holds line ends: an error, a help text. */
void page_paragraphs(struct page *p, enum style s, const char *text);
void page_gap(struct page *p); /* an empty line; none at the top, never two together */
void page_rule(struct page *p);
void page_bar(struct page *p, const char *label, uint64_t done,
              uint64_t of);                        /* of 0: unknown, drawn as such */
void page_share(struct page *p, unsigned percent); /* a bar that counts nothing */
void page_indent(struct page *p,
                 int columns); /* relative, for what follows; negative takes it back */

/* --- one line in parts --- */

void page_put(struct page *p, enum style s, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void page_put_mark(struct page *p, enum mark mark, bool word); /* symbol, and its word when asked */
int page_mark_columns(void); /* of the widest mark with its word, in the person's language */
void page_put_box(struct page *p, enum box box); /* "[x] " */
/* Cut so that it ends before this column of the pane, with a blank between. */
void page_put_until(struct page *p, enum style s, int column, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void page_put_right(struct page *p, enum style s, const char *fmt, ...)
    __attribute__((format(printf, 3, 4))); /* at the right edge; what stood there is cut */
void page_tab(struct page *p, int column); /* to this column of the pane, at least one blank */
void page_highlight(struct page *p);       /* the current line is the cursor's: background, and the
                                              hardware cursor at its start */
void page_cursor(struct page *p); /* the hardware cursor stands at the end of what was put so far */
void page_newline(struct page *p); /* ends the line */

/* --- aligned columns --- */

enum page_align { PAGE_LEFT, PAGE_RIGHT };
struct page_column {
    const char *title; /* NULL: no heading */
    int want;          /* columns it would like */
    int min;           /* it shrinks to this before others vanish; 0: as want */
    int grow;          /* its share of what is left over */
    int drop;          /* when too narrow the highest number goes first; 0 never goes */
    enum page_align align;
    bool cut_middle;
};
enum { PAGE_COLUMNS = 12 };
struct page_layout {
    const struct page_column *columns;
    size_t n;
    int width[PAGE_COLUMNS]; /* 0: dropped */
};
struct page_part {
    enum style style;
    const char *text; /* NULL: empty */
};
/* Fits the columns into the pane's width (less `less`, for what stands before them). */
struct page_layout page_fit(const struct page *p, const struct page_column *columns, size_t n,
                            int less);
void page_head(struct page *p, const struct page_layout *layout); /* the headings, one line */
void page_put_row(struct page *p, const struct page_layout *layout,
                  const struct page_part *parts); /* the line stays open */
void page_row(struct page *p, const struct page_layout *layout, const struct page_part *parts);

/* --- panes --- */

/* From here two panes: side by side when the page is at least 100 columns wide (the first takes
 * `share` percent), else one below the other (the first takes that share of the rows left). */
void page_split(struct page *p, int share);
/* The same, but one below the other the second has `lines` lines. */
void page_split_lines(struct page *p, int share, int lines);
void page_next_pane(struct page *p);
void page_join(struct page *p);
bool page_is_wide(const struct page *p);

/* --- what is there --- */

int page_cols(const struct page *p);
int page_rows(const struct page *p);
int page_width(const struct page *p);  /* columns of the pane, less indentation */
int page_room(const struct page *p);   /* lines left in the pane, 0 when it is full */
int page_height(const struct page *p); /* lines the body has so far, seen or not */
int page_body(const struct page *p);   /* lines of the body that can be seen */

#endif
