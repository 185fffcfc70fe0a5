/* Every style on six palettes: the contrast of letter and ground, as WCAG 2 computes it.
 *
 * What it must reach: 3:1, which WCAG asks of bold letters and of signs, because none of these
 * styles is a paragraph and each state is a sign and a word besides. Where a palette gives its own
 * text little (Solarized chooses 4.1:1 on light) seven tenths of that: a style must not be much
 * weaker than the text around it, and no program can do better with such colours. Text in the
 * default colours is the palette's own business. Some terminals show bold as bright: there nothing
 * may vanish (2.5:1). */

#include "tui/theme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>

struct palette {
    const char *name;
    bool color;
    unsigned ink, paper;
    unsigned colors[16];
};

#define SOLARIZED                                                                                  \
    {                                                                                              \
        0x073642, 0xdc322f, 0x859900, 0xb58900, 0x268bd2, 0xd33682, 0x2aa198, 0xeee8d5, 0x002b36,  \
            0xcb4b16, 0x586e75, 0x657b83, 0x839496, 0x6c71c4, 0x93a1a1, 0xfdf6e3                   \
    }

static const struct palette palettes[] = {
    {"light (Tango)",
     true,
     0x2e3436,
     0xffffff,
     {0x2e3436, 0xcc0000, 0x4e9a06, 0xc4a000, 0x3465a4, 0x75507b, 0x06989a, 0xd3d7cf, 0x555753,
      0xef2929, 0x8ae234, 0xfce94f, 0x729fcf, 0xad7fa8, 0x34e2e2, 0xeeeeec}},
    {"dark (xterm)",
     true,
     0xe5e5e5,
     0x000000,
     {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f,
      0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff}},
    {"Solarized light", true, 0x657b83, 0xfdf6e3, SOLARIZED},
    {"Solarized dark", true, 0x839496, 0x002b36, SOLARIZED},
    {"high contrast",
     true,
     0xffffff,
     0x000000,
     {0x000000, 0xff0000, 0x00ff00, 0xffff00, 0x0000ff, 0xff00ff, 0x00ffff, 0xffffff, 0x808080,
      0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff}},
    {"monochrome", false, 0x33ff33, 0x000000, {0}},
};
enum { PALETTES = sizeof palettes / sizeof palettes[0] };

static const char *const names[STYLE_COUNT] = {
    "text",    "heading", "title",     "muted", "accent", "ok",    "warn",    "fail",
    "running", "key",     "sensitive", "field", "link",   "added", "removed", "cursor"};

/* --- WCAG 2: relative luminance and contrast --- */

static double linear(unsigned channel)
{
    double c = (double)channel / 255;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(unsigned rgb)
{
    return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8 & 0xff) +
           0.0722 * linear(rgb & 0xff);
}

static double contrast(unsigned a, unsigned b)
{
    double one = luminance(a) + 0.05, two = luminance(b) + 0.05;
    return one > two ? one / two : two / one;
}

static void the_formula(void **state)
{
    (void)state;
    assert_true(fabs(contrast(0x000000, 0xffffff) - 21) < 0.01);
    assert_true(fabs(contrast(0x777777, 0xffffff) - 4.48) < 0.01); /* WCAG's own example */
    assert_true(fabs(contrast(0x123456, 0x123456) - 1) < 0.001);
}

/* --- styles --- */

static double contrast_of(const struct palette *p, struct look l, bool bold_is_bright)
{
    int bright = bold_is_bright && (l.attr & LOOK_BOLD) && l.fg >= 0 && l.fg < 8 ? 8 : 0;
    unsigned ink = l.fg < 0 ? p->ink : p->colors[l.fg + bright];
    unsigned paper = l.bg < 0 ? p->paper : p->colors[l.bg];

    return contrast(ink, paper); /* the same when reversed */
}

static double wanted(const struct palette *p)
{
    double own = 0.7 * contrast(p->ink, p->paper);
    return own < 3 ? own : 3;
}

static void every_style_can_be_read(void **state)
{
    int weak = 0;

    (void)state;
    for (size_t i = 0; i < PALETTES; i++)
        for (int s = 0; s < STYLE_COUNT; s++) {
            const struct palette *p = &palettes[i];
            struct look l = theme_look((enum style)s, p->color);
            double plain = contrast_of(p, l, false), bright = contrast_of(p, l, true);
            if (plain >= wanted(p) && bright >= 2.5)
                continue;
            fprintf(stderr, "%s, %s: %.2f (bright %.2f), wanted %.2f\n", p->name, names[s], plain,
                    bright, wanted(p));
            weak++;
        }
    assert_int_equal(weak, 0);
}

/* A line's cursor and a warning stand out from the page by their ground, or without colour by
 * attributes. */
static void grounds_stand_out(void **state)
{
    static const enum style grounds[] = {STYLE_CURSOR, STYLE_WARN};

    (void)state;
    for (size_t i = 0; i < PALETTES; i++)
        for (size_t g = 0; g < 2; g++) {
            struct look l = theme_look(grounds[g], palettes[i].color);
            if (!palettes[i].color)
                assert_true(l.attr != 0);
            else
                assert_true(contrast(palettes[i].colors[l.bg], palettes[i].paper) >= 1.5);
        }
}

/* What has no state has no colour, but for the cursor: its accent is nobody else's. */
static void one_accent(void **state)
{
    static const enum style states[] = {STYLE_OK,    STYLE_WARN,      STYLE_FAIL,
                                        STYLE_ADDED, STYLE_SENSITIVE, STYLE_REMOVED};
    int accent = theme_look(STYLE_CURSOR, true).bg;

    (void)state;
    for (int s = 0; s < STYLE_COUNT; s++) {
        struct look l = theme_look((enum style)s, true);
        bool is_state = s == STYLE_CURSOR;
        for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
            is_state |= states[i] == (enum style)s;
        assert_true(is_state || (l.fg < 0 && l.bg < 0));
        assert_true(l.fg != accent && (s == STYLE_CURSOR || l.bg != accent));
    }
}

/* What is well, what wants a look and what fails: told apart at a glance, in whatever look. */
static void verdicts_differ(void **state)
{
    static const enum style verdicts[] = {STYLE_OK, STYLE_WARN, STYLE_FAIL};

    (void)state;
    for (int color = 0; color < 2; color++)
        for (size_t i = 0; i < 3; i++)
            for (size_t k = i + 1; k < 3; k++) {
                struct look a = theme_look(verdicts[i], color), b = theme_look(verdicts[k], color);
                assert_true(a.fg != b.fg || a.bg != b.bg || a.attr != b.attr);
            }
}

/* Default colours and the eight dark ones; bright black is the ground itself on Solarized. */
static void only_colours_that_exist_everywhere(void **state)
{
    (void)state;
    for (int s = 0; s < STYLE_COUNT; s++) {
        struct look l = theme_look((enum style)s, true), plain = theme_look((enum style)s, false);
        assert_true(l.fg >= -1 && l.fg < 8 && l.bg >= -1 && l.bg < 8);
        assert_true(plain.fg == -1 && plain.bg == -1);
        assert_true(l.bg >= 0 || l.fg != 7); /* white on what may be white */
        assert_true(l.bg < 0 || l.fg >= 0);  /* a ground of ours has letters of ours */
    }
}

/* Where there is no colour, marks differ by their signs alone. */
static void marks_differ_without_colour(void **state)
{
    (void)state;
    for (int ascii = 0; ascii < 2; ascii++)
        for (int a = MARK_OK; a < MARK_COUNT; a++)
            for (int b = MARK_OK; b < a; b++)
                assert_string_not_equal(theme_mark((enum mark)a, ascii),
                                        theme_mark((enum mark)b, ascii));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_formula),
        cmocka_unit_test(every_style_can_be_read),
        cmocka_unit_test(grounds_stand_out),
        cmocka_unit_test(one_accent),
        cmocka_unit_test(verdicts_differ),
        cmocka_unit_test(only_colours_that_exist_everywhere),
        cmocka_unit_test(marks_differ_without_colour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
