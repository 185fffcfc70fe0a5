#ifndef TESTS_INTEGRATION_JUDGEMENT_VALUES_H
#define TESTS_INTEGRATION_JUDGEMENT_VALUES_H

/* Values made up at random, repeatable: what the validators must find, and what must stay quiet.
 * Every number is made from its own control digits here, not by the product's code. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VALUE_ROOM = 512 };

typedef void make_value(char out[VALUE_ROOM], unsigned row);

struct value_case {
    const char *what, *type;
    make_value *make;
    uint32_t expected; /* categories, 1u << enum rules_category; 0: quiet. One of them is enough */
    uint32_t allowed;  /* may be said besides */
    bool rare;         /* one value in the whole table, the others are everyday words */
};

extern const struct value_case value_cases[], quiet_cases[];
extern const size_t n_value_cases, n_quiet_cases;

void seed_values(uint32_t with);
/* 0 to n - 1, the same in each run with the same seed. */
uint32_t below(uint32_t n);
/* The digit that Luhn's sum wants behind these. */
int luhn_of(const char *digits, size_t n);

#define PICK(list) (list[below(sizeof list / sizeof *list)])

#endif
