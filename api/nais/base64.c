#include "api/nais/base64.h"

#include <string.h>

static int digit(char c)
{
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(set, c) : NULL;
    return at ? (int)(at - set) : -1;
}

bool base64_decode(const char *text, char *out, size_t *bytes)
{
    unsigned hold = 0;
    int bits = 0;
    size_t n = 0, padding = 0;
    for (; *text; text++) {
        if (strchr(" \t\r\n", *text))
            continue;
        if (*text == '=') {
            if (++padding > 2)
                return false;
            continue;
        }
        int d = digit(*text);
        if (d < 0 || padding)
            return false;
        hold = (hold << 6 | (unsigned)d) & 0xffffu;
        bits += 6;
        if (bits < 8)
            continue;
        bits -= 8;
        out[n++] = (char)(unsigned char)(hold >> bits & 0xffu);
    }
    out[n] = '\0';
    *bytes = n;
    return bits < 6;
}

void base64_encode(struct str *out, const char *bytes, size_t n)
{
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        unsigned hold = 0;
        for (size_t k = 0; k < 3; k++)
            hold = hold << 8 | (i + k < n ? (unsigned char)bytes[i + k] : 0u);
        for (size_t k = 0; k < 4; k++)
            str_addc(out, i + k <= n ? set[hold >> (18 - 6 * k) & 63] : '=');
    }
}
