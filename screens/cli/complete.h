#ifndef STROM_CLI_COMPLETE_H
#define STROM_CLI_COMPLETE_H

/* What may stand at a place of the command line. The shells' scripts (screens/cli/completion) ask
 * `strom __complete -- WORD... CURRENT`; first comes a line that tells the kind, then what is
 * offered, one a line, a tab and what it is behind it:
 *
 *     :words | :nospace | :files | :folders
 *
 * Offers are the option table's, or names from the kubeconfig, the cluster, the plan file, the
 * database and Datastream. Names that a shell might read otherwise are left out. */

#include "screens/cli/options_rows.h"

/* What stands at the cursor, found from the words before it. */
struct place {
    struct options before;        /* as far as the words before it say */
    const struct option_row *row; /* of the option whose value is typed; NULL: none */
    enum option_offer offer;      /* of that value, or of the word that the command takes there */
    char prefix[512];             /* what was typed and stays in front: "--lang=", "a,b," */
    const char *typed;            /* the part that is completed */
    bool words_only;              /* behind -- */
};

void complete_place(const char *const *words, size_t n, struct place *out);
/* All of it: the words as they were typed, the last one up to the cursor. */
void complete_answer(const char *const *words, size_t n, struct str *out);
/* Plain letters, digits and harmless signs, or characters beyond ASCII that change nothing on a
 * screen: what can be inserted into a command line as it stands. */
bool complete_is_harmless(const char *name);

struct offers {
    struct str text;
    const char *prefix, *typed; /* borrowed */
    size_t n;
};
enum { COMPLETE_MOST = 2000 };
/* Adds it where it begins with what was typed; tail: what follows the name ("", "=", ":"). */
void complete_offer(struct offers *o, const char *name, const char *tail, const char *what);
/* Names from files, the database and the cloud, for complete.c. */
void complete_names(struct offers *o, const struct place *p);

#endif
