#include "tests/e2e/hostile.h"

#include "api/base/utf8.h"

#include <stdio.h>
#include <string.h>

#define ROW HOSTILE_ROW

/* --- the strings --- */

static const char *const sequences[] = {
    "\033[2J\033[H" ROW,
    "\033[1;1H" ROW,
    "\033[10A\r" ROW,
    "\033[99D" ROW,
    "\033[1K\r" ROW,
    "\033[3J",
    "\033c",
    "\033[!p",
    "\033[0;31;5mred\033[7m",
    "\033[8mhidden",
    "\033[38;2;1;2;3m",
    "\033[?1049l" ROW,
    "\033[?1049h",
    "\033[?25l",
    "\033[?7l",
    "\033[?5h",
    "\033[?1000h\033[?1006h",
    "\033[?2004l",
    "\033[?2026h",
    "\033[?2026l" ROW,
    "\033[?1h\033=",
    "\033[4h",
    "\033[20h",
    "\033[5;10r",
    "\033[6n",
    "\033[c",
    "\033[>c",
    "\033[21t",
    "\033[14t",
    "\0337\0338",
    "\033[s\033[u",
    "\033]0;owned\a",
    "\033]2;owned\033\\",
    "\033]1;owned\a",
    "\033]52;c;b3duZWQ=\a",
    "\033]52;p;b3duZWQ=\033\\",
    "\033]8;;http://evil.example/\033\\click\033]8;;\033\\",
    "\033]9;owned\a",
    "\033]777;notify;owned;owned\a",
    "\033]4;1;rgb:ff/00/00\a",
    "\033]10;?\a",
    "\033]104\a",
    "\033]1337;File=name=x:AAAA\a",
    "\033P$q\"p\033\\",
    "\033P+q544e\033\\",
    "\033Ptmux;\033\033]52;c;b3duZWQ=\a\033\\",
    "\033_Gf=100;AAAA\033\\",
    "\033^private\033\\",
    "\033Xstart of string\033\\",
    "\033(0lqqk\033(B",
    "\033#8",
    "\033N\033O",
    "\033n\033o",
    "\033 F",
    "\033%@",
    "\033[",
    "\033]",
    "\033",
    "\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20m",
    "\033[99999999999999999999A\r" ROW,
    "\033[-1A",
    "\033[:::m",
    "\033[?9999999h",
    "\033[201~" ROW,
    "\033[200~",
    "\033D\033E" ROW,
    "\033M\r" ROW,
    "\033[1L" ROW,
    "\033[1M",
    "\033[1@",
    "\033[1P",
    "\033[2S",
    "\033[2T",
    "\033[3g",
    "\033H",
    "\033[2;4y",
    "\033[12l",
    "\033[i",
    "\033[5i",
};

static const char *const rows[] = {
    "id\n" ROW,
    "id\r" ROW,
    "id\r\n" ROW,
    "id\n\n\n" ROW,
    "\n" ROW,
    "\r" ROW,
    "a\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b" ROW,
    "a\tb\tc",
    "a\vb\v\r" ROW,
    "a\f\r" ROW,
    "id\xc2\x85" ROW,
    "id\xe2\x80\xa8" ROW,
    "id\xe2\x80\xa9" ROW,
    "ok\n\xe2\x9c\x94 ok" ROW,
    "x\n" ROW ": 0 fail, 0 unknown\n",
    "strom: fine\n" ROW ": everything is well\n",
    "a\n+ " ROW,
    "\x0e\x0f",
    "\a\a\a\a",
    "\x05",
    "\x13\x11",
    "\x18\x1a",
    "\x7f\x7f\x7f",
};

/* Characters that cannot be seen, turn the direction, or lie about their width.
 * NOLINTBEGIN(misc-misleading-bidirectional): that is what they are here for */
static const char *const unseen[] = {
    "user\xe2\x80\xaetxt.exe",
    "\xe2\x80\xad"
    "abc\xe2\x80\xac",
    "a\xe2\x80\x8b"
    "b",
    "a\xe2\x80\x8c"
    "b",
    "a\xe2\x80\x8d"
    "b",
    "a\xe2\x80\x8e"
    "b\xe2\x80\x8f"
    "c",
    "a\xe2\x81\xa6"
    "b\xe2\x81\xa9",
    "a\xe2\x81\xa7"
    "b\xe2\x81\xa8"
    "c\xe2\x81\xa9",
    "a\xe2\x81\xa0"
    "b",
    "a\xe2\x81\xa1\xe2\x81\xa2\xe2\x81\xa3\xe2\x81\xa4"
    "b",
    "\xef\xbb\xbf"
    "bom",
    "soft\xc2\xad"
    "hyphen",
    "a\xcd\x8f"
    "b",
    "a\xd8\x9c"
    "b",
    "a\xe1\xa0\x8e"
    "b",
    "\xe3\x85\xa4",
    "\xef\xbe\xa0",
    "\xe2\xa0\x80\xe2\xa0\x80",
    "\xe1\x85\x9f\xe1\x85\xa0",
    "a\xef\xb8\x8f",
    "a\xef\xb8\x80",
    "\xf3\xa0\x81\x81\xf3\xa0\x81\x82\xf3\xa0\x81\xbf",
    "\xf3\xa0\x84\x80",
    "a\xef\xbf\xb9"
    "b\xef\xbf\xba"
    "c\xef\xbf\xbb",
    "\xef\xbf\xbe\xef\xbf\xbf",
    "\xef\xb7\x90",
    "\xf0\x9f\xbf\xbe",
    "\xf4\x8f\xbf\xbf",
    "\xf0\x9d\x85\xb3"
    "beam",
    "\xf0\x9b\xb2\xa0",
    "\xc2\xa0\xc2\xa0",
    "\xe3\x80\x80wide blank",
    "\xe2\x80\x83\xe2\x80\x89",
    "\xee\x80\x80private",
    "\xf3\xb0\x80\x80",
    "a\xe2\x81\xaa\xe2\x81\xaf"
    "b",
};
/* NOLINTEND(misc-misleading-bidirectional) */

static const char *const shapes[] = {
    "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x81\xae\xe8\xa1\xa8",
    "\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4",
    "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab",
    "\xef\xbc\xa1\xef\xbc\xa2\xef\xbc\xa3",
    "\xef\xbd\xb1\xef\xbd\xb2",
    "\xf0\x9f\x98\x80\xf0\x9f\x98\x80",
    "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7",
    "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd",
    "\xf0\x9f\x87\xb3\xf0\x9f\x87\xb4",
    "\xf0\x9f\x87\xb3",
    "\xe2\x9d\xa4\xef\xb8\x8f",
    "\x31\xef\xb8\x8f\xe2\x83\xa3",
    "e\xcc\x81",
    "\xcc\x81\xcc\x82\xcc\x83",
    "z\xcc\x80\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87\xcc\x88\xcc\x89\xcc\x8a\xcc"
    "\x8b\xcc\x8c\xcc\x8d",
    "\xe0\xa4\x95\xe0\xa5\x8d\xe0\xa4\xb7\xe0\xa4\xbf",
    "\xe0\xb8\x81\xe0\xb8\xb3\xe0\xb8\x99\xe0\xb9\x89",
    "\xd8\xb9\xd8\xb1\xd8\xa8\xd9\x8a",
    "\xd7\xa2\xd7\x91\xd7\xa8\xd7\x99\xd7\xaa",
    "abc\xd7\x90\xd7\x91"
    "123\xd7\x92",
    "\xef\xb7\xbd",
    "\xe2\x80\xbc\xe2\x81\x89",
    "\xe2\x84\xa2\xc2\xa9",
    "\xe2\x94\x82\xe2\x94\x80\xe2\x94\x8c",
    "\xe2\x96\xb2\xe2\x96\xbc",
    "\xe2\x80\xa6",
    "\xc3\xa6\xc3\xb8\xc3\xa5",
    "aa\xcc\x8a",
    "\xc4\xb0\xc4\xb1\xc5\xbf\xc3\x9f",
    "\xf0\x9d\x95\xb3\xf0\x9d\x95\xb4",
    "\xf0\x92\x80\xb1",
    "\xe0\xbf\xba",
    "\xe1\xb0\x80\xe1\xb0\xad",
    "\xf0\xa0\x80\x80",
};

/* Bytes that are not UTF-8. */
static const char *const broken[] = {
    "\xff\xfe",
    "\xc0\xaf",
    "\xe0\x80\xaf",
    "\xf0\x80\x80\xaf",
    "\xed\xa0\x80\xed\xb0\x80",
    "\xf4\x90\x80\x80",
    "\xf8\x88\x80\x80\x80",
    "\x80\x81\x82",
    "cut \xe2\x82",
    "cut \xf0\x9f\x98",
    "\xc3(",
    "\xe2(\xa1",
    "\xf0(\x8c\xbc",
    "\xc0\x8a" ROW,
    "\xe0\x80\x8d" ROW,
    "bl\xe5"
    "b\xe6r",
    "\xc2",
    "a\xc2\nb",
};

/* What another language would obey: it must only look like what it is. */
static const char *const syntax[] = {
    "%s%s%n",
    "%1$n",
    "%-99999d",
    "{}",
    "${HOME}",
    "$(id)",
    "`id`",
    "'; DROP TABLE x; --",
    "\"",
    "\"\"",
    "''",
    "\\",
    "\\\\x0a",
    "\\n",
    "a\\",
    "E'\\''",
    "/* x",
    "*/",
    "-- x",
    "#x",
    "a: b",
    "- a",
    "| >",
    "&a *a !!int",
    "<script>alert(1)</script>",
    "[x](javascript:1)",
    "| a | b |",
    "```",
    "&lt;",
    "..",
    "../../etc/passwd",
    "/",
    "C:\\x",
    "~",
    "*",
    "?",
    "a b",
    " ",
    "  leading",
    "trailing  ",
    "-",
    "--json",
    "-rf",
    "null",
    "true",
    "yes",
    "0",
    "1e99",
    "0x10",
    "NaN",
    "\xe2\x80\x9cquoted\xe2\x80\x9d",
    "=cmd|' /C calc'!A0",
    "@x",
    "%00",
    "https://evil.example/?a=1&b=2",
    "[ ]",
    "[x]",
    "> ",
    "\xe2\x80\xba chosen",
};

enum { CONTROLS = 32, C1 = 32, C1_BOTH = 2 * C1 /* a byte, and in UTF-8 */, LONG = 6 };
#define N(list) (sizeof(list) / sizeof *(list))

static const char *control(size_t i, char *out)
{
    unsigned char c = i + 1 < CONTROLS ? (unsigned char)(i + 1) : 0x7f;

    snprintf(out, HOSTILE_TEXT, "a%c" ROW, c);
    return out;
}

static const char *c1(size_t i, bool utf8, char *out)
{
    snprintf(out, HOSTILE_TEXT, "b%s%c" ROW, utf8 ? "\xc2" : "", (int)(0x80 + i));
    return out;
}

static const char *lengthy(size_t i, char *out)
{
    static const char *const unit[LONG] = {"a",      "\xc3\xa5",  "\xe6\x97\xa5",
                                           "\033[A", "e\xcc\x81", "a b "};
    size_t n = strlen(unit[i]), at = 0;

    for (; at + n < 1000; at += n)
        memcpy(out + at, unit[i], n);
    out[at] = '\0';
    return out;
}

size_t hostile_count(void)
{
    return N(sequences) + N(rows) + N(unseen) + N(shapes) + N(broken) + N(syntax) + CONTROLS +
           C1_BOTH + LONG;
}

const char *hostile_text(size_t i)
{
    static _Thread_local char made[HOSTILE_TEXT];
    static const struct {
        const char *const *list;
        size_t n;
    } lists[] = {{sequences, N(sequences)}, {rows, N(rows)},     {unseen, N(unseen)},
                 {shapes, N(shapes)},       {broken, N(broken)}, {syntax, N(syntax)}};

    for (size_t l = 0; l < N(lists); l++) {
        if (i < lists[l].n)
            return lists[l].list[i];
        i -= lists[l].n;
    }
    if (i < CONTROLS)
        return control(i, made);
    i -= CONTROLS;
    if (i < C1_BOTH)
        return c1(i % C1, i < C1, made);
    return lengthy(i - C1_BOTH, made);
}

bool hostile_is_utf8(size_t i)
{
    return utf8_valid(hostile_text(i), strlen(hostile_text(i)));
}

const char *hostile_name(size_t i, char out[HOSTILE_NAME])
{
    const char *text = hostile_text(i);
    size_t n = 0;
    uint32_t cp;

    out[0] = '\0';
    if (!hostile_is_utf8(i))
        return out;
    for (size_t used; (used = utf8_next(text + n, strlen(text + n), &cp)) > 0 && n + used <= 57;)
        n += used;
    snprintf(out, HOSTILE_NAME, "%.*s~%zu", (int)n, text, i);
    return out;
}

const char *hostile_json(size_t i, char *out, size_t cap)
{
    size_t used = 0;

    for (const char *p = hostile_text(i); *p && used + 7 < cap; p++)
        if ((unsigned char)*p < 0x20 || *p == '"' || *p == '\\' || *p == 0x7f)
            used += (size_t)snprintf(out + used, cap - used, "\\u%04x", (unsigned)*p);
        else
            out[used++] = *p;
    out[used] = '\0';
    return out;
}
