/* Choosing by options: names, columns, reasons; and the exit codes of what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "screens/cli/out.h"
#include "screens/cli/pick.h"

#include <stdio.h>
#include <string.h>

static struct selection s;
static struct options o;
static struct err e;

static void add(const char *schema, const char *table, const char *columns)
{
    struct selection_fact facts[16];
    char text[256], *rest = text;
    size_t n = 0;
    assert_true(str_copy(text, sizeof text, columns));
    for (char *word; (word = strtok_r(rest, " ", &rest)); n++) {
        char *colon = strchr(word, ':');
        facts[n] = (struct selection_fact){.name = word, .type = "text"};
        facts[n].key = colon && strstr(colon, ":key");
        facts[n].unsupported = colon && strstr(colon, ":point");
        facts[n].level = colon && strstr(colon, ":secret") ? RULES_SPECIAL : RULES_NONE;
        facts[n].categories = facts[n].level ? 1u << RULES_FNR : 0;
        if (colon && strstr(colon, ":code"))
            facts[n].categories |= 1u << RULES_PROTECTED_ADDRESS;
        if (colon)
            *colon = '\0';
    }
    selection_add(&s, schema, table, facts, n, NULL);
}

static int open_selection(void **state)
{
    (void)state;
    selection_init(&s);
    o = (struct options){0};
    e = (struct err){0};
    add("public", "regel", "id:key resultat fnr:secret punkt:point");
    add("public", "steg", "id:key navn");
    add("arkiv", "steg", "id:key");
    add("arkiv", "gammel", "id:key a");
    add("public", "person", "fnr:key:secret navn:secret alder");
    add("public", "loefte.x", "id:key");
    add("public", "bare", "fnr:secret");
    add("public", "sted", "hvor:key:point id");
    add("public", "flyway_schema_history", "installed_rank:key");
    return 0;
}

static int close_selection(void **state)
{
    (void)state;
    selection_done(&s);
    return 0;
}

#define WHO "kari.nordmann@nav.no"

#define INCLUDE(list)     (o.include_tables[o.n_include++] = (list))
#define EXCLUDE(list)     (o.exclude_tables[o.n_exclude++] = (list))
#define COLUMNS(list)     (o.columns[o.n_columns++] = (list))
#define ACKNOWLEDGE(text) (o.acknowledge[o.n_acknowledge++] = (text))

/* "public.regel(id resultat) ..." of what flows, in the order of the tables. */
static void flows(const char *wanted)
{
    struct str text = {0};
    if (!pick(&s, &o, WHO, &e))
        fail_msg("%s: %s", e.what, e.why);
    for (size_t i = 0; i < s.n_tables; i++) {
        const struct selection_table *t = &s.tables[i];
        const char *before = "(";
        if (t->n_included == 0)
            continue;
        str_printf(&text, "%s%s.%s", text.bytes ? " " : "", t->schema, t->name);
        for (size_t c = 0; c < t->n_columns; c++)
            if (t->columns[c].included) {
                str_printf(&text, "%s%s", before, t->columns[c].name);
                before = " ";
            }
        str_add(&text, ")");
    }
    assert_string_equal(str_text(&text), wanted);
    str_done(&text);
}

static void refused(int code, const char *words)
{
    if (pick(&s, &o, WHO, &e))
        fail_msg("it was taken");
    assert_int_equal(e.kind, ERR_INPUT);
    if (strstr(e.what, words) == NULL && strstr(e.why, words) == NULL)
        fail_msg("%s: %s", e.what, e.why);
    assert_int_equal(out_code(&e), code);
}

/* --- tables --- */

static void test_named(void **state)
{
    (void)state;
    INCLUDE("regel,gammel");
    flows("public.regel(id resultat) arkiv.gammel(id a)");
}

static void test_named_with_schema_and_spaces(void **state)
{
    (void)state;
    INCLUDE(" arkiv.steg , ,public.regel ");
    INCLUDE("loefte.x");
    flows("public.regel(id resultat) arkiv.steg(id) public.loefte.x(id)");
}

static void test_public_goes_first(void **state)
{
    (void)state;
    INCLUDE("steg");
    flows("public.steg(id navn)");
}

static void test_everything_but_what_is_sensitive(void **state)
{
    (void)state;
    flows("public.regel(id resultat) public.steg(id navn) arkiv.steg(id) arkiv.gammel(id a) "
          "public.loefte.x(id)");
}

static void test_excluded(void **state)
{
    (void)state;
    EXCLUDE("regel,steg");
    EXCLUDE("arkiv.steg");
    flows("arkiv.gammel(id a) public.loefte.x(id)");
}

static void test_excluding_beats_including(void **state)
{
    (void)state;
    INCLUDE("regel,gammel");
    EXCLUDE("regel");
    flows("arkiv.gammel(id a)");
}

static void test_names_that_are_not_there(void **state)
{
    (void)state;
    INCLUDE("regel,finnes_ikke");
    refused(OUT_WRONG, "'finnes_ikke'");
    assert_null(strstr(e.hint, "did you mean"));
    o.n_include = 0;
    INCLUDE("arkiv.gamel"); /* one letter away */
    refused(OUT_WRONG, "'arkiv.gamel'");
    assert_non_null(strstr(e.hint, "'arkiv.gammel'"));
    o.n_include = 0;
    EXCLUDE("finnes.ikke");
    refused(OUT_WRONG, "'finnes.ikke'");
    o.n_exclude = 0;
    INCLUDE(" , ");
    refused(OUT_WRONG, "names no table");
    o.n_include = 0;
    INCLUDE("flyway_schema_history");
    refused(OUT_WRONG, "a tool's own table");
    o.n_include = 0;
    INCLUDE("sted");
    refused(OUT_WRONG, "not carry");
}

static void test_name_in_several_schemas(void **state)
{
    (void)state;
    add("a", "dobbel", "id:key");
    add("b", "dobbel", "id:key");
    INCLUDE("dobbel");
    refused(OUT_WRONG, "several schemas");
    assert_non_null(strstr(e.hint, "schema.table"));
}

/* --- columns --- */

static void test_only_columns(void **state)
{
    (void)state;
    COLUMNS("regel:resultat");
    COLUMNS("arkiv.gammel: a");
    flows("public.regel(id resultat) arkiv.gammel(id a)"); /* with their keys */
}

static void test_only_the_key(void **state)
{
    (void)state;
    INCLUDE("steg,regel");
    COLUMNS("steg:id");
    flows("public.regel(id resultat) public.steg(id)");
}

static void test_columns_that_are_wrong(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"regel", "not of the form"},
                                          {"regel:finnes_ikke", "'finnes_ikke'"},
                                          {"finnes_ikke:a", "'finnes_ikke'"},
                                          {"regel:", "names no column"},
                                          {"regel:punkt", "not carry"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        o.n_columns = 0;
        COLUMNS(rows[i][0]);
        refused(OUT_WRONG, rows[i][1]);
    }
}

/* --- reasons --- */

static void test_sensitive_column(void **state)
{
    (void)state;
    COLUMNS("regel:resultat,fnr");
    refused(OUT_REFUSED, "public.regel.fnr");
    assert_string_equal(e.reason, "UNACKNOWLEDGED");
    assert_non_null(strstr(e.hint, "--acknowledge regel.fnr=REASON"));
    ACKNOWLEDGE("regel.fnr=avklart i PVK = ja");
    flows("public.regel(id resultat fnr)");
    const struct selection_ack *ack = s.tables[0].columns[2].ack;
    assert_string_equal(ack->reason, "avklart i PVK = ja");
    assert_string_equal(ack->reference, "PVK = ja");
    assert_true(ack->by[0] && ack->at[0]);
}

/* Why, and where it was settled: as the wizard's two fields. */
static void test_a_reason_tells_where(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"til statistikk; Behandlingskatalogen B123", "til statistikk",
         "Behandlingskatalogen B123"},
        {" til statistikk ;B123 ", "til statistikk", "B123"},
        {"avklart i PVK 17, behandling B123", NULL, "PVK 17, behandling B123"},
        {"avklart med personvernombudet", NULL, "avklart med personvernombudet"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[256];
        snprintf(text, sizeof text, "regel.fnr=%s", rows[i][0]);
        o.n_acknowledge = 0;
        ACKNOWLEDGE(text);
        if (!pick_acknowledge(&s, &o, WHO, &e))
            fail_msg("%s: %s", rows[i][0], e.why);
        assert_string_equal(s.tables[0].columns[2].ack->reason,
                            rows[i][1] ? rows[i][1] : rows[i][0]);
        assert_string_equal(s.tables[0].columns[2].ack->reference, rows[i][2]);
    }
}

/* Only doing it is refused: `plan` shows what was asked for, and names what has no reason. */
static void test_a_plan_names_what_has_no_reason(void **state)
{
    (void)state;
    struct selection_place at[4];
    o.command = "plan";
    COLUMNS("regel:resultat,fnr");
    flows("public.regel(id resultat fnr)");
    assert_int_equal(selection_unacknowledged(&s, at, 4), 1);
    selection_set_table(&s, 0, false);
    o.n_columns = 0;
    INCLUDE("person,bare");
    flows("public.person(fnr alder) public.bare(fnr)");
    assert_int_equal(selection_unacknowledged(&s, at, 4), 2);
    COLUMNS("person:fodselsnummer");
    assert_true(pick_by_name(&o, NULL, &e));
    o.command = "apply";
    assert_false(pick_by_name(&o, NULL, &e));
}

static void test_acknowledged_in_an_included_table(void **state)
{
    (void)state;
    INCLUDE("regel");
    ACKNOWLEDGE("public.regel.fnr=avklart; PVK 17");
    flows("public.regel(id resultat fnr)");
}

/* A key cannot be left out: where its table was named it is refused, else the table is left out. */
static void test_sensitive_key(void **state)
{
    (void)state;
    INCLUDE("person");
    refused(OUT_REFUSED, "public.person.fnr");
    assert_string_equal(e.reason, "UNACKNOWLEDGED");
    o.n_include = 0;
    COLUMNS("person:alder");
    refused(OUT_REFUSED, "public.person.fnr");
    ACKNOWLEDGE("person.fnr=avklart; PVK 17");
    flows("public.person(fnr alder)");
}

static void test_nothing_is_left_of_a_table(void **state)
{
    (void)state;
    INCLUDE("bare");
    refused(OUT_REFUSED, "no column of the table");
}

/* Code 6/7 is asked about by its name, as in the wizard, which keeps the answer in the same words.
 */
static void test_protected_people_are_asked_about(void **state)
{
    (void)state;
    static const char *const lacking[] = {"bosted.adresse=avklart; PVK 17",
                                          "bosted.adresse=avklart; protected_address: ; PVK 17",
                                          "bosted.adresse=avklart for protected_address; PVK 17"};
    static const char *const saying[] = {
        "bosted.adresse=avklart; protected_address: filtrert i appen; PVK 17",
        "bosted.adresse=Kode 6/7: filtrert i appen;avklart;PVK 17",
        "bosted.adresse=avklart;  code 6/7:filtrert i appen ;PVK 17",
        "bosted.adresse=avklart; PVK 17; kode 6/7: filtrert i appen"};
    add("public", "bosted", "id:key adresse:secret:code");
    COLUMNS("bosted:adresse");
    refused(OUT_REFUSED, "public.bosted.adresse");
    assert_non_null(strstr(e.hint, "--acknowledge public.bosted.adresse='why it may flow; "
                                   "protected_address: how"));
    for (size_t i = 0; i < sizeof lacking / sizeof *lacking; i++) {
        o.n_acknowledge = 0;
        ACKNOWLEDGE(lacking[i]);
        refused(OUT_REFUSED, "code 6 and 7");
        assert_string_equal(e.reason, "UNACKNOWLEDGED");
        assert_non_null(strstr(e.hint, "protected_address: how"));
    }
    o.command = "plan"; /* looks, and names it */
    assert_true(pick(&s, &o, WHO, &e));
    assert_int_equal(selection_unacknowledged(&s, NULL, 0), 1);
    o.command = "apply";
    for (size_t i = 0; i < sizeof saying / sizeof *saying; i++) {
        o.n_acknowledge = 0;
        ACKNOWLEDGE(saying[i]);
        flows("public.bosted(id adresse)");
        const struct selection_column *c = &s.tables[s.n_tables - 1].columns[1];
        assert_string_equal(c->ack->reason, "avklart; protected_address: filtrert i appen");
        assert_string_equal(c->ack->reference, "PVK 17");
        assert_false(selection_lacks_protected(c));
        selection_set_table(&s, s.n_tables - 1, false);
    }
    o.n_acknowledge = 0; /* of another column it does no harm */
    o.n_columns = 0;
    ACKNOWLEDGE("regel.fnr=avklart; protected_address: ingen; PVK 17");
    assert_true(pick_acknowledge(&s, &o, WHO, &e));
}

static void test_protected_people_by_name(void **state)
{
    (void)state;
    COLUMNS("person:adressebeskyttelse");
    assert_false(pick_by_name(&o, NULL, &e));
    assert_non_null(strstr(e.hint, "protected_address: how"));
    ACKNOWLEDGE("person.adressebeskyttelse=avklart; PVK 17");
    assert_false(pick_by_name(&o, NULL, &e));
    assert_int_equal(out_code(&e), OUT_REFUSED);
    o.n_acknowledge = 0;
    ACKNOWLEDGE("person.adressebeskyttelse=avklart; protected_address: filtrert; PVK 17");
    assert_true(pick_by_name(&o, NULL, &e));
}

static void test_acknowledgements_that_are_wrong(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"regel.fnr", "not of the form"},
                                          {"regel=x", "not of the form"},
                                          {"=x", "not of the form"},
                                          {"regel.finnes_ikke=x y", "no column 'finnes_ikke'"},
                                          {"finnes.ikke.a=x", "'finnes.ikke'"},
                                          {"regel.fnr=", "reason is empty"},
                                          {"regel.fnr=  ; PVK 17", "reason is empty"},
                                          {"regel.fnr=x", "'x' does not tell where"},
                                          {"regel.fnr=avklart; ", "does not tell where"},
                                          {"regel.fnr=PVK17", "does not tell where"},
                                          {"regel.fnr=a\nb; PVK 17", "control character"},
                                          {"regel.fnr=a; PVK\xe2\x80\xae 17", "turns the text"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        o.n_acknowledge = 0;
        ACKNOWLEDGE(rows[i][0]);
        refused(OUT_WRONG, rows[i][1]);
    }
    o.n_acknowledge = 0;
    ACKNOWLEDGE("regel.fnr=avklart; PVK 17");
    assert_true(pick_acknowledge(&s, &o, WHO, &e));
    assert_non_null(s.tables[0].columns[2].ack);
    assert_string_equal(s.tables[0].columns[2].ack->by, WHO);
    assert_int_equal(s.tables[0].n_included, 0); /* a reason is not yet a choice */
}

/* --- where no table can be asked for --- */

static void test_by_name_alone(void **state)
{
    (void)state;
    COLUMNS("regel:resultat,opprettet_tid");
    assert_true(pick_by_name(&o, NULL, &e));
    COLUMNS("public.person:navn_intern, fodselsnummer");
    assert_false(pick_by_name(&o, NULL, &e));
    assert_string_equal(e.reason, "UNACKNOWLEDGED");
    assert_int_equal(out_code(&e), OUT_REFUSED);
    assert_non_null(strstr(e.what, "person.fodselsnummer"));
    ACKNOWLEDGE("enperson.fodselsnummer=of another table");
    ACKNOWLEDGE("regel.x=person.fodselsnummer=in a reason");
    assert_false(pick_by_name(&o, NULL, &e));
    ACKNOWLEDGE("person.fodselsnummer=avklart; PVK 17");
    ACKNOWLEDGE("person.navn_intern=avklart; PVK 17");
    assert_true(pick_by_name(&o, NULL, &e));
    o.n_columns = 0;
    COLUMNS("uten kolon");
    assert_false(pick_by_name(&o, NULL, &e));
    assert_int_equal(out_code(&e), OUT_WRONG);
}

/* --- exit codes (contract, section 2) --- */

static void test_exit_codes(void **state)
{
    (void)state;
    static const struct {
        enum err_kind kind;
        const char *reason;
        int code;
        int http;
    } rows[] = {
        {ERR_NETWORK, "", OUT_COULD_NOT, 0},
        {ERR_DENIED, "", OUT_COULD_NOT, 0},
        {ERR_MISSING, "", OUT_COULD_NOT, 0},
        {ERR_CONFLICT, "", OUT_COULD_NOT, 0},
        {ERR_CONFLICT, "MOVED", OUT_REFUSED, 0},
        {ERR_CONFLICT, "LOCKED", OUT_COULD_NOT, 0},
        {ERR_QUOTA, "", OUT_COULD_NOT, 0},
        {ERR_INPUT, "", OUT_WRONG, 0},
        {ERR_INPUT, "UNACKNOWLEDGED", OUT_REFUSED, 0},
        {ERR_INPUT, "NO_PASSWORD", OUT_COULD_NOT, 0},
        {ERR_SQL, "42501", OUT_COULD_NOT, 0},
        {ERR_SYSTEM, "", OUT_COULD_NOT, 0},
        {ERR_BUG, "", OUT_COULD_NOT, 0},
        {ERR_INTERRUPTED, "", OUT_INTERRUPTED, 0},
        {ERR_INPUT, "INVALID_ARGUMENT", OUT_COULD_NOT, 400}, /* what a server says of a call */
        {ERR_INTERRUPTED, "CANCELLED", OUT_COULD_NOT, 499},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        err_set(&e, rows[i].kind, "Doing something");
        err_reason(&e, rows[i].reason);
        e.code = rows[i].http;
        assert_int_equal(out_code(&e), rows[i].code);
        assert_int_equal(out_error(&o, &e), rows[i].code);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_selection, close_selection)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_named),
        TEST(test_named_with_schema_and_spaces),
        TEST(test_public_goes_first),
        TEST(test_everything_but_what_is_sensitive),
        TEST(test_excluded),
        TEST(test_excluding_beats_including),
        TEST(test_names_that_are_not_there),
        TEST(test_name_in_several_schemas),
        TEST(test_only_columns),
        TEST(test_only_the_key),
        TEST(test_columns_that_are_wrong),
        TEST(test_sensitive_column),
        TEST(test_a_reason_tells_where),
        TEST(test_a_plan_names_what_has_no_reason),
        TEST(test_acknowledged_in_an_included_table),
        TEST(test_sensitive_key),
        TEST(test_nothing_is_left_of_a_table),
        TEST(test_acknowledgements_that_are_wrong),
        TEST(test_protected_people_are_asked_about),
        TEST(test_protected_people_by_name),
        TEST(test_by_name_alone),
        TEST(test_exit_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
