#include "api/net/url.h"

#include "api/net/http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

void http_encode(struct str *out, const char *value, bool keep_slash)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

    for (const char *p = value ? value : ""; *p; p++) {
        if (strchr(plain, *p) || (*p == '/' && keep_slash))
            str_addc(out, *p);
        else
            str_printf(out, "%%%02X", (unsigned)(unsigned char)*p);
    }
}

static bool is_loopback_host(const char *host)
{
    struct in_addr v4;

    if (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
        return true;
    /* The library has written short forms (127.1) out; a name like 127.example.com is no address.
     */
    return inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127;
}

/* By its names, or one hop away: such addresses are not routed. */
static bool is_metadata(const char *host)
{
    struct in_addr v4;

    if (strcasecmp(host, "metadata.google.internal") == 0 || strcasecmp(host, "metadata") == 0 ||
        strcasecmp(host, "[fd20:ce::254]") == 0 || is_loopback_host(host))
        return true;
    return inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 16 == 0xA9FE;
}

static char *part_of(CURLU *url, CURLUPart part)
{
    char *text = NULL;

    return curl_url_get(url, part, &text, 0) == CURLUE_OK ? text : NULL;
}

bool url_read(const char *text, struct url *out)
{
    CURLU *url = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL;
    bool ok = false;

    *out = (struct url){0};
    if (url && curl_url_set(url, CURLUPART_URL, text, CURLU_DISALLOW_USER) == CURLUE_OK) {
        scheme = part_of(url, CURLUPART_SCHEME);
        host = part_of(url, CURLUPART_HOST);
        port = part_of(url, CURLUPART_PORT);
    }
    if (scheme && host) {
        out->https = strcmp(scheme, "https") == 0;
        out->http = strcmp(scheme, "http") == 0;
        out->loopback = is_loopback_host(host);
        out->metadata = is_metadata(host);
        ok = str_copy(out->host, sizeof out->host, host);
        if (port && ok) {
            struct str whole = {0};
            str_printf(&whole, "%s:%s", host, port);
            ok = str_copy(out->host, sizeof out->host, whole.text);
            str_done(&whole);
        }
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(url);
    return ok;
}

bool http_is_loopback(const char *text)
{
    struct url url;

    return text && url_read(text, &url) && url.http && url.loopback;
}

bool http_is_metadata_host(const char *host)
{
    struct str whole = {0};
    struct url url;

    str_printf(&whole, "http://%s", host);
    bool ok = !strpbrk(host, "/?#@ ") && url_read(str_text(&whole), &url) && url.metadata;
    str_done(&whole);
    return ok;
}
