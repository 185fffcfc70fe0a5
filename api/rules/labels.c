#include "api/rules/labels.h"

#include "api/rules/match.h"
#include "api/rules/validators.h"

#include <stdbool.h>
#include <string.h>

enum { LABEL_BYTES = 63, FOLDED_BYTES = 2 * LABEL_BYTES + 1, SICKNESSES = 2 };

struct set {
    uint32_t says;
    uint32_t at_least;
    const char *words, *unless;
    bool only;
};

#define ROW(what, n, words_, unless_) {LABELS_BIT(what), (n), (words_), (unless_), false},
#define ONLY(what, n, words_)         {LABELS_BIT(what), (n), (words_), "", true},
static const struct set sets[] = {
#include "api/rules/labels.def"
};

enum { N_SETS = sizeof sets / sizeof sets[0] };

static const char unknown[] =
    "ukjent ukjend uoppgitt ikkeangitt ikkekjent annet unknown other none "
    "notspecified null u x 0";

static bool is_among(const char *words, const char *word, size_t n)
{
    for (const char *at = words; *at != '\0'; at += strspn(at, " ")) {
        size_t bytes = strcspn(at, " ");
        if (bytes == n && memcmp(at, word, n) == 0)
            return true;
        at += bytes;
    }
    return false;
}

struct heard {
    uint32_t hits[N_SETS];
    bool off[N_SETS];
    uint32_t sicknesses;
    struct values values;
};

static void hear(struct heard *h, const char *label, size_t n)
{
    char word[FOLDED_BYTES], name[LABEL_BYTES + 1];
    size_t bytes = match_fold(word, sizeof word, label, n); /* as one word */
    struct words said;

    for (size_t i = 0; i < N_SETS; i++) {
        bool hit = is_among(sets[i].words, word, bytes);
        h->hits[i] += hit;
        if (sets[i].only ? !hit && !is_among(unknown, word, bytes)
                         : is_among(sets[i].unless, word, bytes))
            h->off[i] = true;
    }
    memcpy(name, label, n);
    name[n] = '\0';
    match_name(name, &said);
    h->sicknesses += (said.whose & WHOSE_BIT(AILMENT)) != 0;
    values_add(&h->values, label, n);
}

static bool has_diagnoses(const struct values *v)
{
    struct rules_verdict verdict = {0};

    values_verdict(v, RULES_BY_LABELS, &verdict);
    return (verdict.categories >> RULES_HEALTH) & 1;
}

uint32_t labels_say(const char *labels)
{
    struct heard h = {0};
    uint32_t says = 0;

    for (const char *at = labels; *at != '\0'; at += strspn(at, "\n")) {
        size_t n = strcspn(at, "\n");
        hear(&h, at, n < LABEL_BYTES ? n : LABEL_BYTES);
        at += n;
    }
    for (size_t i = 0; i < N_SETS; i++)
        if (!h.off[i] && h.hits[i] >= sets[i].at_least)
            says |= sets[i].says;
    if (h.sicknesses >= SICKNESSES || has_diagnoses(&h.values))
        says |= LABELS_BIT(HEALTH);
    return says;
}
