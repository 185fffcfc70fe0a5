#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/google_call.h"

#include "api/base/json.h"
#include "api/base/str.h"
#include "tests/e2e/world.h"
#include "tests/sandbox/folder.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int dial(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    at.sin_port = htons((uint16_t)world_google_port());
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

/* The whole answer; the caller frees it. */
static struct str exchange(const char *method, const char *path, const char *type,
                           const char *token, const char *body)
{
    struct str request = {0}, answer = {0};
    char part[4096];
    str_printf(&request, "%s /%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n", method, path);
    if (token != NULL)
        str_printf(&request, "Authorization: Bearer %s\r\n", token);
    if (body != NULL)
        str_printf(&request, "Content-Type: %s\r\nContent-Length: %zu\r\n", type, strlen(body));
    str_printf(&request, "\r\n%s", body != NULL ? body : "");
    int fd = dial();
    for (size_t sent = 0; sent < request.bytes;) {
        ssize_t n = write(fd, request.text + sent, request.bytes - sent);
        assert_true(n > 0);
        sent += (size_t)n;
    }
    for (ssize_t n; (n = read(fd, part, sizeof part)) > 0;)
        str_addn(&answer, part, (size_t)n);
    close(fd);
    str_done(&request);
    return answer;
}

static void get_token(char out[128])
{
    struct str form = {0};
    struct err e;
    char *text = folder_read(getenv("GOOGLE_APPLICATION_CREDENTIALS"), 1 << 16, NULL);
    assert_non_null(text);
    struct json *login = json_parse(text, strlen(text), &e);
    assert_non_null(login);
    str_printf(&form, "grant_type=refresh_token&client_id=%s&client_secret=%s&refresh_token=%s",
               json_string(login, "client_id"), json_string(login, "client_secret"),
               json_string(login, "refresh_token"));
    struct str answer = exchange("POST", "oauth2.googleapis.com/token",
                                 "application/x-www-form-urlencoded", NULL, str_text(&form));
    const char *at = strstr(str_text(&answer), "\"access_token\"");
    assert_non_null(at);
    at = strchr(at + strlen("\"access_token\""), '"') + 1;
    snprintf(out, 128, "%.*s", (int)strcspn(at, "\""), at);
    json_free(login);
    free(text);
    str_done(&form);
    str_done(&answer);
}

bool google_call(const char *method, const char *path, const char *body)
{
    char token[128];
    get_token(token);
    struct str answer = exchange(method, path, "application/json", token, body);
    bool ok = strncmp(str_text(&answer), "HTTP/1.1 20", 11) == 0; /* what is deleted: 204 */
    if (!ok)
        print_message("%s %s: %s\n", method, path, str_text(&answer));
    str_done(&answer);
    return ok;
}
