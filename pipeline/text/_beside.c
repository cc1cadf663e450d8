/* Letters of one kind beside letters of another: beside.Beside in C. */

#include "module.h"
#include "passing.h"
#include <stdint.h>

#define FIRST_PLANE 0x10000

enum { FIRST = 1, BETWEEN = 2, LAST = 4 };

typedef struct {
    PyObject_HEAD
    int alone;                /* the first letter is enough */
    uint8_t may[FIRST_PLANE]; /* by letter */
} Beside;

static int
mark(Beside *self, PyObject *letters, uint8_t as)
{
    for (Py_ssize_t at = 0; at < PyUnicode_GET_LENGTH(letters); at++) {
        Py_UCS4 letter = PyUnicode_READ_CHAR(letters, at);
        if (letter >= FIRST_PLANE) {
            PyErr_SetString(PyExc_ValueError, "letters of the first plane are looked for");
            return -1;
        }
        self->may[letter] |= as;
    }
    return 0;
}

static int
Beside_fill(Beside *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"first", "between", "last", NULL};
    PyObject *first, *between = NULL, *last = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "U|UU", names, &first, &between, &last))
        return -1;
    if (!PyUnicode_GET_LENGTH(first)) {
        PyErr_SetString(PyExc_ValueError, "letters of the first plane are looked for");
        return -1;
    }
    self->alone = !last || !PyUnicode_GET_LENGTH(last);
    return mark(self, first, FIRST) < 0 || (between && mark(self, between, BETWEEN) < 0) ||
                   (last && mark(self, last, LAST) < 0)
               ? -1
               : 0;
}

static PyObject *
Beside_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return made_whole(type, args, kwargs, (initproc)Beside_fill);
}

static inline int
may_be(const Beside *self, Py_UCS4 letter)
{
    return letter < FIRST_PLANE ? self->may[letter] : 0;
}

/* Return the next place of a first letter, the length if there is none. */
static Py_ssize_t
next_first(const Beside *self, int kind, const void *data, Py_ssize_t at, Py_ssize_t length)
{
    if (kind == PyUnicode_1BYTE_KIND)
        PASS_OVER(Py_UCS1, data, at, length, self->may, FIRST);
    else if (kind == PyUnicode_2BYTE_KIND)
        PASS_OVER(Py_UCS2, data, at, length, self->may, FIRST);
    else
        while (at < length && !(may_be(self, ((const Py_UCS4 *)data)[at]) & FIRST))
            at++;
    return at;
}

static int
stand_in(const Beside *self, PyObject *text)
{
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), at = 0;
    while ((at = next_first(self, kind, data, at, length)) < length) {
        int may = FIRST; /* on to the last, while nothing but others stands between */
        if (self->alone)
            return 1;
        while (++at < length && may & (FIRST | BETWEEN)) {
            may = may_be(self, PyUnicode_READ(kind, data, at));
            if (may & LAST)
                return 1;
        }
    }
    return 0;
}

PyDoc_STRVAR(found_doc, "found(text)\n--\n\nSay whether they stand in a text. Raises TypeError.");

static PyObject *
Beside_found(Beside *self, PyObject *text)
{
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "found() takes a text");
        return NULL;
    }
    return PyBool_FromLong(stand_in(self, text));
}

static PyMethodDef methods[] = {
    {"found", (PyCFunction)Beside_found, METH_O, found_doc},
    {NULL},
};

static PyTypeObject type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pipeline.text._beside.Beside",
    .tp_basicsize = sizeof(Beside),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = PyDoc_STR("Letters of one kind beside letters of another. Raises TypeError, ValueError."),
    .tp_new = Beside_new,
    .tp_methods = methods,
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_beside", .m_size = -1};

PyMODINIT_FUNC
PyInit__beside(void)
{
    return module_with(&module, &type, "Beside");
}
