/* Where texts tell of danger: peril.Peril in C. What a slot is and what a stretch weighs, peril says. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include "loops.h"
#include <stdint.h>

#define APART '\n'
#define LONGEST 256 /* letters of a stretch, at most */
#define BLOCK 64    /* letters that are hashed together */

static const uint32_t FIRST = 0x9E3779B1, SECOND = 0x85EBCA6B, ALONE = 0xC2B2AE35;

typedef struct {
    Py_buffer buffer;
    int shift;
    int64_t least;      /* from which sum on a stretch tells of danger */
    Py_ssize_t stretch; /* letters */
} Weights;

/* Sums up to the letters that a stretch may begin with, in a ring; those that no later one can undercut. */
typedef struct {
    int64_t sums[LONGEST];
    Py_ssize_t places[LONGEST], first, count;
} Lowest;

/* Add the sum before a letter; return the lowest of the last *stretch*. */
static int64_t
lowest_with(Lowest *lowest, Py_ssize_t place, int64_t sum, Py_ssize_t stretch)
{
    while (lowest->count && lowest->sums[(lowest->first + lowest->count - 1) % LONGEST] >= sum)
        lowest->count--;
    if (lowest->count && lowest->places[lowest->first] <= place - stretch)
        lowest->first = (lowest->first + 1) % LONGEST, lowest->count--;
    Py_ssize_t last = (lowest->first + lowest->count++) % LONGEST;
    lowest->sums[last] = sum, lowest->places[last] = place;
    return lowest->sums[lowest->first];
}

/* Some letters of a text and one more, and the slots of each and of the pair with the next. What parts a text from the
   next is a letter, too, and stands behind the last. */
typedef struct {
    uint32_t letters[BLOCK + 1], ones[BLOCK], twos[BLOCK];
} Block;

WIDE static void
hash(Block *block, int shift)
{
    const uint32_t *letters = block->letters;
    for (int at = 0; at < BLOCK; at++) {
        uint32_t here = letters[at], after = letters[at + 1];
        block->ones[at] = here == APART ? 0 : (here * ALONE) >> shift;
        block->twos[at] = here == APART || after == APART ? 0 : ((here * FIRST) ^ (after * SECOND)) >> shift;
    }
}

/* Read the letters from a place on, what parts texts behind the last. Return how many there are. */
static Py_ssize_t
read_block(Block *block, PyObject *text, Py_ssize_t place, int shift)
{
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t left = PyUnicode_GET_LENGTH(text) - place, count = Py_MIN(left, BLOCK + 1);
    for (Py_ssize_t at = 0; at < count; at++)
        block->letters[at] = PyUnicode_READ(kind, data, place + at);
    for (Py_ssize_t at = count; at < BLOCK + 1; at++)
        block->letters[at] = APART;
    hash(block, shift);
    return Py_MIN(left + 1, BLOCK);
}

/* Whether a stretch tells of danger if it may be as long as it likes. Few texts have one, and this is quickly told. */
static int
may_tell(const Weights *weights, PyObject *text)
{
    const int16_t *table = weights->buffer.buf;
    int64_t before = 0, lowest = 0, most = INT64_MIN;
    Block block;
    for (Py_ssize_t place = 0, count; place <= PyUnicode_GET_LENGTH(text); place += count) {
        count = read_block(&block, text, place, weights->shift);
        for (Py_ssize_t at = 0; at < count; at++) {
            int64_t with = before + table[block.ones[at]];
            lowest = Py_MIN(lowest, before);
            most = Py_MAX(most, with - lowest);
            before = with + table[block.twos[at]];
        }
    }
    return most >= weights->least;
}

/* Return the last letter of the heaviest stretch, the first of equals, or -1 if it tells of no danger. */
static Py_ssize_t
heaviest(const Weights *weights, PyObject *text)
{
    if (!may_tell(weights, text))
        return -1;
    const int16_t *table = weights->buffer.buf;
    Lowest lowest = {.first = 0, .count = 0};
    int64_t before = 0, most = INT64_MIN;
    Py_ssize_t last = -1;
    Block block;
    for (Py_ssize_t place = 0, count; place <= PyUnicode_GET_LENGTH(text); place += count) {
        count = read_block(&block, text, place, weights->shift);
        for (Py_ssize_t at = 0; at < count; at++) {
            int64_t with = before + table[block.ones[at]],
                    sum = with - lowest_with(&lowest, place + at, before, weights->stretch);
            if (sum > most)
                most = sum, last = place + at;
            before = with + table[block.twos[at]];
        }
    }
    return most >= weights->least ? last : -1;
}

PyDoc_STRVAR(stretches_doc, "stretches(texts, weights, bits, least, stretch)\n--\n\n"
                            "Return where each text tells of danger, None where it does not: *stretch* letters that\n"
                            "weigh *least* or more. Raises TypeError, ValueError.");

static PyObject *
stretches(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *texts, *from;
    Weights weights;
    int bits;
    long long least;
    if (!PyArg_ParseTuple(args, "O!OiLn", &PyList_Type, &texts, &from, &bits, &least, &weights.stretch) ||
        PyObject_GetBuffer(from, &weights.buffer, PyBUF_C_CONTIGUOUS) < 0)
        return NULL;
    if (bits < 1 || bits > 30 || weights.buffer.itemsize != 2 ||
        weights.buffer.len != (Py_ssize_t)sizeof(int16_t) << bits || weights.stretch < 1 ||
        weights.stretch >= LONGEST) {
        PyErr_SetString(PyExc_ValueError, "there is an int16 for each slot, and a stretch is short");
        PyBuffer_Release(&weights.buffer);
        return NULL;
    }
    weights.shift = 32 - bits, weights.least = least;
    PyObject *told = PyList_New(PyList_GET_SIZE(texts));
    for (Py_ssize_t at = 0; told && at < PyList_GET_SIZE(texts); at++) {
        PyObject *text = PyList_GET_ITEM(texts, at), *found = NULL;
        if (PyUnicode_Check(text)) {
            Py_ssize_t last = heaviest(&weights, text), end = Py_MIN(last + 1, PyUnicode_GET_LENGTH(text));
            found = last < 0 ? Py_NewRef(Py_None) : Py_BuildValue("nn", Py_MAX(0, last + 1 - weights.stretch), end);
        } else {
            PyErr_SetString(PyExc_TypeError, "a text is a str");
        }
        if (found)
            PyList_SET_ITEM(told, at, found);
        else
            Py_CLEAR(told);
    }
    PyBuffer_Release(&weights.buffer);
    return told;
}

static PyMethodDef functions[] = {
    {"stretches", stretches, METH_VARARGS, stretches_doc},
    {NULL},
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_peril", .m_size = 0, .m_methods = functions};

PyMODINIT_FUNC
PyInit__peril(void)
{
    return PyModule_Create(&module);
}
