/* Whatever stands around it: a secret in one of the known forms does not come through. */

#include "tests/fuzz/fuzz.h"

#include "api/base/arena.h"
#include "api/base/secret.h"
#include "api/base/str.h"

#include <stdlib.h>
#include <string.h>

#define CANARY "hemmelig0Kanarifugl1Synge2Lenge"
static const char heart[] = "Kanarifugl1Synge";

static const char *const forms[] = {
    "password=" CANARY,
    "password='it\\'s " CANARY " here'",
    "{\"client_secret\": \"" CANARY "\", \"x\": 1}",
    "Authorization: Bearer " CANARY,
    "postgres://kari:" CANARY "@db.example.no:5432/app?sslmode=require",
    "ya29." CANARY,
    "-----BEGIN PRIVATE KEY-----\n" CANARY "\n-----END PRIVATE KEY-----",
    "\"private_key\":\"-----BEGIN PRIVATE KEY-----\\n" CANARY "\\n-----END PRIVATE KEY-----\\n\"",
    "PGPASSWORD: " CANARY,
};

static void hide(const char *before, const char *form, const char *after)
{
    struct str all = {0};
    str_printf(&all, "%s\n%s\n%s", before, form, after);
    char *text = mem_str(str_text(&all));
    fuzz_must(secret_scrub(text));
    fuzz_must(strlen(text) <= all.bytes);
    fuzz_must(strstr(text, heart) == NULL);
    mem_free(text);
    str_done(&all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    size_t half = fuzz_byte(&in) * (in.left + 1) / 256;
    char *before = fuzz_text(in.at, half), *after = fuzz_text(in.at + half, in.left - half);
    bool told = strstr(before, heart) || strstr(after, heart); /* libFuzzer reads constants */
    for (size_t i = 0; i < sizeof forms / sizeof *forms && !told; i++)
        hide(before, forms[i], after);
    size_t n = strlen(before);
    bool changed = secret_scrub(before);
    fuzz_must(strlen(before) <= n);
    char *again = mem_str(before);
    fuzz_must(!secret_scrub(again) || changed); /* nothing new comes up */
    fuzz_must(strcmp(again, before) == 0);
    mem_free(again);
    free(before);
    free(after);
    return 0;
}
