#include "api/net/http.h"

#include "api/base/tr.h"
#include "api/net/internal.h"

#include <string.h>

static bool is_name(const char *s)
{
    return *s && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") ==
                     strlen(s);
}

static bool odd(struct err *e, const char *what, const char *value)
{
    err_set(e, ERR_INPUT, tr("the request was not sent"));
    err_reason(e, "BAD_URL");
    err_why(e, tr("%s is no %s"), value, what);
    return err_hint(e, tr("correct it where it was set"));
}

/* TLS asks for `name`, the bytes go to the URL's own host: the library is told that the name lives
 * there. The server still hears its own host. */
static bool ask_for_name(CURL *easy, CURLU *url, const char *name, struct arena *a,
                         struct curl_slist **headers, struct curl_slist **connect_to)
{
    char *host = NULL, *port = NULL, *whole = NULL;
    bool ok = curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
              curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
              curl_url_set(url, CURLUPART_HOST, name, 0) == CURLUE_OK &&
              curl_url_get(url, CURLUPART_URL, &whole, 0) == CURLUE_OK;

    if (ok) {
        *headers =
            curl_slist_append(*headers, arena_printf(a, "Host: %s:%s", host, port)); /* IPv6: [] */
        *connect_to =
            curl_slist_append(NULL, arena_printf(a, "%s:%s:%s:%s", name, port, host, port));
        curl_easy_setopt(easy, CURLOPT_URL, whole);
        curl_easy_setopt(easy, CURLOPT_CONNECT_TO, *connect_to);
    }
    curl_free(host);
    curl_free(port);
    curl_free(whole);
    return ok;
}

static bool is_proxy(const char *text)
{
    static const char *const schemes[] = {"http://", "https://", "socks5://", "socks5h://"};

    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (str_starts(text, schemes[i]))
            return strlen(text) > strlen(schemes[i]) && !strpbrk(text, " \t\r\n");
    return false;
}

bool net_via(CURL *easy, const struct http_request *r, struct arena *a, struct curl_slist **headers,
             struct curl_slist **connect_to, struct err *e)
{
    bool ok = true;

    if (!str_is_empty(r->proxy)) {
        if (!is_proxy(r->proxy))
            return odd(e, tr("proxy"), r->proxy);
        curl_easy_setopt(easy, CURLOPT_PROXY, r->proxy);
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    }
    if (!str_is_empty(r->tls_name) && str_starts(r->url, "https:")) {
        CURLU *url = curl_url();
        ok = is_name(r->tls_name) && url &&
             curl_url_set(url, CURLUPART_URL, r->url, 0) == CURLUE_OK &&
             ask_for_name(easy, url, r->tls_name, a, headers, connect_to);
        curl_url_cleanup(url);
    }
    return ok || odd(e, tr("name of a host"), r->tls_name);
}
