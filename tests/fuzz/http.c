/* URLs, times and what is written into URLs. */

#include "tests/fuzz/fuzz.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/net/http.h"
#include "api/net/url.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void read_url(const char *text)
{
    struct url url;
    bool good = url_read(text, &url);
    if (good) {
        fuzz_must(url.host[0] && memchr(url.host, '\0', sizeof url.host));
        fuzz_must(!(url.http && url.https) && !strchr(url.host, '@') && !strchr(url.host, '/'));
        for (const char *p = url.host; *p; p++)
            fuzz_must((unsigned char)*p > 0x20 && *p != 0x7f);
        if (url.loopback)
            fuzz_must(str_starts(url.host, "127.") || strncmp(url.host, "[::1]", 5) == 0 ||
                      tolower((unsigned char)url.host[0]) == 'l');
    }
    fuzz_must(http_is_loopback(text) == (good && url.http && url.loopback));
    fuzz_must(!http_is_metadata_host(text) || !strpbrk(text, "/?#@"));
}

static unsigned digit(char c)
{
    fuzz_must(isdigit((unsigned char)c) || (c >= 'A' && c <= 'F'));
    return (unsigned)(c <= '9' ? c - '0' : c - 'A' + 10);
}

static void encode(const char *text, bool keep_slash)
{
    struct str out = {0}, back = {0};
    http_encode(&out, text, keep_slash);
    for (const char *p = str_text(&out); *p; p++) {
        if (*p == '%') {
            str_addc(&back, (char)(digit(p[1]) << 4 | digit(p[2])));
            p += 2;
        } else {
            fuzz_must(isalnum((unsigned char)*p) || strchr("-._~", *p) ||
                      (keep_slash && *p == '/'));
            str_addc(&back, *p);
        }
    }
    fuzz_must(str_eq(str_text(&back), text));
    str_done(&out);
    str_done(&back);
}

static void read_time(const char *text)
{
    char out[CLOCK_TEXT], day[CLOCK_TEXT];
    int64_t t = clock_parse(text);
    fuzz_must(t >= -1);
    if (t >= 0)
        fuzz_must(clock_parse(clock_rfc3339(t, out)) == t);
    fuzz_must(strlen(clock_span(t, out)) < CLOCK_TEXT);
    clock_freeze(1795338000); /* a moment that is near says no day */
    fuzz_must(clock_wall() == 1795338000 && clock_wall_ms() == clock_wall() * 1000);
    bool near = t > clock_wall() - 43200 && t < clock_wall() + 43200;
    fuzz_must((strlen(clock_moment(t, out)) < 10) == near);
    fuzz_must(near || strncmp(out, clock_day(t, day), strlen(day)) == 0);
    clock_freeze(0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    int64_t number = 0;
    char out[CLOCK_TEXT];
    if (size >= sizeof number)
        memcpy(&number, data, sizeof number);
    fuzz_must(strlen(clock_span(number, out)) < CLOCK_TEXT);
    fuzz_must(strlen(clock_rfc3339(number, out)) < CLOCK_TEXT);
    char *text = fuzz_text(data, size);
    encode(text, true);
    encode(text, false);
    free(text);
    while (in.left > 0) {
        char *line = fuzz_line(&in);
        read_url(line);
        read_time(line);
        free(line);
    }
    return 0;
}
