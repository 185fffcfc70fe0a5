/* The wizard's memory: what was read is written and read again, the same. */

#include "tests/fuzz/fuzz.h"

#include "api/store/kept.h"

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
        kept_free(back);
        kept_free(copy);
    }
    kept_free(k);
    free(bytes);
    return 0;
}
