/* oauth2.googleapis.com and openidconnect.googleapis.com: who is there, and the tokens they get. */

#include "tests/sandbox/google/inside.h"

#include "api/base/arena.h"
#include <string.h>

#define JWT_GRANT "urn:ietf:params:oauth:grant-type:jwt-bearer"

enum { TOKEN_SECONDS = 3599 };

static struct val *read_form(const char *text)
{
    struct val *form = val_object();
    char *copy = mem_str(text);
    for (char *at = copy; at != NULL && *at != '\0';) {
        char *next = strchr(at, '&'), *value;
        if (next != NULL)
            *next++ = '\0';
        for (char *c = at; *c != '\0'; c++)
            *c = *c == '+' ? ' ' : *c;
        value = strchr(at, '=');
        if (value != NULL)
            *value++ = '\0';
        route_url_decode(at);
        if (value != NULL)
            route_url_decode(value);
        val_put_member(form, at, val_text_new(value != NULL ? value : ""));
        at = next;
    }
    mem_free(copy);
    return form;
}

static void refuse_grant(struct call *c, int code, const char *error, const char *text)
{
    call_refuse(c, code, NULL, "%s", text);
    call_refuse_reason(c, error);
}

const struct token *token_new(struct google *g, int seconds)
{
    char uuid[40];
    struct token *t = mem_alloc(sizeof *t);
    google_fresh_uuid(g, uuid);
    snprintf(t->text, sizeof t->text, "ya29.a0sandbox-%s", uuid);
    t->until_ms = clock_mono_ms() + (int64_t)seconds * 1000;
    t->next = g->tokens;
    g->tokens = t;
    return t;
}

static void give_token(struct call *c, const char *scope)
{
    const struct token *t = token_new(c->g, TOKEN_SECONDS);
    call_answer(c, val_make("{'access_token':%s,'expires_in':%d,'scope':%s,'token_type':'Bearer'}",
                            t->text, (int)TOKEN_SECONDS, scope));
}

static bool client_fits(struct call *c, const struct val *form)
{
    if (!str_eq(val_text(form, "client_id"), SANDBOX_CLIENT_ID))
        refuse_grant(c, 401, "invalid_client", "The OAuth client was not found.");
    else if (!str_eq(val_text(form, "client_secret"), SANDBOX_CLIENT_SECRET))
        refuse_grant(c, 401, "invalid_client", "Unauthorized");
    else
        return true;
    return false;
}

static void refresh(struct call *c, const struct val *form)
{
    char expected[160];
    if (!client_fits(c, form))
        return;
    snprintf(expected, sizeof expected, "1//%s", c->g->s->token);
    if (val_text(form, "refresh_token") == NULL)
        refuse_grant(c, 400, "invalid_request", "Missing required parameter: refresh_token");
    else if (!str_eq(val_text(form, "refresh_token"), expected))
        refuse_grant(c, 400, "invalid_grant", "Bad Request");
    else
        give_token(c, "openid https://www.googleapis.com/auth/userinfo.email "
                      "https://www.googleapis.com/auth/cloud-platform");
}

static int digit64(char ch)
{
    static const char ALL[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *at = ch != '\0' ? strchr(ALL, ch) : NULL;
    return at != NULL ? (int)(at - ALL) : -1;
}

/* base64url without padding, into JSON; NULL when it is none. */
static struct json *decode_part(const char *text, size_t n)
{
    struct str out = {0};
    unsigned bits = 0;
    int have = 0;
    for (size_t i = 0; i < n; i++) {
        int digit = digit64(text[i]);
        if (digit < 0) {
            str_done(&out);
            return NULL;
        }
        bits = bits << 6 | (unsigned)digit;
        have += 6;
        if (have >= 8) {
            have -= 8;
            str_addc(&out, (char)(bits >> have & 0xff));
        }
    }
    struct err e = {0};
    struct json *doc = json_parse(str_text(&out), out.bytes, &e);
    str_done(&out);
    return doc;
}

static const char *claims_wrong(const struct json *header, const struct json *claims)
{
    int64_t issued = json_int64(claims, "iat", 0), until = json_int64(claims, "exp", 0);
    int64_t now = clock_wall();
    if (!str_eq(json_string(header, "alg"), "RS256"))
        return "Invalid JWT Signature.";
    if (json_string(claims, "iss") == NULL || json_string(claims, "scope") == NULL)
        return "Invalid JWT: Failed audience check or missing claims.";
    if (!str_eq(json_string(claims, "aud"), "https://oauth2.googleapis.com/token"))
        return "Invalid JWT: Failed audience check.";
    if (until - issued > 3600 || issued > now + 300 || until < now)
        return "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
               "timeframe. Check your iat and exp values in the JWT claim.";
    return NULL;
}

/* The signature is not checked: no key of the sandbox stands at Google. */
static void exchange_jwt(struct call *c, const struct val *form)
{
    const char *jwt = val_text_or(form, "assertion", "");
    const char *one = strchr(jwt, '.'), *two = one != NULL ? strchr(one + 1, '.') : NULL;
    struct json *header = NULL, *claims = NULL;
    if (two != NULL && two[1] != '\0') {
        header = decode_part(jwt, (size_t)(one - jwt));
        claims = decode_part(one + 1, (size_t)(two - one - 1));
    }
    const char *wrong = header == NULL || claims == NULL ? "Invalid JWT: not three parts of JSON."
                                                         : claims_wrong(header, claims);
    if (wrong != NULL)
        refuse_grant(c, 400, "invalid_grant", wrong);
    else
        give_token(c, json_string(claims, "scope"));
    json_free(header);
    json_free(claims);
}

static void token(struct call *c)
{
    if (!str_starts(c->content_type, "application/x-www-form-urlencoded")) {
        refuse_grant(c, 400, "invalid_request", "Could not parse the request body as a form.");
        return;
    }
    struct val *form = read_form(c->raw);
    const char *grant = val_text_or(form, "grant_type", "");
    if (str_eq(grant, "refresh_token"))
        refresh(c, form);
    else if (str_eq(grant, JWT_GRANT))
        exchange_jwt(c, form);
    else
        refuse_grant(c, 400, "unsupported_grant_type", "Invalid grant_type");
    val_free(form);
}

static void userinfo(struct call *c)
{
    call_answer(c, val_make("{'sub':'108364512907346551234','email':%s,'email_verified':true,"
                            "'hd':'nav.no'}",
                            SANDBOX_PERSON));
}

static const struct route OAUTH[] = {
    {"POST", "token", token, NULL, NULL, NULL, NULL, ROUTE_OPEN | ROUTE_FORM},
    {0},
};
static const struct route OPENID[] = {
    {"GET", "v1/userinfo", userinfo, NULL, NULL, NULL, NULL, 0},
    {0},
};

const struct service oauth_service = {
    "oauth2.googleapis.com", "OAuth", NULL, FAMILY_OAUTH, OAUTH, NULL};
const struct service openid_service = {
    "openidconnect.googleapis.com", "OpenID Connect", NULL, FAMILY_OAUTH, OPENID, NULL};
