/* Terminfo, read once. The only file that includes <term.h>, whose macros are a nuisance elsewhere.
 */

#include "tui/inside.h"

#include <curses.h>
#include <term.h>

#include <stdio.h>
#include <string.h>

/* tigetstr takes char * although it only reads. */
static char *name_of(const char *cap, char buf[16])
{
    str_copy(buf, 16, cap);
    return buf;
}

enum { POOL = 2048 };
static char pool[POOL];
static size_t used;

/* A string capability without its padding ($<5>): no terminal of this century needs it. The copy
 * lives until the next terminal is opened. */
static const char *text_cap(const char *cap)
{
    char buf[16];
    const char *s = tigetstr(name_of(cap, buf));
    if (s == NULL || s == (char *)-1 || used + strlen(s) + 1 > POOL)
        return NULL;
    char *copy = pool + used;
    for (; *s != '\0'; s++) {
        if (s[0] == '$' && s[1] == '<' && strchr(s, '>') != NULL)
            s = strchr(s, '>');
        else
            pool[used++] = *s;
    }
    pool[used++] = '\0';
    return copy;
}

static bool flag(const char *cap)
{
    char buf[16];
    return tigetflag(name_of(cap, buf)) > 0;
}

static bool known(const char *term, int fd)
{
    int why;
    char name[64];
    return str_copy(name, sizeof name, term) && setupterm(name, fd, &why) == OK;
}

void caps_unload(void)
{
    if (cur_term != NULL)
        del_curterm(cur_term);
}

/* tmux-256color is not known everywhere, tmux and screen nearly, xterm always. */
static const char *entry_for(const char *term, int fd)
{
    static const char *const others[] = {"tmux", "screen", "xterm"};
    if (known(term, fd))
        return term;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (known(others[i], fd))
            return others[i];
    return NULL;
}

static void read_caps(struct caps *c)
{
    char buf[16];
    c->cup = text_cap("cup");
    c->cuf = text_cap("cuf");
    c->hpa = text_cap("hpa");
    c->el = text_cap("el");
    c->ech = text_cap("ech");
    c->clear = text_cap("clear");
    c->enter = text_cap("smcup");
    c->leave = text_cap("rmcup");
    c->hide = text_cap("civis");
    c->show = text_cap("cnorm");
    c->region = text_cap("csr");
    c->up = text_cap("ind");
    c->down = text_cap("ri");
    c->bce = flag("bce");
    c->safe_corner = !flag("am") || flag("xenl");
    c->colors = tigetnum(name_of("colors", buf));
}

/* Old consoles show what they do not know. */
static bool prints_them(const char *term)
{
    return str_starts(term, "vt") || str_starts(term, "linux") || str_eq(term, "ansi");
}

bool caps_load(struct caps *c, const char *term, int fd, char *notice, size_t room)
{
    notice[0] = '\0';
    caps_unload();
    const char *entry = entry_for(term, fd);
    if (entry == NULL)
        return false;
    *c = (struct caps){.colors = 0};
    used = 0;
    str_copy(c->name, sizeof c->name, entry);
    read_caps(c);
    if (!str_eq(entry, term))
        snprintf(notice, room, "TERM=%.40s is unknown here; using %s", term, entry);
    c->xterm_like = c->cup != NULL && str_starts(c->cup, "\033[") && !prints_them(term);
    return c->cup != NULL && c->clear != NULL;
}

/* --- looks --- */

static void add(char to[CAPS_LOOK], const char *s)
{
    size_t n = strlen(to);
    if (s != NULL && s != (char *)-1)
        str_copy(to + n, CAPS_LOOK - n, s);
}

static const char *with_number(const char *cap, int n)
{
    char buf[16];
    char *s = tigetstr(name_of(cap, buf));
    return s != NULL && s != (char *)-1 ? tiparm(s, n) : NULL;
}

static void foreign_look(char to[CAPS_LOOK], struct look l)
{
    if (l.attr & LOOK_BOLD)
        add(to, text_cap("bold"));
    if (l.attr & LOOK_UNDERLINE)
        add(to, text_cap("smul"));
    if (l.attr & LOOK_REVERSE)
        add(to, text_cap("rev"));
    if (l.fg >= 0)
        add(to, with_number("setaf", l.fg));
    if (l.bg >= 0)
        add(to, with_number("setab", l.bg));
}

/* Terminals that speak SGR get all of it in one sequence: fewer bytes a frame. */
static void sgr_look(char to[CAPS_LOOK], struct look l)
{
    const char *gap = "\033[";
    char part[16];
    static const struct {
        uint8_t attr;
        const char *code;
    } attrs[] = {{LOOK_BOLD, "1"}, {LOOK_UNDERLINE, "4"}, {LOOK_REVERSE, "7"}};
    for (size_t i = 0; i < 3; i++)
        if (l.attr & attrs[i].attr) {
            add(to, gap);
            add(to, attrs[i].code);
            gap = ";";
        }
    for (int back = 0; back < 2; back++) {
        int color = back ? l.bg : l.fg;
        if (color < 0)
            continue;
        snprintf(part, sizeof part, "%s%d", gap, (color < 8 ? 30 : 82) + color + 10 * back);
        add(to, part);
        gap = ";";
    }
    if (to[0] != '\0')
        add(to, "m");
}

static bool speaks_sgr(void)
{
    const char *red = with_number("setaf", 1);
    return red != NULL && str_eq(red, "\033[31m");
}

void caps_looks(struct caps *c, bool color)
{
    bool sgr = speaks_sgr();
    if (c->colors < 8)
        color = false;
    c->plain[0] = '\0';
    add(c->plain, sgr ? "\033[m" : text_cap("sgr0"));
    for (int i = 0; i < STYLE_COUNT; i++) {
        struct look l = c->real[i] = theme_look((enum style)i, color);
        c->look[i][0] = '\0';
        (sgr ? sgr_look : foreign_look)(c->look[i], l);
        c->same_as[i] = (uint8_t)i;
        for (int j = i - 1; j >= 0; j--)
            if (str_eq(c->look[i], c->look[j]))
                c->same_as[i] = (uint8_t)j;
    }
}

void caps_put(struct str *out, const char *cap, int a, int b)
{
    if (cap != NULL)
        str_add(out, tiparm(cap, a, b));
}
