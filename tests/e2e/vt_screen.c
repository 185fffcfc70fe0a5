#include "tests/e2e/vt_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- libvterm --- */

static int on_prop(VTermProp prop, VTermValue *value, void *user)
{
    struct vt *v = user;
    if (prop == VTERM_PROP_CURSORVISIBLE)
        v->cursor_shown = value->boolean != 0;
    else if (prop == VTERM_PROP_ALTSCREEN)
        v->altscreen = value->boolean != 0;
    else if (prop == VTERM_PROP_MOUSE)
        v->mouse = value->number != VTERM_PROP_MOUSE_NONE;
    return 1;
}

static int on_cursor(VTermPos pos, VTermPos old, int visible, void *user)
{
    struct vt *v = user;
    (void)old;
    (void)visible;
    v->cursor_col = pos.col;
    v->cursor_row = pos.row;
    return 1;
}

static int on_bell(void *user)
{
    ((struct vt *)user)->bells++;
    return 1;
}

static void on_output(const char *bytes, size_t n, void *user)
{
    vt_send(user, bytes, n); /* terminals answer queries */
}

/* libvterm 0.1 breaks where it draws outside of its screen: a wide character in a single column,
 * and what follows a cursor that was saved on a larger one and came back (`l` of ?1049l, `8`). */
enum { FEWEST_COLS = 2 };

void vt_screen_open(struct vt *v)
{
    static const VTermScreenCallbacks calls = {
        .settermprop = on_prop, .movecursor = on_cursor, .bell = on_bell};
    v->term = vterm_new(v->rows, v->cols < FEWEST_COLS ? FEWEST_COLS : v->cols);
    vterm_set_utf8(v->term, 1);
    v->screen = vterm_obtain_screen(v->term);
    v->cursor_shown = true;
    vterm_screen_enable_altscreen(v->screen, 1);
    vterm_screen_set_callbacks(v->screen, &calls, v);
    vterm_output_set_callback(v->term, on_output, v);
    vterm_screen_reset(v->screen, 1);
}

void vt_screen_close(struct vt *v)
{
    vterm_free(v->term);
}

static void keep_inside(struct vt *v)
{
    char bytes[32];
    int row = v->cursor_row < v->rows ? v->cursor_row : v->rows - 1;
    int col = v->cursor_col < v->cols ? v->cursor_col : v->cols - 1;

    if (row == v->cursor_row && col == v->cursor_col)
        return;
    int n = snprintf(bytes, sizeof bytes, "\033[%d;%dH", row + 1, col + 1);
    vterm_input_write(v->term, bytes, (size_t)n);
}

/* Between sequences alone: in the middle of one, ours would end it. at: in the log, which has it
 * all. */
static bool came_back(const struct vt *v, size_t at)
{
    return (at >= 8 && memcmp(v->log + at - 8, "\033[?1049l", 8) == 0) ||
           (at >= 2 && memcmp(v->log + at - 2, "\0338", 2) == 0);
}

void vt_screen_feed(struct vt *v, const char *bytes, size_t n)
{
    size_t fed = 0, before = v->log_bytes - n;

    for (size_t at = 1; v->has_shrunk && at <= n; at++)
        if (came_back(v, before + at)) {
            vterm_input_write(v->term, bytes + fed, at - fed);
            fed = at;
            keep_inside(v);
        }
    vterm_input_write(v->term, bytes + fed, n - fed);
}

void vt_screen_resize(struct vt *v)
{
    int rows, cols;

    vterm_get_size(v->term, &rows, &cols);
    v->has_shrunk = v->has_shrunk || v->rows < rows || v->cols < cols;
    vterm_set_size(v->term, v->rows, v->cols < FEWEST_COLS ? FEWEST_COLS : v->cols);
}

/* --- keys --- */

static const struct {
    const char *name;
    VTermKey key;
} names[] = {
    {"Up", VTERM_KEY_UP},       {"Down", VTERM_KEY_DOWN},     {"Left", VTERM_KEY_LEFT},
    {"Right", VTERM_KEY_RIGHT}, {"Home", VTERM_KEY_HOME},     {"End", VTERM_KEY_END},
    {"PgUp", VTERM_KEY_PAGEUP}, {"PgDn", VTERM_KEY_PAGEDOWN}, {"Enter", VTERM_KEY_ENTER},
    {"Esc", VTERM_KEY_ESCAPE},  {"Tab", VTERM_KEY_TAB},       {"Backspace", VTERM_KEY_BACKSPACE},
    {"Del", VTERM_KEY_DEL},     {"Insert", VTERM_KEY_INS},
};

void vt_key(struct vt *v, const char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(names[i].name, name) == 0) {
            vterm_keyboard_key(v->term, names[i].key, VTERM_MOD_NONE);
            return;
        }
    if (strcasecmp(name, "Shift-Tab") == 0)
        vterm_keyboard_key(v->term, VTERM_KEY_TAB, VTERM_MOD_SHIFT);
    else if (strcasecmp(name, "Space") == 0)
        vt_type(v, " ");
    else if (strncasecmp(name, "Ctrl-", 5) == 0 && strlen(name) == 6)
        vt_send(v, (char[]){(char)(name[5] & 0x1f)}, 1);
    else if (name[0] == 'F' && name[1] >= '1' && name[1] <= '9')
        vterm_keyboard_key(v->term, (VTermKey)VTERM_KEY_FUNCTION(strtol(name + 1, NULL, 10)),
                           VTERM_MOD_NONE);
    else
        vt_type(v, name);
}

void vt_paste(struct vt *v, const char *text)
{
    vterm_keyboard_start_paste(v->term);
    vt_type(v, text);
    vterm_keyboard_end_paste(v->term);
}

/* --- looking --- */

static size_t put_utf8(char *out, uint32_t cp)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, cp >>= 6)
        out[i] = (char)(0x80 | (cp & 0x3f));
    out[0] = (char)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | cp);
    return n;
}

static size_t cell_text(const VTermScreenCell *cell, char out[32])
{
    size_t n = 0;
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i] != 0; i++)
        if (cell->chars[i] != UINT32_MAX)
            n += put_utf8(out + n, cell->chars[i]);
    if (n == 0)
        out[n++] = ' ';
    out[n] = '\0';
    return n;
}

/* The row as text; at[] tells the column of each byte when asked. */
static size_t read_row(struct vt *v, int row, char *out, size_t cap, int *at)
{
    size_t n = 0;
    for (int col = 0; col < v->cols && n + 40 < cap;) {
        VTermScreenCell cell;
        char text[32];
        vterm_screen_get_cell(v->screen, (VTermPos){.row = row, .col = col}, &cell);
        size_t bytes = cell_text(&cell, text);
        memcpy(out + n, text, bytes);
        for (size_t i = 0; at != NULL && i < bytes; i++)
            at[n + i] = col;
        n += bytes;
        col += cell.width > 0 ? cell.width : 1;
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
    return n;
}

const char *vt_row(struct vt *v, int row)
{
    read_row(v, row, v->row, sizeof v->row, NULL);
    return v->row;
}

const char *vt_screen(struct vt *v)
{
    size_t room = (size_t)v->rows * sizeof v->row, n = 0;
    v->text = realloc(v->text, room + 1);
    for (int row = 0; row < v->rows; row++) {
        n += read_row(v, row, v->text + n, sizeof v->row - 1, NULL);
        v->text[n++] = '\n';
    }
    v->text[n] = '\0';
    return v->text;
}

bool vt_find(struct vt *v, const char *text, int *col, int *row)
{
    static int at[sizeof v->row];
    for (int r = 0; r < v->rows; r++) {
        read_row(v, r, v->row, sizeof v->row, at);
        const char *found = strstr(v->row, text);
        if (found == NULL)
            continue;
        if (col != NULL)
            *col = at[found - v->row];
        if (row != NULL)
            *row = r;
        return true;
    }
    return false;
}

static int color_of(VTermColor c, bool back)
{
    if (back ? VTERM_COLOR_IS_DEFAULT_BG(&c) : VTERM_COLOR_IS_DEFAULT_FG(&c))
        return -1;
    return VTERM_COLOR_IS_INDEXED(&c) ? c.indexed.idx : -2;
}

struct vt_cell vt_cell(struct vt *v, int col, int row)
{
    VTermScreenCell cell;
    struct vt_cell out = {.width = 1};
    vterm_screen_get_cell(v->screen, (VTermPos){.row = row, .col = col}, &cell);
    cell_text(&cell, out.text);
    out.width = (unsigned char)cell.width;
    out.bold = cell.attrs.bold != 0;
    out.underline = cell.attrs.underline != 0;
    out.reverse = cell.attrs.reverse != 0;
    out.fg = color_of(cell.fg, false);
    out.bg = color_of(cell.bg, true);
    return out;
}

bool vt_cursor(struct vt *v, int *col, int *row)
{
    if (col != NULL)
        *col = v->cursor_col;
    if (row != NULL)
        *row = v->cursor_row;
    return v->cursor_shown;
}

bool vt_altscreen(const struct vt *v)
{
    return v->altscreen;
}

bool vt_mouse_mode(const struct vt *v)
{
    return v->mouse;
}

void vt_click(struct vt *v, int col, int row)
{
    char bytes[64];
    snprintf(bytes, sizeof bytes, "\033[<0;%d;%dM\033[<0;%d;%dm", col + 1, row + 1, col + 1,
             row + 1);
    vt_type(v, bytes);
}

/* --- what libvterm does not tell: read from the bytes --- */

static const char *last_of(const struct vt *v, const char *text)
{
    const char *found = NULL, *from = vt_log(v, NULL);
    while ((from = strstr(from, text)) != NULL)
        found = from++;
    return found;
}

/* What was searched is not searched again: a log grows to megabytes. */
bool vt_paste_mode(struct vt *v)
{
    static const char mode[] = "\033[?2004";
    size_t n, length = sizeof mode - 1;
    const char *log = vt_log(v, &n);

    for (; v->looked + length < n; v->looked++)
        if (log[v->looked] == '\033' && memcmp(log + v->looked, mode, length) == 0)
            v->paste = log[v->looked + length] == 'h';
    return v->paste;
}

const char *vt_title(const struct vt *v)
{
    static char title[256];
    const char *set = last_of(v, "\033]2;");
    size_t n = set != NULL ? strcspn(set + 4, "\a\033") : 0;
    snprintf(title, sizeof title, "%.*s", (int)n, set != NULL ? set + 4 : "");
    return title;
}

static int sextet(char c)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c != '\0' ? strchr(letters, c) : NULL;
    return at != NULL ? (int)(at - letters) : -1;
}

const char *vt_clipboard(const struct vt *v)
{
    static char text[4096];
    const char *from = last_of(v, "]52;c;");
    unsigned bits = 0;
    int have = 0;
    size_t n = 0;
    if (from == NULL)
        return NULL;
    for (from += 6; sextet(*from) >= 0 && n + 1 < sizeof text; from++) {
        bits = bits << 6 | (unsigned)sextet(*from);
        have += 6;
        if (have >= 8) {
            have -= 8;
            text[n++] = (char)(bits >> have & 0xff);
        }
    }
    text[n] = '\0';
    return text;
}

size_t vt_bells(const struct vt *v)
{
    return v->bells;
}
