/* What can be wrong: its name, the words by which it is recognised, and the next step. */
#include "api/watch/status.h"

#include "api/base/tr.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#define SLOT_ANEW                                                                                  \
    "m on Monitor, or strom stream recover --dry-run, shows the migration for a new slot; then "   \
    "the same recovers the stream, and its tables are copied anew, for what was changed "          \
    "meanwhile is lost"

static const struct {
    const char *name, *step;
} kinds[WATCH_KINDS] = {
    [WATCH_NO_STREAM] = {"no_stream", ""}, /* the error has it */
    [WATCH_NO_ANSWER] = {"no_answer", "it is tried again by itself; r asks now"},
    [WATCH_FAILED_FOR_GOOD] = {"failed_permanently",
                               "m on Monitor, or strom stream recover, lets it go on and copies "
                               "its tables anew, for what "
                               "was changed meanwhile is lost"},
    [WATCH_FAILED_FOR_NOW] = {"failed",
                              "it goes on by itself once the cause is mended: see the error"},
    [WATCH_NEVER_STARTED] = {"never_started", "p on Monitor, or strom stream resume, starts it"},
    [WATCH_PAUSED] = {"paused", "p on Monitor, or strom stream resume, lets it go on"},
    [WATCH_IN_BETWEEN] = {"in_between", "wait: it is asked again by itself"},
    [WATCH_SILENT] = {"no_points",
                      "see whether the slot moves; Monitoring may be late, or the stream stalled: "
                      "p on Monitor pauses it and starts it again, which wakes it"},
    [WATCH_ERROR] = {"error", "the stream's page in Google's console tells more; r asks again"},
    [WATCH_PASSWORD] =
        {"password",
         "the password was changed: m on Monitor, or strom stream password, gives Datastream "
         "the new one"},
    [WATCH_UNREACHABLE] =
        {"unreachable",
         "the proxy machine may be down: look at it, and reset it; one that was rebuilt has "
         "another address: m on Monitor, or strom stream host"},
    [WATCH_MACHINE_DOWN] = {"machine_down",
                            "start the machine in Google's console (Compute Engine): the stream "
                            "goes on by itself"},
    [WATCH_SLOT_GONE] = {"slot_gone", SLOT_ANEW},
    [WATCH_SLOT_LOST] = {"slot_lost", SLOT_ANEW},
    [WATCH_SLOT_ENDANGERED] = {"slot_endangered",
                               "make the stream read it, or enlarge the disk: what is removed "
                               "before it was read is copied anew"},
    [WATCH_SLOT_TAKEN] = {"slot_taken",
                          "another reader holds the slot: find it in pg_stat_replication, or wait"},
    [WATCH_SLOT_UNREAD] = {"slot_unread",
                           "create and start the stream, or drop the slot: Take down (D) writes "
                           "the migration"},
    [WATCH_DISK_SOON_FULL] = {"disk_soon_full",
                              "enlarge the disk, or make the stream read: what it has read is let "
                              "go"},
    [WATCH_PUBLICATION_GONE] = {"publication_gone",
                                "making it again does not help, only a new slot does (42704): m on "
                                "Monitor, or strom stream recover --dry-run, shows the migrations "
                                "for both; then the same recovers the stream, and its tables are "
                                "copied anew"},
    [WATCH_PUBLICATION_CHANGED] =
        {"publication_changed", "put the table into the publication again: Prerequisites, or strom "
                                "files --include-tables TABLE,... --out ., writes the migration; "
                                "what was changed meanwhile needs a backfill (b on Monitor, or "
                                "strom stream backfill)"},
    [WATCH_TABLE_GONE] = {"table_gone",
                          "take it out of the selection on Tables (e), or name the others to "
                          "strom create --include-tables; what has arrived stays in BigQuery"},
    [WATCH_TABLE_REMADE] = {"table_remade",
                            "see on Prerequisites, or by strom check, that it is published and "
                            "readable, and copy it anew (b on Monitor, or strom stream backfill): "
                            "BigQuery still has the old one's rows; v, or strom status "
                            "--reconcile TABLE, names those that differ"},
    [WATCH_GRANT] = {"grant", "the database user lacks a grant: Prerequisites, or strom files "
                              "--include-tables TABLE,... --out ., writes the migration"},
    [WATCH_DATASET] = {"dataset",
                       "Datastream's service agent may not write to the dataset, or it is gone: "
                       "Access names the role"},
    [WATCH_TABLES_UNKNOWN] = {"tables_unknown", "it is tried again by itself; r asks now"},
    [WATCH_BACKFILL] = {"backfill", "b on Monitor, or strom stream backfill, begins it again"},
    [WATCH_TABLE_ERROR] = {"table_error",
                           "the stream's page in Google's console tells more; r asks again"},
    [WATCH_UNSUPPORTED] = {"unsupported_events",
                           "the log below says why; a type that BigQuery lacks can be left out on "
                           "Tables"},
    [WATCH_DRIFT] = {"drift", "strom review tells all of it: change the plan file, or the stream"},
};

const char *watch_kind_name(enum watch_kind k)
{
    assert((size_t)k < WATCH_KINDS);
    return kinds[k].name;
}

const char *watch_step(enum watch_kind k)
{
    assert((size_t)k < WATCH_KINDS);
    return kinds[k].step[0] ? tr(kinds[k].step) : "";
}

/* Loose words, never equality: the codes are not documented (facts/gcp.md B). Upper and lower case
 * are one; `and` narrows a word that means several things. The first that fits counts. step NULL:
 * what its kind has. */
static const struct {
    const char *word, *and;
    enum watch_kind kind;
    const char *step;
} words[] = {
    {"publication", "does not exist", WATCH_PUBLICATION_GONE, NULL},
    {"publication", NULL, WATCH_PUBLICATION_CHANGED, NULL},
    {"already used", NULL, WATCH_SLOT_TAKEN, NULL},
    {"is active for pid", NULL, WATCH_SLOT_TAKEN, NULL},
    {"wal segment", "removed", WATCH_SLOT_LOST, NULL},
    {"can no longer get changes", NULL, WATCH_SLOT_LOST, NULL},
    {"slot", "does not exist", WATCH_SLOT_GONE, NULL},
    {"slot", NULL, WATCH_ERROR,
     "look at the slot under Prerequisites: it may be lost, or belong to another database"},
    {"password", NULL, WATCH_PASSWORD, NULL},
    {"authentication", NULL, WATCH_PASSWORD, NULL},
    {"invalid_credentials", NULL, WATCH_PASSWORD, NULL},
    {"bigquery", "denied", WATCH_DATASET, NULL},
    {"dataset", "not found", WATCH_DATASET, "the dataset is gone: make it again, and backfill"},
    {"connection", NULL, WATCH_UNREACHABLE, NULL},
    {"timed out", NULL, WATCH_UNREACHABLE, NULL},
    {"timeout", NULL, WATCH_UNREACHABLE, NULL},
    {"permission", NULL, WATCH_GRANT, NULL},
    {"no space left", NULL, WATCH_DISK_SOON_FULL,
     "the source's disk is full: enlarge it, then look at the slot"},
};

static bool says(const char *text, const char *word)
{
    size_t n = strlen(word);

    for (; text && *text; text++)
        if (strncasecmp(text, word, n) == 0)
            return true;
    return false;
}

static bool fits(size_t i, const char *reason, const char *message)
{
    return (says(reason, words[i].word) || says(message, words[i].word)) &&
           (words[i].and == NULL || says(reason, words[i].and) || says(message, words[i].and));
}

enum watch_kind watch_kind_of(const char *reason, const char *message)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (fits(i, reason, message))
            return words[i].kind;
    return WATCH_ERROR;
}

const char *watch_hint(const char *reason, const char *message)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (fits(i, reason, message))
            return words[i].step ? tr(words[i].step) : watch_step(words[i].kind);
    return "";
}
