/* Aho and Corasick's automaton over code points (CACM 18/6, 1975), for all who look for many words in one pass.

   The state of each pass is a number; 0 is the beginning, where nothing was read. The steps from one state to the next
   stand in one hash table, those from the beginning in a table by letter, since most letters begin nothing.
*/

#ifndef YUQING_AUTOMATON_H
#define YUQING_AUTOMATON_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

#define FIRST_PLANE 0x10000
#define NO_WORD UINT32_MAX

typedef struct {
    PyObject_HEAD
    Py_ssize_t words;
    uint32_t states;
    uint64_t *steps;     /* state and letter of each step, UINT64_MAX where there is none */
    uint32_t *leads;     /* where each step leads */
    uint32_t mask, shift;
    uint32_t *first;     /* by letter of the first plane: the state from the beginning on */
    uint32_t *fallback;  /* by state: that of the longest suffix that begins a word */
    uint32_t *word;      /* by state: the word that ends there, or NO_WORD */
    uint32_t *shorter;   /* by state: the next shorter suffix that ends a word, or 0 */
    uint32_t *lengths;   /* by word, in letters */
} Automaton;

static inline uint32_t
automaton_slot(const Automaton *self, uint64_t step)
{
    return (uint32_t)((step * UINT64_C(0x9E3779B97F4A7C15)) >> self->shift);
}

/* Return where a letter leads from a state; 0 if nowhere. */
static inline uint32_t
automaton_step(const Automaton *self, uint32_t state, Py_UCS4 letter)
{
    if (state == 0 && letter < FIRST_PLANE)
        return self->first[letter];
    uint64_t step = (uint64_t)state << 32 | letter;
    for (uint32_t slot = automaton_slot(self, step);; slot = (slot + 1) & self->mask) {
        if (self->steps[slot] == step)
            return self->leads[slot];
        if (self->steps[slot] == UINT64_MAX)
            return 0;
    }
}

/* Return the state after a letter: the longest suffix of what was read that begins a word. */
static inline uint32_t
automaton_next(const Automaton *self, uint32_t state, Py_UCS4 letter)
{
    uint32_t next;
    while (!(next = automaton_step(self, state, letter)) && state)
        state = self->fallback[state];
    return next;
}

/* Return the state of the longest word that ends where a state is, 0 if none does; the others follow by `shorter`. */
static inline uint32_t
automaton_ending(const Automaton *self, uint32_t state)
{
    return self->word[state] == NO_WORD ? self->shorter[state] : state;
}

#endif
