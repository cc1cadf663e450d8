/* Folds texts letter by letter, and squeezes them: letters.Letters in C. */

#include "module.h"
#include <stdint.h>

#define CODE_POINTS 0x110000
#define FIRST_PLANE 0x10000
#define DOUBTFUL UINT32_C(0x80000000) /* beside what a code point is read as: two meanings, its neighbours tell */
#define ROOM 2048                     /* letters of a text that needs no memory of its own */

typedef struct {
    PyObject_HEAD
    Py_buffer table; /* uint32 by code point: what it is read as */
    Py_buffer kept;  /* by code point: 1 for what squeezing keeps */
    PyObject *doubtful;
    uint32_t *first; /* the table of the first plane, with what is doubtful marked */
} Letters;

static void
Letters_dealloc(Letters *self)
{
    PyBuffer_Release(&self->table);
    PyBuffer_Release(&self->kept);
    Py_CLEAR(self->doubtful);
    PyMem_Free(self->first);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static uint32_t
read_as(const Letters *self, Py_UCS4 letter)
{
    uint32_t read = ((const uint32_t *)self->table.buf)[letter];
    for (Py_ssize_t at = 0; at < PyUnicode_GET_LENGTH(self->doubtful); at++)
        if (PyUnicode_READ_CHAR(self->doubtful, at) == read)
            return read | DOUBTFUL;
    return read;
}

static int
Letters_fill(Letters *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"table", "kept", "doubtful", NULL};
    PyObject *table, *kept, *doubtful;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOU", names, &table, &kept, &doubtful))
        return -1;
    if (PyObject_GetBuffer(table, &self->table, PyBUF_C_CONTIGUOUS) < 0 ||
        PyObject_GetBuffer(kept, &self->kept, PyBUF_C_CONTIGUOUS) < 0)
        return -1;
    if (self->table.itemsize != sizeof(uint32_t) || self->table.len != CODE_POINTS * (Py_ssize_t)sizeof(uint32_t) ||
        self->kept.itemsize != 1 || self->kept.len != CODE_POINTS) {
        PyErr_SetString(PyExc_ValueError, "one item for each code point, no more and no less");
        return -1;
    }
    for (Py_UCS4 letter = 0; letter < CODE_POINTS; letter++)
        if (((const uint32_t *)self->table.buf)[letter] >= CODE_POINTS) {
            PyErr_SetString(PyExc_ValueError, "no such code point");
            return -1;
        }
    self->doubtful = Py_NewRef(doubtful);
    if (!(self->first = PyMem_Malloc(FIRST_PLANE * sizeof *self->first))) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_UCS4 letter = 0; letter < FIRST_PLANE; letter++)
        self->first[letter] = read_as(self, letter);
    return 0;
}

static PyObject *
Letters_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return made_whole(type, args, kwargs, (initproc)Letters_fill);
}

/* Memory for the letters of one text after another. */
typedef struct {
    uint32_t here[ROOM], *letters;
    Py_ssize_t room;
} Scratch;

static void
begin(Scratch *scratch)
{
    scratch->letters = scratch->here;
    scratch->room = ROOM;
}

static int
make_room(Scratch *scratch, Py_ssize_t letters)
{
    if (letters <= scratch->room)
        return 0;
    uint32_t *more = PyMem_Malloc((size_t)letters * sizeof *more);
    if (!more) {
        PyErr_NoMemory();
        return -1;
    }
    if (scratch->letters != scratch->here)
        PyMem_Free(scratch->letters);
    scratch->letters = more;
    scratch->room = letters;
    return 0;
}

static void
end(Scratch *scratch)
{
    if (scratch->letters != scratch->here)
        PyMem_Free(scratch->letters);
}

/* Fold letters of the first plane to letters of two bytes; what is returned tells of any longer or doubtful one. */
#define FOLD(LETTER)                                             \
    for (Py_ssize_t at = 0; at < length; at++) {                 \
        uint32_t read = self->first[((const LETTER *)data)[at]]; \
        all |= read;                                             \
        to[at] = (uint16_t)read;                                 \
    }

static uint32_t
fold_short(const Letters *self, int kind, const void *data, Py_ssize_t length, uint16_t *to)
{
    uint32_t all = 0;
    if (kind == PyUnicode_1BYTE_KIND)
        FOLD(Py_UCS1)
    else
        FOLD(Py_UCS2)
    return all;
}

static uint32_t
fold_long(const Letters *self, int kind, const void *data, Py_ssize_t length, uint32_t *to)
{
    uint32_t all = 0;
    for (Py_ssize_t at = 0; at < length; at++) {
        Py_UCS4 letter = PyUnicode_READ(kind, data, at);
        uint32_t read = letter < FIRST_PLANE ? self->first[letter] : read_as(self, letter);
        all |= read;
        to[at] = read & ~DOUBTFUL;
    }
    return all;
}

/* Return the folded text, and whether something in it is doubtful. */
static PyObject *
fold(const Letters *self, PyObject *text, Scratch *scratch, int *doubtful)
{
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    if (make_room(scratch, length) < 0)
        return NULL;
    uint32_t all = 0;
    int brief = kind != PyUnicode_4BYTE_KIND;
    if (brief) {
        all = fold_short(self, kind, data, length, (uint16_t *)scratch->letters);
        brief = (all & ~DOUBTFUL) < FIRST_PLANE;
    }
    if (!brief)
        all = fold_long(self, kind, data, length, scratch->letters);
    *doubtful = (all & DOUBTFUL) != 0;
    return PyUnicode_FromKindAndData(brief ? PyUnicode_2BYTE_KIND : PyUnicode_4BYTE_KIND, scratch->letters, length);
}

static int
are_texts(PyObject *texts)
{
    int sound = PyList_Check(texts);
    for (Py_ssize_t at = 0; sound && at < PyList_GET_SIZE(texts); at++)
        sound = PyUnicode_Check(PyList_GET_ITEM(texts, at));
    if (!sound)
        PyErr_SetString(PyExc_TypeError, "a list of texts is needed");
    return sound;
}

static int
append_number(PyObject *list, Py_ssize_t number)
{
    PyObject *made = PyLong_FromSsize_t(number);
    int failed = made ? PyList_Append(list, made) : -1;
    Py_XDECREF(made);
    return failed;
}

/* Append which text it is, with the places of the letters in it that are doubtful. */
static int
append_doubts(const Letters *self, PyObject *doubtful, Py_ssize_t which, PyObject *text)
{
    int kind = PyUnicode_KIND(text), failed = 0;
    const void *data = PyUnicode_DATA(text);
    PyObject *places = PyList_New(0);
    for (Py_ssize_t at = 0; places && !failed && at < PyUnicode_GET_LENGTH(text); at++) {
        Py_UCS4 letter = PyUnicode_READ(kind, data, at);
        if ((letter < FIRST_PLANE ? self->first[letter] : read_as(self, letter)) & DOUBTFUL)
            failed = append_number(places, at) < 0;
    }
    PyObject *one = places && !failed ? Py_BuildValue("nO", which, places) : NULL;
    failed = !one || PyList_Append(doubtful, one) < 0;
    Py_XDECREF(places);
    Py_XDECREF(one);
    return failed ? -1 : 0;
}

PyDoc_STRVAR(folded_doc,
             "folded(texts)\n--\n\n"
             "Return each of a list of *texts* letter by letter as it is read, and by place those in which doubtful\n"
             "letters are left, with the places of these. Raises TypeError, MemoryError.");

static PyObject *
Letters_folded(Letters *self, PyObject *texts)
{
    if (!are_texts(texts))
        return NULL;
    Scratch scratch;
    begin(&scratch);
    Py_ssize_t count = PyList_GET_SIZE(texts);
    PyObject *folded = PyList_New(count), *doubtful = PyList_New(0);
    int failed = !folded || !doubtful;
    for (Py_ssize_t at = 0; !failed && at < count; at++) {
        int in_doubt = 0;
        PyObject *text = PyList_GET_ITEM(texts, at), *one = fold(self, text, &scratch, &in_doubt);
        failed = !one || (in_doubt && append_doubts(self, doubtful, at, text) < 0);
        PyList_SET_ITEM(folded, at, one);
    }
    end(&scratch);
    PyObject *both = failed ? NULL : PyTuple_Pack(2, folded, doubtful);
    Py_XDECREF(folded);
    Py_XDECREF(doubtful);
    return both;
}

/* Keep what is kept of letters of one size, and where each stood; return how many those are. */
#define KEEP(LETTER)                                    \
    for (Py_ssize_t at = 0; at < length; at++) {        \
        LETTER letter = ((const LETTER *)data)[at];     \
        ((LETTER *)to)[count] = letter;                 \
        places[count] = at;                             \
        count += kept[letter] != 0;                     \
    }

static Py_ssize_t
keep(const uint8_t *kept, PyObject *text, void *to, int64_t *places)
{
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), count = 0;
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND:
        KEEP(Py_UCS1)
        break;
    case PyUnicode_2BYTE_KIND:
        KEEP(Py_UCS2)
        break;
    default:
        KEEP(Py_UCS4)
    }
    return count;
}

/* Return items *from* up to *to* of a view. */
static PyObject *
sliced(PyObject *view, Py_ssize_t from, Py_ssize_t to)
{
    PyObject *first = PyLong_FromSsize_t(from), *last = PyLong_FromSsize_t(to), *part = NULL;
    PyObject *slice = first && last ? PySlice_New(first, last, NULL) : NULL;
    if (slice)
        part = PyObject_GetItem(view, slice);
    Py_XDECREF(first);
    Py_XDECREF(last);
    Py_XDECREF(slice);
    return part;
}

/* Return the squeezed text and where its letters stood, both in a tuple. */
static PyObject *
squeeze(const Letters *self, PyObject *text, Scratch *scratch, PyObject *view, int64_t *places, Py_ssize_t *used)
{
    if (make_room(scratch, PyUnicode_GET_LENGTH(text)) < 0)
        return NULL;
    Py_ssize_t count = keep(self->kept.buf, text, scratch->letters, places + *used);
    PyObject *pair = PyTuple_New(2);
    PyObject *letters = pair ? PyUnicode_FromKindAndData(PyUnicode_KIND(text), scratch->letters, count) : NULL;
    PyObject *offsets = letters ? sliced(view, *used, *used + count) : NULL;
    *used += count;
    if (!offsets) {
        Py_XDECREF(letters);
        Py_XDECREF(pair);
        return NULL;
    }
    PyTuple_SET_ITEM(pair, 0, letters);
    PyTuple_SET_ITEM(pair, 1, offsets);
    return pair;
}

/* Return a view of int64 over bytes. */
static PyObject *
as_numbers(PyObject *bytes)
{
    PyObject *view = PyMemoryView_FromObject(bytes);
    if (!view)
        return NULL;
    PyObject *numbers = PyObject_CallMethod(view, "cast", "s", sizeof(long) == sizeof(int64_t) ? "l" : "q");
    Py_DECREF(view);
    return numbers;
}

PyDoc_STRVAR(squeezed_doc,
             "squeezed(texts)\n--\n\n"
             "Return of each of a list of *texts* the letters that are kept, and a view of where they stood.\n"
             "Raises TypeError, MemoryError.");

static PyObject *
Letters_squeezed(Letters *self, PyObject *texts)
{
    if (!are_texts(texts))
        return NULL;
    Py_ssize_t count = PyList_GET_SIZE(texts), letters = 1, used = 0; /* one more: where what is left out is put */
    for (Py_ssize_t at = 0; at < count; at++) {
        Py_ssize_t length = PyUnicode_GET_LENGTH(PyList_GET_ITEM(texts, at));
        if (length > PY_SSIZE_T_MAX / (Py_ssize_t)sizeof(int64_t) - letters) /* one text a million times */
            return PyErr_NoMemory();
        letters += length;
    }
    PyObject *bytes = PyByteArray_FromStringAndSize(NULL, letters * (Py_ssize_t)sizeof(int64_t));
    PyObject *view = bytes ? as_numbers(bytes) : NULL, *squeezed = view ? PyList_New(count) : NULL;
    Scratch scratch;
    begin(&scratch);
    for (Py_ssize_t at = 0; squeezed && at < count; at++) {
        int64_t *places = (int64_t *)(void *)PyByteArray_AS_STRING(bytes);
        PyObject *one = squeeze(self, PyList_GET_ITEM(texts, at), &scratch, view, places, &used);
        if (one)
            PyList_SET_ITEM(squeezed, at, one);
        else
            Py_CLEAR(squeezed);
    }
    end(&scratch);
    Py_XDECREF(view);
    Py_XDECREF(bytes);
    return squeezed;
}

static PyMethodDef methods[] = {
    {"folded", (PyCFunction)Letters_folded, METH_O, folded_doc},
    {"squeezed", (PyCFunction)Letters_squeezed, METH_O, squeezed_doc},
    {NULL},
};

static PyTypeObject type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pipeline.text._letters.Letters",
    .tp_basicsize = sizeof(Letters),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = PyDoc_STR("What each letter is read as, and which are kept. Raises TypeError, ValueError."),
    .tp_new = Letters_new,
    .tp_dealloc = (destructor)Letters_dealloc,
    .tp_methods = methods,
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_letters", .m_size = -1};

PyMODINIT_FUNC
PyInit__letters(void)
{
    return module_with(&module, &type, "Letters");
}
