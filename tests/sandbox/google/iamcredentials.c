/* iamcredentials.googleapis.com: a token of another account, for those who may act as it. */

#include "tests/sandbox/google/inside.h"
#include "tests/sandbox/google/services.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST_SECONDS = 3600 };

/* "3600s"; 0: none of these. */
static int seconds_of(const char *text)
{
    char *end = NULL;
    long n = text != NULL ? strtol(text, &end, 10) : LONGEST_SECONDS;
    return text == NULL || (end != text && str_eq(end, "s") && n > 0) ? (int)n : 0;
}

static bool asks_well(struct call *c, int seconds)
{
    if (!str_eq(c->param[0], "-"))
        call_refuse_field(c, "name",
                          "The account must be named projects/-/serviceAccounts/ACCOUNT.");
    else if (val_count(val_member(c->body, "scope")) == 0)
        call_refuse_field(c, "scope", "At least one scope is required.");
    else if (seconds <= 0 || seconds > LONGEST_SECONDS)
        call_refuse_field(c, "lifetime", "The lifetime must be between 1 and %d seconds.",
                          (int)LONGEST_SECONDS);
    else
        return true;
    return false;
}

static void generate(struct call *c)
{
    char name[200], until[CLOCK_TEXT];
    int seconds = seconds_of(val_text(c->body, "lifetime"));
    snprintf(name, sizeof name, "projects/-/serviceAccounts/%.120s", c->param[1]);
    if (!asks_well(c, seconds) || !call_permit(c, "iam.serviceAccounts.getAccessToken", name))
        return;
    const struct thing *t = thing_find(c->g, "account", c->param[1]);
    if (t == NULL) { /* who it might be is told to nobody */
        call_refuse(c, 404, NULL, "Not found; Gaia id not found for email %s", c->param[1]);
        return;
    }
    call_answer(c, val_make("{'accessToken':%s,'expireTime':%s}", token_new(c->g, seconds)->text,
                            clock_rfc3339(clock_wall() + seconds, until)));
}

static const struct shape GENERATE[] = {LISTED("delegates", STRING), LISTED("scope", STRING),
                                        F("lifetime", STRING), END};

static const struct route ROUTES[] = {
    {"POST", "v1/projects/{}/serviceAccounts/{}:generateAccessToken", generate, NULL, NULL,
     GENERATE, NULL, ROUTE_ANY_PROJECT},
    {0},
};

const struct service iamcredentials_service = {"iamcredentials.googleapis.com",
                                               "IAM Service Account Credentials API",
                                               NULL,
                                               FAMILY_ONEP,
                                               ROUTES,
                                               NULL};
