/* Where texts tell of danger: peril.Peril in C. What a slot is and what a stretch weighs, peril says. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

#define APART '\n'
#define LONGEST 256 /* letters of a stretch, at most */

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

/* What a letter weighs, and the pair of it and the next. What parts a text from the next is a letter, too. */
typedef struct {
    int64_t one, two;
} Weight;

static inline Weight
weight_of(const Weights *weights, uint32_t here, uint32_t after)
{
    const int16_t *table = weights->buffer.buf;
    uint32_t one = here == APART ? 0 : (here * ALONE) >> weights->shift,
             two = here == APART || after == APART ? 0 : ((here * FIRST) ^ (after * SECOND)) >> weights->shift;
    return (Weight){table[one], table[two]};
}

/* Whether a stretch tells of danger if it may be as long as it likes. Few texts have one, and this is quickly told. */
static int
may_tell(const Weights *weights, int kind, const void *data, Py_ssize_t length)
{
    int64_t before = 0, lowest = 0, most = INT64_MIN;
    uint32_t here = length ? PyUnicode_READ(kind, data, 0) : APART;
    for (Py_ssize_t place = 0; place <= length; place++) {
        uint32_t after = place + 1 < length ? PyUnicode_READ(kind, data, place + 1) : APART;
        Weight weight = weight_of(weights, here, after);
        lowest = Py_MIN(lowest, before);
        most = Py_MAX(most, before + weight.one - lowest);
        before += weight.one + weight.two;
        here = after;
    }
    return most >= weights->least;
}

/* Return the last letter of the heaviest stretch, the first of equals, or -1 if it tells of no danger. */
static Py_ssize_t
heaviest(const Weights *weights, PyObject *text)
{
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), last = -1;
    if (!may_tell(weights, kind, data, length))
        return -1;
    Lowest lowest = {.first = 0, .count = 0};
    int64_t before = 0, most = INT64_MIN;
    uint32_t here = length ? PyUnicode_READ(kind, data, 0) : APART;
    for (Py_ssize_t place = 0; place <= length; place++) {
        uint32_t after = place + 1 < length ? PyUnicode_READ(kind, data, place + 1) : APART;
        Weight weight = weight_of(weights, here, after);
        int64_t sum = before + weight.one - lowest_with(&lowest, place, before, weights->stretch);
        if (sum > most)
            most = sum, last = place;
        before += weight.one + weight.two;
        here = after;
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
