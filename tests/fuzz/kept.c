/* The wizard's memory: what was read is written and read again, the same. */

#include "tests/fuzz/fuzz.h"

#include "api/base/str.h"
#include "api/store/internal.h"

#include <stdlib.h>
#include <string.h>

static void walk(const struct kept *k)
{
    for (size_t i = 0; i < kept_count(k); i++) {
        const char *key = kept_key(k, i);
        fuzz_must(i == 0 || strcmp(kept_key(k, i - 1), key) < 0);
        fuzz_must(kept_has(k, key) && kept_first_under(k, key) == i);
        bool text = kept_text(k, key, NULL) != NULL;
        bool truth = kept_bool(k, key, true) == kept_bool(k, key, false);
        bool number = kept_int(k, key, 1) == kept_int(k, key, 2);
        fuzz_must(text + truth + number == 1);
    }
    fuzz_must(kept_key(k, kept_count(k)) == NULL);
}

static struct kept *again(const struct kept *k)
{
    struct str out = {0};
    struct err e;
    kept_write(k, &out);
    struct kept *back = kept_read(str_text(&out), out.bytes, &e);
    fuzz_must(back && kept_eq(k, back));
    str_done(&out);
    return back;
}

/* What has changed since it was saved is known, key by key. */
static void touch(struct kept *k)
{
    const char *const *keys;
    bool all;
    kept_saved(k, 1, 7, "Tables");
    fuzz_must(kept_is_saved_as(k, 1, 7, "Tables") && !kept_is_saved_as(k, 1, 7, "Home"));
    size_t n = kept_count(k);
    for (size_t i = 0; i < n; i += 2)
        kept_set_bool(k, kept_key(k, i), true);
    kept_set_int(k, "fuzz.first", 1);
    kept_set_int(k, "fuzz.first", 2);
    kept_set_text(k, "fuzz.second", "x");
    kept_set_text(k, "fuzz.second", NULL);
    kept_remove(k, "fuzz.first");
    fuzz_must(kept_count(k) == n && kept_was_saved_as(k, 1, 7));
    fuzz_must(!kept_is_saved_as(k, 1, 7, "Tables"));
    size_t touched = kept_touched(k, &keys, &all);
    fuzz_must(all || touched >= 2);
    for (size_t i = 0; i < touched; i++)
        fuzz_touch_text(keys[i]);
    for (size_t i = 0; i < n; i++)
        fuzz_must(str_eq(kept_entry(k, i)->key, kept_key(k, i)));
    fuzz_must(kept_entry(k, n) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    char *bytes = fuzz_bytes(data, size);
    struct kept *k = kept_read(bytes, size, &e);
    fuzz_must(k || e.kind != ERR_NONE);
    if (k) {
        walk(k);
        struct kept *back = again(k), *copy = kept_dup(k);
        fuzz_must(kept_eq(copy, back));
        kept_set_int(back, "fuzz.number", -3);
        kept_remove_under(back, "fuzz.");
        kept_remove_under(copy, "");
        fuzz_must(kept_count(copy) == 0 && !kept_has(back, "fuzz.number"));
        kept_free(again(back));
        touch(back);
        kept_free(back);
        kept_free(copy);
    }
    kept_free(k);
    free(bytes);
    return 0;
}
