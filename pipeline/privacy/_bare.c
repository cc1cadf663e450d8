/* Names that nothing announces: bare.Bare in C. Odds are ten times the logarithm, as there. */

#include "../text/module.h"
#include "../text/passing.h"
#include <stdint.h>

#define CODES 0x10000 /* rarer characters are read as the last of these */
#define NEVER (-300)
#define ENOUGH 62
#define ENOUGH_SHORT 95
#define LOOSE 22
#define BEFORE_WORDS 48

enum { FAMILY, FIRST, LAST, ONLY, LEFT, RIGHT, TABLES };
enum { CHOSEN, PAIRS, THREES, LISTS };

/* Words of one length as sorted numbers, and a value for each. */
typedef struct {
    Py_buffer keys, values;
    Py_ssize_t size;
} Known;

typedef struct {
    PyObject_HEAD
    Py_buffer tables[TABLES]; /* int32 by character */
    Py_buffer usual;          /* by character: 1 for a family that many have */
    Known known[LISTS];
    uint8_t begins[CODES]; /* by character: whether a name of three characters, or one of two, may begin with it */
} Bare;

enum { FULL = 1, SHORT = 2 };

static void
Bare_dealloc(Bare *self)
{
    for (int at = 0; at < TABLES; at++)
        PyBuffer_Release(&self->tables[at]);
    PyBuffer_Release(&self->usual);
    for (int at = 0; at < LISTS; at++) {
        PyBuffer_Release(&self->known[at].keys);
        PyBuffer_Release(&self->known[at].values);
    }
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* Take the items of a buffer, each of *size* bytes; *count* of them, or any number if that is negative. */
static int
take(Py_buffer *buffer, PyObject *from, Py_ssize_t size, Py_ssize_t count)
{
    if (PyObject_GetBuffer(from, buffer, PyBUF_C_CONTIGUOUS) < 0)
        return -1;
    if (buffer->itemsize == size && (count < 0 || buffer->len == count * size))
        return 0;
    PyErr_SetString(PyExc_ValueError, "items of another size, or too many or too few of them");
    return -1;
}

static int
Bare_fill(Bare *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"family", "first",         "last",  "only",         "left",   "right",         "usual",
                            "chosen", "chosen_values", "pairs", "pairs_values", "threes", "threes_values", NULL};
    PyObject *tables[TABLES], *usual, *keys[LISTS], *values[LISTS];
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOOOOOOOOOOOO", names, &tables[FAMILY], &tables[FIRST],
                                     &tables[LAST], &tables[ONLY], &tables[LEFT], &tables[RIGHT], &usual,
                                     &keys[CHOSEN], &values[CHOSEN], &keys[PAIRS], &values[PAIRS], &keys[THREES],
                                     &values[THREES]))
        return -1;
    for (int at = 0; at < TABLES; at++)
        if (take(&self->tables[at], tables[at], sizeof(int32_t), CODES) < 0)
            return -1;
    if (take(&self->usual, usual, 1, CODES) < 0)
        return -1;
    for (int at = 0; at < LISTS; at++) {
        Known *known = &self->known[at];
        if (take(&known->keys, keys[at], sizeof(uint64_t), -1) < 0)
            return -1;
        known->size = known->keys.len / (Py_ssize_t)sizeof(uint64_t);
        if (take(&known->values, values[at], sizeof(int32_t), known->size) < 0)
            return -1;
    }
    for (uint32_t at = 0; at < CODES; at++)
        self->begins[at] = (((const int32_t *)self->tables[FAMILY].buf)[at] > NEVER ? FULL : 0) |
                           (((const uint8_t *)self->usual.buf)[at] ? SHORT : 0);
    return 0;
}

static PyObject *
Bare_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return made_whole(type, args, kwargs, (initproc)Bare_fill);
}

/* A text with a line's end on either side, for ever. */
typedef struct {
    int kind;
    const void *data;
    Py_ssize_t length;
} Text;

static inline uint64_t
letter(const Text *text, Py_ssize_t at)
{
    if (at < 0 || at >= text->length)
        return '\n';
    Py_UCS4 read = PyUnicode_READ(text->kind, text->data, at);
    return Py_MIN(read, CODES - 1);
}

static inline int64_t
of(const Bare *self, int table, uint64_t letter)
{
    return ((const int32_t *)self->tables[table].buf)[letter];
}

static int64_t
value(const Known *known, uint64_t asked)
{
    const uint64_t *keys = known->keys.buf;
    size_t first = 0, half;
    for (size_t left = (size_t)known->size; left; left -= half) {
        half = left - left / 2;
        first += keys[first + half - 1] < asked ? half : 0; /* no branch: none could be foreseen */
    }
    return first < (size_t)known->size && keys[first] == asked ? ((const int32_t *)known->values.buf)[first] : 0;
}

static int64_t
pair(const Bare *self, int list, const Text *text, Py_ssize_t at)
{
    return value(&self->known[list], letter(text, at) << 16 | letter(text, at + 1));
}

static int64_t
three(const Bare *self, const Text *text, Py_ssize_t at)
{
    return value(&self->known[THREES], letter(text, at) << 32 | letter(text, at + 1) << 16 | letter(text, at + 2));
}

/* Return how much speaks against a name of three characters: the words it would be or cut. */
static int64_t
cut(const Bare *self, const Text *text, Py_ssize_t at)
{
    int64_t crossing = pair(self, PAIRS, text, at - 1) + pair(self, PAIRS, text, at + 2) + three(self, text, at - 2) +
                       three(self, text, at - 1) + three(self, text, at + 1) + three(self, text, at + 2);
    int64_t itself = 6 * pair(self, PAIRS, text, at) + 20 * three(self, text, at);
    return 5 * crossing + itself + 2 * pair(self, PAIRS, text, at + 1);
}

/* Whether a name of three characters begins at a letter for which *family* speaks. */
static int
is_full(const Bare *self, const Text *text, Py_ssize_t at, int64_t family)
{
    int64_t odds = family + of(self, FIRST, letter(text, at + 1)) + of(self, LAST, letter(text, at + 2));
    if (odds <= NEVER / 3)
        return 0;
    odds += pair(self, CHOSEN, text, at + 1);
    if (odds <= BEFORE_WORDS)
        return 0;
    int64_t left = of(self, LEFT, letter(text, at - 1)), right = of(self, RIGHT, letter(text, at + 3));
    odds += left + right - cut(self, text, at);
    if (left == 0 && pair(self, PAIRS, text, at - 2) == 0)
        odds -= LOOSE;
    if (right == 0 && pair(self, PAIRS, text, at + 3) == 0)
        odds -= LOOSE;
    return odds >= ENOUGH;
}

/* Whether a name of two characters begins at a letter of a usual family: only between two words that show it. */
static int
is_short(const Bare *self, const Text *text, Py_ssize_t at, int64_t family)
{
    int64_t left = of(self, LEFT, letter(text, at - 1)), right = of(self, RIGHT, letter(text, at + 2));
    int64_t odds = family + of(self, ONLY, letter(text, at + 1)) + 2 * (left + right);
    if (odds < ENOUGH_SHORT || left <= 0 || right <= 0)
        return 0;
    return pair(self, PAIRS, text, at - 1) + pair(self, PAIRS, text, at) + pair(self, PAIRS, text, at + 1) +
               three(self, text, at - 2) + three(self, text, at - 1) + three(self, text, at) +
               three(self, text, at + 1) ==
           0;
}

static int
append(PyObject *spans, Py_ssize_t start, Py_ssize_t end)
{
    PyObject *first = PyLong_FromSsize_t(start), *last = PyLong_FromSsize_t(end);
    PyObject *span = first && last ? PyTuple_Pack(2, first, last) : NULL;
    int failed = span ? PyList_Append(spans, span) : -1;
    Py_XDECREF(first);
    Py_XDECREF(last);
    Py_XDECREF(span);
    return failed;
}

/* Return the first place from *at* on where a name may begin. */
static Py_ssize_t
next_begin(const Bare *self, const Text *text, Py_ssize_t at)
{
    if (text->kind == PyUnicode_2BYTE_KIND)
        PASS_OVER(Py_UCS2, text->data, at, text->length, self->begins, FULL | SHORT);
    else
        while (at < text->length && !self->begins[letter(text, at)])
            at++;
    return at;
}

/* Return where names stand in a text: those of three characters, then those of two. */
static PyObject *
names_in(const Bare *self, PyObject *from)
{
    Text text = {PyUnicode_KIND(from), PyUnicode_DATA(from), PyUnicode_GET_LENGTH(from)};
    PyObject *spans = PyList_New(0), *brief = NULL;
    for (Py_ssize_t at = 0; spans && (at = next_begin(self, &text, at)) < text.length; at++) {
        uint64_t first = letter(&text, at);
        int64_t family = of(self, FAMILY, first);
        if (self->begins[first] & FULL && is_full(self, &text, at, family) && append(spans, at, at + 3) < 0)
            Py_CLEAR(spans);
        if (spans && self->begins[first] & SHORT && is_short(self, &text, at, family))
            if ((!brief && !(brief = PyList_New(0))) || append(brief, at, at + 2) < 0)
                Py_CLEAR(spans);
    }
    if (spans && brief && PyList_SetSlice(spans, PyList_GET_SIZE(spans), PyList_GET_SIZE(spans), brief) < 0)
        Py_CLEAR(spans);
    Py_XDECREF(brief);
    return spans;
}

PyDoc_STRVAR(find_doc,
             "find(texts)\n--\n\n"
             "Return where names stand in each of a list of *texts* in normal form. Raises TypeError.");

static PyObject *
Bare_find(Bare *self, PyObject *texts)
{
    int sound = PyList_Check(texts);
    for (Py_ssize_t at = 0; sound && at < PyList_GET_SIZE(texts); at++)
        sound = PyUnicode_Check(PyList_GET_ITEM(texts, at));
    if (!sound)
        return PyErr_Format(PyExc_TypeError, "a list of texts is needed");
    PyObject *found = PyList_New(PyList_GET_SIZE(texts));
    for (Py_ssize_t at = 0; found && at < PyList_GET_SIZE(found); at++) {
        PyObject *spans = names_in(self, PyList_GET_ITEM(texts, at));
        if (spans)
            PyList_SET_ITEM(found, at, spans);
        else
            Py_CLEAR(found);
    }
    return found;
}

static PyMethodDef methods[] = {
    {"find", (PyCFunction)Bare_find, METH_O, find_doc},
    {NULL},
};

static PyTypeObject type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pipeline.privacy._bare.Bare",
    .tp_basicsize = sizeof(Bare),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = PyDoc_STR("Finds names that nothing announces. Raises TypeError, ValueError."),
    .tp_new = Bare_new,
    .tp_dealloc = (destructor)Bare_dealloc,
    .tp_methods = methods,
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_bare", .m_size = -1};

PyMODINIT_FUNC
PyInit__bare(void)
{
    return module_with(&module, &type, "Bare");
}
