#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Access while it is being asked, and a check's advice: what is known is on the page, and nothing
 * else. */

#include "screens/access_view.h"
#include "screens/checks_view.h"
#include "tui/shot.h"

#include <string.h>

enum { COLS = 80, ROWS = 24 };

static struct page *page;
static struct str text;

static int begin(void **state)
{
    (void)state;
    page = page_new(COLS, ROWS);
    return 0;
}

static int end(void **state)
{
    (void)state;
    page_free(page);
    str_done(&text);
    return 0;
}

static void draw(const struct rights_early *e)
{
    page_begin(page, COLS, ROWS);
    access_view_early(e, page);
    page_end(page);
    str_clear(&text);
    shot_text(page, false, &text);
}

static void assert_shows(const char *words)
{
    if (strstr(str_text(&text), words) == NULL)
        fail_msg("the page lacks '%s':\n%s", words, str_text(&text));
}

static void assert_lacks(const char *words)
{
    if (strstr(str_text(&text), words))
        fail_msg("the page has '%s':\n%s", words, str_text(&text));
}

static void nothing_is_known(void **state)
{
    (void)state;
    draw(&(struct rights_early){.project = "p"});
    assert_shows("Asking who you are");
    assert_shows("Asking who holds Owner and Editor");
    assert_shows("Asking what you may do");
    assert_lacks("Looking at what exists");
    assert_lacks("ok");
}

static void each_answer_is_shown_when_it_comes(void **state)
{
    (void)state;
    struct rights_early e = {.project = "aap-dev-ab12", .email = "kari.nordmann@nav.no"};
    draw(&e);
    assert_shows("ok       kari.nordmann@nav.no");
    assert_lacks("Asking who you are");
    e.policy = e.broad = true;
    e.basic = ACCESS_EDITOR;
    draw(&e);
    assert_shows("You hold Editor in aap-dev-ab12; an expiry cannot be set on it");
    e.held = true;
    e.n_held = 36;
    e.n_asked = 50;
    e.n_answers = 3;
    e.n_questions = 16;
    draw(&e);
    assert_shows("36 of 50 permissions are held that could be needed");
    assert_shows("what exists already, and needs less: 3 of 16");
}

static void what_cannot_be_told_is_said(void **state)
{
    (void)state;
    struct err denied, nobody;
    err_set(&denied, ERR_DENIED, "Reading the policy");
    err_why(&denied, "getIamPolicy is denied");
    err_set(&nobody, ERR_DENIED, "Asking Google who you are");
    err_why(&nobody, "the login has expired");
    draw(&(struct rights_early){
        .project = "p", .who_error = &nobody, .policy_error = &denied, .email = NULL});
    assert_shows("the login has expired");
    assert_shows("who holds Editor and Owner is not known: getIamPolicy is denied");
    draw(&(struct rights_early){.project = "p", .email = "", .policy = true});
    assert_shows("a login without an address");
    assert_shows("You hold neither Owner nor Editor yourself");
}

/* --- what is to be run, and what is only advice --- */

static void details(const char *remedy)
{
    struct check c = {.id = CHECK_GOOGLE_PROJECT,
                      .result = CHECK_UNKNOWN,
                      .found = "nobody answers",
                      .needed = "",
                      .why = "",
                      .remedy = {CHECK_REMEDY_COMMAND, remedy}};
    struct scroll top = {0};
    page_begin(page, COLS, ROWS);
    checks_view_details(&c, &top, page);
    page_end(page);
    str_clear(&text);
    shot_text(page, false, &text);
}

static void advice_is_no_command(void **state)
{
    (void)state;
    details("check address and port: is the service running?");
    assert_shows("What to do\n");
    assert_lacks("Run\n");
    details("log in again: gcloud auth login --update-adc");
    assert_shows("Run\n");
    details("nais login");
    assert_shows("Run\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known), cmocka_unit_test(each_answer_is_shown_when_it_comes),
        cmocka_unit_test(what_cannot_be_told_is_said), cmocka_unit_test(advice_is_no_command)};
    return cmocka_run_group_tests(tests, begin, end);
}
