#include "tui/input.h"

#include "api/base/utf8.h"
#include "tui/key.h"

#include <stdlib.h>
#include <string.h>

void input_init(struct input *in, size_t paste_max)
{
    long long ms;
    *in = (struct input){.escape_ms = 25, .paste_max = paste_max};
    const char *delay = getenv("ESCDELAY");
    if (delay != NULL && str_int64(delay, 0, 10000, &ms))
        in->escape_ms = ms;
}

void input_done(struct input *in)
{
    str_done(&in->paste);
}

size_t input_room(const struct input *in)
{
    return INPUT_BYTES - in->n;
}

void input_feed(struct input *in, const char *bytes, size_t n, int64_t now_ms)
{
    if (n > input_room(in))
        n = input_room(in);
    memcpy(in->bytes + in->n, bytes, n);
    in->n += n;
    in->since = now_ms;
}

void input_discard(struct input *in)
{
    in->n = 0;
    in->pasting = false;
}

int64_t input_deadline(const struct input *in)
{
    if (in->pasting)
        return in->since + INPUT_PASTE_MS;
    return in->n > 0 ? in->since + in->escape_ms : -1;
}

static void drop(struct input *in, size_t n)
{
    in->n -= n;
    memmove(in->bytes, in->bytes + n, in->n);
}

/* --- sequences --- */

enum { PASTE_BEGIN = TUI_UNKNOWN + 1, HALF, MOUSE }; /* answers of the parsers beside keys */

static int final_key(char c)
{
    static const struct {
        char c;
        int key;
    } finals[] = {
        {'A', TUI_UP},   {'B', TUI_DOWN},   {'C', TUI_RIGHT},  {'D', TUI_LEFT},
        {'H', TUI_HOME}, {'F', TUI_END},    {'Z', TUI_BTAB},   {'M', TUI_ENTER},
        {'P', TUI_F1},   {'Q', TUI_F1 + 1}, {'R', TUI_F1 + 2}, {'S', TUI_F1 + 3},
    };
    for (size_t i = 0; i < sizeof finals / sizeof finals[0]; i++)
        if (finals[i].c == c)
            return finals[i].key;
    return TUI_UNKNOWN;
}

static int tilde_key(int n)
{
    static const int keys[] = {
        [1] = TUI_HOME,    [2] = TUI_INS,     [3] = TUI_DEL,      [4] = TUI_END,
        [5] = TUI_PGUP,    [6] = TUI_PGDN,    [7] = TUI_HOME,     [8] = TUI_END,
        [11] = TUI_F1,     [12] = TUI_F1 + 1, [13] = TUI_F1 + 2,  [14] = TUI_F1 + 3,
        [15] = TUI_F1 + 4, [17] = TUI_F1 + 5, [18] = TUI_F1 + 6,  [19] = TUI_F1 + 7,
        [20] = TUI_F1 + 8, [21] = TUI_F1 + 9, [23] = TUI_F1 + 10, [24] = TUI_F12,
    };
    if (n == 200)
        return PASTE_BEGIN;
    if (n < 0 || n >= (int)(sizeof keys / sizeof keys[0]) || keys[n] == 0)
        return TUI_UNKNOWN;
    return keys[n];
}

/* ESC [ parameters final. Modifiers (1;5C) count as the bare key. What has no end within so many
 * bytes is none, however many have come by then. */
static int csi(const char *s, size_t n, size_t *used)
{
    enum { LONGEST = 64 };
    int number = 0;
    size_t i = 2, most = n < LONGEST ? n : LONGEST;
    if (n > 2 && s[2] == '[') { /* the Linux console's F1 to F5 */
        *used = 4;
        return n < 4 ? HALF : s[3] >= 'A' && s[3] <= 'E' ? TUI_F1 + s[3] - 'A' : TUI_UNKNOWN;
    }
    for (; i < most && s[i] >= '0' && s[i] <= '9' && number < 1000; i++)
        number = number * 10 + (s[i] - '0');
    while (i < most && s[i] >= 0x20 && s[i] < 0x40)
        i++;
    *used = i;
    if (i >= most)
        return n < LONGEST ? HALF : TUI_UNKNOWN;
    *used = s[i] == '\033' ? i : i + 1; /* another one begins before this one has ended */
    if (s[i] < 0x40 || s[i] == 0x7f)
        return TUI_UNKNOWN;
    if (s[2] == '<')
        return s[i] == 'M' ? MOUSE : TUI_UNKNOWN; /* m: let go, which is nothing */
    return s[i] == '~' ? tilde_key(number) : final_key(s[i]);
}

static int escape(const char *s, size_t n, size_t *used)
{
    *used = 1;
    if (n == 1)
        return HALF;
    if (s[1] == '[')
        return csi(s, n, used);
    if (s[1] != 'O')
        return TUI_ESC; /* Esc and then a key: nothing hangs on Alt */
    if (n == 2)
        return HALF;
    *used = 3;
    return final_key(s[2]);
}

static int control(char c)
{
    switch (c) {
    case '\r':
    case '\n':
        return TUI_ENTER;
    case '\t':
        return TUI_TAB;
    case 0x08:
    case 0x7f:
        return TUI_BACKSPACE;
    case TUI_CTRL('G'):
        return TUI_ESC;
    default:
        return c; /* Ctrl with a letter; 0 is no key */
    }
}

static int character(const char *s, size_t n, size_t *used)
{
    static const unsigned char leads[] = {0xc2, 0xe0, 0xf0, 0xf5};
    uint32_t cp;
    size_t wants = 1;
    for (size_t i = 0; i < 3; i++)
        if ((unsigned char)s[0] >= leads[i] && (unsigned char)s[0] < leads[i + 1])
            wants = i + 2;
    *used = utf8_next(s, n, &cp);
    if (*used == 0)
        *used = 1;
    if (cp != UINT32_MAX)
        return (int)cp >= 0x80 && cp < 0xa0 ? TUI_UNKNOWN : (int)cp;
    return n < wants ? HALF : TUI_UNKNOWN;
}

static int parse(const char *s, size_t n, size_t *used)
{
    *used = 1;
    if (s[0] == '\033')
        return escape(s, n, used);
    if ((unsigned char)s[0] < 0x20 || s[0] == 0x7f)
        return control(s[0]);
    return character(s, n, used);
}

/* --- paste --- */

static void keep(struct input *in, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = bytes[i];
        bool skip = (c == '\n' && in->after_cr) || c == '\0' || in->paste.bytes >= in->paste_max;
        in->after_cr = c == '\r';
        if (!skip)
            str_addc(&in->paste, (char)(c == '\r' ? '\n' : c));
    }
}

/* Half a character at the limit is left out. */
static void trim(struct str *s)
{
    size_t at = s->bytes;
    while (at > 0 && ((unsigned char)s->text[at - 1] & 0xc0) == 0x80)
        at--;
    if (at > 0 && ((unsigned char)s->text[at - 1] & 0xc0) == 0xc0 &&
        !utf8_valid(s->text + at - 1, s->bytes - (at - 1))) {
        s->bytes = at - 1;
        s->text[s->bytes] = '\0';
    }
}

static size_t find(const char *hay, size_t n, const char *needle, size_t m)
{
    for (size_t i = 0; i + m <= n; i++)
        if (memcmp(hay + i, needle, m) == 0)
            return i;
    return n;
}

static int go_on_pasting(struct input *in, int64_t now_ms)
{
    static const char end[] = "\033[201~";
    enum { END = sizeof end - 1 };
    size_t at = find(in->bytes, in->n, end, END);
    bool over = at < in->n;
    if (!over) /* the end may have come in part: hold back what could be it */
        at = in->n > END - 1 ? in->n - (END - 1) : 0;
    bool late = !over && now_ms >= in->since + INPUT_PASTE_MS;
    if (late)
        at = in->n;
    keep(in, in->bytes, at);
    drop(in, over ? at + END : at);
    if (!over && !late)
        return TUI_NONE;
    in->pasting = false;
    if (in->paste.bytes >= in->paste_max)
        trim(&in->paste);
    return TUI_PASTE_KEY;
}

/* ESC [ < button ; column ; row M, both from 1. */
static bool read_mouse(struct input *in, const char *s, size_t n)
{
    int numbers[3] = {0};
    size_t at = 0;
    for (size_t i = 3; i + 1 < n; i++) {
        if (s[i] == ';')
            at++;
        if (at >= 3 || (s[i] != ';' && (s[i] < '0' || s[i] > '9')) || numbers[at] > 9999)
            return false;
        if (s[i] != ';')
            numbers[at] = numbers[at] * 10 + (s[i] - '0');
    }
    in->mouse = (struct input_mouse){numbers[0], numbers[1] - 1, numbers[2] - 1};
    return at == 2 && numbers[1] > 0 && numbers[2] > 0;
}

int input_next(struct input *in, int64_t now_ms)
{
    while (in->n > 0 || in->pasting) {
        size_t used;
        if (in->pasting)
            return go_on_pasting(in, now_ms);
        int key = parse(in->bytes, in->n, &used);
        if (key == HALF) {
            if (now_ms < in->since + in->escape_ms)
                return TUI_NONE;
            key = in->bytes[0] == '\033' ? TUI_ESC : TUI_UNKNOWN;
            used = 1;
        }
        if (key == MOUSE)
            key = read_mouse(in, in->bytes, used) ? TUI_MOUSE_KEY : TUI_UNKNOWN;
        drop(in, used < in->n ? used : in->n);
        if (key == PASTE_BEGIN) {
            in->pasting = true;
            in->after_cr = false;
            str_clear(&in->paste);
        } else if (key != TUI_UNKNOWN && key != TUI_NONE) {
            return key;
        }
    }
    return TUI_NONE;
}
