#ifndef SANDBOX_FIXTURES_H
#define SANDBOX_FIXTURES_H

#include "tests/sandbox/folder.h"

/* Where the fixtures lie: beside the installed program (../share/strom/sandbox), else in the
 * source; and the program's own path, for commands that call it. */
bool fixtures_find(char out[FOLDER_PATH], char program[FOLDER_PATH]);
void fixtures_note_program(const char *argv0);

#endif
