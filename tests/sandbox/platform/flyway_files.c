#include "tests/sandbox/platform/flyway.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* --- names and versions --- */

static bool is_version(const char *text, size_t n)
{
    bool digit = false;
    for (size_t i = 0; i < n; i++) {
        if (isdigit((unsigned char)text[i]))
            digit = true;
        else if ((text[i] == '.' || text[i] == '_') && digit && i + 1 < n)
            digit = false;
        else
            return false;
    }
    return digit;
}

static void replace_underscores(char *text, char with)
{
    for (char *c = strchr(text, '_'); c != NULL; c = strchr(c, '_'))
        *c = with;
}

bool flyway_parse_name(const char *script, struct flyway_file *out)
{
    memset(out, 0, sizeof(*out));
    size_t n = strlen(script);
    if (script[0] != 'V' || n >= FLYWAY_NAME || n < 5 || strcmp(script + n - 4, ".sql") != 0)
        return false;
    const char *parts = strstr(script, "__");
    if (parts == NULL)
        return false;
    size_t version = (size_t)(parts - script) - 1, text = n - 4 - version - 3;
    if (version >= FLYWAY_VERSION || !is_version(script + 1, version) ||
        text >= sizeof(out->description))
        return false;
    memcpy(out->script, script, n);
    memcpy(out->version, script + 1, version);
    memcpy(out->description, parts + 2, text);
    replace_underscores(out->version, '.');
    replace_underscores(out->description, ' ');
    return true;
}

/* Digits as numbers of any length: 007 is 7. */
static int compare_part(const char *a, size_t na, const char *b, size_t nb)
{
    while (na > 0 && *a == '0') {
        a++;
        na--;
    }
    while (nb > 0 && *b == '0') {
        b++;
        nb--;
    }
    if (na != nb)
        return na < nb ? -1 : 1;
    return na == 0 ? 0 : memcmp(a, b, na);
}

int flyway_compare(const char *a, const char *b)
{
    while (*a != '\0' || *b != '\0') {
        size_t na = strcspn(a, "."), nb = strcspn(b, ".");
        int order = compare_part(a, na, b, nb);
        if (order != 0)
            return order < 0 ? -1 : 1;
        a += na + (a[na] == '.');
        b += nb + (b[nb] == '.');
    }
    return 0;
}

/* --- the checksum --- */

static uint32_t crc32_add(uint32_t crc, const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        crc ^= (unsigned char)text[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
    }
    return crc;
}

int32_t flyway_checksum(const char *text, size_t bytes)
{
    uint32_t crc = 0xFFFFFFFFu;
    if (bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        bytes -= 3;
    }
    for (size_t at = 0; at < bytes;) {
        size_t n = 0;
        while (at + n < bytes && text[at + n] != '\n' && text[at + n] != '\r')
            n++;
        crc = crc32_add(crc, text + at, n);
        at += n;
        at += at + 1 < bytes && text[at] == '\r' && text[at + 1] == '\n';
        at += at < bytes;
    }
    uint32_t sum = ~crc;
    int32_t out;
    memcpy(&out, &sum, sizeof(out));
    return out;
}
