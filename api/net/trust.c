#include "api/base/arena.h"
#include "api/base/str.h"
#include "api/net/internal.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { A_WHOLE_SET = 20, A_WHOLE_SET_BYTES = 65536 };

/* "5ed36f99.0": how OpenSSL finds a certificate by the hash of its name. */
static bool is_hashed(const char *name)
{
    return strspn(name, "0123456789abcdef") == 8 && str_eq(name + 8, ".0");
}

static bool holds_hashed_set(const char *folder)
{
    static char known[256]; /* the last one that did: asked for at every request */
    DIR *d = str_eq(known, folder) ? NULL : opendir(folder);
    int n = 0;

    if (!d)
        return str_eq(known, folder);
    for (struct dirent *entry = readdir(d); entry && n < A_WHOLE_SET; entry = readdir(d))
        n += is_hashed(entry->d_name);
    closedir(d);
    if (n == A_WHOLE_SET)
        str_copy(known, sizeof known, folder);
    return n == A_WHOLE_SET;
}

/* With a file of all certificates OpenSSL 3 reads 140 of them: 50 ms in which no key is answered,
 * and again for each connection unless the library may keep them, which it does only without a
 * folder. From a folder it takes the one that it needs; so the folder is preferred where both hold
 * the same. */
static void use_file(CURL *easy, const char *file)
{
    struct stat st;

    curl_easy_setopt(easy, CURLOPT_CAINFO, file);
    if (stat(file, &st) == 0 && st.st_size >= A_WHOLE_SET_BYTES)
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
}

static void use_folder(CURL *easy, const char *folder)
{
    curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(easy, CURLOPT_CAPATH, folder);
}

/* update-ca-certificates writes both side by side: FOLDER/ca-certificates.crt and FOLDER/HASH.0. */
static bool is_system_file(const char *file, struct arena *a, const char **folder)
{
    static const char name[] = "/ca-certificates.crt";

    if (!str_ends(file, name))
        return false;
    *folder = arena_strn(a, file, strlen(file) - strlen(name));
    return holds_hashed_set(*folder);
}

static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

void net_curl_trust(CURL *easy, struct arena *a)
{
    const char *file = variable("SSL_CERT_FILE"), *folder = variable("SSL_CERT_DIR"), *beside;
    char *usual = NULL;

    if (!file && !folder) {
        curl_easy_getinfo(easy, CURLINFO_CAPATH, &usual);
        if (usual && holds_hashed_set(usual))
            use_folder(easy, usual);
        return;
    }
    if (folder)
        curl_easy_setopt(easy, CURLOPT_CAPATH, folder);
    if (!file)
        return;
    if (is_system_file(file, a, &beside) && (!folder || str_eq(folder, beside)))
        use_folder(easy, beside);
    else if (!folder)
        use_file(easy, file);
    else
        curl_easy_setopt(easy, CURLOPT_CAINFO, file);
}
