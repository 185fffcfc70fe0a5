#include "api/plan/apply_remedy.h"

#include "api/base/tr.h"

#include <string.h>
#include <strings.h>

enum { WORDS = 5 };

/* The first row that is spoken of counts: what is special stands above what is general. */
static const struct {
    const char *words[WORDS];
    const char *remedy;
} rows[] = {
    {{"password", "authentication"},
     "the password of the database user is another one: go on from here and give it again"},
    {{"wal_level", "logical_decoding", "logical decoding"},
     "logical decoding is off: deploy the manifest with cloudsql.logical_decoding, and let the "
     "instance restart"},
    {{"slot"},
     "the replication slot is missing, lost, or in use: deploy the migration that makes it; strom "
     "check says which"},
    {{"publication"},
     "the publication is missing, or lacks a chosen table: deploy the migration that strom files "
     "writes"},
    {{"cmek", "kms"}, "the key of the dataset is not for Datastream: its service agent needs it"},
    {{"dataset", "bigquery"},
     "the dataset is in another place, or may not be written: strom check shows what Datastream's "
     "account lacks"},
    {{"permission", "privilege", "backfill", "select"},
     "the database user may not read a chosen table: deploy the migration with its grants"},
    {{"peering", "subnet", "address range", "ip range"},
     "the range of the private connection is taken: another /29 is chosen when this runs again"},
    {{"timeout", "timed out", "connect", "host"},
     "Datastream does not reach the proxy: is the machine running, and the firewall open on 5432? "
     "strom status shows both"},
};

static bool says(const char *text, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = text; at && *at; at++)
        if (strncasecmp(at, word, n) == 0)
            return true;
    return false;
}

static bool speaks_of(const struct google_validation *v, const char *word)
{
    bool yes = says(v->code, word) || says(v->description, word);

    for (size_t i = 0; i < v->n_messages; i++)
        yes = yes || says(v->messages[i], word) || says(v->codes[i], word);
    return yes;
}

bool apply_is_wrong_password(const struct err *e)
{
    return says(e->why, "password authentication failed");
}

const char *apply_remedy(const struct google_validation *v)
{
    if (v->state == GOOGLE_VALIDATION_PASSED || v->state == GOOGLE_VALIDATION_NOT_RUN)
        return NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t k = 0; k < WORDS && rows[i].words[k]; k++)
            if (speaks_of(v, rows[i].words[k]))
                return tr(rows[i].remedy);
    return tr("strom check looks at the same from the other side, and says what to do");
}
