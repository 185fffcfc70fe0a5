#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sandbox/replicate/pgoutput.h"

#include <stdlib.h>
#include <string.h>

/* Messages as a server of version 15 sent them, but for their names. */
enum { MESSAGES = 12 };

#define BYTES(text) text, sizeof(text) - 1

static const struct message {
    const char *name, *bytes;
    size_t n;
} begin = {"begin", BYTES("B\0\0\0\0\x01\x95\xa3\xb8\0\x02\xa2\xf4\x0d\x5c\x8e\x30\0\0\x02\xf1")},
  commit = {"commit", BYTES("C\0\0\0\0\0\x01\x95\xa3\xb8\0\0\0\0\x01\x95\xa3\xe8"
                            "\0\x02\xa2\xf4\x0d\x5c\x8e\x30")},
  relation = {"relation", BYTES("R\0\0\x40\x01"
                                "public\0"
                                "sak\0"
                                "d\0\x02"
                                "\x01"
                                "id\0\0\0\0\x14\xff\xff\xff\xff"
                                "\0"
                                "tekst\0\0\0\0\x19\xff\xff\xff\xff")},
  type = {"type", BYTES("Y\0\0\x40\x02"
                        "public\0"
                        "status\0")},
  origin = {"origin", BYTES("O\0\0\0\0\x01\x95\xa3\xb8"
                            "annen\0")},
  insert = {"insert", BYTES("I\0\0\x40\x01N\0\x02t\0\0\0\x02"
                            "42n")},
  update = {"update", BYTES("U\0\0\x40\x01N\0\x02t\0\0\0\x02"
                            "42u")},
  update_key = {"update of the key", BYTES("U\0\0\x40\x01K\0\x02t\0\0\0\x02"
                                           "42n"
                                           "N\0\x02t\0\0\0\x02"
                                           "43t\0\0\0\x03"
                                           "\xc3\xa6x")},
  update_row = {"update, full", BYTES("U\0\0\x40\x01O\0\x01t\0\0\0\x01"
                                      "aN\0\x01t\0\0\0\0")},
  delete_key = {"delete", BYTES("D\0\0\x40\x01K\0\x02t\0\0\0\x02"
                                "42n")},
  truncate = {"truncate", BYTES("T\0\0\0\x02\x01\0\0\x40\x01\0\0\x40\x02")},
  logical = {"message", BYTES("M\0\0\0\0\0\x01\x95\xa3\xb8"
                              "datastream\0\0\0\0\x02hi")};

static const struct message *const all[MESSAGES] = {
    &begin,  &commit,     &relation,   &type,       &origin,   &insert,
    &update, &update_key, &update_row, &delete_key, &truncate, &logical};

static struct pgoutput_event event;
static char why[PGOUTPUT_WHY];

/* A copy of exactly that size: reading over its end is seen by the sanitizer. */
static bool decode(const char *bytes, size_t n)
{
    char *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, n);
    bool good = pgoutput_decode(copy, n, &event, why);
    free(copy);
    return good;
}

static void read(const struct message *m)
{
    assert_true(pgoutput_decode(m->bytes, m->n, &event, why));
}

static void transactions_are_read(void **state)
{
    (void)state;
    read(&begin);
    assert_int_equal(event.kind, PGOUTPUT_BEGIN);
    assert_int_equal(event.lsn, 0x195a3b8);
    assert_int_equal(event.xid, 753);
    assert_int_equal(event.commit_us, INT64_C(946684800000000) + INT64_C(0x2a2f40d5c8e30));
    read(&commit);
    assert_int_equal(event.kind, PGOUTPUT_COMMIT);
    assert_int_equal(event.lsn, 0x195a3b8);
    assert_int_equal(event.end_lsn, 0x195a3e8);
}

static void announcements_are_read(void **state)
{
    (void)state;
    read(&relation);
    assert_int_equal(event.relation, 0x4001);
    assert_string_equal(event.schema, "public");
    assert_string_equal(event.name, "sak");
    assert_int_equal(event.identity, 'd');
    assert_int_equal(event.n_columns, 2);
    assert_string_equal(event.columns[0].name, "id");
    assert_true(event.columns[0].is_key);
    assert_int_equal(event.columns[0].type, 20);
    assert_int_equal(event.columns[1].typmod, -1);
    assert_false(event.columns[1].is_key);
    read(&type);
    assert_int_equal(event.relation, 0x4002);
    assert_string_equal(event.name, "status");
    assert_true(decode(BYTES("R\0\0\0\x01\0pg_x\0n\0\0")));
    read(&(struct message){"empty schema", BYTES("R\0\0\0\x01\0pg_x\0n\0\0")});
    assert_string_equal(event.schema, "pg_catalog");
}

static void rows_are_read(void **state)
{
    (void)state;
    read(&insert);
    assert_int_equal(event.new_row.n, 2);
    assert_int_equal(event.old_kind, PGOUTPUT_OLD_NONE);
    assert_memory_equal(event.new_row.cells[0].bytes, "42", 2);
    assert_int_equal(event.new_row.cells[1].kind, PGOUTPUT_NULL);
    read(&update);
    assert_int_equal(event.new_row.cells[1].kind, PGOUTPUT_UNCHANGED);
    read(&update_key);
    assert_int_equal(event.old_kind, PGOUTPUT_OLD_KEY);
    assert_memory_equal(event.old_row.cells[0].bytes, "42", 2);
    assert_memory_equal(event.new_row.cells[0].bytes, "43", 2);
    assert_int_equal(event.new_row.cells[1].n, 3);
    read(&update_row);
    assert_int_equal(event.old_kind, PGOUTPUT_OLD_ROW);
    assert_int_equal(event.new_row.cells[0].kind, PGOUTPUT_TEXT);
    assert_int_equal(event.new_row.cells[0].n, 0);
    read(&delete_key);
    assert_int_equal(event.kind, PGOUTPUT_DELETE);
    assert_int_equal(event.new_row.n, 0);
    read(&truncate);
    assert_int_equal(event.kind, PGOUTPUT_TRUNCATE);
    read(&logical);
    assert_string_equal(event.name, "datastream");
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < MESSAGES; i++) {
        assert_true(decode(all[i]->bytes, all[i]->n));
        for (size_t n = 0; n < all[i]->n; n++) {
            if (decode(all[i]->bytes, n))
                fail_msg("%s, cut to %zu bytes, was taken", all[i]->name, n);
        }
    }
}

static void more_than_there_should_be_is_refused(void **state)
{
    (void)state;
    char longer[128];
    for (size_t i = 0; i < MESSAGES; i++) {
        memcpy(longer, all[i]->bytes, all[i]->n);
        longer[all[i]->n] = 'x';
        assert_false(decode(longer, all[i]->n + 1));
    }
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    static const struct message wrong[] = {
        {"nothing", "", 0},
        {"unknown kind", BYTES("Z\0\0")},
        {"kind zero", BYTES("\0\0\0")},
        {"of protocol 2", BYTES("S\0\0\x02\xf1\x01")},
        {"more columns than the message", BYTES("I\0\0\x40\x01N\xff\xffn")},
        {"a value longer than the message", BYTES("I\0\0\x40\x01N\0\x01t\xff\xff\xff\xff"
                                                  "a")},
        {"unknown kind of value", BYTES("I\0\0\x40\x01N\0\x01z")},
        {"an insert with an old row", BYTES("I\0\0\x40\x01K\0\x01nN\0\x01n")},
        {"a delete with a new row", BYTES("D\0\0\x40\x01N\0\x01n")},
        {"a delete of nothing", BYTES("D\0\0\x40\x01")},
        {"two old rows", BYTES("U\0\0\x40\x01K\0\x01nO\0\x01nN\0\x01n")},
        {"unknown identity", BYTES("R\0\0\x40\x01s\0t\0z\0\0")},
        {"identity zero", BYTES("R\0\0\x40\x01s\0t\0\0\0\0")},
        {"a name without end", BYTES("R\0\0\x40\x01schema")},
        {"truncate of more than there is", BYTES("T\xff\xff\xff\xff\0\0\0\x40\x01")},
        {"a name that is too long",
         BYTES("Y\0\0\x40\x02public\0"
               "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\0")},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        why[0] = '\0';
        if (decode(wrong[i].bytes, wrong[i].n))
            fail_msg("%s was taken", wrong[i].name);
        assert_true(why[0] != '\0');
    }
}

/* Every byte replaced by every other: the answer may be yes or no, but nothing is read that is not
 * there. */
static void any_byte_may_be_wrong(void **state)
{
    (void)state;
    char copy[128];
    for (size_t i = 0; i < MESSAGES; i++) {
        for (size_t at = 0; at < all[i]->n; at++) {
            memcpy(copy, all[i]->bytes, all[i]->n);
            for (int value = 0; value < 256; value++) {
                copy[at] = (char)value;
                decode(copy, all[i]->n);
            }
        }
    }
    assert_true(decode(begin.bytes, begin.n));
}

static void frames_are_read(void **state)
{
    struct pgoutput_frame f;
    (void)state;
    assert_true(pgoutput_unframe(BYTES("w\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0\0Bxy"),
                                 &f, why));
    assert_int_equal(f.kind, PGOUTPUT_DATA);
    assert_int_equal(f.lsn, 5);
    assert_int_equal(f.server_end, 9);
    assert_int_equal(f.n, 3);
    assert_memory_equal(f.bytes, "Bxy", 3);
    assert_true(pgoutput_unframe(BYTES("k\0\0\0\x01\0\0\0\x07\0\0\0\0\0\0\0\0\x01"), &f, why));
    assert_int_equal(f.kind, PGOUTPUT_KEEPALIVE);
    assert_int_equal(f.lsn, INT64_C(0x100000007));
    assert_true(f.answer_now);
    assert_false(pgoutput_unframe(BYTES("k\0\0\0\x01\0\0\0\x07\0\0\0\0\0\0\0\0"), &f, why));
    assert_false(pgoutput_unframe(BYTES("w\0\0"), &f, why));
    assert_false(pgoutput_unframe(BYTES("x"), &f, why));
    assert_false(pgoutput_unframe(BYTES(""), &f, why));
}

static void status_is_written(void **state)
{
    char out[PGOUTPUT_STATUS];
    (void)state;
    pgoutput_status(out, UINT64_C(0x1122334455667788), INT64_C(946684800000000) + 258, false);
    assert_memory_equal(out,
                        "r\x11\x22\x33\x44\x55\x66\x77\x88\x11\x22\x33\x44\x55\x66\x77\x88"
                        "\x11\x22\x33\x44\x55\x66\x77\x88\0\0\0\0\0\0\x01\x02\0",
                        PGOUTPUT_STATUS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transactions_are_read),
        cmocka_unit_test(announcements_are_read),
        cmocka_unit_test(rows_are_read),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(more_than_there_should_be_is_refused),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(any_byte_may_be_wrong),
        cmocka_unit_test(frames_are_read),
        cmocka_unit_test(status_is_written),
    };
    return cmocka_run_group_tests_name("pgoutput", tests, NULL, NULL);
}
