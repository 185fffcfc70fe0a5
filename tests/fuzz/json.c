/* JSON: what is read can be printed and read again, the same; what is written can be read. */

#include "tests/fuzz/fuzz.h"

#include "api/base/json.h"
#include "api/base/utf8.h"

#include <stdlib.h>
#include <string.h>

static void walk(const struct json *j, int depth)
{
    char number[64];
    fuzz_must(depth <= JSON_MAX_DEPTH);
    fuzz_must(json_is_object(j) + json_is_array(j) + json_is_string(j) + json_is_number(j) +
                  json_is_bool(j) + json_is_null(j) ==
              1);
    fuzz_must(json_line(j) > 0);
    fuzz_must((json_text(j) != NULL) == json_is_string(j));
    fuzz_must((json_number_text(j, number) != NULL) == json_is_number(j));
    if (json_text(j))
        fuzz_must(utf8_valid(json_text(j), strlen(json_text(j))));
    (void)json_as_int64(j, 7);
    (void)json_as_double(j, 7);
    (void)json_as_bool(j, true);
    size_t n = 0;
    for
        json_each(part, j)
        {
            fuzz_must((json_key(part) != NULL) == json_is_object(j));
            walk(part, depth + 1);
            n++;
        }
    fuzz_must(n == json_count(j));
}

static void look_up(const struct json *j)
{
    static const char *const keys[] = {"a", "a.b", "", ".", "a..b", "error.details", "name"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct json *found = json_get(j, keys[i]);
        fuzz_must(json_string(j, keys[i]) == json_text(found));
        (void)json_int64(j, keys[i], -1);
        (void)json_double(j, keys[i], -1);
        (void)json_bool(j, keys[i], false);
    }
}

static struct json *parsed(const struct str *s)
{
    struct err e;
    struct json *j = json_parse(str_text(s), s->bytes, &e);
    fuzz_must(j != NULL);
    return j;
}

static void print_again(const struct json *doc, bool pretty)
{
    struct str first = {0}, second = {0};
    struct json_out o;
    json_begin(&o, &first, pretty);
    json_put_part(&o, NULL, doc);
    struct json *back = parsed(&first);
    json_begin(&o, &second, pretty);
    json_put_part(&o, NULL, back);
    fuzz_must(str_eq(str_text(&first), str_text(&second)));
    json_free(back);
    str_done(&first);
    str_done(&second);
}

/* Foreign text as key and value: the document stays JSON, and UTF-8 stays what it is. */
static void write_foreign(const char *text)
{
    struct str out = {0};
    struct json_out o;
    json_begin(&o, &out, false);
    json_open_object(&o, NULL);
    json_put_string(&o, "foreign", text);
    json_put_int(&o, text, (int64_t)strlen(text));
    json_close_object(&o);
    struct json *doc = parsed(&out);
    const struct json *value = json_first(doc);
    fuzz_must(json_is_object(doc) && json_count(doc) == 2);
    if (utf8_valid(text, strlen(text)))
        fuzz_must(str_eq(json_text(value), text) && str_eq(json_key(json_next(value)), text));
    json_free(doc);
    str_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    char *bytes = fuzz_bytes(data, size), *text = fuzz_text(data, size);
    struct json *doc = json_parse(bytes, size, &e), *strict = json_parse_strict(bytes, size, &e);
    fuzz_must(!strict || doc);
    if (doc) {
        struct str out = {0};
        walk(doc, 1);
        look_up(doc);
        json_print(doc, &out);
        json_free(parsed(&out));
        str_done(&out);
        print_again(doc, false);
        print_again(doc, true);
    } else {
        fuzz_must(e.kind != ERR_NONE && e.what[0] && e.why[0]);
    }
    write_foreign(text);
    json_free(doc);
    json_free(strict);
    free(bytes);
    free(text);
    return 0;
}
