#ifndef TESTS_FUZZ_FAULTS_VICTIM_H
#define TESTS_FUZZ_FAULTS_VICTIM_H

/* What strom's double and whoever starts it tell each other. STROM_FAULT is the fault, in words:
 *   CALL N ERROR once|on     the N-th call of that kind fails with that errno, or all from there on
 * ERROR 0 of a write: half of it is written, and from there on there is no room. STROM_FAULT_TOLD
 * names a file of one `struct faults_told`, which counts whatever becomes of the process. */

#include <stdint.h>

enum faults_call {
    FAULTS_OPEN,  /* open, openat, creat, fopen: of the program and of its libraries */
    FAULTS_WRITE, /* write, pwrite, writev: to a file */
    FAULTS_SYNC,  /* fsync, fdatasync */
    FAULTS_RENAME,
    FAULTS_TRUNCATE,
    FAULTS_FOLDER, /* mkdir */
    FAULTS_CHUNK,  /* a block of an arena, the first room of anything that grows */
    FAULTS_STDOUT, /* the first and only one: the disk of what it prints is full */
    FAULTS_CALLS
};

static inline const char *faults_call_name(enum faults_call call)
{
    static const char *const names[FAULTS_CALLS] = {"open",     "write", "sync",  "rename",
                                                    "truncate", "mkdir", "chunk", "stdout"};
    return names[call];
}

struct faults_told {
    uint32_t calls[FAULTS_CALLS];
    uint32_t struck;
    char what[256]; /* the first that failed */
};

#endif
