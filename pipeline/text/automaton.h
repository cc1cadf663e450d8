/* Aho and Corasick's automaton over code points (CACM 18/6, 1975), for all who look for many words in one pass.

   The state of each pass is a number; 0 is the beginning, where nothing was read. The steps from one state to the next
   stand in one hash table, those from the beginning in a table by letter, since most letters begin nothing. Before the
   table is asked, a few bits tell of nearly every step that is not there: they stay close to the processor, it does not.
   A step tells itself whether a word ends where it leads, so that states are looked at only where one does.
*/

#ifndef YUQING_AUTOMATON_H
#define YUQING_AUTOMATON_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

#define FIRST_PLANE 0x10000
#define NO_WORD UINT32_MAX
#define ENDS (UINT32_C(1) << 31) /* of where a step leads: a word ends there, this one or a shorter */

typedef struct {
    uint32_t fallback; /* the state of the longest suffix that begins a word */
    uint32_t word;     /* the word that ends there, or NO_WORD */
    uint32_t shorter;  /* the next shorter suffix that ends a word, or 0 */
} AutomatonState;

typedef struct {
    uint64_t from; /* state and letter, UINT64_MAX where there is none */
    uint32_t to;
} AutomatonStep;

typedef struct {
    PyObject_HEAD
    Py_ssize_t words;
    uint32_t count;  /* of the states */
    AutomatonState *states;
    AutomatonStep *steps;
    uint64_t *perhaps; /* bits of which one is set for each step */
    uint32_t mask, shift, bits;
    uint32_t *first;   /* by letter of the first plane: the state from the beginning on */
    uint32_t *lengths; /* by word, in letters */
} Automaton;

static inline uint64_t
automaton_hash(uint64_t from)
{
    return from * UINT64_C(0x9E3779B97F4A7C15);
}

/* Return where a letter leads from a state; 0 if nowhere. */
static inline uint32_t
automaton_step(const Automaton *self, uint32_t state, Py_UCS4 letter)
{
    if (state == 0 && letter < FIRST_PLANE)
        return self->first[letter];
    uint64_t from = (uint64_t)(state & ~ENDS) << 32 | letter, hash = automaton_hash(from), bit = hash >> self->bits;
    if (!(self->perhaps[bit / 64] >> bit % 64 & 1))
        return 0;
    for (uint32_t slot = (uint32_t)(hash >> self->shift);; slot = (slot + 1) & self->mask) {
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
    uint32_t next;
    while (!(next = automaton_step(self, state, letter)) && state)
        state = self->states[state & ~ENDS].fallback;
    return next;
}

/* Return the state of the longest word that ends where a step led, 0 if none does; the others follow by `shorter`. */
static inline uint32_t
automaton_ending(const Automaton *self, uint32_t state)
{
    if (!(state & ENDS))
        return 0;
    state &= ~ENDS;
    return self->states[state].word == NO_WORD ? self->states[state].shorter : state;
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
