/* Runs a target without libFuzzer: the corpus as it stands, then seeded mutations of it.
 *
 *   fuzz_TARGET CORPUS WORDS [FIRST [COUNT]]
 *
 * Input n is the same at every run. What breaks leaves its number and, beside the program,
 * NAME.input, which `fuzz_TARGET NAME.input` runs alone. */

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/mutate.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifdef STROM_SANITIZED
#include <sanitizer/common_interface_defs.h>
#endif

enum { MUTATIONS = 2000, BUDGET_MS = 4000, HANG_S = 20 };

static struct {
    char number[64]; /* "input 17\n", ready for a signal handler */
    char saved[1024];
    uint8_t bytes[MUTATE_MAX];
    size_t n;
} now;

/* Only what a signal handler may do. */
static void last_words(void)
{
    int fd = open(now.saved, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd >= 0 && write(fd, now.bytes, now.n) == (ssize_t)now.n)
        close(fd);
    if (write(STDERR_FILENO, now.number, strlen(now.number)) < 0)
        _exit(1);
}

static void on_signal(int number)
{
    last_words();
    signal(number, SIG_DFL);
    raise(number);
}

static void run_one(long number)
{
    snprintf(now.number, sizeof now.number, "in input %ld\n", number);
    alarm(HANG_S);
    LLVMFuzzerTestOneInput(now.bytes, now.n);
    alarm(0);
}

static bool is_hex(const char *path)
{
    size_t n = strlen(path);
    return n > 4 && strcmp(path + n - 4, ".hex") == 0;
}

/* Binary seeds stand as text: two digits a byte, blanks and line ends between them, # begins a
 * comment. */
static bool unhex(struct mutate_seed *seed)
{
    static const char digits[] = "0123456789abcdef";
    size_t digit = 0;
    bool comment = false;
    for (size_t i = 0; i < seed->n; i++) {
        uint8_t c = seed->bytes[i];
        const char *at = c ? strchr(digits, c) : NULL;
        comment = c == '#' || (comment && c != '\n');
        if (comment || c == ' ' || c == '\n')
            continue;
        if (!at)
            return false;
        uint8_t high = digit % 2 ? seed->bytes[digit / 2] : 0;
        seed->bytes[digit++ / 2] = (uint8_t)(high << 4 | (at - digits));
    }
    seed->n = digit / 2;
    return digit % 2 == 0;
}

static bool load(const char *path, struct mutate_seed *out)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    out->n = fread(out->bytes, 1, sizeof out->bytes, f);
    bool whole = feof(f) && !ferror(f);
    fclose(f);
    return whole && (!is_hex(path) || unhex(out));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every file of the folder, in the order of their names. */
static size_t load_folder(const char *folder, struct mutate_seed *seeds)
{
    char *names[MUTATE_SEEDS], path[2048];
    size_t n = 0;
    DIR *d = opendir(folder);
    for (struct dirent *entry; d && n < MUTATE_SEEDS && (entry = readdir(d)) != NULL;)
        if (entry->d_name[0] != '.')
            names[n++] = strdup(entry->d_name);
    if (d)
        closedir(d);
    qsort(names, n, sizeof *names, by_name);
    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (!load(path, &seeds[i])) {
            fprintf(stderr, "cannot read %s, or it is longer than %d bytes\n", path, MUTATE_MAX);
            exit(2);
        }
        free(names[i]);
    }
    return n;
}

static long long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void be_ready(const char *program)
{
    snprintf(now.saved, sizeof now.saved, "%s.input", program);
    signal(SIGABRT, on_signal);
    signal(SIGALRM, on_signal);
#ifdef STROM_SANITIZED
    __sanitizer_set_death_callback(last_words);
#endif
}

static int run_file(const char *path)
{
    struct mutate_seed *one = calloc(1, sizeof *one);
    bool good = one && load(path, one);
    if (good) {
        memcpy(now.bytes, one->bytes, one->n);
        now.n = one->n;
        run_one(0);
    }
    free(one);
    return good ? 0 : 2;
}

int main(int argc, char **argv)
{
    struct stat st;
    be_ready(argv[0]);
    if (argc == 2 && stat(argv[1], &st) == 0 && S_ISREG(st.st_mode))
        return run_file(argv[1]);
    if (argc < 3)
        return 2;
    struct mutate *m = calloc(1, sizeof *m);
    if (!m)
        return 2;
    m->n_seeds = load_folder(argv[1], m->seeds);
    if (m->n_seeds == 0 || !mutate_words(m, argv[2])) {
        fprintf(stderr, "no corpus in %s, or no words in %s\n", argv[1], argv[2]);
        free(m);
        return 2;
    }
    long first = argc > 3 ? strtol(argv[3], NULL, 10) : 0;
    long last = first + (argc > 4 ? strtol(argv[4], NULL, 10) : (long)m->n_seeds + MUTATIONS);
    long long limit = now_ms() + BUDGET_MS;
    long at = first;
    for (; at < last && (argc > 3 || at < (long)m->n_seeds || now_ms() < limit); at++) {
        now.n = mutate_input(m, at, now.bytes);
        run_one(at);
    }
    printf("%ld inputs, %zu of them from the corpus\n", at - first, m->n_seeds);
    free(m);
    return 0;
}
