/* Every call of api/google from its first request to its end, over whatever is answered: tokens,
 * pages, operations, refusals, repeats, lost answers. The first byte picks the call, the second the
 * login; then answers (wire.h), the first of which is the token's. */

#include "tests/fuzz/calls.h"
#include "tests/fuzz/wire.h"

#include "api/base/str.h"
#include "api/google/auth.h"
#include "api/google/operation.h"
#include "api/net/net.h"
#include "api/net/task.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A person, somebody who acts as a service account, and the account itself. */
static const char person[] = "{\"type\":\"authorized_user\",\"client_id\":\"c\",\"client_secret\":"
                             "\"" WIRE_SECRET "\",\"refresh_token\":\"" WIRE_SECRET "\"}";
static const char acting[] =
    "{\"type\":\"impersonated_service_account\",\"delegates\":[\"d@p.iam.gserviceaccount.com\"],"
    "\"service_account_impersonation_url\":\"https://iamcredentials.googleapis.com/v1/projects/-/"
    "serviceAccounts/a@p.iam.gserviceaccount.com:generateAccessToken\",\"source_credentials\":";

static const char account[] =
    "{\"type\":\"service_account\",\"client_email\":\"a@p.iam.gserviceaccount.com"
    "\",\"private_key_id\":\"k\",\"private_key\":\"";

enum login { PERSON, ACTING, ACCOUNT, MACHINE, FILES = MACHINE };
static char files[FILES][64];

static void write_file(char *path, size_t room, const char *head, const char *tail)
{
    snprintf(path, room, "/tmp/fuzz-google-XXXXXX");
    int fd = mkstemp(path);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    if (!out)
        abort();
    fuzz_must(fprintf(out, "%s%s%s", head, tail, *tail ? "}" : "") > 0);
    fuzz_must(fclose(out) == 0);
}

/* A throwaway key, as JSON has it. */
static void put_key(struct str *out)
{
    BIO *bio = BIO_new(BIO_s_mem());
    EVP_PKEY *key = EVP_RSA_gen(2048);
    char *text;

    fuzz_must(bio && key && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL));
    long n = BIO_get_mem_data(bio, &text);
    for (long i = 0; i < n; i++)
        if (text[i] == '\n')
            str_add(out, "\\n");
        else
            str_addn(out, text + i, 1);
    EVP_PKEY_free(key);
    BIO_free(bio);
}

static void remove_files(void)
{
    for (int i = 0; i < FILES; i++)
        unlink(files[i]);
}

static void be_ready(void)
{
    struct str key = {0};

    if (files[0][0])
        return;
    put_key(&key);
    str_add(&key, "\"");
    write_file(files[PERSON], sizeof files[0], person, "");
    write_file(files[ACTING], sizeof files[0], acting, person);
    write_file(files[ACCOUNT], sizeof files[0], account, str_text(&key));
    str_done(&key);
    atexit(remove_files);
    setenv("GCE_METADATA_HOST", "metadata.google.internal", 1); /* where no file is found */
    setenv("HOME", "/nowhere", 1);
    unsetenv("CLOUDSDK_CONFIG");
    unsetenv("GOOGLE_APPLICATION_CREDENTIALS");
}

/* Bit 1: nobody was asked whether it may be sent. */
static enum login login_of(unsigned bits)
{
    return (bits & 4 ? ACCOUNT : PERSON) + (bits & 1);
}

static void look(const struct task *t)
{
    size_t n = 0;
    const struct google_validation *v = google_validations(t, &n);
    for (size_t i = 0; i < n; i++) {
        fuzz_touch_text(v[i].code);
        fuzz_touch_text(v[i].description);
        for (size_t m = 0; m < v[i].n_messages; m++)
            fuzz_touch_text(v[i].messages[m]);
    }
    fuzz_touch_text(google_operation_name(t));
    fuzz_must(task_state(t) == TASK_FAILED || !google_may_have_happened(t));
    fuzz_must(google_requests(t) < 100000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct err e;
    unsigned which = (fuzz_byte(&in) - CALLS_FIRST) % CALLS, login = fuzz_byte(&in);
    enum login as = login_of(login);
    be_ready();
    struct net *net = wire_open(in.at, in.left);
    struct google_options options = {.endpoint = "http://127.0.0.1:9",
                                     .credentials = as == MACHINE ? NULL : files[as],
                                     .quota_project = "q",
                                     .poll_floor_s = 1};
    struct google *g = google_open(net, &options, &e);
    fuzz_must(g != NULL);
    fuzz_must(google_login_kind(g) != GOOGLE_LOGIN_NONE);
    struct task *t = call_ask(g, which);
    if (login & 2 && which < CALLS_SENT)
        google_may_be_sent(t);
    wire_run(t);
    if (which < CALLS_SENT)
        look(t);
    if (which == CALLS - 1 && google_identity(t))
        fuzz_touch_text(google_identity(t)->member);
    task_drop(t);
    google_close(g);
    fuzz_must(net_running(net) == 0);
    return 0;
}
