/* Under --lang nb the toolkit speaks Norwegian too: marks, questions, the palette, options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/words.h"
#include "tui/dialog.h"
#include "tui/list.h"
#include "tui/shot.h"

#include <locale.h>
#include <string.h>

static void speak(const char *lang)
{
    assert_true(tr_language(lang));
    words_of_toolkit();
}

/* None was forgotten: neither in the table nor in the translation. */
static void test_every_word(void **state)
{
    struct theme_words en, nb;

    (void)state;
    speak("en");
    en = *theme_words();
    speak("nb");
    nb = *theme_words();
    for (int m = MARK_OK + 1; m < MARK_COUNT; m++)
        assert_string_not_equal(en.mark[m], nb.mark[m]);
    assert_string_equal(nb.mark[MARK_OK], "ok"); /* is one in both */
    assert_string_not_equal(en.more_above, nb.more_above);
    assert_string_not_equal(en.more_below, nb.more_below);
    assert_string_not_equal(en.small_help, nb.small_help);
    assert_string_not_equal(en.too_small, nb.too_small);
    assert_string_not_equal(en.have, nb.have);
    assert_string_not_equal(en.of, nb.of);
    assert_string_not_equal(en.nothing, nb.nothing);
    assert_string_not_equal(en.confirm, nb.confirm);
    assert_string_not_equal(en.name, nb.name);
    assert_string_not_equal(en.type_here, nb.type_here);
    assert_string_not_equal(en.wrong_name, nb.wrong_name);
    assert_string_not_equal(en.choose, nb.choose);
    assert_string_not_equal(en.cancel, nb.cancel);
    assert_string_not_equal(en.run, nb.run);
    assert_string_not_equal(en.filter, nb.filter);
    assert_string_not_equal(en.no_match, nb.no_match);
    assert_string_not_equal(en.not_now, nb.not_now);
    assert_string_not_equal(en.hidden, nb.hidden);
    speak("en");
    assert_string_equal(theme_words()->nothing, "nothing here");
}

static void draw(struct page *p, const struct dialog *d)
{
    struct list list = {0};
    struct list_rows none = {0};

    assert_true(page_begin(p, 80, 24));
    page_mark(p, MARK_WARN, "x");
    list_draw(&list, &none, p);
    dialog_draw(d, p);
    page_end(p);
}

static void test_a_page(void **state)
{
    static const struct dialog_option options[] = {{'s', "stay", false}, {'q', "quit", true}};
    struct page *p = page_new(80, 24);
    struct dialog d = {0};
    struct str text = {0};

    (void)state;
    speak("nb");
    dialog_open(&d, "?", "?", options, 2, 0);
    dialog_confirm_name(&d, "strøm");
    draw(p, &d);
    shot_text(p, true, &text);
    assert_non_null(strstr(str_text(&text), "advarsel"));
    assert_non_null(strstr(str_text(&text), "ingenting her"));
    assert_non_null(strstr(str_text(&text), "Skriv dette navnet for å bekrefte:"));
    assert_non_null(strstr(str_text(&text), "bli"));
    assert_non_null(strstr(str_text(&text), "avslutt"));
    assert_non_null(strstr(str_text(&text), "avbryt"));
    assert_null(strstr(str_text(&text), "quit"));
    speak("en");
    str_done(&text);
    page_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_word),
                                       cmocka_unit_test(test_a_page)};

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
