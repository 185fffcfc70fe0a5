/* A throwaway PostgreSQL for a figure: says on one line of JSON where it is and how long initdb and
 * start took, and goes with all it has when its stdin ends.
 *
 *     bench_server
 */

#include "tests/bench/bench.h"
#include "tests/sandbox/folder.h"
#include "tests/sandbox/postgres.h"

#include <stdio.h>
#include <unistd.h>

int main(void)
{
    char folder[FOLDER_PATH], why[POSTGRES_WHY] = "", byte;
    double from = bench_now_ms();
    if (!postgres_is_installed()) {
        fprintf(stderr, "no PostgreSQL here: skipped\n");
        return 77;
    }
    if (!folder_make_temporary("strom-bench", folder, why)) {
        fprintf(stderr, "a folder: %s\n", why);
        return 1;
    }
    struct postgres_options o = {
        .folder = folder, .database = "bench", .owner = "app", .logical = true, .temporary = true};
    struct postgres *pg = postgres_start(&o, why);
    if (!pg) {
        fprintf(stderr, "PostgreSQL: %s\n", why);
        folder_remove(folder);
        return 1;
    }
    printf("{\"ms\":%.1f,\"port\":%d,\"socket\":\"%s\"}\n", bench_now_ms() - from,
           postgres_port(pg), postgres_socket_folder(pg));
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    postgres_remove(pg);
    return 0;
}
