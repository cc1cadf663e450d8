/* Aho and Corasick's automaton over code points (CACM 18/6, 1975), for all who look for many words in one pass.

   The state of each pass is a number; 0 is the beginning, where nothing was read. The steps from one state to the next
   stand in one hash table, those from the beginning in a table by letter, since most letters begin nothing. Before the
   table is asked, a few bits tell of nearly every step that is not there: they stay close to the processor, it does not.
   Wherever a state is told of, marks beside its number say whether a word ends there and whether it falls back to the
   beginning, so that few states have to be looked at.
*/

#ifndef YUQING_AUTOMATON_H
#define YUQING_AUTOMATON_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

#define FIRST_PLANE 0x10000
#define NO_WORD UINT32_MAX
#define ENDS (UINT32_C(1) << 31)    /* a mark: a word ends there, this one or a shorter */
#define SHALLOW (UINT32_C(1) << 30) /* a mark: it falls back to the beginning */
#define NUMBER (SHALLOW - 1)        /* all but the marks */
#define PERHAPS_BITS 3              /* so many bits, as a logarithm, tell of each slot whether it is worth a look */

typedef struct {
    uint32_t fallback; /* the state of the longest suffix that begins a word, with its marks */
    uint32_t word;     /* the word that ends there, or NO_WORD */
    uint32_t shorter;  /* the next shorter suffix that ends a word, or 0 */
} AutomatonState;

typedef struct {
    uint64_t from; /* a state with its marks and a letter, UINT64_MAX where there is none */
    uint32_t to;   /* a state with its marks */
} AutomatonStep;

typedef struct {
    PyObject_HEAD
    Py_ssize_t words;
    uint32_t count;  /* of the states */
    AutomatonState *states;
    AutomatonStep *steps;
    uint64_t *perhaps; /* bits of which one is set for each step */
    uint32_t mask, shift; /* of the table, and so far a hash is shifted to tell a bit of `perhaps` */
    uint32_t *first;   /* by letter of the first plane: the state from the beginning on */
    uint32_t *lengths; /* by word, in letters */
} Automaton;

/* Return which bit of `perhaps` is for a state and a letter. There are so many for each slot of the table. */
static inline uint64_t
automaton_bit(const Automaton *self, uint64_t from)
{
    return from * UINT64_C(0x9E3779B97F4A7C15) >> self->shift;
}

/* Return where a letter leads from a state; 0 if nowhere. */
static inline uint32_t
automaton_step(const Automaton *self, uint32_t state, Py_UCS4 letter)
{
    uint64_t from = (uint64_t)state << 32 | letter, bit = automaton_bit(self, from);
    if (!(self->perhaps[bit / 64] >> bit % 64 & 1))
        return 0;
    for (uint32_t slot = (uint32_t)(bit >> PERHAPS_BITS);; slot = (slot + 1) & self->mask) {
        if (self->steps[slot].from == from)
            return self->steps[slot].to;
        if (self->steps[slot].from == UINT64_MAX)
            return 0;
    }
}

/* Return the state after a letter: the longest suffix of what was read that begins a word. */
static inline uint32_t
automaton_next(const Automaton *self, uint32_t state, Py_UCS4 letter)
{
    while (state) {
        uint32_t next = automaton_step(self, state, letter);
        if (next)
            return next;
        state = state & SHALLOW ? 0 : self->states[state & NUMBER].fallback;
    }
    return letter < FIRST_PLANE ? self->first[letter] : automaton_step(self, 0, letter);
}

/* Return the number of the state of the longest word that ends at a state, 0 if none does; the others follow by
   `shorter`. */
static inline uint32_t
automaton_ending(const Automaton *self, uint32_t state)
{
    if (!(state & ENDS))
        return 0;
    state &= NUMBER;
    return self->states[state].word == NO_WORD ? self->states[state].shorter : state;
}

/* Read letters on from a place, up to where the next word ends. Return the place behind it; one behind the last letter
   if none does. */
static inline Py_ssize_t
automaton_over(const Automaton *self, int kind, const void *data, Py_ssize_t at, Py_ssize_t length, uint32_t *state)
{
    while (at < length) {
        *state = automaton_next(self, *state, PyUnicode_READ(kind, data, at));
        at++;
        if (*state & ENDS)
            return at;
    }
    return length + 1;
}

/* Read a text on from a place as automaton_over() does; the loop is compiled for each size of letters. */
static inline Py_ssize_t
automaton_reach(const Automaton *self, PyObject *text, Py_ssize_t at, uint32_t *state)
{
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND:
        return automaton_over(self, PyUnicode_1BYTE_KIND, data, at, length, state);
    case PyUnicode_2BYTE_KIND:
        return automaton_over(self, PyUnicode_2BYTE_KIND, data, at, length, state);
    default:
        return automaton_over(self, PyUnicode_4BYTE_KIND, data, at, length, state);
    }
}

/* Return the type of automata, for a module that takes one; ImportError if it was compiled to another layout. */
static inline PyTypeObject *
automaton_imported(void)
{
    PyObject *module = PyImport_ImportModule("pipeline.text._automaton");
    PyTypeObject *type = module ? (PyTypeObject *)PyObject_GetAttrString(module, "Automaton") : NULL;
    Py_XDECREF(module);
    if (type && type->tp_basicsize != sizeof(Automaton)) {
        PyErr_SetString(PyExc_ImportError, "the automaton was compiled at another time: install again");
        Py_CLEAR(type);
    }
    return type;
}

#endif
