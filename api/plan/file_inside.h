#ifndef STROM_PLAN_FILE_INSIDE_H
#define STROM_PLAN_FILE_INSIDE_H

/* Between the files that read replication.json: file_read.c, file_read_head.c. Each function fills
 * what it is given and returns true; else *e tells the key and the line. Inside api/plan only. */

#include "api/base/json.h"
#include "api/plan/file.h"

enum { FILE_NAME_BYTES = 63, FILE_TEXT_BYTES = 500 };

struct file_reader {
    const char *text;
    size_t bytes;
    size_t keys; /* met so far, in the order of the text: tells the line */
    struct selection *to;
    struct err *e;
};

struct file_field { /* a row for each key of an object */
    const char *key;
    size_t at; /* offset in what is filled */
    bool (*read)(struct file_reader *r, const struct json *j, void *out);
    bool needed;
};

bool file_refuse(struct file_reader *r, const char *key, const char *why); /* false */
/* One line, of at most that many bytes; lives with the selection. */
bool file_text(struct file_reader *r, const struct json *j, size_t most, const char **out);
bool file_object(struct file_reader *r, const struct json *j, const char *name,
                 const struct file_field *fields, size_t n, void *out);
#define FILE_FIELDS(rows) (rows), sizeof(rows) / sizeof(rows)[0]

bool file_source(struct file_reader *r, const struct json *j, void *out);
bool file_destination(struct file_reader *r, const struct json *j, void *out);
bool file_naming(struct file_reader *r, const struct json *j, void *out);

#endif
