#include "tests/e2e/hostile.h"

#include "api/base/safe.h"
#include "api/base/utf8.h"

#include <stdio.h>
#include <string.h>

/* --- what may be printed --- */

static bool found(char why[256], const char *what, const char *bytes, size_t at, size_t n)
{
    size_t from = at > 24 ? at - 24 : 0, to = at + 24 < n ? at + 24 : n, used;

    used = (size_t)snprintf(why, 256, "%s at byte %zu: ", what, at);
    for (size_t i = from; i < to && used + 8 < 256; i++) {
        unsigned char c = (unsigned char)bytes[i];
        used +=
            (size_t)snprintf(why + used, 256 - used, c >= 0x20 && c < 0x7f ? "%c" : "<%02x>", c);
    }
    return false;
}

bool hostile_is_harmless(const char *bytes, size_t n, char why[256])
{
    const size_t row = strlen(HOSTILE_ROW);

    for (size_t at = 0; at < n;) {
        uint32_t cp;
        size_t used = utf8_next(bytes + at, n - at, &cp);
        if (used == 0)
            return found(why, "a NUL", bytes, at, n);
        if (cp == UINT32_MAX)
            return found(why, "no UTF-8", bytes, at, n);
        if (cp != '\n' && safe_is_harmful(cp))
            return found(why, "a character that must be made visible", bytes, at, n);
        if ((at == 0 || bytes[at - 1] == '\n') && n - at >= row &&
            memcmp(bytes + at, HOSTILE_ROW, row) == 0)
            return found(why, "a forged row", bytes, at, n);
        at += used;
    }
    return true;
}

/* --- what the wizard may send --- */

enum { IN_TEXT, IN_ESCAPE, IN_CSI, IN_OSC, IN_OSC_END, IN_DCS, IN_RUINS };

static bool refuse(struct hostile_watch *w, const char *what)
{
    w->state = IN_RUINS;
    found(w->why, what, w->sequence, w->n, w->n);
    snprintf(w->why + strlen(w->why), sizeof w->why - strlen(w->why), " (byte %zu)", w->at);
    return false;
}

static bool is_one_of(const char *text, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(text, *list) == 0)
            return true;
    return false;
}

/* The whole of a CSI sequence, without the ESC [ in front. */
static bool known(struct hostile_watch *w)
{
    static const char *const modes[] = {
        "?1049h", "?1049l", "?25h",   "?25l",  "?12l",    "?12h",    "?12;25h", "?2004h", "?2004l",
        "?2026h", "?2026l", "22;0t",  "23;0t", "22;0;0t", "23;0;0t", "?1h",     "?1l",    "?1000h",
        "?1000l", "?1006h", "?1006l", "?69l",  "34h",     "34l",     NULL};
    const char *text = w->sequence;
    char last = text[w->n - 1];

    if (strcmp(text, "?1049h") == 0)
        w->taken = true;
    if (strcmp(text, "?1049l") == 0)
        w->taken = false;
    if (is_one_of(text, modes))
        return true;
    return strchr("HABCDGdJKXmrPLMST@", last) != NULL && strspn(text, "0123456789;") == w->n - 1;
}

/* A title, a notification, a clipboard: w->sequence is what stands between ESC ] and its end. */
static bool known_osc(struct hostile_watch *w)
{
    static const char *const may[] = {"2;", "9;", "777;notify;", "52;c;", NULL};
    char why[256];

    for (const char *const *m = may; *m; m++)
        if (strncmp(w->sequence, *m, strlen(*m)) == 0)
            return hostile_is_harmless(w->sequence, w->n, why) && !strchr(w->sequence, '\n');
    return false;
}

/* The clipboard in the envelope of tmux, or of screen, which takes it in pieces; without ESC P and
 * the end. */
static bool known_dcs(const struct hostile_watch *w)
{
    static const char *const may[] = {"tmux;\033\033]52;c;", "\033]52;c;", ""};
    size_t i = 0, n;

    while (strncmp(w->sequence, may[i], strlen(may[i])) != 0)
        i++;
    n = strlen(may[i]);
    n += strspn(w->sequence + n, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                 "0123456789+/=");
    return w->sequence[n] == '\0' || strcmp(w->sequence + n, "\a") == 0;
}

static void begin(struct hostile_watch *w, int state)
{
    w->state = state;
    w->n = 0;
    w->sequence[0] = '\0';
}

static bool keep(struct hostile_watch *w, char c)
{
    if (w->n + 1 >= sizeof w->sequence) {
        if (w->state != IN_OSC && w->state != IN_DCS) /* a long clipboard: its beginning tells */
            return refuse(w, "a sequence without an end");
        return true;
    }
    w->sequence[w->n++] = c;
    w->sequence[w->n] = '\0';
    return true;
}

static bool in_text(struct hostile_watch *w, char c)
{
    unsigned char u = (unsigned char)c;
    uint32_t cp;

    if (u < 0x80 && w->n > 0)
        return refuse(w, "half a character");
    if (u >= 0x20 && u < 0x7f)
        return true;
    if (c == '\033') {
        begin(w, IN_ESCAPE);
        return true;
    }
    if (u < 0x80)
        return strchr("\r\n\b\a", c) != NULL || (keep(w, c) && refuse(w, "a control byte"));
    keep(w, c);
    if (w->n < ((unsigned char)w->sequence[0] < 0xe0   ? 2U
                : (unsigned char)w->sequence[0] < 0xf0 ? 3U
                                                       : 4U))
        return u >= 0xc0 || w->n > 1 || refuse(w, "no UTF-8");
    if (utf8_next(w->sequence, w->n, &cp) != w->n || cp == UINT32_MAX)
        return refuse(w, "no UTF-8");
    /* those join what we draw ourselves, in one cell */
    if (safe_is_harmful(cp))
        return refuse(w, "a character that must be made visible");
    begin(w, IN_TEXT);
    return true;
}

static bool in_escape(struct hostile_watch *w, char c)
{
    if (c == '[' || c == ']' || c == 'P') {
        begin(w, c == '[' ? IN_CSI : c == ']' ? IN_OSC : IN_DCS);
        return true;
    }
    begin(w, IN_TEXT);
    keep(w, c);
    if (strchr("M78=>", c) == NULL && c != '(')
        return refuse(w, "an escape that is not ours");
    begin(w, IN_TEXT);
    return true;
}

static bool step(struct hostile_watch *w, char c)
{
    switch (w->state) {
    case IN_TEXT:
        return in_text(w, c);
    case IN_ESCAPE:
        return in_escape(w, c);
    case IN_CSI:
        if (!keep(w, c))
            return false;
        if ((unsigned char)c < 0x40 || (unsigned char)c > 0x7e)
            return (unsigned char)c >= 0x20 || refuse(w, "a control byte in a sequence");
        if (!known(w))
            return refuse(w, "a sequence that is not ours");
        begin(w, IN_TEXT);
        return true;
    case IN_OSC:
        if (c == '\033') {
            w->state = IN_OSC_END;
            return true;
        }
        if (c != '\a')
            return keep(w, c);
        if (!known_osc(w))
            return refuse(w, "an OSC that is not ours");
        begin(w, IN_TEXT);
        return true;
    case IN_DCS: /* tmux has each ESC twice but the one that ends it */
        if (c != '\\' || w->last != '\033')
            return keep(w, c);
        w->sequence[--w->n] = '\0';
        if (!known_dcs(w))
            return refuse(w, "a DCS that is not ours");
        begin(w, IN_TEXT);
        return true;
    case IN_OSC_END:
        if (c != '\\' || !known_osc(w))
            return refuse(w, "an OSC that is not ours");
        begin(w, IN_TEXT);
        return true;
    default:
        return false;
    }
}

bool hostile_watch(struct hostile_watch *w, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++, w->at++) {
        if (!step(w, bytes[i]))
            return false;
        w->last = bytes[i];
    }
    return true;
}
