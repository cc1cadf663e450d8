/* Which rules a post could satisfy, by the words that were found in it: filed.Filed in C.

   The rules are filed under words. All tables are flat arrays of int32 that Filing lays out once; a table of many rows
   is a pair of `starts`, one more than there are rows, and `items`. What a post holds is marked with a number that is
   new for each post, so nothing is wiped between two posts.
*/

#include "../text/automaton.h"
#include "../text/module.h"
#include <stdlib.h>

#define CODE_POINTS 0x110000
#define LETTERS 1024 /* of a text that needs no room of its own */

typedef struct {
    Py_buffer buffer;
    const int32_t *items;
    Py_ssize_t size;
} Column;

/* What is known of a rule once it was made ready: the words that forbid it, and those that speak for it. */
typedef struct {
    int32_t barred, spoken;
    int32_t numbers[];
} Ready;

enum { FILED, ENTRIES, WAY_RULE, WAYS, GROUPS, GROUP_WORDS, COLUMNS };

typedef struct {
    PyObject_HEAD
    Column columns[COLUMNS];
    Py_ssize_t words, rules;
    Automaton *automaton;
    PyObject *written; /* tuple of str, by number */
    PyObject *called;  /* tuple of what stands for each rule */
    Py_buffer edged;   /* by number: 1 for a word that begins or ends with a Latin letter */
    Py_buffer kept;    /* by code point: 1 for what squeezing keeps */
    Ready **ready;
    uint32_t *there, *asked; /* the post that held the word or asked for the rule last */
    uint32_t post;
    int32_t *found; /* words of this post, then rules of this post */
    Py_ssize_t room;
} Filed;

static int
column(Column *column, PyObject *from)
{
    if (PyObject_GetBuffer(from, &column->buffer, PyBUF_C_CONTIGUOUS) < 0)
        return -1;
    if (column->buffer.itemsize != (Py_ssize_t)sizeof(int32_t)) {
        PyErr_SetString(PyExc_TypeError, "a column holds int32");
        return -1;
    }
    column->items = column->buffer.buf;
    column->size = column->buffer.len / (Py_ssize_t)sizeof(int32_t);
    return 0;
}

/* Return whether `starts` leads only into rows of `items` that hold numbers below `limit`. */
static int
sound(const Column *starts, Py_ssize_t rows, const Column *items, Py_ssize_t limit)
{
    if (starts->size != rows + 1 || starts->items[0] != 0 || starts->items[rows] != items->size)
        return 0;
    for (Py_ssize_t row = 0; row < rows; row++)
        if (starts->items[row] > starts->items[row + 1])
            return 0;
    for (Py_ssize_t at = 0; at < items->size; at++)
        if (items->items[at] < 0 || items->items[at] >= limit)
            return 0;
    return 1;
}

static void
Filed_dealloc(Filed *self)
{
    for (int at = 0; at < COLUMNS; at++)
        PyBuffer_Release(&self->columns[at].buffer);
    PyBuffer_Release(&self->edged);
    PyBuffer_Release(&self->kept);
    if (self->ready)
        for (Py_ssize_t rule = 0; rule < self->rules; rule++)
            PyMem_Free(self->ready[rule]);
    PyMem_Free(self->ready);
    PyMem_Free(self->there);
    PyMem_Free(self->asked);
    PyMem_Free(self->found);
    Py_CLEAR(self->automaton);
    Py_CLEAR(self->written);
    Py_CLEAR(self->called);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyTypeObject *automaton_type;

static int
bytes_for_each(Py_buffer *buffer, PyObject *from, Py_ssize_t count)
{
    if (PyObject_GetBuffer(from, buffer, PyBUF_C_CONTIGUOUS) < 0)
        return -1;
    if (buffer->len == count && buffer->itemsize == 1)
        return 0;
    PyErr_SetString(PyExc_ValueError, "one byte for each, no more and no less");
    return -1;
}

static int
Filed_fill(Filed *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"automaton", "written", "edged", "kept",   "rules",       "filed",
                            "entries",   "way_rule", "ways", "groups", "group_words", NULL};
    PyObject *automaton, *written, *edged, *kept, *called, *given[COLUMNS];
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!OOO!OOOOOO", names, automaton_type, &automaton, &PyList_Type,
                                     &written, &edged, &kept, &PyList_Type, &called, &given[FILED], &given[ENTRIES],
                                     &given[WAY_RULE], &given[WAYS], &given[GROUPS], &given[GROUP_WORDS]))
        return -1;
    for (int at = 0; at < COLUMNS; at++)
        if (column(&self->columns[at], given[at]) < 0)
            return -1;
    self->words = PyList_GET_SIZE(written);
    self->rules = PyList_GET_SIZE(called);
    if (bytes_for_each(&self->edged, edged, self->words) < 0 || bytes_for_each(&self->kept, kept, CODE_POINTS) < 0)
        return -1;
    const Column *columns = self->columns;
    Py_ssize_t ways = columns[WAY_RULE].size, groups = columns[GROUPS].size - 1;
    if (self->rules > INT32_MAX || ((Automaton *)automaton)->words != self->words ||
        !sound(&columns[FILED], self->words, &columns[ENTRIES], ways) || columns[WAYS].size != ways + 1 ||
        columns[WAYS].items[0] != 0 || columns[WAYS].items[ways] != groups || groups < 0 ||
        !sound(&columns[GROUPS], groups, &columns[GROUP_WORDS], self->words)) {
        PyErr_SetString(PyExc_ValueError, "the columns do not fit together");
        return -1;
    }
    for (Py_ssize_t way = 0; way < ways; way++)
        if (columns[WAYS].items[way] > columns[WAYS].items[way + 1] || columns[WAY_RULE].items[way] < 0 ||
            columns[WAY_RULE].items[way] >= self->rules) {
            PyErr_SetString(PyExc_ValueError, "the columns do not fit together");
            return -1;
        }
    self->ready = PyMem_Calloc(self->rules + 1, sizeof *self->ready);
    self->there = PyMem_Calloc(self->words + 1, sizeof *self->there);
    self->asked = PyMem_Calloc(self->rules + 1, sizeof *self->asked);
    self->room = self->words + self->rules;
    self->found = PyMem_Calloc(self->room + 1, sizeof *self->found);
    if (!self->ready || !self->there || !self->asked || !self->found) {
        PyErr_NoMemory();
        return -1;
    }
    self->automaton = (Automaton *)Py_NewRef(automaton);
    self->written = PyList_AsTuple(written); /* the lists are their owner's to change */
    self->called = PyList_AsTuple(called);
    return self->written && self->called ? 0 : -1;
}

static PyObject *
Filed_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return made_whole(type, args, kwargs, (initproc)Filed_fill);
}

static int
is_latin(Py_UCS4 letter)
{
    return letter >= 'a' && letter <= 'z';
}

/* wordtest._one_word: whether two neighbours of a text belong to one Latin word */
static int
one_word(int kind, const void *data, Py_ssize_t left)
{
    return is_latin(PyUnicode_READ(kind, data, left)) && is_latin(PyUnicode_READ(kind, data, left + 1));
}

/* Whether a word does not cut through a longer Latin word of the text. */
static int
stands_alone(int kind, const void *data, Py_ssize_t length, Py_ssize_t first, Py_ssize_t last)
{
    return !(first && one_word(kind, data, first - 1)) && !(last + 1 < length && one_word(kind, data, last));
}

/* Put the letters of a normal text that squeezing keeps side by side, and where each stands. Return how many. */
static Py_ssize_t
squeeze(const Filed *self, PyObject *normal, Py_UCS4 *restrict letters, Py_ssize_t *restrict places)
{
    const uint8_t *kept = self->kept.buf;
    int kind = PyUnicode_KIND(normal);
    const void *data = PyUnicode_DATA(normal);
    Py_ssize_t length = PyUnicode_GET_LENGTH(normal), count = 0;
    for (Py_ssize_t at = 0; at < length; at++) {
        Py_UCS4 letter = PyUnicode_READ(kind, data, at);
        letters[count] = letter, places[count] = at;
        count += kept[letter] != 0;
    }
    return count;
}

/* Mark the words of a normal text; return how many there are. There is room for as many letters and places as it has. */
static Py_ssize_t
mark(Filed *self, PyObject *normal, Py_UCS4 *letters, Py_ssize_t *places)
{
    const Automaton *automaton = self->automaton;
    const uint8_t *edged = self->edged.buf;
    int kind = PyUnicode_KIND(normal);
    const void *data = PyUnicode_DATA(normal);
    Py_ssize_t length = PyUnicode_GET_LENGTH(normal), end = squeeze(self, normal, letters, places), at = 0, count = 0;
    uint32_t state = 0;
    while ((at = automaton_over(automaton, PyUnicode_4BYTE_KIND, letters, at, end, &state)) <= end)
        for (uint32_t ended = automaton_ending(automaton, state); ended; ended = automaton->states[ended].shorter) {
            uint32_t number = automaton->states[ended].word;
            if (self->there[number] == self->post)
                continue;
            Py_ssize_t first = places[at - (Py_ssize_t)automaton->lengths[number]];
            if (edged[number] && !stands_alone(kind, data, length, first, places[at - 1]))
                continue;
            self->there[number] = self->post;
            self->found[count++] = (int32_t)number;
        }
    return count;
}

static int
any_there(const Filed *self, const int32_t *number, const int32_t *end)
{
    for (; number < end; number++)
        if (self->there[*number] == self->post)
            return 1;
    return 0;
}

/* Whether every group of words of a way has one there. */
static int
met(const Filed *self, int32_t way)
{
    const int32_t *ways = self->columns[WAYS].items, *groups = self->columns[GROUPS].items,
                  *words = self->columns[GROUP_WORDS].items;
    for (int32_t group = ways[way]; group < ways[way + 1]; group++)
        if (!any_there(self, words + groups[group], words + groups[group + 1]))
            return 0;
    return 1;
}

static int
ascending(const void *one, const void *other)
{
    int32_t first = *(const int32_t *)one, second = *(const int32_t *)other;
    return (first > second) - (first < second);
}

/* Return the words that speak for a rule, as a tuple in the order of the rule. */
static PyObject *
speaking(const Filed *self, const Ready *ready)
{
    const int32_t *numbers = ready->numbers + ready->barred;
    Py_ssize_t count = 0, at = 0;
    for (int32_t place = 0; place < ready->spoken; place++)
        count += self->there[numbers[place]] == self->post;
    PyObject *words = PyTuple_New(count);
    if (!words)
        return NULL;
    for (int32_t place = 0; at < count; place++)
        if (self->there[numbers[place]] == self->post) {
            PyObject *word = PyTuple_GET_ITEM(self->written, numbers[place]);
            PyTuple_SET_ITEM(words, at++, Py_NewRef(word));
        }
    return words;
}

/* Append what is said of one rule: to `found` if it was made ready and no word bars it, to `others` if it was not. */
static int
append(const Filed *self, PyObject *found, PyObject *others, int32_t rule)
{
    const Ready *ready = self->ready[rule];
    if (ready && any_there(self, ready->numbers, ready->numbers + ready->barred))
        return 0;
    PyObject *words = ready ? speaking(self, ready) : NULL;
    PyObject *told = !ready ? PyLong_FromLong(rule) : words ? PyTuple_New(2) : NULL;
    if (!told) {
        Py_XDECREF(words);
        return -1;
    }
    if (ready) {
        PyTuple_SET_ITEM(told, 0, Py_NewRef(PyTuple_GET_ITEM(self->called, rule)));
        PyTuple_SET_ITEM(told, 1, words);
    }
    int failed = PyList_Append(ready ? found : others, told);
    Py_DECREF(told);
    return failed;
}

PyDoc_STRVAR(candidates_doc,
             "candidates(normal)\n--\n\n"
             "Return the rules that a *normal* text could satisfy, in their order: those that were made ready, with\n"
             "the words that speak for each, and the numbers of the others. Raises TypeError.");

static PyObject *
Filed_candidates(Filed *self, PyObject *normal)
{
    if (!PyUnicode_Check(normal)) {
        PyErr_SetString(PyExc_TypeError, "candidates() takes a text");
        return NULL;
    }
    Py_ssize_t places_here[LETTERS], *places = places_here, length = PyUnicode_GET_LENGTH(normal);
    Py_UCS4 letters_here[LETTERS], *letters = letters_here;
    if (length > LETTERS) {
        if (!(places = PyMem_Malloc(length * (sizeof *places + sizeof *letters))))
            return PyErr_NoMemory();
        letters = (Py_UCS4 *)(places + length);
    }
    if (++self->post == 0) { /* after four billion posts: start again with nothing marked */
        memset(self->there, 0, self->words * sizeof *self->there);
        memset(self->asked, 0, self->rules * sizeof *self->asked);
        self->post = 1;
    }
    Py_ssize_t words = mark(self, normal, letters, places);
    if (places != places_here)
        PyMem_Free(places);
    int32_t *rules = self->found + words;
    Py_ssize_t asked = 0;
    const int32_t *filed = self->columns[FILED].items, *entries = self->columns[ENTRIES].items,
                  *rule_of = self->columns[WAY_RULE].items;
    for (Py_ssize_t at = 0; at < words; at++)
        for (int32_t entry = filed[self->found[at]]; entry < filed[self->found[at] + 1]; entry++) {
            int32_t way = entries[entry], rule = rule_of[way];
            if (self->asked[rule] != self->post && met(self, way)) {
                self->asked[rule] = self->post;
                rules[asked++] = rule;
            }
        }
    if (asked > 1)
        qsort(rules, asked, sizeof *rules, ascending);
    PyObject *found = PyList_New(0), *others = found ? PyList_New(0) : NULL;
    int failed = !others;
    for (Py_ssize_t at = 0; !failed && at < asked; at++)
        failed = append(self, found, others, rules[at]) < 0;
    PyObject *told = failed ? NULL : PyTuple_Pack(2, found, others);
    Py_XDECREF(found);
    Py_XDECREF(others);
    return told;
}

/* Copy the numbers of a tuple of words; return -1 if one is none. */
static int
numbered(const Filed *self, PyObject *from, int32_t *to)
{
    for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(from); at++) {
        Py_ssize_t number = PyLong_AsSsize_t(PyTuple_GET_ITEM(from, at));
        if (number < 0 || number >= self->words) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_IndexError, "no word has that number");
            return -1;
        }
        to[at] = (int32_t)number;
    }
    return 0;
}

PyDoc_STRVAR(make_ready_doc,
             "make_ready(rule, barred, spoken)\n--\n\n"
             "Tell of a rule for which it is enough to know what words stand in a text: the numbers of those that bar\n"
             "it, and of those that speak for it in the rule's order. Raises TypeError, IndexError.");

static PyObject *
Filed_make_ready(Filed *self, PyObject *args)
{
    Py_ssize_t rule;
    PyObject *barred, *spoken;
    if (!PyArg_ParseTuple(args, "nO!O!", &rule, &PyTuple_Type, &barred, &PyTuple_Type, &spoken))
        return NULL;
    if (rule < 0 || rule >= self->rules) {
        PyErr_SetString(PyExc_IndexError, "there is no such rule");
        return NULL;
    }
    Py_ssize_t bars = PyTuple_GET_SIZE(barred), speaks = PyTuple_GET_SIZE(spoken);
    Ready *ready = PyMem_Malloc(sizeof *ready + (bars + speaks) * sizeof *ready->numbers);
    if (!ready)
        return PyErr_NoMemory();
    ready->barred = (int32_t)bars, ready->spoken = (int32_t)speaks;
    if (numbered(self, barred, ready->numbers) < 0 || numbered(self, spoken, ready->numbers + bars) < 0) {
        PyMem_Free(ready);
        return NULL;
    }
    PyMem_Free(self->ready[rule]);
    self->ready[rule] = ready;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"candidates", (PyCFunction)Filed_candidates, METH_O, candidates_doc},
    {"make_ready", (PyCFunction)Filed_make_ready, METH_VARARGS, make_ready_doc},
    {NULL},
};

static PyTypeObject type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pipeline.match._filed.Filed",
    .tp_basicsize = sizeof(Filed),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = PyDoc_STR("Rules filed under the words that they need. Raises TypeError, ValueError."),
    .tp_new = Filed_new,
    .tp_dealloc = (destructor)Filed_dealloc,
    .tp_methods = methods,
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_filed", .m_size = -1};

PyMODINIT_FUNC
PyInit__filed(void)
{
    automaton_type = automaton_imported();
    return automaton_type ? module_with(&module, &type, "Filed") : NULL;
}
