#include "api/base/secret.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Everything here works in place and only ever shortens: what is hidden becomes "***" or, where
 * fewer than three bytes are there, as many stars. */

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Replaces n bytes at `from` by stars; returns where reading goes on. */
static char *hide(char *from, size_t n)
{
    size_t stars = n < 3 ? n : 3;

    memset(from, '*', stars);
    memmove(from + stars, from + n, strlen(from + n) + 1);
    return from + stars;
}

/* How many bytes a value takes: a quoted one with its quotes, else up to a separator. Where no
 * separator follows the closing quote, it is one that was doubled, or one that opens: the quote at
 * the beginning was never closed. Rather too much is hidden then than too little. */
static size_t value_length(const char *v)
{
    const char quote = *v, *p = v;

    if (quote != '\'' && quote != '"')
        return strcspn(v, " \t\r\n&,;)}");
    const char *ends = quote == '"' ? " \t\r\n&,;)}].'" : " \t\r\n&,;)}].\"";
    do {
        for (p++; *p && *p != quote;)
            p += *p == '\\' && p[1] ? 2 : 1;
    } while (*p && p[1] && !strchr(ends, p[1]));
    return (size_t)(p - v) + (*p ? 1 : 0);
}

/* Keys whose value is a secret, wherever key and value stand side by side: conninfo, URLs, JSON,
 * env. */
static const char *const keys[] = {
    "password",        "passwd",          "pwd",
    "pgpassword",      "sslpassword",     "secret",
    "client_secret",   "private_key",     "access_token",
    "refresh_token",   "id_token",        "token",
    "assertion",       "api_key",         "apikey",
    "client_key_data", "client-key-data", "strom_db_password",
    "passphrase",      "subject_token",
};

static size_t key_length(const char *at)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        size_t n = strlen(keys[i]);
        if (strncasecmp(at, keys[i], n) == 0 && !is_word(at[n]))
            return n;
    }
    return 0;
}

/* at stands on a key: skips  `":  = '` and so on; NULL when no value follows. */
static char *value_after(char *at)
{
    if (*at == '"' || *at == '\'')
        at++;
    at += strspn(at, " \t");
    if (*at != '=' && *at != ':')
        return NULL;
    at++;
    at += strspn(at, " \t");
    return *at && *at != '\n' && strncmp(at, "//", 2) != 0 ? at : NULL;
}

static bool scrub_keys(char *text)
{
    bool some = false;

    for (char *p = text; *p; p++) {
        size_t n = p == text || !is_word(p[-1]) || p[-1] == '_' ? key_length(p) : 0;
        char *value = n ? value_after(p + n) : NULL;
        if (!value)
            continue;
        size_t bytes = value_length(value);
        if (bytes == 0)
            continue;
        p = hide(value, bytes) - 1;
        some = true;
    }
    return some;
}

/* "Bearer xyz" and "Basic xyz", as in an Authorization header. */
static bool scrub_schemes(char *text)
{
    static const char *const schemes[] = {"bearer", "basic"};
    bool some = false;

    for (char *p = text; *p; p++) {
        for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
            size_t n = strlen(schemes[i]);
            if (strncasecmp(p, schemes[i], n) != 0 || (p[n] != ' ' && p[n] != '\t') ||
                (p > text && is_word(p[-1])))
                continue;
            char *value = p + n + strspn(p + n, " \t");
            size_t bytes = strcspn(value, " \t\r\n\"',;");
            if (bytes < 8) /* "bearer token expired" is a sentence, not a token */
                continue;
            p = hide(value, bytes) - 1;
            some = true;
            break;
        }
    }
    return some;
}

/* scheme://user:password@host */
static bool scrub_urls(char *text)
{
    bool some = false;

    for (char *p = strstr(text, "://"); p; p = strstr(p, "://")) {
        p += 3;
        size_t authority = strcspn(p, "/?# \t\r\n\"'<>");
        char *at = NULL, *colon = memchr(p, ':', authority);
        for (size_t i = 0; i < authority; i++)
            if (p[i] == '@')
                at = p + i; /* the last one: a password may hold the character itself */
        if (at && colon && colon < at && at - colon > 1) {
            p = hide(colon + 1, (size_t)(at - colon - 1));
            some = true;
        }
    }
    return some;
}

/* Tokens that are known by their beginning: Google's access and refresh tokens, JWTs. */
static bool scrub_tokens(char *text)
{
    static const char *const begins[] = {"ya29.", "1//0", "eyJ", "GOCSPX-", "AIza"};
    bool some = false;

    for (char *p = text; *p; p++) {
        if (p > text && (is_word(p[-1]) || p[-1] == '.'))
            continue;
        for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
            size_t n = 0;
            if (strncmp(p, begins[i], strlen(begins[i])) != 0)
                continue;
            while (is_word(p[n]) || (p[n] && strchr("./+=~", p[n])))
                n++;
            if (n < 16)
                continue;
            p = hide(p, n) - 1;
            some = true;
            break;
        }
    }
    return some;
}

/* Behind the line "-----END ...-----", also when it is cut off: what follows may be another key. */
static const char *behind_end(const char *end)
{
    const char *p = end + strlen("-----END");

    p += strcspn(p, "-\r\n\\\"");
    for (int dashes = 0; dashes < 5 && *p == '-'; dashes++)
        p++;
    return p;
}

/* Private keys, whole or cut off, with real line breaks or with \n as in JSON. */
static bool scrub_pem(char *text)
{
    bool some = false;

    for (char *p = strstr(text, "-----BEGIN"); p; p = strstr(p, "-----BEGIN")) {
        char *kind_end = strstr(p + 10, "-----");
        if (!kind_end || !memchr(p, 'K', (size_t)(kind_end - p))) { /* "... KEY", not CERTIFICATE */
            p += 10;
            continue;
        }
        const char *end = strstr(kind_end + 5, "-----END");
        p = hide(p, end ? (size_t)(behind_end(end) - p) : strlen(p));
        some = true;
    }
    return some;
}

bool secret_scrub(char *text)
{
    bool some = scrub_pem(text);

    some |= scrub_schemes(text);
    some |= scrub_urls(text);
    some |= scrub_tokens(text);
    some |= scrub_keys(text);
    return some;
}
