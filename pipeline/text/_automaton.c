/* Builds the automaton of automaton.h, and tells Python what it finds. */

#include "automaton.h"
#include "module.h"

static void
Automaton_dealloc(Automaton *self)
{
    PyMem_Free(self->states);
    PyMem_Free(self->steps);
    PyMem_Free(self->perhaps);
    PyMem_Free(self->first);
    PyMem_Free(self->lengths);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static void
add_step(Automaton *self, uint32_t state, Py_UCS4 letter, uint32_t to)
{
    uint64_t from = (uint64_t)state << 32 | letter, bit = automaton_bit(self, from);
    uint32_t slot = (uint32_t)(bit >> PERHAPS_BITS);
    while (self->steps[slot].from != UINT64_MAX)
        slot = (slot + 1) & self->mask;
    self->steps[slot] = (AutomatonStep){from, to};
    self->perhaps[bit / 64] |= UINT64_C(1) << bit % 64;
    if (state == 0 && letter < FIRST_PLANE)
        self->first[letter] = to;
}

/* What is known of a state while the automaton is built. */
typedef struct {
    uint32_t parent, depth;
    Py_UCS4 letter;
} Origin;

/* Add the words letter by letter; return the origins of all states, or NULL. */
static Origin *
add_words(Automaton *self, PyObject *words, Py_ssize_t letters)
{
    Origin *origins = PyMem_Calloc(letters + 1, sizeof *origins);
    if (!origins)
        return NULL;
    self->count = 1;
    for (Py_ssize_t number = 0; number < self->words; number++) {
        PyObject *word = PyList_GET_ITEM(words, number);
        uint32_t state = 0, length = (uint32_t)PyUnicode_GET_LENGTH(word);
        for (uint32_t at = 0; at < length; at++) {
            Py_UCS4 letter = PyUnicode_READ_CHAR(word, at);
            uint32_t next = state ? automaton_step(self, state, letter) : automaton_next(self, 0, letter);
            if (!next) {
                next = self->count++;
                add_step(self, state, letter, next);
                origins[next] = (Origin){state, at + 1, letter};
            }
            state = next;
        }
        if (self->states[state].word == NO_WORD)
            self->states[state].word = (uint32_t)number;
        self->lengths[number] = length;
    }
    return origins;
}

/* Set where each state falls back to, those of few letters first. Return -1 without memory. */
static int
add_fallbacks(Automaton *self, const Origin *origins, uint32_t deepest)
{
    uint32_t *starts = PyMem_Calloc(deepest + 2, sizeof *starts),
             *order = PyMem_Calloc(self->count, sizeof *order);
    if (starts && order) {
        for (uint32_t state = 0; state < self->count; state++)
            starts[origins[state].depth + 1]++;
        for (uint32_t depth = 0; depth <= deepest; depth++)
            starts[depth + 1] += starts[depth];
        for (uint32_t state = 0; state < self->count; state++)
            order[starts[origins[state].depth]++] = state;
        for (uint32_t place = 1; place < self->count; place++) {
            uint32_t state = order[place];
            const Origin *origin = &origins[state];
            uint32_t back = origin->parent ? automaton_next(self, self->states[origin->parent].fallback, origin->letter) : 0;
            self->states[state].fallback = back;
            self->states[state].shorter = self->states[back].word == NO_WORD ? self->states[back].shorter : back;
        }
    }
    int failed = starts && order ? 0 : -1;
    PyMem_Free(starts);
    PyMem_Free(order);
    return failed;
}

/* Make a table for so many steps, and nothing in it. Return -1 without memory. */
static int
make_table(Automaton *self, uint64_t steps)
{
    uint32_t bits = 4;
    while ((UINT64_C(1) << bits) < 2 * steps)
        bits++;
    uint32_t slots = UINT32_C(1) << bits;
    self->mask = slots - 1, self->shift = 64 - PERHAPS_BITS - bits;
    self->steps = PyMem_Malloc(slots * sizeof *self->steps);
    self->perhaps = PyMem_Calloc(((size_t)slots << PERHAPS_BITS) / 64 + 1, sizeof *self->perhaps);
    if (!self->steps || !self->perhaps)
        return -1;
    for (uint32_t slot = 0; slot < slots; slot++)
        self->steps[slot].from = UINT64_MAX;
    return 0;
}

/* Return the number of a state with its marks. */
static uint32_t
marked(const Automaton *self, uint32_t number)
{
    const AutomatonState *state = &self->states[number];
    if (number == 0)
        return 0;
    return number | (state->word != NO_WORD || state->shorter ? ENDS : 0) | (state->fallback ? 0 : SHALLOW);
}

/* Lay the steps out in a table no larger than they need, and mark all states. Return -1 without memory. */
static int
lay_out(Automaton *self)
{
    AutomatonStep *steps = self->steps;
    uint64_t *perhaps = self->perhaps;
    uint32_t slots = self->mask + 1;
    int failed = make_table(self, self->count);
    for (uint32_t slot = 0; !failed && slot < slots; slot++)
        if (steps[slot].from != UINT64_MAX) {
            uint32_t from = marked(self, (uint32_t)(steps[slot].from >> 32)), to = marked(self, steps[slot].to);
            add_step(self, from, (Py_UCS4)steps[slot].from, to);
        }
    for (uint32_t number = 0; number < self->count; number++)
        self->states[number].fallback = marked(self, self->states[number].fallback);
    PyMem_Free(steps);
    PyMem_Free(perhaps);
    return failed;
}

static int
Automaton_fill(Automaton *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"words", NULL};
    PyObject *words;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!", names, &PyList_Type, &words))
        return -1;
    Py_ssize_t letters = 0, deepest = 0;
    self->words = PyList_GET_SIZE(words);
    for (Py_ssize_t number = 0; number < self->words; number++) {
        PyObject *word = PyList_GET_ITEM(words, number);
        if (!PyUnicode_Check(word) || PyUnicode_GET_LENGTH(word) == 0) {
            PyErr_SetString(PyExc_ValueError, "a word has letters");
            return -1;
        }
        letters += PyUnicode_GET_LENGTH(word);
        deepest = Py_MAX(deepest, PyUnicode_GET_LENGTH(word));
    }
    if (letters >= UINT32_MAX / 4) {
        PyErr_SetString(PyExc_OverflowError, "too many words for one automaton");
        return -1;
    }
    self->first = PyMem_Calloc(FIRST_PLANE, sizeof *self->first);
    self->states = PyMem_Calloc(letters + 1, sizeof *self->states);
    self->lengths = PyMem_Calloc(self->words + 1, sizeof *self->lengths);
    if (make_table(self, (uint64_t)letters) == 0 && self->first && self->states && self->lengths) {
        for (Py_ssize_t state = 0; state <= letters; state++)
            self->states[state].word = NO_WORD;
        Origin *origins = add_words(self, words, letters);
        int failed = !origins || add_fallbacks(self, origins, (uint32_t)deepest) < 0 || lay_out(self) < 0;
        PyMem_Free(origins);
        if (!failed)
            return 0;
    }
    PyErr_NoMemory();
    return -1;
}

static PyObject *
Automaton_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return made_whole(type, args, kwargs, (initproc)Automaton_fill);
}

static PyObject *
a_hit(Py_ssize_t start, Py_ssize_t end, uint32_t number)
{
    PyObject *hit = PyTuple_New(3);
    if (!hit)
        return NULL;
    PyTuple_SET_ITEM(hit, 0, PyLong_FromSsize_t(start));
    PyTuple_SET_ITEM(hit, 1, PyLong_FromSsize_t(end));
    PyTuple_SET_ITEM(hit, 2, PyLong_FromUnsignedLong(number));
    if (!PyTuple_GET_ITEM(hit, 0) || !PyTuple_GET_ITEM(hit, 1) || !PyTuple_GET_ITEM(hit, 2))
        Py_CLEAR(hit);
    return hit;
}

PyDoc_STRVAR(find_doc,
             "find(text)\n--\n\n"
             "Return every word in *text*, overlapping or not, by where it ends, the longer first: start, end, number.\n"
             "Raises TypeError.");

static PyObject *
Automaton_find(Automaton *self, PyObject *text)
{
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "find() takes a text");
        return NULL;
    }
    PyObject *hits = PyList_New(0);
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), at = 0;
    uint32_t state = 0;
    while (hits && (at = automaton_reach(self, text, at, &state)) <= length)
        for (uint32_t ended = automaton_ending(self, state); hits && ended; ended = self->states[ended].shorter) {
            uint32_t number = self->states[ended].word;
            PyObject *hit = a_hit(at - (Py_ssize_t)self->lengths[number], at, number);
            if (!hit || PyList_Append(hits, hit) < 0)
                Py_CLEAR(hits);
            Py_XDECREF(hit);
        }
    return hits;
}

static PyMethodDef methods[] = {
    {"find", (PyCFunction)Automaton_find, METH_O, find_doc},
    {NULL},
};

static PyTypeObject type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pipeline.text._automaton.Automaton",
    .tp_basicsize = sizeof(Automaton),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = PyDoc_STR("Finds a list of words in one pass. Raises TypeError, ValueError, OverflowError."),
    .tp_new = Automaton_new,
    .tp_dealloc = (destructor)Automaton_dealloc,
    .tp_methods = methods,
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_automaton", .m_size = -1};

PyMODINIT_FUNC
PyInit__automaton(void)
{
    return module_with(&module, &type, "Automaton");
}
