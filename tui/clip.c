#include "tui/clip.h"

#include "api/base/safe.h"
#include "api/base/str.h"

#include <stdlib.h>
#include <string.h>

static void base64(struct str *out, const char *text, size_t n)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        unsigned v = 0;
        size_t have = n - i < 3 ? n - i : 3;
        for (size_t j = 0; j < 3; j++)
            v = v << 8 | (j < have ? (unsigned char)text[i + j] : 0U);
        for (size_t j = 0; j < 4; j++)
            str_addc(out, (char)(j <= have ? letters[v >> (18 - 6 * j) & 63] : '='));
    }
}

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0';
}

/* tmux hands on what stands in its envelope, with every ESC doubled; screen in pieces. */
static void wrap_for_tmux(struct str *out, const char *inner)
{
    str_add(out, "\033Ptmux;");
    for (; *inner != '\0'; inner++) {
        if (*inner == '\033')
            str_addc(out, '\033');
        str_addc(out, *inner);
    }
    str_add(out, "\033\\");
}

static void wrap_for_screen(struct str *out, const char *inner)
{
    enum { PIECE = 512 };
    for (size_t n = strlen(inner); n > 0;) {
        size_t some = n < PIECE ? n : PIECE;
        str_add(out, "\033P");
        str_addn(out, inner, some);
        str_add(out, "\033\\");
        inner += some;
        n -= some;
    }
}

static void wrap(const struct str *inner, bool clipboard, struct str *out)
{
    const char *term = getenv("TERM");
    if (is_set("TMUX")) { /* it takes the plain one itself; older ones are asked to hand it on */
        if (clipboard)
            str_add(out, str_text(inner));
        wrap_for_tmux(out, str_text(inner));
    } else if (term != NULL && str_starts(term, "screen"))
        wrap_for_screen(out, str_text(inner));
    else
        str_add(out, str_text(inner));
}

static void send(struct term *t, const struct str *inner, bool clipboard)
{
    struct str out = {0};
    wrap(inner, clipboard, &out);
    term_send(t, str_text(&out), out.bytes);
    str_done(&out);
}

bool clip_copy(struct term *t, const char *text, size_t bytes)
{
    if (bytes > CLIP_MAX)
        return false;
    struct str inner = {0};
    str_add(&inner, "\033]52;c;");
    base64(&inner, text, bytes);
    str_addc(&inner, '\a');
    send(t, &inner, true);
    str_done(&inner);
    return true;
}

void clip_bell(struct term *t)
{
    term_send(t, "\a", 1);
}

static bool takes_notifications(void)
{
    static const char *const programs[] = {"iTerm.app", "WezTerm", "ghostty"};
    static const char *const terms[] = {"xterm-kitty", "foot", "xterm-ghostty"};
    const char *program = getenv("TERM_PROGRAM"), *term = getenv("TERM");
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        if (str_eq(program, programs[i]))
            return true;
    for (size_t i = 0; term != NULL && i < sizeof terms / sizeof terms[0]; i++)
        if (str_starts(term, terms[i]))
            return true;
    return false;
}

/* rxvt-unicode takes none but its own, which has a title. The others take both, and must not be
 * sent both. */
static bool takes_titled_ones(void)
{
    const char *term = getenv("TERM");
    return term != NULL && str_starts(term, "rxvt-unicode");
}

void clip_notification(const char *text, struct str *out)
{
    bool titled = takes_titled_ones();
    str_addc(out, '\a');
    if (!titled && !takes_notifications())
        return;
    char safe[512];
    safe_text(safe, sizeof safe, text);
    struct str inner = {0};
    str_printf(&inner, titled ? "\033]777;notify;strom;%s\a" : "\033]9;%s\a", safe);
    wrap(&inner, false, out);
    str_done(&inner);
}

void clip_notify(struct term *t, const char *text)
{
    struct str out = {0};
    clip_notification(text, &out);
    term_send(t, str_text(&out), out.bytes);
    str_done(&out);
}
