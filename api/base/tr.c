#include "api/base/tr.h"

#include "api/base/arena.h"
#include "api/base/str.h"
#include "api/base/tr_table.h"
#include "api/base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The table sorted by English text: made at the first use of Norwegian, kept to the end. */
static struct {
    struct tr_row *rows;
    size_t n;
    bool norwegian, marked; /* read in it; the rows are the ones of tests */
} table;

static int by_english(const void *a, const void *b)
{
    const struct tr_row *x = a, *y = b;

    return strcmp(x->english, y->english);
}

/* --- the language of tests --- */

/* Each letter takes one column, as the plain one does. */
static const char *marked_letter(char c)
{
    static const char *const small[] = {"à", "ƀ", "ç", "đ", "é", "ƒ", "ĝ", "ĥ", "î",
                                        "ĵ", "ķ", "ł", "ṁ", "ñ", "ö", "þ", "ɋ", "ř",
                                        "š", "ţ", "û", "ṽ", "ŵ", "ẋ", "ý", "ž"};
    static const char *const large[] = {"À", "Ɓ", "Ç", "Đ", "É", "Ƒ", "Ĝ", "Ĥ", "Î",
                                        "Ĵ", "Ķ", "Ł", "Ṁ", "Ñ", "Ö", "Þ", "Ɋ", "Ř",
                                        "Š", "Ţ", "Û", "Ṽ", "Ŵ", "Ẋ", "Ý", "Ž"};

    if (c >= 'a' && c <= 'z')
        return small[c - 'a'];
    return c >= 'A' && c <= 'Z' ? large[c - 'A'] : NULL;
}

/* Directives of printf stay as they are. */
static char *marked(const char *english)
{
    struct str out = {0};

    while (*english) {
        size_t directive = *english == '%' ? 1 + strcspn(english + 1, "diouxXcsfgeEGpn%") : 0;
        const char *letter = marked_letter(*english);
        if (directive && english[directive])
            str_addn(&out, english, directive + 1);
        else if (letter)
            str_add(&out, letter);
        else
            str_addc(&out, *english);
        english += directive && english[directive] ? directive + 1 : 1;
    }
    char *text = mem_str(str_text(&out));
    str_done(&out);
    return text;
}

static void mark_table(void)
{
    for (size_t i = 0; i < table.n && !table.marked; i++)
        table.rows[i].norwegian = marked(table.rows[i].english);
    table.marked = true;
}

/* --- a terminal that shows ASCII --- */

static const char *plain_letter(uint32_t letter)
{
    static const struct {
        uint32_t letter;
        const char *plain;
    } all[] = {{0xE6, "ae"}, {0xF8, "oe"}, {0xE5, "aa"}, {0xC6, "Ae"}, {0xD8, "Oe"},
               {0xC5, "Aa"}, {0xE9, "e"},  {0xAB, "\""}, {0xBB, "\""}, {0x2192, "->"}};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].letter == letter)
            return all[i].plain;
    return "?";
}

static char *plain(const char *text)
{
    struct str out = {0};
    uint32_t letter;

    for (size_t n; (n = utf8_next(text, strlen(text), &letter)) > 0; text += n)
        if (letter < 0x80)
            str_addc(&out, (char)letter);
        else
            str_add(&out, plain_letter(letter));
    char *kept = mem_str(str_text(&out));
    str_done(&out);
    return kept;
}

void tr_plain_letters(void)
{
    for (size_t i = 0; i < table.n && table.norwegian && !table.marked; i++)
        table.rows[i].norwegian = plain(table.rows[i].norwegian);
}

static void sort_table(void)
{
    if (table.rows)
        return;
    while (tr_rows[table.n].english)
        table.n++;
    table.rows = mem_grow(NULL, table.n + 1, sizeof *table.rows);
    memcpy(table.rows, tr_rows, (table.n + 1) * sizeof *table.rows);
    qsort(table.rows, table.n, sizeof *table.rows, by_english);
}

const char *tr(const char *english)
{
    struct tr_row wanted = {.english = english};

    if (!table.norwegian || !english)
        return english;
    const struct tr_row *row =
        bsearch(&wanted, table.rows, table.n, sizeof *table.rows, by_english);
    return row ? row->norwegian : english;
}

/* "nb_NO.UTF-8" begins with the language nb. */
static bool is_norwegian(const char *locale)
{
    static const char *const names[] = {"nb", "no", "nn", "norwegian", "bokmal"};
    size_t n = strcspn(locale, "_.@-");

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == n && strncasecmp(locale, names[i], n) == 0)
            return true;
    return false;
}

static const char *locale_of_environment(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *value = getenv(variables[i]);
        if (!str_is_empty(value))
            return value;
    }
    return "C";
}

bool tr_language(const char *lang)
{
    bool automatic = !lang || str_eq(lang, "auto"), tests = str_eq(lang, "qps-ploc");

    if (tests) {
        sort_table();
        mark_table();
        table.norwegian = true;
        return true;
    }
    table.norwegian = is_norwegian(automatic ? locale_of_environment() : lang);
    if (table.norwegian)
        sort_table();
    return automatic || table.norwegian || str_eq(lang, "en");
}

const char *tr_current(void)
{
    return table.norwegian ? "nb" : "en";
}

bool tr_entry(size_t i, const char **english, const char **norwegian)
{
    sort_table();
    if (i >= table.n)
        return false;
    *english = table.rows[i].english;
    *norwegian = table.rows[i].norwegian;
    return true;
}
