#ifndef STROM_TUI_CELLS_H
#define STROM_TUI_CELLS_H

/* The inside of a page: for tui/ alone. Lines of the body are counted from its top (`y`); a pane
 * maps them to rows of the screen and drops what its clip hides. */

#include "api/base/str.h"
#include "tui/page.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

enum { CELL_TEXT = 20 }; /* a character and a few marks on it; more marks are left out */

struct cell {
    char text[CELL_TEXT]; /* "" is a blank; unused bytes are zero, so that cells compare as bytes */
    uint8_t width;        /* 1, 2; 0: the right half of the wide one before */
    uint8_t style;        /* enum style */
    uint8_t on;           /* on the cursor's line */
    uint8_t spare;
};

struct pane {
    int left, width, indent;
    int y;                  /* the next line */
    int floor;              /* the line where its room ends */
    int origin;             /* screen row of line 0 */
    int clip_top, clip_end; /* screen rows that may be written */
    bool blank;             /* the line before is empty, or there is none */
    bool form;              /* marks stand as fields do: see page_form */
};

/* A line on which the cursor can stand; a key of the last line. */
enum { PAGE_STOPS = 256, PAGE_SPOTS = 16 };
struct page_stop {
    int row, last; /* screen; -1: out of sight, yet between two others */
    int left, end; /* columns */
    bool here;     /* the cursor is on it */
};
struct page_spot {
    int key, from, end;
};

struct page {
    int cols, rows;
    bool ascii, small;
    bool wraps; /* page_set_wrap */
    struct cell *cells;
    size_t room;            /* cells allocated */
    int body_top, body_end; /* screen rows */
    int scroll;
    struct pane pane;
    struct pane outer; /* during a split */
    int split, seam,
        split_end;     /* 0 none, 1 first pane, 2 second; column of the seam; end of the first */
    struct pane under; /* during an overlay */
    bool overlay, marked;
    int x; /* column of the open line */
    bool line_on;
    int cursor_x, cursor_y; /* screen; -1 none */
    int focus;              /* body line of the cursor, -1 none */
    bool hides;             /* the field that has the cursor is a secret one */
    struct str raw;         /* scratch of the formatters */
    char *safe;
    size_t safe_room;
    struct page_stop stops[PAGE_STOPS];
    struct page_spot spots[PAGE_SPOTS];
    int n_stops, n_spots;
};

struct cell *page_cell(struct page *p, int col, int row); /* NULL outside the screen */
const struct cell *page_look(const struct page *p, int col, int row);
void page_cursor_at(const struct page *p, int *col, int *row); /* -1, -1: none */

enum { PAGE_LABEL = 18 };                             /* columns before the value of a field */
void page_resize(struct page *p, int cols, int rows); /* and blanks it */
void cells_blank(struct cell *cells, size_t n);
void page_put_pointer(struct page *p, bool here); /* "› " before what has the cursor, else blanks */

/* click.c */
void page_stop(struct page *p, bool here); /* the open line; in the order of Up and Down */
void page_stop_to(struct page *p);         /* the last stop goes on to the line before this one */
void page_spot(struct page *p, int key, int from, int end);
enum { PAGE_WHEEL = 64 }; /* the buttons from here on: upwards, downwards */
struct page_click {
    int key, times;
};
/* The key that a button or wheel there (numbered as terminals do) stands for, and how often;
 * TUI_NONE: none. */
struct page_click page_mouse(const struct page *p, int button, int col, int row);

int page_right(const struct page *p); /* first column beyond the pane */
/* Formats and makes harmless; lives until the next call. */
const char *page_format(struct page *p, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));
const char *page_harmless(struct page *p, const char *text);
/* text is harmless already, of n bytes, on one line; cut at `end` with dots. */
void page_write(struct page *p, enum style s, const char *text, size_t n, int end);
void page_write_all(struct page *p, enum style s, const char *text);
/* Wraps from where the line stands; further lines begin `hang` columns into the pane. Ends the
 * line. */
void page_flow(struct page *p, enum style s, const char *text, int hang);
void page_open_line(struct page *p);
void page_fill(struct page *p, int row, int from, int to, enum style s);

/* A framed box over the middle of the page for `lines` lines of at most `columns`; what is drawn
 * goes inside until it ends. */
void page_overlay(struct page *p, const char *title, int columns, int lines);
void page_overlay_end(struct page *p);

#endif
