/* Passes over letters that are nothing to a loop. */

#ifndef YUQING_PASSING_H
#define YUQING_PASSING_H

/* Go on from place `at` to the next of so many letters that has one of the marks asked for in a table by letter, four
   letters at a time: most have none. Where none has, `at` is the length. */
#define PASS_OVER(LETTER, data, at, length, table, asked)                                                             \
    do {                                                                                                              \
        const LETTER *each = (const LETTER *)(data) + (at), *end = (const LETTER *)(data) + (length);                 \
        while (end - each >= 4 && !((table[each[0]] | table[each[1]] | table[each[2]] | table[each[3]]) & (asked)))   \
            each += 4;                                                                                                \
        while (each < end && !(table[*each] & (asked)))                                                               \
            each++;                                                                                                   \
        at = each - (const LETTER *)(data);                                                                           \
    } while (0)

#endif
