/* Lines of COPY, array literals and values: what PostgreSQL would write is read back, and anything
 * else does no harm. */

#include "tests/fuzz/fuzz.h"

#include "api/base/json.h"
#include "api/base/utf8.h"
#include "tests/sandbox/replicate/copytext.h"
#include "tests/sandbox/replicate/value.h"

#include <stdlib.h>
#include <string.h>

static struct pgoutput_tuple tuple; /* large */

static void split(const uint8_t *data, size_t size)
{
    char *line = fuzz_bytes(data, size);
    if (copytext_split(line, size, &tuple)) {
        fuzz_must(tuple.n > 0 && tuple.n <= PGOUTPUT_COLUMNS);
        for (size_t i = 0; i < tuple.n; i++)
            fuzz_touch(tuple.cells[i].bytes, tuple.cells[i].n);
    }
    free(line);
}

/* As the server writes a value in text format. */
static void add_escaped(struct str *out, const char *text)
{
    static const char plain[] = "\b\f\n\r\t\v\\", letters[] = "bfnrtv\\";
    for (; *text; text++) {
        const char *at = strchr(plain, *text);
        if (at) {
            str_addc(out, '\\');
            str_addc(out, letters[at - plain]);
        } else {
            str_addc(out, *text);
        }
    }
}

static void write_and_split(char *const *field, size_t n)
{
    struct str line = {0};
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            str_addc(&line, '\t');
        add_escaped(&line, field[i]);
    }
    str_addc(&line, '\n');
    fuzz_must(copytext_split(line.text, line.bytes, &tuple) && tuple.n == n);
    for (size_t i = 0; i < n; i++)
        fuzz_must(tuple.cells[i].kind == PGOUTPUT_TEXT && tuple.cells[i].n == strlen(field[i]) &&
                  memcmp(tuple.cells[i].bytes, field[i], tuple.cells[i].n) == 0);
    str_done(&line);
}

static void write_array(char *const *field, size_t n)
{
    struct str out = {0};
    struct arena a;
    struct value v;
    struct err e;
    bool valid = true;
    arena_init(&a);
    str_add(&out, "[0:1]={");
    for (size_t i = 0; i < n; i++) {
        str_add(&out, i ? ",\"" : "\"");
        for (const char *p = field[i]; *p; p++) {
            if (*p == '"' || *p == '\\')
                str_addc(&out, '\\');
            str_addc(&out, *p);
        }
        str_addc(&out, '"');
        valid &= utf8_valid(field[i], strlen(field[i]));
    }
    str_add(&out, "}");
    fuzz_must(value_array(VALUE_STRINGS, str_text(&out), out.bytes, &a, &v));
    struct json *doc = valid ? json_parse(v.bytes, v.n, &e) : NULL;
    if (valid) {
        size_t at = 0;
        fuzz_must(json_is_array(doc) && json_count(doc) == n);
        for
            json_each(item, doc)
            {
                fuzz_must(at < n && str_eq(json_text(item), field[at]));
                at++;
            }
    }
    json_free(doc);
    arena_done(&a);
    str_done(&out);
}

static void read_values(const char *text)
{
    struct arena a;
    struct value v;
    size_t n = strlen(text);
    arena_init(&a);
    for (int kind = VALUE_INTEGER; kind < VALUE_KINDS; kind++) {
        struct err e;
        value_read((enum value_kind)kind, text, n, &a, &v);
        if (v.form == VALUE_IS_TEXT || v.form == VALUE_IS_BLOB)
            fuzz_touch(v.bytes, v.n);
        bool told = kind == VALUE_STRINGS || kind == VALUE_BOOLEANS || kind == VALUE_BLOBS;
        if (told && utf8_valid(text, n) && value_array((enum value_kind)kind, text, n, &a, &v)) {
            struct json *doc = json_parse(v.bytes, v.n, &e);
            fuzz_must(json_is_array(doc));
            json_free(doc);
        }
    }
    arena_done(&a);
}

/* A type as the stream tells of it. */
static void read_type(struct fuzz_input in)
{
    struct value_type t = {.typtype = "bcdemp"[fuzz_byte(&in) % 6]};
    for (int i = 0; i < 2; i++)
        t.oid = t.oid << 8 | fuzz_byte(&in);
    for (int i = 0; i < 4; i++)
        t.typmod = (int32_t)((uint32_t)t.typmod << 8 | fuzz_byte(&in));
    char *name = fuzz_line(&in);
    str_copy(t.name, sizeof t.name, name);
    enum value_kind kind = value_kind_of(&t);
    fuzz_must(kind < VALUE_KINDS);
    (void)value_is_builtin(t.oid);
    if (kind != VALUE_NONE)
        fuzz_must(value_kind_declared(value_declared(kind)) == kind);
    (void)value_kind_declared(name);
    free(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    char *text = fuzz_text(data, size), *field[3], *whole[1] = {text};
    for (size_t i = 0; i < 3; i++)
        field[i] = fuzz_line(&in);
    read_type((struct fuzz_input){data, size});
    split(data, size);
    write_and_split(field, 3);
    write_and_split(whole, 1);
    write_array(field, 3);
    write_array(whole, 1);
    read_values(text);
    read_values(field[0]);
    for (size_t i = 0; i < 3; i++)
        free(field[i]);
    free(text);
    return 0;
}
