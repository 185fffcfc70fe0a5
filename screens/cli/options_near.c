/* Near misses: what somebody meant to type. */

#include "screens/cli/options_rows.h"

#include <string.h>

/* Edit distance, with a neighbouring swap as one edit; texts beyond 31 bytes are no near miss. */
static size_t distance(const char *a, const char *b)
{
    enum { LONGEST = 31 };
    size_t d[LONGEST + 1][LONGEST + 1], n = strlen(a), m = strlen(b);

    if (n > LONGEST || m > LONGEST)
        return LONGEST;
    for (size_t i = 0; i <= n; i++)
        d[i][0] = i;
    for (size_t k = 0; k <= m; k++)
        d[0][k] = k;
    for (size_t i = 1; i <= n; i++)
        for (size_t k = 1; k <= m; k++) {
            size_t best = d[i - 1][k - 1] + (a[i - 1] != b[k - 1]);
            if (d[i - 1][k] + 1 < best)
                best = d[i - 1][k] + 1;
            if (d[i][k - 1] + 1 < best)
                best = d[i][k - 1] + 1;
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
                d[i - 2][k - 2] + 1 < best)
                best = d[i - 2][k - 2] + 1;
            d[i][k] = best;
        }
    return d[n][m];
}

/* Between two as far, the one that begins alike; what shares less than half of a name is far from
 * it. */
size_t options_farness(const char *typed, const char *name)
{
    size_t far = 2 * distance(typed, name) + (typed[0] != name[0]);

    return far <= strlen(name) ? far : OPTIONS_TOO_FAR;
}

const char *options_near_option(const char *typed)
{
    const char *best = NULL;
    size_t least = OPTIONS_TOO_FAR;

    for (size_t i = 0; i < OPTION_ROWS; i++)
        if (!str_eq(option_rows[i].commands, "-") &&
            options_farness(typed, option_rows[i].name) < least) {
            least = options_farness(typed, option_rows[i].name);
            best = option_rows[i].name;
        }
    return best;
}

const char *options_near_command(const char *typed)
{
    const char *best = NULL;
    size_t least = OPTIONS_TOO_FAR;

    for (size_t i = 0; i < OPTION_COMMANDS; i++)
        if (option_commands[i].help && options_farness(typed, option_commands[i].name) < least) {
            least = options_farness(typed, option_commands[i].name);
            best = option_commands[i].name;
        }
    return best;
}

bool options_near_word(const char *typed, const char *words, char out[32])
{
    size_t least = OPTIONS_TOO_FAR, n;
    char word[32];

    out[0] = '\0';
    for (const char *at = words; *at; at += n + strspn(at + n, " ")) {
        n = strcspn(at, " ");
        if (n >= sizeof word)
            continue;
        memcpy(word, at, n);
        word[n] = '\0';
        size_t far = options_farness(typed, word);
        if (far < least) {
            least = far;
            memcpy(out, word, n + 1);
        }
    }
    return out[0] != '\0';
}

bool options_is_among(const char *word, const char *words)
{
    size_t n = strlen(word);

    for (const char *at = words; n && *at; at += strcspn(at, " "), at += strspn(at, " "))
        if (strncmp(at, word, n) == 0 && (at[n] == ' ' || at[n] == '\0'))
            return true;
    return false;
}

/* "auto, always or never" */
void options_listed(const char *words, struct str *out)
{
    size_t n;

    for (const char *at = words; *at; at += n + strspn(at + n, " ")) {
        n = strcspn(at, " ");
        if (at != words)
            str_add(out, at[n] ? ", " : " or ");
        str_addn(out, at, n);
    }
}
