/* A list of words and how often each is written, as a trie: jieba's dictionary of all words and their beginnings.

   A node is a number; 0 is the beginning, where nothing was read. All steps stand in one hash table, a step in 64 bits;
   those from the beginning stand in a table by letter besides.
*/

#ifndef YUQING_WORDS_H
#define YUQING_WORDS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>

#define FIRST_PLANE 0x10000
#define LETTER_BITS 21
#define LEAD_BITS 22
#define MOST_NODES (UINT32_C(1) << LETTER_BITS) /* a node, a letter and a node fill a step */
#define MOST_WRITTEN (INT64_C(1) << 52)         /* a double tells it from the next */
#define NO_WORD (-1.0)
#define PERHAPS_BITS 2 /* so many bits, as a logarithm, tell of each slot of the table whether it is worth a look */
#define WORD_BYTES 10 /* of a list in UTF-8 for each step, about */

typedef struct {
    uint64_t *steps;             /* node, letter, and where it leads; 0 where there is none */
    uint64_t *perhaps;           /* bits of which one is set for each step: most steps that are asked for are not there */
    uint32_t bits, mask, shift;  /* of the table of steps; so far a hash is shifted to tell a bit of `perhaps` */
    uint32_t nodes, room;        /* how many there are, and for how many there is room */
    uint32_t first[FIRST_PLANE]; /* by letter: where it leads from the beginning */
    double *logs;                /* by node: the logarithm of how often the word is written, or NO_WORD */
    int64_t *counts;             /* by node: how often it is written, 0 for what only begins words; NULL once closed */
    int64_t total;               /* how often all are written */
} Words;

/* Return which bit of `perhaps` is for a node and a letter. */
static inline uint64_t
words_bit(const Words *words, uint64_t key)
{
    return key * UINT64_C(0x9E3779B97F4A7C15) >> words->shift;
}

/* Return where a letter leads from a node that is not the beginning; 0 if nowhere. */
static inline uint32_t
words_step(const Words *words, uint32_t node, Py_UCS4 letter)
{
    uint64_t key = (uint64_t)node << LETTER_BITS | letter, bit = words_bit(words, key);
    if (!(words->perhaps[bit / 64] >> bit % 64 & 1))
        return 0;
    for (uint32_t slot = (uint32_t)(bit >> PERHAPS_BITS);; slot = (slot + 1) & words->mask) {
        uint64_t step = words->steps[slot];
        if (step >> LEAD_BITS == key || !step)
            return (uint32_t)(step & ((1 << LEAD_BITS) - 1));
    }
}

/* Return where a letter leads from the beginning; 0 if nowhere. */
static inline uint32_t
words_first(const Words *words, Py_UCS4 letter)
{
    return letter < FIRST_PLANE ? words->first[letter] : words_step(words, 0, letter);
}

/* Return the node of some letters; 0 if no word begins with them. */
static inline uint32_t
words_node(const Words *words, const Py_UCS4 *letter, const Py_UCS4 *end)
{
    uint32_t node = words_first(words, *letter);
    while (node && ++letter < end)
        node = words_step(words, node, *letter);
    return node;
}

static void
words_free(Words *words)
{
    if (!words)
        return;
    PyMem_Free(words->steps);
    PyMem_Free(words->perhaps);
    PyMem_Free(words->logs);
    PyMem_Free(words->counts);
    PyMem_Free(words);
}

static void
words_put(Words *words, uint64_t step)
{
    uint64_t bit = words_bit(words, step >> LEAD_BITS);
    words->perhaps[bit / 64] |= UINT64_C(1) << bit % 64;
    uint32_t slot = (uint32_t)(bit >> PERHAPS_BITS);
    while (words->steps[slot])
        slot = (slot + 1) & words->mask;
    words->steps[slot] = step;
}

/* Make room for more nodes, so that three slots of eight stay free. Return -1 without memory. */
static int
words_grow(Words *words, uint32_t bits)
{
    uint32_t slots = UINT32_C(1) << bits, old = words->steps ? words->mask + 1 : 0;
    uint64_t *steps = words->steps;
    words->room = (uint32_t)((uint64_t)slots * 5 / 8);
    double *logs = PyMem_Realloc(words->logs, words->room * sizeof *logs);
    words->logs = logs ? logs : words->logs;
    int64_t *counts = PyMem_Realloc(words->counts, words->room * sizeof *counts);
    words->counts = counts ? counts : words->counts;
    uint64_t *wider = PyMem_Calloc(slots, sizeof *wider),
             *perhaps = PyMem_Calloc(((size_t)slots << PERHAPS_BITS) / 64, sizeof *perhaps);
    if (!logs || !counts || !wider || !perhaps) {
        PyMem_Free(wider);
        PyMem_Free(perhaps);
        PyErr_NoMemory();
        return -1;
    }
    PyMem_Free(words->perhaps);
    words->perhaps = perhaps;
    words->steps = wider, words->bits = bits, words->mask = slots - 1, words->shift = 64 - PERHAPS_BITS - bits;
    for (uint32_t slot = 0; slot < old; slot++)
        if (steps[slot])
            words_put(words, steps[slot]);
    PyMem_Free(steps);
    return 0;
}

/* Return an empty list with room for about so many steps, or NULL. */
static Words *
words_new(Py_ssize_t steps)
{
    uint32_t bits = 10;
    while (bits < LETTER_BITS && (INT64_C(1) << bits) * 5 / 8 < steps)
        bits++;
    Words *words = PyMem_Calloc(1, sizeof *words);
    if (!words) {
        PyErr_NoMemory();
        return NULL;
    }
    if (words_grow(words, bits) < 0) {
        words_free(words);
        return NULL;
    }
    words->nodes = 1;
    words->counts[0] = 0;
    words->logs[0] = NO_WORD;
    return words;
}

/* Return where a letter leads from a node, to a new one if it led nowhere; 0 with an exception. */
static uint32_t
words_on(Words *words, uint32_t node, Py_UCS4 letter)
{
    uint32_t lead = node ? words_step(words, node, letter) : words_first(words, letter);
    if (lead)
        return lead;
    if (words->nodes == MOST_NODES) {
        PyErr_SetString(PyExc_OverflowError, "too many words");
        return 0;
    }
    if (words->nodes == words->room && words_grow(words, words->bits + 1) < 0)
        return 0;
    lead = words->nodes++;
    words->counts[lead] = 0;
    words->logs[lead] = NO_WORD;
    words_put(words, ((uint64_t)node << LETTER_BITS | letter) << LEAD_BITS | lead);
    if (!node && letter < FIRST_PLANE)
        words->first[letter] = lead;
    return lead;
}

/* Say that what ends at a node is written so often. Return -1 with an exception. */
static int
words_count(Words *words, uint32_t node, int64_t count)
{
    if (count > MOST_WRITTEN - words->total) {
        PyErr_SetString(PyExc_OverflowError, "words written too often to be counted");
        return -1;
    }
    words->counts[node] = count;
    words->logs[node] = count ? log((double)count) : NO_WORD;
    words->total += count;
    return 0;
}

/* Read one letter of UTF-8. Return how many bytes it takes, 0 if it is none. */
static int
words_letter(const uint8_t *at, const uint8_t *end, Py_UCS4 *letter)
{
    static const Py_UCS4 least[] = {0, 0x80, 0x800, 0x10000};
    int more = *at < 0x80 ? 0 : *at < 0xe0 ? 1 : *at < 0xf0 ? 2 : 3;
    if ((more && *at < 0xc2) || *at > 0xf4 || end - at <= more)
        return 0;
    Py_UCS4 read = more ? *at & (0x3f >> more) : *at;
    for (int byte = 1; byte <= more; byte++) {
        if ((at[byte] & 0xc0) != 0x80)
            return 0;
        read = read << 6 | (at[byte] & 0x3f);
    }
    *letter = read;
    return read < least[more] || read > 0x10ffff || (read >= 0xd800 && read < 0xe000) ? 0 : more + 1;
}

/* Read a line: a word, a space, how often it is written, a space and what else. Return -1 with an exception. */
static int
words_read_line(Words *words, const uint8_t *at, const uint8_t *end)
{
    uint32_t node = 0;
    while (at < end && *at != ' ') {
        Py_UCS4 letter;
        int bytes = words_letter(at, end, &letter);
        if (!bytes)
            break;
        if (!(node = words_on(words, node, letter)))
            return -1;
        at += bytes;
    }
    int64_t count = 0;
    const uint8_t *digit = at + 1;
    while (digit < end && *digit >= '0' && *digit <= '9' && count < UINT32_MAX)
        count = count * 10 + *digit++ - '0';
    if (!node || at == end || *at != ' ' || digit == at + 1 || (digit < end && *digit != ' ')) {
        PyErr_SetString(PyExc_ValueError, "a line is a word, a space, and how often it is written");
        return -1;
    }
    return words_count(words, node, count);
}

static int
words_blank(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Return the words of a list in UTF-8, a line each, or NULL with an exception. */
static Words *
words_read(const uint8_t *at, Py_ssize_t bytes)
{
    const uint8_t *end = at + bytes;
    Words *words = words_new(bytes / WORD_BYTES);
    while (words && at < end) {
        const uint8_t *stop = memchr(at, '\n', end - at), *last = stop ? stop : end;
        const uint8_t *next = stop ? stop + 1 : end;
        while (at < last && words_blank(*at))
            at++;
        while (at < last && words_blank(last[-1]))
            last--;
        if (words_read_line(words, at, last) < 0) {
            words_free(words);
            return NULL;
        }
        at = next;
    }
    return words;
}

/* Let go of what only the adding of words needs. */
static void
words_close(Words *words)
{
    PyMem_Free(words->counts);
    words->counts = NULL;
}

#endif
