#ifndef STROM_RULES_SHAPE_H
#define STROM_RULES_SHAPE_H

/* Classes of bytes, and how many of each a value has. Shared by validators.c and codes.c. */

#include "api/rules/validators.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BIT(kind) (UINT64_C(1) << VALUE_##kind)

enum byte_class { OTHER, DIGIT, UPPER, LOWER, SPACE, AT, DOT, DASH, PUNCT, WIDE, CLASSES };

extern const uint8_t shape_classes[256];

struct counts {
    uint32_t of[CLASSES];
};

static inline enum byte_class class_at(const char *s, size_t i)
{
    return (enum byte_class)shape_classes[(unsigned char)s[i]];
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

#endif
