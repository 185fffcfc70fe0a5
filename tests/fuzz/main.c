/* Runs a target without libFuzzer: the corpus as it stands, then seeded mutations of it.
 *
 *   fuzz_TARGET CORPUS WORDS [FIRST [COUNT]]
 *   fuzz_TARGET CORPUS|FILE               that alone, nothing changed
 *   fuzz_TARGET --unpack CORPUS FOLDER    the inputs as plain files, for libFuzzer
 *   fuzz_TARGET --list FOLDER             plain files as a list on stdout
 *
 * Input n is the same at every run. What breaks leaves its number and, beside the program,
 * NAME.input, which `fuzz_TARGET NAME.input` runs alone. */

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/mutate.h"

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

/* Of the corpus, as it stands. */
static int run_all(const struct corpus *c)
{
    for (size_t i = 0; i < c->n; i++) {
        now.n = c->inputs[i].n;
        if (now.n)
            memcpy(now.bytes, c->inputs[i].bytes, now.n);
        run_one((long)i);
    }
    return 0;
}

static int run_mutations(struct mutate *m, int argc, char **argv)
{
    long n_seeds = (long)m->corpus.n, first = argc > 3 ? strtol(argv[3], NULL, 10) : 0;
    long last = first + (argc > 4 ? strtol(argv[4], NULL, 10) : n_seeds + MUTATIONS), at = first;
    if (n_seeds == 0 || !mutate_words(m, argv[2])) {
        fprintf(stderr, "no corpus in %s, or no words in %s\n", argv[1], argv[2]);
        return 2;
    }
    long long limit = now_ms() + BUDGET_MS;
    for (; at < last && (argc > 3 || at < n_seeds || now_ms() < limit); at++) {
        now.n = mutate_input(m, at, now.bytes);
        run_one(at);
    }
    printf("%ld inputs, %ld of them from the corpus\n", at - first, n_seeds);
    return 0;
}

static int run(struct mutate *m, int argc, char **argv)
{
    struct stat st;
    bool told = argc > 1 && argv[1][0] == '-', list = told && strcmp(argv[1], "--list") == 0;
    if (argc < 2 || (told && argc != (list ? 3 : 4)))
        return 2;
    const char *from = argv[told ? 2 : 1];
    bool folder = stat(from, &st) == 0 && S_ISDIR(st.st_mode);
    if (!(folder ? corpus_load_folder(&m->corpus, from) : corpus_load(&m->corpus, from)))
        return 2;
    if (list)
        corpus_print(&m->corpus, stdout);
    else if (told)
        return corpus_save(&m->corpus, argv[3]) ? 0 : 2;
    else
        return argc == 2 ? run_all(&m->corpus) : run_mutations(m, argc, argv);
    return 0;
}

int main(int argc, char **argv)
{
    struct mutate *m = calloc(1, sizeof *m);
    be_ready(argv[0]);
    int code = m ? run(m, argc, argv) : 2;
    if (m)
        corpus_done(&m->corpus);
    free(m);
    return code;
}
